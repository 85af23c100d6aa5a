/* The catalogues, for targets that speak languages. */
#pragma once

#include "web/locale.h"

/* Loads them at first use. */
static inline void
fuzz_speak(void)
{
	static gboolean loaded;

	if (!loaded && !locales_load(NULL))
		g_error("the catalogues can't be loaded");
	loaded = TRUE;
}
