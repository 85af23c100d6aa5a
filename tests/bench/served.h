/*
 * A stage with its record open beside the server, and the works that are asked of it.
 */
#pragma once

#include "schema/record.h"
#include "tests/bench/stage.h"
#include "tests/bench/works.h"

typedef struct {
	Stage stage;
	Record *record;
	Db *reader;
	Event *event;
	Works works;
} Served;

/* As stage_open(); the server isn't started. */
gboolean served_open(Served *ret, const char *program, const char *definition, const char *database,
        int cpu, GError **error);
void served_close(Served *served); /* stops the server too; fine for one of zeros */
