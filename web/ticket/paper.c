#include "web/ticket_paper.h"

#include "checkin/qr.h"
#include "checkin/ticket.h"

typedef struct {
	char *name;
	char text[T1_TEXT_LENGTH + 1];
	char typed[TYPED_CODE_SHOWN_LENGTH + 1];
	gboolean waitlisted;
	guint16 delegation_no;
	gboolean
	        asks; /* a group's captain, who hasn't said yes yet: so where it meets isn't told */
	char *lang;   /* their own, in a packet of many; nullable */
	GArray *sessions; /* of ChosenSession */
} Holder;

struct TicketPaper {
	Event *event;
	const Locale *locale;
	char *lang; /* that they registered in */
	GPtrArray *holders;
	PaperLayout layout;
	PdfSize size;
	gint64 now;
	EventPaper shown; /* the event's, or nothing */
	char *group;      /* of a packet: before the tickets comes its cover; nullable */
	gboolean packet;
};

static void
holder_free(gpointer data)
{
	Holder *holder = data;
	g_free(holder->name);
	g_free(holder->lang);
	g_array_unref(holder->sessions);
	g_free(holder);
}

/* ---- what is printed ---- */

static Holder *
holder_new(const TicketPaper *paper, VaultEvent *keys, const Attendee *attendee, guint n)
{
	Holder *holder = g_new0(Holder, 1);
	g_autofree char *number = g_strdup_printf("%u", n);
	holder->name = attendee->person != NULL && attendee->person->name != NULL
	        ? g_strdup(attendee->person->name)
	        : locale_format(paper->locale, "ticket_unnamed", "number", number, NULL);
	ticket_text(paper->event, keys, &attendee->ticket, holder->text);
	typed_code_show(attendee->ticket.typed_code, holder->typed);
	holder->waitlisted = attendee->option_waitlisted;
	holder->delegation_no = attendee->delegation_no;
	holder->asks = attendee->asked_no != 0;
	holder->sessions = attendee_sessions(paper->event, attendee);
	return holder;
}

static TicketPaper *
paper_begin(const Event *event, const Locale *locale, const RegistrationPage *page, gint64 now)
{
	TicketPaper *paper = g_new0(TicketPaper, 1);
	paper->event = event_ref((Event *)event);
	paper->locale = locale;
	paper->lang = g_strdup(page->lang);
	paper->holders = g_ptr_array_new_with_free_func(holder_free);
	paper->layout = PAPER_PAGES;
	paper->size = event->paper.size == EVENT_PAPER_A4 ? PDF_A4 : PDF_LETTER;
	paper->now = now;
	return paper;
}

TicketPaper *
ticket_paper_new(const Event *event, VaultEvent *keys, const Locale *locale,
        const RegistrationPage *page, const Attendee *only, gint64 now)
{
	g_autoptr(TicketPaper) paper = paper_begin(event, locale, page, now);
	paper->shown = event->paper;
	for (guint i = 0; i < page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(page->attendees, i);
		if (!attendee->cancelled && (only == NULL || only == attendee))
			g_ptr_array_add(paper->holders, holder_new(paper, keys, attendee, i + 1));
	}
	return paper->holders->len > 0 ? g_steal_pointer(&paper) : NULL;
}

TicketPaper *
ticket_paper_new_neutral(const Event *event, VaultEvent *keys, const Locale *locale,
        const RegistrationPage *page, gint64 now)
{
	g_autoptr(TicketPaper) paper = paper_begin(event, locale, page, now);
	for (guint i = 0; i < page->attendees->len; i++) {
		const Attendee *attendee = g_ptr_array_index(page->attendees, i);
		if (attendee->cancelled || attendee->option_waitlisted)
			continue;
		Holder *holder = holder_new(paper, keys, attendee, paper->holders->len + 1);
		g_autofree char *number = locale_number(locale, paper->holders->len + 1);
		g_free(holder->name);
		holder->name = locale_format(locale, "ticket_unnamed", "number", number, NULL);
		g_ptr_array_add(paper->holders, holder);
	}
	return paper->holders->len > 0 ? g_steal_pointer(&paper) : NULL;
}

TicketPaper *
ticket_paper_new_packet(const Event *event, const Locale *locale, const char *group, gint64 now)
{
	const RegistrationPage nobody = { .lang = (char *)locale_code(locale) };
	TicketPaper *paper = paper_begin(event, locale, &nobody, now);

	paper->shown = event->paper;
	paper->group = g_strdup(group);
	paper->packet = TRUE;
	return paper;
}

void
ticket_paper_add(TicketPaper *paper, VaultEvent *keys, const Attendee *attendee, const char *lang)
{
	Holder *holder = holder_new(paper, keys, attendee, paper->holders->len + 1);

	holder->lang = g_strdup(lang);
	g_ptr_array_add(paper->holders, holder);
}

void
ticket_paper_free(TicketPaper *paper)
{
	if (paper == NULL)
		return;
	g_ptr_array_unref(paper->holders);
	event_unref(paper->event);
	g_free(paper->lang);
	g_free(paper->group);
	g_free(paper);
}

void
ticket_paper_lay_out(TicketPaper *paper, PaperLayout layout, PdfSize size)
{
	paper->layout = layout;
	paper->size = size;
}

/* ---- the pages ---- */

static const char *
told(const TicketPaper *paper, const json_t *texts)
{
	return event_text(paper->event, texts, locale_code(paper->locale));
}

/* A bus is met at its stop, at the stop's time; anything else from its start to its end. The line owns "when". */
static PaperLine
line_of(const TicketPaper *paper, const Holder *holder, const ChosenSession *chosen)
{
	const Locale *locale = paper->locale;
	const EventSession *session = event_session(paper->event, chosen->session_no);
	const EventStop *stop = event_stop(session, chosen->stop_no);
	gint64 from = stop != NULL ? stop->departs : session->starts;
	g_autofree char *date = locale_long_date(locale, paper->event, from);
	g_autofree char *time = stop != NULL
	        ? locale_time(locale, paper->event, from)
	        : locale_time_range(locale, paper->event, from, session->ends);
	return (PaperLine){ .what = told(paper, session->title),
		.when = g_strconcat(date, " · ", time, NULL),
		.where = holder->asks ? NULL
		                      : told(paper, stop != NULL ? stop->place : session->place) };
}

static GArray *
lines_of(const TicketPaper *paper, const Holder *holder)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(PaperLine));
	for (guint i = 0; paper->shown.sessions && i < holder->sessions->len; i++) {
		PaperLine line =
		        line_of(paper, holder, &g_array_index(holder->sessions, ChosenSession, i));
		g_array_append_val(lines, line);
	}
	return lines;
}

static gboolean
add_ticket(Paper *pages, const TicketPaper *paper, const Holder *holder, GError **error)
{
	guint side = 0;
	g_autoptr(GBytes) modules = qr_modules(holder->text, &side, error);
	if (modules == NULL)
		return FALSE;
	const EventDelegation *delegation = paper->shown.delegation
	        ? event_delegation(paper->event, holder->delegation_no)
	        : NULL;
	g_autoptr(GArray) lines = lines_of(paper, holder);
	const PaperTicket ticket = {
		.name = holder->name,
		.lang = holder->lang != NULL ? holder->lang : paper->lang,
		.group = delegation != NULL ? delegation->name : NULL,
		.note = holder->waitlisted ? locale_text(paper->locale, "ticket_waitlisted") : NULL,
		.typed = holder->typed,
		.code = { g_bytes_get_data(modules, NULL), side },
		.lines = (const PaperLine *)(gpointer)lines->data,
		.lines_n = lines->len,
	};
	paper_add(pages, &ticket);
	for (guint i = 0; i < lines->len; i++)
		g_free((char *)g_array_index(lines, PaperLine, i).when);
	return TRUE;
}

/* Whose tickets they are, to be ticked off as they are handed out. */
static void
add_cover(Paper *pages, const TicketPaper *paper)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *count =
	        locale_plural(paper->locale, "captain_paper_count", paper->holders->len, NULL);

	for (guint i = 0; i < paper->holders->len; i++)
		g_ptr_array_add(names, ((Holder *)g_ptr_array_index(paper->holders, i))->name);
	const PaperCover cover = { .title = locale_text(paper->locale, "captain_paper_title"),
		.group = paper->shown.delegation ? paper->group : NULL,
		.count = count,
		.note = locale_text(paper->locale, "captain_paper_note"),
		.names = (const char *const *)names->pdata,
		.names_n = names->len };
	paper_cover(pages, &cover);
}

GBytes *
ticket_paper_pdf(const TicketPaper *paper, GError **error)
{
	const Locale *locale = paper->locale;
	g_autoptr(GString) out = g_string_new(NULL);
	const PaperWords words = { .lang = locale_code(locale),
		.right_to_left = locale_right_to_left(locale),
		.title = locale_text(locale, "paper_title"),
		.heading = paper->shown.title ? told(paper, paper->event->title) : NULL,
		.typed = locale_text(locale, "ticket_typed"),
		.show = locale_text(locale, "ticket_day_show"),
		.help = locale_text(locale, "ticket_day_help") };
	g_autoptr(Paper) pages = paper_new(paper->layout, paper->size, &words, paper->now, out);
	if (paper->packet)
		add_cover(pages, paper);
	for (guint i = 0; i < paper->holders->len; i++)
		if (!add_ticket(pages, paper, g_ptr_array_index(paper->holders, i), error))
			return NULL;
	if (!paper_end(pages, error))
		return NULL;
	g_clear_pointer(&pages, paper_free); /* it writes no more */
	return g_string_free_to_bytes(g_steal_pointer(&out));
}

/* ---- as an answer ---- */

typedef struct {
	TicketPaper *paper;
	GBytes *pdf;
	GError *error;
} Made;

static void
made_free(gpointer data)
{
	Made *made = data;
	ticket_paper_free(made->paper);
	g_clear_pointer(&made->pdf, g_bytes_unref);
	g_clear_error(&made->error);
	g_free(made);
}

static void
make(gpointer data)
{
	Made *made = data;
	made->pdf = ticket_paper_pdf(made->paper, &made->error);
}

static Reply *
send_made(Request *request, gpointer data, const GError *error)
{
	Made *made = data;
	if (error != NULL)
		return reply_error(request, g_error_copy(error));
	if (made->pdf == NULL)
		return reply_error(request, g_steal_pointer(&made->error));
	Reply *reply = reply_bytes(request, 200, "application/pdf", g_steal_pointer(&made->pdf));
	/* whoever sees the list of downloads learns nothing */
	reply_header(reply, "Content-Disposition", "inline; filename=\"ticket.pdf\"");
	return reply;
}

Reply *
ticket_paper_send(Request *request, TicketPaper *paper)
{
	const char *layout = fields_get(request_query(request), "layout");
	const char *size = fields_get(request_query(request), "size");
	if ((layout != NULL && !paper_layout_parse(layout, &paper->layout)) ||
	        (size != NULL && !paper_size_parse(size, &paper->size))) {
		ticket_paper_free(paper);
		return reply_status(request, 404);
	}
	Made *made = g_new0(Made, 1);
	made->paper = paper;
	return reply_slow(request, FALSE, make, send_made, made, made_free);
}

Reply *
ticket_paper_reply(Request *request, const Event *event, VaultEvent *keys,
        const RegistrationPage *page, const Attendee *only)
{
	g_autoptr(TicketPaper) paper = ticket_paper_new(
	        event, keys, request_locale(request), page, only, request_now(request));
	return paper != NULL ? ticket_paper_send(request, g_steal_pointer(&paper))
	                     : reply_status(request, 404);
}
