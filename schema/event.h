/*
 * An event as its definition says it (interface.md, "Event definition"), with the numbers that
 * the tables know it by. Immutable after loading; shared by reference between threads.
 *
 * Texts are JSON objects of language to text ({"en": "Lunch", "es": "Almuerzo"}).
 */
#pragma once

#include <jansson.h>
#include "schema/db.h"
#include "schema/vault.h"
#include "schema/mark.h"

typedef enum {
	SESSION_DAY,
	SESSION_TRAINING,
	SESSION_BUS,
	SESSION_MEAL,
	SESSION_VISIT,
	SESSION_SHIFT,
#define SESSION_KINDS 6
} SessionKind;
const char *session_kind_name(SessionKind kind); /* "day" … as in the definition */

typedef enum {
	DOOR_OPEN,
	DOOR_LISTED,
} DoorRule;

typedef enum {
	REENTRY_AGAIN,
	REENTRY_ONCE,
} ReentryRule;

#define REMINDER_DAYS_MAX       60
#define OFFER_HOURS_DEFAULT     48
#define OFFER_HOURS_MAX         (30 * 24)
#define NO_CAPACITY             (-1)
#define NO_TIME                 G_MININT64 /* an opening or closing time that was not given */
#define SESSION_CHECKPOINTS_MAX 64
#define OPTION_BOOKINGS_MAX     32 /* sessions that one person can come by through one option */

typedef struct {
	guint16 no;
	char *code;
	json_t *name;
	char **counties; /* NULL-terminated */
} EventRegion;

typedef struct {
	guint16 no;
	json_t *place;
	gint64 departs;
	int capacity;
} EventStop;

typedef struct {
	guint16 no;
	char *code;
	SessionKind kind;
	json_t *title;
	json_t *place;
	gint64 starts, ends;
	guint16 region_no; /* 0: every region */
	int capacity;
	gboolean waitlist; /* who finds it full when choosing it may wait */
	DoorRule door;
	ReentryRule reentry;
	guint16 return_no; /* 0: none */
	GPtrArray *stops;  /* of EventStop */
} EventSession;

typedef struct {
	guint16 no; /* within the event */
	char *name;
	guint16 session_no;
	guint16 stop_no; /* 0: none */
} EventCheckpoint;

typedef struct {
	char *code;
	GArray *sessions; /* of guint16 */
	int min, max;
} EventChoice;

typedef struct {
	guint16 no;
	char *code;
	json_t *title;
	GArray *includes;   /* of guint16, session numbers */
	GPtrArray *choices; /* of EventChoice */
	int capacity;
	gboolean waitlist;    /* who finds it full may wait */
	gint64 opens, closes; /* NO_TIME: the registration's */
	gint64 fee_amount;    /* in the currency's smallest unit; 0: free */
	char *fee_currency;   /* ISO 4217, NULL when free */
	json_t *fee_text;
} EventOption;

typedef struct {
	guint16 no;
	char *code;
	char *name;
	guint16 region_no;
	int expected; /* -1: not said */
	gboolean listed;
	/* what the definition knows nothing of (schema/delegation.h) */
	gboolean by_hand;  /* made or edited by an organisation or the staff */
	gboolean closed;   /* nobody joins it any more */
	guint16 merged_no; /* whose people they are now; 0: none's */
} EventDelegation;

typedef struct {
	char *code;
	char *type; /* text, choice, choices, yes-no, number */
	json_t *label;
	json_t *choices; /* array of {code, label{}} or NULL */
	gboolean required;
	json_t *purpose;
	json_t *seen_by;
	int days_kept;
} EventQuestion;

typedef struct {
	json_t *title;
	char *url;
} EventLink;

/* With whom a name and contact are shared, when somebody agrees. */
typedef struct {
	guint16 region_no; /* 0: of every region that has none of its own */
	json_t *name;
} EventPartner;

typedef enum {
	EVENT_PAPER_LETTER,
	EVENT_PAPER_A4,
} EventPaperSize;

/* What may stand on printed tickets beside name and code. Nothing, unless the organizers say so. */
typedef struct {
	gboolean title;      /* the event's */
	gboolean sessions;   /* what the holder is booked for, with times and places */
	gboolean delegation; /* its name */
	EventPaperSize size;
} EventPaper;

typedef struct EventIndex EventIndex; /* event/event.c's own: by number, by code */

typedef struct Event {
	gatomicrefcount references;
	guint8 id[EVENT_ID_BYTES];
	guint8 salt[SALT_BYTES];
	gint64 history;
	gint64 edition; /* raised by each load of a definition, and when the signing key changes */
	guint16 key_no; /* of the key that signs new tickets (schema/vault.h) */
	gint64 group_version; /* raised by each change of a delegation */
	char *slug;
	char *zone;
	GTimeZone *time_zone;
	json_t *title, *text; /* text: {key: {lang: text}} */
	char *contact;
	gint64 starts, ends;
	gint64 opens, closes; /* registration */
	int logistics_days, identity_days;
	EventPaper paper;
	int reminder_days; /* so many days before the start who has a place is reminded; 0: never */
	int offer_hours;   /* how long a place that got free is held for who waited for it */
	GPtrArray *regions, *sessions, *checkpoints, *options, *delegations, *questions, *links,
	        *partners;
	/* Those that the event's pages and letters are open in, the first its own: what the definition
	 * says, else those that the title is given in. */
	char **languages;
	gboolean languages_said; /* by the definition */
	char *regions_from;      /* "california-2020" when the regions are that list, else NULL */
	gboolean moved;          /* definition_parse() moved it to another date */
	EventIndex *index;
} Event;

/* An empty event, and one of each of its parts (EventRegion …) with nothing given (no capacity, no time, empty
 * lists). For who fills one: the definition's parser, and tests. */
Event *event_new(void);
gpointer event_region_new(void);
gpointer event_stop_new(void);
gpointer event_session_new(void);
gpointer event_checkpoint_new(void);
gpointer event_choice_new(void);
gpointer event_option_new(void);
gpointer event_delegation_new(void);
gpointer event_question_new(void);
gpointer event_link_new(void);
gpointer event_partner_new(void);
/* Makes the look-ups below true to the lists; after the last change of a number or code. */
void event_index(Event *event);

/* A fresh ticket of @event, to be signed by its newest key. */
void event_ticket_new(
        const Event *event, VaultEvent *keys, TicketClass class, gint64 now, TicketIdentity *ret);

Event *event_ref(Event *event);
void event_unref(Event *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_unref)

/* @texts in @lang, else in the event's own language, else in any; "" when there is none. */
const char *event_text(const Event *event, const json_t *texts, const char *lang);
/* The language that event_text() answers in, lent; NULL when there is none. */
const char *event_text_lang(const Event *event, const json_t *texts, const char *lang);

const EventRegion *event_region(const Event *event, guint16 no);
const EventRegion *event_region_by_code(const Event *event, const char *code);
const EventRegion *event_region_of_county(const Event *event, const char *county); /* case folded */
const EventSession *event_session(const Event *event, guint16 no);
const EventSession *event_session_by_code(const Event *event, const char *code);
/* Is it the way back of another one? */
gboolean event_is_return(const Event *event, guint16 session_no);
const EventStop *event_stop(const EventSession *session, guint16 no);
const EventOption *event_option(const Event *event, guint16 no);
const EventOption *event_option_by_code(const Event *event, const char *code);
/* What any option leaves to choose, one after another. */
typedef void (*EventEachChoice)(const Event *event, const EventChoice *choice, gpointer data);
void event_each_choice(const Event *event, EventEachChoice each, gpointer data);
const EventDelegation *event_delegation(const Event *event, guint16 no);
/* In any case; of one that was merged, the one that it is now. It may be closed. */
const EventDelegation *event_delegation_by_code(const Event *event, const char *code);
const EventCheckpoint *event_checkpoint(const Event *event, guint16 no);
/* The first that the definition gives to a session; NULL when it has none. */
const EventCheckpoint *event_first_checkpoint(const Event *event, guint16 session_no);
/* When an option is open: its own times, where it has them, take the place of the registration's. From
 * opens on, until just before closes. */
gint64 event_option_opens(const Event *event, const EventOption *option);
gint64 event_option_closes(const Event *event, const EventOption *option);
gboolean event_option_open(const Event *event, const EventOption *option, gint64 now);

/* Does any option cost something? */
gboolean event_has_fees(const Event *event);
/* Whose the region is; NULL: nobody is named, so nothing is shared. */
const EventPartner *event_partner(const Event *event, guint16 region_no);
const EventQuestion *event_question_by_code(const Event *event, const char *code);
/* May @reader ("captain" …) see what people answer? */
gboolean event_question_seen_by(const EventQuestion *question, const char *reader);

/* Reads an event from its rows. ABSENT when there is none of that slug or id. Not cheap: pages use
 * the shelf. */
Event *event_read(Db *db, const char *slug, GError **error);
Event *event_read_by_id(Db *db, const guint8 id[EVENT_ID_BYTES], GError **error);

/* All events of a process, read once. Looks for new editions at most once a second of @now, by one
 * query, in one of the threads that ask; so a request costs a read lock and no query. An
 * event that was stored is seen within the second, and at once after event_shelf_forget().
 * Thread-safe. */
typedef struct EventShelf EventShelf;
EventShelf *event_shelf_new(void);
void event_shelf_free(EventShelf *shelf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventShelf, event_shelf_free)
/* A reference of the caller's own, or NULL with @error (ABSENT; BROKEN for one that can't be read,
 * which stops no other). One that is not on the shelf is asked for. @db is inside a transaction. */
Event *event_shelf_take(EventShelf *shelf, Db *db, const char *slug, gint64 now, GError **error);
Event *event_shelf_take_by_id(
        EventShelf *shelf, Db *db, const guint8 id[EVENT_ID_BYTES], gint64 now, GError **error);
/* All of them, by start; of Event, owned. */
GPtrArray *event_shelf_list(EventShelf *shelf, Db *db, gint64 now, GError **error);
/* The next that takes looks again, whatever the time. For who has just stored an event. */
void event_shelf_forget(EventShelf *shelf);
/* How often the database was asked for editions (tests, /metrics). */
guint64 event_shelf_looks(EventShelf *shelf);
