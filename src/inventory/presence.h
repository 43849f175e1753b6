/*
 * Which paths a layer holds, as 64-bit hashes: 8 bytes a path instead of the path.
 *
 * Squash asks whether an upper layer put anything over a lower file: an entry at the same path, or
 * a non-directory at one of its parents. The hash is SipHash under a key that the layer's maker
 * draws at random and stores with the set, so nobody can choose collisions. Sets are sealed
 * (sorted) before use.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct inv_presence {
	uint64_t key[2];
	uint64_t *v; /* sorted once sealed; lowest bit: 1 a directory, 0 anything else */
	size_t n, room;
	bool borrowed; /* v belongs to an arena */
};

int inv_presence_init(struct inv_presence *p, struct lc_err *e) LC_MUST_CHECK;
void inv_presence_done(struct inv_presence *p);
int inv_presence_add(struct inv_presence *p, struct lc_slice path, bool is_dir) LC_MUST_CHECK;
void inv_presence_seal(struct inv_presence *p);
/** Is there anything at path; *ret_dir says it is (only) a directory. */
bool inv_presence_has(const struct inv_presence *p, struct lc_slice path, bool *ret_dir);
/** Does this layer hide a lower layer's file at path (itself there, or a non-directory above it)?
 */
bool inv_presence_hides(const struct inv_presence *p, struct lc_slice path);
/** The same, looking only at paths longer than below bytes: what lies under a link is not the link.
 */
bool inv_presence_hides_below(const struct inv_presence *p, struct lc_slice path, size_t below);
