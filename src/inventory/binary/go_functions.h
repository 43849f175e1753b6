/*
 * Which functions of a Go module a program holds, small enough to keep with the package: its
 * attribute GO_FUNCTIONS.
 *
 * A set of hashes, so that a function that is not there is taken for one that is in at most one of
 * some thousand cases, and never the other way round: what is said to be missing is missing.
 * Form: a byte K, then the sorted hashes of K bits, each as uleb difference to the one before.
 */
#pragma once

#include "base/arena.h"

#define GO_FUNCTIONS "go.functions"

enum { GO_FUNCTION_BYTES_MAX = 4096 }; /* of a package's path and a symbol */

/** Of "Type.Method" or "Function" in a package; with an empty symbol of the package itself. */
uint64_t go_function_hash(struct lc_slice package, struct lc_slice symbol);
/** Hashes are sorted in place. In the arena; p NULL (a->err is set) on failure. */
struct lc_slice go_functions_pack(uint64_t *hashes, size_t n, struct lc_arena *a);

enum go_linked {
	GO_UNKNOWN, /* nothing is known of the program's functions, or of what is concerned */
	GO_LINKED,
	GO_NOT_LINKED, /* none of them */
};
/**
 * Does a program hold any function of a list that an advisory gives (struct advisory.symbols:
 * "package symbol symbol …")?
 *
 * @param packed  the attribute, "" none
 */
enum go_linked go_functions_any(struct lc_slice packed, const struct lc_slice *symbols, size_t n);
