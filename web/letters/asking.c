#include "web/asking.h"

#include <stdatomic.h>

gboolean
asking_is_too_many(gint64 now)
{
	static _Atomic gint64 minute;
	static _Atomic guint asked;

	if (atomic_exchange(&minute, now / 60) != now / 60)
		atomic_store(&asked, 0);
	return atomic_fetch_add(&asked, 1) >= ASKED_A_MINUTE;
}
