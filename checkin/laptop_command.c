#include "checkin/laptop_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/text.h"

#define FAREWELL_MS 10000

gint64
laptop_now_ms(void)
{
	return g_get_real_time() / 1000;
}

/* ---- pairing ---- */

int
laptop_command_pair(const LaptopOptions *options, const char *code, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *said = NULL;

	if (!laptop_pair(options, code, name ? name : "Laptop", &said, &error))
		return error_report(error);
	g_autofree char *plain = text_plain(said, FALSE); /* some of it is the server's */
	printf("%s\nits token is in %s, its scans will be in %s.d\n", plain, options->token_file,
	        options->token_file);
	return 0;
}

/* ---- the state ---- */

static void
say_damage(const LaptopState *state)
{
	if (state->damaged > 0)
		fprintf(stderr,
		        "turnout: %u places of this laptop's log can't be read any more: look at "
		        "its disk, and at the gaps that the server reports\n",
		        state->damaged);
}

char *
laptop_command_status(const Laptop *laptop)
{
	g_autofree char *ago = NULL;
	LaptopState state;

	laptop_state(laptop, &state);
	const gint64 seconds = (laptop_now_ms() - state.last_sync) / 1000;
	if (state.refused)
		ago = g_strdup("the server refuses this laptop: keep it, tell staff");
	else if (state.last_sync == 0)
		ago = g_strdup("not in step with the server yet");
	else if (seconds < 60)
		ago = g_strdup_printf("last sync %" G_GINT64_FORMAT " s ago", MAX(seconds, 0));
	else
		ago = g_strdup_printf("last sync %" G_GINT64_FORMAT " min ago", seconds / 60);
	return g_strdup_printf("%s   let in here: %u   saved on this laptop, %u waiting   %s%s",
	        state.place, state.let_in, state.waiting, state.online ? "" : "OFFLINE   ", ago);
}

static void
say_rest(const LaptopState *state)
{
	if (state->refused)
		fprintf(stderr,
		        "turnout: the server refuses this laptop (status %d): its scans stay "
		        "here, `turnout checkin file` hands them out\n",
		        state->refused);
	if (state->waiting > 0)
		fprintf(stderr,
		        "turnout: %u scans wait here for the server: `turnout checkin sync` sends "
		        "them\n",
		        state->waiting);
	if (state->quarantined > 0)
		fprintf(stderr,
		        "turnout: %u scans were set aside by the server: staff judge them\n",
		        state->quarantined);
}

void
laptop_command_farewell(Laptop *laptop)
{
	LaptopState state;

	laptop_state(laptop, &state);
	say_damage(&state);
	if (state.online)
		laptop_sync(laptop, FAREWELL_MS);
	laptop_state(laptop, &state);
	say_rest(&state);
}

/* ---- sync ---- */

int
laptop_command_sync(const LaptopOptions *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) said = g_string_new(NULL);
	g_autoptr(Laptop) laptop = laptop_open(options, &error);
	LaptopState state;

	if (laptop == NULL)
		return error_report(error);
	const gboolean ok = laptop_sync_all(laptop, said);
	laptop_state(laptop, &state);
	g_autofree char *plain = text_plain(said->str, TRUE);
	fputs(plain, stdout);
	printf("%u scans wait\n", state.waiting);
	say_damage(&state);
	say_rest(&state);
	if (state.refused)
		return EXIT_STATUS_NO;
	if (ok && state.waiting == 0)
		return 0;
	if (!ok)
		fputs("turnout: the server could not be reached for all of it: sync again\n",
		        stderr);
	return EXIT_STATUS_WORLD;
}

/* ---- the file ---- */

static gboolean
write_whole(const char *output, const char *text, GError **error)
{
	int fd = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	gboolean ok = file != NULL && fputs(text, file) >= 0 && fputc('\n', file) != EOF &&
	        fflush(file) == 0 && fsync(fd) == 0;
	const int code = errno;

	if (file != NULL)
		ok &= fclose(file) == 0;
	else if (fd >= 0)
		close(fd);
	if (!ok)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "%s: %s", output,
		        g_strerror(code));
	return ok;
}

int
laptop_command_file(const LaptopOptions *options, const char *output)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *file = laptop_file(options->token_file, &error);

	if (file == NULL)
		return error_report(error);
	char *text = json_dumps(file, JSON_INDENT(1));
	gboolean ok = TRUE;
	if (output != NULL)
		ok = write_whole(output, text, &error);
	else
		puts(text);
	free(text);
	if (!ok)
		return error_report(error);
	fprintf(stderr, "%zu records handed out; nothing was deleted here\n",
	        json_array_size(json_object_get(file, "records")));
	return 0;
}
