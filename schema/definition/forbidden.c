#include "schema/definition/forbidden.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

#include "schema/embed.h"
#include "schema/text.h"

/* One entry of the data. A word or phrase stands for itself as a whole; a star at its end for any ending,
 * at its beginning for any beginning (writing without spaces, articles that cling). */
typedef struct {
	const char *topic, *word; /* lent by the data */
	char *needle;
} Forbidden;

static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static json_t *data; /* {language: {topic: [word]}} */
static GArray *words;
static char *listed;

/* Letters that people write in two ways, of one language as of another. */
static gunichar
letter_plain(gunichar letter)
{
	switch (letter) {
	case 0x0111: /* d with stroke */
		return 'd';
	case 0x064a: /* Arabic yeh, alef maksura: Persian yeh */
	case 0x0649:
		return 0x06cc;
	case 0x0643: /* Arabic kaf: Persian kaf */
		return 0x06a9;
	case 0x0629: /* teh marbuta: heh */
		return 0x0647;
	default:
		return letter;
	}
}

/* Folded words with one space between them, around them too: " que visa tiene ". */
static char *
words_of(const char *text)
{
	g_autofree char *folded = text_fold(text);
	g_autoptr(GString) spaced = g_string_new(" ");

	for (const char *at = folded != NULL ? folded : ""; *at != '\0';
	        at = g_utf8_next_char(at)) {
		gunichar letter = g_utf8_get_char(at);
		if (g_unichar_isalnum(letter))
			g_string_append_unichar(spaced, letter_plain(letter));
		else if (spaced->str[spaced->len - 1] != ' ')
			g_string_append_c(spaced, ' ');
	}
	if (spaced->str[spaced->len - 1] != ' ')
		g_string_append_c(spaced, ' ');
	return g_string_free(g_steal_pointer(&spaced), FALSE);
}

static void
word_add(const char *topic, const char *word)
{
	g_autofree char *needle = words_of(word);
	gsize length = strlen(needle);
	gsize from = g_str_has_prefix(word, "*") ? 1 : 0;
	gsize to = g_str_has_suffix(word, "*") ? length - 1 : length;
	Forbidden forbidden = {
		.topic = topic, .word = word, .needle = g_strndup(needle + from, to - from)
	};

	g_array_append_val(words, forbidden);
}

static void
load(void)
{
	const Embedded *file = embedded_find(embedded_data, "forbidden-questions.json");
	const char *lang, *topic;
	json_t *topics, *list, *word;
	gsize index;
	g_autoptr(GString) names = g_string_new(NULL);

	data = file != NULL ? json_loadb(file->text, file->length, JSON_REJECT_DUPLICATES, NULL)
	                    : NULL;
	g_assert(data != NULL); /* built in: a test walks it */
	words = g_array_new(FALSE, FALSE, sizeof(Forbidden));
	json_object_foreach (data, lang, topics) {
		g_string_append_printf(names, "%s%s", names->len ? ", " : "", lang);
		json_object_foreach (topics, topic, list)
			json_array_foreach (list, index, word)
				word_add(topic, json_string_value(word));
	}
	listed = g_string_free(g_steal_pointer(&names), FALSE);
}

gboolean
language_known(const char *lang)
{
	pthread_once(&loaded, load);
	return json_object_get(data, lang) != NULL;
}

const char *
languages_listed(void)
{
	pthread_once(&loaded, load);
	return listed;
}

gboolean
forbidden_found(const char *text, const char **ret_topic, const char **ret_word)
{
	pthread_once(&loaded, load);
	g_autofree char *asked = words_of(text);

	for (guint i = 0; i < words->len; i++) {
		const Forbidden *forbidden = &g_array_index(words, Forbidden, i);
		if (strstr(asked, forbidden->needle) == NULL)
			continue;
		*ret_topic = forbidden->topic;
		*ret_word = forbidden->word;
		return TRUE;
	}
	return FALSE;
}
