/*
 * What the pages of /staff/people share: whose page it is, the works that are done about them, the way back. A region
 * lead has their own region's people: others are not found, and no work is done about them.
 */
#pragma once

#include "checkin/desk.h"
#include "schema/delegation.h"
#include "schema/desk.h"
#include "schema/self.h"
#include "web/staff_page.h"

#define ROLES_DESK (ROLE_OWNER | ROLE_STAFF | ROLE_REGION)

typedef struct {
	const Event *event;
	VaultEvent *keys;
	Db *db;
	guint16 region_no; /* of who looks; 0: all */
	DeskPerson person;
} Desk;

/* Event, keys and a reading connection; FALSE with the answer. */
gboolean desk_open(Request *request, Desk *ret, Reply **ret_refused);
/* The person of the path (":no") too; 404 for nobody's number. */
gboolean desk_open_person(Request *request, Desk *ret, Reply **ret_refused);
HolderAct desk_act(Request *request, const Desk *desk);

/* A work about people. Bound to the region of who does it; the union is what region_work() runs. */
typedef struct {
	RegionWork bound; /* first: it is what the writer is given */
	union {
		ReissueWork reissue;
		HolderMergeWork merge;
		AttachWork attach;
		DeskCheckIn check_in;
		DeskUndo undo;
		PlacesWork places;
		PlacesFee fee;
		SelfLink link;
		AskedWork asked;
	};
	GBytes *sealed[SEALED_CLASSES];
	guint32 no; /* whose page comes next */
} DeskJob;
/* @mark is the person's whom it is about; the work's data is the union. */
DeskJob *desk_job_new(Request *request, const Desk *desk, DbWork work, gint64 mark);
void desk_job_free(gpointer data);
/* The answer when it failed, or was refused since they are another region's; else NULL. */
Reply *desk_job_failed(Request *request, const DeskJob *job, const GError *error);

/* 303 to a person's page, which says @done: a word of desk_notice(). */
Reply *desk_see(Request *request, guint32 no, const char *done);
/* What the page says of what has just been done (?done=): {text, good}, or null. */
json_t *desk_notice(Request *request);
/* What is wrong, in the same form; @key of the catalogue. */
json_t *desk_fault(const Locale *locale, const char *key);

/* A page about people is told to the audit before it is shown: @deed is "person.look" and such, @detail (taken) names
 * nobody. Takes @data. */
Reply *desk_look(Request *request, const Desk *desk, const char *deed, char *detail,
        const char *template_name, json_t *data);

/* A random number of an act, which is not 0. */
gint64 desk_number(void);
/* That of a form (16 hex digits in "act"), so that a button that is pressed twice does one thing. */
gint64 desk_number_of_form(Request *request);
/* For the form. */
json_t *desk_number_json(void);

/* "K7QF-3M2X-9T" */
json_t *desk_code_json(const char *typed_code);
/* {code, text, checked} of each region that who looks may choose. */
json_t *desk_regions(Request *request, const Desk *desk, guint16 chosen);
