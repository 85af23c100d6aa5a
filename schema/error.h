/*
 * What can go wrong, by what a caller can do about it.
 *
 * An outcome is not an error: "full" and "already in" are enum values of the function that
 * was asked. A GError means that the question went unanswered. No message holds personal data.
 */
#pragma once

#include <glib.h>

/* Trouble with the database, by remedy (schema/db.h says who raises which). */
#define DB_ERROR db_error_quark()
GQuark db_error_quark(void);

typedef enum {
	DB_ERROR_UNAVAILABLE, /* not to be had now: disk full, server gone, held, too busy: 503, try later */
	DB_ERROR_CONFLICT,   /* run the whole work again */
	DB_ERROR_UNCERTAIN,  /* commit was sent and its answer lost: look before repeating */
	DB_ERROR_CONSTRAINT, /* a rule of the tables refused the row */
	DB_ERROR_BROKEN,     /* a bug, or a database that is not ours */
} DbErrorCode;

/* Trouble with everything else. */
#define TURNOUT_ERROR turnout_error_quark()
GQuark turnout_error_quark(void);

typedef enum {
	TURNOUT_ERROR_INPUT, /* what was given is wrong; the message says what, where and what to do */
	TURNOUT_ERROR_ABSENT, /* what was named does not exist */
	TURNOUT_ERROR_WORLD,  /* disk, network, lock, permission */
	TURNOUT_ERROR_BUG,    /* ours */
} TurnoutErrorCode;

/* Exit statuses of every command (0 is "done"). */
#define EXIT_STATUS_NO    1 /* the answer is no: a ticket refused, a check that failed */
#define EXIT_STATUS_USE   2 /* wrong use, wrong input */
#define EXIT_STATUS_WORLD 3 /* the world failed: disk, network, lock */

/* The exit status that fits @error. */
int error_exit_status(const GError *error);

/* Prints "turnout: MESSAGE" as one line on stderr and returns error_exit_status(). */
int error_report(const GError *error);

/*
 * Faults: everything that is wrong with one input, told at once, each with its place
 * (a JSON path, or "line 12, column 3").
 */
typedef struct {
	char *where;
	char *what;
} Fault;

typedef GPtrArray Faults; /* of Fault, owned */

Faults *faults_new(void);
void faults_add(Faults *faults, const char *where, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Sets @error (TURNOUT_ERROR_INPUT) to all faults, one a line "SOURCE: WHERE: WHAT", at most
 * FAULTS_SHOWN of them and then how many more. Returns FALSE when there is any fault. */
#define FAULTS_SHOWN 100
gboolean faults_none(const Faults *faults, const char *source, GError **error);
