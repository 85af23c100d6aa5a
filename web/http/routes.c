/*
 * Finding the route of a path. Patterns are cut into segments once; a path is cut as it came,
 * percent signs and all, so that an encoded slash never makes a segment.
 */
#include "web/http/private.h"

#include <string.h>

typedef struct {
	const Route *route;
	Segment segments[SEGMENTS_MAX]; /* of the pattern; a param begins with ':' */
	guint segments_n;
} Entry;

struct RouteIndex {
	GArray *entries; /* of Entry */
};

/* Cuts "/a/b" into a and b, "/a/" into a and an empty one, "/" into none. FALSE for what no pattern can
 * match. */
static gboolean
cut(const char *path, Segment segments[SEGMENTS_MAX], guint *ret_n)
{
	guint n = 0;
	if (*path++ != '/')
		return FALSE;
	while (*path != '\0' || n > 0) {
		const gsize length = strcspn(path, "/");
		if (n == SEGMENTS_MAX || *path == '/')
			return FALSE; /* too deep, or "//" */
		segments[n++] = (Segment){ .text = path, .length = length };
		path += length;
		if (*path == '\0')
			break;
		path++; /* a slash at the end leaves one more, empty */
	}
	*ret_n = n;
	return TRUE;
}

RouteIndex *
route_index_new(const Route *const *tables)
{
	RouteIndex *index = g_new0(RouteIndex, 1);
	index->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
	for (; *tables != NULL; tables++) {
		for (const Route *route = *tables; route->path != NULL; route++) {
			Entry entry = { .route = route };
			if (!cut(route->path, entry.segments, &entry.segments_n))
				g_error("route %s is not a path", route->path);
			g_array_append_val(index->entries, entry);
		}
	}
	return index;
}

void
route_index_free(RouteIndex *index)
{
	if (index == NULL)
		return;
	g_array_free(index->entries, TRUE);
	g_free(index);
}

static gboolean
matches(const Entry *entry, const Segment *segments, guint n, RouteMatch *ret)
{
	if (entry->segments_n != n)
		return FALSE;
	ret->params_n = 0;
	for (guint i = 0; i < n; i++) {
		const Segment *wanted = &entry->segments[i];
		if (wanted->length > 0 && wanted->text[0] == ':') {
			if (segments[i].length == 0)
				return FALSE;
			ret->params[ret->params_n++] = segments[i];
			continue;
		}
		if (wanted->length != segments[i].length ||
		        memcmp(wanted->text, segments[i].text, wanted->length) != 0)
			return FALSE;
	}
	ret->route = entry->route;
	return TRUE;
}

static const char *
allow_text(guint methods)
{
	static const char *const texts[] = {
		[1 << HTTP_GET] = "GET, HEAD",
		[1 << HTTP_POST] = "POST",
		[1 << HTTP_GET | 1 << HTTP_POST] = "GET, HEAD, POST",
	};
	return methods < G_N_ELEMENTS(texts) ? texts[methods] : NULL;
}

gboolean
route_find(const RouteIndex *index, HttpMethod method, const char *path, RouteMatch *ret,
        const char **ret_allow)
{
	Segment segments[SEGMENTS_MAX];
	guint n = 0, methods = 0;
	*ret_allow = NULL;
	if (!cut(path, segments, &n))
		return FALSE;
	for (guint i = 0; i < index->entries->len; i++) {
		RouteMatch match;
		if (!matches(&g_array_index(index->entries, Entry, i), segments, n, &match))
			continue;
		if (match.route->audience == FOR_NOBODY)
			continue;
		if (match.route->method == method) {
			*ret = match;
			return TRUE;
		}
		methods |= 1u << match.route->method;
	}
	*ret_allow = allow_text(methods);
	return FALSE;
}

const char *
route_param_name(const Route *route, guint i, gsize *ret_length)
{
	const char *at = route->path;
	while ((at = strstr(at, "/:")) != NULL) {
		at += 2;
		if (i-- == 0) {
			*ret_length = strcspn(at, "/");
			return at;
		}
	}
	return NULL;
}
