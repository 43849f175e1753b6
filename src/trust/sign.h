/*
 * Signing and attesting images, in either form: a bundle that refers to the image, or cosign's
 * older layer under a tag. What the same key signed before with the same words is not added again.
 * What services have to say of it is asked for before anything is attached.
 *
 * Sources: sigstore/cosign pkg/cosign, specs/SIGNATURE_SPEC.md; sigstore/protobuf-specs.
 */
#pragma once

#include "trust/attach.h"
#include "trust/bundle.h"
#include "trust/statement.h"
#include "trust/witness.h"

struct image_signing {
	struct crypt_signer *signer;
	const struct witness *witness; /* NULL: the key alone, offline */
	bool bundle;                   /* else the form before bundles */
	bool referrers;                /* the older form as a referrer, not under a tag */
	struct lc_slice tags_prefix;
	struct lc_slice name; /* docker-reference, or name of an attestation's subject; "" none */
	const struct trust_annotation *annotations; /* of signatures */
	size_t annotations_n;
	struct lc_slice payload; /* of the older form: this claim, as it is; "" one is made */
	bool attestation;
	struct lc_slice predicate_type; /* of an attestation; with its predicate, valid JSON */
	struct lc_slice predicate;
	int64_t now; /* when it is made */
};

/** LC_EUSAGE when the older form has no room for what these services say. */
int trust_sign_fits(const struct image_signing *s, struct lc_err *e) LC_MUST_CHECK;
/**
 * Sign one manifest and attach the signature. A payload that is no claim about it is LC_EUSAGE.
 * @param ret_again  it was there already, and nothing was written
 */
int trust_sign_image(struct oci_repository *r, const struct oci_document *image,
		     const struct image_signing *s, bool *ret_again,
		     struct lc_err *e) LC_MUST_CHECK;
