/* Forms, queries: what is read, written again, reads as the same. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/fields.h"

static void
must_be_same(const Fields *one, const Fields *other)
{
	fuzz_holds(other != NULL && fields_count(one) == fields_count(other));
	for (guint i = 0; i < fields_count(one); i++) {
		const char *name, *value, *name_again, *value_again;
		fields_at(one, i, &name, &value);
		fields_at(other, i, &name_again, &value_again);
		fuzz_holds(strcmp(name, name_again) == 0 && strcmp(value, value_again) == 0);
		fuzz_holds(g_utf8_validate(name, -1, NULL) && g_utf8_validate(value, -1, NULL));
	}
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autoptr(Fields) fields = fields_parse((const char *)data, length);
	g_autoptr(GString) again = g_string_new(NULL);

	if (fields == NULL)
		return 0;
	fuzz_holds(fields_count(fields) <= FIELDS_MAX);
	for (guint i = 0; i < fields_count(fields); i++) {
		const char *name, *value;
		fields_at(fields, i, &name, &value);
		fuzz_holds(fields_get(fields, name) != NULL);
		g_autofree char *safe_name = g_uri_escape_string(name, NULL, FALSE);
		g_autoptr(GString) safe_value = g_string_new(NULL);
		g_string_append_uri_escaped(safe_value, value, NULL, TRUE);
		g_string_replace(safe_value, "%20", "+", 0);
		g_string_append_printf(
		        again, "%s%s=%s", i > 0 ? "&" : "", safe_name, safe_value->str);
	}
	g_autoptr(Fields) same = fields_parse(again->str, again->len);
	must_be_same(fields, same);
	return 0;
}
