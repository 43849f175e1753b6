/*
 * A shim whose clock stands still, whose disk fills up and whose reads and writes come up short.
 * What is left at its default goes to libc.
 *
 *	struct shim_fake f = shim_fake_default();
 *	f.disk_left = 100;
 *	shim_fake_set(&f);
 *	…
 *	shim_fake_reset();
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shim_fake {
	int64_t now_ns;      /* the real-time clock; 2026-01-01T00:00:00Z by default */
	int64_t ticks_ns;    /* the monotonic clock */
	int64_t ticks_step;  /* added at each look at the monotonic clock */
	uint64_t seed;       /* of the "random" bytes, which repeat */
	uint64_t disk_left;  /* bytes until a write gives ENOSPC; UINT64_MAX: a disk without end */
	uint64_t input_left; /* bytes until read and pread give EIO; UINT64_MAX: never */
	size_t read_max;     /* most bytes one read or pread gives; 0: all */
	size_t write_max;    /* most bytes one write takes; 0: all */
	int random_err;      /* errno that the call gives, 0 none */
	int open_err;
	int fsync_err;
	int rename_err;
	int unlink_err;
	unsigned opens; /* how often each was called */
	unsigned reads;
	unsigned writes;
	unsigned fsyncs;
	unsigned renames;
	unsigned unlinks;
	unsigned waits; /* each moves both clocks on */
};

struct shim_fake shim_fake_default(void);
/** Use f, which outlives its use; it may be changed in between. */
void shim_fake_set(struct shim_fake *f);
/** Back to libc. */
void shim_fake_reset(void);
