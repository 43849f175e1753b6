#include "base/limits.h"

#include "base/shim.h"

/*
 * ratio_max: deflate cannot pass 1032:1 (a 258-byte match in two bits), so 1100 lets through every
 * gzip layer, even one that is all zeros (preallocated databases and disk images do occur), which
 * layer_bytes_max then bounds. zstd and xz reach ratios in the ten thousands: there it stops a bomb
 * at its first 64 MiB.
 */
const struct lc_limits lc_limits_default = {
	.depth_max = 64,
	.entries_max = 2000000,
	.layer_bytes_max = (uint64_t)64 << 30,
	.ratio_max = 1100,
	.file_bytes_max = (uint64_t)64 << 20,
	.spool_bytes_max = (uint64_t)512 << 20,
	.name_bytes_max = 4096,
	.facts_bytes_max = (uint64_t)64 << 20,
	.manifest_bytes_max = (uint64_t)8 << 20,
	.layers_max = 1000,
	.window_bytes_max = (uint64_t)128 << 20,
	.worker_bytes_max = (uint64_t)2 << 30,
	.stall_ms = 60000,
	.deadline_ns = 0,
};

struct lc_limits lc_limits_copy(const struct lc_limits *l)
{
	struct lc_limits copy = *l;
	if (!copy.original)
		copy.original = l;
	return copy;
}

int lc_limits_expired(const struct lc_limits *l)
{
	if (l->original)
		l = l->original;
	/* A signal handler may move it while threads look: see cli/interrupt.c. */
	int64_t deadline_ns = __atomic_load_n(&l->deadline_ns, __ATOMIC_RELAXED);
	return deadline_ns != 0 && lc_ticks_ns() >= deadline_ns;
}
