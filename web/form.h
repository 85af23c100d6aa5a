/*
 * The registration form: what is asked, in which order and words, with what was typed kept and
 * trouble told beside the field. The rules of the answers are schema/intake.h's.
 *
 * form/form.c holds the fields that every event asks, form/event.c those that the event's definition
 * brings (region, option, its own questions), form/sessions.c the sessions and stops that options leave
 * to choose, form/people.c the people who come along, form/faults.c the words for trouble.
 */
#pragma once

#include "schema/intake.h"
#include "web/fields.h"
#include "web/locale.h"

/* Which button about the people who come along was pressed; all zero: none. */
typedef struct {
	gboolean add;
	guint remove, own, same; /* the number of a person's fields */
} FormPress;

typedef struct {
	const Event *event;
	const Locale *locale;
	const Room *room;
	gint64 now;
	FormPress press;
	guint person; /* whose fields are being made; below 2: the first person's. Of form_data() alone */
	const Fields *typed;    /* of a posted form; NULL for a fresh one */
	const char *stop_group; /* form_stop_group(), asked once for form_get() */
	const Fields *preset;   /* of a fresh one: the query's "option" and "delegation" */
	GArray *faults;         /* of IntakeFault, nullable */
	gboolean registered;    /* they have what they have: no option is preset for them */
	gboolean captain_sees;  /* all that they answer: their captain has the link of this page */
	gboolean by_staff;      /* every option may be chosen, whatever its times */
	const PlaceAnswer *refused; /* FULL or CLOSED: told beside what it is about; nullable */
} Form;

/* {sections, people, can_add, more, more_open, has_faults, faults_title, faults}: what the template "form" walks. */
json_t *form_data(const Form *form);

/* The parts of it by which somebody who is registered says something anew (form/again.c): {sections, has_faults, faults_title,
 * faults}. Field names are the first person's. */
typedef enum {
	FORM_PERSON, /* from the name to the event's questions */
	FORM_CONTACT, /* how to reach them, the language of letters, where they come from, what they agree to */
	FORM_CHOICE,           /* option, sessions, stop */
	FORM_CONTACT_IN_GROUP, /* the same as CONTACT, whose region a delegation sets */
} FormPart;
json_t *form_part_data(const Form *form, FormPart part);

/* Reads which button was pressed; FALSE when none of these was. */
gboolean form_pressed(const Fields *typed, FormPress *ret);

/* A further person of our own page who has answers and no name: a fault, for they would be left out silently. */
void form_check_people(const Form *form, GArray *faults);
/* The highest number of a person in what came, by their names: 1 is the first. */
guint form_last_person(const Form *form);

/* What a fresh form shows depends on this, besides the edition and the language: what is open, over, full, or
 * nearly so. Owned by the caller. */
char *form_state(const Form *form);

/* Is any option to be had at this time? */
gboolean form_is_open(const Event *event, gint64 now);

/* What stands beside the box by which somebody agrees that their name and contact are shared: with whom, by name. NULL: nobody
 * is named, and nothing is asked. Owned by the caller. */
char *form_share_text(const Locale *locale, const Event *event);
/* Was the box ticked on a page that named others? */
gboolean form_share_is_old(const Event *event, const Fields *typed);

/* What was answered to a question of the event, in words. Owned by the caller. */
char *form_answer_text(const Locale *locale, const Event *event, const EventQuestion *question,
        const char *answer);

/* The group whose sessions are chosen by their stops alone; NULL when there is none. Lent by @event. */
const char *form_stop_group(const Event *event);

/* Of @data, a Form with typed and stop_group: an IntakeGet. Where a bus is chosen by its stop alone, the session is
 * read from the stop; a responsible adult who is none of the choices is read from the field beside them. */
const char *form_get(gpointer data, const char *name, guint nth);

/* What PLACE_FULL or PLACE_CLOSED is about, in the person's language; lent by the event. */
const char *form_refused_title(const Form *form);
