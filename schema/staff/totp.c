/* The one file that knows liboath. */
#include "schema/staff/totp.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void
start(void)
{
	if (oath_init() != OATH_OK)
		g_error("liboath does not start");
}

static void
ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
}

static void
wipe(char *bytes, size_t length)
{
	if (bytes != NULL)
		explicit_bzero(bytes, length);
	free(bytes); /* liboath's own */
}

void
totp_secret_text(const guint8 secret[STAFF_SECRET_BYTES], char ret_text[STAFF_SECRET_TEXT + 1])
{
	char *text = NULL;
	size_t length = 0;

	ready();
	if (oath_base32_encode((const char *)secret, STAFF_SECRET_BYTES, &text, &length) != OATH_OK)
		g_error("no memory for 32 letters");
	g_strlcpy(ret_text, text, STAFF_SECRET_TEXT + 1);
	wipe(text, length);
}

gboolean
totp_code(const char *secret, gint64 step, char ret_code[STAFF_CODE_DIGITS + 1])
{
	char *bytes = NULL;
	size_t length = 0;

	ready();
	gboolean made = oath_base32_decode(secret, strlen(secret), &bytes, &length) == OATH_OK &&
	        oath_totp_generate(bytes, length, (time_t)(step * STAFF_STEP_S), STAFF_STEP_S,
	                OATH_TOTP_DEFAULT_START_TIME, STAFF_CODE_DIGITS, ret_code) == OATH_OK;
	wipe(bytes, length);
	return made;
}
