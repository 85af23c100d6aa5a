/*
 * A small event for tests of the tables: three regions; a day, a lunch, a bus with two stops and its
 * return, and a visit; options "all" and "free"; delegations CHOIR and BAND. Include it last.
 */
#pragma once

#include "schema/definition.h"
#include "schema/registration.h"
#include "tests/engine.h"

/* Its definition. Owned by the caller, as are all below. */
json_t *picnic_json(void);
/* Takes @root, which must be right. */
Event *picnic_parse(json_t *root, const char *starts);
/* One part of a list of @root by its code, lent; the same taken away. */
json_t *picnic_part(json_t *root, const char *list, const char *code);
void picnic_remove(json_t *root, const char *list, const char *code);

DefinitionStored picnic_must_store(Engine *engine, const Event *event);
/* Takes @root. */
DefinitionStored picnic_must_load(Engine *engine, json_t *root);
/* Takes @root. Demands that storing is refused, and that each of the NULL-terminated @told is said. */
void picnic_must_refuse(Engine *engine, json_t *root, const char *starts, const char *const *told);
Event *picnic_read(Engine *engine, const char *slug);
/* The definition of @event as text. */
char *picnic_export(const Event *event);

/* One person of region "north" takes an option, and with @stop_no the bus from there. */
PlaceOutcome
picnic_take(Engine *engine, const char *option, guint16 stop_no, const char *delegation);
