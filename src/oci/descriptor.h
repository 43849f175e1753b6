/*
 * Descriptors and media types. Private to oci/.
 *
 * Sources: OCI image-spec 1.1 descriptor.md, media-types.md; Docker image manifest v2 schema 2.
 */
#pragma once

#include "oci/image.h"

enum media_kind {
	MEDIA_UNKNOWN, /* or none given */
	MEDIA_INDEX,
	MEDIA_MANIFEST,
	MEDIA_SCHEMA1, /* Docker's first manifests: no config, no plain layers */
	MEDIA_CONFIG,
	MEDIA_LAYER,
	MEDIA_FOREIGN,   /* a layer that may not be distributed: usually only its urls are there */
	MEDIA_ENCRYPTED, /* a layer that a key opens */
	MEDIA_OTHER,     /* an artifact's own */
};

enum media_kind media_kind_of(struct lc_slice media_type);

/**
 * Refuse members that other readers would take for one of names (NULL ends): Go's encoding/json,
 * which engines use, ignores case, and of "layers" and "Layers" the last one counts for it.
 *
 * @return 0, also when o is no object; LC_EBAD
 */
int descriptor_exact_names(const struct json_doc *d, json_ref o, const char *const *names,
			   struct lc_err *e) LC_MUST_CHECK;

/**
 * A descriptor object of a document. Slices are the document's.
 *
 * @param what  for messages
 * @return 0; LC_EBAD not an object, no digest or one outside the grammar, no size; LC_EUNSUP
 * algorithm
 */
int descriptor_parse(const struct json_doc *d, json_ref r, const char *what,
		     struct oci_descriptor *ret, struct lc_err *e) LC_MUST_CHECK;
/** os, architecture and variant of an object. */
struct oci_platform descriptor_platform(const struct json_doc *d, json_ref r);
/** Compare as platforms are chosen: both parts named. */
static inline bool descriptor_has_platform(const struct oci_platform *p)
{
	return p->os.n && p->architecture.n;
}
