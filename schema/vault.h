/*
 * Everything secret: keys on disk, sealed values, keyed hashes, links. Only the room vault/
 * knows libsodium.
 *
 *   DIR/keys/master            32 bytes, wrapped by the configured secret when there is one
 *   DIR/keys/EVENT/signing     Ed25519 pair number 1, EVENT = 32 hex digits
 *   DIR/keys/EVENT/signing-2   those after it
 *   DIR/keys/EVENT/secret      32 bytes, not rotated while the event lives: e-mail hashes, links, CSRF by crypto_kdf subkeys
 *   DIR/keys/EVENT/identity-1, logistics-1, emergency-1   data keys, by class and number
 *
 * Every file but master is wrapped by the master key (XChaCha20-Poly1305, its name as associated
 * data). Files are written anew, flushed, renamed, and the folder flushed. Keys live in
 * sodium_malloc memory. A Vault and a VaultEvent may be used by several threads.
 */
#pragma once

#include "schema/error.h"

#define EVENT_ID_BYTES   16
#define SIGNATURE_BYTES  64
#define PUBLIC_KEY_BYTES 32
#define MAC_BYTES        16
#define EMAIL_HASH_BYTES 32

typedef struct Vault Vault;
typedef struct VaultEvent VaultEvent;

/* Retention classes: identity 30 days, logistics 7 days, emergency 48 hours after the event. */
typedef enum {
	SEALED_IDENTITY = 0,
	SEALED_LOGISTICS = 1,
	SEALED_EMERGENCY = 2,
#define SEALED_CLASSES 3
} SealedClass;
const char *sealed_class_name(SealedClass class);

/* Makes DIR/keys with a fresh master key; refuses to overwrite. @master_file (nullable) names a
 * file of mode 0400 whose secret wraps the master key. */
gboolean vault_create(const char *dir, const char *master_file, GError **error);
Vault *vault_open(const char *dir, const char *master_file, GError **error);
Vault *vault_ref(Vault *vault);
void vault_unref(Vault *vault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Vault, vault_unref)

/* Makes all keys of a new event; refuses to overwrite. Done before the event's row is written. */
gboolean
vault_create_event(Vault *vault, const guint8 event[EVENT_ID_BYTES], gint64 now, GError **error);
/* The event's keys, read once and shared; lent until the vault goes. ABSENT when there are none. */
VaultEvent *vault_event(Vault *vault, const guint8 event[EVENT_ID_BYTES], GError **error);

/*
 * Signing (Ed25519, RFC 8032). An event's signing keys have numbers from 1. Its row says which one signs
 * new tickets (Event.key_no); the one after that is there beforehand, so that devices know it before the first
 * ticket of it. None is taken away: a ticket's text is made again with its own key. Files are read
 * when a number is first asked for, so what another process made is seen without a restart.
 */
#define SIGNING_KEYS_MAX 100
typedef struct {
	guint16 no;
	gint64 created; /* UTC seconds */
	guint8 public_key[PUBLIC_KEY_BYTES];
} SigningKey;
/* FALSE when the event has no such key, or its file does not open. */
gboolean vault_signing_key(VaultEvent *keys, guint16 no, SigningKey *ret);
/* The same, but never without an answer: where @no is lost (an older copy of the keys was restored), the
 * newest before it. The first is always there. */
void vault_signing_key_at_most(VaultEvent *keys, guint16 no, SigningKey *ret);
/* When the first key was made: devices and doors count a ticket's minutes from then. */
gint64 vault_key_created(VaultEvent *keys);
/* Makes key @no. That it is there already, of a rotation that was cut short, is fine. */
gboolean vault_make_signing_key(VaultEvent *keys, guint16 no, gint64 now, GError **error);
/* With the key of vault_signing_key_at_most(). */
void vault_sign(VaultEvent *keys, guint16 no, const guint8 *message, gsize length,
        guint8 ret_signature[SIGNATURE_BYTES]);
gboolean vault_verify(const guint8 key[PUBLIC_KEY_BYTES], const guint8 *message, gsize length,
        const guint8 signature[SIGNATURE_BYTES]);

/* Sealed values: version 1, key number (2 bytes), nonce (24), XChaCha20-Poly1305 over @json padded
 * to a multiple of 32 bytes (ISO/IEC 7816-4). Associated data: owner (8 bytes), class, event. So a
 * value can't be moved to another person, class or event. */
/* NULL only when the class's key was destroyed: nothing can be added to an event that is over. */
GBytes *vault_seal(VaultEvent *keys, SealedClass class, gint64 owner, const char *json);
/* The JSON text, wiped by sealed_text_free(). INPUT when the value was tampered with or belongs
 * elsewhere, ABSENT when its key was destroyed. */
char *vault_unseal(VaultEvent *keys, SealedClass class, gint64 owner, gconstpointer value,
        gsize length, GError **error);
void sealed_text_free(char *text); /* NULL is fine */
/* The number of the key that a sealed value names. */
guint16 vault_sealed_key_no(gconstpointer value, gsize length);

/*
 * Keys that come and go (schema/expire.h). Whoever holds a VaultEvent goes on with it.
 */
/* The numbers of the keys of @class that there are, of guint16. */
GArray *vault_class_keys(VaultEvent *keys, SealedClass class);
/* Makes one more, by which is sealed from now on. */
gboolean vault_add_class_key(VaultEvent *keys, SealedClass class, guint16 *ret_no, GError **error);
/* Destroys all keys of @class but number @keep (0: all): the files, and what this process holds. vault_roll() must
 * follow, and goes on with it after a kill. @ret_n is how many. */
gboolean vault_destroy_class_keys(
        VaultEvent *keys, SealedClass class, guint16 keep, guint *ret_n, GError **error);
/* Ends a roll of the master key that was begun: all files are wrapped by another one, and the old one is nowhere any more.
 * Nothing when none was begun. */
gboolean vault_roll(Vault *vault, GError **error);
/* Another secret for an event whose people are counts; once. Links, e-mail hashes and checks of before hold no more. */
gboolean vault_replace_secret(VaultEvent *keys, GError **error);
/* Reads again what another process has changed (the master's file tells); costs a look at it. */
gboolean vault_refresh(Vault *vault, GError **error);

/* Keyed hash of an e-mail address that was folded already (schema/text.h). */
void vault_hash_email(VaultEvent *keys, const char *folded, guint8 ret_hash[EMAIL_HASH_BYTES]);

/* Keyed hash of what was asked for in a registration, so that a repeated submission with other
 * content is known and the stored hash gives nothing away to who guesses. */
#define CONTENT_HASH_BYTES 32
void vault_hash_content(
        VaultEvent *keys, gconstpointer content, gsize length, guint8 ret_hash[CONTENT_HASH_BYTES]);
/* A submission id that follows from @content alone: a row of a roster, imported again, is known. */
void vault_derive_submission(
        VaultEvent *keys, gconstpointer content, gsize length, guint8 ret_submission[16]);
/* Keyed hash of what somebody who was deleted is known by (schema/forgotten.h). */
void vault_hash_forgotten(VaultEvent *keys, gconstpointer known, gsize length, guint8 ret_hash[16]);
/* 64 bits that only the event's keys can make: beside a line of the scan log they show that it
 * was changed in place (schema/scan_check.h). */
gint64 vault_log_check(VaultEvent *keys, gconstpointer line, gsize length);

/* 80 bits for the code by which @device is paired until @expires (schema/device_room.h). */
#define VAULT_PAIRING_BYTES 10
void vault_pairing_bits(
        VaultEvent *keys, gint64 device, gint64 expires, guint8 ret_bits[VAULT_PAIRING_BYTES]);

/* Links: nothing to store. Purposes are part of the MAC. */
typedef enum {
	LINK_TICKET = 't',   /* /t/…: a registration */
	LINK_GROUP = 'g',    /* /g/…: a delegation */
	LINK_INFORMED = 'i', /* /stay-informed/…: an address of that list */
	LINK_INFORMED_WISH =
	        'w', /* /stay-informed/from/…: a registration whose address is to join it */
} LinkPurpose;
/* "HEX(id)-BASE64URL(mac)": 16 + 1 + 22 characters. */
#define LINK_TOKEN_LENGTH 39
void vault_link(VaultEvent *keys, LinkPurpose purpose, gint64 id, gint64 link_no,
        char ret_token[LINK_TOKEN_LENGTH + 1]);
/* The id that a token names, before anyone knows whose it is: look the row up, then check. */
gboolean link_id(const char *token, gint64 *ret_id);
gboolean vault_link_holds(VaultEvent *keys, LinkPurpose purpose, const char *token, gint64 link_no);

/* CSRF of a public form: MAC over (submission, event, hour). */
#define CSRF_TEXT_LENGTH 30 /* hour in 8 hex digits, then 22 of base64url */
#define CSRF_HOURS       24
typedef enum {
	CSRF_HOLDS,
	CSRF_STALE, /* ours, but older than CSRF_HOURS */
	CSRF_FALSE,
} CsrfState;
void vault_csrf(VaultEvent *keys, const guint8 submission[16], gint64 now,
        char ret_token[CSRF_TEXT_LENGTH + 1]);
CsrfState
vault_csrf_check(VaultEvent *keys, const guint8 submission[16], const char *token, gint64 now);

/* One-time and bearer tokens: 256 random bits as 43 characters of base64url, stored as their SHA-256. */
#define TOKEN_TEXT_LENGTH 43
#define TOKEN_HASH_BYTES  32
void token_new(char ret_token[TOKEN_TEXT_LENGTH + 1]);
void token_hash(const char *token, guint8 ret_hash[TOKEN_HASH_BYTES]);

/* Small helpers so that no other file needs libsodium. */
void random_bytes(gpointer ret, gsize length);
void hash_sha256(gconstpointer data, gsize length, guint8 ret_hash[32]);
