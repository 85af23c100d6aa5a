#include "checkin/words.h"

static char *
clock_time(const DoorWords *answer)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(answer->first_at_ms / 1000);
	g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, answer->zone) : NULL;

	return local ? g_date_time_format(local, "%H:%M") : g_strdup("?");
}

static char *
plain_words(const DoorWords *answer)
{
	const char *place = answer->place, *elsewhere = answer->elsewhere;
	g_autofree char *at = answer->first_at_ms ? clock_time(answer) : NULL;

	switch ((DoorDecision)answer->decision) {
	case DOOR_ADMIT:
		return g_strdup(answer->spare ? "Welcome, spare ticket" : "Welcome");
	case DOOR_AGAIN:
		return at ? g_strdup_printf("Welcome back, first in at %s", at)
		          : g_strdup("Welcome back");
	case DOOR_ADMIT_PROVISIONAL:
		return g_strdup("Welcome, new ticket");
	case DOOR_ADMIT_OVERRIDE:
		return g_strdup("Welcome, admitted by a supervisor");
	case DOOR_LEAVE:
		return g_strdup("Goodbye");
	case DOOR_REJECT_SIGNATURE:
		return g_strdup("Not our ticket");
	case DOOR_REJECT_ELSEWHERE:
		return elsewhere
		        ? g_strdup_printf("This ticket is for another event: %s", elsewhere)
		        : g_strdup("This ticket is for another event");
	case DOOR_REJECT_REVOKED:
		return g_strdup("Please see the help desk");
	case DOOR_REJECT_USED:
		return g_strdup_printf("Already used%s%s%s%s", at ? " " : "", at ? at : "",
		        place ? ", " : "", place ? place : "");
	case DOOR_REJECT_NOT_BOOKED:
		return g_strdup("Not on this list, please see the help desk");
	case DOOR_VOID:
	case DOOR_COUNT:
	case DOOR_INTERRUPTED:
		break;
	}
	return g_strdup("Please scan again");
}

char *
door_words(const DoorWords *answer)
{
	g_autofree char *words = plain_words(answer);

	return answer->practice ? g_strdup_printf("%s (practice)", words) : g_steal_pointer(&words);
}
