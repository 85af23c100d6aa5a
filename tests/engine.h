/*
 * Every test that touches the database runs on both engines, each time on a fresh one.
 *
 * Include it last. A program that uses it ends its main() with `return engine_run();`.
 */
#pragma once

#include "schema/record.h"

typedef struct {
	DbEngine engine;
	char *dir; /* of this test alone; removed after it */
	char *url; /* as db_open() takes it; an empty database until one of the below is called */
	RecordPlace place; /* data folder dir/data, and the same database */
	/* made when first asked for */
	Db *db;
	Db *reader;
	Db *asker;
	Record *record;
} Engine;

typedef void (*EngineTest)(Engine *engine, gconstpointer data);

/* Registers @test as /sqlite/NAME and /postgresql/NAME. */
void engine_add_test(const char *name, EngineTest test);
void engine_add_data_test(const char *name, EngineTest test, gconstpointer data);

/* What only one of them can do, as losing its server. */
void engine_add_test_on(DbEngine engine, const char *name, EngineTest test);

/* Runs what was registered, in place of g_test_run(). PostgreSQL is that of
 * $TURNOUT_TEST_POSTGRES (an address of a database "postgres" whose user may make others), or a
 * cluster that tests/cluster.sh starts for this program; without either its tests fail. */
int engine_run(void);

/* The one writing connection to the migrated database, for tests without a record. */
Db *engine_db(Engine *engine);
/* A reading connection. */
Db *engine_reader(Engine *engine);
/* The record in dir/data, open for writing. Not together with engine_db() on SQLite. */
Record *engine_record(Engine *engine);
/* Closes all of them, as a restart does. */
void engine_close(Engine *engine);

/* Runs @sql in a transaction of its own on the writing connection, or through the record's writer; the test
 * ends when it fails. */
void engine_must(Engine *engine, const char *sql);
/* The number that @sql asks for, on a reading connection. */
gint64 engine_ask(Engine *engine, const char *sql);
/* The time that tests live at: 2027-02-01T00:00:00Z. */
#define ENGINE_NOW G_GINT64_CONSTANT(1801440000)
