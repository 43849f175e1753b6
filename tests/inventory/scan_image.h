/*
 * An image walked and squashed with the analysers of operating systems, for tests.
 */
#pragma once

#include "inventory/squash.h"
#include "inventory/walk.h"

enum { SCAN_LAYERS_MAX = 64 };

struct scanned {
	struct oci_image *image;
	struct inv_matcher *matcher;
	struct inv_options options;
	struct inv_sink sinks[SCAN_LAYERS_MAX];
	struct inv_walk_stats stats[SCAN_LAYERS_MAX];
	struct inv_layer_facts facts[SCAN_LAYERS_MAX];
	const struct inv_layer_facts *layers[SCAN_LAYERS_MAX];
	struct lc_arena arena;
	struct inventory inventory;
};

extern const struct inv_analyser *const scan_analysers[];
extern const size_t scan_analysers_n;

/** Walk and squash an opened image, which is taken over; what the first failing step returned. */
int scan_image(struct oci_image *image, const struct lc_limits *limits, struct scanned *ret,
	       struct lc_err *e);
/** Open and scan a file; fails the test when any step fails. */
void scan_path(const char *path, struct scanned *ret);
void scan_done(struct scanned *s);

/** The inventory as text in its arena: packages "p … layer=N/M file=F", os, diagnostics "! …
 * layer=N". */
const char *scan_text(struct scanned *s);
