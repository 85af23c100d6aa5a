/*
 * Reads JSON into structs by tables of fields, and tells everything that is wrong, each with its
 * path. Private to the definition's files.
 *
 * A read function is given the field, the value and the struct; it writes at the field's offset, or tells
 * a fault and leaves what was there, so that the rest is still read.
 */
#pragma once

#include "schema/definition.h"

typedef enum {
	REFERENCE_REGION,
	REFERENCE_SESSION,
} ReferenceKind;

/* A code that names another part, followed when all parts are read. */
typedef struct {
	ReferenceKind kind;
	char *code, *path;
	guint16 *slot; /* where the number goes; else */
	GArray *list;  /* what it is added to */
} Reference;

typedef struct {
	Faults *faults;
	GString *path;
	GTimeZone *zone;
	int shift;            /* days that every time moves by */
	const char *language; /* the event's first; lent by the title */
	GPtrArray *references;
	Event *event;
} DefinitionReader;

typedef struct DefinitionField DefinitionField;
typedef void (*DefinitionRead)(
        DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target);

struct DefinitionField {
	const char *name;
	gboolean needed;
	DefinitionRead read;
	gsize offset;
	gint64 least, most;   /* of a number, the characters of a text, the items of a list */
	gconstpointer detail; /* of words: the names; of a list: a DefinitionPart */
};                            /* tables end with { NULL } */

/* What a list is made of. */
typedef struct {
	gpointer (*make)(void);
	const DefinitionField *fields;
	gssize no_at;   /* where its number goes (guint16), -1: it has none */
	gssize code_at; /* where its code lies (char *), -1: it has none; a code twice is a fault */
} DefinitionPart;

#define PATH_MAX_CHARS 400

void reader_fault(DefinitionReader *reader, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The path goes one down; what it returns takes reader_leave() back up. */
gsize reader_enter(DefinitionReader *reader, const char *key);
gsize reader_enter_item(DefinitionReader *reader, gsize index);
void reader_leave(DefinitionReader *reader, gsize before);
/* @text for a message: short, on one line. Owned by the caller. */
char *reader_quote(const char *text);

/* Reads @value, which must be an object with the keys of @fields and no others, into @target. */
void reader_object(
        DefinitionReader *reader, const DefinitionField *fields, json_t *value, gpointer target);

/* Checks that @value is a text of that many characters without controls (line breaks are welcome
 * when @lines). */
gboolean reader_check_text(
        DefinitionReader *reader, json_t *value, gint64 least, gint64 most, gboolean lines);
/* Checks an object of language to text. */
gboolean reader_check_texts(DefinitionReader *reader, json_t *value, gint64 most, gboolean lines);
/* Checks that @value is a list of as many items as @field allows. */
gboolean reader_check_list(DefinitionReader *reader, const DefinitionField *field, json_t *value);
gboolean reader_check_code(DefinitionReader *reader, json_t *value);

/* Read functions, by what lies at the offset. */
void read_text(DefinitionReader *, const DefinitionField *, json_t *, gpointer);  /* char * */
void read_code(DefinitionReader *, const DefinitionField *, json_t *, gpointer);  /* char * */
void read_texts(DefinitionReader *, const DefinitionField *, json_t *, gpointer); /* json_t * */
/* The same; a plain text stands for the event's first language. */
void read_place(DefinitionReader *, const DefinitionField *, json_t *, gpointer);
void read_int(DefinitionReader *, const DefinitionField *, json_t *, gpointer);     /* int */
void read_amount(DefinitionReader *, const DefinitionField *, json_t *, gpointer);  /* gint64 */
void read_no(DefinitionReader *, const DefinitionField *, json_t *, gpointer);      /* guint16 */
void read_boolean(DefinitionReader *, const DefinitionField *, json_t *, gpointer); /* gboolean */
/* The place of the word in the NULL-terminated names of detail; the least is its type's size. */
void read_word(DefinitionReader *, const DefinitionField *, json_t *, gpointer);   /* enum */
void read_time(DefinitionReader *, const DefinitionField *, json_t *, gpointer);   /* gint64 */
void read_list(DefinitionReader *, const DefinitionField *, json_t *, gpointer);   /* GPtrArray * */
void read_region(DefinitionReader *, const DefinitionField *, json_t *, gpointer); /* guint16 */
void read_session(DefinitionReader *, const DefinitionField *, json_t *, gpointer);  /* guint16 */
void read_sessions(DefinitionReader *, const DefinitionField *, json_t *, gpointer); /* GArray * */

/* Wall clock in @zone as UTC. FALSE when @text is not YYYY-MM-DDTHH:MM[:SS], or with @ret_gap when
 * clocks skip that time. A doubled time is the later of the two. */
gboolean
wall_clock_parse(const char *text, GTimeZone *zone, int shift, gint64 *ret_time, gboolean *ret_gap);
/* The date that @text begins with (YYYY-MM-DD; what follows doesn't matter). */
gboolean date_parse(const char *text, GDate *ret_date);
/* Follows what was referred to; what is not there is a fault. */
void reader_follow_references(DefinitionReader *reader);
