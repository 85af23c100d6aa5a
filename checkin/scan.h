/*
 * A scan at the server, online: look the mark up, decide, write rev 0 (or, for the terminal that
 * shares the data folder, rev 1), put the holder in. One work in the writer's transaction.
 */
#pragma once

#include "checkin/door.h"
#include "schema/control.h"
#include "schema/scan.h"

typedef struct {
	const Event *event;
	ScanRow row; /* decision and arrival are filled in */
	DoorSignature signature;
	TicketClass ticket_class; /* of the ticket's text, when it was read here */
	gboolean leaving, override;
	/* the answer */
	DoorAnswer answer;
	gint64 first_at;
	guint16 first_checkpoint;
	gboolean repeated; /* this key was there: the stored answer */
} ScanWork;

/* A DbWork; @data is a ScanWork. May run twice. */
gboolean scan_work(Db *db, gpointer data, GError **error);

/* The words of an answer in English, for the terminal ("Welcome", "Already used 12:10, lunch tent"). */
char *scan_words(const Event *event, const DoorAnswer *answer, guint16 first_checkpoint);

extern const ControlEntry checkin_operations[];
int checkin_command(int argc, char **argv);
