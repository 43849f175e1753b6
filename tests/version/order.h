/*
 * Helpers of this room's tests: an order as one character, files of ordered pairs, and versions
 * made up from a seed. Not thread-safe.
 */
#pragma once

#include "base/buf.h"
#include "version/version.h"

struct order_row {
	const char *a;
	const char *op; /* "<", "=", ">" or "!" where one side is refused */
	const char *b;
};

/** '<', '=', '>', or '!' when the two do not compare. */
char order_of(enum version_scheme s, struct lc_slice a, struct lc_slice b);
char order_of_str(enum version_scheme s, const char *a, const char *b);

/** Fails the test unless each row holds, and holds turned around. */
void order_check_rows(enum version_scheme s, const struct order_row *rows, size_t n);

/**
 * Check every pair of a file of the data folder, both ways round.
 *
 * Skips the test when the folder is absent; fails it when only the file is.
 * @return pairs checked
 */
size_t order_check_file(enum version_scheme s, const char *path);

/** Files of ordered pairs, save those that tests/data/versions/differences.txt lists. */
struct order_lists {
	enum version_scheme scheme;
	struct lc_buf differences;
	size_t pairs, different; /* checked; of them as the list of differences says */
};

void order_lists_init(struct order_lists *l, enum version_scheme s);
void order_lists_check(struct order_lists *l, const char *path);
void order_lists_done(struct order_lists *l);

/** Versions from a seed: the same seed, the same versions. */
struct order_random {
	uint64_t state;
};

uint64_t order_random_below(struct order_random *r, uint64_t n);
/** A version-like text of the scheme, NUL-terminated, cut at size. */
void order_random_version(struct order_random *r, enum version_scheme s, char *buf, size_t size);
/** A copy of from with one to three bytes changed, added or dropped; it keeps its first byte. */
void order_random_neighbour(struct order_random *r, enum version_scheme s, const char *from,
			    char *buf, size_t size);
