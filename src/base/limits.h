/*
 * Bounds on what foreign bytes may cost. One per scan, passed down, never global.
 */
#pragma once

#include <stdint.h>

struct lc_limits {
	uint32_t depth_max;          /* nesting of archives, JSON, directories */
	uint64_t entries_max;        /* members of one layer */
	uint64_t layer_bytes_max;    /* inflated bytes of one layer */
	uint32_t ratio_max;          /* inflated to stored, judged past 64 MiB of output */
	uint64_t file_bytes_max;     /* one file handed to an analyser whole */
	uint64_t spool_bytes_max;    /* one file handed to an analyser seekable */
	uint32_t name_bytes_max;     /* one path */
	uint64_t facts_bytes_max;    /* facts of one layer */
	uint64_t manifest_bytes_max; /* index, manifest, config documents */
	uint32_t layers_max;         /* layers of one image */
	uint64_t window_bytes_max;   /* zstd window */
	uint64_t worker_bytes_max;   /* memory of the process that walks one layer; 0 no bound */
	uint32_t stall_ms;           /* of it: how long it may stand still */
	int64_t deadline_ns;         /* lc_ticks_ns() at which work stops; 0 none */
	/* In a copy: the limits whose deadline counts in place of its own; they outlive it. */
	const struct lc_limits *original;
};

/** Defaults that fit real images with room to spare; deadline_ns is 0. */
extern const struct lc_limits lc_limits_default;

/**
 * A copy whose bounds may be changed. Its deadline stays that of l, also when that is moved (a user
 * who gives up moves it): l outlives the copy.
 */
struct lc_limits lc_limits_copy(const struct lc_limits *l);
/** True once the deadline has passed. */
int lc_limits_expired(const struct lc_limits *l);
