/*
 * Patterns of --skip-files and --skip-dirs as users of a directory scan write them: below the tree
 * ("vendor", "./vendor", "**" "/testdata"), as seen from the working directory ("./app/vendor" for
 * the tree "./app"), or absolute. Private to the room.
 */
#pragma once

#include "base/vec.h"

/** A path without "." components, doubled and last slashes; ".." go as far as the text tells. "."
 * for nothing. p NULL out of memory. */
struct lc_slice scan_clean_path(struct lc_slice path, struct lc_arena *a);
/**
 * The pattern relative to the tree, where it names something below it; else unchanged.
 *
 * @param root     of the tree, absolute or relative to cwd
 * @param cwd      absolute
 * @param pattern  a glob
 */
struct lc_slice scan_skip_pattern(struct lc_slice root, struct lc_slice cwd,
				  struct lc_slice pattern, struct lc_arena *a);
