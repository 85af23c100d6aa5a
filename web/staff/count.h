/*
 * The numbers of the dashboard, counted on the slow pool and kept: they are counted again only when the event
 * has changed, and at most once a second, however many look at them.
 */
#pragma once

#include "schema/alarms.h"
#include "schema/counts.h"
#include "web/page.h"

#define NUMBERS_MS 1000

typedef struct {
	GArray *counts; /* of AttendanceCount */
	AlarmCounts alarms;
} Numbers;

/* @then makes the page; @numbers are lent to it. */
typedef Reply *(*NumbersThen)(Request *request, const Numbers *numbers);
Reply *numbers_ask(Request *request, const Event *event, NumbersThen then);
