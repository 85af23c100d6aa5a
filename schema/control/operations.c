/* Every operation of this folder that a running server does for a command, one a line. */
#include "schema/control.h"
#include "schema/definition_command.h"
#include "schema/device.h"
#include "schema/erase.h"
#include "schema/expire.h"
#include "schema/hold.h"
#include "schema/roster.h"
#include "schema/rotate.h"
#include "schema/spare.h"
#include "schema/staff.h"
#include "schema/staff_code.h"

const ControlEntry schema_operations[] = {
	{ "schema.expire", expire_operation },
	{ "schema.load", definition_operation_load },
	{ "device.add", device_operation_add },
	{ "device.revoke", device_operation_revoke },
	{ "hold.add", hold_operation_add },
	{ "hold.release", hold_operation_release },
	{ "hold.export", hold_operation_export },
	{ "person.erase", erase_operation },
	{ "key.rotate", rotate_operation },
	{ ROSTER_OPERATION, roster_import },
	{ "spare.make", spare_operation_make },
	{ "staff.add", staff_operation_add },
	{ "staff.disable", staff_operation_disable },
	{ "staff.reset-code", staff_operation_reset_code },
	{ NULL },
};
