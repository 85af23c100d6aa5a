/*
 * What is never asked (data/forbidden-questions.json), and the languages that texts may be in:
 * those that have words there, so that no language is offered without them.
 */
#pragma once

#include <glib.h>

gboolean language_known(const char *lang);
/* "en, es, …" */
const char *languages_listed(void);

/* Whether @text asks for something that is never asked, in any of the languages. @ret_topic
 * ("citizenship") and @ret_word ("ciudadan*", as the data has it) are constant. */
gboolean forbidden_found(const char *text, const char **ret_topic, const char **ret_word);
