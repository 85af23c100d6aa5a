/*
 * Who was deleted, and stands in a list that is brought again: they must not come back without a word.
 *
 * When somebody is deleted (or hidden by a hold), keyed hashes stay of what a list could know them by: their name with their e-mail
 * address, with their telephone number and with their group; of who had none of these their name with their region; their
 * address; and the row by which a list or a captain had entered them. Nothing can be read from a hash, and nobody
 * without the event's secret can try names against them; with the people's becoming counts the rows go and that secret is replaced.
 * Restoring an older backup keeps them (the list beside the keys).
 *
 * Lists ask: `turnout schema import` and a captain's names and files. Forms don't: who registers themselves has agreed anew,
 * and so has who stands at the desk.
 *
 * An address that somebody active has as well (a family's, an organisation's) tells nobody by itself.
 */
#pragma once

#include "schema/person.h"
#include "schema/registration.h"

/* What @person is known by; how many there are. The group is 0 for who has none. */
guint forgotten_known_as(VaultEvent *keys, const Person *person, guint16 delegation_no,
        guint16 region_no, guint8 ret[KNOWN_AS_MAX][KNOWN_AS_BYTES]);

/* In the work that deletes, while they are there still: keeps what @attendee is known by. */
gboolean
forgotten_note(Db *db, const Event *event, VaultEvent *keys, gint64 attendee, GError **error);

/* All that is kept of the event's, a set of GBytes; mostly empty. After the event's row was locked by a change, in a work. */
GHashTable *forgotten_read(Db *db, const Event *event, GError **error);
/* Whether the first of @asked (IntakeAsked.from_list) is one of them. FALSE too for a row that is registered now.
 * @within_group: a captain asks, who isn't to learn of anybody outside their group: only the group and the row tell. */
gboolean forgotten_is(Db *db, const Event *event, VaultEvent *keys, GHashTable *forgotten,
        const Registration *asked, gboolean within_group, gboolean *ret_is, GError **error);
