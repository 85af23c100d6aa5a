/*
 * A house with one event in it and a clock of the test's own, and a person who visits it with a browser: opens
 * pages, fills forms in, reads answers. Include it last.
 */
#pragma once

#include "tests/client.h"
#include "tests/example.h"
#include "web/server.h"
#include "tests/engine.h"

#define EVENT     "/e/immigrant-day-of-action"
#define FORM_PATH EVENT "/register"
#define MS        G_GINT64_CONSTANT(1000)
#define MINUTE_MS (60 * MS)
#define HOUR      (60 * MINUTE_MS)
#define DAY       (24 * HOUR)

/* The server's clock; house_with() sets it to ENGINE_NOW. */
void clock_set(gint64 ms);
void clock_pass(gint64 ms);

typedef struct {
	Server *server;
	Settings *settings;
	const char *url;
} House;
/* Loads the definition @root (taken) and serves its pages. @robots: "on" or "off". */
House house_with(Engine *engine, json_t *root, const char *robots);
/* The same behind the proxies at these addresses (nullable). */
House house_behind(Engine *engine, json_t *root, const char *robots, const char *proxies);
void house_shut(House *house);

typedef struct {
	int status;
	char *page;  /* the body */
	char *where; /* Location, nullable */
	char *header;
} Seen;
void seen_clear(Seen *seen);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Seen, seen_clear)
Seen seen_of(Answered answered); /* takes it */
Seen visit(const House *house, const char *path);

/* A form as a browser sends it. */
typedef struct {
	GString *body;
} Filled;
void fill(Filled *form, const char *name, const char *value);
/* The value of a hidden field. Owned by the caller. */
char *hidden_value(const char *page, const char *name);
/* Begins @form with what the page brought along itself. */
void carry_over(Filled *form, const char *page);
/* An adult from the fourth region, who leaves no contact. */
void fill_person(Filled *form, const char *name, const char *option);
Seen send_form(const House *house, Filled *form, const char *path); /* frees @form */
/* The same with more lines of the header, each with its end. */
Seen send_form_with(const House *house, Filled *form, const char *path, const char *more_headers);
/* Opens the form, reads it, fills it in, sends it. */
Seen register_person(const House *house, const char *name, const char *option);

/* The test ends when the page has no such part, or has it, or lacks this header. */
void must_show(const Seen *seen, const char *part);
void must_not_show(const Seen *seen, const char *part);
void must_say(const Seen *seen, const char *header);
