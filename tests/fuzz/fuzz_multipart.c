/* A form with a file: the first line is the Content-Type, the rest the body. What is read lies within the body, and
 * written again reads as the same. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/http/multipart.h"

#define CUT "--a-cut-of-our-own"

static gboolean
is_plain(const char *name)
{
	return strpbrk(name, "\"\r\n") == NULL;
}

static void
write_again(const Fields *fields, const MultipartFile *file)
{
	g_autoptr(GString) body = g_string_new(NULL);
	MultipartFile file_again = { 0 };

	for (guint i = 0; i < fields_count(fields); i++) {
		const char *name, *value;
		fields_at(fields, i, &name, &value);
		if (!is_plain(name) || strlen(name) > 500 || strstr(value, CUT) != NULL)
			return;
		g_string_append_printf(body,
		        CUT "\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", name,
		        value);
	}
	if (file->bytes != NULL) {
		if (memmem(file->bytes, file->length, CUT, strlen(CUT)) != NULL)
			return;
		g_string_append(body,
		        CUT
		        "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n");
		g_string_append_len(body, file->bytes, (gssize)file->length);
		g_string_append(body, "\r\n");
	}
	g_string_append(body, CUT "--\r\n");
	g_autoptr(Fields) again = multipart_parse("multipart/form-data; boundary=a-cut-of-our-own",
	        body->str, body->len, &file_again);
	fuzz_holds(again != NULL && fields_count(again) == fields_count(fields));
	for (guint i = 0; i < fields_count(fields); i++) {
		const char *name, *value, *name_again, *value_again;
		fields_at(fields, i, &name, &value);
		fields_at(again, i, &name_again, &value_again);
		fuzz_holds(strcmp(name, name_again) == 0 && strcmp(value, value_again) == 0);
	}
	fuzz_holds((file->bytes == NULL) == (file_again.bytes == NULL));
	fuzz_holds(file->length == file_again.length &&
	        (file->length == 0 || memcmp(file->bytes, file_again.bytes, file->length) == 0));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autofree char *type = fuzz_line(&data, &length);
	g_autofree char *body = g_memdup2(data, length);
	MultipartFile file = { 0 };
	g_autoptr(Fields) fields = multipart_parse(type, body != NULL ? body : "", length, &file);

	if (fields == NULL) {
		fuzz_holds(file.bytes == NULL);
		return 0;
	}
	fuzz_holds(fields_count(fields) <= MULTIPART_PARTS);
	fuzz_holds(file.bytes == NULL ||
	        (file.bytes >= body && file.bytes + file.length <= body + length));
	write_again(fields, &file);
	return 0;
}
