/* The words of a door's answer in English, for the terminal ("Welcome", "Already used 12:10, lunch tent"). */
#pragma once

#include <glib.h>

#include "checkin/door.h"

typedef struct {
	guint8 decision; /* DoorDecision */
	gboolean spare, practice;
	gint64 first_at_ms;    /* when they came in; 0 not known */
	const char *place;     /* where; nullable */
	const char *elsewhere; /* the event that a DOOR_REJECT_ELSEWHERE belongs to; nullable */
	GTimeZone *zone;       /* the event's */
} DoorWords;

char *door_words(const DoorWords *answer);
