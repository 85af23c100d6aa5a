/*
 * What staff do at the help desk from their pages, as works of the writer: like holders.h, and bound to the region of who
 * does it: the region is looked at in the transaction that writes, so that somebody who moves meanwhile is
 * not touched.
 */
#pragma once

#include "checkin/holders.h"
#include "checkin/scan.h"
#include "schema/registration.h"

/* Any work about the holders of @marks, done only when each of them is of @region_no (0: whatever they
 * are). */
typedef struct {
	DbWork work;
	gpointer data; /* of @work */
	const Event *event;
	guint16 region_no;
	gint64 marks[2];
	guint marks_n;
	gboolean refused; /* the answer: @work was not run */
} RegionWork;
gboolean region_work(Db *db, gpointer data, GError **error);

/* Someone is let in by name. @scan is the staff's own (DEVICE_STAFF, a new epoch, seq 1, rev 1); with @scan.override
 * who is not on the list is let in too, and @why (a code of ours, nullable) is written down. */
typedef struct {
	ScanWork scan;
	HolderAct act;
	const char *why;
} DeskCheckIn;
gboolean desk_check_in_work(Db *db, gpointer data, GError **error);
/* The line of a check-in: everything of it but mark and place is the same for all. */
ScanRow desk_row(gint64 epoch, const EventCheckpoint *checkpoint, gint64 mark, gint64 now_ms);

/* Undo: every effective admitting line of the holder at the session that is known now is voided. */
typedef struct {
	HolderAct act;
	gint64 mark, epoch; /* the act's number, drawn by the caller */
	guint16 session_no;
	LogReason reason; /* DOUBLE, WRONG_PERSON or OTHER */
	/* the answer */
	HolderOutcome outcome;
	guint voided;
} DeskUndo;
gboolean desk_undo_work(Db *db, gpointer data, GError **error);

/* A walk-in: registered, and let in at once when @check_in.scan has a checkpoint (its mark is filled in). Asked twice, the
 * first answer holds. */
typedef struct {
	PlaceWork place;
	HolderAct act;
	DeskCheckIn check_in;
	gint64 no; /* the answer: the holder number, when the place was taken now or before */
} DeskWalkIn;
gboolean desk_walk_in_work(Db *db, gpointer data, GError **error);
