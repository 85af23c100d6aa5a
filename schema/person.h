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
	char **access;      /* NULL-terminated codes, nullable */
	char *photo;        /* no, yes, ask */
	char *first_time;   /* yes, no; nullable */
	char *contact;      /* email, phone, captain, none */
	/* answers to the event's own questions, by code: [code, answer, code, answer, …, NULL] */
	char **answers;
	/* emergency */
	char *emergency_name, *emergency_phone;
} Person;

void person_free(Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)

/* Seals what @person has of @class for the attendee @owner; NULL when there is nothing. */
GBytes *person_seal(const Person *person, VaultEvent *keys, SealedClass class, gint64 owner);
/* Adds what @value holds to @person. */
gboolean person_unseal(Person *person, VaultEvent *keys, SealedClass class, gint64 owner,
	gconstpointer value, gsize length, GError **error);
