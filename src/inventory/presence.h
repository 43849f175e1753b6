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

/*
 * Directories that hold a file, directly or at most this many names down, are marked in the same
 * set, as the hash of their path with a slash behind.
 */
enum { INV_PRESENCE_LEVELS = 4 };

struct inv_presence {
	uint64_t key[2];
	uint64_t *v; /* sorted once sealed; lowest bit: 1 a directory, 0 anything else */
	size_t n, room;
	uint64_t marked[INV_PRESENCE_LEVELS]; /* the last ones: names come directory by directory */
	bool borrowed;                        /* v belongs to an arena */
};

int inv_presence_init(struct inv_presence *p, struct lc_err *e) LC_MUST_CHECK;
void inv_presence_done(struct inv_presence *p);
/** An empty set under the key of another, to be joined with it. */
struct inv_presence inv_presence_part(const struct inv_presence *of);
/** Add all of a part; before sealing. */
int inv_presence_join(struct inv_presence *p, const struct inv_presence *part) LC_MUST_CHECK;
int inv_presence_add(struct inv_presence *p, struct lc_slice path, bool is_dir) LC_MUST_CHECK;
void inv_presence_seal(struct inv_presence *p);
/** Is there anything at path; *ret_dir says it is (only) a directory. */
bool inv_presence_has(const struct inv_presence *p, struct lc_slice path, bool *ret_dir);
/**
 * Is there anything but directories below dir, at most INV_PRESENCE_LEVELS names down?
 *
 * @param dir  with a slash behind, "" the root
 */
bool inv_presence_holds(const struct inv_presence *p, struct lc_slice dir);
/** Does this layer hide a lower layer's file at path (itself there, or a non-directory above it)?
 */
bool inv_presence_hides(const struct inv_presence *p, struct lc_slice path);
/** The same, looking only at paths longer than below bytes: what lies under a link is not the link.
 */
bool inv_presence_hides_below(const struct inv_presence *p, struct lc_slice path, size_t below);
