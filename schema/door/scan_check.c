#include "schema/scan_check.h"

#include <string.h>

/* A word is bounded, so that a line has a longest form: longer ones are hashed by their beginning
 * and their length. */
#define WORD_MAX       256
#define LINE_MAX_BYTES (EVENT_ID_BYTES + 21 * 8 + 2 * (8 + WORD_MAX))

static guint8 *
put_number(guint8 *at, gint64 number)
{
	guint64 bits = GUINT64_TO_BE((guint64)number);
	memcpy(at, &bits, sizeof bits);
	return at + sizeof bits;
}

/* Length first, so that no two lines have one form; -1 is "none". */
static guint8 *
put_word(guint8 *at, const char *word)
{
	if (word == NULL)
		return put_number(at, -1);
	gsize length = strlen(word);
	at = put_number(at, (gint64)length);
	length = MIN(length, WORD_MAX);
	memcpy(at, word, length);
	return at + length;
}

gint64
scan_row_check(VaultEvent *keys, const guint8 event[EVENT_ID_BYTES], const ScanRow *row)
{
	guint8 line[LINE_MAX_BYTES];
	const gint64 numbers[] = { row->device, row->epoch, row->seq, row->rev, row->session_no,
		row->checkpoint_no, row->has_mark != 0, row->has_mark ? row->mark : 0, row->wall,
		row->mono, row->skew, row->skew_error, row->manifest_version, row->online != 0,
		row->region_no, row->count, row->arrival };
	const gint64 voided[] = { row->void_device, row->void_epoch, row->void_seq };
	memcpy(line, event, EVENT_ID_BYTES);
	guint8 *at = line + EVENT_ID_BYTES;
	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
		at = put_number(at, numbers[i]);
	at = put_word(at, row->decision);
	at = put_word(at, row->reason);
	for (guint i = 0; row->has_void && i < G_N_ELEMENTS(voided); i++)
		at = put_number(at, voided[i]);
	/* the first release's lines had no group, and none here */
	if (row->delegation_no != 0)
		at = put_number(at, row->delegation_no);
	return vault_log_check(keys, line, (gsize)(at - line));
}
