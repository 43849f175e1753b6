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
	size_t layer;                  /* origin */
	size_t file_layer;             /* the layer whose file proves it now */
	const struct inv_build *build; /* of rpm packages whose vendor says; NULL none */
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
	size_t owned; /* packages left out, as packages of the system own their files */
};

/** What of the packages found is wanted in the end; facts do not depend on it. */
struct squash_options {
	bool comprehensive;     /* languages' packages that the system's own brought, too */
	unsigned relationships; /* bits by enum inv_relationship; 0 all */
};

/**
 * Squash in progress: layers are added one by one, so that the facts of those that upper ones hide
 * can go. Not thread-safe.
 */
struct squash;

/**
 * @param options     NULL: what most want
 * @param layers_max  how many layers will be added at most
 * @param a           holds the result; used until inv_squash_end()
 */
int inv_squash_new(const struct squash_options *options, size_t layers_max, struct lc_arena *a,
		   struct squash **ret, struct lc_err *e) LC_MUST_CHECK;
/** Lay the next layer over the others; NULL where it could not be read. Failures are final. */
int inv_squash_add(struct squash *s, const struct inv_layer_facts *facts,
		   struct lc_err *e) LC_MUST_CHECK;
/** Does anything that may enter the result point into this layer's facts and their stream? */
bool inv_squash_needs(const struct squash *s, size_t layer);
/** What is left. Its slices point into the facts of the layers that are needed at this time. */
int inv_squash_end(struct squash *s, struct inventory *ret, struct lc_err *e) LC_MUST_CHECK;
void inv_squash_free(struct squash *s);
void inv_squash_freep(struct squash **s);

/**
 * All at once.
 *
 * @param layers  n of them, lowest first; NULL where a layer could not be read
 * @param a       holds the result; slices point into the layers' streams, which outlive it
 */
int inv_squash(const struct inv_layer_facts *const *layers, size_t n, struct lc_arena *a,
	       struct inventory *ret, struct lc_err *e) LC_MUST_CHECK;
