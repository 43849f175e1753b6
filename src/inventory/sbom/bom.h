/*
 * The packages of one bill of materials while it is read: named by package URLs, of any kind,
 * connected by the names that the document gives them. Private to sbom/.
 */
#pragma once

#include "inventory/language/lock.h"

struct bom {
	struct lock *lock;    /* its document; its own packages stay empty */
	struct lc_map by_ref; /* as the document names them -> struct inv_package */
	struct lc_map lists;  /* type of packages -> struct packages */
};

void bom_done(struct bom *b);
/**
 * A package. What no analyser of languages could have found is passed over: systems' packages are
 * for their databases to tell.
 *
 * @param ref       of the document; "" none
 * @param licences  as recorded; those that say nothing are left out
 */
int bom_add(struct bom *b, struct lc_slice ref, struct lc_slice purl,
	    const struct lc_slices *licences) LC_MUST_CHECK;
/** One depends on the other, when both are there. */
int bom_depends(struct bom *b, struct lc_slice from, struct lc_slice on) LC_MUST_CHECK;
/** All of them into the sink. */
int bom_put(const struct bom *b) LC_MUST_CHECK;
/** Append a licence unless it says nothing ("NOASSERTION"). */
int bom_licence(struct bom *b, struct lc_slice licence, struct lc_slices *to) LC_MUST_CHECK;
