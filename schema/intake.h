/*
 * From what was typed to a Registration: the same rules for the web form and for a roster
 * (interface.md, "Form fields").
 *
 * Reads fields by name through a function of the caller's, so that no list of them has to be made.
 * Everything costly is done here (sealing, hashing, drawing the ticket), no row is touched: the
 * Registration is ready for registration_take_place().
 *
 * Fields of the registration: contact, email, phone, region, county, zip, assembly_district,
 * senate_district, delegation, keep_informed, share_regional.
 * Fields of a person, with _2, _3 … for further attendees: name, age_band, guardian, option,
 * session_{group}, stop, interpretation, photo, meal, access (repeated), access_text, childcare,
 * first_time, emergency_name, emergency_phone, question_{code} (repeated for "choices").
 * A further person without a name is ignored. Their option, sessions and stop, when not given, are the
 * first person's; the session or stop INTAKE_NONE is given, and is none. They have to answer no required
 * question.
 *
 * Whether the option that was given is open, and whether there is room, is told by
 * registration_take_place(), after it has looked for a repeat: who asks again for what they have
 * gets it, though the option closed meanwhile.
 *
 * What the chosen option has no use for is ignored; a stop that there isn't is a fault all the same. A
 * delegation, else a county, sets the region. What has one choice is preset: the one region, the one
 * open option, the one way to choose sessions, the one stop. "" is the same as absent everywhere.
 */
#pragma once

#include "schema/registration.h"

/* The @nth value (from 0) of field @name, NULL when there is none. Lent until intake_take() is
 * done. */
typedef const char *(*IntakeGet)(gpointer data, const char *name, guint nth);

typedef struct {
	const Event *event;
	VaultEvent *keys;
	IntakeGet get;
	gpointer data;
	const char *lang;         /* of the page, or of the roster's row */
	const guint8 *submission; /* SUBMISSION_BYTES */
	gint64 first_id; /* the registration's id; its attendees have this and the next ones */
	gint64 now;
	/* The highest number that a further person's name bears ("name_3": 3), where the caller has seen
	 * what came: then those after it aren't looked for. 0: it has not. */
	guint last_person;
	gboolean walk_in;
	gboolean
	        check_only; /* no ticket is drawn and nothing is sealed: to see faults and content_hash */
	gboolean
	        by_staff; /* "captain" = yes is read only then: nobody makes themselves a captain */
	gboolean from_list; /* what the first one is known by is told (schema/forgotten.h) */
} IntakeAsked;

/* What is wrong with one field. @least and @most are the numbers that a message may want. */
typedef enum {
	INTAKE_MISSING,  /* has to be there */
	INTAKE_TOO_LONG, /* more than @most characters */
	INTAKE_NOT_TEXT, /* not UTF-8 */
	INTAKE_NOT_EMAIL,
	INTAKE_NOT_PHONE,     /* fewer than @least or more than @most digits, or other characters */
	INTAKE_NOT_NUMBER,    /* from @least to @most; without bounds when both are 0 */
	INTAKE_NOT_ZIP,       /* five digits, or five and four */
	INTAKE_UNKNOWN,       /* none of the choices; a code that does not exist */
	INTAKE_OPTION_CLOSED, /* none was given and none is open now */
	INTAKE_CHOOSE_AT_LEAST,  /* @least of the group */
	INTAKE_CHOOSE_AT_MOST,   /* @most of the group */
	INTAKE_STOP_MISSING,     /* a chosen session has stops and none was chosen */
	INTAKE_GUARDIAN_MISSING, /* a minor needs a responsible adult */
	INTAKE_NO_PAPER,         /* permission on paper is for 16–17 only */
	INTAKE_TOO_MANY,         /* more than @most attendees, or answers to one field */
#define INTAKE_CODES 15
} IntakeCode;

typedef struct {
	char field[64]; /* as it was asked for, with its _2 */
	IntakeCode code;
	gint64 least, most;
} IntakeFault;

/* In English, for the roster: "is missing", "has more than 200 characters". Owned by the caller. */
char *intake_fault_text(const IntakeFault *fault);

/* Gives the Registration, or NULL: then @faults (of IntakeFault) holds what is wrong, in the order
 * of the form, one fault a field at most; or @error is set when the event's keys are gone
 * (ABSENT). */
GArray *intake_faults_new(void);
Registration *intake_take(const IntakeAsked *asked, GArray *faults, GError **error);

/* ---- who is registered already, by the same rules: the field names are the first person's ---- */

/* Reads the fields of one person (name to question_…) into @person, a new one, and their age band. @companion: no
 * required question has to be answered. FALSE with @faults. @delegation_no: whose chaperone may answer for a minor. */
gboolean intake_take_person(const IntakeAsked *asked, gboolean companion, guint16 delegation_no,
        Person *person, AgeBand *ret_band, GArray *faults);
/* Reads how to reach them and, unless @delegation_no sets it, where they come from into @person, a new one; @ret is a new
 * Registration's has_email, has_phone and email_hash, with the consents in @ret_consents. FALSE with @faults. */
gboolean intake_take_contact(const IntakeAsked *asked, guint16 delegation_no, Person *person,
        Registration *ret, guint16 *ret_region_no, guint8 *ret_consents, GArray *faults);
/* Reads option, sessions and stop into @ret. FALSE with @faults. */
gboolean intake_take_choice(const IntakeAsked *asked, Place *ret, GArray *faults);

/* The session of the group "session_…" @field that the stop @typed, SESSION/NO, is of: who says the stop
 * has said the bus. NULL when there is no such stop, or the group doesn't have its session. Lent. */
const EventSession *
intake_session_of_stop(const Event *event, const char *field, const char *typed);

/* Bounds, for maxlength and tests; characters. */
#define NAME_MAX_CHARACTERS   200
#define NOTE_MAX_CHARACTERS   500 /* access_text and the like */
#define ANSWER_MAX_CHARACTERS 1000
#define COUNTY_MAX_CHARACTERS 100
#define PHONE_DIGITS_MIN      7
#define PHONE_DIGITS_MAX      15
#define CHILDREN_MAX          9
#define ANSWER_NUMBER_MAX     1000000000
#define ASSEMBLY_DISTRICTS    80
#define SENATE_DISTRICTS      40

/* The codes of fixed choices, each ended by NULL; a page shows them by its catalogue. */
extern const char *const intake_contacts[];        /* email, phone, captain, none */
extern const char *const intake_age_bands[];       /* adult, 16-17, under-16: by AgeBand */
extern const char *const intake_photos[];          /* no, yes, ask */
extern const char *const intake_interpretations[]; /* language codes and "asl" */
extern const char *const intake_meals[];
extern const char *const intake_access[];

/* A group's answer that chooses nothing, where silence would mean the first person's choice. */
#define INTAKE_NONE "none"

/* guardian: a minor's responsible adult. A name, the number of an adult's fields on the same form ("1"),
 * or one of these words. When absent: the first adult of the form, else the delegation's
 * chaperone. */
#define GUARDIAN_DELEGATION "delegation"
#define GUARDIAN_PAPER      "paper"
