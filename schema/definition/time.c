/* Wall clocks of the event's zone. */
#include "schema/definition/reader.h"

#include <string.h>

#define YEAR_LEAST 2000
#define YEAR_MOST  2199

static gboolean
digits(const char *text, guint n, guint *ret_number)
{
	guint number = 0;

	for (guint i = 0; i < n; i++) {
		if (!g_ascii_isdigit(text[i]))
			return FALSE;
		number = number * 10 + (guint)(text[i] - '0');
	}
	*ret_number = number;
	return TRUE;
}

gboolean
date_parse(const char *text, GDate *ret_date)
{
	guint year, month, day;

	if (strlen(text) < 10 || !digits(text, 4, &year) || text[4] != '-' ||
	        !digits(text + 5, 2, &month) || text[7] != '-' || !digits(text + 8, 2, &day))
		return FALSE;
	if (year < YEAR_LEAST || year > YEAR_MOST || month < 1 || month > 12 || day < 1 ||
	        !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
		return FALSE;
	g_date_clear(ret_date, 1);
	g_date_set_dmy(ret_date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	return TRUE;
}

gboolean
wall_clock_parse(const char *text, GTimeZone *zone, int shift, gint64 *ret_time, gboolean *ret_gap)
{
	gsize length = strlen(text);
	guint hour, minute, second = 0;
	GDate date;

	*ret_gap = FALSE;
	if ((length != 16 && length != 19) || !date_parse(text, &date) || text[10] != 'T' ||
	        !digits(text + 11, 2, &hour) || text[13] != ':' || !digits(text + 14, 2, &minute))
		return FALSE;
	if (length == 19 && (text[16] != ':' || !digits(text + 17, 2, &second)))
		return FALSE;
	if (hour > 23 || minute > 59 || second > 59)
		return FALSE;
	if (shift >= 0)
		g_date_add_days(&date, (guint)shift);
	else
		g_date_subtract_days(&date, (guint)-shift);
	if (g_date_get_year(&date) < YEAR_LEAST || g_date_get_year(&date) > YEAR_MOST)
		return FALSE;
	g_autoptr(GDateTime) time =
	        g_date_time_new(zone, g_date_get_year(&date), (int)g_date_get_month(&date),
	                g_date_get_day(&date), (int)hour, (int)minute, second);
	if (time == NULL)
		return FALSE;
	if (g_date_time_get_hour(time) != (int)hour ||
	        g_date_time_get_minute(time) != (int)minute) {
		*ret_gap = TRUE;
		return FALSE;
	}
	*ret_time = g_date_time_to_unix(time);
	return TRUE;
}

void
read_time(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	const char *text = json_string_value(value);
	gboolean gap = FALSE;

	if (text == NULL) {
		reader_fault(reader, "must be a text like \"2027-04-06T08:00\"");
		return;
	}
	if (wall_clock_parse(text, reader->zone, reader->shift,
	            &G_STRUCT_MEMBER(gint64, target, field->offset), &gap))
		return;
	if (gap)
		reader_fault(reader, "does not exist: clocks go forward over it that night");
	else
		reader_fault(reader,
		        "must be a date and time of the event's zone like \"2027-04-06T08:00\","
		        " in the years %d to %d",
		        YEAR_LEAST, YEAR_MOST);
}
