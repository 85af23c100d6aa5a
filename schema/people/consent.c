#include "schema/people/consent.h"

#include "schema/error.h"

gboolean
consent_text_store(Db *db, ConsentText *text, gint64 now, GError **error)
{
	gint64 version = 0;

	if (!db_ask_int(db,
	            "SELECT version FROM consent_text WHERE kind = $1 AND lang = $2 AND words = $3",
	            DB_ARGS(db_int(text->kind), db_text(text->lang), db_text(text->text)), 0,
	            &version, error))
		return FALSE;
	if (version == 0 &&
	        (!db_ask_int(db,
	                 "SELECT COALESCE(MAX(version), 0) + 1 FROM consent_text"
	                 " WHERE kind = $1 AND lang = $2",
	                 DB_ARGS(db_int(text->kind), db_text(text->lang)), 0, &version, error) ||
	                !db_run(db,
	                        "INSERT INTO consent_text (kind, lang, version, since, words)"
	                        " VALUES ($1, $2, $3, $4, $5)",
	                        DB_ARGS(db_int(text->kind), db_text(text->lang), db_int(version),
	                                db_int(now), db_text(text->text)),
	                        NULL, error)))
		return FALSE;
	text->version = version;
	return TRUE;
}

gboolean
consent_version(Db *db, ConsentKind kind, const char *lang, ConsentShown *shown, gint64 now,
        gint64 *ret_version, GError **error)
{
	ConsentText text = { .kind = kind, .lang = lang, .text = shown->text };

	if (shown->text != NULL && shown->version == 0 &&
	        !consent_text_store(db, &text, now, error))
		return FALSE;
	*ret_version = shown->found = shown->version != 0 ? shown->version : text.version;
	return TRUE;
}

char *
consent_text_read(Db *db, ConsentKind kind, const char *lang, gint64 version, GError **error)
{
	g_autoptr(DbRows) rows = NULL;

	if (!db_query_row(db,
	            "SELECT words FROM consent_text WHERE kind = $1 AND lang = $2 AND version = $3",
	            DB_ARGS(db_int(kind), db_text(lang), db_int(version)), &rows, error))
		return NULL;
	if (rows == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
		        "there is no such text of a consent");
		return NULL;
	}
	return g_strdup(db_column_text(rows, 0));
}
