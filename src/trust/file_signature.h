/*
 * Signatures of files in the forms from before bundles, turned into a struct bundle, so that there
 * is one way to verify: the signature alone, with a certificate beside it, or cosign's own file
 * {"base64Signature","cert","rekorBundle"}. Source: sigstore/cosign pkg/cosign/fetch.go
 * (LocalSignedPayload), pkg/cosign/bundle/rekor.go.
 */
#pragma once

#include "trust/bundle.h"

/**
 * A signature as base64 with space around it, or as it is, and a certificate in PEM ("" none); both
 * outlive the result.
 * @return 0; LC_EBAD with the rule of form that fails; LC_ENOMEM
 */
int file_signature_read(struct lc_slice text, struct lc_slice certificate, struct lc_arena *a,
			struct bundle *ret, struct trust_why *w) LC_MUST_CHECK;
/** Is this cosign's own file, not a bundle? */
bool file_signature_is_old(struct lc_slice text, struct lc_arena *a);
/** Read it; as above. */
int file_signature_read_old(struct lc_slice text, struct lc_arena *a, struct bundle *ret,
			    struct trust_why *w) LC_MUST_CHECK;
/**
 * Write it, compact; signer is the public key or certificate in PEM, entry may be NULL. As
 * lc_buf_add().
 */
int file_signature_write_old(struct lc_slice signature, struct lc_slice signer,
			     const struct log_entry *entry, struct lc_buf *out) LC_MUST_CHECK;

/**
 * The log's entry as {"SignedEntryTimestamp","Payload"}, which goes to b->entries.
 * @return 0; LC_EBAD with the rule; LC_ENOMEM
 */
int log_bundle_read(struct lc_slice text, struct lc_arena *a, struct bundle *b,
		    struct trust_why *w) LC_MUST_CHECK;

/** Write that; the entry has a promise. As lc_buf_add(). */
int log_bundle_write(const struct log_entry *entry, struct lc_buf *out);

/**
 * A timestamp as {"SignedRFC3161Timestamp"}, or the response itself, which goes to b->timestamps.
 * text outlives the bundle. As above.
 */
int timestamp_read(struct lc_slice text, struct lc_arena *a, struct bundle *b,
		   struct trust_why *w) LC_MUST_CHECK;

/* What these forms are made of; what names the part in messages. */
/** Strict base64 that is not empty, into the arena: rules F1, F2. */
int signature_base64(struct lc_slice text, const char *what, struct lc_arena *a,
		     struct lc_slice *ret, struct trust_why *w) LC_MUST_CHECK;
/** One small JSON object, equal names refused: rule F1. */
int signature_json(struct lc_slice text, const char *what, struct lc_arena *a, struct json_doc *d,
		   struct trust_why *w) LC_MUST_CHECK;
