/* Delegations on both engines: made by hand, joined by code, led by a captain. */
#include "schema/delegation.h"

#include <string.h>

#include "schema/text.h"
#include "tests/fixtures/picnic.h"

typedef struct {
	Engine *engine;
	Event *event;
	VaultEvent *keys;
} Fixture;

static void
look_again(Fixture *f)
{
	g_clear_pointer(&f->event, event_unref);
	f->event = picnic_read(f->engine, "picnic");
}

static void
open_picnic(Fixture *f, Engine *engine)
{
	g_autoptr(GError) error = NULL;

	*f = (Fixture){ .engine = engine };
	picnic_must_load(engine, picnic_json());
	look_again(f);
	f->keys = vault_event(record_vault(engine_record(engine)), f->event->id, &error);
	g_assert_no_error(error);
}

static void
shut_picnic(Fixture *f)
{
	event_unref(f->event);
}

static void
must_work(const Fixture *f, DbWork work, gpointer data)
{
	g_autoptr(GError) error = NULL;

	writer_run(record_writer(engine_record(f->engine)), work, data, &error);
	g_assert_no_error(error);
}

static guint16
group_no(const Fixture *f, const char *code)
{
	return event_delegation_by_code(f->event, code)->no;
}

/* One person, prepared as a form does it. */
static Registration *
person(const Fixture *f, const char *name, const char *code, TicketClass class)
{
	static gint64 made = 0;
	Registration *asked = registration_new();
	g_autoptr(Person) who = person_new();
	Place place = { .region_no = 1,
		.option_no = event_option_by_code(f->event, "free")->no,
		.delegation_no = code != NULL ? group_no(f, code) : 0 };

	made += 10;
	asked->id = id_new(ENGINE_NOW * 1000 + made);
	random_bytes(asked->submission, SUBMISSION_BYTES);
	g_strlcpy(asked->lang, "en", sizeof asked->lang);
	place.id = asked->id + 1;
	who->name = g_strdup(name);
	place.sealed[SEALED_IDENTITY] = person_seal(who, f->keys, SEALED_IDENTITY, place.id);
	event_ticket_new(f->event, f->keys, class, ENGINE_NOW, &place.ticket);
	g_array_append_val(asked->places, place);
	return asked;
}

static gint64
join(const Fixture *f, const char *name, const char *code, TicketClass class)
{
	g_autoptr(Registration) asked = person(f, name, code, class);
	PlaceWork work = { .event = f->event, .asked = asked, .now = ENGINE_NOW };

	must_work(f, registration_work, &work);
	g_assert_cmpint(work.answer.outcome, ==, PLACE_TAKEN);
	return asked->id + 1;
}

static CaptainWork
captain_of(const Fixture *f, const char *code, gint64 attendee)
{
	const guint16 no = group_no(f, code);
	g_autofree char *sql = g_strdup_printf("SELECT link_no FROM delegation WHERE no = %u", no);

	return (CaptainWork){ .event = f->event,
		.keys = f->keys,
		.no = no,
		.link_no = engine_ask(f->engine, sql),
		.now = ENGINE_NOW,
		.attendee = attendee };
}

static gint64
of_group(const Fixture *f, const char *column, const char *code)
{
	g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM attendee WHERE %s = %u"
	                                       " AND state = 'active'",
	        column, group_no(f, code));

	return engine_ask(f->engine, sql);
}

static DelegationWork
by_staff(const Fixture *f, const char *code, const char *name)
{
	return (DelegationWork){ .event = f->event,
		.keys = f->keys,
		.who = "staff",
		.now = ENGINE_NOW,
		.code = code,
		.name = name,
		.in_region = event_region_by_code(f->event, "north")->no,
		.expected = 30 };
}

static const Delegation *
shown(const Fixture *f, GPtrArray *list, const char *code)
{
	for (guint i = 0; i < list->len; i++) {
		const Delegation *delegation = g_ptr_array_index(list, i);
		if (g_ascii_strcasecmp(delegation->code, code) == 0)
			return delegation;
	}
	g_error("%s is not shown", code);
}

static GPtrArray *
list_of(const Fixture *f, guint16 region_no)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_reader(f->engine);

	g_assert_true(db_begin(db, &error));
	GPtrArray *list = delegations_read(db, f->event, region_no, 0, &error);
	db_rollback(db);
	g_assert_no_error(error);
	return list;
}

static GPtrArray *
members_of(const Fixture *f, const char *code)
{
	g_autoptr(GError) error = NULL;
	Db *db = engine_reader(f->engine);

	g_assert_true(db_begin(db, &error));
	GPtrArray *list =
	        delegation_members(db, f->event, f->keys, group_no(f, code), "en", &error);
	db_rollback(db);
	g_assert_no_error(error);
	return list;
}

/* ---- made by hand ---- */

static void
a_group_made_by_hand_outlives_every_load_of_the_file(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	DelegationWork made = by_staff(&f, NULL, "Teen Club"),
	               edited = by_staff(&f, NULL, "Big Band");
	const gint64 edition = f.event->edition;
	must_work(&f, delegation_make_work, &made);
	g_assert_cmpint(made.outcome, ==, DELEGATION_DONE);
	edited.no = group_no(&f, "BAND");
	must_work(&f, delegation_edit_work, &edited);
	look_again(&f);
	/* who is filling a form in isn't sent back */
	g_assert_cmpint(f.event->edition, ==, edition);
	g_assert_cmpint(f.event->group_version, ==, 2);
	const EventDelegation *club = event_delegation(f.event, made.no);
	g_assert_cmpstr(club->name, ==, "Teen Club");
	g_assert_cmpint(club->expected, ==, 30);
	g_autofree char *code = g_strdup(club->code);
	g_assert_cmpuint(strlen(code), ==, 6);
	g_assert_cmpstr(event_delegation_by_code(f.event, "band")->name, ==, "Big Band");

	/* the same file, a changed one, one without BAND */
	g_assert_false(picnic_must_load(engine, picnic_json()).changed);
	json_t *root = picnic_json();
	json_object_set_new(root, "contact", json_string("else@picnic.example"));
	picnic_remove(root, "delegations", "BAND");
	json_object_set_new(
	        picnic_part(root, "delegations", "CHOIR"), "name", json_string("Chorus"));
	g_assert_true(picnic_must_load(engine, root).changed);
	look_again(&f);
	g_assert_cmpstr(event_delegation_by_code(f.event, code)->name, ==, "Teen Club");
	g_assert_cmpstr(event_delegation_by_code(f.event, "band")->name, ==, "Big Band");
	g_assert_cmpstr(event_delegation_by_code(f.event, "choir")->name, ==, "Chorus");

	/* what is given out has all of them, and loads again to the same */
	g_autofree char *text = picnic_export(f.event);
	g_assert_nonnull(strstr(text, "Teen Club"));
	picnic_must_load(engine, json_loads(text, 0, NULL));
	look_again(&f);
	g_autofree char *again = picnic_export(f.event);
	g_assert_cmpstr(text, ==, again);
	g_assert_cmpint(event_delegation_by_code(f.event, code)->no, ==, made.no);
	shut_picnic(&f);
}

static void
no_two_groups_have_one_code_and_no_lead_touches_another_region(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	DelegationWork same = by_staff(&f, "choir", "Another choir"),
	               lead = by_staff(&f, NULL, "Mine");
	must_work(&f, delegation_make_work, &same);
	g_assert_cmpint(same.outcome, ==, DELEGATION_CODE_TAKEN);
	lead.no = group_no(&f, "BAND"); /* of the south */
	lead.region_no = event_region_by_code(f.event, "north")->no;
	must_work(&f, delegation_edit_work, &lead);
	g_assert_cmpint(lead.outcome, ==, DELEGATION_NOBODY);
	must_work(&f, delegation_link_work, &lead);
	g_assert_cmpint(lead.outcome, ==, DELEGATION_NOBODY);
	lead.closed = TRUE;
	must_work(&f, delegation_close_work, &lead);
	g_assert_cmpint(lead.outcome, ==, DELEGATION_NOBODY);
	lead.into = group_no(&f, "CHOIR");
	must_work(&f, delegation_merge_work, &lead);
	g_assert_cmpint(lead.outcome, ==, DELEGATION_NOBODY);
	/* nor moves one of theirs away */
	lead.no = group_no(&f, "CHOIR");
	lead.in_region = event_region_by_code(f.event, "south")->no;
	must_work(&f, delegation_edit_work, &lead);
	g_assert_cmpint(lead.outcome, ==, DELEGATION_NOBODY);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(by_hand) FROM delegation"), ==, 0);
	g_autoptr(GPtrArray) list = list_of(&f, lead.region_no);
	g_assert_cmpuint(list->len, ==, 1);
	shut_picnic(&f);
}

static void
an_organisation_that_asks_twice_has_one_group(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	g_autoptr(Registration) asked = person(&f, "Ana", NULL, TICKET_CAPTAIN);
	DelegationFoundWork work = { .delegation = by_staff(&f, NULL, "Neighbors"),
		.place = { .event = f.event, .asked = asked, .now = ENGINE_NOW } };
	must_work(&f, delegation_found_work, &work);
	g_assert_cmpint(work.delegation.outcome, ==, DELEGATION_DONE);
	g_assert_cmpint(work.place.answer.outcome, ==, PLACE_TAKEN);
	const guint16 no = work.delegation.no;
	must_work(&f, delegation_found_work, &work);
	g_assert_cmpint(work.delegation.outcome, ==, DELEGATION_SAME);
	g_assert_cmpint(work.delegation.no, ==, no);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM delegation"), ==, 3);
	look_again(&f);
	g_autoptr(GPtrArray) list = list_of(&f, 0);
	const Delegation *made = shown(&f, list, event_delegation(f.event, no)->code);
	g_assert_cmpint(made->captain, ==, asked->id + 1);
	g_assert_true(made->own && made->unseen);
	g_assert_cmpuint(made->confirmed, ==, 1);
	work.delegation.event = f.event;
	must_work(&f, delegation_seen_work, &work.delegation);
	g_autoptr(GPtrArray) seen = list_of(&f, 0);
	g_assert_false(shown(&f, seen, made->code)->unseen);
	shut_picnic(&f);
}

/* ---- joining ---- */

static void
who_joins_by_code_is_of_the_group_when_the_captain_says_yes(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	/* without a captain nobody could say yes */
	join(&f, "First", "CHOIR", TICKET_ATTENDEE);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 1);
	join(&f, "Captain", "CHOIR", TICKET_CAPTAIN);
	const gint64 asks = join(&f, "Asks", "CHOIR", TICKET_ATTENDEE);
	const gint64 other = join(&f, "Other", "choir", TICKET_ATTENDEE);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 2);
	g_assert_cmpint(of_group(&f, "asked_no", "CHOIR"), ==, 2);
	g_autoptr(GPtrArray) members = members_of(&f, "CHOIR");
	g_assert_cmpuint(members->len, ==, 4);
	g_assert_true(((const Member *)g_ptr_array_index(members, 0))->asked);
	g_assert_cmpstr(((const Member *)g_ptr_array_index(members, 0))->attendee->person->name, ==,
	        "Asks");
	g_assert_true(((const Member *)g_ptr_array_index(members, 2))->captain);

	/* another captain can't */
	CaptainWork no = captain_of(&f, "BAND", asks);
	must_work(&f, captain_approve_work, &no);
	g_assert_cmpint(no.outcome, ==, DELEGATION_SAME);
	g_assert_cmpint(of_group(&f, "asked_no", "CHOIR"), ==, 2);
	const gint64 before = engine_ask(engine, "SELECT max(changed) FROM attendee");
	CaptainWork yes = captain_of(&f, "CHOIR", asks);
	must_work(&f, captain_approve_work, &yes);
	g_assert_cmpint(yes.outcome, ==, DELEGATION_DONE);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 3);
	/* phones at the door hear of it */
	g_assert_cmpint(engine_ask(engine, "SELECT max(changed) FROM attendee"), >, before);
	yes.attendee = other;
	must_work(&f, captain_refuse_work, &yes);
	g_assert_cmpint(of_group(&f, "asked_no", "CHOIR"), ==, 0);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 3);
	/* who was refused still comes */
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM attendee WHERE state = 'active'"), ==, 4);
	shut_picnic(&f);
}

static void
a_closed_group_is_joined_by_nobody_and_a_merged_one_is_the_other(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	join(&f, "Captain", "CHOIR", TICKET_CAPTAIN);
	join(&f, "Asks", "CHOIR", TICKET_ATTENDEE);
	DelegationWork merged = by_staff(&f, NULL, NULL), closed = merged;
	merged.no = group_no(&f, "CHOIR");
	merged.into = group_no(&f, "BAND");
	const CaptainWork old = captain_of(&f, "CHOIR", 0);
	/* prepared before the merge */
	g_autoptr(Registration) late = person(&f, "Late", "CHOIR", TICKET_ATTENDEE);
	must_work(&f, delegation_merge_work, &merged);
	g_assert_cmpint(merged.outcome, ==, DELEGATION_DONE);
	PlaceWork place = { .event = f.event, .asked = late, .now = ENGINE_NOW };
	must_work(&f, registration_work, &place);
	g_assert_cmpint(place.answer.outcome, ==, PLACE_CHANGED);
	look_again(&f);
	g_assert_cmpint(group_no(&f, "choir"), ==, group_no(&f, "BAND"));
	g_assert_cmpint(of_group(&f, "delegation_no", "BAND"), ==, 1);
	g_assert_cmpint(of_group(&f, "asked_no", "BAND"), ==, 1);
	CaptainWork gone = old;
	gone.event = f.event;
	must_work(&f, captain_approve_work, &gone);
	g_assert_cmpint(gone.outcome, ==, DELEGATION_NOBODY);

	closed.event = f.event;
	closed.no = group_no(&f, "BAND");
	closed.closed = TRUE;
	must_work(&f, delegation_close_work, &closed);
	look_again(&f);
	g_assert_true(event_delegation_by_code(f.event, "BAND")->closed);
	g_assert_cmpint(of_group(&f, "delegation_no", "BAND"), ==, 1);
	g_assert_cmpint(of_group(&f, "asked_no", "BAND"), ==, 0);
	shut_picnic(&f);
}

/* ---- the captain ---- */

static void
a_captains_link_opens_their_group_until_it_is_re_issued(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) events = g_ptr_array_new();
	Db *db = engine_reader(engine);
	Vault *vault = record_vault(engine_record(engine));
	char token[LINK_TOKEN_LENGTH + 1], band[LINK_TOKEN_LENGTH + 1];
	guint16 no = 0;
	gint64 link_no = 0;
	g_ptr_array_add(events, f.event);
	delegation_link(f.event, f.keys, group_no(&f, "CHOIR"), 1, token);
	delegation_link(f.event, f.keys, group_no(&f, "BAND"), 1, band);
	g_assert_true(db_begin(db, &error));
	g_autoptr(Event) found =
	        delegation_of_link(db, vault, events, token, &no, &link_no, &error);
	g_assert_true(found == f.event);
	g_assert_cmpint(no, ==, group_no(&f, "CHOIR"));
	/* the one's proof is none for the other */
	g_autofree char *mixed = g_strdup(token);
	memcpy(mixed, band, 16);
	g_assert_null(delegation_of_link(db, vault, events, mixed, &no, &link_no, &error));
	mixed[20] ^= 1;
	g_assert_null(delegation_of_link(db, vault, events, mixed, &no, &link_no, &error));
	g_assert_null(delegation_of_link(db, vault, events, "", &no, &link_no, &error));
	db_rollback(db);
	CaptainWork old = captain_of(&f, "CHOIR", 0);
	DelegationWork again = by_staff(&f, NULL, NULL);
	again.no = group_no(&f, "CHOIR");
	must_work(&f, delegation_link_work, &again);
	g_assert_cmpint(again.link_no, ==, 2);
	g_assert_true(db_begin(db, &error));
	g_assert_null(delegation_of_link(db, vault, events, token, &no, &link_no, &error));
	db_rollback(db);
	g_assert_no_error(error);
	must_work(&f, captain_approve_work, &old);
	g_assert_cmpint(old.outcome, ==, DELEGATION_NOBODY);
	shut_picnic(&f);
}

static void
a_captain_does_nothing_to_another_group(Engine *engine, gconstpointer data)
{
	static const DbWork works[] = { captain_release_work, captain_cancel_work,
		captain_edit_work, captain_hand_over_work, captain_refuse_work };
	Fixture f;
	open_picnic(&f, engine);
	const gint64 theirs = join(&f, "Theirs", "BAND", TICKET_ATTENDEE);
	const gint64 nobodys = join(&f, "Nobody's", NULL, TICKET_ATTENDEE);
	for (guint i = 0; i < G_N_ELEMENTS(works); i++)
		for (guint j = 0; j < 2; j++) {
			CaptainWork work = captain_of(&f, "CHOIR", j == 0 ? theirs : nobodys);
			work.sealed[SEALED_IDENTITY] = g_bytes_new("x", 1);
			must_work(&f, works[i], &work);
			g_assert_cmpint(work.outcome, !=, DELEGATION_DONE);
			g_bytes_unref(work.sealed[SEALED_IDENTITY]);
		}
	g_assert_cmpint(engine_ask(engine,
	                        "SELECT count(*) FROM attendee WHERE state = 'active'"
	                        " AND ticket_class = 0"),
	        ==, 2);
	g_assert_cmpint(
	        engine_ask(engine, "SELECT count(*) FROM sealed WHERE length(value) = 1"), ==, 0);
	g_assert_cmpint(of_group(&f, "delegation_no", "BAND"), ==, 1);
	shut_picnic(&f);
}

static void
the_role_goes_on_with_ticket_and_link(Engine *engine, gconstpointer data)
{
	Fixture f;
	open_picnic(&f, engine);
	const gint64 old = join(&f, "Old", "CHOIR", TICKET_CAPTAIN);
	const gint64 asks = join(&f, "New", "CHOIR", TICKET_ATTENDEE);
	CaptainWork work = captain_of(&f, "CHOIR", asks);
	must_work(&f, captain_hand_over_work, &work);
	g_assert_cmpint(work.outcome, ==, DELEGATION_NOBODY); /* not of the group yet */
	must_work(&f, captain_approve_work, &work);
	must_work(&f, captain_hand_over_work, &work);
	g_assert_cmpint(work.outcome, ==, DELEGATION_DONE);
	g_autofree char *sql = g_strdup_printf(
	        "SELECT count(*) FROM attendee WHERE (id = %" G_GINT64_FORMAT
	        " AND ticket_class = 0) OR (id = %" G_GINT64_FORMAT " AND ticket_class = 1)",
	        old, asks);
	g_assert_cmpint(engine_ask(engine, sql), ==, 2);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM old_ticket"), ==, 2);
	must_work(&f, captain_release_work, &work); /* by the old link */
	g_assert_cmpint(work.outcome, ==, DELEGATION_NOBODY);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 2);
	shut_picnic(&f);
}

/* ---- many at once ---- */

static CaptainAddWork
add_of(const Fixture *f, const char *const *names, guint n)
{
	CaptainAddWork work = { .captain = captain_of(f, "CHOIR", 0),
		.rows = g_array_new(FALSE, TRUE, sizeof(CaptainRow)) };

	for (guint i = 0; i < n; i++) {
		CaptainRow row = { .asked = person(f, names[i], "CHOIR", TICKET_ATTENDEE),
			.folded = text_fold(names[i]),
			.nth = 1 };
		for (guint j = 0; j < i; j++)
			row.nth += g_str_equal(names[i], names[j]);
		g_array_append_val(work.rows, row);
	}
	return work;
}

static void
add_free(CaptainAddWork *work)
{
	for (guint i = 0; i < work->rows->len; i++) {
		CaptainRow *row = &g_array_index(work->rows, CaptainRow, i);
		registration_free(row->asked);
		g_free((char *)row->folded);
	}
	g_array_unref(work->rows);
}

static void
the_same_list_twice_adds_nobody_twice(Engine *engine, gconstpointer data)
{
	static const char *const names[] = { "Ana", "José", "José", "Li" };
	Fixture f;
	open_picnic(&f, engine);
	join(&f, "Captain", "CHOIR", TICKET_CAPTAIN);
	for (guint round = 0; round < 2; round++) {
		CaptainAddWork work = add_of(&f, names, G_N_ELEMENTS(names));
		must_work(&f, captain_add_work, &work);
		g_assert_cmpint(work.captain.outcome, ==, DELEGATION_DONE);
		g_assert_cmpuint(work.added, ==, round == 0 ? 4 : 0);
		g_assert_cmpuint(work.already, ==, round == 0 ? 0 : 4);
		add_free(&work);
	}
	/* none of them has to ask */
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 5);

	/* who left comes in again */
	engine_must(engine, "UPDATE attendee SET state = 'cancelled' WHERE ticket_class = 0");
	CaptainAddWork again = add_of(&f, names, G_N_ELEMENTS(names));
	must_work(&f, captain_add_work, &again);
	g_assert_cmpuint(again.added, ==, 4);
	add_free(&again);
	g_assert_cmpint(of_group(&f, "delegation_no", "CHOIR"), ==, 5);
	shut_picnic(&f);
}

static void
when_one_of_a_list_has_no_place_nobody_of_it_is_added(Engine *engine, gconstpointer data)
{
	static const char *const names[] = { "A", "B", "C" };
	g_autoptr(GError) error = NULL;
	Fixture f;
	open_picnic(&f, engine);
	CaptainAddWork work = add_of(&f, names, G_N_ELEMENTS(names));
	const EventOption *all = event_option_by_code(f.event, "all");
	for (guint i = 0; i < work.rows->len; i++)
		g_array_index(g_array_index(work.rows, CaptainRow, i).asked->places, Place, 0)
		        .option_no = all->no;
	engine_must(engine, "UPDATE session SET capacity = 2 WHERE code = 'lunch'");
	g_assert_false(
	        writer_run(record_writer(engine_record(engine)), captain_add_work, &work, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT);
	g_assert_cmpint(work.captain.outcome, ==, DELEGATION_FULL);
	g_assert_cmpint(g_array_index(work.rows, CaptainRow, 2).answer.outcome, ==, PLACE_FULL);
	g_assert_cmpint(engine_ask(engine, "SELECT count(*) FROM attendee"), ==, 0);
	g_assert_cmpint(engine_ask(engine, "SELECT sum(taken) FROM session"), ==, 0);
	add_free(&work);
	shut_picnic(&f);
}

static CaptainChangeWork
change_of(const Fixture *f, const char *code, gint64 attendee)
{
	g_autofree char *sql = g_strdup_printf(
	        "SELECT registration FROM attendee WHERE id = %" G_GINT64_FORMAT, attendee);

	return (CaptainChangeWork){ .captain = captain_of(f, code, 0),
		.places = { .event = f->event,
		        .who = { engine_ask(f->engine, sql), attendee },
		        .wish = { .option_no = event_option_by_code(f->event, "all")->no },
		        .now = ENGINE_NOW } };
}

static void
a_captain_changes_whom_they_entered_and_nobody_else(Engine *engine, gconstpointer data)
{
	static const char *const names[] = { "Ana" };
	Fixture f;
	open_picnic(&f, engine);
	const gint64 own = join(&f, "Own", "CHOIR", TICKET_CAPTAIN);
	CaptainAddWork added = add_of(&f, names, 1);
	must_work(&f, captain_add_work, &added);
	const gint64 ana = g_array_index(added.rows, CaptainRow, 0).asked->id + 1;
	add_free(&added);

	CaptainChangeWork works[] = { change_of(&f, "CHOIR", own), change_of(&f, "BAND", ana),
		change_of(&f, "CHOIR", ana), change_of(&f, "CHOIR", ana),
		change_of(&f, "CHOIR", ana) };
	works[2].captain.link_no++;             /* of another time */
	works[3].places.wish.seen = G_MAXINT64; /* they stand otherwise */
	for (guint i = 0; i < G_N_ELEMENTS(works); i++) {
		must_work(&f, captain_change_work, &works[i]);
		g_assert_cmpint(works[i].places.answer.outcome, ==,
		        i == 4           ? PLACES_DONE
		                : i == 3 ? PLACES_MEANWHILE
		                         : PLACES_NOTHING);
		g_assert_cmpint(engine_ask(engine, "SELECT taken FROM option WHERE code = 'all'"),
		        ==, i == 4);
	}
	CaptainWork gone = captain_of(&f, "CHOIR", ana);
	must_work(&f, captain_release_work, &gone);
	must_work(&f, captain_change_work, &works[4]);
	g_assert_cmpint(works[4].places.answer.outcome, ==, PLACES_NOTHING);
	shut_picnic(&f);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) engine_add_test("delegation/" #name, name)
	TEST(a_group_made_by_hand_outlives_every_load_of_the_file);
	TEST(no_two_groups_have_one_code_and_no_lead_touches_another_region);
	TEST(an_organisation_that_asks_twice_has_one_group);
	TEST(who_joins_by_code_is_of_the_group_when_the_captain_says_yes);
	TEST(a_closed_group_is_joined_by_nobody_and_a_merged_one_is_the_other);
	TEST(a_captains_link_opens_their_group_until_it_is_re_issued);
	TEST(a_captain_does_nothing_to_another_group);
	TEST(the_role_goes_on_with_ticket_and_link);
	TEST(the_same_list_twice_adds_nobody_twice);
	TEST(a_captain_changes_whom_they_entered_and_nobody_else);
	TEST(when_one_of_a_list_has_no_place_nobody_of_it_is_added);
	return engine_run();
}
