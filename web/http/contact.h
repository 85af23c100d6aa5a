/* Whom to write to or call, as an event's definition says it in plain words: what of them can be tapped. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* [{text, href}…]: addresses (mailto:) and numbers (tel:) are links, what stands between them has a href of null. */
json_t *contact_parts(const char *contact);
