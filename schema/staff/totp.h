/* liboath's part: RFC 6238 and base 32 (RFC 4648). */
#pragma once

#include "schema/staff_code.h"

/* Without padding. */
void
totp_secret_text(const guint8 secret[STAFF_SECRET_BYTES], char ret_text[STAFF_SECRET_TEXT + 1]);
/* The code of half minute @step; FALSE when @secret is no base 32. */
gboolean totp_code(const char *secret, gint64 step, char ret_code[STAFF_CODE_DIGITS + 1]);
