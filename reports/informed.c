/*
 * stay-informed: the organisation's list of who wants its e-mails (schema/informed.h), with the proof of consent, and for
 * each the link by which they leave. Of no event; with a region, who chose that region.
 */
#include <string.h>

#include "reports/report.h"
#include "schema/informed.h"

#define PAGE 500

typedef struct {
	const ReportAsked *asked;
	VaultEvent *keys; /* NULL: nobody has asked yet */
	const char *region;
	GArray *page; /* of Informed */
	guint at;
	gint64 last;
	GString *link;
} List;

static const Column columns[] = {
	{ "email", COLUMN_TEXT },
	{ "lang", COLUMN_TEXT },
	{ "region_code", COLUMN_TEXT },
	{ "asked", COLUMN_TIME },
	{ "confirmed", COLUMN_TIME },
	{ "source", COLUMN_TEXT },
	{ "text_version", COLUMN_NUMBER },
	{ "text_lang", COLUMN_TEXT },
	{ "leave", COLUMN_TEXT },
};

static gboolean
read_page(List *list, GError **error)
{
	Db *db = list->asked->db;

	g_array_set_size(list->page, 0);
	list->at = 0;
	if (list->keys == NULL)
		return TRUE;
	gboolean read = db_begin(db, error) &&
	        informed_list_next(
	                db, list->keys, list->region, list->last, PAGE, list->page, error);
	db_rollback(db);
	return read;
}

static gboolean
next(gpointer data, Cell *cells, gboolean *ret_row, GError **error)
{
	List *list = data;
	char token[LINK_TOKEN_LENGTH + 1];

	if (list->at == list->page->len && !read_page(list, error))
		return FALSE;
	*ret_row = list->at < list->page->len;
	if (!*ret_row)
		return TRUE;
	const Informed *one = &g_array_index(list->page, Informed, list->at++);
	list->last = one->id;
	informed_link(list->keys, one->id, token);
	g_string_printf(list->link, "%s/stay-informed/%s/leave",
	        list->asked->base_url != NULL ? list->asked->base_url : "", token);
	(cells++)->text = one->email;
	(cells++)->text = one->lang;
	(cells++)->text = *one->region != '\0' ? one->region : NULL;
	(cells++)->number = one->asked;
	(cells++)->number = one->confirmed;
	(cells++)->text = informed_source_name(one->source);
	(cells++)->number = one->text_version;
	(cells++)->text = one->text_lang;
	(cells++)->text = list->link->str;
	return TRUE;
}

gboolean
informed_open(const ReportAsked *asked, Table *ret, GError **error)
{
	g_autoptr(GError) none = NULL;
	const EventRegion *region = event_region(asked->event, asked->region_no);
	VaultEvent *keys = informed_keys(record_vault(asked->record), &none);

	if (keys == NULL && !g_error_matches(none, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT)) {
		g_propagate_error(error, g_steal_pointer(&none));
		return FALSE;
	}
	List *list = g_new0(List, 1);
	list->asked = asked;
	list->keys = keys;
	list->region = region != NULL ? region->code : NULL;
	list->page = informed_array_new();
	list->link = g_string_new(NULL);
	*ret = (Table){
		.columns = columns, .columns_n = G_N_ELEMENTS(columns), .next = next, .data = list
	};
	return TRUE;
}

void
informed_close(Table *table)
{
	List *list = table->data;

	g_array_unref(list->page);
	g_string_free(list->link, TRUE);
	g_free(list);
}
