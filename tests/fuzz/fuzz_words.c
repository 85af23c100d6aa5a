/* Words as people write them: tidied and folded once is for good, and what counts as an address is one line. */
#include <string.h>

#include "schema/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/speak.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
	g_autofree char *text = g_strndup((const char *)data, length);
	g_autofree char *tidy = text_tidy(text);
	g_autofree char *address = text_fold_email(text);

	fuzz_speak();
	fuzz_holds((tidy != NULL) == g_utf8_validate(text, -1, NULL));
	if (address != NULL) {
		g_autofree char *again = text_fold_email(address);
		fuzz_holds(g_strcmp0(address, again) == 0 && strlen(address) <= 254);
		fuzz_holds(strpbrk(address, " \r\n\t") == NULL && strchr(address, '@') != NULL);
	}
	locale_accept(text, LOCALES_ALL);
	if (tidy == NULL)
		return 0;
	g_autofree char *tidy_again = text_tidy(tidy), *folded = text_fold(tidy);
	fuzz_holds(g_utf8_validate(tidy, -1, NULL) && g_strcmp0(tidy, tidy_again) == 0);
	for (const guchar *c = (const guchar *)tidy; *c != '\0'; c++)
		fuzz_holds(*c >= ' ' && *c != 0x7f);
	fuzz_holds(folded != NULL && g_utf8_validate(folded, -1, NULL));
	g_autofree char *folded_again = text_fold(folded);
	fuzz_holds(g_strcmp0(folded, folded_again) == 0);
	fuzz_holds(text_length(tidy) <= (gsize)g_utf8_strlen(tidy, -1));
	fuzz_holds(text_compare("es", tidy, tidy) == 0);
	return 0;
}
