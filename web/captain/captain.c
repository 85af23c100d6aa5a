/* Whose link it is, and the frame of a captain's pages. */
#include "web/captain.h"

#include <string.h>

#include "web/page.h"

static void
proof_bytes(const Captain *captain, guint8 ret_bytes[SUBMISSION_BYTES])
{
	const gint64 id = delegation_link_id(captain->event, captain->no);

	memset(ret_bytes, 0, SUBMISSION_BYTES);
	memcpy(ret_bytes, &id, sizeof id);
	memcpy(ret_bytes + sizeof id, &captain->link_no, SUBMISSION_BYTES - sizeof id);
}

void
captain_clear(Captain *captain)
{
	g_clear_pointer(&captain->delegation, delegation_free);
	g_clear_pointer(&captain->members, g_ptr_array_unref);
	g_clear_pointer(&captain->event, event_unref);
}

static gboolean
find_event(Request *request, Captain *captain, GError **error)
{
	Vault *vault = record_vault(request_record(request));
	g_autoptr(GError) trouble = NULL;

	captain->db = request_db(request, error);
	if (captain->db == NULL)
		return FALSE;
	g_autoptr(GPtrArray) events =
	        event_shelf_list(request_shelf(request), captain->db, captain->now, error);
	if (events == NULL)
		return FALSE;
	captain->event = delegation_of_link(captain->db, vault, events, captain->token,
	        &captain->no, &captain->link_no, &trouble);
	if (captain->event == NULL) {
		if (trouble != NULL)
			g_propagate_error(error, g_steal_pointer(&trouble));
		else
			g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT,
			        "no group has this link");
		return FALSE;
	}
	Event *newer = delegations_newer(captain->db, captain->event, &trouble);
	if (trouble != NULL) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	if (newer != NULL) {
		event_unref(captain->event);
		captain->event = newer;
	}
	captain->keys = vault_event(vault, captain->event->id, error);
	return captain->keys != NULL;
}

static gboolean
find_group(Captain *captain, GError **error)
{
	g_autoptr(GPtrArray) list =
	        delegations_read(captain->db, captain->event, 0, captain->no, error);

	if (list == NULL)
		return FALSE;
	if (list->len != 1) {
		g_set_error_literal(
		        error, TURNOUT_ERROR, TURNOUT_ERROR_ABSENT, "no group has this link");
		return FALSE;
	}
	g_ptr_array_set_free_func(list, NULL);
	captain->delegation = g_ptr_array_index(list, 0);
	captain->members = delegation_members(captain->db, captain->event, captain->keys,
	        captain->no, locale_code(captain->locale), error);
	return captain->members != NULL;
}

static CsrfState
proof_of(Request *request, const Captain *captain)
{
	const char *given = fields_get(request_form(request), "csrf");
	guint8 bytes[SUBMISSION_BYTES];

	proof_bytes(captain, bytes);
	return given != NULL ? vault_csrf_check(captain->keys, bytes, given, captain->now)
	                     : CSRF_FALSE;
}

static gboolean
open_group(Request *request, Captain *ret, Reply **ret_refused)
{
	GError *error = NULL;
	guint8 bytes[SUBMISSION_BYTES];

	*ret = (Captain){ .locale = request_locale(request),
		.token = request_param(request, "token"),
		.now = request_now(request) };
	if (!find_event(request, ret, &error) || !find_group(ret, &error)) {
		*ret_refused = reply_error(request, error);
		return FALSE;
	}
	proof_bytes(ret, bytes);
	vault_csrf(ret->keys, bytes, ret->now, ret->csrf);
	return TRUE;
}

gboolean
captain_open_form(Request *request, Captain *ret, gboolean *ret_stale, Reply **ret_refused)
{
	if (!open_group(request, ret, ret_refused))
		return FALSE;
	const CsrfState state = proof_of(request, ret);
	*ret_stale = state == CSRF_STALE;
	if (state == CSRF_FALSE)
		*ret_refused = reply_status(request, 403);
	return state != CSRF_FALSE;
}

gboolean
captain_open(Request *request, gboolean form, Captain *ret, Reply **ret_refused)
{
	gboolean stale = FALSE;

	if (!form)
		return open_group(request, ret, ret_refused);
	if (!captain_open_form(request, ret, &stale, ret_refused))
		return FALSE;
	if (!stale)
		return TRUE;
	g_autofree char *path = captain_path(ret->token, "stale");
	*ret_refused = reply_see_other(request, path);
	return FALSE;
}

json_t *
captain_frame(const Captain *captain, const char *title)
{
	const Event *event = captain->event;

	/* the tab names no group: it may be seen over a shoulder */
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:b, s:n, s:n}", "page_title",
	        locale_text(captain->locale, "captain_title"), "title", title, "token",
	        captain->token, "csrf", captain->csrf, "event_title",
	        event_text(event, event->title, locale_code(captain->locale)), "contact",
	        event->contact, "has_languages", TRUE, "notice", "home");
}

char *
captain_path(const char *token, const char *done)
{
	return g_strconcat("/g/", token, done != NULL ? "?done=" : "", done, NULL);
}
