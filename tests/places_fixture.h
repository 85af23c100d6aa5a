/*
 * An event whose places are few, with waiting lists, for the tests of places. Include it last.
 *
 * Options: A (includes lunch; waiting list), B (chooses any of the buses), C (includes lunch, chooses the bus; waiting list,
 * closes early). Sessions: lunch; bus (waiting list, two stops, way home); van (waiting list, starts before the event),
 * car (no waiting list). Numbers by place, from 1.
 */
#pragma once

#include "schema/definition.h"
#include "schema/places.h"
#include "tests/engine.h"

enum { OPTION_A = 1, OPTION_B, OPTION_C, OPTIONS_END };
enum { LUNCH = 1, BUS, HOME, VAN, CAR, SESSIONS_END };

typedef struct {
	int a, c, lunch, bus, home, van, car, stop; /* stop: the bus's second */
} Capacities;

/* Stores it under @slug; FALSE when it was refused. */
gboolean places_store(Engine *engine, const char *slug, const Capacities *capacities, gint64 now);
Event *places_event(Engine *engine, const char *slug);

/* A registration without anybody in it, with an id of its own. */
Registration *places_registration(gint64 now, gboolean has_email);
/* Adds one more person, who takes @option. */
Place *places_add_person(const Event *event, Registration *asked, guint16 option_no, gint64 now);
void places_choose(Place *place, guint16 session_no, guint16 stop_no);
/* Runs it through the record's writer. */
PlaceAnswer places_take(Engine *engine, const Event *event, Registration *asked, gint64 now);
/* Runs @work, one of places.h. */
void places_run(Engine *engine, DbWork work, PlacesWork *asked);
/* Demands that `schema verify` finds the counts right. */
void places_verified(Engine *engine);
/* The event's version. */
gint64 places_version(Engine *engine, const Event *event);
