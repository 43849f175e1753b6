/*
 * A layer's facts from the cache instead of the layer, and into it. Private to scan/.
 */
#pragma once

#include "scan/cache.h"
#include "scan/layers.h"

struct scan_recall {
	struct scan_cache *cache; /* NULL: layers are read */
	const struct scan_request *q;
	struct scan_cache_scope scope;
};

/** Never fails: without a key for the cache, or memory for one, layers are read. */
void scan_recall_init(struct scan_recall *r, const struct scan_request *q,
		      const struct inv_matcher *m);
/** Will this layer be read, as far as can be told without reading its entry? */
bool scan_recall_lacks(const struct scan_recall *r, const struct oci_layer *of);
/**
 * Give l the facts and numbers of a layer, if they are kept and to be believed.
 * @return false: it must be read; l->distrusted says whether because an entry did not hold
 */
bool scan_recall_layer(const struct scan_recall *r, const struct oci_layer *of,
		       struct scan_layer *l);
/** Keep what reading the layer gave. What was left out for a limit is looked at again next time. */
void scan_recall_keep(const struct scan_recall *r, const struct oci_layer *of,
		      const struct scan_layer *l);
