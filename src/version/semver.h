/*
 * The parts of a SemVer 2 version, for the schemes that build on it. Private to this room. Slices
 * are borrowed from the text.
 */
#pragma once

#include "base/slice.h"

enum { SEMVER_CORE_N = 3 };

struct semver {
	struct lc_slice core[SEMVER_CORE_N]; /* digits; empty where missing */
	struct lc_slice pre;                 /* p NULL when it is a release */
	struct lc_slice build;               /* or what follows three numbers; empty none */
	bool glued; /* identifiers end where letters meet digits, as in go1.21rc1 */
};

/** Take up to three numbers between dots; false when there is not one. */
bool semver_core(struct lc_slice *rest, struct semver *ret);
/** [v|=]major[.minor[.patch]][-pre][+build]; false when the text is none. */
bool semver_parse(struct lc_slice v, struct semver *ret);
/** Order of the pre-releases; that of a release is highest. */
int semver_pre_cmp(const struct semver *a, const struct semver *b);
/** SemVer's precedence: the build does not count. */
int semver_cmp(const struct semver *a, const struct semver *b);
