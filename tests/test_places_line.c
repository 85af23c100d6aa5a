/*
 * The line: random registrations, cancellations, changes, answers, offers that run out, capacities and merges, in random
 * order, and after each step everybody stands as in a model that counts people one by one. TURNOUT_SEEDS says how many
 * seeds; a failing one is told with its step.
 */
#include "schema/holder.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/places_fixture.h"

#define HOUR      G_GINT64_CONSTANT(3600)
#define START     (ENGINE_NOW + (5 * 24 + 8) * HOUR) /* of the event: 2027-02-06T08:00 */
#define VAN_START (START - 24 * HOUR)
#define CLOSES    (START + 28 * HOUR)
#define C_CLOSES  (START - 32 * HOUR)
#define PEOPLE    80
#define STEPS     70

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

static int
draw(World *world, int n)
{
	return g_rand_int_range(world->random, 0, n);
}

/* ---- the model ---- */

static const guint16 rides[] = { BUS, VAN, CAR };

static gboolean
held(const Want *want)
{
	return want->wanted && (want->stand == HAS || want->stand == OFFERED);
}

static gboolean
in_option(const Somebody *who)
{
	return who->active && held(&who->own);
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
		n += world->people[i].active && held(want) && (stop == 0 || want->stop == stop);
	}
	return n;
}

/* How many more the option, or the ride, can take. */
static int
left_in_option(const World *world, int option)
{
	int a = count_option(world, OPTION_A), c = count_option(world, OPTION_C);
	int own = option == OPTION_A ? world->room.a - a : world->room.c - c;
	return option == OPTION_B ? PEOPLE : MIN(own, world->room.lunch - a - c);
}

static int
left_in_ride(const World *world, int ride, int stop)
{
	int n = count_ride(world, ride, 0);
	if (ride == VAN)
		return world->room.van - n;
	if (ride == CAR)
		return world->room.car - n;
	int left = MIN(world->room.bus, world->room.home) - n;
	return stop == 2 ? MIN(left, world->room.stop - count_ride(world, BUS, 2)) : left;
}

static gboolean
too_many(const World *world)
{
	for (int option = OPTION_A; option < OPTIONS_END; option++)
		if (left_in_option(world, option) < 0)
			return TRUE;
	return left_in_ride(world, VAN, 0) < 0 || left_in_ride(world, CAR, 0) < 0 ||
	        left_in_ride(world, BUS, 2) < 0 || left_in_ride(world, BUS, 1) < 0;
}

static gint64
limit_of(int ride)
{
	return ride == VAN ? VAN_START : START;
}

static gboolean
is_open(const World *world, int option)
{
	return world->now < (option == OPTION_C ? C_CLOSES : CLOSES);
}

static gboolean
has_list(const World *world, int option, int ride)
{
	return (option == OPTION_A || option == OPTION_C || ride == BUS || ride == VAN) &&
	        world->now < limit_of(ride);
}

static gboolean
may_be_offered(const World *world, const Somebody *who, int ride)
{
	const Want *want = ride != 0 ? &who->rides[ride] : &who->own;
	if (!who->active || !want->wanted || want->stand != WAITS || world->now >= limit_of(ride))
		return FALSE;
	if (ride == 0)
		return left_in_option(world, who->option) > 0;
	return held(&who->own) && left_in_ride(world, ride, want->stop) > 0;
}

static void
offer(World *world, Somebody *who, int ride)
{
	Want *want = ride != 0 ? &who->rides[ride] : &who->own;
	gint64 until = limit_of(ride);
	if (ride != 0 && who->own.stand == OFFERED)
		until = MIN(until, who->own.until);
	else if (who->email)
		until = MIN(until, world->now + 24 * HOUR);
	want->stand = OFFERED;
	want->until = until;
	for (guint i = 0; ride == 0 && i < G_N_ELEMENTS(rides); i++)
		if (may_be_offered(world, who, rides[i]))
			offer(world, who, rides[i]);
}

/* The lowest number of all who can be offered something, again and again. */
static void
fill(World *world)
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

static void
leave_want(Want *want)
{
	want->stand = LEFT;
	want->queue = want->until = 0;
}

static void
leave_all(Somebody *who)
{
	leave_want(&who->own);
	for (guint i = 0; i < G_N_ELEMENTS(rides); i++)
		if (who->rides[rides[i]].wanted)
			leave_want(&who->rides[rides[i]]);
}

/* ---- what the tables say, against the model ---- */

static void
describe_want(GString *text, const char *name, const Want *want)
{
	static const char *const stands[] = { "has", "waits", "offered", "left" };
	if (want->wanted)
		g_string_append_printf(text,
		        " %s/%d %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ";", name, want->stop,
		        stands[want->stand], want->queue, want->until);
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

static void
check(World *world)
{
	g_autoptr(GError) error = NULL;
	g_assert_true(db_begin(world->db, &error));
	g_assert_false(too_many(world));
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
		        !row.active || held(&home) == held(&row.rides[BUS]), ==, TRUE);
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

/* ---- steps ---- */

static void
begin_step(World *world, const char *what)
{
	world->version = places_version(world->engine, world->event) + 1;
	g_strlcpy(world->step, what, sizeof world->step);
}

static gint64
queue_of(const World *world, guint i)
{
	return world->version * 32 + i;
}

static Somebody *
somebody(World *world)
{
	return &world->people[draw(world, (int)world->people_n)];
}

/* What @option leaves to choose, by chance. */
static void
draw_wishes(World *world, int option, PlacesWish *wish)
{
	guint first = (guint)draw(world, option == OPTION_C ? 2 : 3);
	wish->option_no = (guint16)option;
	wish->chosen_n = option == OPTION_A ? 0
	        : option == OPTION_C        ? 1
	                                    : (guint)draw(world, 3);
	for (guint i = 0; i < wish->chosen_n; i++) {
		guint16 ride = rides[(first + i) % G_N_ELEMENTS(rides)];
		wish->chosen[i] = (ChosenSession){ ride,
			(guint16)(ride == BUS ? 1 + draw(world, 2) : 0) };
	}
}

static void
set_all(Somebody *who, const PlacesWish *wish, Stand stand, gint64 queue)
{
	Want want = { .wanted = TRUE, .stand = stand, .queue = queue };
	memset(who->rides, 0, sizeof who->rides);
	who->option = wish->option_no;
	who->own = want;
	for (guint i = 0; i < wish->chosen_n; i++) {
		want.stop = wish->chosen[i].stop_no;
		who->rides[wish->chosen[i].session_no] = want;
	}
}

/* Each takes what there is and waits for the rest; FALSE when somebody can do neither. */
static gboolean
take_each(World *world, guint from, const PlacesWish *wishes)
{
	for (guint i = from; i < world->people_n; i++)
		world->people[i].active = FALSE;
	for (guint i = from; i < world->people_n; i++) {
		Somebody *who = &world->people[i];
		const PlacesWish *wish = &wishes[i - from];
		gint64 queue = queue_of(world, i - from);
		gboolean room = left_in_option(world, wish->option_no) > 0;
		if (!room && !has_list(world, wish->option_no, 0))
			return FALSE;
		set_all(who, wish, WAITS, queue);
		who->active = TRUE;
		if (!room)
			continue;
		who->own = (Want){ .wanted = TRUE, .stand = HAS };
		for (guint j = 0; j < wish->chosen_n; j++) {
			int ride = wish->chosen[j].session_no;
			Want *want = &who->rides[ride];
			if (left_in_ride(world, ride, want->stop) > 0) {
				want->stand = HAS;
				want->queue = 0;
			} else if (!has_list(world, 0, ride)) {
				return FALSE;
			}
		}
	}
	return TRUE;
}

static void
register_some(World *world)
{
	guint n = 1 + (guint)draw(world, 3), from = world->people_n;
	gboolean email = draw(world, 3) > 0, open = TRUE;
	g_autoptr(Registration) asked = places_registration(world->now, email);
	PlacesWish wishes[3] = { 0 };
	if (from + n > PEOPLE)
		return;
	begin_step(world, "registering");
	for (guint i = 0; i < n; i++) {
		draw_wishes(world, 1 + draw(world, 3), &wishes[i]);
		Place *place = places_add_person(
		        world->event, asked, wishes[i].option_no, world->now);
		for (guint j = 0; j < wishes[i].chosen_n; j++)
			places_choose(place, wishes[i].chosen[j].session_no,
			        wishes[i].chosen[j].stop_no);
		open = open && is_open(world, wishes[i].option_no);
		Somebody *who = &world->people[from + i];
		*who = (Somebody){ .id = place->id,
			.registration = asked->id,
			.active = TRUE,
			.email = email };
		set_all(who, &wishes[i], HAS, 0);
	}
	world->people_n += n;
	PlaceOutcome should = !open ? PLACE_CLOSED : PLACE_TAKEN;
	if (open && too_many(world))
		should = take_each(world, from, wishes) ? PLACE_WAITLISTED : PLACE_FULL;
	PlaceAnswer answer = places_take(world->engine, world->event, asked, world->now);
	g_assert_cmpint(answer.outcome, ==, should);
	if (should == PLACE_CLOSED || should == PLACE_FULL)
		world->people_n = from;
}

static PlacesWork
work_about(const World *world, const Somebody *who)
{
	return (PlacesWork){ .event = world->event,
		.who = { who->registration, who->id },
		.now = world->now };
}

static void
cancel_some(World *world)
{
	const Somebody *who = somebody(world);
	PlacesWork work = work_about(world, who);
	guint n = 0;
	begin_step(world, "cancelling");
	if (draw(world, 3) == 0)
		work.who.attendee = 0;
	for (guint i = 0; i < world->people_n; i++) {
		Somebody *other = &world->people[i];
		if (other->registration != who->registration || !other->active ||
		        (work.who.attendee != 0 && other != who))
			continue;
		other->active = FALSE;
		n++;
	}
	if (n > 0)
		fill(world);
	places_run(world->engine, places_cancel_work, &work);
	g_assert_cmpuint(work.answer.n, ==, n);
	g_assert_cmpint(work.answer.outcome, ==, n > 0 ? PLACES_DONE : PLACES_NOTHING);
}

static PlacesOutcome
answer_in_model(World *world, Somebody *who, int ride, PlacesReply reply)
{
	Want *want = ride != 0 ? &who->rides[ride] : &who->own;
	if (!who->active || !want->wanted)
		return PLACES_NOTHING;
	switch (reply) {
	case PLACES_CONFIRM:
		if (want->stand != OFFERED || want->until <= world->now ||
		        (ride != 0 && who->own.stand != HAS))
			return PLACES_NOTHING;
		for (guint i = 0; i < G_N_ELEMENTS(rides); i++) {
			Want *with = &who->rides[rides[i]];
			if (ride == 0 && with->stand == OFFERED && with->until > world->now) {
				with->stand = HAS;
				with->queue = with->until = 0;
			}
		}
		want->stand = HAS;
		want->queue = want->until = 0;
		break;
	case PLACES_LEAVE:
		if (want->stand != OFFERED && want->stand != WAITS)
			return PLACES_NOTHING;
		if (ride == 0)
			leave_all(who);
		else
			leave_want(want);
		break;
	case PLACES_REJOIN:
		if (want->stand != LEFT || (ride != 0 && !held(&who->own)))
			return PLACES_NOTHING;
		want->stand = WAITS;
		want->queue = queue_of(world, 0);
		for (guint i = 0; ride == 0 && i < G_N_ELEMENTS(rides); i++) {
			Want *with = &who->rides[rides[i]];
			if (with->wanted) {
				with->stand = WAITS;
				with->queue = want->queue;
			}
		}
	}
	fill(world);
	return PLACES_DONE;
}

static void
answer_some(World *world)
{
	Somebody *who = somebody(world);
	/* somebody who has something to answer, where there is one */
	for (int tries = 0; tries < 20 && who->own.stand == HAS; tries++)
		who = somebody(world);
	PlacesWork work = work_about(world, who);
	work.session_no = (guint16)(draw(world, 2) ? 0 : rides[draw(world, 3)]);
	work.reply = (PlacesReply)draw(world, 3);
	begin_step(world, "answering");
	PlacesOutcome should = answer_in_model(world, who, work.session_no, work.reply);
	places_run(world->engine, places_answer_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, should);
}

static void
tell_some(World *world)
{
	Somebody *who = somebody(world);
	PlacesWork work = work_about(world, who);
	begin_step(world, "telling");
	for (int ride = 0; who->active && !who->email && ride < SESSIONS_END; ride++) {
		Want *want = ride != 0 ? &who->rides[ride] : &who->own;
		if (want->wanted && want->stand == OFFERED)
			want->until = MIN(want->until, world->now + 24 * HOUR);
	}
	places_run(world->engine, places_told_work, &work);
}

static void
sweep(World *world)
{
	PlacesWork work = { .event = world->event, .now = world->now };
	gboolean due = FALSE;
	begin_step(world, "sweeping");
	for (guint i = 0; i < world->people_n; i++) {
		Somebody *who = &world->people[i];
		if (who->active && who->own.stand == OFFERED && who->own.until <= world->now) {
			leave_all(who);
			due = TRUE;
		}
		for (guint j = 0; who->active && j < G_N_ELEMENTS(rides); j++) {
			Want *want = &who->rides[rides[j]];
			if (want->stand == OFFERED && want->until <= world->now) {
				leave_want(want);
				due = TRUE;
			}
		}
	}
	if (due)
		fill(world);
	places_run(world->engine, places_sweep_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, due ? PLACES_DONE : PLACES_NOTHING);
}

static gboolean
change_ride(World *world, const Somebody *before, Somebody *after, const ChosenSession *chosen,
        gboolean may_wait, PlacesOutcome *outcome)
{
	int ride = chosen->session_no;
	const Want *had = &before->rides[ride];
	Want want = { .wanted = TRUE, .stop = chosen->stop_no };
	gboolean same = had->wanted && had->stop == want.stop;
	if (!held(&after->own)) {
		want.stand = after->own.stand;
		want.queue = after->own.queue;
	} else if (held(had) && same) { /* their own */
		want = *had;
		if (had->stand == OFFERED && before->own.stand != HAS && after->own.stand == HAS) {
			want.stand = HAS;
			want.queue = want.until = 0;
		}
	} else if (had->wanted && !held(had) &&
	        (had->stand == WAITS || before->option == after->option)) { /* in line already */
		want.stand = had->stand;
		want.queue = had->queue;
	} else if (left_in_ride(world, ride, want.stop) > 0) {
		want.stand = after->own.stand;
		want.queue = after->own.queue;
		if (want.stand == OFFERED)
			want.until = MIN(after->own.until, limit_of(ride));
	} else if (may_wait && has_list(world, 0, ride)) {
		want.stand = WAITS;
		want.queue = queue_of(world, 0);
		*outcome = PLACES_WAITLISTED;
	} else {
		return FALSE;
	}
	after->rides[ride] = want;
	return TRUE;
}

static PlacesOutcome
change_in_model(World *world, Somebody *who, const PlacesWish *wish)
{
	const Somebody before = *who;
	PlacesOutcome outcome = PLACES_DONE;
	if (!who->active)
		return PLACES_NOTHING;
	if (!wish->by_staff && !is_open(world, wish->option_no))
		return PLACES_CLOSED;
	set_all(who, &(PlacesWish){ .option_no = wish->option_no }, LEFT, 0);
	if (before.option == wish->option_no) {
		who->own = before.own;
	} else if (left_in_option(world, wish->option_no) > 0) {
		who->own.stand = HAS;
	} else if (wish->may_wait && has_list(world, wish->option_no, 0)) {
		who->own.stand = WAITS;
		who->own.queue = queue_of(world, 0);
		outcome = PLACES_WAITLISTED;
	} else {
		*who = before;
		return PLACES_FULL;
	}
	for (guint i = 0; i < wish->chosen_n; i++)
		if (!change_ride(world, &before, who, &wish->chosen[i], wish->may_wait, &outcome)) {
			*who = before;
			return PLACES_FULL;
		}
	fill(world);
	return outcome;
}

static void
change_some(World *world)
{
	Somebody *who = somebody(world);
	PlacesWork work = work_about(world, who);
	begin_step(world, "changing");
	draw_wishes(world, draw(world, 2) ? who->option : 1 + draw(world, 3), &work.wish);
	work.wish.may_wait = draw(world, 2);
	work.wish.by_staff = draw(world, 4) == 0;
	PlacesOutcome should = change_in_model(world, who, &work.wish);
	places_run(world->engine, places_change_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, should);
}

static void
change_capacity(World *world)
{
	Capacities before = world->room;
	int *const all[] = { &world->room.a, &world->room.c, &world->room.lunch, &world->room.bus,
		&world->room.home, &world->room.van, &world->room.car, &world->room.stop };
	int *one = all[draw(world, G_N_ELEMENTS(all))];
	begin_step(world, "other capacities");
	int by = draw(world, 4) - 1;
	*one = MAX(0, *one + by);
	gboolean fits = !too_many(world);
	g_assert_cmpint(places_store(world->engine, world->event->slug, &world->room, world->now),
	        ==, fits);
	if (!fits) {
		world->room = before;
		return;
	}
	if (memcmp(&before, &world->room, sizeof before) != 0)
		fill(world);
	event_unref(world->event);
	world->event = places_event(world->engine, "few");
}

typedef struct {
	const World *world;
	gint64 from, into;
} Merge;

static gboolean
merge_work(Db *db, gpointer data, GError **error)
{
	const Merge *merge = data;
	gint64 version = 0, first = 0;
	return holder_numbers_take(db, merge->world->event, 0, &version, &first, error) &&
	        holder_merge_rows(db, merge->world->event, merge->from, merge->into, version,
	                merge->world->now, error);
}

static void
merge_two(World *world)
{
	Somebody *from = somebody(world), *into = somebody(world);
	Merge merge = { world, from->id, into->id };
	g_autoptr(GError) error = NULL;
	if (from == into || !from->active || !into->active)
		return;
	begin_step(world, "merging two");
	from->active = FALSE;
	fill(world);
	writer_run(record_writer(engine_record(world->engine)), merge_work, &merge, &error);
	g_assert_no_error(error);
}

static void
step(World *world)
{
	static void (*const acts[])(World *) = { register_some, register_some, register_some,
		cancel_some, cancel_some, change_some, change_some, answer_some, answer_some,
		answer_some, tell_some, change_capacity, merge_two };
	guint n = world->people_n == 0 ? 1 : G_N_ELEMENTS(acts);
	world->now += draw(world, 3) == 0 ? draw(world, 8) * HOUR : 0;
	if (draw(world, 3) == 0) {
		sweep(world);
		check(world);
	}
	acts[draw(world, (int)n)](world);
	check(world);
}

static void
live(Engine *engine, guint32 seed)
{
	World world = { .engine = engine,
		.random = g_rand_new_with_seed(seed),
		.room = { .a = 3, .c = 2, .lunch = 4, .bus = 2, .home = 2, .van = 2, .car = 2, .stop = 1 } };
	g_autoptr(GError) error = NULL;
	/* some live through the start of the event */
	world.now = seed % 4 == 0 ? START - 40 * HOUR : ENGINE_NOW;
	g_assert_true(places_store(engine, "few", &world.room, world.now));
	world.event = places_event(engine, "few");
	world.db = record_reader(engine_record(engine), &error);
	g_assert_no_error(error);
	g_test_message("seed %u", seed);
	for (guint i = 0; i < STEPS; i++)
		step(&world);
	places_verified(engine);
	db_free(world.db);
	event_unref(world.event);
	g_rand_free(world.random);
}

static void
nobody_is_passed_whatever_people_do(Engine *engine, gconstpointer data)
{
	const char *wanted = g_getenv("TURNOUT_SEEDS");
	guint64 seeds = 4;
	if (wanted != NULL)
		g_assert_true(g_ascii_string_to_unsigned(wanted, 10, 1, 1000000, &seeds, NULL));
	for (guint32 seed = 1; seed <= seeds; seed++) {
		live(engine, seed);
		engine_must(engine, "UPDATE event SET slug = 'few-' || CAST(version AS TEXT)"
		                    " || '-' || CAST(history AS TEXT) WHERE slug = 'few'");
	}
}

/* ---- the race ---- */

#define CLIENTS 500
#define SEATS   100
#define THREADS 25

typedef struct {
	Engine *engine;
	const Event *event;
	guint32 seed;
	guint taken, waiting, cancelled;
} Crowd;

static gpointer
crowd_run(gpointer data)
{
	Crowd *crowd = data;
	GRand *random = g_rand_new_with_seed(crowd->seed);

	for (guint i = 0; i < CLIENTS / THREADS; i++) {
		g_autoptr(Registration) asked = places_registration(ENGINE_NOW, TRUE);
		const Place *place =
		        places_add_person(crowd->event, asked, OPTION_A, ENGINE_NOW);
		PlacesWork work = { .event = crowd->event,
			.who = { asked->id, place->id },
			.now = ENGINE_NOW };
		switch (places_take(crowd->engine, crowd->event, asked, ENGINE_NOW).outcome) {
		case PLACE_TAKEN:
			crowd->taken++;
			break;
		case PLACE_WAITLISTED:
			crowd->waiting++;
			break;
		default:
			g_error("somebody was neither seated nor put on the list");
		}
		if (g_rand_int_range(random, 0, 4) != 0)
			continue;
		places_run(crowd->engine, places_cancel_work, &work);
		crowd->cancelled += work.answer.n;
	}
	g_rand_free(random);
	return NULL;
}

static void
five_hundred_want_a_hundred_seats_and_some_change_their_mind(Engine *engine, gconstpointer data)
{
	Capacities room = { .a = SEATS, .c = 2, .lunch = CLIENTS, .bus = 2, .home = 2 };
	g_assert_true(places_store(engine, "few", &room, ENGINE_NOW));
	g_autoptr(Event) event = places_event(engine, "few");
	Crowd crowds[THREADS], all = { 0 };
	pthread_t threads[THREADS];

	for (guint i = 0; i < THREADS; i++) {
		crowds[i] = (Crowd){ .engine = engine, .event = event, .seed = i + 1 };
		g_assert_cmpint(pthread_create(&threads[i], NULL, crowd_run, &crowds[i]), ==, 0);
	}
	for (guint i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		all.taken += crowds[i].taken;
		all.waiting += crowds[i].waiting;
		all.cancelled += crowds[i].cancelled;
	}
	g_assert_cmpuint(all.taken + all.waiting, ==, CLIENTS);
	g_assert_cmpuint(all.cancelled, >, 50);
	g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE no = 1"), ==, SEATS);
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM attendee WHERE state = 'active'"
	                        " AND (option_state = 'confirmed' OR option_offer IS NOT NULL)"),
	        ==, SEATS);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE state = 'active'"), ==,
	        CLIENTS - (gint64)all.cancelled);
	/* in order: whoever has an offer came before whoever waits */
	gint64 offered = engine_ask(engine,
	        "SELECT max(option_queue) FROM attendee WHERE option_offer IS NOT NULL");
	gint64 waiting = engine_ask(engine,
	        "SELECT min(option_queue) FROM attendee WHERE option_offer IS NULL");
	g_assert_cmpint(offered, >, 0);
	g_assert_cmpint(offered, <, waiting);
	/* one letter for each offer, whoever cancelled it afterwards */
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM outbox WHERE kind = 'place-free'"
	                        " AND attendee IN (SELECT id FROM attendee"
	                        " WHERE state = 'active')"),
	        ==,
	        engine_ask(engine,
	                "SELECT count(*) FROM attendee WHERE option_offer IS NOT NULL"));
	places_verified(engine);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test(
	        "nobody_is_passed_whatever_people_do", nobody_is_passed_whatever_people_do);
	engine_add_test("five_hundred_want_a_hundred_seats_and_some_change_their_mind",
	        five_hundred_want_a_hundred_seats_and_some_change_their_mind);
	return engine_run();
}
