/* Whom a message is for, and putting it into the outbox, some hundred at a time, so that nobody waits for it. */
#include <string.h>

#include "schema/message.h"
#include "schema/people.h"
#include "schema/reminder.h"

#define PAGE 500

/* ---- whom it is for ---- */

typedef struct {
	gint64 made;
	gboolean has_email;
} Contact;

/* Every registration of the event: id to Contact. */
static GHashTable *
contacts_read(Db *db, const Event *event, GError **error)
{
	g_autoptr(GHashTable) contacts =
	        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT id, made, CASE WHEN email_hash IS NULL THEN 0 ELSE 1 END FROM registration"
	        " WHERE event = $1",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);

	if (rows == NULL)
		return NULL;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 id = db_column_int(rows, 0);
		Contact contact = { db_column_int(rows, 1), db_column_int(rows, 2) != 0 };
		g_hash_table_insert(
		        contacts, g_memdup2(&id, sizeof id), g_memdup2(&contact, sizeof contact));
	}
	return step == DB_NO_ROW ? g_steal_pointer(&contacts) : NULL;
}

static gboolean
state_matches(const PeopleRow *row, MessageTo to)
{
	switch (to) {
	case MESSAGE_TO_CONFIRMED:
		return row->state == PEOPLE_ACTIVE && !row->waitlisted;
	case MESSAGE_TO_WAITLISTED:
		return row->state == PEOPLE_ACTIVE && row->waitlisted;
	case MESSAGE_TO_CANCELLED:
		return row->state == PEOPLE_CANCELLED;
	case MESSAGE_TO_ACTIVE:
		break;
	}
	return row->state == PEOPLE_ACTIVE;
}

static gboolean
any_of(const guint8 *flags, guint n, guint session)
{
	for (guint i = 0; i < n; i++)
		if (flags[i] && (session == n || session == i))
			return TRUE;
	return FALSE;
}

static gboolean
presence_matches(const People *people, guint i, const MessageFilter *filter)
{
	const guint n = people->sessions_n;
	const guint session =
	        filter->session_no ? people_session_index(people->event, filter->session_no) : n;
	const gboolean expected = any_of(people_expected(people, i), n, session);
	const gboolean came = any_of(people_came(people, i), n, session);

	if (filter->session_no != 0 && session == n)
		return FALSE; /* the session is no more */
	if (filter->came == MESSAGE_CAME)
		return came;
	if (filter->came == MESSAGE_NOT_CAME)
		return expected && !came;
	return filter->session_no == 0 || expected;
}

static gboolean
matches(const People *people, guint i, const MessageFilter *filter)
{
	const PeopleRow *row = people_row(people, i);

	return row->registration != 0 && state_matches(row, filter->to) &&
	        (filter->region_no == 0 || row->region_no == filter->region_no) &&
	        (filter->option_no == 0 || row->option_no == filter->option_no) &&
	        (filter->delegation_no == 0 || row->delegation_no == filter->delegation_no) &&
	        presence_matches(people, i, filter);
}

gboolean
message_targets(
        Db *db, const Event *event, const MessageFilter *filter, GArray *ret, GError **error)
{
	g_auto(People) people;
	g_autoptr(GHashTable) contacts = contacts_read(db, event, error);

	people_init(&people, event);
	if (contacts == NULL)
		return FALSE;
	do {
		if (!people_next(&people, db, PAGE, error))
			return FALSE;
		for (guint i = 0; i < people.rows->len; i++) {
			const PeopleRow *row = people_row(&people, i);
			const Contact *contact = g_hash_table_lookup(contacts, &row->registration);
			if (contact == NULL || !matches(&people, i, filter))
				continue;
			MessageTarget target = { row->registration, row->id, contact->made,
				contact->has_email };
			g_array_append_val(ret, target);
			g_hash_table_remove(contacts, &row->registration); /* once each */
		}
	} while (people.rows->len > 0);
	return TRUE;
}

/* ---- into the outbox ---- */

typedef struct {
	const Event *event;
	OutboxKind kind;
	gint64 message; /* 0: the reminder */
	const MessageTarget *targets;
	guint n;
	gint64 now;
} Chunk;

static char *
cause_of(const Chunk *chunk, const MessageTarget *target)
{
	char registration[ID_HEX_LENGTH + 1], message[ID_HEX_LENGTH + 1];

	id_to_hex(target->registration, registration);
	id_to_hex(chunk->message, message);
	return chunk->message != 0 ? g_strdup_printf("message:%s:%s", message, registration)
	                           : g_strdup_printf("reminder:%s:%" G_GINT64_FORMAT, registration,
	                                     chunk->event->starts);
}

/* Has somebody stopped the reminder, while it was under way? */
static gboolean
is_stopped(Db *db, const Chunk *chunk, gboolean *ret, GError **error)
{
	gint64 at = 0, told = 0;

	*ret = FALSE;
	if (chunk->message != 0)
		return TRUE;
	if (!reminder_row(db, chunk->event, ret, &at, &told, error))
		return FALSE;
	*ret = *ret && told == REMINDER_IS_STOPPED;
	return TRUE;
}

static gboolean
chunk_work(Db *db, gpointer data, GError **error)
{
	const Chunk *chunk = data;
	gboolean stopped = FALSE;
	gint64 told = 0;

	if (!is_stopped(db, chunk, &stopped, error))
		return FALSE;
	if (stopped)
		return TRUE;
	for (guint i = 0; i < chunk->n; i++) {
		const MessageTarget *target = &chunk->targets[i];
		g_autofree char *cause = cause_of(chunk, target);
		gboolean added = FALSE;
		if (!outbox_add_new(db, chunk->event, chunk->kind,
		            target->has_email ? OUTBOX_WAITING : OUTBOX_CALL, target->attendee,
		            cause, chunk->now, &added, error))
			return FALSE;
		told += added;
	}
	return chunk->message == 0 || told == 0 ||
	        db_run(db, "UPDATE message SET told = told + $2 WHERE id = $1",
	                DB_ARGS(db_int(chunk->message), db_int(told)), NULL, error);
}

static gboolean
spread(Record *record, Chunk *chunk, const GArray *targets, GError **error)
{
	for (guint from = 0; from < targets->len; from += MESSAGE_CHUNK) {
		chunk->targets = &g_array_index(targets, MessageTarget, from);
		chunk->n = MIN(MESSAGE_CHUNK, targets->len - from);
		if (!writer_run(record_writer(record), chunk_work, chunk, error))
			return FALSE;
	}
	return TRUE;
}

/* ---- messages ---- */

typedef struct {
	gint64 id;
	gint64 version; /* of the event, when the targets were read */
	char filter[64];
} Due;

static gboolean
read_due(Db *db, const Event *event, gint64 now, GArray *ret, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT m.id, e.version, m.filter FROM message m JOIN event e ON e.id = m.event"
	        " WHERE m.event = $1 AND (m.seen IS NULL OR (m.late_until > $2 AND m.seen <"
	        " e.version)) ORDER BY m.id",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_int(now)), error);

	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		Due due = { .id = db_column_int(rows, 0), .version = db_column_int(rows, 1) };
		g_strlcpy(due.filter, db_column_text(rows, 2), sizeof due.filter);
		g_array_append_val(ret, due);
	}
	return step == DB_NO_ROW;
}

static gboolean
seen_work(Db *db, gpointer data, GError **error)
{
	const Due *due = data;

	return db_run(db, "UPDATE message SET seen = $2 WHERE id = $1",
	        DB_ARGS(db_int(due->id), db_int(due->version)), NULL, error);
}

static gboolean
spread_message(Record *record, Db *db, const Event *event, Due *due, gint64 now, GError **error)
{
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(MessageTarget));
	MessageFilter filter;
	Chunk chunk = {
		.event = event, .kind = OUTBOX_STAFF_MESSAGE, .message = due->id, .now = now
	};

	message_filter_parse(due->filter, &filter);
	gboolean read = db_begin(db, error) && message_targets(db, event, &filter, targets, error);
	db_rollback(db);
	return read && spread(record, &chunk, targets, error) &&
	        writer_run(record_writer(record), seen_work, due, error);
}

/* ---- the reminder ---- */

typedef struct {
	const Event *event;
	gint64 now, told;
} Reminded;

/* One that was stopped meanwhile stays so. */
static gboolean
reminded_work(Db *db, gpointer data, GError **error)
{
	const Reminded *reminded = data;

	return db_run(db,
	        "INSERT INTO reminder (event, starts, at, told) VALUES ($1, $2, $3, $4)"
	        " ON CONFLICT (event, starts) DO UPDATE SET at = excluded.at, told = excluded.told"
	        " WHERE reminder.told = $5",
	        DB_ARGS(db_bytes(reminded->event->id, EVENT_ID_BYTES),
	                db_int(reminded->event->starts), db_int(reminded->now),
	                db_int(reminded->told), db_int(REMINDER_IS_ASKED)),
	        NULL, error);
}

/* Does it go now, and to who was registered before when? */
static gboolean
is_due(Db *db, const Event *event, gint64 now, gboolean *ret_due, gint64 *ret_before,
        GError **error)
{
	const gint64 time = reminder_time(event);
	gboolean there = FALSE;
	gint64 at = 0, told = 0;

	if (!reminder_row(db, event, &there, &at, &told, error))
		return FALSE;
	*ret_due = there ? told == REMINDER_IS_ASKED : time != 0 && now >= time;
	*ret_before = there ? at + 1 : time;
	return TRUE;
}

/* Who has a place, and registered before its time: a letter that is fresh needs no other. */
static gboolean
remind(Record *record, Db *db, const Event *event, gint64 now, GError **error)
{
	const MessageFilter filter = { .to = MESSAGE_TO_CONFIRMED };
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(MessageTarget));
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(MessageTarget));
	gboolean due = FALSE;
	gint64 before = 0;
	Chunk chunk = { .event = event, .kind = OUTBOX_REMINDER, .now = now };

	if (now >= event->starts)
		return TRUE;
	gboolean read = db_begin(db, error) && is_due(db, event, now, &due, &before, error) &&
	        (!due || message_targets(db, event, &filter, all, error));
	db_rollback(db);
	if (!read || !due)
		return read;
	for (guint i = 0; i < all->len; i++) {
		const MessageTarget *target = &g_array_index(all, MessageTarget, i);
		if (target->made < before)
			g_array_append_val(targets, *target);
	}
	Reminded reminded = { event, now, targets->len };
	return spread(record, &chunk, targets, error) &&
	        writer_run(record_writer(record), reminded_work, &reminded, error);
}

gboolean
message_spread(Record *record, Db *db, const Event *event, gint64 now, GError **error)
{
	g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(Due));
	gboolean read = db_begin(db, error) && read_due(db, event, now, due, error);

	db_rollback(db);
	if (!read)
		return FALSE;
	for (guint i = 0; i < due->len; i++)
		if (!spread_message(record, db, event, &g_array_index(due, Due, i), now, error))
			return FALSE;
	return remind(record, db, event, now, error);
}
