/*
 * A directory tree on its way through the walk: listed first, on threads, by a queue of directories
 * (walk_tree_list.c), then what is wanted is read, group by group (walk_tree.c). Private to the
 * walk.
 *
 * A group is the files of some directories, or all files of an analyser that reads them together,
 * for which wherever they lie one walker must see them all. A group's facts are a stream of its
 * own; the streams are joined in a fixed order.
 */
#pragma once

#include "inventory/presence.h"
#include "inventory/walk.h"

struct tree_file {
	struct lc_slice path;
	struct inv_set who; /* wants it */
};

struct tree_link {
	struct lc_slice path, target;
};

struct tree_trouble {
	struct lc_slice path;
	enum inv_trouble trouble;
	struct lc_slice message;
};

/** What was found; sorted, so that it does not depend on who listed what. */
struct tree_listing {
	struct {
		struct tree_file *v;
		size_t n, room;
	} files; /* wanted, by directory, then by name */
	struct {
		struct tree_link *v;
		size_t n, room;
	} links; /* that may matter */
	struct {
		struct tree_trouble *v;
		size_t n, room;
	} troubles;
	struct inv_presence presence; /* sealed */
	uint64_t entries;
	uint64_t unopened; /* files whose first bytes would decide, and could not be had */
	struct lc_slice unopened_first;
};

struct tree_walk {
	const struct io_tree *tree;
	const struct inv_matcher *matcher;
	const struct inv_options *options;
	const struct lc_limits *limits;
	unsigned threads;
	const struct inv_tree_options *how;
	const struct inv_sink *sink; /* whom to tell how far it is */
};

/** Tell that a directory is listed, or a file read. */
static inline void tree_tell(const struct tree_walk *t, struct lc_slice path)
{
	if (t->sink->on_file)
		t->sink->on_file(t->sink->on_file_ctx, path, LC_S(""));
}

/** @param arenas  hold the result; one for each thread, made and released by the caller */
int tree_list(const struct tree_walk *t, struct lc_arena *arenas, size_t arenas_n,
	      struct tree_listing *ret, struct lc_err *e) LC_MUST_CHECK;
