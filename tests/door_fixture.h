/*
 * A small event with a door, for tests on both engines: sessions day (open, again), training (open, once), lunch (listed,
 * once) and bus (listed, again); options full (includes day and lunch, bus to choose) and general (includes day).
 * Regions north and south. Each session has two checkpoints.
 */
#pragma once

#include "checkin/scan.h"
#include "schema/event.h"
#include "schema/registration.h"

#include "tests/engine.h"

typedef struct {
	Engine *engine;
	Record *record;
	Event *event;
	VaultEvent *keys;
} Door;

/* Stores the event of @slug in the engine's record and reads it. */
void door_open(Door *door, Engine *engine, const char *slug);
void door_close(Door *door);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Door, door_close)

guint16 door_session(const Door *door, const char *code);
guint16 door_checkpoint(const Door *door, const char *session, guint nth); /* nth from 0 */

typedef struct {
	gint64 id;
	TicketIdentity ticket;
} Guest;

/* Registers one person of region north; @chosen (nullable) is a session of the option's choices. */
Guest door_guest(const Door *door, const char *option, const char *chosen, TicketClass class);
/* The same with sealed logistics. */
Guest door_guest_who(const Door *door, const char *option, TicketClass class, const char *photo,
        const char *interpretation);

/* Seals another name for @guest, as a change of the registration does. */
void door_rename(const Door *door, const Guest *guest, const char *name);

#define DOOR_WALL (ENGINE_NOW * 1000)

/* A question, rev 0, of device 7 at the session's first checkpoint: wall is DOOR_WALL + @seq, skew 5. */
ScanWork door_question(const Door *door, const char *session, gint64 mark, gint64 seq);
/* Has it answered by the record's writer. */
void door_ask(const Door *door, ScanWork *work);
/* Both, and the decision, which must be a fresh one. */
const char *door_scan(const Door *door, const char *session, gint64 mark, gint64 seq);
/* People present at a session; lines in the log. */
gint64 door_present(const Door *door, const char *session);
gint64 door_lines(const Door *door);
/* As a re-issue does it: the guest's ticket moves aside, and they get another, whose mark is returned. */
gint64 door_reissue(const Door *door, const Guest *guest);
