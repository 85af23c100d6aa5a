#include "schema/person.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "schema/text.h"

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

/* ---- as JSON ---- */

static gsize
list_length(char **list)
{
	gsize length = 0;
	for (guint i = 0; list != NULL && list[i] != NULL; i++)
		length += strlen(list[i]);
	return length;
}

/* Room for all of it, so that the text never moves and leaves a copy behind. */
static GString *
object_new(const Person *person, SealedClass class)
{
	gsize length = list_length(person->access) + list_length(person->answers[class]);
	guint texts = (person->access != NULL ? g_strv_length(person->access) : 0) +
	        (person->answers[class] != NULL ? g_strv_length(person->answers[class]) : 0);
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *text = *member_of(person, i);
		if (members[i].class == class && text != NULL)
			length += strlen(text);
	}
	/* a character that is escaped takes six; names, quotes, commas, brackets */
	return g_string_append_c(
	        g_string_sized_new(6 * length + 4 * texts + G_N_ELEMENTS(members) * 32), '{');
}

static void
append_access(GString *object, char **access)
{
	if (access == NULL || access[0] == NULL)
		return;
	text_append_member_json(object, "access", "");
	for (guint i = 0; access[i] != NULL; i++) {
		g_string_append_c(object, i == 0 ? '[' : ',');
		text_append_json(object, access[i]);
	}
	g_string_append_c(object, ']');
}

static void
append_answers(GString *object, char **answers)
{
	if (answers == NULL || answers[0] == NULL)
		return;
	text_append_member_json(object, "answers", "{");
	for (guint i = 0; answers[i] != NULL && answers[i + 1] != NULL; i += 2)
		text_append_member(object, answers[i], answers[i + 1]);
	g_string_append_c(object, '}');
}

GBytes *
person_seal(const Person *person, VaultEvent *keys, SealedClass class, gint64 owner)
{
	GString *object = object_new(person, class);
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *text = *member_of(person, i);
		if (members[i].class == class && text != NULL && *text != '\0')
			text_append_member(object, members[i].name, text);
	}
	if (class == SEALED_LOGISTICS)
		append_access(object, person->access);
	append_answers(object, person->answers[class]);
	GBytes *sealed = NULL;
	if (object->len > strlen("{")) {
		g_string_append_c(object, '}');
		sealed = vault_seal(keys, class, owner, object->str);
	}
	explicit_bzero(object->str, object->len);
	g_string_free(object, TRUE);
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
