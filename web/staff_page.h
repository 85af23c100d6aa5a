/*
 * What the staff's pages share: the frame (rooms that the role may enter, who is signed in, the way out),
 * and their policy, which lets our own script in.
 */
#pragma once

#include "web/page.h"

#define ROLES_ALL    (ROLE_OWNER | ROLE_STAFF | ROLE_REGION | ROLE_VIEWER)
#define ROLES_CENTRE (ROLE_OWNER | ROLE_STAFF)

/* The event that the session looks at; NULL with @error. */
const Event *staff_event(Request *request, GError **error);
/* What the template of any of these pages is given; @room is its path ("/staff/devices"). */
json_t *staff_frame(Request *request, const Event *event, const char *title_key, const char *room);
/* Takes @data. */
Reply *staff_reply(Request *request, int status, const char *template_name, json_t *data);

/* A text, taken; null when it is empty. */
json_t *staff_taken(char *text);
/* "5 minutes ago" in the page's language. */
char *staff_ago(const Locale *locale, gint64 then, gint64 now);
