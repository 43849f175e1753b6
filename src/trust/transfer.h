/*
 * Copying an image from one repository to another with everything that is attached to it: the
 * images of an index, cosign's tags, referrers and what refers to those. Digests stay; layers are
 * streamed, and verified by whoever takes them. What is there already is not sent again.
 *
 * Order is from the inside out (blobs, manifests, then tags), so that whatever is interrupted
 * leaves nothing that names what is missing.
 */
#pragma once

#include "oci/repository.h"

struct transfer {
	struct oci_repository *from, *to;
	struct lc_slice tags_prefix;
	size_t manifests, attached; /* counted */
};

/** Copy m and put it under tag, "" by its digest alone. */
int transfer_image(struct transfer *t, const struct oci_document *m, struct lc_slice tag,
		   struct lc_err *e) LC_MUST_CHECK;
