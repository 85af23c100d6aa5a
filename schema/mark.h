/*
 * A ticket's identity as the record keeps it; the text of the ticket and its signature are
 * checkin/ticket.h's.
 *
 * Mark: the first 8 bytes of SHA-256(salt || ticket id), salt 16 bytes and fixed for the event.
 * Devices, manifest and log know a ticket by its mark only. It is kept in the database as the
 * BIGINT with the same bits (big-endian), and ordered as unsigned bytes everywhere else.
 *
 * Typed code: the mark's first 45 bits as nine characters of Crockford's alphabet and a
 * Luhn-mod-32 check character, kept without hyphens, shown as K7QF-3M2X-9T.
 */
#pragma once

#include <glib.h>

#define TICKET_ID_BYTES         8
#define MARK_BYTES              8
#define SALT_BYTES              16
#define TYPED_CODE_LENGTH       10
#define TYPED_CODE_SHOWN_LENGTH 12

/* Ticket classes, 4 bits of the ticket (door.md). Never renumber: they are signed. */
typedef enum {
	TICKET_ATTENDEE = 0,
	TICKET_CAPTAIN = 1,
	TICKET_VOLUNTEER = 2,
	TICKET_STAFF = 3,
	TICKET_PRESS = 4,
	TICKET_GUEST = 5,
	TICKET_SPARE = 6,
	TICKET_PRACTICE = 7,
} TicketClass;

/* What the record keeps of a current ticket. */
typedef struct {
	guint8 id[TICKET_ID_BYTES];
	gint64 mark; /* bits of the mark, big-endian */
	char typed_code[TYPED_CODE_LENGTH + 1];
	TicketClass class;
	guint16 key_no; /* of the key that signs it (schema/vault.h) */
	guint32 minute; /* minutes since that key was made, at most TICKET_MINUTE_MAX */
} TicketIdentity;

#define TICKET_MINUTE_MAX 0xfffff

/* A fresh ticket, to be signed by key @key_no, made at @key_created. A typed code that the event has already is
 * redrawn by who stores it. event_ticket_new() knows the key. */
void ticket_identity_new(const guint8 salt[SALT_BYTES], TicketClass class, guint16 key_no,
        gint64 key_created, gint64 now, TicketIdentity *ret);
/* Another id, mark and code for the same ticket. */
void ticket_identity_redraw(const guint8 salt[SALT_BYTES], TicketIdentity *ticket);

gint64 mark_of(const guint8 salt[SALT_BYTES], const guint8 ticket_id[TICKET_ID_BYTES]);
void mark_to_bytes(gint64 mark, guint8 ret_bytes[MARK_BYTES]);
gint64 mark_from_bytes(const guint8 bytes[MARK_BYTES]);

/* A code is the upper bits of a mark: those of @code, which typed_code_parse() gave, are
 * mark >> TYPED_CODE_SHIFT. Tickets of one event differ in them, so they are the index too. */
#define TYPED_CODE_SHIFT 19
gint64 typed_code_bits(const char *code);

void typed_code_of(gint64 mark, char ret_code[TYPED_CODE_LENGTH + 1]);
void typed_code_show(const char *code, char ret_shown[TYPED_CODE_SHOWN_LENGTH + 1]);
/* Reads what a person typed: any case, hyphens and blanks anywhere, O as 0, I and L as 1. FALSE when
 * it is no code or the check character is wrong. */
gboolean typed_code_parse(const char *typed, char ret_code[TYPED_CODE_LENGTH + 1]);
