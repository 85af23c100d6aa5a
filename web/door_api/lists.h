/* GET /api/v1/door/manifest and /known (interface.md, "The door's API"), and /delegations: {delegations[{no, name, region}]},
 * for the tally; a phone asks when somebody counts by group, and keeps it nowhere. */
#pragma once

#include "web/page.h"

Reply *door_manifest(Request *request);
Reply *door_known(Request *request);
Reply *door_delegations(Request *request);
/* The number of a language in a hint: its place among the catalogues, 15 at most; 0 for what is none. */
guint door_language(const char *lang);
