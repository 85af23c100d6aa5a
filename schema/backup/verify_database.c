#include "schema/backup/verify_database.h"

#include "schema/db_driver.h"
#include "schema/migrate.h"

gboolean
verify_database(Record *record, Faults *found, GError **error)
{
	g_autoptr(Db) db = record_reader(record, error);

	if (db == NULL || !db_begin(db, error))
		return FALSE;
	gboolean asked = db_verify(db, found, error) && migrate_verify(db, found, error);
	db_rollback(db);
	return asked;
}
