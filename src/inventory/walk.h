/*
 * One pass over a layer or a directory tree: entries in, facts out. Nothing is unpacked.
 *
 * Facts are computed while the layer streams and given only after blob digest, MAC and diff id
 * hold: a layer that fails gives no facts at all, and the caller reports it as unreadable. Wanted
 * hard links to files that nobody wanted are read in a second pass over the same layer.
 */
#pragma once

#include "inventory/matcher.h"
#include "io/tree.h"
#include "oci/layer.h"

struct inv_walk_stats {
	struct oci_layer_stats layer;
	uint64_t files_read; /* handed to at least one analyser */
	uint64_t bytes_analysed;
	uint64_t unsafe_names;
};

/**
 * Walk layer index of image into sink (initialised by the caller; ended here).
 * @return 0, sink holds the layer's facts; else a failure of the layer (message names it) and the
 * sink is empty, as inv_sink_done() leaves it
 */
int inv_walk_layer(const struct oci_image *image, size_t layer, const struct inv_matcher *m,
		   const struct inv_options *options, const struct lc_limits *limits,
		   const struct oci_layer_transform *transform, struct inv_sink *sink,
		   struct inv_walk_stats *ret, struct lc_err *e) LC_MUST_CHECK;

/** A file of a tree that is not to be read, and what is told of it instead. */
struct inv_left_out {
	struct lc_slice path, message;
};

struct inv_tree_options {
	unsigned threads; /* 0: one per processor */
	const struct inv_left_out *left_out;
	size_t left_out_n;
	const struct io_tree *store; /* inv_kept_stored(); NULL none */
};

/**
 * Walk a directory tree (walk_tree.h) into sink (initialised by the caller; ended here) on up to
 * how->threads threads: the same facts as a layer of the same files would give, in the same bytes
 * whatever the threads. No link is followed, nothing but regular files is opened, file systems of
 * the kernel's own (proc, sysfs) are not entered, nor are .git directories and, at the top of a
 * root file system, proc, sys and dev. What cannot be read is a diagnostic. The sink's on_file is
 * called by any of the threads, also for each directory that is listed (analyser "").
 *
 * @return 0; LC_ELIMIT more entries, or facts, than limits allow; LC_ECANCEL, LC_ENOMEM. On failure
 * the sink is empty.
 */
int inv_walk_tree(const struct io_tree *tree, const struct inv_matcher *m,
		  const struct inv_options *options, const struct lc_limits *limits,
		  const struct inv_tree_options *how, struct inv_sink *sink,
		  struct inv_walk_stats *ret, struct lc_err *e) LC_MUST_CHECK;
