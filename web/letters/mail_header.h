/*
 * Lines of a letter's head (RFC 5322, RFC 2047). The body is libcurl's to build (letters/mailer.c).
 */
#pragma once

#include <glib.h>

/* May @value stand in a line of the head? No CR, LF or other control: nobody adds a line of their own. */
gboolean mail_value_is_fit(const char *value);
/* Can a letter go to @address, written between < and >? One plain address, without comments, quotes or lists. */
gboolean mail_address_is_fit(const char *address);
/* @text as it stands when it is plain ASCII, else in encoded words of at most 75 characters, on lines of their own. */
char *mail_text(const char *text);
/* "Tue, 24 Nov 2026 17:08:00 +0000": the language of the place has no say in it. */
char *mail_date(gint64 time);
