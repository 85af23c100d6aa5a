/*
 * One table: method, path pattern, audience, page. The guard reads audience, CSRF, origin and
 * bounds from the row before the page runs.
 */
#pragma once

#include "web/page.h"

typedef enum {
	HTTP_NONE = 0,
	HTTP_GET, /* HEAD too */
	HTTP_POST,
} HttpMethod;

/* An audience of 0 is nobody, so a forgotten one shuts the door. */
typedef enum {
	FOR_NOBODY = 0,
	FOR_ANYONE,
	FOR_HOLDER, /* a link of /t/…: the page checks the token's MAC by registration_read() */
	FOR_CAPTAIN, /* a link of /g/…: the page checks the token's MAC, and a form's proof, by captain_open() */
	FOR_DEVICE,     /* Authorization: Bearer, of a paired device */
	FOR_SUPERVISOR, /* a device of that role */
	FOR_ANY_DEVICE, /* the same, revoked and expired ones too: what they scanned is taken in */
	FOR_PAIRING,    /* a one-time code in the body */
	FOR_STAFF,      /* who signed in, with one of the route's roles in the event they look at */
	FOR_SIGN_IN,    /* the form by which they do: anyone's, and no event's */
	FOR_ASKING, /* a form that is anyone's and no event's, and changes nothing that can be seen: by its origin alone */
	FOR_ONE_CLICK, /* a link by which a mail program leaves a list for somebody (RFC 8058): from anywhere; the page checks the link */
	FOR_OPERATOR,  /* not public by default: loopback only */
} Audience;

typedef struct {
	HttpMethod method;
	const char *path; /* "/e/:event/register"; ":x" is one segment, never empty */
	Audience audience;
	Page page;
	gsize body_max;  /* 0: ROUTE_BODY_MAX for POST */
	guint roles;     /* of StaffRole, for FOR_STAFF; 0 is nobody */
	gboolean upload; /* its form brings a file along (multipart/form-data): request_file() */
	gboolean quiet;  /* asked by a script: no sign that a person is there */
	gboolean without_code; /* open to staff who still have to set their code up */
} Route;

#define ROUTE_BODY_MAX (64 * 1024)

/* Every table below, in the order in which they are asked; NULL at the end. */
extern const Route *const web_tables[];

extern const Route site_routes[]; /* "/", /healthz, assets */
extern const Route event_routes[];
extern const Route registration_routes[];
extern const Route ticket_change_routes[];
extern const Route ticket_correct_routes[];
extern const Route ticket_cancel_routes[];
extern const Route ticket_data_routes[];
extern const Route ticket_delete_routes[];
extern const Route ticket_link_routes[];
extern const Route ticket_routes[];
extern const Route captain_routes[];
extern const Route captain_rows_routes[];
extern const Route captain_person_routes[]; /* after the others of /g/: ":no" is any word */
extern const Route delegation_routes[];
extern const Route lost_link_routes[];
extern const Route informed_routes[]; /* /stay-informed */
extern const Route ticket_places_routes[];
extern const Route door_routes[];       /* /api/v1/door/ */
extern const Route door_app_routes[];   /* /door/ */
extern const Route staff_routes[];      /* signing in and out */
extern const Route staff_code_routes[]; /* their own second step */
extern const Route staff_numbers_routes[];
extern const Route staff_devices_routes[];
extern const Route staff_reports_routes[];
extern const Route staff_audit_routes[];
extern const Route staff_holds_routes[]; /* /staff/holds */
extern const Route staff_letters_routes[];
extern const Route staff_calls_routes[];
extern const Route staff_messages_routes[];
extern const Route staff_reminder_routes[];
extern const Route staff_alarms_routes[];
extern const Route staff_scans_routes[];
extern const Route staff_spares_routes[];
extern const Route staff_delegations_routes[];
extern const Route staff_walk_in_routes[];
extern const Route staff_people_routes[];
extern const Route staff_person_routes[];
extern const Route staff_places_routes[];
extern const Route staff_fees_routes[];
