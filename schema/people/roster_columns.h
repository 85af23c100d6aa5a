/* What the columns of a list of people are called, and which codes stand in them; for people/roster.c alone. */
#pragma once

#include "schema/event.h"

gboolean roster_is_column(const Event *event, const char *name);
/* Whether a cell of it holds many, with semicolons between them. A text question may well hold one. */
gboolean roster_is_list(const Event *event, const char *name);
/* All columns of the event, with commas between them. Owned. */
char *roster_columns(const Event *event);
/* The codes that may stand in a column, with commas between them; NULL when it isn't one of few. Owned. */
char *roster_choices(const Event *event, const char *name);
