/*
 * What the documents of an OCI layout say about each other: which manifests are about an image, and
 * whether what a deleted one leaves behind is still named by anything. Private to oci/.
 */
#pragma once

#include "base/map.h"
#include "format/json.h"
#include "oci/layout_store.h"
#include "oci/repository.h"

/**
 * Manifests that have d as their subject, appended to ret.
 * @return 0; LC_ELIMIT over OCI_REFERRERS_MAX
 */
int layout_documents_about(struct layout_store *s, const struct digest *d, struct lc_arena *a,
			   struct oci_referrers *ret, struct lc_err *e) LC_MUST_CHECK;

/**
 * Does an index list d that is listed in index.json itself, or below such a one? One that nobody
 * can find lists nothing, and index.json's own entries do not count.
 * @param ret_by  that index; where there is none, d
 * @return 0; LC_ELIMIT too many indexes to say
 */
int layout_documents_listing(struct layout_store *s, const struct json_doc *index,
			     const struct digest *d, struct digest *ret_by,
			     struct lc_err *e) LC_MUST_CHECK;

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
 * @param keep  stays with what it names, though nothing there need name it; NULL none
 * @return 0; LC_EUNSUP with a message, something there is not understood: nothing was removed
 */
int layout_sweep(struct layout_store *s, struct layout_leaving *l, const struct digest *keep,
		 struct oci_swept *ret, struct lc_err *e) LC_MUST_CHECK;
