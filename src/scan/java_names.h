/*
 * Names of Java archives that only an index of repositories knows, put into an inventory.
 */
#pragma once

#include "advisory/java_index.h"
#include "inventory/squash.h"

/**
 * Archives carry the SHA-1 of what they are themselves. One whose group and artifact the index has
 * keeps its name; others get that of their checksum, and those without a group, at last, the group
 * that has their artifact in their version. What the index does not know stays as it is; what then
 * still tells no version is no package of anybody's, and left out.
 *
 * @param x  NULL: no index
 * @param a  holds the new names
 * @return 0; LC_EBAD the index is damaged; LC_ENOMEM, LC_ELIMIT of the arena
 */
int scan_java_names(struct java_index *x, struct inventory *inv, struct lc_arena *a,
		    struct lc_err *e) LC_MUST_CHECK;
