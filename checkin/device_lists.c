/* What a device knows of tickets and holders: the manifest and the known list. */
#include "checkin/device_memory.h"

#define CODE_DIGITS 9 /* and a check character */
#define CODE_SHIFT  (64 - 5 * CODE_DIGITS)

/* ---- entries of the manifest ---- */

uint64_t
device_entry_mark(const uint8_t *entry)
{
	uint64_t mark = 0;

	for (unsigned i = 0; i < 8; i++)
		mark = mark << 8 | entry[i];
	return mark;
}

uint32_t
device_entry_holder(const uint8_t *entry)
{
	return (uint32_t)entry[8] << 16 | (uint32_t)entry[9] << 8 | entry[10];
}

uint16_t
device_entry_delegation(const uint8_t *entry)
{
	return (uint16_t)(entry[11] << 8 | entry[12]);
}

static uint8_t *
entry_at(const DeviceMemory *memory, uint32_t at)
{
	return memory->entries + (size_t)at * MANIFEST_ENTRY_BYTES;
}

static void
copy_entry(uint8_t *to, const uint8_t *from)
{
	for (unsigned i = 0; i < MANIFEST_ENTRY_BYTES; i++)
		to[i] = from[i];
}

/* Where the first entry of a mark not below @mark is. */
static uint32_t
lower_bound(const DeviceMemory *memory, uint64_t mark)
{
	uint32_t low = 0, high = memory->manifest.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (device_entry_mark(entry_at(memory, middle)) < mark)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const uint8_t *
device_entry(const DeviceMemory *memory, uint64_t mark)
{
	uint32_t at = lower_bound(memory, mark);

	if (at == memory->manifest.n || device_entry_mark(entry_at(memory, at)) != mark)
		return NULL;
	return entry_at(memory, at);
}

const uint8_t *
device_manifest(const DeviceMemory *memory)
{
	return memory->entries;
}

/* ---- histories ---- */

int
device_history(DeviceMemory *memory, uint64_t history, uint32_t question)
{
	/* asked before the history that is held was learned: the answer may be of the server before */
	if (history == 0 || history == memory->history || question != memory->question)
		return 0;
	memory->question++;
	memory->history = history;
	/* both stay in use until the new ones are there: who was in was in */
	memory->manifest.stale = memory->manifest.held;
	memory->known_list.stale = memory->known_list.held;
	return 1;
}

/* Whether an answer may be taken into @list. */
static DeviceTake
judge_head(DeviceMemory *memory, const DeviceList *list, const DeviceHead *head)
{
	if (head->history == 0 || head->version < 0 || head->since < 0)
		return DEVICE_MALFORMED;
	device_history(memory, head->history, head->question);
	if (head->session != memory->place.session || head->history != memory->history)
		return DEVICE_STALE;
	if (head->full)
		return list->held && !list->stale && head->version < list->version ? DEVICE_STALE
		                                                                   : DEVICE_TAKEN;
	if (!list->held || list->stale || head->since > list->version)
		return DEVICE_WANT_FULL;
	return head->version < list->version ? DEVICE_STALE : DEVICE_TAKEN;
}

static void
take_head(DeviceList *list, const DeviceHead *head)
{
	list->version = head->version;
	list->held = 1;
	list->stale = 0;
}

/* ---- the manifest ---- */

/* A ticket may have another holder than before (two were merged): what is known of the new one
 * was said of somebody else, and can't overrule the own log. The list is to be asked anew. */
static void
forget_moved(DeviceMemory *memory, const uint8_t *entry)
{
	const uint8_t *held = device_entry(memory, device_entry_mark(entry));

	if (held == NULL || device_entry_holder(held) == device_entry_holder(entry))
		return;
	memory->known_list.stale = memory->known_list.held;
}

static int
is_sorted(const uint8_t *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (device_entry_mark(entries + (size_t)(i - 1) * MANIFEST_ENTRY_BYTES) >=
		        device_entry_mark(entries + (size_t)i * MANIFEST_ENTRY_BYTES))
			return 0;
	return 1;
}

/* Puts @n sorted entries among those held, of which @fresh are not there: from the end, so that
 * nothing is written over before it was moved. */
static void
merge_entries(DeviceMemory *memory, const uint8_t *entries, uint32_t n, uint32_t fresh)
{
	uint32_t old = memory->manifest.n, to = old + fresh;

	memory->manifest.n = to;
	while (n > 0) {
		const uint8_t *next = entries + (size_t)(n - 1) * MANIFEST_ENTRY_BYTES;
		uint64_t mark = device_entry_mark(next);
		uint64_t held = old ? device_entry_mark(entry_at(memory, old - 1)) : 0;
		if (old && held > mark) {
			copy_entry(entry_at(memory, --to), entry_at(memory, --old));
			continue;
		}
		copy_entry(entry_at(memory, --to), next);
		if (old && held == mark)
			old--;
		n--;
	}
}

static void
remove_entry(DeviceMemory *memory, uint64_t mark)
{
	uint32_t at = lower_bound(memory, mark);

	if (at == memory->manifest.n || device_entry_mark(entry_at(memory, at)) != mark)
		return;
	memory->manifest.n--;
	for (; at < memory->manifest.n; at++)
		copy_entry(entry_at(memory, at), entry_at(memory, at + 1));
}

DeviceTake
device_take_manifest(DeviceMemory *memory, const DeviceHead *head, const uint8_t *entries,
        uint32_t n, const uint64_t *gone, uint32_t gone_n)
{
	DeviceList *list = &memory->manifest;
	uint32_t fresh = 0;

	if (!is_sorted(entries, n))
		return DEVICE_MALFORMED;
	DeviceTake take = judge_head(memory, list, head);
	if (take != DEVICE_TAKEN)
		return take;
	for (uint32_t i = 0; i < n; i++)
		fresh += head->full ||
		        !device_entry(memory,
		                device_entry_mark(entries + (size_t)i * MANIFEST_ENTRY_BYTES));
	if (fresh > list->room - (head->full ? 0 : list->n))
		return DEVICE_NO_ROOM;
	/* another history may give a number to another person */
	if (list->stale)
		memory->known_list = (DeviceList){ .room = memory->known_list.room };
	for (uint32_t i = 0; i < n; i++)
		forget_moved(memory, entries + (size_t)i * MANIFEST_ENTRY_BYTES);
	if (head->full)
		list->n = 0;
	merge_entries(memory, entries, n, fresh);
	for (uint32_t i = 0; !head->full && i < gone_n; i++)
		remove_entry(memory, gone[i]);
	take_head(list, head);
	memory->issued = head->issued;
	return DEVICE_TAKEN;
}

/* ---- the known list ---- */

static uint32_t
known_bound(const DeviceMemory *memory, uint32_t holder)
{
	uint32_t low = 0, high = memory->known_list.n;

	if (high > 0 && memory->known[high - 1].holder < holder)
		return high; /* they mostly come in order */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (memory->known[middle].holder < holder)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const KnownHolder *
device_known_holder(const DeviceMemory *memory, uint32_t holder)
{
	uint32_t at = known_bound(memory, holder);

	if (at == memory->known_list.n || memory->known[at].holder != holder)
		return NULL;
	return &memory->known[at];
}

static void
put_known(DeviceMemory *memory, const DeviceKnown *known)
{
	DeviceList *list = &memory->known_list;
	uint32_t at = known_bound(memory, known->holder);
	int there = at < list->n && memory->known[at].holder == known->holder;

	if (known->in == DEVICE_GONE) {
		for (list->n -= (uint32_t)there; there && at < list->n; at++)
			memory->known[at] = memory->known[at + 1];
		return;
	}
	if (!there) {
		for (uint32_t i = list->n++; i > at; i--)
			memory->known[i] = memory->known[i - 1];
	}
	memory->known[at] = (KnownHolder){
		.holder = known->holder,
		.minute = known->minute,
		.checkpoint = known->checkpoint,
		.in = known->in == DEVICE_IN,
	};
}

DeviceTake
device_take_known(
        DeviceMemory *memory, const DeviceHead *head, const DeviceKnown *known, uint32_t n)
{
	DeviceList *list = &memory->known_list;
	uint32_t fresh = 0;
	DeviceTake take = judge_head(memory, list, head);

	if (take != DEVICE_TAKEN)
		return take;
	if (!memory->manifest.held || memory->manifest.stale)
		return DEVICE_WANT_MANIFEST;
	for (uint32_t i = 0; i < n; i++)
		fresh += head->full || !device_known_holder(memory, known[i].holder);
	if (fresh > list->room - (head->full ? 0 : list->n))
		return DEVICE_NO_ROOM;
	if (head->full)
		list->n = 0;
	for (uint32_t i = 0; i < n; i++)
		put_known(memory, &known[i]);
	take_head(list, head);
	return DEVICE_TAKEN;
}

int
device_known(const DeviceMemory *memory, uint32_t n, DeviceKnown *ret)
{
	if (n >= memory->known_list.n)
		return 0;
	const KnownHolder *known = &memory->known[n];
	*ret = (DeviceKnown){
		.holder = known->holder,
		.minute = known->minute,
		.checkpoint = known->checkpoint,
		.in = known->in,
	};
	return 1;
}

/* ---- typed codes ---- */

/* The value of a character as people type it, or -1. */
static int
digit_of(char typed)
{
	static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	if (typed >= 'a' && typed <= 'z')
		typed = (char)(typed - 'a' + 'A');
	if (typed == 'O')
		typed = '0';
	if (typed == 'I' || typed == 'L')
		typed = '1';
	for (int i = 0; i < 32; i++)
		if (crockford[i] == typed)
			return i;
	return -1;
}

/* As in schema/door/mark.c: Luhn's scheme to the base 32. */
static int
check_digit(const uint8_t digits[CODE_DIGITS])
{
	unsigned sum = 0;

	for (unsigned i = 0; i < CODE_DIGITS; i++) {
		unsigned addend = digits[CODE_DIGITS - 1 - i] * (i % 2 == 0 ? 2u : 1u);
		sum += addend / 32 + addend % 32;
	}
	return (int)((32 - sum % 32) % 32);
}

static int
is_blank(char c)
{
	return c == '-' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* The first 45 bits of the mark; 0 when the text is no code. */
static int
parse_code(const char *text, uint32_t length, uint64_t *ret)
{
	uint8_t digits[CODE_DIGITS + 1];
	unsigned n = 0;
	uint64_t bits = 0;

	for (uint32_t i = 0; i < length; i++) {
		if (is_blank(text[i]))
			continue;
		int digit = digit_of(text[i]);
		if (digit < 0 || n > CODE_DIGITS)
			return 0;
		digits[n++] = (uint8_t)digit;
	}
	if (n != CODE_DIGITS + 1 || digits[CODE_DIGITS] != check_digit(digits))
		return 0;
	for (unsigned i = 0; i < CODE_DIGITS; i++)
		bits = bits << 5 | digits[i];
	*ret = bits;
	return 1;
}

DeviceCode
device_find_code(
        DeviceMemory *memory, const char *text, uint32_t length, int64_t mono, uint64_t *ret_mark)
{
	uint64_t bits;
	int64_t *oldest = &memory->tries[memory->tries_n % DEVICE_CODE_TRIES];

	if (!parse_code(text, length, &bits))
		return DEVICE_CODE_NONE;
	/* a clock that went back is a new start of the machine */
	if (memory->tries_n >= DEVICE_CODE_TRIES && mono >= *oldest &&
	        mono - *oldest < DEVICE_CODE_WINDOW_MS)
		return DEVICE_CODE_TOO_OFTEN;
	uint32_t at = lower_bound(memory, bits << CODE_SHIFT);
	if (at < memory->manifest.n &&
	        device_entry_mark(entry_at(memory, at)) >> CODE_SHIFT == bits) {
		*ret_mark = device_entry_mark(entry_at(memory, at));
		return DEVICE_CODE_FOUND;
	}
	/* only a guess counts: who reads codes off tickets all day is not slowed */
	*oldest = mono;
	memory->tries_n++;
	return DEVICE_CODE_UNKNOWN;
}

/* ---- the group pass ---- */

static int
holds(const uint8_t *entry)
{
	return ENTRY_STATE(entry) <= DOOR_ENTRY_WAITLISTED;
}

/* Whether an earlier line of the manifest is the same holder's. */
static int
is_listed_before(const DeviceMemory *memory, uint32_t at)
{
	uint32_t holder = device_entry_holder(entry_at(memory, at));
	uint16_t delegation = device_entry_delegation(entry_at(memory, at));

	for (uint32_t i = 0; i < at; i++) {
		const uint8_t *entry = entry_at(memory, i);
		if (device_entry_holder(entry) == holder && holds(entry) &&
		        device_entry_delegation(entry) == delegation)
			return 1;
	}
	return 0;
}

uint32_t
device_group(const DeviceMemory *memory, uint16_t delegation, DeviceMember *ret, uint32_t max)
{
	uint32_t n = 0;

	for (uint32_t i = 0; delegation != 0 && i < memory->manifest.n; i++) {
		const uint8_t *entry = entry_at(memory, i);
		if (device_entry_delegation(entry) != delegation || !holds(entry) ||
		        is_listed_before(memory, i))
			continue;
		if (n++ >= max)
			continue;
		uint64_t mark = device_entry_mark(entry);
		ret[n - 1] = (DeviceMember){
			.mark = mark,
			.holder = device_entry_holder(entry),
			.in = (uint8_t)device_is_in(memory, mark),
			.entry = ENTRY_STATE(entry),
			.hint = ENTRY_HINT(entry),
		};
	}
	return n;
}
