/* What is typed beside tickets: people counted, a group let in, something taken back. */
#include "checkin/laptop_private.h"

#include <stdlib.h>
#include <string.h>

#include "checkin/t1.h"

#define GROUP_MAX     500 /* people of a delegation */
#define GROUP_TOLD    40  /* numbers that an answer names */
#define VOID_LIMIT_MS 5000
#define WORDS_MAX     (GROUP_MAX + 2)

/* ---- answers ---- */

static json_t *
told(const char *shown, const char *decision, char *words)
{
	json_t *answer = json_pack("{s:s?, s:s, s:n, s:n, s:s}", "shown", shown, "decision",
	        decision, "first_at", "place", "words", words);

	g_free(words);
	return answer;
}

static json_t *
trouble(const char *code, const char *words)
{
	return json_pack("{s:n, s:n, s:n, s:n, s:s, s:s}", "shown", "decision", "first_at", "place",
	        "trouble", code, "words", words);
}

static json_t *
not_saved(void)
{
	return trouble("not-saved", "Not saved, nothing was changed: do it again");
}

static json_t *
misused(void)
{
	return trouble("misused",
	        "Say +1 or +10 [REGION|group], group [in [-NUMBER …]], undo [double|wrong|other] "
	        "[TICKET]");
}

/* ---- the tally ---- */

static void
forget_last(LaptopLast *last)
{
	g_clear_pointer(&last->marks, g_array_unref);
	last->counted = FALSE;
}

/* @whom: a region's code, "group" for that of the captain scanned last, or NULL for nobody's. */
static json_t *
count(Laptop *laptop, guint n, const char *whom, GError **ret_why)
{
	const gboolean group = whom != NULL && g_ascii_strcasecmp(whom, "group") == 0;
	const guint16 region = group ? 0
	        : whom               ? record_region_no(&laptop->names, whom)
	                             : laptop->region;
	DeviceClock clock;
	DeviceItem item;

	if (group && laptop->group == 0)
		return trouble("misused", "Scan a captain's ticket first: it says which group");
	if (whom != NULL && !group && region == 0)
		return trouble("misused", "There is no such region");
	remote_clock(laptop->remote, &clock);
	switch (device_count(laptop->memory, &clock, region, group ? laptop->group : 0, n, &item)) {
	case DEVICE_DECIDED:
		break;
	case DEVICE_FULL:
		return trouble(
		        "full", "This laptop's log is full: hand its scans out and pair it anew");
	default:
		return misused();
	}
	if (!laptop_store(laptop, &item, 1, NULL, ret_why))
		return not_saved();
	forget_last(&laptop->last);
	laptop->last.counted = TRUE;
	laptop->last.count = item.record;
	return told(NULL, "count",
	        g_strdup_printf("%u more, %" G_GINT64_FORMAT " here without a ticket", n,
	                device_tally(laptop->memory)));
}

/* ---- the group pass ---- */

static gboolean
may_come(const Laptop *laptop, const DeviceMember *member)
{
	return !laptop->place.session_listed || member->entry == DOOR_ENTRY_BOOKED;
}

static int
by_holder(const void *a, const void *b)
{
	const DeviceMember *one = a, *other = b;

	return one->holder < other->holder ? -1 : one->holder > other->holder;
}

/* The group's people, by number; @ret_here: how many are in. */
static guint
members_of(const Laptop *laptop, DeviceMember members[GROUP_MAX], guint *ret_here)
{
	const guint n =
	        MIN(device_group(laptop->memory, laptop->group, members, GROUP_MAX), GROUP_MAX);

	*ret_here = 0;
	for (guint i = 0; i < n; i++)
		*ret_here += members[i].in != 0;
	qsort(members, n, sizeof *members, by_holder);
	return n;
}

char *
laptop_group_words(const Laptop *laptop)
{
	g_autofree DeviceMember *members = g_new(DeviceMember, GROUP_MAX);
	guint here;
	const guint n = members_of(laptop, members, &here);

	return g_strdup_printf("%u here, %u missing", here, n - here);
}

static json_t *
tell_group(const Laptop *laptop)
{
	g_autofree DeviceMember *members = g_new(DeviceMember, GROUP_MAX);
	g_autofree char *counts = laptop_group_words(laptop);
	GString *words = g_string_new(counts);
	guint here, named = 0;
	const guint n = members_of(laptop, members, &here);

	for (guint i = 0; i < n && named < GROUP_TOLD; i++)
		if (!members[i].in)
			g_string_append_printf(words, "%s%u%s", named++ == 0 ? ": " : " ",
			        members[i].holder,
			        may_come(laptop, &members[i]) ? "" : " (not on this list)");
	if (here + named < n)
		g_string_append(words, " …");
	return told(NULL, "group", g_string_free(words, FALSE));
}

static gboolean
is_out(const guint32 *out, guint out_n, guint32 holder)
{
	for (guint i = 0; i < out_n; i++)
		if (out[i] == holder)
			return TRUE;
	return FALSE;
}

static gboolean
decide_member(Laptop *laptop, guint64 mark, DeviceItem *ret)
{
	DeviceScan scan = { .mark = mark,
		.signature = DOOR_SIGNATURE_HOLDS,
		.region = DEVICE_REGION_PRINTED,
		.group = 1 };

	remote_clock(laptop->remote, &scan.clock);
	return device_scan(laptop->memory, &scan, ret) == DEVICE_DECIDED;
}

/* All of the group that are missing and may come, but for @out. */
static json_t *
admit_group(Laptop *laptop, const guint32 *out, guint out_n, GError **ret_why)
{
	g_autofree DeviceMember *members = g_new(DeviceMember, GROUP_MAX);
	g_autofree DeviceItem *items = g_new(DeviceItem, GROUP_MAX);
	g_autofree DeviceAnswer *answers = g_new0(DeviceAnswer, GROUP_MAX);
	guint here, n = 0, admitted = 0;
	const guint all = members_of(laptop, members, &here);

	for (guint i = 0; i < all; i++)
		if (!members[i].in && may_come(laptop, &members[i]) &&
		        !is_out(out, out_n, members[i].holder) &&
		        decide_member(laptop, members[i].mark, &items[n]))
			n++;
	if (n > 0 && !laptop_store(laptop, items, n, answers, ret_why))
		return not_saved();
	forget_last(&laptop->last);
	laptop->last.marks = g_array_new(FALSE, FALSE, sizeof(guint64));
	for (guint i = 0; i < n; i++)
		if (answers[i].shown == DOOR_SHOWN_GREEN) {
			g_array_append_val(laptop->last.marks, items[i].record.mark);
			admitted++;
		}
	laptop->let_in += admitted;
	g_autofree char *counts = laptop_group_words(laptop);
	return told(admitted > 0 ? "green" : NULL, admitted > 0 ? "admit" : "group",
	        g_strdup_printf("%u let in: %s", admitted, counts));
}

static json_t *
group(Laptop *laptop, char **words, GError **ret_why)
{
	guint32 out[GROUP_MAX];
	guint n = 0;

	if (laptop->group == 0)
		return trouble("misused", "Scan a captain's ticket first: it says which group");
	if (words[1] == NULL)
		return tell_group(laptop);
	if (g_ascii_strcasecmp(words[1], "in") != 0)
		return misused();
	for (char **word = words + 2; *word != NULL; word++) {
		guint64 no = 0;
		if ((*word)[0] != '-' || n == GROUP_MAX ||
		        !g_ascii_string_to_unsigned(*word + 1, 10, 1, 0xffffff, &no, NULL))
			return misused();
		out[n++] = (guint32)no;
	}
	return admit_group(laptop, out, n, ret_why);
}

/* ---- taking back ---- */

typedef struct {
	guint voided;
	gboolean saved, everywhere; /* the server was asked what others have recorded */
} Undone;

static void
undo_here(Laptop *laptop, guint64 mark, guint8 reason, Undone *undone, GError **ret_why)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(DeviceItem));
	DeviceClock clock;
	DeviceItem item;

	remote_clock(laptop->remote, &clock);
	while (device_undo(laptop->memory, &clock, mark, reason, &item) == DEVICE_DECIDED)
		g_array_append_val(items, item);
	undone->voided += items->len;
	undone->saved = items->len == 0 ||
	        laptop_store(
	                laptop, (const DeviceItem *)(void *)items->data, items->len, NULL, ret_why);
}

/* What other devices have recorded of the holder, as the server names it. */
static void
undo_named(Laptop *laptop, const json_t *voids, guint64 mark, guint8 reason, Undone *undone,
        GError **ret_why)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(DeviceItem));
	gsize i;
	json_t *each;

	json_array_foreach ((json_t *)voids, i, each) {
		DeviceVoid what = { .device = record_id(json_object_get(each, "device")),
			.epoch = record_id(json_object_get(each, "epoch")),
			.seq = (guint64)json_integer_value(json_object_get(each, "seq")),
			.mark = mark,
			.has_mark = 1,
			.reason = reason };
		DeviceItem item;
		remote_clock(laptop->remote, &what.clock);
		if (device_void(laptop->memory, &what, &item) == DEVICE_DECIDED)
			g_array_append_val(items, item);
	}
	undone->voided += items->len;
	undone->saved = items->len == 0 ||
	        laptop_store(
	                laptop, (const DeviceItem *)(void *)items->data, items->len, NULL, ret_why);
}

static RemoteCall *
ask_voids(Laptop *laptop, guint64 mark, GArray *riding)
{
	json_t *records = json_array();
	char hex[17];

	g_array_set_size(riding,
	        device_batch(laptop->memory, (LogRecord *)(void *)riding->data, riding->len));
	for (guint i = 0; i < riding->len; i++)
		json_array_append_new(
		        records, record_json(&g_array_index(riding, LogRecord, i), &laptop->names));
	g_snprintf(hex, sizeof hex, "%016" G_GINT64_MODIFIER "x", mark);
	return remote_ask(laptop->remote, "void",
	        json_pack("{s:s, s:s, s:o}", "session",
	                record_session_code(&laptop->names, laptop->place.session), "mark", hex,
	                "records", records),
	        VOID_LIMIT_MS);
}

static void
undo_elsewhere(Laptop *laptop, guint64 mark, guint8 reason, Undone *undone, GError **ret_why)
{
	const gint64 until = g_get_monotonic_time() / 1000 + VOID_LIMIT_MS;
	g_autoptr(GArray) riding =
	        g_array_sized_new(FALSE, FALSE, sizeof(LogRecord), DEVICE_BATCH_MAX);
	DeviceStatus status;

	undone->everywhere = FALSE;
	if (laptop->refused != 0 || !remote_reachable(laptop->remote))
		return;
	device_status(laptop->memory, &status);
	g_array_set_size(riding, DEVICE_BATCH_MAX);
	g_autoptr(RemoteCall) call = ask_voids(laptop, mark, riding);
	while (!remote_call_done(call) && g_get_monotonic_time() / 1000 < until)
		remote_wait(laptop->remote, -1, until - g_get_monotonic_time() / 1000);
	const json_t *body = remote_call_body(call);
	if (remote_call_status(call) != 200 || body == NULL)
		return;
	laptop_acknowledge(laptop, riding, body, status.question);
	undone->everywhere = TRUE;
	undo_named(laptop, json_object_get(body, "voids"), mark, reason, undone, ret_why);
}

static json_t *
undo_marks(Laptop *laptop, const GArray *marks, guint8 reason, GError **ret_why)
{
	Undone undone = { .saved = TRUE, .everywhere = TRUE };
	guint people = 0;

	for (guint i = 0; i < marks->len; i++) {
		const guint64 mark = g_array_index(marks, guint64, i);
		const gboolean was_in = device_is_in(laptop->memory, mark) != 0;
		const guint before = undone.voided;
		undo_here(laptop, mark, reason, &undone, ret_why);
		if (!undone.saved)
			return not_saved();
		if (was_in && undone.voided > before && laptop->let_in > 0)
			laptop->let_in--;
		undo_elsewhere(laptop, mark, reason, &undone, ret_why);
		if (!undone.saved)
			return not_saved();
		people += undone.voided > before;
	}
	forget_last(&laptop->last);
	if (undone.voided == 0)
		return told(NULL, "void",
		        g_strdup(undone.everywhere ? "Nobody was in"
		                                   : "Nothing was recorded here, and the server "
		                                     "could not be asked"));
	return told(NULL, "void",
	        g_strdup_printf("%u taken back%s", people,
	                undone.everywhere ? "" : ", on this laptop; the server hears of it later"));
}

static json_t *
uncount(Laptop *laptop, guint8 reason, GError **ret_why)
{
	const LogRecord *counted = &laptop->last.count;
	DeviceVoid what = { .device = counted->device,
		.epoch = counted->epoch,
		.seq = counted->seq,
		.reason = reason };
	const gint64 n = counted->count;
	DeviceItem item;

	remote_clock(laptop->remote, &what.clock);
	if (device_void(laptop->memory, &what, &item) != DEVICE_DECIDED)
		return misused();
	if (!laptop_store(laptop, &item, 1, NULL, ret_why))
		return not_saved();
	forget_last(&laptop->last);
	return told(NULL, "void",
	        g_strdup_printf("%" G_GINT64_FORMAT " fewer, %" G_GINT64_FORMAT
	                        " here without a ticket",
	                n, device_tally(laptop->memory)));
}

static gboolean
take_reason(const char *word, guint8 *ret)
{
	static const struct {
		const char *word;
		guint8 reason;
	} reasons[] = { { "double", LOG_REASON_DOUBLE }, { "wrong", LOG_REASON_WRONG_PERSON },
		{ "other", LOG_REASON_OTHER } };

	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (word != NULL && g_ascii_strcasecmp(word, reasons[i].word) == 0) {
			*ret = reasons[i].reason;
			return TRUE;
		}
	return FALSE;
}

static json_t *
undo(Laptop *laptop, char **words, GError **ret_why)
{
	guint8 reason = LOG_REASON_OTHER;
	char **rest = words + (take_reason(words[1], &reason) ? 2 : 1);

	if (!laptop->place.supervisor)
		return trouble(
		        "forbidden", "Only a laptop that was paired as a supervisor's takes back");
	if (rest[0] != NULL) {
		g_autofree char *line = g_strjoinv(" ", rest);
		g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint64));
		guint64 mark = 0;
		if (!laptop_mark(laptop, line, strlen(line), &mark))
			return trouble("misused", "Not our ticket, or no code of one");
		g_array_append_val(one, mark);
		return undo_marks(laptop, one, reason, ret_why);
	}
	if (laptop->last.counted)
		return uncount(laptop, reason, ret_why);
	if (laptop->last.marks == NULL)
		return trouble(
		        "misused", "There is nothing to take back: say whose, by ticket or code");
	g_autoptr(GArray) marks = g_array_ref(laptop->last.marks);
	return undo_marks(laptop, marks, reason, ret_why);
}

/* ---- which of them ---- */

void
laptop_last_scan(Laptop *laptop, guint64 mark, gboolean admitted)
{
	forget_last(&laptop->last);
	if (!admitted)
		return;
	laptop->last.marks = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_array_append_val(laptop->last.marks, mark);
}

void
laptop_last_clear(Laptop *laptop)
{
	forget_last(&laptop->last);
}

json_t *
laptop_act(Laptop *laptop, const char *line, gsize length, GError **ret_why)
{
	g_autofree char *text = g_strndup(line, length);
	guint64 n = 0;

	if (strlen(text) != length || !g_str_is_ascii(text))
		return NULL;
	g_auto(GStrv) words = g_strsplit_set(text, " \t", WORDS_MAX);
	guint kept = 0;
	for (guint i = 0; words[i] != NULL; i++) /* blanks between words may be many */
		if (words[i][0] != '\0')
			words[kept++] = words[i];
		else
			g_free(words[i]);
	words[kept] = NULL;
	if (kept == 0)
		return NULL;
	if (g_ascii_strcasecmp(words[0], "undo") == 0)
		return undo(laptop, words, ret_why);
	if (g_ascii_strcasecmp(words[0], "group") == 0)
		return group(laptop, words, ret_why);
	if (words[0][0] != '+')
		return NULL;
	if (kept > 2 || !g_ascii_string_to_unsigned(words[0] + 1, 10, 1, LOG_COUNT_MAX, &n, NULL))
		return misused();
	return count(laptop, (guint)n, words[1], ret_why);
}
