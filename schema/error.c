#include "schema/error.h"

#include <stdio.h>

#include "schema/text.h"

G_DEFINE_QUARK(turnout - db - error - quark, db_error)
G_DEFINE_QUARK(turnout - error - quark, turnout_error)

int
error_exit_status(const GError *error)
{
	if (error->domain == TURNOUT_ERROR &&
	        (error->code == TURNOUT_ERROR_INPUT || error->code == TURNOUT_ERROR_ABSENT))
		return EXIT_STATUS_USE;
	if (error->domain == G_OPTION_ERROR)
		return EXIT_STATUS_USE;
	return EXIT_STATUS_WORLD;
}

int
error_report(const GError *error)
{
	/* it may quote a file, or what a server said */
	g_autofree char *plain = text_plain(error->message, TRUE);

	fprintf(stderr, "turnout: %s\n", plain);
	return error_exit_status(error);
}

static void
fault_free(gpointer data)
{
	Fault *fault = data;
	g_free(fault->where);
	g_free(fault->what);
	g_free(fault);
}

Faults *
faults_new(void)
{
	return g_ptr_array_new_with_free_func(fault_free);
}

void
faults_add(Faults *faults, const char *where, const char *format, ...)
{
	Fault *fault = g_new0(Fault, 1);
	va_list arguments;
	va_start(arguments, format);
	fault->where = g_strdup(where);
	fault->what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_ptr_array_add(faults, fault);
}

gboolean
faults_none(const Faults *faults, const char *source, GError **error)
{
	if (faults->len == 0)
		return TRUE;
	g_autoptr(GString) told = g_string_new(NULL);
	for (guint i = 0; i < faults->len && i < FAULTS_SHOWN; i++) {
		const Fault *fault = g_ptr_array_index(faults, i);
		g_string_append_printf(
		        told, "%s%s: %s: %s", i ? "\n" : "", source, fault->where, fault->what);
	}
	if (faults->len > FAULTS_SHOWN)
		g_string_append_printf(
		        told, "\n%s: and %u more", source, faults->len - FAULTS_SHOWN);
	g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT, told->str);
	return FALSE;
}
