#include "schema/person.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* The text members: their name in the sealed JSON, and what class they are of. */
static const struct {
	const char *name;
	SealedClass class;
	gsize offset;
} members[] = {
	{ "name", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, name) },
	{ "email", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, email) },
	{ "phone", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, phone) },
	{ "zip", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, zip) },
	{ "assembly_district", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, assembly_district) },
	{ "senate_district", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, senate_district) },
	{ "county", SEALED_IDENTITY, G_STRUCT_OFFSET(Person, county) },
	{ "interpretation", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, interpretation) },
	{ "meal", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, meal) },
	{ "access_text", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, access_text) },
	{ "childcare", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, childcare) },
	{ "guardian", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, guardian_note) },
	{ "photo", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, photo) },
	{ "first_time", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, first_time) },
	{ "contact", SEALED_LOGISTICS, G_STRUCT_OFFSET(Person, contact) },
	{ "emergency_name", SEALED_EMERGENCY, G_STRUCT_OFFSET(Person, emergency_name) },
	{ "emergency_phone", SEALED_EMERGENCY, G_STRUCT_OFFSET(Person, emergency_phone) },
};

static void
wipe_and_free(void *memory)
{
	if (memory != NULL)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* Names pass through JSON on their way to the vault and back: what jansson frees is wiped, in the
 * whole program, before anything can have been allocated otherwise. */
__attribute__((constructor)) static void
json_wipes(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

static char **
member_of(const Person *person, guint i)
{
	return (char **)((char *)person + members[i].offset);
}

static void
text_wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	g_free(text);
}

static void
list_wipe(char **list)
{
	for (guint i = 0; list != NULL && list[i] != NULL; i++)
		text_wipe(list[i]);
	g_free(list);
}

Person *
person_new(void)
{
	return g_new0(Person, 1);
}

void
person_free(Person *person)
{
	if (person == NULL)
		return;
	for (guint i = 0; i < G_N_ELEMENTS(members); i++)
		text_wipe(*member_of(person, i));
	list_wipe(person->access);
	for (int class = 0; class < SEALED_CLASSES; class ++)
		list_wipe(person->answers[class]);
	g_free(person);
}

static json_t *
access_to_json(const Person *person)
{
	if (person->access == NULL || person->access[0] == NULL)
		return NULL;
	json_t *codes = json_array();
	for (guint i = 0; person->access[i] != NULL; i++)
		json_array_append_new(codes, json_string(person->access[i]));
	return codes;
}

static json_t *
answers_to_json(char **answers)
{
	if (answers == NULL || answers[0] == NULL)
		return NULL;
	json_t *object = json_object();
	for (guint i = 0; answers[i] != NULL && answers[i + 1] != NULL; i += 2)
		json_object_set_new(object, answers[i], json_string(answers[i + 1]));
	return object;
}

GBytes *
person_seal(const Person *person, VaultEvent *keys, SealedClass class, gint64 owner)
{
	json_t *object = json_object();
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *text = *member_of(person, i);
		if (members[i].class == class && text != NULL && *text != '\0')
			json_object_set_new_nocheck(object, members[i].name, json_string(text));
	}
	json_t *access = class == SEALED_LOGISTICS ? access_to_json(person) : NULL;
	if (access != NULL)
		json_object_set_new_nocheck(object, "access", access);
	json_t *answers = answers_to_json(person->answers[class]);
	if (answers != NULL)
		json_object_set_new_nocheck(object, "answers", answers);
	GBytes *sealed = NULL;
	if (json_object_size(object) > 0) {
		char *text = json_dumps(object, JSON_COMPACT);
		sealed = vault_seal(keys, class, owner, text);
		wipe_and_free(text);
	}
	json_decref(object);
	return sealed;
}

static void
access_from_json(Person *person, const json_t *codes)
{
	gsize i, n = 0;
	json_t *code;
	if (!json_is_array(codes))
		return;
	list_wipe(person->access);
	person->access = g_new0(char *, json_array_size(codes) + 1);
	json_array_foreach (codes, i, code)
		if (json_is_string(code))
			person->access[n++] = g_strdup(json_string_value(code));
}

static void
answers_from_json(Person *person, SealedClass class, json_t *object)
{
	const char *code;
	json_t *answer;
	gsize n = 0;
	if (!json_is_object(object))
		return;
	list_wipe(person->answers[class]);
	char **answers = g_new0(char *, 2 * json_object_size(object) + 1);
	json_object_foreach (object, code, answer) {
		if (!json_is_string(answer))
			continue;
		answers[n++] = g_strdup(code);
		answers[n++] = g_strdup(json_string_value(answer));
	}
	person->answers[class] = answers;
}

static json_t *
unseal_object(VaultEvent *keys, SealedClass class, gint64 owner, gconstpointer value, gsize length,
        GError **error)
{
	char *text = vault_unseal(keys, class, owner, value, length, error);
	if (text == NULL)
		return NULL;
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	sealed_text_free(text);
	if (json_is_object(object))
		return object;
	json_decref(object);
	g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG,
	        "a sealed value of class %s holds no JSON object", sealed_class_name(class));
	return NULL;
}

gboolean
person_unseal(Person *person, VaultEvent *keys, SealedClass class, gint64 owner,
        gconstpointer value, gsize length, GError **error)
{
	json_t *object = unseal_object(keys, class, owner, value, length, error);
	if (object == NULL)
		return FALSE;
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		if (members[i].class != class)
			continue;
		const char *member = json_string_value(json_object_get(object, members[i].name));
		if (member == NULL)
			continue;
		char **slot = member_of(person, i);
		text_wipe(*slot);
		*slot = g_strdup(member);
	}
	if (class == SEALED_LOGISTICS)
		access_from_json(person, json_object_get(object, "access"));
	answers_from_json(person, class, json_object_get(object, "answers"));
	json_decref(object);
	return TRUE;
}

gboolean
person_unseal_wishes(
        VaultEvent *keys, gint64 owner, gconstpointer value, gsize length, PersonWishes *ret)
{
	json_t *object = unseal_object(keys, SEALED_LOGISTICS, owner, value, length, NULL);
	if (object == NULL)
		return FALSE;
	const char *photo = json_string_value(json_object_get(object, "photo"));
	const char *spoken = json_string_value(json_object_get(object, "interpretation"));
	ret->photo_allowed = photo != NULL && strcmp(photo, "no") != 0;
	ret->headset = spoken != NULL && *spoken != '\0' && strcmp(spoken, "asl") != 0;
	json_decref(object);
	return TRUE;
}
