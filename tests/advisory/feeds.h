/*
 * A folder of feeds in a scratch directory of its own.
 */
#pragma once

#include <stddef.h>

/** One file of the folder; of a path that ends in ".zip", one member. Rows end with path NULL. */
struct feed_row {
	const char *path;   /* "npm/all.zip", "kev/kev.json" */
	const char *member; /* NULL: a plain file */
	const char *content;
};

/** Make the folder; fails the test when it cannot. The path is static: one folder at a time. */
const char *feeds_make(const struct feed_row *rows);
/** Path of a name in the scratch directory, beside the folder; one of four static buffers. */
const char *feeds_beside(const char *name);
/** Names beside the folder that begin with the prefix. */
size_t feeds_count_beside(const char *prefix);
/** Remove the folder and all beside it. */
void feeds_remove(void);
