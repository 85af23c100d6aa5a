/*
 * What is known of a person, by retention class, as it is sealed. Strings are owned by the Person
 * and wiped when it is freed.
 */
#pragma once

#include "schema/vault.h"

typedef struct {
	/* identity */
	char *name, *email, *phone;
	char *zip, *assembly_district, *senate_district, *county;
	/* logistics */
	char *interpretation, *meal, *access_text, *childcare, *guardian_note;
	char **access;    /* NULL-terminated codes, nullable */
	char *photo;      /* no, yes, ask */
	char *first_time; /* yes, no; nullable */
	char *contact;    /* email, phone, captain, none */
	/* Answers to the event's own questions, by class, since each has its days to be kept:
	 * [code, answer, code, answer, …, NULL], nullable. */
	char **answers[SEALED_CLASSES];
	/* emergency */
	char *emergency_name, *emergency_phone;
} Person;

Person *person_new(void);
void person_free(Person *person); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)

/* Seals what @person has of @class for the attendee @owner; NULL when there is nothing (or when the
 * class's key was destroyed: vault_seal()). */
GBytes *person_seal(const Person *person, VaultEvent *keys, SealedClass class, gint64 owner);
/* Adds what @value holds to @person; members that a later release wrote are left out. */
gboolean person_unseal(Person *person, VaultEvent *keys, SealedClass class, gint64 owner,
        gconstpointer value, gsize length, GError **error);

/* What the door needs of the logistics, without making a Person of them for each guest. */
typedef struct {
	gboolean photo_allowed; /* an answer that isn't "no" was given */
	gboolean headset;       /* interpretation that is heard: sign language is seen */
} PersonWishes;
/* FALSE, with nothing set, when @value can't be opened. */
gboolean person_unseal_wishes(
        VaultEvent *keys, gint64 owner, gconstpointer value, gsize length, PersonWishes *ret);
