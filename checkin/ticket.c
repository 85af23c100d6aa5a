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
	guint8 message[T1_MESSAGE_BYTES];
	SigningKey key;

	vault_signing_key_at_most(keys, ticket->key_no, &key);
	t1.key_hint = key_hint(key.public_key);
	memcpy(t1.id, ticket->id, sizeof t1.id);
	t1_message(&t1, event->id, message);
	vault_sign(keys, key.no, message, sizeof message, t1.signature);
	t1_write(&t1, ret_text);
}

/* The key that verifies @ticket. */
static gboolean
find_key(const Event *event, VaultEvent *keys, const T1 *ticket, SigningKey *ret)
{
	guint8 message[T1_MESSAGE_BYTES];

	t1_message(ticket, event->id, message);
	/* another process may have gone on to the next key within this second */
	for (guint no = event->key_no + 1u; no >= 1; no--)
		if (vault_signing_key(keys, (guint16)no, ret) &&
		        ticket->key_hint == key_hint(ret->public_key) &&
		        vault_verify(ret->public_key, message, sizeof message, ticket->signature))
			return TRUE;
	return FALSE;
}

TicketVerdict
ticket_check(const Event *event, VaultEvent *keys, const char *text, gsize length, T1 *ret,
        gint64 *ret_mark)
{
	SigningKey key;
	T1 t1;

	if (!t1_parse(text, length, &t1) || !find_key(event, keys, &t1, &key))
		return TICKET_NOT_OURS;
	t1.minute += (guint32)MAX((key.created - vault_key_created(keys)) / 60, 0);
	if (ret != NULL)
		*ret = t1;
	if (ret_mark != NULL)
		*ret_mark = mark_of(event->salt, t1.id);
	return TICKET_OURS;
}
