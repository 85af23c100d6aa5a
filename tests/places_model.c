#include <string.h>

#include "tests/places_model.h"

const guint16 model_rides[RIDES] = { BUS, VAN, CAR };

gboolean
model_held(const Want *want)
{
	return want->wanted && (want->stand == HAS || want->stand == OFFERED);
}

static gboolean
in_option(const Somebody *who)
{
	return who->active && model_held(&who->own);
}

static int
count_option(const World *world, int option)
{
	int n = 0;
	for (guint i = 0; i < world->people_n; i++)
		n += in_option(&world->people[i]) && world->people[i].option == option;
	return n;
}

static int
count_ride(const World *world, int ride, int stop)
{
	int n = 0;
	for (guint i = 0; i < world->people_n; i++) {
		const Want *want = &world->people[i].rides[ride];
		n += world->people[i].active && model_held(want) &&
		        (stop == 0 || want->stop == stop);
	}
	return n;
}

/* How many more the option, or the ride, can take. */
int
model_left_in_option(const World *world, int option)
{
	int a = count_option(world, OPTION_A), c = count_option(world, OPTION_C);
	int own = option == OPTION_A ? world->room.a - a : world->room.c - c;
	return option == OPTION_B ? PEOPLE : MIN(own, world->room.lunch - a - c);
}

int
model_left_in_ride(const World *world, int ride, int stop)
{
	int n = count_ride(world, ride, 0);
	if (ride == VAN)
		return world->room.van - n;
	if (ride == CAR)
		return world->room.car - n;
	int left = MIN(world->room.bus, world->room.home) - n;
	return stop == 2 ? MIN(left, world->room.stop - count_ride(world, BUS, 2)) : left;
}

gboolean
model_too_many(const World *world)
{
	for (int option = OPTION_A; option < OPTIONS_END; option++)
		if (model_left_in_option(world, option) < 0)
			return TRUE;
	return model_left_in_ride(world, VAN, 0) < 0 || model_left_in_ride(world, CAR, 0) < 0 ||
	        model_left_in_ride(world, BUS, 2) < 0 || model_left_in_ride(world, BUS, 1) < 0;
}

gint64
model_limit(int ride)
{
	return ride == VAN ? VAN_START : START;
}

gboolean
model_is_open(const World *world, int option)
{
	return world->now < (option == OPTION_C ? C_CLOSES : CLOSES);
}

gboolean
model_has_list(const World *world, int option, int ride)
{
	return (option == OPTION_A || option == OPTION_C || ride == BUS || ride == VAN) &&
	        world->now < model_limit(ride);
}

static gboolean
may_be_offered(const World *world, const Somebody *who, int ride)
{
	const Want *want = ride != 0 ? &who->rides[ride] : &who->own;
	if (!who->active || !want->wanted || want->stand != WAITS ||
	        world->now >= model_limit(ride))
		return FALSE;
	if (ride == 0)
		return model_left_in_option(world, who->option) > 0;
	return model_held(&who->own) && model_left_in_ride(world, ride, want->stop) > 0;
}

static void
offer(World *world, Somebody *who, int ride)
{
	Want *want = ride != 0 ? &who->rides[ride] : &who->own;
	gint64 until = model_limit(ride);
	if (ride != 0 && who->own.stand == OFFERED)
		until = MIN(until, who->own.until);
	else if (who->email)
		until = MIN(until, world->now + 24 * HOUR);
	want->stand = OFFERED;
	want->until = until;
	for (guint i = 0; ride == 0 && i < RIDES; i++)
		if (may_be_offered(world, who, model_rides[i]))
			offer(world, who, model_rides[i]);
}

void
model_fill(World *world)
{
	for (;;) {
		Somebody *first = NULL;
		int what = 0;
		gint64 queue = G_MAXINT64;
		for (guint i = 0; i < world->people_n; i++)
			for (int ride = 0; ride < SESSIONS_END; ride++) {
				Somebody *who = &world->people[i];
				const Want *want = ride != 0 ? &who->rides[ride] : &who->own;
				if (!may_be_offered(world, who, ride) || want->queue >= queue)
					continue;
				first = who;
				what = ride;
				queue = want->queue;
			}
		if (first == NULL)
			return;
		offer(world, first, what);
	}
}

void
model_leave(Want *want)
{
	want->stand = LEFT;
	want->queue = want->until = 0;
}

void
model_leave_all(Somebody *who)
{
	model_leave(&who->own);
	for (guint i = 0; i < RIDES; i++)
		if (who->rides[model_rides[i]].wanted)
			model_leave(&who->rides[model_rides[i]]);
}

/* ---- what the tables say, against the model ---- */

static void
describe_want(GString *text, const char *name, const Want *want)
{
	static const char *const stands[] = { "has", "waits", "offered", "left" };
	if (want->wanted)
		g_string_append_printf(text, " %s/%d %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ";",
		        name, want->stop, stands[want->stand], want->queue, want->until);
}

static Want
want_of(DbRows *rows, guint state, guint queue, guint until, int stop)
{
	Want want = { .wanted = TRUE,
		.stop = stop,
		.queue = db_column_int(rows, queue),
		.until = db_column_int(rows, until) };
	want.stand = strcmp(db_column_text(rows, state), "confirmed") == 0 ? HAS
	        : want.until != 0                                          ? OFFERED
	        : want.queue != 0                                          ? WAITS
	                                                                   : LEFT;
	return want;
}

static void
read_person(World *world, const Somebody *who, Somebody *ret, Want *ret_home)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(DbRows) rows = db_query(world->db,
	        "SELECT a.state, a.merged_into, a.option_no, a.option_state, a.option_queue,"
	        " a.option_offer, b.session_no, b.stop_no, b.state, b.queue, b.offer"
	        " FROM attendee a LEFT JOIN booking b ON b.attendee = a.id WHERE a.id = $1",
	        DB_ARGS(db_int(who->id)), &error);
	g_assert_no_error(error);
	while (db_next(rows, &error) == DB_ROW) {
		ret->active = strcmp(db_column_text(rows, 0), "active") == 0 &&
		        db_column_is_null(rows, 1);
		ret->option = (int)db_column_int(rows, 2);
		ret->own = want_of(rows, 3, 4, 5, 0);
		gint64 session_no = db_column_int(rows, 6);
		if (session_no == 0)
			continue;
		Want want = want_of(rows, 8, 9, 10, (int)db_column_int(rows, 7));
		if (session_no == HOME)
			*ret_home = want;
		else
			ret->rides[session_no] = want;
	}
	g_assert_no_error(error);
}

static char *
describe(const Somebody *who)
{
	GString *text = g_string_new(NULL);
	if (!who->active) {
		g_string_append(text, "gone");
		return g_string_free(text, FALSE);
	}
	g_string_append_printf(text, "option %d", who->option);
	describe_want(text, "own", &who->own);
	describe_want(text, "bus", &who->rides[BUS]);
	describe_want(text, "van", &who->rides[VAN]);
	describe_want(text, "car", &who->rides[CAR]);
	return g_string_free(text, FALSE);
}

static gint64
ask(World *world, const char *sql)
{
	g_autoptr(GError) error = NULL;
	gint64 number = 0;
	db_ask_int(world->db, sql, DB_ARGS(db_bytes(world->event->id, EVENT_ID_BYTES)), -1, &number,
	        &error);
	g_assert_no_error(error);
	return number;
}

void
model_check(World *world)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(db_begin(world->db, &error));
	g_assert_false(model_too_many(world));
	for (guint i = 0; i < world->people_n; i++) {
		const Somebody *who = &world->people[i];
		Somebody row = { 0 };
		Want home = { 0 };
		read_person(world, who, &row, &home);
		g_autofree char *is = describe(&row), *should = describe(who);
		if (strcmp(is, should) != 0)
			g_error("after %s: person %u is [%s], not [%s]", world->step, i, is,
			        should);
		g_assert_cmpint(!row.active || home.wanted == row.rides[BUS].wanted, ==, TRUE);
		g_assert_cmpint(
		        !row.active || model_held(&home) == model_held(&row.rides[BUS]), ==, TRUE);
	}
	/* nobody is lost, and nobody came from nowhere */
	g_assert_cmpint(
	        ask(world, "SELECT count(*) FROM attendee WHERE event = $1"), ==, world->people_n);
	g_assert_cmpint(ask(world, "SELECT taken FROM option WHERE event = $1 AND no = 1"), ==,
	        count_option(world, OPTION_A));
	g_assert_cmpint(ask(world, "SELECT taken FROM option WHERE event = $1 AND no = 3"), ==,
	        count_option(world, OPTION_C));
	g_assert_cmpint(ask(world, "SELECT taken FROM session WHERE event = $1 AND no = 1"), ==,
	        count_option(world, OPTION_A) + count_option(world, OPTION_C));
	g_assert_cmpint(ask(world, "SELECT taken FROM session WHERE event = $1 AND no = 2"), ==,
	        count_ride(world, BUS, 0));
	g_assert_cmpint(ask(world, "SELECT taken FROM session WHERE event = $1 AND no = 3"), ==,
	        count_ride(world, BUS, 0));
	g_assert_cmpint(ask(world, "SELECT taken FROM session WHERE event = $1 AND no = 4"), ==,
	        count_ride(world, VAN, 0));
	g_assert_cmpint(ask(world, "SELECT taken FROM stop WHERE event = $1 AND no = 2"), ==,
	        count_ride(world, BUS, 2));
	db_rollback(world->db);
}
