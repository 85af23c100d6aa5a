#include "web/http/multipart.h"

#include <string.h>

#define BOUNDARY_MAX 70 /* RFC 2046 */

/* Where the parts are cut: "--" and the boundary. FALSE when the header names none. */
static gboolean
take_boundary(const char *content_type, char ret[BOUNDARY_MAX + 3])
{
	const char *at = strcasestr(content_type, "boundary=");

	if (at == NULL)
		return FALSE;
	at += strlen("boundary=");
	const gboolean quoted = *at == '"';
	at += quoted;
	const gsize length = strcspn(at, quoted ? "\"" : "; \t");
	if (length == 0 || length > BOUNDARY_MAX || (quoted && at[length] != '"'))
		return FALSE;
	g_snprintf(ret, BOUNDARY_MAX + 3, "--%.*s", (int)length, at);
	return TRUE;
}

/* The value of a parameter of Content-Disposition in a part's header; NULL when it isn't there. Owned. */
static char *
parameter(const char *header, const char *name)
{
	g_autofree char *sought = g_strconcat("; ", name, "=\"", NULL);
	const char *line = strcasestr(header, "content-disposition:");
	const char *end = line ? strchr(line, '\r') : NULL;
	const char *at = line ? strstr(line, sought) : NULL;

	if (at == NULL || end == NULL || at > end)
		return NULL;
	at += strlen(sought);
	const char *close = strchr(at, '"');
	return close != NULL && close < end ? g_strndup(at, (gsize)(close - at)) : NULL;
}

static gboolean
add_field(Fields *fields, const char *name, const char *bytes, gsize length)
{
	if (length > MULTIPART_FIELD || memchr(bytes, '\0', length) != NULL ||
	        !g_utf8_validate(bytes, (gssize)length, NULL) || !g_utf8_validate(name, -1, NULL))
		return FALSE;
	g_autofree char *value = g_strndup(bytes, length);
	fields_add(fields, name, value);
	return TRUE;
}

/* One part: header, blank line, content. */
static gboolean
take_part(Fields *fields, const char *part, gsize length, MultipartFile *ret_file)
{
	const gsize header_max = MIN(length, MULTIPART_HEADER);
	const char *blank = memmem(part, header_max, "\r\n\r\n", 4);

	if (blank == NULL)
		return FALSE;
	g_autofree char *header = g_strndup(part, (gsize)(blank - part) + 2);
	g_autofree char *name = parameter(header, "name");
	g_autofree char *filename = parameter(header, "filename");
	const char *bytes = blank + 4;
	const gsize n = length - (gsize)(bytes - part);
	if (name == NULL)
		return FALSE;
	if (filename == NULL)
		return add_field(fields, name, bytes, n);
	if (ret_file->bytes == NULL)
		*ret_file = (MultipartFile){ bytes, n };
	return TRUE;
}

Fields *
multipart_parse(const char *content_type, const char *body, gsize length, MultipartFile *ret_file)
{
	g_autoptr(Fields) fields = fields_new();
	char cut[BOUNDARY_MAX + 3];
	MultipartFile file = { 0 };

	if (!take_boundary(content_type, cut))
		return NULL;
	const gsize cut_length = strlen(cut);
	const char *at = body, *end = body + length;
	if (length < cut_length || memcmp(at, cut, cut_length) != 0)
		return NULL;
	at += cut_length;
	for (guint parts = 0;; parts++) {
		if (end - at >= 2 && memcmp(at, "--", 2) == 0)
			break;
		if (parts == MULTIPART_PARTS || end - at < 2 || memcmp(at, "\r\n", 2) != 0)
			return NULL;
		at += 2;
		/* the line end before a boundary is the boundary's */
		const char *next = at;
		do {
			next = memmem(next, (gsize)(end - next), cut, cut_length);
			if (next == NULL)
				return NULL;
			next += cut_length;
		} while (next - cut_length < at + 2 ||
		        memcmp(next - cut_length - 2, "\r\n", 2) != 0);
		const char *stop = next - cut_length - 2;
		if (!take_part(fields, at, (gsize)(stop - at), &file))
			return NULL;
		at = next;
	}
	*ret_file = file;
	return g_steal_pointer(&fields);
}
