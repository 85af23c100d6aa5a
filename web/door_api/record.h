/*
 * A line of the scan log as a device sends it: JSON of interface.md, read strictly. Also what the two
 * pages of the door share: reading a body, and saying no.
 */
#pragma once

#include "schema/scan.h"
#include "web/page.h"

/* JavaScript's whole numbers. */
#define DOOR_NUMBER_MAX  G_GINT64_CONSTANT(9007199254740991)
#define DOOR_REASON_MAX  32 /* characters of a reason code */
#define DOOR_WAITING_MAX 50 /* records that ride along with a question */

/* {"error": {"code", "message", "request"}}. */
Reply *door_refuse(Request *request, int status, const char *code, const char *message);

/* The body as a JSON object (no member twice, UTF-8), owned by the caller; NULL with @error (INPUT). */
json_t *door_body(Request *request, GError **error);
/* Refuses members that are not among @known (NULL-terminated). */
gboolean door_members_known(const json_t *object, const char *const *known, GError **error);
/* A text of 1 to @max bytes. @ret_text is lent by @object; NULL when it is absent or null and @required is FALSE. */
gboolean door_text(const json_t *object, const char *name, gboolean required, gsize max,
        const char **ret_text, GError **error);

/* 16 hex digits. */
gboolean door_hex(const json_t *object, const char *name, gint64 *ret, GError **error);

/* A scan that asks: rev 0, without decision and reason, and what the volunteer has set. */
typedef struct {
	ScanRow row;              /* session_no and checkpoint_no of @event; the rest as sent */
	TicketClass ticket_class; /* 0 when not said */
	guint32 ticket_minute;    /* 0 when not said: a ticket that is not there counts as old */
	gboolean leaving;
	const char *
	        override; /* lent by the body: a supervisor's reason code; NULL when there is none */
	const json_t
	        *waiting; /* lent by the body: records that ride along; NULL when there are none */
} DoorAsked;

/* Reads @body for @event; INPUT names the member that is wrong. */
gboolean door_asked_read(const json_t *body, const Event *event, DoorAsked *ret, GError **error);
