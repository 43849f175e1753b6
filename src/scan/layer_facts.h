/*
 * The facts of one layer, from wherever they are had. What keeps them, or runs the walk elsewhere,
 * plugs in here; layers.c knows only their order.
 */
#pragma once

#include "scan/layers.h"

/** What all layers of an image share. Read-only while threads run. */
struct scan_layer_from {
	const struct scan_request *q;
	const struct oci_image *image;
	const struct inv_matcher *m;
	struct scan_workers *workers; /* NULL: layers are walked in this process */
};

/**
 * Fill sink and stats of layer i, or err with why there are none: the failure is the result.
 * Thread-safe, one layer a call.
 */
void scan_layer_facts(const struct scan_layer_from *from, size_t i, struct scan_layer *ret);
