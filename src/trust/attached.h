/*
 * What is attached to an image in its repository: signatures, attestations, SBOMs. Found by the
 * tags that cosign writes ("sha256-<hex>.sig", ".att", ".sbom") and by referrers, whose bundles and
 * older signature manifests are opened. Nothing is verified here but digests.
 *
 * What cannot be looked up is a failure, never "nothing is attached". What is there and broken (a
 * manifest that does not parse, a blob that is gone or was changed) stays in the list with why.
 *
 * Sources: sigstore/cosign specs/SIGNATURE_SPEC.md, BUNDLE_SPEC.md; OCI distribution-spec 1.1.
 */
#pragma once

#include "format/json.h"
#include "oci/repository.h"
#include "trust/why.h"

enum attached_kind {
	ATTACHED_SIGNATURE, /* simple signing, signed by its layer's annotation */
	ATTACHED_ENVELOPE,  /* a DSSE envelope, as older attestations are */
	ATTACHED_BUNDLE,    /* a sigstore bundle: a signature or an attestation */
	ATTACHED_SBOM,      /* of `cosign attach sbom`: nobody signed it */
	ATTACHED_OTHER,     /* some other artifact that refers to the image */
};

enum { ATTACHED_MAX = 1000, ATTACHED_BYTES_MAX = 128 << 20 };

struct attached {
	enum attached_kind kind;
	struct lc_slice tag;            /* that names its manifest; "" found as a referrer */
	struct digest manifest;         /* that carries it */
	struct digest blob;             /* it; for ATTACHED_OTHER the manifest again */
	uint64_t size;                  /* of the blob */
	struct lc_slice media_type;     /* of the blob */
	struct lc_slice artifact_type;  /* of a referrer */
	struct lc_slice predicate_type; /* as annotations say, which nobody signed */
	/* Annotations of the layer; "" none. */
	struct lc_slice signature, certificate, chain, log_bundle, timestamp;
	int rc; /* not 0: it is broken, and why says how */
	struct trust_why why;
};

struct attached_list {
	struct attached *v;
	size_t n, room;
	bool api; /* the registry lists referrers by itself */
};

/**
 * All that is attached to a manifest.
 * @param prefix  of the tags (--attachment-tag-prefix); "" usually
 * @param a       holds the result, with a cap
 * @return 0; what a look-up gave (remote codes, LC_EIO); LC_ELIMIT; LC_ENOMEM
 */
int attached_find(struct oci_repository *r, const struct digest *image, struct lc_slice prefix,
		  struct lc_arena *a, struct attached_list *ret, struct lc_err *e) LC_MUST_CHECK;
/** The same of the ".sig" tag alone: what readers that know no referrers find. */
int attached_find_signatures(struct oci_repository *r, const struct digest *image,
			     struct lc_arena *a, struct attached_list *ret,
			     struct lc_err *e) LC_MUST_CHECK;
/**
 * The bytes of one, verified against its digest.
 * @return 0; LC_EBAD gone or changed (rule A1); else the look-up failed
 */
int attached_read(struct oci_repository *r, const struct attached *what, struct lc_arena *a,
		  struct lc_slice *ret, struct trust_why *w) LC_MUST_CHECK;

/* Names of annotations and media types. */
extern const char attached_signature_note[], attached_certificate_note[], attached_chain_note[],
	attached_log_note[], attached_timestamp_note[];
extern const struct lc_slice attached_envelope_type;
