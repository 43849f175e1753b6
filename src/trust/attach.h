/*
 * Attaching to an image in its repository: as a layer of the manifest under a tag of cosign
 * ("sha256-<hex>.sig"), or as a bundle in a manifest that refers to the image. Blobs go first and
 * the manifest last, so that whatever is interrupted leaves nothing that counts.
 *
 * Sources: sigstore/cosign pkg/oci/remote/write.go, specs/BUNDLE_SPEC.md.
 */
#pragma once

#include "trust/attached.h"
#include "trust/simple_signing.h"

struct attach_layer {
	struct lc_slice media_type, content;
	const struct trust_annotation *annotations;
	size_t annotations_n;
};

/**
 * Append a layer to the manifest under a tag, which is made when it is not there; written again
 * when somebody else wrote at the same time. What is there stays byte for byte.
 * @param replace  the manifest holds this layer alone afterwards (SBOMs)
 */
int attach_to_tag(struct oci_repository *r, struct lc_slice tag, const struct attach_layer *l,
		  bool replace, struct lc_err *e) LC_MUST_CHECK;

struct attach_referrer {
	const struct oci_document *image;
	struct lc_slice artifact_type;  /* also of the layer for bundles */
	struct lc_slice predicate_type; /* "" none */
	struct lc_slice content_kind;   /* "dsse-envelope", "message-signature"; "" none */
	int64_t created;
	struct attach_layer layer;
	bool cosign_config; /* an older signature: its config's type stands for the artifact's */
};
/** One manifest that refers to the image. */
int attach_as_referrer(struct oci_repository *r, const struct attach_referrer *what,
		       struct lc_err *e) LC_MUST_CHECK;
