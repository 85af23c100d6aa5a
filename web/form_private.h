/*
 * What the room form/ and ticket/change.c share: fields as JSON for the templates "field",
 * "input", "textarea", "select", "choices" and "consent".
 *
 * A field: {id, name, label, hint, fault, described, optional, required, class, is_input | is_text |
 * is_select | is_choices | is_consent, …}. Each key is there, null when it says nothing: mustache looks outward for
 * what is absent.
 */
#pragma once

#include "web/form.h"

typedef enum {
	FIELD_INPUT,
	FIELD_TEXT,
	FIELD_CONSENT, /* one box that says what it is for; never preset */
	FIELD_SELECT,
	FIELD_RADIO,
	FIELD_CHECK,
} FieldKind;

/* The name of a field of the person whose fields are being made: "meal", or "meal_2". Owned by the caller. */
char *form_name(const Form *form, const char *field);
/* The same, or @field itself where that person has said nothing: then what the first one chose is shown. */
char *form_chosen_name(const Form *form, const char *field);
/* The number at the end of a further person's field ("meal_2"), 0 when it is the first person's. */
guint form_person_of(const char *name);

/* Appends the fields called @name of the person whose fields are being made. */
void form_append(const Form *form, const char *name, json_t *fields);
/* The answer that means the field beside it. */
#define GUARDIAN_NAMED "named"
/* Appends the choice of a responsible adult, and where to name one. */
void form_guardian(const Form *form, json_t *fields);
/* The people who come along, as JSON; their faults are added to @faults. */
json_t *form_people(const Form *form, json_t *faults);
/* Can one more come along? */
gboolean form_can_add(const Form *form);
/* Adds the faults of @fields to @faults. @person is the number of who has them; NULL, and then @form may be, for the
 * first. Are there any? */
gboolean
form_list_field_faults(const Form *form, const json_t *fields, const char *person, json_t *faults);

/* A field without value; its fault is found by @name. */
json_t *
form_field(const Form *form, FieldKind kind, const char *name, const char *label, const char *hint);
void form_field_optional(json_t *field);

/* A part of a form: fields by their names, as append_field() of form/form.c knows them. */
typedef struct {
	const char *heading, *note; /* keys of the catalogue */
	const char *fields[6];
} FormSection;
/* [{heading, note, fields}]; a part without a field is left out. */
json_t *form_make_sections(const Form *form, const FormSection *table, guint n);
/* Adds the faults of these sections to @faults; are there any? */
gboolean form_list_faults(const json_t *made, json_t *faults);

/* May it be chosen now? Staff may choose any. */
gboolean form_option_open(const Form *form, const EventOption *option);

/* What was typed, "" when nothing was; NULL on a fresh form. */
const char *form_typed(const Form *form, const char *name);
gboolean form_typed_has(const Form *form, const char *name, const char *value);

/* One answer to choose. @note (lines), @side and @lang are nullable; @lang is what @text is in, when that is not
 * the page's language. */
typedef struct {
	const char *code, *text, *note, *side, *lang;
	gboolean checked, disabled;
} FormChoice;
/* Adds to the last group of @field, or to its only list when it is a select. */
void form_choice(json_t *field, const FormChoice *choice);
/* Begins a group of choices under @heading (nullable). */
void form_group(json_t *field, const char *heading);

/* @texts in the page's language, lent by the event. */
const char *form_event_text(const Form *form, const json_t *texts);
/* Adds @line (nullable) to @lines. */
void form_add_line(GString *lines, const char *line);
/* So few are left that it helps to say so. */
#define FEW_LEFT 20
/* "Full", or "3 places left" when they are few; NULL when there is nothing to say. Owned. */
char *form_left_text(const Form *form, int room);
/* The same where a list takes who finds it full: "Full: join the waiting list". */
char *form_left_or_list_text(const Form *form, int room, gboolean has_list);

/* Appends the box of form_share_text(). */
void form_share(const Form *form, json_t *fields);
/* Whether the event has a use for the field: where nobody is visited, no district is asked for. */
gboolean form_asks(const Form *form, const char *field);
/* What a section says under its heading, by the @key of its words (nullable), with how long the event keeps it. NULL
 * when there is nothing to say. Owned. */
char *form_section_note(const Form *form, const char *key);

json_t *form_region(const Form *form);
json_t *form_county(const Form *form);
json_t *form_language(const Form *form);
json_t *form_option(const Form *form);
/* Appends the groups that options leave to choose, with their stops. */
void form_sessions(const Form *form, json_t *fields);
/* Appends the event's own questions, those that are @required or the others. */
void form_questions(const Form *form, gboolean required, json_t *fields);

/* The fault of @name, NULL when it has none. */
const IntakeFault *form_fault(const Form *form, const char *name);
/* Its words. Owned by the caller. */
char *form_fault_text(const Form *form, const IntakeFault *fault);
/* What the refusal says beside the field @name; NULL when it isn't about it. Lent. */
const char *form_refusal(const Form *form, const char *name);
