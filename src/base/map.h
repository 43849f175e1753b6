/*
 * Hash map from byte strings to pointers, in insertion order.
 *
 * Keys and values are borrowed: they outlive the map (usually in the same arena). The hash is
 * SipHash-2-4 under a random key made once per process, so that hostile names cannot choose
 * collisions; iteration follows insertion, so results do not depend on that key. Memory is the
 * map's own.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

struct lc_map_item {
	struct lc_slice key;
	void *value;
	uint64_t hash;
};

struct lc_map {
	struct lc_map_item *items; /* n items in the order they were put in */
	size_t n;
	size_t items_room;
	uint32_t *slots; /* index + 1 into items, 0 free; a power of two */
	size_t slots_n;
};

/** A zeroed struct is an empty map. */
void lc_map_done(struct lc_map *m);
/** The value, or NULL when the key is absent. */
void *lc_map_get(const struct lc_map *m, struct lc_slice key);
bool lc_map_has(const struct lc_map *m, struct lc_slice key);
/** Put or replace; 0, LC_ENOMEM, or LC_ELIMIT past 2^31 items. */
int lc_map_put(struct lc_map *m, struct lc_slice key, void *value) LC_MUST_CHECK;
/** Put unless present: *ret_old is the present value or NULL. A NULL value serves as a set. */
int lc_map_add(struct lc_map *m, struct lc_slice key, void *value, bool *ret_added) LC_MUST_CHECK;

/** SipHash-2-4 (Aumasson, Bernstein 2012) of s under a 128-bit key. */
uint64_t lc_siphash(struct lc_slice s, const uint64_t key[2]);
