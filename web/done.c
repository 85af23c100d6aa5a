#include "web/done.h"

json_t *
done_notice(Request *request, const Done *words, gsize n)
{
	const char *said = fields_get(request_query(request), "done");

	for (gsize i = 0; said != NULL && i < n; i++)
		if (g_str_equal(said, words[i].word))
			return json_pack("{s:s, s:b}", "text",
			        locale_text(request_locale(request), words[i].key), "good",
			        words[i].good);
	return json_null();
}
