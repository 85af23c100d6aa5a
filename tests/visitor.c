#include "tests/visitor.h"

#include <string.h>

static gint64 clock_ms; /* atomic: the server's threads read it */

static gint64
now_ms(void)
{
	return __atomic_load_n(&clock_ms, __ATOMIC_SEQ_CST);
}

void
clock_set(gint64 ms)
{
	__atomic_store_n(&clock_ms, ms, __ATOMIC_SEQ_CST);
}

void
clock_pass(gint64 ms)
{
	__atomic_add_fetch(&clock_ms, ms, __ATOMIC_SEQ_CST);
}

/* ---- a house with the event in it ---- */

/* Takes @root. */
static void
load(Engine *engine, json_t *root)
{
	g_autoptr(Event) event = example_parse(root, NULL);
	g_autoptr(GError) error = NULL;
	DefinitionStored stored;
	definition_store(engine_record(engine), event, ENGINE_NOW, &stored, &error);
	g_assert_no_error(error);
	json_decref(root);
}

House
house_with(Engine *engine, json_t *root, const char *robots)
{
	return house_behind(engine, root, robots, NULL);
}

House
house_behind(Engine *engine, json_t *root, const char *robots, const char *proxies)
{
	static const Route *const tables[] = { site_routes, event_routes, registration_routes,
		ticket_change_routes, ticket_correct_routes, ticket_cancel_routes,
		ticket_data_routes, ticket_delete_routes, ticket_link_routes, ticket_routes, NULL };
	char *words[] = { "web", "--data", (char *)engine->place.dir, "--listen", "127.0.0.1:0",
		"--robots", (char *)robots, proxies != NULL ? (char *)"--trusted-proxies" : NULL,
		(char *)proxies, NULL };
	char **argv = words;
	int argc = (int)g_strv_length(words);
	GError *error = NULL;
	House house = { 0 };
	load(engine, root);
	__atomic_store_n(&clock_ms, ENGINE_NOW * MS, __ATOMIC_SEQ_CST);
	house.settings = settings_take(&argc, &argv, NULL, "", TRUE, &error);
	g_assert_no_error(error);
	const ServerOptions options = { .record = engine_record(engine),
		.settings = house.settings,
		.routes = tables,
		.now_ms = now_ms };
	house.server = server_start(&options, &error);
	g_assert_no_error(error);
	house.url = server_url(house.server);
	return house;
}

void
house_shut(House *house)
{
	g_assert_true(server_stop(house->server));
	settings_free(house->settings);
}

/* ---- a person with a browser ---- */

void
seen_clear(Seen *seen)
{
	g_free(seen->page);
	g_free(seen->where);
	g_free(seen->header);
	*seen = (Seen){ 0 };
}

Seen
seen_of(Answered answered)
{
	return (Seen){ .status = answered.status,
		.page = answered.body,
		.where = g_strdup(answered_header(&answered, "Location")),
		.header = answered.header };
}

Seen
visit(const House *house, const char *path)
{
	return seen_of(client_get(house->url, path, ""));
}

void
fill(Filled *form, const char *name, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
	g_string_append_printf(
	        form->body, "%s%s=%s", form->body->len > 0 ? "&" : "", name, escaped);
}

char *
hidden_value(const char *page, const char *name)
{
	g_autofree char *begin = g_strdup_printf("name=\"%s\" value=\"", name);
	const char *at = strstr(page, begin);
	g_assert_nonnull(at);
	at += strlen(begin);
	return g_strndup(at, strcspn(at, "\""));
}

void
carry_over(Filled *form, const char *page)
{
	g_autofree char *submission = hidden_value(page, "submission");
	g_autofree char *csrf = hidden_value(page, "csrf");
	form->body = g_string_new(NULL);
	fill(form, "submission", submission);
	fill(form, "csrf", csrf);
	if (strstr(page, "name=\"again\"") != NULL)
		fill(form, "again", "1");
}

void
fill_person(Filled *form, const char *name, const char *option)
{
	fill(form, "name", name);
	fill(form, "contact", "none");
	fill(form, "region", "4");
	fill(form, "option", option);
	fill(form, "age_band", "adult");
	fill(form, "photo", "no");
}

Seen
send_form(const House *house, Filled *form, const char *path)
{
	return send_form_with(house, form, path, "");
}

Seen
send_form_with(const House *house, Filled *form, const char *path, const char *more_headers)
{
	g_autofree char *bytes =
	        g_strdup_printf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: "
	                        "application/x-www-form-urlencoded\r\n"
	                        "Content-Length: %zu\r\n%sConnection: close\r\n\r\n%s",
	                path, form->body->len, more_headers, form->body->str);
	g_string_free(form->body, TRUE);
	return seen_of(client_ask(house->url, bytes, strlen(bytes)));
}

Seen
register_person(const House *house, const char *name, const char *option)
{
	g_auto(Seen) page = visit(house, FORM_PATH);
	Filled form;
	g_assert_cmpint(page.status, ==, 200);
	clock_pass(MINUTE_MS);
	carry_over(&form, page.page);
	fill_person(&form, name, option);
	return send_form(house, &form, FORM_PATH);
}

void
must_show(const Seen *seen, const char *part)
{
	if (strstr(seen->page, part) == NULL)
		g_error("there is no \"%s\" in %d %.3000s", part, seen->status, seen->page);
}

void
must_not_show(const Seen *seen, const char *part)
{
	const char *at = strstr(seen->page, part);
	if (at != NULL)
		g_error("\"%s\": %.100s", part, at);
}

void
must_say(const Seen *seen, const char *header)
{
	if (strstr(seen->header, header) == NULL)
		g_error("there is no \"%s\" in %s", header, seen->header);
}
