/*
 * Paired devices: a phone or laptop that scans, named after its place, never after a person.
 *
 * Staff add a device and get a one-time pairing code (10 minutes, kept as its hash); the phone
 * gives the code and gets a bearer token (256 bits, kept as its hash), which holds for one event, some of its
 * checkpoints and one role, until DEVICE_AFTER_S after the event, or until it is revoked.
 */
#pragma once

#include "schema/control.h"
#include "schema/event.h"

/* The terminal scanner of the data folder. It has no row, no token, and a new epoch each run. */
#define DEVICE_LOCAL 1
/* What staff do to the log from their pages: a supervisor's acts. It has no row, no token, and a new epoch each
 * time. */
#define DEVICE_STAFF 2

#define DEVICE_PAIRING_S       (10 * 60)
#define DEVICE_AFTER_S         (12 * 60 * 60)
#define DEVICE_NAME_MAX        60 /* characters, as people see them */
#define DEVICE_NONCE_MAX       64 /* bytes */
#define DEVICE_CHECKPOINTS_MAX 64

/* "K7QF-3M2X-9TAB-0HXD": 80 random bits in Crockford's alphabet. */
#define PAIRING_CODE_LENGTH 19

typedef struct {
	gint64 id;
	guint8 event[EVENT_ID_BYTES];
	gboolean supervisor;
	gboolean revoked, expired;
	guint16 checkpoints[DEVICE_CHECKPOINTS_MAX]; /* that it may scan at, by number */
	guint checkpoints_n;
} Device;

/* Whose token this is; @hash is token_hash() of it. Revoked and expired ones are found too. */
gboolean device_by_token(Db *db, const guint8 hash[TOKEN_HASH_BYTES], gint64 now, Device *ret,
        gboolean *ret_found, GError **error);
/* What @id is to the event now. The staff's own (DEVICE_STAFF) and the terminal's (DEVICE_LOCAL) are known
 * to every event. */
gboolean device_standing(Db *db, gint64 id, const guint8 event[EVENT_ID_BYTES], gboolean *ret_known,
        gboolean *ret_supervisor, gboolean *ret_revoked, GError **error);
gboolean device_may_scan_at(const Device *device, guint16 checkpoint_no);

/* A device to be paired. @id and @code_hash are made by the caller (pairing_code_new()). */
typedef struct {
	const Event *event;
	gint64 id;
	const char *name;
	gboolean supervisor;
	guint16 checkpoints[DEVICE_CHECKPOINTS_MAX];
	guint checkpoints_n;
	guint8 code_hash[TOKEN_HASH_BYTES];
	gint64 now;
} DeviceAsked;
/* A DbWork; @data is a DeviceAsked. */
gboolean device_add(Db *db, gpointer data, GError **error);

void pairing_code_new(char ret_code[PAIRING_CODE_LENGTH + 1]);
#define PAIRING_BITS_BYTES 10
void
pairing_code_show(const guint8 bits[PAIRING_BITS_BYTES], char ret_code[PAIRING_CODE_LENGTH + 1]);
/* Of what a person may have typed: any case, hyphens and blanks anywhere, O as 0, I and L as 1. FALSE
 * when it can't be a code. */
gboolean pairing_code_hash(const char *code, guint8 ret_hash[TOKEN_HASH_BYTES]);

typedef enum {
	PAIRING_DONE,
	PAIRING_UNKNOWN, /* no such code */
	PAIRING_GONE,    /* used, expired or revoked */
} PairingOutcome;

/* One phone takes a code. The same phone (the same @nonce) may take it again while it lives, for the
 * answer may have been lost: it gets a new token, and the first is void. */
typedef struct {
	guint8 code_hash[TOKEN_HASH_BYTES];
	const char *name;  /* how the device calls itself from now on; NULL: as it was added */
	const char *nonce; /* nullable */
	guint8 token_hash[TOKEN_HASH_BYTES];
	gint64 now;
	/* the answer */
	PairingOutcome outcome;
	Device device; /* when DONE */
} DevicePairing;
/* A DbWork; @data is a DevicePairing. */
gboolean device_pair(Db *db, gpointer data, GError **error);

/* The checkpoint of @session that @text names, by number or by name (any case); NULL: the session's
 * first. INPUT when there is none such; the message lists what there is. */
const EventCheckpoint *
checkpoint_find(const Event *event, const EventSession *session, const char *text, GError **error);

/* `turnout schema device add | revoke | list`; the first word of @argv is "device". */
int device_command(int argc, char **argv);
extern const ControlEntry device_add_entry, device_revoke_entry;
json_t *device_operation_add(Record *record, const json_t *asked, gint64 now, GError **error);
json_t *device_operation_revoke(Record *record, const json_t *asked, gint64 now, GError **error);
