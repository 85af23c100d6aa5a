/* What is never asked, in ten languages. */
#include <jansson.h>

#include "schema/definition/forbidden.h"
#include "schema/embed.h"
static const struct {
	const char *lang, *question, *topic;
} never_asked[] = {
	{ "en", "What is your immigration status?", "immigration status" },
	{ "en", "Are you UNDOCUMENTED?", "immigration status" },
	{ "en", "Do you have a green-card", "immigration status" },
	{ "en", "Are you a naturalized citizen?", "citizenship" },
	{ "en", "Your Nationality:", "citizenship" },
	{ "en", "In which country of birth", "country of birth or origin" },
	{ "en", "Where were you born?", "country of birth or origin" },
	{ "en", "Type of visa", "visa" },
	{ "en", "Last four digits of your Social  Security number", "an ID number" },
	{ "en", "SSN", "an ID number" },
	{ "en", "ITIN or taxpayer number", "an ID number" },
	{ "en", "Alien number (A-number)", "an ID number" },
	{ "en", "Driver’s license", "an ID number" },
	{ "en", "Passport no.", "an ID number" },
	{ "en", "D.O.B.", "date of birth" },
	{ "en", "When is your birthday?", "date of birth" },
	{ "en", "Are you registered to vote?", "voter registration" },
	{ "es", "¿Cuál es su estatus migratorio?", "immigration status" },
	{ "es", "¿Es usted ciudadana?", "citizenship" },
	{ "es", "PAÍS DE ORIGEN", "country of birth or origin" },
	{ "es", "¿Dónde nació?", "country of birth or origin" },
	{ "es", "¿Tiene visa?", "visa" },
	{ "es", "Número de seguro social", "an ID number" },
	{ "es", "Fecha de nacimiento", "date of birth" },
	{ "es", "¿Está registrado para votar?", "voter registration" },
	{ "zh-Hans", "您的移民身份是什么？", "immigration status" },
	{ "zh-Hans", "您是美国公民吗？", "citizenship" },
	{ "zh-Hans", "您的出生日期", "date of birth" },
	{ "zh-Hant", "您有綠卡嗎？", "immigration status" },
	{ "zh-Hant", "社會安全號碼", "an ID number" },
	{ "zh-Hant", "您的簽證種類", "visa" },
	{ "vi", "Quốc tịch của bạn là gì?", "citizenship" },
	{ "vi", "Bạn sinh ra ở đâu?", "country of birth or origin" },
	{ "vi", "So an sinh xa hoi", "an ID number" },
	{ "tl", "Ano ang iyong katayuan sa imigrasyon?", "immigration status" },
	{ "tl", "Petsa ng kapanganakan", "date of birth" },
	{ "tl", "Saan ka ipinanganak?", "country of birth or origin" },
	{ "ko", "시민권이 있으신가요?", "citizenship" },
	{ "ko", "비자 종류", "visa" },
	{ "ko", "생년월일을 적어 주세요", "date of birth" },
	{ "hy", "Դուք քաղաքացի՞ եք", "citizenship" },
	{ "hy", "Ձեր ծննդյան ամսաթիվը", "date of birth" },
	{ "fa", "وضعیت مهاجرتی شما چیست؟", "immigration status" },
	{ "fa", "تاریخ تولد", "date of birth" },
	{ "fa", "شماره‌ی گذرنامه", "an ID number" },
	{ "ar", "ما هي جنسيتك؟", "citizenship" },
	{ "ar", "تاريخ الميلاد", "date of birth" },
	{ "ar", "هل لديك تأشيرة؟", "visa" },
	/* as many write it: other letters at a word's end */
	{ "ar", "متي ولدت؟", "date of birth" },
	{ "fa", "مليت شما", "citizenship" },
};

static void
what_is_never_asked_is_refused_in_every_language(void)
{
	g_autoptr(GHashTable) spoken = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < G_N_ELEMENTS(never_asked); i++) {
		const char *topic = NULL, *word = NULL;

		if (!forbidden_found(never_asked[i].question, &topic, &word))
			g_error("would be asked: %s", never_asked[i].question);
		g_assert_cmpstr(topic, ==, never_asked[i].topic);
		g_assert_true(language_known(never_asked[i].lang));
		g_hash_table_add(spoken, (char *)never_asked[i].lang);
	}
	g_assert_cmpuint(g_hash_table_size(spoken), ==, 10);
}

static void
what_may_be_asked_is_not_refused(void)
{
	static const char *const fine[] = {
		"Which stop is yours: Visalia, Tulare or Fresno?",
		"How many people come with you?",
		"Would you like to help with the banner?",
		"Can you drive a van?",
		"¿En qué idioma prefiere hablar?",
		"¿Necesita cuidado de niños?",
		"¿Puede revisar su correo?",
		"¿Qué talla de camiseta usa?",
		"您需要翻译吗？",
		"您喜歡吃什麼？",
		"Bạn muốn nhận tin nhắn không?",
		"Bạn cần chỗ ngồi nào?",
		"Gusto mo bang kumain?",
		"소비자 단체에 속해 있나요?",
		"몇 명이 오시나요?",
		"Քանի՞ հոգի եք գալիս",
		"چند نفر هستید؟",
		"كم عدد الأشخاص معك؟",
		"A number of people to feed",
		"Citrus allergies",
		"What are your plans?",
		"Do you want to speak at the rally?",
		"",
	};

	for (guint i = 0; i < G_N_ELEMENTS(fine); i++) {
		const char *topic = NULL, *word = NULL;
		if (forbidden_found(fine[i], &topic, &word))
			g_error("refused for \"%s\" (%s): %s", word, topic, fine[i]);
	}
}

/* Each word of the data finds itself: none was written in a way that never matches. */
static void
each_forbidden_word_is_found(void)
{
	const Embedded *file = embedded_find(embedded_data, "forbidden-questions.json");
	json_t *data = json_loadb(file->text, file->length, JSON_REJECT_DUPLICATES, NULL);
	json_t *english = json_object_get(data, "en");
	const char *lang, *topic;
	json_t *topics, *list, *word;
	gsize index;

	g_assert_cmpuint(json_object_size(data), ==, 10);
	json_object_foreach (data, lang, topics) {
		g_assert_cmpuint(json_object_size(topics), ==, json_object_size(english));
		json_object_foreach (topics, topic, list) {
			g_assert_nonnull(json_object_get(english, topic));
			json_array_foreach (list, index, word) {
				g_auto(GStrv) parts = g_strsplit(json_string_value(word), "*", -1);
				g_autofree char *plain = g_strjoinv("", parts);
				g_autofree char *asked = g_strdup_printf("¿%s?", plain);
				const char *found_topic = NULL, *found = NULL;
				if (!forbidden_found(asked, &found_topic, &found))
					g_error("%s: %s is never found", lang, plain);
				/* a star anywhere but at the ends has no meaning */
				g_assert_cmpuint(g_strv_length(parts), <=, 3);
				if (g_strv_length(parts) == 3)
					g_assert_true(*parts[0] == '\0' && *parts[2] == '\0');
			}
		}
	}
	json_decref(data);
}
int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/forbidden/" #test, test)
	ADD(what_is_never_asked_is_refused_in_every_language);
	ADD(what_may_be_asked_is_not_refused);
	ADD(each_forbidden_word_is_found);
#undef ADD
	return g_test_run();
}
