/* What the pages of letters and of calls share. */
#pragma once

#include "web/letter.h"
#include "web/page.h"

/* For words made now, as the letter would say them; @db is the request's. */
LetterDesk staff_letter_desk(Request *request, Db *db);

/* A phone as a link takes it ("tel:+19165550100"), and as it is shown: on one line. */
char *staff_tel(const char *phone);
char *staff_phone_shown(const char *phone);
