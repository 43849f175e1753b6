/*
 * The pipeline put together: target in, report out.
 *
 * scan_image() opens the image, walks its layers on threads, squashes, matches, judges and
 * assembles. It prints nothing and exits never; progress and warnings go through the request's
 * callbacks and into the report.
 */
#pragma once

#include "report/report.h"
#include "inventory/matcher.h"
#include "inventory/squash.h"
#include "oci/layer.h"
#include "scan/cache.h"

struct scan_request {
	struct oci_open_options open;
	struct inv_options inventory; /* groups, targets, what is skipped */
	struct squash_options squash; /* which packages are wanted */
	const char *db_path;          /* NULL: the starter */
	const char *java_index_path;  /* trivy-java.db; NULL none */
	const char *store_path;       /* of directories: Maven's local repository; NULL none */
	const struct match_options *match;
	const struct judge_options
		*judge; /* its now is set by the scan: clock, or content when reproducible */
	const struct oci_layer_transform *transform; /* NULL: no keys */
	const struct lc_limits *limits;
	unsigned threads; /* 0: one per processor */
	bool sandbox;     /* walk layers in confined processes: see workers.h for what that asks */
	bool reproducible;
	bool no_match;            /* list packages only */
	struct scan_cache *cache; /* of layers' facts; NULL: layers are read */
	bool verify_content;      /* read all layers, whatever the cache has */
	const char *version;      /* of the program, for the report */
	/* Called from the caller's thread or a worker's, one at a time; may be NULL. */
	void (*progress)(void *ctx, size_t layers_done, size_t layers, uint64_t bytes);
	void *ctx;
	void (*before_layer)(void *ctx,
			     size_t layer);          /* tests: delay layers to change their order */
	const struct inv_analyser *const *analysers; /* tests: in place of all; NULL ends */
};

/** Scan an image in a file or directory. The report is the caller's: report_free(). */
int scan_image(const struct scan_request *q, struct report **ret, struct lc_err *e) LC_MUST_CHECK;

/** A directory, or one file. */
struct scan_tree {
	const char *path;
	struct lc_slice name; /* as reports call it; "" the path, or the host that it is of */
	const struct report_repository *repository; /* type repository, as known; NULL none */
};

/**
 * Scan a directory tree (or one file) by the analysers of q->inventory.targets: file system, root
 * file system or repository. Paths to be skipped are those of the tree, or as seen from the working
 * directory.
 */
int scan_directory(const struct scan_request *q, const struct scan_tree *tree, struct report **ret,
		   struct lc_err *e) LC_MUST_CHECK;

/** The one list of all analysers. */
extern const struct inv_analyser *const scan_analysers[];
extern const size_t scan_analysers_n;
