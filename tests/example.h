/*
 * The example's definition (schema/examples/), and changes to it: for tests of what is right and
 * what is wrong in a definition.
 */
#pragma once

#include "schema/definition.h"

/* As the file has it. Owned by the caller. */
json_t *example_json(void);
/* The same in English and Spanish only, for tests that try each of its places. */
json_t *example_json_short(void);

/* What definition_parse() says; @ret_faults is the caller's. */
Event *example_try_text(const char *text, const char *starts, Faults **ret_faults);
Event *example_try(json_t *root, const char *starts, Faults **ret_faults);
/* What must be an event is one; else the test ends and tells the faults. */
Event *example_parse(json_t *root, const char *starts);
/* Demands that it is refused with a fault at @where whose words have @what in them. */
void example_must_tell(json_t *root, const char *starts, const char *where, const char *what);
/* That fault among @faults, or NULL. */
const Fault *example_fault(const Faults *faults, const char *where, const char *what);

/* What is at "$.sessions[2].title". Lent. */
json_t *example_at(json_t *root, const char *path);
/* Puts @value (taken; NULL removes) there; one after a list's last is added. */
void example_put(json_t *root, const char *path, json_t *value);
