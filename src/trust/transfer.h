/*
 * Copying an image from one repository to another with everything that is attached to it: the
 * images of an index, cosign's tags, referrers and what refers to those. Digests stay; layers are
 * streamed, and verified by whoever takes them. What is there already is not sent again.
 *
 * Order is from the inside out (blobs, manifests, what is attached to them, then tags), so that
 * whatever is interrupted leaves nothing that names what is missing, and no tag whose image lost
 * its signatures on the way.
 */
#pragma once

#include "base/map.h"
#include "oci/repository.h"

struct transfer {
	struct oci_repository *from, *to;
	struct lc_slice tags_prefix;
	size_t manifests, attached; /* counted */
	/* Digests that were copied, each once however often it is named. transfer_image()'s own. */
	struct lc_map seen;
	struct lc_arena names;
};

/**
 * Copy m and put it under tag, "" by its digest alone.
 *
 * @return 0; LC_EBAD a document that is missing, or names what is no digest; LC_ELIMIT nested too
 *         deep; what either repository gave
 */
int transfer_image(struct transfer *t, const struct oci_document *m, struct lc_slice tag,
		   struct lc_err *e) LC_MUST_CHECK;
