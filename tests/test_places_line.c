/*
 * The line: random registrations, cancellations, changes, answers, offers that run out, capacities and merges, in random
 * order, and after each step everybody stands as in a model that counts people one by one. TURNOUT_SEEDS says how many
 * seeds; a failing one is told with its step.
 */
#include "schema/event_now.h"
#include "schema/holder.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fixtures/places_model.h"

#define STEPS 70

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
	return &world->people[model_draw(world, (int)world->people_n)];
}

/* What @option leaves to choose, by chance. */
static void
draw_wishes(World *world, int option, PlacesWish *wish)
{
	guint first = (guint)model_draw(world, option == OPTION_C ? 2 : 3);
	wish->option_no = (guint16)option;
	wish->chosen_n = option == OPTION_A ? 0
	        : option == OPTION_C        ? 1
	                                    : (guint)model_draw(world, 3);
	for (guint i = 0; i < wish->chosen_n; i++) {
		guint16 ride = model_rides[(first + i) % RIDES];
		wish->chosen[i] = (ChosenSession){ ride,
			(guint16)(ride == BUS ? 1 + model_draw(world, 2) : 0) };
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
		gboolean room = model_left_in_option(world, wish->option_no) > 0;
		if (!room && !model_has_list(world, wish->option_no, 0))
			return FALSE;
		set_all(who, wish, WAITS, queue);
		who->active = TRUE;
		if (!room)
			continue;
		who->own = (Want){ .wanted = TRUE, .stand = HAS };
		for (guint j = 0; j < wish->chosen_n; j++) {
			int ride = wish->chosen[j].session_no;
			Want *want = &who->rides[ride];
			if (model_left_in_ride(world, ride, want->stop) > 0) {
				want->stand = HAS;
				want->queue = 0;
			} else if (!model_has_list(world, 0, ride)) {
				return FALSE;
			}
		}
	}
	return TRUE;
}

static void
register_some(World *world)
{
	guint n = 1 + (guint)model_draw(world, 3), from = world->people_n;
	gboolean email = model_draw(world, 3) > 0, open = TRUE;
	g_autoptr(Registration) asked = places_registration(world->now, email);
	PlacesWish wishes[3] = { 0 };
	if (from + n > PEOPLE)
		return;
	begin_step(world, "registering");
	for (guint i = 0; i < n; i++) {
		draw_wishes(world, 1 + model_draw(world, 3), &wishes[i]);
		Place *place =
		        places_add_person(world->event, asked, wishes[i].option_no, world->now);
		for (guint j = 0; j < wishes[i].chosen_n; j++)
			places_choose(
			        place, wishes[i].chosen[j].session_no, wishes[i].chosen[j].stop_no);
		open = open && model_is_open(world, wishes[i].option_no);
		Somebody *who = &world->people[from + i];
		*who = (Somebody){
			.id = place->id, .registration = asked->id, .active = TRUE, .email = email
		};
		set_all(who, &wishes[i], HAS, 0);
	}
	world->people_n += n;
	PlaceOutcome should = !open ? PLACE_CLOSED : PLACE_TAKEN;
	if (open && model_too_many(world))
		should = take_each(world, from, wishes) ? PLACE_WAITLISTED : PLACE_FULL;
	PlaceAnswer answer = places_take(world->engine, world->event, asked, world->now);
	g_assert_cmpint(answer.outcome, ==, should);
	if (should == PLACE_CLOSED || should == PLACE_FULL)
		world->people_n = from;
}

static PlacesWork
work_about(const World *world, const Somebody *who)
{
	return (PlacesWork){
		.event = world->event, .who = { who->registration, who->id }, .now = world->now
	};
}

static void
cancel_some(World *world)
{
	const Somebody *who = somebody(world);
	PlacesWork work = work_about(world, who);
	guint n = 0;
	begin_step(world, "cancelling");
	if (model_draw(world, 3) == 0)
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
		model_fill(world);
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
		for (guint i = 0; i < RIDES; i++) {
			Want *with = &who->rides[model_rides[i]];
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
			model_leave_all(who);
		else
			model_leave(want);
		break;
	case PLACES_REJOIN:
		if (want->stand != LEFT || (ride != 0 && !model_held(&who->own)))
			return PLACES_NOTHING;
		want->stand = WAITS;
		want->queue = queue_of(world, 0);
		for (guint i = 0; ride == 0 && i < RIDES; i++) {
			Want *with = &who->rides[model_rides[i]];
			if (with->wanted) {
				with->stand = WAITS;
				with->queue = want->queue;
			}
		}
	}
	model_fill(world);
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
	work.session_no = (guint16)(model_draw(world, 2) ? 0 : model_rides[model_draw(world, 3)]);
	work.reply = (PlacesReply)model_draw(world, 3);
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
			model_leave_all(who);
			due = TRUE;
		}
		for (guint j = 0; who->active && j < RIDES; j++) {
			Want *want = &who->rides[model_rides[j]];
			if (want->stand == OFFERED && want->until <= world->now) {
				model_leave(want);
				due = TRUE;
			}
		}
	}
	if (due)
		model_fill(world);
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
	if (!model_held(&after->own)) {
		want.stand = after->own.stand;
		want.queue = after->own.queue;
	} else if (model_held(had) && same) { /* their own */
		want = *had;
		if (had->stand == OFFERED && before->own.stand != HAS && after->own.stand == HAS) {
			want.stand = HAS;
			want.queue = want.until = 0;
		}
	} else if (had->wanted && !model_held(had) &&
	        (had->stand == WAITS || before->option == after->option)) { /* in line already */
		want.stand = had->stand;
		want.queue = had->queue;
	} else if (model_left_in_ride(world, ride, want.stop) > 0) {
		want.stand = after->own.stand;
		want.queue = after->own.queue;
		if (want.stand == OFFERED)
			want.until = MIN(after->own.until, model_limit(ride));
	} else if (may_wait && model_has_list(world, 0, ride)) {
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
	if (!wish->by_staff && !model_is_open(world, wish->option_no))
		return PLACES_CLOSED;
	set_all(who, &(PlacesWish){ .option_no = wish->option_no }, LEFT, 0);
	if (before.option == wish->option_no) {
		who->own = before.own;
	} else if (model_left_in_option(world, wish->option_no) > 0) {
		who->own.stand = HAS;
	} else if (wish->may_wait && model_has_list(world, wish->option_no, 0)) {
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
	model_fill(world);
	return outcome;
}

static void
change_some(World *world)
{
	Somebody *who = somebody(world);
	PlacesWork work = work_about(world, who);
	begin_step(world, "changing");
	draw_wishes(
	        world, model_draw(world, 2) ? who->option : 1 + model_draw(world, 3), &work.wish);
	work.wish.may_wait = model_draw(world, 2);
	work.wish.by_staff = model_draw(world, 4) == 0;
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
	int *one = all[model_draw(world, G_N_ELEMENTS(all))];
	begin_step(world, "other capacities");
	int by = model_draw(world, 4) - 1;
	*one = MAX(0, *one + by);
	gboolean fits = !model_too_many(world);
	g_assert_cmpint(places_store(world->engine, world->event->slug, &world->room, world->now),
	        ==, fits);
	if (!fits) {
		world->room = before;
		return;
	}
	if (memcmp(&before, &world->room, sizeof before) != 0)
		model_fill(world);
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
	EventNow then;
	return event_now_raise(db, merge->world->event, 0, &then, error) &&
	        holder_merge_rows(db, merge->world->event, merge->from, merge->into, then.version,
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
	model_fill(world);
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
	world->now += model_draw(world, 3) == 0 ? model_draw(world, 8) * HOUR : 0;
	if (model_draw(world, 3) == 0) {
		sweep(world);
		model_check(world);
	}
	acts[model_draw(world, (int)n)](world);
	model_check(world);
}

static void
live(Engine *engine, guint32 seed)
{
	World world = { .engine = engine,
		.random = g_rand_new_with_seed(seed),
		.room = { .a = 3,
		        .c = 2,
		        .lunch = 4,
		        .bus = 2,
		        .home = 2,
		        .van = 2,
		        .car = 2,
		        .stop = 1 } };
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
	guint64 seeds = 3;
	if (wanted != NULL)
		g_assert_true(g_ascii_string_to_unsigned(wanted, 10, 1, 1000000, &seeds, NULL));
	for (guint32 seed = 1; seed <= seeds; seed++) {
		live(engine, seed);
		engine_must(engine,
		        "UPDATE event SET slug = 'few-' || CAST(version AS TEXT)"
		        " || '-' || CAST(history AS TEXT) WHERE slug = 'few'");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	engine_add_test("nobody_is_passed_whatever_people_do", nobody_is_passed_whatever_people_do);
	return engine_run();
}
