/*
 * What people agreed to, word for word. A row of "consent" says when, in which language, and the number of the text that
 * stood on the page (0: they were told elsewhere); the text itself is kept here under kind, language and number, for as long as the database lives.
 * A text that has changed, be it by a comma, gets the next number.
 */
#pragma once

#include "schema/db.h"
#include "schema/registration.h"

typedef struct {
	ConsentKind kind;
	const char *lang, *text;
	gint64 version; /* from 1; what consent_text_store() found or made */
} ConsentText;

/* Finds the number of @text, or keeps it under a new one. */
gboolean consent_text_store(Db *db, ConsentText *text, gint64 now, GError **error);
/* The number of what was @shown in @lang: known, or looked for, which sets @shown->found; 0 when no text was shown. */
gboolean consent_version(Db *db, ConsentKind kind, const char *lang, ConsentShown *shown,
        gint64 now, gint64 *ret_version, GError **error);
/* What stood on the page. ABSENT when there is no such text. Owned by the caller. */
char *consent_text_read(Db *db, ConsentKind kind, const char *lang, gint64 version, GError **error);
