/*
 * /g/{token}: a captain's group, and no other. What its pages share: whose link it is, the fields that a captain fills in,
 * people as lines of a list, and works that are bound to group and link.
 *
 * Nothing of it is stored outside the record: a list that is being mended travels in the form.
 */
#pragma once

#include "schema/delegation.h"
#include "schema/intake.h"
#include "web/page.h"

#define CAPTAIN_ROWS_MAX 600
#define CAPTAIN_OPEN_MAX 100 /* lines that can be edited at once, so that a form has its bounds */
#define CAPTAIN_FILE_MAX (1024 * 1024)

typedef struct {
	const Locale *locale;
	const char *token; /* lent by the request */
	Event *event;
	VaultEvent *keys;
	Db *db;
	guint16 no;
	gint64 link_no, now;
	Delegation *delegation;
	GPtrArray *members; /* of Member */
	char csrf[CSRF_TEXT_LENGTH + 1];
} Captain;
/* FALSE with the answer: 404 for a link that doesn't hold. @form: of a POST, whose proof is asked for (403; a stale one leads back to the
 * page). */
gboolean captain_open(Request *request, gboolean form, Captain *ret, Reply **ret_refused);
/* The same of a form that comes back as it was typed: @ret_stale when it is too old. */
gboolean
captain_open_form(Request *request, Captain *ret, gboolean *ret_stale, Reply **ret_refused);
void captain_clear(Captain *captain);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Captain, captain_clear)

/* {page_title, title, token, csrf, contact, notice …} of any of the pages. */
json_t *captain_frame(const Captain *captain, const char *title);
/* Owned; the page of the group, and what it says: a word of captain_notice(). */
char *captain_path(const char *token, const char *done);

/* ---- acts (captain/act.c) ---- */

/* For a work that asks group and link once more. */
CaptainWork captain_work(const Captain *captain, gint64 attendee);
typedef struct {
	char *token, *done; /* of the page that comes next, when all went well */
	Event *event;
	DbWork work;
	CaptainWork captain;
} CaptainAct;
CaptainAct *captain_act_new(const Captain *captain, DbWork work, gint64 attendee, const char *done);
void captain_act_free(gpointer data);
/* Takes @act. */
Reply *captain_act_do(Request *request, CaptainAct *act);

/* ---- one of the group (captain/members.c) ---- */

/* Whom they entered, and who can't be reached but by them. */
gboolean captain_may_cancel(const Member *member);

char *captain_member_name(const Captain *captain, const Member *member); /* owned */
/* At the session (0: at any); and whether they have a place there. */
gboolean captain_is_in(const Member *member, guint16 session_no);
gboolean captain_is_expected(const Captain *captain, const Member *member, guint16 session_no);
/* {no, who, option, state, here, presence, remark, said}; here: at the session; said: the answers that a captain may see, as
 * one line. */
json_t *captain_member_json(const Captain *captain, const Member *member, guint16 session_no);

/* ---- fields (captain/fields.c) ---- */

/* The names of what can be filled in for a person, in their order: name, age_band, guardian, email, phone, option, stop,
 * session_…; ended by NULL. */
char **captain_fields(const Event *event);
/* {id, name, label, value, fault, type, has_choices, choices}; @fault is nullable. */
json_t *captain_field(const Captain *captain, const char *field, const char *id, const char *name,
        const char *value, const char *fault);
/* What most of the group have, so that it is preset; NULL when there is nothing to go by. Owned. */
char *captain_usual(const Captain *captain, const char *field);
/* Where one boards at the stop @value, SESSION/NO; NULL when there is none. Lent. */
const char *captain_stop_place(const Captain *captain, const char *value);
/* What was typed, as the code that it means, in whatever language it was written; NULL when it is none. Owned. */
char *captain_code(const Event *event, const char *field, const char *typed);
/* Words for what is wrong. Owned. */
char *captain_fault(const Locale *locale, const IntakeFault *fault);

/* ---- people as lines (captain/lines.c) ---- */

typedef struct {
	guint line;          /* of the file, or of what was typed */
	GHashTable *values;  /* field -> text */
	GArray *faults;      /* of IntakeFault */
	char *folded;        /* the name */
	const char *refused; /* key: why the record had no place for them */
	guint nth;           /* of that name in the group */
	gboolean
	        already; /* somebody of that name is in the group, and it isn't said that this is another */
	gboolean another; /* it is */
	gboolean gone;    /* they were deleted, and it isn't said that they agreed anew: left out */
	gboolean anew;    /* it is */
	gboolean twin;    /* an earlier line has the same name */
	gboolean open;    /* is shown with its fields */
} CaptainLine;
GPtrArray *captain_lines_new(void);
CaptainLine *captain_lines_add(GPtrArray *lines, guint line);
void captain_line_set(CaptainLine *line, const char *field, const char *text);
const char *captain_line_get(const CaptainLine *line, const char *field); /* NULL: nothing */
/* One name a line. FALSE: too many. */
gboolean captain_lines_of_names(GPtrArray *lines, const char *names);
/* As the form carries them along, and back again; FALSE for what we can't have made. */
char *captain_lines_json(const GPtrArray *lines);
gboolean captain_lines_parse(GPtrArray *lines, const char *text);
/* Fills in what is the same for all, and looks for what is wrong. How many lines have a fault. */
guint captain_lines_check(const Captain *captain, GPtrArray *lines, GError **error);
/* One line as a Registration, prepared to be added. NULL with @error. */
Registration *captain_line_prepare(const Captain *captain, const CaptainLine *line, gint64 first_id,
        gboolean check_only, GArray *faults, GError **error);

/* ---- a file (captain/file.c) ---- */

typedef enum {
	FILE_READ,
	FILE_EMPTY,
	FILE_WORKBOOK, /* a spreadsheet's own kind of file */
	FILE_NOT_TEXT,
	FILE_NO_NAMES, /* it names columns, and none of them is the name */
	FILE_TOO_MANY,
} CaptainFile;
typedef struct {
	gboolean guessed; /* it was neither UTF-8 nor UTF-16, and is read as Windows-1252 */
	char *unused;     /* columns that we have no use for; NULL: none */
	GArray *left; /* of guint: numbers of lines that name nobody: titles above the columns, a total */
} CaptainFileSaid;

/* UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab. @ret: zeroed, with its @left made. */
CaptainFile captain_file_read(const Event *event, const char *bytes, gsize length, GPtrArray *lines,
        CaptainFileSaid *ret);

/* ---- the packet (captain/paper.c) ---- */

Reply *captain_tickets(Request *request);
Reply *captain_names(Request *request);
