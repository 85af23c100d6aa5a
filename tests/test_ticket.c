/*
 * Tickets signed and verified.   test_ticket VECTORS
 * VECTORS is vectors/ed25519.json; the phone's library is judged by the same file (door-wasm.mjs).
 */
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "checkin/ticket.h"

#define KEY_MADE 1790000000

static const char *vectors_file;

typedef struct {
	char *dir;
	Vault *vault;
	Event event, other;
	VaultEvent *keys, *other_keys;
	TicketIdentity ticket;
	char text[T1_TEXT_LENGTH + 1];
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	memcpy(f->event.id, "the first event.", EVENT_ID_BYTES);
	memcpy(f->event.salt, "salt of a first.", SALT_BYTES);
	memcpy(f->other.id, "the other event.", EVENT_ID_BYTES);
	memcpy(f->other.salt, "salt of another.", SALT_BYTES);
	f->event.key_no = f->other.key_no = 1;
	f->dir = g_dir_make_tmp("turnout-ticket-XXXXXX", &error);
	g_assert_no_error(error);
	g_assert_true(vault_create(f->dir, NULL, &error));
	f->vault = vault_open(f->dir, NULL, &error);
	g_assert_no_error(error);
	g_assert_true(vault_create_event(f->vault, f->event.id, KEY_MADE, &error));
	g_assert_true(vault_create_event(f->vault, f->other.id, KEY_MADE, &error));
	f->keys = vault_event(f->vault, f->event.id, &error);
	f->other_keys = vault_event(f->vault, f->other.id, &error);
	g_assert_no_error(error);
	ticket_identity_new(
	        f->event.salt, TICKET_CAPTAIN, 1, KEY_MADE, KEY_MADE + 1234 * 60, &f->ticket);
	ticket_text(&f->event, f->keys, &f->ticket, f->text);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	char *command[] = { (char *)"rm", (char *)"-r", f->dir, NULL };

	vault_unref(f->vault);
	g_assert_true(g_spawn_sync(
	        NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(f->dir);
}

static TicketVerdict
check(const Fixture *f, const char *text, T1 *ret, gint64 *ret_mark)
{
	return ticket_check(&f->event, f->keys, text, strlen(text), ret, ret_mark);
}

static void
a_ticket_is_ours_and_leads_to_its_mark(Fixture *f, gconstpointer data)
{
	T1 ticket;
	gint64 mark = 0;

	g_assert_cmpint(check(f, f->text, &ticket, &mark), ==, TICKET_OURS);
	g_assert_cmpint(mark, ==, f->ticket.mark);
	g_assert_cmpint(ticket.class, ==, TICKET_CAPTAIN);
	g_assert_cmpint(ticket.minute, ==, 1234);
	g_assert_cmpmem(ticket.id, TICKET_ID_BYTES, f->ticket.id, TICKET_ID_BYTES);
}

static void
the_text_is_the_same_each_time_it_is_asked_for(Fixture *f, gconstpointer data)
{
	char again[T1_TEXT_LENGTH + 1];

	ticket_text(&f->event, f->keys, &f->ticket, again);
	g_assert_cmpstr(again, ==, f->text);
}

/* All 31 other characters at each of 122 places, and every other byte there is at some. */
static void
a_ticket_with_one_changed_character_is_refused(Fixture *f, gconstpointer data)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char text[T1_TEXT_LENGTH + 1];
	guint refused = 0;

	memcpy(text, f->text, sizeof text);
	for (guint at = 0; at < T1_TEXT_LENGTH; at++) {
		for (const char *c = alphabet; *c != '\0'; c++) {
			T1 ticket = { 0 };
			gint64 mark = 77;
			if (*c == f->text[at])
				continue;
			text[at] = *c;
			g_assert_cmpint(check(f, text, &ticket, &mark), ==, TICKET_NOT_OURS);
			g_assert_cmpint(mark, ==, 77);
			g_assert_cmpint(ticket.class, ==, 0);
			refused++;
		}
		text[at] = f->text[at];
	}
	g_assert_cmpuint(refused, >=, T1_TEXT_LENGTH * 31);
	g_assert_cmpint(check(f, text, NULL, NULL), ==, TICKET_OURS);
}

static void
a_ticket_of_another_event_is_refused(Fixture *f, gconstpointer data)
{
	TicketIdentity ticket;
	char text[T1_TEXT_LENGTH + 1];

	ticket_identity_new(f->other.salt, TICKET_ATTENDEE, 1, KEY_MADE, KEY_MADE, &ticket);
	ticket_text(&f->other, f->other_keys, &ticket, text);
	g_assert_cmpint(check(f, text, NULL, NULL), ==, TICKET_NOT_OURS);
	g_assert_cmpint(ticket_check(&f->other, f->other_keys, text, strlen(text), NULL, NULL), ==,
	        TICKET_OURS);
}

/* The event's id is signed, not carried: the same key for another event makes other tickets. */
static void
a_ticket_holds_for_the_event_it_was_signed_for(Fixture *f, gconstpointer data)
{
	char text[T1_TEXT_LENGTH + 1];

	ticket_text(&f->other, f->keys, &f->ticket, text);
	g_assert_cmpint(check(f, text, NULL, NULL), ==, TICKET_NOT_OURS);
}

static void
what_is_no_ticket_is_refused(Fixture *f, gconstpointer data)
{
	static const char *const bad[] = { "", "\n", "T1", "hello", "K7QF-3M2X-9T" };

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_cmpint(check(f, bad[i], NULL, NULL), ==, TICKET_NOT_OURS);
	g_autofree char *zeros = g_strdup_printf("T1%0122d", 0);
	g_assert_cmpint(check(f, zeros, NULL, NULL), ==, TICKET_NOT_OURS);
}

static void
a_scanner_s_line_end_and_small_letters_are_read(Fixture *f, gconstpointer data)
{
	g_autofree char *small = g_ascii_strdown(f->text, -1);
	g_autofree char *line = g_strdup_printf("  %s\r\n", small);

	g_assert_cmpint(check(f, line, NULL, NULL), ==, TICKET_OURS);
}

static void
many_tickets_all_verify_and_none_is_like_another(Fixture *f, gconstpointer data)
{
	g_autoptr(GHashTable) texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < 500; i++) {
		TicketIdentity ticket;
		char text[T1_TEXT_LENGTH + 1];
		gint64 mark = 0;
		ticket_identity_new(f->event.salt, (TicketClass)(i % 8), 1, KEY_MADE,
		        KEY_MADE + i * 60, &ticket);
		ticket_text(&f->event, f->keys, &ticket, text);
		g_assert_cmpint(check(f, text, NULL, &mark), ==, TICKET_OURS);
		g_assert_cmpint(mark, ==, ticket.mark);
		g_assert_true(g_hash_table_add(texts, g_strdup(text)));
	}
}

/* ---- vectors ---- */

static gsize
from_hex(const json_t *vector, const char *name, guint8 *ret_bytes, gsize max)
{
	const char *hex = json_string_value(json_object_get(vector, name));
	gsize n = 0;

	g_assert_nonnull(hex);
	g_assert_cmpuint(strlen(hex), <=, 2 * max);
	for (; *hex != '\0'; hex += 2)
		ret_bytes[n++] =
		        (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
	return n;
}

static void
signatures_hold_as_the_shared_vectors_say(void)
{
	json_error_t at;
	json_auto_t *file = json_load_file(vectors_file, JSON_REJECT_DUPLICATES, &at);
	json_t *vectors = json_object_get(file, "vectors"), *vector;
	guint held = 0, refused = 0;
	gsize i;

	g_assert_true(json_is_array(vectors));
	json_array_foreach (vectors, i, vector) {
		guint8 key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES], message[256];
		gsize length = from_hex(vector, "message", message, sizeof message);
		gboolean expected = json_is_true(json_object_get(vector, "holds"));

		g_assert_cmpuint(from_hex(vector, "key", key, sizeof key), ==, sizeof key);
		g_assert_cmpuint(from_hex(vector, "signature", signature, sizeof signature), ==,
		        sizeof signature);
		if (vault_verify(key, message, length, signature) != expected)
			g_error("%s: expected %d",
			        json_string_value(json_object_get(vector, "name")), expected);
		if (expected)
			held++;
		else
			refused++;
	}
	g_test_message("%u hold, %u are refused", held, refused);
	g_assert_cmpuint(held, >=, 10);
	g_assert_cmpuint(refused, >=, 40);
}

#define TICKET_TEST(name) g_test_add("/ticket/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	vectors_file = argv[1];
	TICKET_TEST(a_ticket_is_ours_and_leads_to_its_mark);
	TICKET_TEST(the_text_is_the_same_each_time_it_is_asked_for);
	TICKET_TEST(a_ticket_with_one_changed_character_is_refused);
	TICKET_TEST(a_ticket_of_another_event_is_refused);
	TICKET_TEST(a_ticket_holds_for_the_event_it_was_signed_for);
	TICKET_TEST(what_is_no_ticket_is_refused);
	TICKET_TEST(a_scanner_s_line_end_and_small_letters_are_read);
	TICKET_TEST(many_tickets_all_verify_and_none_is_like_another);
	g_test_add_func("/ticket/signatures_hold_as_the_shared_vectors_say",
	        signatures_hold_as_the_shared_vectors_say);
	return g_test_run();
}
