/*
 * The layers of one image, walked on threads: each gives a stream of facts or the reason why it has
 * none. Results stand in layer order whatever order they finished in.
 */
#pragma once

#include "inventory/walk.h"
#include "scan/scan.h"

struct scan_layer {
	struct inv_sink sink; /* the facts' bytes; empty when the layer could not be read */
	struct inv_walk_stats stats;
	struct inv_layer_facts facts; /* decoded in arena, slices into sink */
	struct lc_arena arena;
	struct lc_err err; /* why it could not be read; code 0: it was */
};

struct scan_layers {
	struct scan_layer *v;
	size_t n;
};

/**
 * @return 0 with every layer's own outcome inside; LC_ENOMEM, LC_ECANCEL, LC_EUSAGE stop the whole
 */
int scan_layers_run(const struct scan_request *q, const struct oci_image *image,
		    const struct inv_matcher *m, struct scan_layers *ret,
		    struct lc_err *e) LC_MUST_CHECK;
void scan_layers_done(struct scan_layers *l);
