/*
 * The form by which somebody takes another option or other sessions: on their own page, and on the staff's.
 */
#pragma once

#include "schema/places.h"
#include "web/form.h"
#include "web/page.h"

/* What is shown, and how it stands. */
typedef struct {
	const Event *event;
	Db *db;
	gint64 attendee;
	gboolean by_staff;
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
