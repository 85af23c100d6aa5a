/*
 * People at few places as a model that counts them one by one, and how the tables compare with it; for
 * test_places_line.c. Include it last.
 */
#pragma once

#include "tests/places_fixture.h"

#define HOUR      G_GINT64_CONSTANT(3600)
#define START     (ENGINE_NOW + (5 * 24 + 8) * HOUR) /* of the event: 2027-02-06T08:00 */
#define VAN_START (START - 24 * HOUR)
#define CLOSES    (START + 28 * HOUR)
#define C_CLOSES  (START - 32 * HOUR)
#define PEOPLE    80

typedef enum { HAS, WAITS, OFFERED, LEFT } Stand;

/* What somebody has or wants of one thing. */
typedef struct {
	gboolean wanted;
	Stand stand;
	int stop;
	gint64 queue, until;
} Want;

typedef struct {
	gint64 id, registration;
	gboolean active, email;
	int option;
	Want own; /* the option */
	Want rides[SESSIONS_END];
} Somebody;

typedef struct {
	Engine *engine;
	Event *event;
	Db *db;
	GRand *random;
	Capacities room;
	Somebody people[PEOPLE];
	guint people_n;
	gint64 now, version; /* of the step under way */
	char step[128];
} World;

/* From @n, by the world's chance. */
static inline int
model_draw(World *world, int n)
{
	return g_rand_int_range(world->random, 0, n);
}

#define RIDES 3
extern const guint16 model_rides[RIDES]; /* what can be chosen */

gboolean model_held(const Want *want);
gboolean model_is_open(const World *world, int option);
/* Whether who finds it full now may wait. */
gboolean model_has_list(const World *world, int option, int ride);
/* How many more it can take; below 0 when it has too many. */
int model_left_in_option(const World *world, int option);
int model_left_in_ride(const World *world, int ride, int stop);
gboolean model_too_many(const World *world);
/* Until when offers of a ride, or an option (0), can last. */
gint64 model_limit(int ride);
/* The lowest number of all who can be offered something, again and again. */
void model_fill(World *world);
/* Out of one line; of the option's and all that hangs on it. */
void model_leave(Want *want);
void model_leave_all(Somebody *who);
/* Everybody stands in the tables as here, and the counts are right. */
void model_check(World *world);
