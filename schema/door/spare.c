#include "schema/spare.h"

#include <string.h>

#include "schema/audit.h"
#include "schema/event_now.h"
#include "schema/id.h"

#define DRAWS       8
#define HOLDERS_MAX 0xffffff /* a manifest entry gives a holder 24 bits */

/* ---- making ---- */

gboolean
spare_ref_check(const char *ref, GError **error)
{
	gsize length = strlen(ref);
	gboolean good = length <= SPARE_REF_MAX && g_ascii_isalpha(ref[0]) &&
	        !g_ascii_isspace(ref[length - 1]);

	for (gsize i = 0; good && i < length; i++)
		good = g_ascii_isalnum(ref[i]) || strchr(" ._-", ref[i]) != NULL;
	if (!good)
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "a reference begins with a letter and has letters, digits, blanks and . _ "
		        "-, "
		        "at most %d",
		        SPARE_REF_MAX);
	return good;
}

SpareWork *
spare_work_new(const Event *event, VaultEvent *keys, const char *who, const char *ref,
        guint16 region_no, guint n, gint64 now)
{
	g_return_val_if_fail(n >= 1 && n <= SPARES_MAX, NULL);
	SpareWork *work = g_new0(SpareWork, 1);
	work->event = event;
	work->keys = keys;
	work->who = g_strdup(who);
	work->ref = g_strdup(ref);
	work->now = now;
	work->region_no = region_no ? region_no : holder_region_default(event);
	work->n = n;
	work->ids = g_new(gint64, n);
	work->tickets = g_new0(TicketIdentity, n);
	for (guint i = 0; i < n; i++) {
		work->ids[i] = id_new(now * 1000);
		event_ticket_new(event, keys, TICKET_SPARE, now, &work->tickets[i]);
	}
	return work;
}

void
spare_work_free(SpareWork *work)
{
	if (work == NULL)
		return;
	g_free(work->who);
	g_free(work->ref);
	g_free(work->ids);
	g_free(work->tickets);
	g_free(work->made_ref);
	g_free(work);
}

/* The sheet of a reference that was made before; @ret_found FALSE when there is none. */
static gboolean
find_sheet(Db *db, SpareWork *work, gboolean *ret_found, GError **error)
{
	*ret_found = FALSE;
	if (work->ref == NULL)
		return TRUE;
	g_autoptr(DbRows) row = db_query(db,
	        "SELECT region_no, n, first_no FROM spare_sheet WHERE event = $1 AND ref = $2",
	        DB_ARGS(db_bytes(work->event->id, EVENT_ID_BYTES), db_text(work->ref)), error);
	if (row == NULL)
		return FALSE;
	DbStep step = db_next(row, error);
	if (step == DB_ERROR_ROW)
		return FALSE;
	*ret_found = step == DB_ROW;
	if (step == DB_NO_ROW)
		return TRUE;
	const gboolean same = db_column_int(row, 0) == work->region_no &&
	        db_column_int(row, 1) == (gint64)work->n;
	work->outcome = same ? SPARE_MADE_BEFORE : SPARE_OTHER;
	work->first_no = db_column_int(row, 2);
	work->made_ref = g_strdup(work->ref);
	return TRUE;
}

static gboolean
add_sheet(Db *db, SpareWork *work, gint64 first_holder, GError **error)
{
	const DbValue event = db_bytes(work->event->id, EVENT_ID_BYTES);

	if (!db_ask_int(db,
	            "SELECT COALESCE(MAX(first_no + n), 1) FROM spare_sheet WHERE event = $1",
	            DB_ARGS(event), 1, &work->first_no, error))
		return FALSE;
	work->made_ref = work->ref ? g_strdup(work->ref)
	                           : g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
	                                     work->first_no, work->first_no + work->n - 1);
	return db_run(db,
	        "INSERT INTO spare_sheet (event, ref, region_no, first_no, first_holder, n, made)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	        DB_ARGS(event, db_text(work->made_ref), db_int(work->region_no),
	                db_int(work->first_no), db_int(first_holder), db_int(work->n),
	                db_int(work->now)),
	        NULL, error);
}

static gboolean
add_ticket(Db *db, SpareWork *work, guint nth, gint64 no, gint64 version, GError **error)
{
	gboolean free = FALSE;

	for (guint draw = 0; draw < DRAWS && !free; draw++) {
		if (draw > 0)
			ticket_identity_redraw(work->event->salt, &work->tickets[nth]);
		if (!spare_add_rows(db, work->event, work->ids[nth], work->region_no,
		            &work->tickets[nth], no, version, &free, error))
			return FALSE;
	}
	if (!free)
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "no ticket is free");
	return free;
}

static gboolean
add_all(Db *db, SpareWork *work, GError **error)
{
	EventNow then;

	if (!event_now_raise(db, work->event, work->n, &then, error))
		return FALSE;
	const gint64 first_holder = then.last_no - work->n + 1;
	if (!add_sheet(db, work, first_holder, error))
		return FALSE;
	for (guint i = 0; i < work->n; i++)
		if (!add_ticket(db, work, i, first_holder + i, then.version, error))
			return FALSE;
	work->outcome = SPARE_MADE;
	g_autofree char *detail = g_strdup_printf(
	        "%u tickets from number %" G_GINT64_FORMAT, work->n, work->first_no);
	return audit_add(db, work->event->id, work->who, "spare.make", detail, work->now, error);
}

gboolean
spare_work(Db *db, gpointer data, GError **error)
{
	SpareWork *work = data;
	gboolean found = FALSE;
	EventNow then;

	g_clear_pointer(&work->made_ref, g_free); /* of a run that was undone */
	/* first, since it is the lock: of two that ask for one sheet the second sees the first's */
	if (!event_now_raise(db, work->event, 0, &then, error) ||
	        !find_sheet(db, work, &found, error))
		return FALSE;
	if (found)
		return TRUE;
	work->outcome = SPARE_TOO_MANY;
	return then.last_no + work->n > HOLDERS_MAX || add_all(db, work, error);
}

/* ---- looking ---- */

void
spare_sheet_free(SpareSheet *sheet)
{
	if (sheet == NULL)
		return;
	g_free(sheet->ref);
	g_free(sheet);
}

gboolean
spare_sheets(Db *db, const Event *event, GPtrArray **ret, GError **error)
{
	g_autoptr(GPtrArray) sheets =
	        g_ptr_array_new_with_free_func((GDestroyNotify)spare_sheet_free);
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.ref, s.region_no, s.n, s.first_no, s.made,"
	        " SUM(CASE WHEN a.spare_region_no IS NULL THEN 1 ELSE 0 END),"
	        " SUM(CASE WHEN a.spare_region_no IS NOT NULL AND NOT EXISTS (SELECT 1"
	        " FROM presence p WHERE p.event = a.event AND p.attendee = a.id)"
	        " THEN 1 ELSE 0 END)"
	        " FROM spare_sheet s JOIN attendee a ON a.event = s.event"
	        " AND a.no >= s.first_holder AND a.no < s.first_holder + s.n"
	        " WHERE s.event = $1"
	        " GROUP BY s.ref, s.region_no, s.n, s.first_no, s.made ORDER BY s.first_no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SpareSheet *sheet = g_new0(SpareSheet, 1);
		sheet->ref = g_strdup(db_column_text(rows, 0));
		sheet->region_no = (guint16)db_column_int(rows, 1);
		sheet->n = (guint)db_column_int(rows, 2);
		sheet->first_no = db_column_int(rows, 3);
		sheet->made = db_column_int(rows, 4);
		sheet->with_person = (guint)db_column_int(rows, 5);
		sheet->free = (guint)db_column_int(rows, 6);
		g_ptr_array_add(sheets, sheet);
	}
	if (step != DB_NO_ROW)
		return FALSE;
	*ret = g_steal_pointer(&sheets);
	return TRUE;
}

static gboolean
take_ticket(DbRows *row, SpareTicket *ret, GError **error)
{
	gsize length = 0;
	gconstpointer id = db_column_bytes(row, 5, &length);

	if (length != TICKET_ID_BYTES) {
		g_set_error_literal(error, DB_ERROR, DB_ERROR_BROKEN, "a ticket without an id");
		return FALSE;
	}
	*ret = (SpareTicket){ .no = db_column_int(row, 0),
		.attendee = db_column_int(row, 1),
		.region_no = (guint16)db_column_int(row, 2),
		.state = db_column_int(row, 3) == 0 ? SPARE_WITH_PERSON
		        : db_column_int(row, 4)     ? SPARE_USED
		                                    : SPARE_FREE };
	memcpy(ret->ticket.id, id, TICKET_ID_BYTES);
	ret->ticket.mark = db_column_int(row, 6);
	g_strlcpy(ret->ticket.typed_code, db_column_text(row, 7), sizeof ret->ticket.typed_code);
	ret->ticket.class = (TicketClass)db_column_int(row, 8);
	ret->ticket.minute = (guint32)db_column_int(row, 9);
	ret->ticket.key_no = (guint16)db_column_int(row, 10);
	return TRUE;
}

gboolean
spare_tickets(Db *db, const Event *event, const char *ref, GArray **ret, GError **error)
{
	g_autoptr(GArray) tickets = g_array_new(FALSE, FALSE, sizeof(SpareTicket));
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db,
	        "SELECT s.first_no + a.no - s.first_holder, a.id, a.region_no,"
	        " CASE WHEN a.spare_region_no IS NULL THEN 0 ELSE 1 END,"
	        " CASE WHEN EXISTS (SELECT 1 FROM presence p WHERE p.event = a.event"
	        " AND p.attendee = a.id) THEN 1 ELSE 0 END,"
	        " a.ticket_id, a.mark, a.typed_code, a.ticket_class, a.ticket_minute,"
	        " a.key_no"
	        " FROM spare_sheet s JOIN attendee a ON a.event = s.event"
	        " AND a.no >= s.first_holder AND a.no < s.first_holder + s.n"
	        " WHERE s.event = $1 AND s.ref = $2 ORDER BY a.no",
	        DB_ARGS(db_bytes(event->id, EVENT_ID_BYTES), db_text(ref)), error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		SpareTicket ticket;
		if (!take_ticket(rows, &ticket, error))
			return FALSE;
		g_array_append_val(tickets, ticket);
	}
	if (step != DB_NO_ROW)
		return FALSE;
	*ret = g_steal_pointer(&tickets);
	return TRUE;
}
