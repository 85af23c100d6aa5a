/*
 * The form by which somebody takes another option or other sessions: on their own page, on their captain's, on the staff's.
 */
#pragma once

#include "schema/delegation.h"
#include "web/form.h"
#include "web/page.h"

/* ---- the form ---- */

/* What is shown, and how it stands. */
typedef struct {
	const Event *event;
	Db *db;
	gint64 attendee;
	gboolean by_staff;
	gboolean by_captain;         /* the words speak of somebody else */
	const Fields *typed;         /* nullable: as they stand */
	GArray *faults;              /* of IntakeFault, nullable */
	const PlacesAnswer *refused; /* nullable */
} Changing;
/* Adds the form's parts, "seen", "lead", "can" and "notice" to @data. @ret_active FALSE: there is nobody to change. */
gboolean changing_add(Request *request, const Changing *changing, json_t *data,
        gboolean *ret_active, GError **error);
/* What the form that was sent wishes; FALSE with @faults. @ret_same: they have it already. */
gboolean changing_take(Request *request, const Changing *changing, VaultEvent *keys,
        PlacesWish *ret, GArray *faults);
/* Is it what they have? */
gboolean changing_is_same(const PlacesOwn *own, const PlacesWish *wish);

/* ---- the page, and what becomes of it: who changes their own, and a captain somebody of the group ---- */

typedef struct {
	const Event *event;
	VaultEvent *keys;
	Db *db;
	gint64 registration, attendee;
	const CaptainWork *
	        captain; /* by a captain, whose group and link the write asks for once more; NULL: by themselves */
	gboolean stale; /* the form is too old: it is shown again, with what was typed */
	gboolean over;  /* nothing is changed any more */
	gpointer whose; /* the page's own */
} ChangeOf;

typedef enum {
	CHANGE_DONE,
	CHANGE_WAITS, /* on a waiting list, as they pressed */
	CHANGE_SAME,
	CHANGE_NOBODY, /* cancelled or left meanwhile */
} ChangeDone;

/* How a page does it. */
typedef struct {
	/* Whose it is, by the path; FALSE with the answer. @form: of a POST, whose proof is asked for. */
	gboolean (*open)(Request *request, gboolean form, ChangeOf *ret, Reply **ret_refused);
	void (*close)(ChangeOf *of);
	/* What "ticket_form" needs around the form, "who" among it. */
	json_t *(*frame)(Request *request, const ChangeOf *of);
	Reply *(*see)(Request *request, ChangeDone done); /* the way back */
} ChangeWay;
Reply *change_show(Request *request, const ChangeWay *way);
Reply *change_take(Request *request, const ChangeWay *way);
