/*
 * How much memory this program has taken and not given back, in bytes: the sanitizer's own count where there is one,
 * since it keeps what was given back for a while, and mallinfo() knows nothing of it.
 */
#pragma once

#include <malloc.h>

extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static inline size_t
memory_taken(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return __sanitizer_get_current_allocated_bytes();
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}
