/*
 * The layers of one image, walked on threads: each gives a stream of facts or the reason why it has
 * none. They are laid over each other in layer order, whatever order they finished in, as soon as
 * all lower ones were; what the result does not need is released at once, so that memory does not
 * grow with the number of layers.
 */
#pragma once

#include "inventory/squash.h"
#include "inventory/walk.h"
#include "scan/scan.h"

/**
 * What facts are kept under: no more than was seen by others than the process that read the layer,
 * which its bytes may have taken over.
 */
enum scan_bound {
	SCAN_BOUND_TO_NOTHING, /* they are not kept */
	SCAN_BOUND_TO_BLOB,    /* its bytes as stored are known, its diff id is the process' word */
	SCAN_BOUND_TO_DIFF_ID,
};

struct scan_layer {
	struct inv_sink sink; /* the facts' bytes; empty when the result does not need them */
	struct inv_walk_stats stats;
	enum scan_bound bound;
	struct digest stored;  /* of the bytes as stored, where they are bound to these */
	struct lc_arena arena; /* the decoded facts; slices point into sink */
	bool walked;
	bool cached;       /* facts and numbers are the cache's: the layer was not read */
	bool distrusted;   /* an entry of the cache did not hold: the layer was read */
	struct lc_err err; /* why it could not be read; code 0: it was */
};

struct scan_layers {
	struct scan_layer *v;
	size_t n;
};

struct scan_workers;

/** Layers that come from a registry at a time, however few processors there are. */
enum { SCAN_CONNECTIONS = 4 };

/**
 * @param workers  walk the layers; NULL: done in this process
 * @param a    holds the inventory; slices of it point into ret, too
 * @return 0 with every layer's own outcome inside; LC_ENOMEM, LC_ECANCEL, LC_EUSAGE stop the whole
 */
int scan_layers_run(const struct scan_request *q, const struct oci_image *image,
		    const struct inv_matcher *m, struct scan_workers *workers, struct lc_arena *a,
		    struct inventory *ret_inventory, struct scan_layers *ret,
		    struct lc_err *e) LC_MUST_CHECK;
void scan_layers_done(struct scan_layers *l);
