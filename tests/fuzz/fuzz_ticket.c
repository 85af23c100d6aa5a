/*
 * What a scanner read, or a person typed: one text of a ticket and no other, whatever stands behind it in memory; a code
 * that is shown and typed again is the same.
 */
#include <string.h>

#include "checkin/t1.h"
#include "schema/mark.h"
#include "tests/fuzz/fuzz.h"

/* Of what is read, only blanks around it and the case may be another's. */
static void
must_be_its_only_text(const char *text, const T1 *ticket)
{
	char written[T1_TEXT_LENGTH + 1];
	g_autofree char *upper = g_ascii_strup(text, -1);

	t1_write(ticket, written);
	fuzz_holds(strcmp(g_strstrip(upper), written) == 0);
	fuzz_holds(ticket->class < 16 && ticket->minute <= TICKET_MINUTE_MAX);
}

static void
try_ticket(const guint8 *data, gsize length)
{
	T1 ticket, other;
	const int is = t1_parse((const char *)data, length, &ticket);
	g_autofree char *longer = g_malloc(length + T1_TEXT_LENGTH + 2);

	memset(longer, '0', length + T1_TEXT_LENGTH + 2);
	if (length > 0)
		memcpy(longer, data, length);
	fuzz_holds(t1_parse(longer, length, &other) == is);
	if (!is)
		return;
	g_autofree char *text = g_strndup((const char *)data, length);
	must_be_its_only_text(text, &ticket);
	/* one character more is none of ours */
	g_autofree char *more = g_strconcat(g_strstrip(text), "0", NULL);
	fuzz_holds(!t1_parse(more, strlen(more), &other));
}

static void
try_code(const char *typed)
{
	char code[TYPED_CODE_LENGTH + 1], again[TYPED_CODE_LENGTH + 1];
	char shown[TYPED_CODE_SHOWN_LENGTH + 1];

	if (!typed_code_parse(typed, code))
		return;
	typed_code_show(code, shown);
	fuzz_holds(typed_code_parse(shown, again) && strcmp(code, again) == 0);
	typed_code_of((gint64)((guint64)typed_code_bits(code) << TYPED_CODE_SHIFT), again);
	fuzz_holds(strcmp(code, again) == 0);
	/* one wrong character is noticed */
	for (guint i = 0; i < TYPED_CODE_LENGTH; i++) {
		const char kept = code[i];
		code[i] = kept == '7' ? '8' : '7';
		fuzz_holds(!typed_code_parse(code, again));
		code[i] = kept;
	}
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autofree char *typed = g_strndup((const char *)data, length);

	try_ticket(data, length);
	try_code(typed);
	return 0;
}
