/* The reminder's part of the page of messages (reminder.c). */
#pragma once

#include "web/page.h"

/* "reminder" {text, numbers, may_send, may_stop, may_resume}. */
gboolean
staff_reminder_add(Request *request, Db *db, const Event *event, json_t *data, GError **error);
