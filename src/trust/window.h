/* Times of trust: seconds since 1970 UTC, and intervals that are closed at both ends. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct trust_window {
	int64_t start, end;
	bool has_start, has_end; /* a missing side is open */
};

static inline bool trust_window_has(const struct trust_window *w, int64_t t)
{
	return (!w->has_start || t >= w->start) && (!w->has_end || t <= w->end);
}
