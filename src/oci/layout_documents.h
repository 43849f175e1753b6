/*
 * What the documents of an OCI layout say about each other: which manifests are about an image, and
 * whether what a deleted one leaves behind is still named by anything. Private to oci/.
 */
#pragma once

#include "base/map.h"
#include "oci/layout_store.h"
#include "oci/repository.h"

/**
 * Manifests that have d as their subject, appended to ret.
 * @return 0; LC_ELIMIT over OCI_REFERRERS_MAX
 */
int layout_documents_about(struct layout_store *s, const struct digest *d, struct lc_arena *a,
			   struct oci_referrers *ret, struct lc_err *e) LC_MUST_CHECK;

/** Blobs that may go. A zeroed struct is empty. */
struct layout_leaving {
	struct lc_arena arena;
	struct lc_map blobs; /* hex -> struct leaving */
};

void layout_leaving_done(struct layout_leaving *l);
/** A manifest that is going to be deleted, and what it names as its own: config and layers. */
int layout_leaving_add(struct layout_leaving *l, struct layout_store *s, const struct digest *d,
		       struct lc_err *e) LC_MUST_CHECK;
/**
 * Remove those of them that no other document there names: every string of every JSON document is
 * looked at for their digests, whatever the document is. Nobody else may write meanwhile. The set
 * is empty then, also on failure.
 *
 * @return 0; LC_EUNSUP with a message, something there is not understood: nothing was removed
 */
int layout_sweep(struct layout_store *s, struct layout_leaving *l, struct oci_swept *ret,
		 struct lc_err *e) LC_MUST_CHECK;
