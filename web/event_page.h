/*
 * What the event's page shares with others.
 */
#pragma once

#include "web/page.h"

/* [{title, url}]: the event's links, those that a browser may follow. */
json_t *event_links_data(const Event *event, const Locale *locale);
