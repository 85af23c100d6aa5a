/* What is known of a person, sealed by class. */
#include <string.h>

#include "schema/person.h"

static const guint8 event[EVENT_ID_BYTES] = "an event's id..";

typedef struct {
	char *dir;
	Vault *vault;
	VaultEvent *keys;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
	f->dir = g_dir_make_tmp("turnout-person-XXXXXX", NULL);
	g_assert_true(vault_create(f->dir, NULL, NULL));
	f->vault = vault_open(f->dir, NULL, NULL);
	g_assert_true(vault_create_event(f->vault, event, 1000, NULL));
	f->keys = vault_event(f->vault, event, NULL);
	g_assert_nonnull(f->keys);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
	vault_unref(f->vault);
	char *command[] = { (char *)"rm", (char *)"-r", f->dir, NULL };
	g_assert_true(g_spawn_sync(
	        NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(f->dir);
}

static Person *
maria(void)
{
	Person *person = person_new();
	person->name = g_strdup("María \"Mari\" López\\");
	person->email = g_strdup("maria@example.org");
	person->meal = g_strdup("vegetarian");
	person->photo = g_strdup("ask");
	person->access = g_strsplit("asl,large-print", ",", 0);
	person->answers[SEALED_LOGISTICS] = g_strsplit("shirt,L,team,أزرق", ",", 0);
	return person;
}

static Person *
opened(Fixture *f, const Person *person, SealedClass class)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Person) back = person_new();
	g_autoptr(GBytes) value = person_seal(person, f->keys, class, 7);
	g_assert_nonnull(value);
	gsize length;
	gconstpointer bytes = g_bytes_get_data(value, &length);
	g_assert_true(person_unseal(back, f->keys, class, 7, bytes, length, &error));
	g_assert_no_error(error);
	return g_steal_pointer(&back);
}

static void
a_name_comes_back_as_it_was_written(Fixture *f, gconstpointer data)
{
	g_autoptr(Person) person = maria();
	g_autoptr(Person) back = opened(f, person, SEALED_IDENTITY);
	g_assert_cmpstr(back->name, ==, person->name);
	g_assert_cmpstr(back->email, ==, person->email);
	g_assert_null(back->phone);
}

static void
each_class_opens_by_itself(Fixture *f, gconstpointer data)
{
	g_autoptr(Person) person = maria();
	g_autoptr(Person) back = opened(f, person, SEALED_LOGISTICS);
	g_assert_null(back->name);
	g_assert_null(back->email);
	g_assert_cmpstr(back->meal, ==, "vegetarian");
	g_assert_cmpstr(back->photo, ==, "ask");
	g_assert_cmpuint(g_strv_length(back->access), ==, 2);
	g_assert_cmpstr(back->access[1], ==, "large-print");
	g_assert_cmpuint(g_strv_length(back->answers[SEALED_LOGISTICS]), ==, 4);
	g_assert_cmpstr(back->answers[SEALED_LOGISTICS][3], ==, "أزرق");
	g_assert_null(back->answers[SEALED_IDENTITY]);
}

static void
what_is_not_known_is_not_sealed(Fixture *f, gconstpointer data)
{
	g_autoptr(Person) person = maria();
	g_assert_null(person_seal(person, f->keys, SEALED_EMERGENCY, 7));
	person->emergency_name = g_strdup("");
	g_assert_null(person_seal(person, f->keys, SEALED_EMERGENCY, 7));
	g_free(person->emergency_name);
	person->emergency_name = g_strdup("Rosa");
	g_autoptr(Person) back = opened(f, person, SEALED_EMERGENCY);
	g_assert_cmpstr(back->emergency_name, ==, "Rosa");
}

static void
a_person_opens_class_after_class(Fixture *f, gconstpointer data)
{
	g_autoptr(Person) person = maria();
	g_autoptr(Person) back = person_new();
	for (int class = SEALED_IDENTITY; class <= SEALED_LOGISTICS; class ++) {
		g_autoptr(GBytes) value = person_seal(person, f->keys, class, 9);
		gsize length;
		gconstpointer bytes = g_bytes_get_data(value, &length);
		g_assert_true(person_unseal(back, f->keys, class, 9, bytes, length, NULL));
	}
	g_assert_cmpstr(back->name, ==, person->name);
	g_assert_cmpstr(back->meal, ==, person->meal);
}

static void
what_is_sealed_but_no_person_is_told(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Person) back = person_new();
	g_autoptr(GBytes) value = vault_seal(f->keys, SEALED_IDENTITY, 7, "[1]");
	gsize length;
	gconstpointer bytes = g_bytes_get_data(value, &length);
	g_assert_false(person_unseal(back, f->keys, SEALED_IDENTITY, 7, bytes, length, &error));
	g_assert_error(error, TURNOUT_ERROR, TURNOUT_ERROR_BUG);
}

#define ADD(name) g_test_add("/person/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(a_name_comes_back_as_it_was_written);
	ADD(each_class_opens_by_itself);
	ADD(what_is_not_known_is_not_sealed);
	ADD(a_person_opens_class_after_class);
	ADD(what_is_sealed_but_no_person_is_told);
	return g_test_run();
}
