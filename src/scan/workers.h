/*
 * Layers walked in confined processes, one process a layer: what a layer's bytes take over reaches
 * neither the scan nor another layer's facts.
 *
 * The processes know the matcher, options and limits of the scan, and of the image no more than
 * their layer's description and stored bytes. A directory tree is walked by one of them, which may
 * list and read what lies in it, read files of the store, and nothing else. They are made before
 * anything of the image, the credentials for it or the database is read. What they answer is
 * treated as foreign.
 */
#pragma once

#include "scan/layers.h"

struct scan_workers;

/** A tree to be walked, and what its files may refer to. */
struct scan_roots {
	const struct io_tree *tree;
	const struct io_tree *store; /* NULL none */
};

/**
 * Start. To be called while the process has one thread; request, matcher and roots outlive it.
 * @param roots  what will be walked; NULL: layers
 * @return 0; LC_EIO no process could be made, LC_ENOMEM
 */
int scan_workers_open(const struct scan_request *q, const struct inv_matcher *m,
		      const struct scan_roots *roots, struct scan_workers **ret,
		      struct lc_err *e) LC_MUST_CHECK;
/** No layer is to be walked any more: they end while the caller goes on. */
void scan_workers_hang_up(struct scan_workers *w);
/** Kill what still runs, and release. Accepts NULL. */
void scan_workers_close(struct scan_workers *w);
void scan_workers_closep(struct scan_workers **w);
/** Wait until they are confined, and say how well. LC_EIO */
int scan_workers_level(struct scan_workers *w, struct report_sandbox *ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** So many layers will be walked, at most: processes are made a little ahead of need. */
void scan_workers_expect(struct scan_workers *w, size_t layers);

/**
 * Walk a layer: facts and stats into ret, or ret->err says why there are none, the death of its
 * process included. Thread-safe, one layer a call.
 */
void scan_workers_walk(struct scan_workers *w, const struct oci_image *image, size_t layer,
		       struct scan_layer *ret);

/**
 * Walk the tree: facts and stats into ret. A file that ends the process is left out and told of,
 * and the rest is walked again; what ends it without a file leaves that diagnostic alone.
 * @return as inv_walk_tree()
 */
int scan_workers_walk_tree(struct scan_workers *w, struct scan_layer *ret,
			   struct lc_err *e) LC_MUST_CHECK;
