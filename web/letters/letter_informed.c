/*
 * Letters of the list of who wants to stay informed: please confirm, and you are on it already. Neutral like all: they
 * name no event and no organisation. Each leads out again by one click.
 */
#include "schema/informed.h"
#include "web/letter.h"
#include "web/letters/mail_header.h"
#include "web/templates.h"

static const Locale *
locale_of(const char *lang)
{
	const Locale *locale = locale_find(lang);

	return locale != NULL ? locale : locale_default();
}

typedef struct {
	const Locale *locale;
	const char *text, *act, *why; /* keys */
	char *url;
} Words;

static char *
text_part(const Words *words, const char *leave_url, gboolean answered)
{
	const Locale *locale = words->locale;
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s\n\n%s\n\n%s\n%s\n\n%s\n",
	        locale_text(locale, "letter_hello"), locale_text(locale, words->text),
	        locale_text(locale, words->act), words->url, locale_text(locale, words->why));
	g_string_append_printf(
	        text, "%s\n%s\n", locale_text(locale, "letter_informed_leave"), leave_url);
	if (answered)
		g_string_append_printf(text, "\n%s\n", locale_text(locale, "letter_answer"));
	return g_string_free(text, FALSE);
}

static char *
html_part(const Words *words, const Letter *letter, gboolean answered)
{
	const Locale *locale = words->locale;
	GString *html = g_string_sized_new(2048);
	json_auto_t *data = json_pack("{s:O, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "_",
	        locale_catalogue(locale), "lang", locale_code(locale), "dir",
	        locale_right_to_left(locale) ? "rtl" : "ltr", "subject", letter->subject, "text",
	        locale_text(locale, words->text), "act", locale_text(locale, words->act), "why",
	        locale_text(locale, words->why), "url", words->url, "leave_url", letter->leave_url,
	        "answered", answered);

	template_render(template_find(web_templates, "letter_informed"), data, html);
	return g_string_free(html, FALSE);
}

static Letter *
write_letter(const LetterDesk *desk, const OutboxRow *row, VaultEvent *keys, const Informed *to)
{
	const gboolean known = row->kind == OUTBOX_INFORMED_KNOWN;
	char token[LINK_TOKEN_LENGTH + 1];
	Letter *letter = g_new0(Letter, 1);
	Words words = { .locale = locale_of(to->lang),
		.text = known ? "letter_informed_known_text" : "letter_informed_text",
		.act = known ? "letter_informed_known_act" : "letter_informed_act",
		.why = known ? "letter_informed_known_why" : "letter_informed_why" };

	informed_link(keys, to->id, token);
	words.url = g_strdup_printf(
	        "%s/stay-informed/%s?lang=%s", desk->base_url, token, locale_code(words.locale));
	letter->to = g_strdup(to->email);
	letter->subject = g_strdup(locale_text(
	        words.locale, known ? "letter_informed_known_subject" : "letter_informed_subject"));
	letter->message_id = letter_message_id(keys, row->cause, desk->domain);
	letter->pictures = g_ptr_array_new();
	letter->leave_url = g_strdup_printf("%s/stay-informed/%s/leave", desk->base_url, token);
	letter->text = text_part(&words, letter->leave_url, desk->answered);
	letter->html = html_part(&words, letter, desk->answered);
	g_free(words.url);
	return letter;
}

gboolean
letter_informed_make(const LetterDesk *desk, const OutboxRow *row, Letter **ret,
        LetterOutcome *ret_outcome, GError **error)
{
	g_auto(Informed) to = { 0 };
	gboolean found = FALSE;
	VaultEvent *keys = informed_keys(desk->vault, error);

	if (keys == NULL || !informed_read(desk->db, keys, row->attendee, &to, &found, error))
		return FALSE;
	/* who has confirmed, or left, meanwhile needs no letter about it */
	gboolean wanted = found && (to.confirmed != 0) == (row->kind == OUTBOX_INFORMED_KNOWN);
	*ret_outcome = LETTER_NOBODY;
	if (!wanted || to.email == NULL || !mail_address_is_fit(to.email))
		return TRUE;
	*ret = write_letter(desk, row, keys, &to);
	*ret_outcome = LETTER_MADE;
	return TRUE;
}
