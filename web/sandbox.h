/*
 * The server gives up what it doesn't need (Landlock, Linux 5.13): from here on it writes in the
 * data folder only, and reads there, where the system keeps libraries, zones and certificates, and
 * the few files that the settings name.
 */
#pragma once

#include "schema/settings.h"

typedef enum {
	SANDBOX_ON,
	SANDBOX_OFF, /* this kernel has none; or the folder isn't there, which its opener will tell */
} Sandbox;

/* For the calling thread and all that it starts: before any other. FALSE with @error (WORLD) when
 * the kernel has Landlock and refuses. */
gboolean sandbox_enter(const Settings *settings, Sandbox *ret, GError **error);
