/*
 * fees: who owes, has paid, need not pay, and what that makes by the fee that the option has now; one row per home region × option
 * with a fee, also when zero. Active people alone.
 */
#include "reports/report.h"
#include "schema/places.h"
#include "schema/text.h"

typedef struct {
	const Event *event;
	GArray *counts; /* of PlacesFeeCount: the rows */
	guint by, at;
} Fees;

#define NUMBERS                                                                                    \
	{ "currency", COLUMN_TEXT }, { "due", COLUMN_NUMBER }, { "paid", COLUMN_NUMBER },          \
	        { "waived", COLUMN_NUMBER }, { "due_sum", COLUMN_MONEY },                          \
	        { "paid_sum", COLUMN_MONEY },                                                      \
	{                                                                                          \
		"waived_sum", COLUMN_MONEY                                                         \
	}

static const Column columns_by_both[] = { { "region_code", COLUMN_TEXT }, { "region", COLUMN_TEXT },
	{ "option", COLUMN_TEXT }, NUMBERS };
static const Column columns_by_region[] = { { "region_code", COLUMN_TEXT },
	{ "region", COLUMN_TEXT }, NUMBERS };
static const Column columns_by_option[] = { { "option", COLUMN_TEXT }, NUMBERS };

/* Of the option; of rows that hold several, the event's, which check_currencies() has seen to be one. */
static const char *
currency_of(const Event *event, guint16 option_no)
{
	const EventOption *option = event_option(event, option_no);

	for (guint i = 0; option == NULL && i < event->options->len; i++) {
		const EventOption *other = g_ptr_array_index(event->options, i);
		if (other->fee_amount > 0)
			option = other;
	}
	return option != NULL && option->fee_amount > 0 ? option->fee_currency : NULL;
}

static gboolean
next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	Fees *fees = data;
	*ret_row = fees->at < fees->counts->len;
	if (!*ret_row)
		return TRUE;
	const PlacesFeeCount *count = &g_array_index(fees->counts, PlacesFeeCount, fees->at++);
	const char *currency = currency_of(fees->event, count->option_no);
	if (fees->by & BY_REGION) {
		const EventRegion *region = event_region(fees->event, count->region_no);
		(cells++)->text = region ? region->code : NULL;
		(cells++)->text = region
		        ? event_text(fees->event, region->name, fees->event->languages[0])
		        : NULL;
	}
	if (fees->by & BY_OPTION) {
		const EventOption *option = event_option(fees->event, count->option_no);
		(cells++)->text = option ? option->code : NULL;
	}
	(cells++)->text = currency;
	for (guint i = 0; i < FEE_STATES; i++)
		(cells++)->number = count->n[i];
	for (guint i = 0; i < FEE_STATES; i++, cells++) {
		cells->number = count->sum[i];
		cells->decimals = currency ? text_currency_decimals(currency) : 0;
		cells->absent = currency == NULL;
	}
	return TRUE;
}

/* Rows that are not kept apart are added up; @counts is in order of regions and then options. */
static GArray *
choose(const GArray *counts, guint by)
{
	GArray *chosen = g_array_new(FALSE, TRUE, sizeof(PlacesFeeCount));

	for (guint i = 0; i < counts->len; i++) {
		PlacesFeeCount one = g_array_index(counts, PlacesFeeCount, i), *same = NULL;
		if ((by & BY_REGION) == 0)
			one.region_no = 0;
		if ((by & BY_OPTION) == 0)
			one.option_no = 0;
		for (guint k = 0; k < chosen->len && same == NULL; k++) {
			PlacesFeeCount *earlier = &g_array_index(chosen, PlacesFeeCount, k);
			if (earlier->region_no == one.region_no &&
			        earlier->option_no == one.option_no)
				same = earlier;
		}
		for (guint k = 0; same != NULL && k < FEE_STATES; k++) {
			same->n[k] += one.n[k];
			same->sum[k] += one.sum[k];
		}
		if (same == NULL)
			g_array_append_val(chosen, one);
	}
	return chosen;
}

/* Money of two currencies makes no sum. */
static gboolean
check_currencies(const Event *event, GError **error)
{
	const char *one = NULL;

	for (guint i = 0; i < event->options->len; i++) {
		const EventOption *option = g_ptr_array_index(event->options, i);
		if (option->fee_amount == 0)
			continue;
		if (one != NULL && g_strcmp0(one, option->fee_currency) != 0) {
			g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
			        "--by region would add %s and %s: keep options apart", one,
			        option->fee_currency);
			return FALSE;
		}
		one = option->fee_currency;
	}
	return TRUE;
}

gboolean
fees_open(const ReportAsked *asked, Table *ret, GError **error)
{
	const guint by = asked->by ? asked->by : BY_REGION | BY_OPTION;
	if (asked->session_no != 0) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "--session: a fee is an option's, not a session's");
		return FALSE;
	}
	if (((by & BY_OPTION) == 0 && !check_currencies(asked->event, error)) ||
	        !db_begin(asked->db, error))
		return FALSE;
	g_autoptr(GArray) counts =
	        places_fee_counts(asked->db, asked->event, asked->region_no, error);
	if (counts == NULL) {
		db_rollback(asked->db);
		return FALSE;
	}
	if (!db_commit(asked->db, error))
		return FALSE;
	Fees *fees = g_new0(Fees, 1);
	fees->event = asked->event;
	fees->by = by;
	fees->counts = choose(counts, by);
	Table table = { .columns = columns_by_both,
		.columns_n = G_N_ELEMENTS(columns_by_both),
		.zone = asked->event->time_zone,
		.next = next,
		.data = fees };
	if (by == BY_REGION) {
		table.columns = columns_by_region;
		table.columns_n = G_N_ELEMENTS(columns_by_region);
	} else if (by == BY_OPTION) {
		table.columns = columns_by_option;
		table.columns_n = G_N_ELEMENTS(columns_by_option);
	}
	*ret = table;
	return TRUE;
}

void
fees_close(Table *table)
{
	Fees *fees = table->data;
	g_array_unref(fees->counts);
	g_free(fees);
}
