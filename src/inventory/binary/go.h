/*
 * What Go leaves in a program: the list of its modules, and the names of its functions.
 */
#pragma once

#include "inventory/binary/binary.h"

/** debug/buildinfo. */
struct go_build {
	struct lc_slice version; /* of the toolchain: "go1.22.1" */
	struct lc_slice modules; /* lines of tab-separated fields; may be empty */
};
/**
 * @return 0; LC_ENOTFOUND for no Go program; LC_EBAD, LC_ETRUNC, LC_ELIMIT with the reason;
 *         LC_ENOMEM, LC_EIO
 */
int go_build_read(const struct binary *b, struct go_build *ret, struct lc_err *e) LC_MUST_CHECK;

/** "go1.21rc2 X:loopvar" as a version: "v1.21.0-rc.2"; p NULL of anything else. */
struct lc_slice go_toolchain_version(struct lc_slice text, struct lc_arena *a);
/** The version that flags of the linker set ("-X main.version=1.2"), "" none or several. */
struct lc_slice go_version_of_flags(struct lc_slice flags, struct lc_slice module,
				    struct lc_arena *a);

/** A module, and the functions of it that were linked, as hashes (go_functions.h). */
struct go_module {
	struct lc_slice path; /* what its packages are imported by; "" what no other has */
	struct lc_slice name; /* what it is reported as: the replacement's path */
	struct {
		uint64_t *v;
		size_t n, room;
	} hashes;
};
/**
 * The functions that were linked, each under the module whose path is the longest that its package
 * lies below; those of package main under modules[main].
 *
 * @return 0; LC_ENOTFOUND when the table of functions is not there or cannot be relied upon: then
 *         nothing is known; LC_ENOMEM, LC_ELIMIT of the arena, LC_EIO
 */
int go_table_read(const struct binary *b, struct go_module *modules, size_t n, size_t main,
		  struct lc_err *e) LC_MUST_CHECK;
