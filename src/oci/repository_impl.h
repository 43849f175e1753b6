/* One table of functions per kind of repository. Private to oci/; see repository.h for each. */
#pragma once

#include "base/limits.h"
#include "format/json.h"
#include "oci/repository.h"

struct oci_repository {
	int (*manifest)(struct oci_repository *r, struct lc_slice name, struct lc_arena *a,
			struct oci_document *ret, struct lc_err *e);
	int (*blob)(struct oci_repository *r, const struct digest *d, struct lc_stream **ret,
		    struct lc_err *e);
	/* LC_EUNSUP: there is no such API, the tag schema counts. */
	int (*referrers)(struct oci_repository *r, const struct digest *d, struct lc_arena *a,
			 struct oci_referrers *ret, struct lc_err *e);
	int (*tags)(struct oci_repository *r, struct lc_arena *a, struct lc_slices *ret,
		    struct lc_err *e);
	/* NULL: this kind keeps none. */
	int (*signature)(struct oci_repository *r, const struct digest *instance, unsigned n,
			 struct lc_arena *a, struct lc_slice *ret, struct lc_err *e);
	int (*has_blob)(struct oci_repository *r, const struct digest *d, bool *ret,
			struct lc_err *e);
	/* bytes, or from with its size */
	int (*put_blob)(struct oci_repository *r, const struct digest *d, struct lc_slice bytes,
			struct lc_stream *from, uint64_t size, struct lc_err *e);
	/* tag "": by the digest d alone */
	int (*put_manifest)(struct oci_repository *r, struct lc_slice tag, const struct digest *d,
			    struct lc_slice media_type, struct lc_slice bytes, bool *ret_indexed,
			    struct lc_err *e);
	int (*delete)(struct oci_repository *r, struct lc_slice name, struct lc_err *e);
	/* NULL: whoever keeps the blobs does it. */
	int (*sweep)(struct oci_repository *r, const struct digest *keep, struct oci_swept *ret,
		     struct lc_err *e);
	/* NULL: what was put is there already. */
	int (*commit)(struct oci_repository *r, struct lc_err *e);
	void (*close)(struct oci_repository *r);
	const struct lc_limits *limits;
	struct lc_slice name;
	bool layout;
	bool docker; /* a docker archive */
};

/** A referrer as an index entry or a manifest of its own says. LC_EBAD. */
int repository_referrer_of(const struct json_doc *d, json_ref entry, struct lc_arena *a,
			   struct oci_referrer *ret, struct lc_err *e) LC_MUST_CHECK;
/** The entries of an index of referrers appended to ret. */
int repository_referrers_in(struct lc_slice index, struct lc_arena *a, struct oci_referrers *ret,
			    struct lc_err *e) LC_MUST_CHECK;
/** bytes parsed as one JSON object, equal names refused. */
int repository_parse(struct lc_slice bytes, struct lc_arena *a, const char *what,
		     struct json_doc *ret, struct lc_err *e) LC_MUST_CHECK;
