/*
 * Which of several images in one file is meant: by reference, then by platform. Private to oci/.
 */
#pragma once

#include "base/vec.h"
#include "oci/image.h"

struct candidate {
	struct oci_descriptor manifest; /* of layouts */
	json_ref entry;                 /* of docker archives: in manifest.json */
	struct lc_slice identity;       /* equal for one and the same image */
	struct lc_slices names;         /* references recorded with it */
	struct lc_slices
		digests; /* texts of digests that lead to it: its own, indexes' around it, its id */
	struct oci_platform platform; /* empty: not known (yet) */
	bool present;                 /* its manifest is stored here */
	bool drop;                    /* found to be no image */
};

struct candidates {
	struct candidate *v;
	size_t n, room;
};

struct choice {
	const struct oci_open_options *options;
	struct lc_arena *arena;
	struct candidates *all;
	/* Find out the platform of a candidate that does not tell, or set drop. */
	int (*learn)(void *ctx, struct candidate *c);
	void *ctx;
};

/**
 * @return 0; LC_ENOTFOUND no such name or platform, with what there is; LC_EUSAGE several fit,
 * listed
 */
int candidate_choose(const struct choice *ch, struct candidate **ret,
		     struct lc_err *e) LC_MUST_CHECK;

/** The candidate of that identity, made when there is none. NULL out of memory. */
struct candidate *candidate_add(struct candidates *all, struct lc_slice identity,
				struct lc_arena *a);
/** Does one recorded name mean what the user wrote? */
bool candidate_name_matches(struct lc_slice name, struct lc_slice wanted, struct lc_arena *a);
