/* What staff do about somebody's places, fee and link: on the page of one person at /staff/people/:no. */
#pragma once

#include "web/staff/desk.h"

/* Adds "places" to the data of the person's page: {active, waits, fee, has_link}. FALSE with @error. */
gboolean staff_places_add(Request *request, const Desk *desk, json_t *data, GError **error);
