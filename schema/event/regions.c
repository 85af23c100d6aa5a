#include "schema/regions.h"

#include <string.h>

#include "schema/embed.h"

/* Lines "code,English name,county"; the file has no quoted fields (a test counts what is read). */
static void
csv_add(GPtrArray *regions, const char *csv)
{
	g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
	g_autoptr(GPtrArray) counties = NULL;
	EventRegion *region = NULL;

	for (guint i = 1; lines[i] != NULL; i++) {
		g_auto(GStrv) cells = g_strsplit(g_strchomp(lines[i]), ",", 3);

		if (g_strv_length(cells) != 3)
			continue;
		if (region == NULL || strcmp(region->code, cells[0]) != 0) {
			region = event_region_new();
			region->code = g_strdup(cells[0]);
			region->name = json_pack("{s:s}", "en", cells[1]);
			g_ptr_array_add(regions, region);
			region->no = (guint16)regions->len;
		}
		guint n = g_strv_length(region->counties);
		region->counties = g_renew(char *, region->counties, n + 2);
		region->counties[n] = g_strdup(cells[2]);
		region->counties[n + 1] = NULL;
	}
}

static EventRegion *
region_of_code(GPtrArray *regions, const char *code)
{
	for (guint i = 0; i < regions->len; i++) {
		EventRegion *region = g_ptr_array_index(regions, i);
		if (strcmp(region->code, code) == 0)
			return region;
	}
	EventRegion *region = event_region_new();
	region->code = g_strdup(code);
	region->name = json_object();
	g_ptr_array_add(regions, region);
	region->no = (guint16)regions->len;
	return region;
}

/* Names in more languages, and the regions without counties. */
static void
names_add(GPtrArray *regions, const Embedded *file)
{
	json_t *names = json_loadb(file->text, file->length, JSON_REJECT_DUPLICATES, NULL);
	const char *code;
	json_t *texts;

	json_object_foreach (names, code, texts)
		json_object_update(region_of_code(regions, code)->name, texts);
	json_decref(names);
}

gboolean
regions_add(GPtrArray *regions, const char *name)
{
	if (strcmp(name, REGIONS_CALIFORNIA_2020) != 0)
		return FALSE;
	csv_add(regions, embedded_find(embedded_data, "california-regions.csv")->text);
	names_add(regions, embedded_find(embedded_data, "california-region-names.json"));
	return TRUE;
}
