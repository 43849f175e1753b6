/*
 * Memory that lives and dies together: the results of one file, layer or request.
 *
 * Allocations are zeroed and never freed one by one. A cap bounds the whole; over it, or out of
 * memory, allocation gives NULL and the arena remembers which (lc_arena_err). Under
 * AddressSanitizer each allocation is a block of its own, so overruns show. Not thread-safe: one
 * arena, one thread.
 */
#pragma once

#include "base/arith.h"
#include "base/err.h"
#include "base/slice.h"

struct lc_arena_block;

struct lc_arena {
	struct lc_arena_block *blocks;
	uint8_t *next;
	size_t left;
	size_t used; /* bytes given out */
	size_t max;  /* 0: no cap */
	int err;     /* LC_ENOMEM or LC_ELIMIT once an allocation failed */
};

/** max_bytes 0 means no cap of its own. A zeroed struct is a valid arena, too. */
void lc_arena_init(struct lc_arena *a, size_t max_bytes);
void lc_arena_done(struct lc_arena *a);
/** The same of memory that held secrets: it is overwritten first. */
void lc_arena_wipe(struct lc_arena *a);
/** Everything in it is gone, a failure remains; one block stays for what comes next. */
void lc_arena_clear(struct lc_arena *a);

/** n zeroed bytes aligned for any type, or NULL. */
void *lc_arena_alloc(struct lc_arena *a, size_t n);
/** count items of size bytes, overflow checked, zeroed. */
void *lc_arena_array(struct lc_arena *a, size_t count, size_t size);
/** Grow an array obtained from this arena: copies; old_count items are kept, the others zeroed. */
void *lc_arena_grow(struct lc_arena *a, const void *old, size_t old_count, size_t new_count,
		    size_t size);
/** The same with the others not set: pages that are not needed are not touched. */
void *lc_arena_grow_raw(struct lc_arena *a, const void *old, size_t old_count, size_t new_count,
			size_t size);
/** Copy of the bytes with a NUL behind them; LC_ENOMEM/LC_ELIMIT. Empty slices copy to "". */
int lc_arena_dup(struct lc_arena *a, struct lc_slice s, struct lc_slice *ret) LC_MUST_CHECK;
/** NUL-terminated copy, or NULL. Bytes after an inner NUL are kept but C sees the first part. */
char *lc_arena_str(struct lc_arena *a, struct lc_slice s);
/** Formatted text, or the empty slice with p NULL on failure. */
struct lc_slice lc_arena_fmt(struct lc_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define lc_new(arena, type)              ((type *)lc_arena_alloc((arena), sizeof(type)))
#define lc_new_array(arena, type, count) ((type *)lc_arena_array((arena), (count), sizeof(type)))

/** Error to return after an allocation gave NULL. */
static inline int lc_arena_err(const struct lc_arena *a)
{
	return a->err ? a->err : LC_ENOMEM;
}
