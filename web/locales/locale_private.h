/*
 * What locales/locale.c (ICU) and locales/catalogue.c (texts) share.
 */
#pragma once

#include "web/locale.h"

#define LOCALES_MAX   16 /* the door's manifest numbers languages in four bits */
#define LIKELY_LENGTH 64

struct Locale {
	guint index;
	char *code;
	char *icu;    /* "es_US": dates and numbers as people here write them */
	char *likely; /* "es_Latn": language and script, to match what a browser asks for */
	const char *name;
	gboolean right_to_left, checked, staff;
	json_t *catalogue;
};

/* Language and script that a tag (RFC 5646) most likely means: "es-MX" is es_Latn, "zh-TW" is
 * zh_Hant. FALSE for what is no language tag. */
gboolean locale_likely(const char *tag, char ret_likely[LIKELY_LENGTH]);
/* Does ICU know the locale's plural rules, numbers and money? */
gboolean locale_has_data(const Locale *locale);
/* Has @value letters of the other direction than the language's? */
gboolean locale_runs_against(const Locale *locale, const char *value);
/* … of its own direction? */
gboolean locale_runs_with(const Locale *locale, const char *value);
/* "one", "few", "other" … */
#define PLURAL_FORM_MAX 16
void locale_plural_form(const Locale *locale, gint64 count, char ret_form[PLURAL_FORM_MAX]);
