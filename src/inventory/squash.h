/*
 * Layers' facts laid over each other: what the image holds in the end, and who brought it.
 *
 * A file's facts count when no upper layer hides the file (whiteout, opaque directory, an entry at
 * its path, a non-directory above it). The layer of origin of an OS package is the first one whose
 * database holds the same name, version and architecture and keeps it in every later database up to
 * the end; of other packages the first layer whose same path held the same package without a break.
 * Results are sorted: same bytes for same layers.
 */
#pragma once

#include "inventory/fact.h"

struct inv_found_package {
	struct inv_package package;
	struct lc_slice file; /* the file that proved it */
	struct lc_slice analyser;
	size_t layer;      /* origin */
	size_t file_layer; /* the layer whose file proves it now */
};

struct inv_found_diagnostic {
	struct inv_diagnostic diagnostic;
	size_t layer;
};

struct inventory {
	struct {
		struct inv_found_package *v;
		size_t n, room;
	} packages;
	struct {
		struct inv_found_diagnostic *v;
		size_t n, room;
	} diagnostics;
	struct inv_os os; /* family "" when unknown */
	bool has_os;
	size_t os_layer;
	struct lc_slice os_file;
	struct inv_repository repository;
	bool has_repository;
};

/**
 * @param layers  n of them, lowest first; NULL where a layer could not be read
 * @param a       holds the result; slices point into the layers' streams, which outlive it
 */
int inv_squash(const struct inv_layer_facts *const *layers, size_t n, struct lc_arena *a,
	       struct inventory *ret, struct lc_err *e) LC_MUST_CHECK;
