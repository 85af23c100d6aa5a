/*
 * Reading one typed field after another, for people/intake.c alone: each read tells its own fault, and adds what
 * was typed to the content by which a repeated submission is known.
 */
#pragma once

#include "schema/intake.h"

#define FIELD_NAME_MAX (sizeof((IntakeFault *)NULL)->field)

typedef struct {
	const IntakeAsked *asked;
	GArray *faults;
	GString *content; /* of all that was read: NAME \0 VALUE \0 …, wiped by who frees it */
	guint person;     /* from 1: whose fields are read */
} IntakeReader;

/* The name of a person's field: "meal" of the first, "meal_2" of the second. */
void intake_name(const IntakeReader *reader, const char *field, char ret_name[FIELD_NAME_MAX]);

/* The @nth value as it was typed; NULL when there is none or it is empty. Lent. */
const char *intake_raw(IntakeReader *reader, const char *name, guint nth);
void
intake_fault(IntakeReader *reader, const char *name, IntakeCode code, gint64 least, gint64 most);
void intake_remember(IntakeReader *reader, const char *name, const char *value);

/* A text of at most @most characters, tidied; NULL when absent or at fault. */
char *intake_text(IntakeReader *reader, const char *name, guint most);
/* The same; absence is a fault. */
char *intake_text_required(IntakeReader *reader, const char *name, guint most);
/* One of @codes, or @absent. Lent, of @codes. */
const char *
intake_choice(IntakeReader *reader, const char *name, const char *const *codes, const char *absent);
/* Several of @codes, each once; NULL when there is none. */
char **intake_choices(IntakeReader *reader, const char *name, const char *const *codes);
gboolean intake_yes(IntakeReader *reader, const char *name);
/* A whole number from @least to @most, in ASCII digits whatever digits were typed. */
char *intake_number(IntakeReader *reader, const char *name, gint64 least, gint64 most);
char *intake_phone(IntakeReader *reader, const char *name);
char *intake_zip(IntakeReader *reader, const char *name);
