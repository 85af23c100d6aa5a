/*
 * A small event, and people put into its tables one by one, for the tests of counts and lists.
 */
#pragma once

#include "reports/report.h"
#include "tests/engine.h"

/* Two regions; a day, a lunch, a bus, a training, a shift. Numbers by place, from 1. */
enum { NORTH = 1, SOUTH = 2 };
enum { DAY = 1, LUNCH, BUS, TRAINING, SHIFT, SESSIONS_END };
enum { FULL = 1, PLAIN = 2 };

/* The event by a slug; "day" unless a test says otherwise. */
void small_event_define(Engine *engine, const char *slug);

typedef struct {
	const char *slug; /* NULL: "day" */
	guint16 region;
	guint16 option;           /* 0: none */
	const char *option_state; /* NULL: confirmed */
	const char *state;        /* NULL: active */
	int class;
	guint booked, waiting, came; /* bits 1 << session */
	const char *name;            /* NULL: nothing is sealed */
	int age_band;
	guint16 delegation;
} Somebody;

gint64 somebody_id(guint no);
/* Enters one person of the number @no. */
void somebody_enters(Engine *engine, guint no, const Somebody *who);

typedef struct {
	Record *record;
	Db *db;
	Event *event;
} Asking;

/* Rows of people that are entered together: one statement a table. */
typedef struct {
	GString *attendees, *bookings, *presences, *names;
	Asking asking;    /* for the keys that names are sealed with, once there is a name */
	const char *slug; /* of all whose names are there */
} Rows;
Rows rows_new(void);
void rows_add(Engine *engine, Rows *rows, guint no, const Somebody *who);
void rows_enter(Engine *engine, Rows *rows); /* and frees them */

void asking_begin(Engine *engine, const char *slug, Asking *ret);
void asking_end(Asking *asking);

/* A report of "day" as CSV, without carriage returns. */
char *ask_csv(Engine *engine, const char *name, guint16 session_no, guint16 region_no, guint by);
/* @csv has this line, beginning and end included. */
void assert_row(const char *csv, const char *row);
