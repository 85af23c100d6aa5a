#include "checkin/ticket.h"

#include <string.h>

G_STATIC_ASSERT(sizeof((T1 *)0)->signature == SIGNATURE_BYTES);

/* The first byte of the hash of the public key: it spares most of the verifying when several events
 * share a door. */
static guint8
key_hint(const guint8 key[PUBLIC_KEY_BYTES])
{
	guint8 hash[32];

	hash_sha256(key, PUBLIC_KEY_BYTES, hash);
	return hash[0];
}

void
ticket_text(const Event *event, VaultEvent *keys, const TicketIdentity *ticket,
        char ret_text[T1_TEXT_LENGTH + 1])
{
	T1 t1 = { .class = (guint8)ticket->class, .minute = ticket->minute };
	guint8 key[PUBLIC_KEY_BYTES], message[T1_MESSAGE_BYTES];

	vault_public_key(keys, key);
	t1.key_hint = key_hint(key);
	memcpy(t1.id, ticket->id, sizeof t1.id);
	t1_message(&t1, event->id, message);
	vault_sign(keys, message, sizeof message, t1.signature);
	t1_write(&t1, ret_text);
}

TicketVerdict
ticket_check(const Event *event, VaultEvent *keys, const char *text, gsize length, T1 *ret,
        gint64 *ret_mark)
{
	T1 t1;
	guint8 key[PUBLIC_KEY_BYTES], message[T1_MESSAGE_BYTES];

	if (!t1_parse(text, length, &t1))
		return TICKET_NOT_OURS;
	vault_public_key(keys, key);
	if (t1.key_hint != key_hint(key))
		return TICKET_NOT_OURS;
	t1_message(&t1, event->id, message);
	if (!vault_verify(key, message, sizeof message, t1.signature))
		return TICKET_NOT_OURS;
	if (ret != NULL)
		*ret = t1;
	if (ret_mark != NULL)
		*ret_mark = mark_of(event->salt, t1.id);
	return TICKET_OURS;
}
