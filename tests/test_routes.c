/*
 * Which page a path reaches, and that no row of any table forgot to say for whom it is.
 */
#include <string.h>

#include "web/http/private.h"

static Reply *
no_page(Request *request)
{
	return NULL;
}

static const Route few_routes[] = {
	{ HTTP_GET, "/", FOR_ANYONE, no_page },
	{ HTTP_GET, "/e/:event", FOR_ANYONE, no_page },
	{ HTTP_GET, "/e/:event/register", FOR_ANYONE, no_page },
	{ HTTP_POST, "/e/:event/register", FOR_ANYONE, no_page },
	{ HTTP_GET, "/t/:token/:file", FOR_HOLDER, no_page },
	{ HTTP_POST, "/only/post", FOR_ANYONE, no_page },
	{ HTTP_GET, "/forgotten", FOR_NOBODY, no_page },
	{ 0 },
};

static const struct {
	HttpMethod method;
	const char *path;
	const char *pattern; /* NULL: none */
	const char *allow;   /* of what has no route, when only the method is wrong */
	const char *first;   /* param */
} ways[] = {
	{ HTTP_GET, "/", "/", NULL, NULL },
	{ HTTP_GET, "/e/day", "/e/:event", NULL, "day" },
	{ HTTP_GET, "/e/day/register", "/e/:event/register", NULL, "day" },
	{ HTTP_POST, "/e/day/register", "/e/:event/register", NULL, "day" },
	{ HTTP_GET, "/e/a%2Fb", "/e/:event", NULL, "a%2Fb" },
	{ HTTP_GET, "/t/token/1.svg", "/t/:token/:file", NULL, "token" },
	{ HTTP_NONE, "/e/day/register", NULL, "GET, HEAD, POST", NULL },
	{ HTTP_POST, "/e/day", NULL, "GET, HEAD", NULL },
	{ HTTP_GET, "/only/post", NULL, "POST", NULL },
	{ HTTP_GET, "/forgotten", NULL, NULL, NULL },
	{ HTTP_GET, "", NULL, NULL, NULL },
	{ HTTP_GET, "*", NULL, NULL, NULL },
	{ HTTP_GET, "//", NULL, NULL, NULL },
	{ HTTP_GET, "/e", NULL, NULL, NULL },
	{ HTTP_GET, "/e/", NULL, NULL, NULL },
	{ HTTP_GET, "/e//register", NULL, NULL, NULL },
	{ HTTP_GET, "/e/day/", NULL, NULL, NULL },
	{ HTTP_GET, "/e/day/register/more", NULL, NULL, NULL },
	{ HTTP_GET, "/E/day", NULL, NULL, NULL },
	{ HTTP_GET, "/e/day/registe", NULL, NULL, NULL },
	{ HTTP_GET, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", NULL, NULL, NULL },
};

static void
a_path_reaches_its_page_or_none(void)
{
	const Route *const tables[] = { few_routes, NULL };
	RouteIndex *index = route_index_new(tables);
	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		RouteMatch match = { 0 };
		const char *allow = "unset";
		gboolean found = route_find(index, ways[i].method, ways[i].path, &match, &allow);
		g_test_message("%s", ways[i].path);
		g_assert_cmpint(found, ==, ways[i].pattern != NULL);
		g_assert_cmpstr(allow, ==, ways[i].allow);
		if (!found)
			continue;
		g_assert_cmpstr(match.route->path, ==, ways[i].pattern);
		g_assert_cmpint(match.route->method, ==, ways[i].method);
		if (ways[i].first != NULL) {
			g_assert_cmpuint(match.params[0].length, ==, strlen(ways[i].first));
			g_assert_cmpmem(match.params[0].text, match.params[0].length, ways[i].first,
			        strlen(ways[i].first));
		}
	}
	route_index_free(index);
}

static void
check_row(GHashTable *seen, const Route *route)
{
	g_test_message("%s", route->path);
	g_assert_cmpint(route->audience, !=, FOR_NOBODY);
	g_assert_true(route->method == HTTP_GET || route->method == HTTP_POST);
	g_assert_nonnull(route->page);
	g_assert_cmpuint(route->body_max, <=, 16 * 1024 * 1024);
	if (route->method == HTTP_GET)
		g_assert_cmpuint(route->body_max, ==, 0);

	/* a page that writes for anyone has an event, whose secret makes the CSRF token */
	const gboolean api = g_str_has_prefix(route->path, "/api/");
	if (route->method == HTTP_POST && route->audience == FOR_ANYONE)
		g_assert_true(!api && strstr(route->path, "/:event") != NULL);
	const gboolean device = route->audience == FOR_DEVICE ||
	        route->audience == FOR_SUPERVISOR || route->audience == FOR_ANY_DEVICE ||
	        route->audience == FOR_PAIRING;
	g_assert_cmpint(device, ==, api);

	/* the staff's room has roles on every door, and no other has any */
	g_assert_cmpint(route->audience == FOR_STAFF, ==, route->roles != ROLE_NOBODY);
	if (route->audience == FOR_STAFF || route->audience == FOR_SIGN_IN)
		g_assert_true(g_str_has_prefix(route->path, "/staff"));
	else if (g_str_has_prefix(route->path, "/staff"))
		g_assert_cmpstr(route->path, ==, "/staff/sign-in");

	/* no two rows answer the same: params by their place, not by their name */
	g_autoptr(GString) shape = g_string_new(route->method == HTTP_GET ? "GET" : "POST");
	g_auto(GStrv) segments = g_strsplit(route->path, "/", -1);
	guint params = 0;
	for (guint i = 0; segments[i] != NULL; i++) {
		params += segments[i][0] == ':';
		g_string_append_printf(shape, "/%s", segments[i][0] == ':' ? ":" : segments[i]);
	}
	g_assert_cmpuint(params, <=, PARAMS_MAX);
	g_assert_true(g_hash_table_add(seen, g_strdup(shape->str)));
}

static void
every_route_says_for_whom_it_is_and_stands_once(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; web_tables[i] != NULL; i++) {
		g_assert_nonnull(web_tables[i]->path);
		for (const Route *route = web_tables[i]; route->path != NULL; route++)
			check_row(seen, route);
	}
}

static void
a_param_is_known_by_the_name_in_the_pattern(void)
{
	gsize length = 0;
	const char *name = route_param_name(&few_routes[4], 1, &length);
	g_assert_cmpmem(name, length, "file", 4);
	g_assert_null(route_param_name(&few_routes[4], 2, &length));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/routes/" #name, name)
	TEST(a_path_reaches_its_page_or_none);
	TEST(every_route_says_for_whom_it_is_and_stands_once);
	TEST(a_param_is_known_by_the_name_in_the_pattern);
	return g_test_run();
}
