/* Codes that name other parts of the definition. */
#include "schema/definition/reader.h"

#include <string.h>

static void
reference_add(
        DefinitionReader *reader, ReferenceKind kind, json_t *value, guint16 *slot, GArray *list)
{
	if (!reader_check_code(reader, value))
		return;
	Reference *reference = g_new0(Reference, 1);
	reference->kind = kind;
	reference->code = g_strdup(json_string_value(value));
	reference->path = g_strdup(reader->path->str);
	reference->slot = slot;
	reference->list = list;
	g_ptr_array_add(reader->references, reference);
}

void
read_region(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	reference_add(reader, REFERENCE_REGION, value,
	        &G_STRUCT_MEMBER(guint16, target, field->offset), NULL);
}

void
read_session(DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	reference_add(reader, REFERENCE_SESSION, value,
	        &G_STRUCT_MEMBER(guint16, target, field->offset), NULL);
}

void
read_sessions(
        DefinitionReader *reader, const DefinitionField *field, json_t *value, gpointer target)
{
	gsize index;
	json_t *item;

	if (!reader_check_list(reader, field, value))
		return;
	json_array_foreach (value, index, item) {
		gsize before = reader_enter_item(reader, index);
		reference_add(reader, REFERENCE_SESSION, item, NULL,
		        G_STRUCT_MEMBER(GArray *, target, field->offset));
		reader_leave(reader, before);
	}
}

static guint16
reference_number(const DefinitionReader *reader, const Reference *reference)
{
	gboolean region = reference->kind == REFERENCE_REGION;
	GPtrArray *parts = region ? reader->event->regions : reader->event->sessions;

	for (guint i = 0; i < parts->len; i++) {
		gconstpointer part = g_ptr_array_index(parts, i);
		const char *code = region ? ((const EventRegion *)part)->code
		                          : ((const EventSession *)part)->code;
		if (g_strcmp0(code, reference->code) == 0)
			return (guint16)(i + 1);
	}
	return 0;
}

static gboolean
list_has(const GArray *list, guint16 no)
{
	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, guint16, i) == no)
			return TRUE;
	return FALSE;
}

void
reader_follow_references(DefinitionReader *reader)
{
	for (guint i = 0; i < reader->references->len; i++) {
		const Reference *reference = g_ptr_array_index(reader->references, i);
		guint16 no = reference_number(reader, reference);

		g_string_assign(reader->path, reference->path);
		if (no == 0)
			reader_fault(reader, "there is no %s \"%s\"",
			        reference->kind == REFERENCE_REGION ? "region" : "session",
			        reference->code);
		else if (reference->slot != NULL)
			*reference->slot = no;
		else if (list_has(reference->list, no))
			reader_fault(reader, "\"%s\" is in this list already", reference->code);
		else
			g_array_append_val(reference->list, no);
	}
	g_string_assign(reader->path, "$");
}
