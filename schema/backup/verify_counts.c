#include "schema/backup/verify_parts.h"

/* Of one query: slug, what it is, its code or place, taken, and how many hold a place. */
static gboolean
compare(Db *db, const char *sql, const char *kind, Faults *found, gint64 *counts, GError **error)
{
	DbStep step;
	g_autoptr(DbRows) rows = db_query(db, sql, DB_NO_ARGS, error);
	if (rows == NULL)
		return FALSE;
	while ((step = db_next(rows, error)) == DB_ROW) {
		gint64 taken = db_column_int(rows, 2), held = db_column_int(rows, 3);
		(*counts)++;
		if (taken == held)
			continue;
		g_autofree char *where = g_strdup_printf("%s %s of event %s", kind,
		        db_column_text(rows, 1), db_column_text(rows, 0));
		faults_add(found, where,
		        "says that %" G_GINT64_FORMAT " places are taken, and %" G_GINT64_FORMAT
		        " people hold one",
		        taken, held);
	}
	return step == DB_NO_ROW;
}

/* Only what has a capacity is counted in the tables. Of people who became counts it stays what was taken. */
gboolean
verify_counts(Db *db, Faults *found, gint64 *ret_counts, GError **error)
{
	return compare(db,
	               "SELECT e.slug, o.code, o.taken, coalesce(h.held, 0) FROM option o"
	               " JOIN event e ON e.id = o.event LEFT JOIN"
	               " (SELECT event, option_no, count(*) AS held FROM attendee"
	               " WHERE state = 'active'"
	               " AND (option_state = 'confirmed' OR option_offer IS NOT NULL)"
	               " AND merged_into IS NULL GROUP BY event, option_no) h"
	               " ON h.event = o.event AND h.option_no = o.no"
	               " WHERE o.capacity IS NOT NULL AND e.state <> 'expired' ORDER BY e.slug, "
	               "o.no",
	               "option", found, ret_counts, error) &&
	        /* who is booked by name, and who is in by their option without a row of their own */
	        compare(db,
	                "SELECT e.slug, s.code, s.taken, coalesce(b.held, 0) + coalesce(i.held, 0)"
	                " FROM session s JOIN event e ON e.id = s.event LEFT JOIN"
	                " (SELECT bk.event, bk.session_no, count(*) AS held FROM booking bk"
	                " JOIN attendee a ON a.id = bk.attendee"
	                " WHERE (bk.state = 'confirmed' OR bk.offer IS NOT NULL)"
	                " AND a.state = 'active' AND a.merged_into IS NULL"
	                " GROUP BY bk.event, bk.session_no) b"
	                " ON b.event = s.event AND b.session_no = s.no LEFT JOIN"
	                " (SELECT a.event, os.session_no, count(*) AS held FROM attendee a"
	                " JOIN option_session os ON os.event = a.event"
	                " AND os.option_no = a.option_no AND os.choose = 0"
	                " LEFT JOIN booking bk ON bk.attendee = a.id"
	                " AND bk.session_no = os.session_no"
	                " AND (bk.state = 'confirmed' OR bk.offer IS NOT NULL)"
	                " WHERE bk.attendee IS NULL AND a.state = 'active'"
	                " AND (a.option_state = 'confirmed' OR a.option_offer IS NOT NULL)"
	                " AND a.merged_into IS NULL GROUP BY a.event, os.session_no) i"
	                " ON i.event = s.event AND i.session_no = s.no"
	                " WHERE s.capacity IS NOT NULL AND e.state <> 'expired' ORDER BY e.slug, "
	                "s.no",
	                "session", found, ret_counts, error) &&
	        compare(db,
	                "SELECT e.slug, s.code || '/' || CAST(t.no AS TEXT), t.taken,"
	                " coalesce(b.held, 0) FROM stop t JOIN event e ON e.id = t.event"
	                " JOIN session s ON s.event = t.event AND s.no = t.session_no LEFT JOIN"
	                " (SELECT bk.event, bk.session_no, bk.stop_no, count(*) AS held"
	                " FROM booking bk JOIN attendee a ON a.id = bk.attendee"
	                " WHERE (bk.state = 'confirmed' OR bk.offer IS NOT NULL)"
	                " AND a.state = 'active' AND a.merged_into IS NULL AND bk.stop_no IS NOT "
	                "NULL"
	                " GROUP BY bk.event, bk.session_no, bk.stop_no) b"
	                " ON b.event = t.event AND b.session_no = t.session_no"
	                " AND b.stop_no = t.no WHERE t.capacity IS NOT NULL AND e.state <> "
	                "'expired'"
	                " ORDER BY e.slug, s.no, t.no",
	                "stop", found, ret_counts, error);
}
