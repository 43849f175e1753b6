/*
 * Simple signing: the payload of image signatures as cosign and containers/image write them, which
 * says which manifest was signed. Read strictly, since it is only looked at after its signature
 * holds: a name that stands twice is refused. Never written again to be verified: signers may
 * write it as they like.
 *
 * Sources: sigstore/sigstore pkg/signature/payload; containers/image docs/containers-signature.5.
 */
#pragma once

#include "crypt/digest.h"
#include "format/json.h"
#include "trust/why.h"

enum { SIMPLE_SIGNING_BYTES_MAX = 4 << 20 };

/** A pair of -a, --annotations. */
struct trust_annotation {
	struct lc_slice key, value;
};

struct simple_signing {
	struct json_doc doc;
	struct lc_slice type;
	struct lc_slice reference; /* docker-reference: registry/repository, some with a tag */
	struct digest digest;      /* of the manifest that was signed */
	json_ref optional;         /* JSON_NONE or null without annotations */
};

/**
 * Parse a payload, which outlives the result.
 * @return 0; LC_EBAD with rule P1; LC_ENOMEM
 */
int simple_signing_parse(struct lc_slice text, struct lc_arena *a, struct simple_signing *ret,
			 struct trust_why *w) LC_MUST_CHECK;
/**
 * Is it of the one kind, and has it no members but those of the format? What containers/image asks
 * of a claim before it counts. LC_EBAD with rule P1.
 */
int simple_signing_strict(const struct simple_signing *s, bool openpgp,
			  struct trust_why *w) LC_MUST_CHECK;
/** Is it about this manifest (P2), and does it say all of these (P3)? */
int simple_signing_check(const struct simple_signing *s, const struct digest *d,
			 const struct trust_annotation *want, size_t n,
			 struct trust_why *w) LC_MUST_CHECK;
/** Append the payload that cosign writes, to the byte. Pairs may come in any order. */
int simple_signing_write(struct lc_slice reference, const struct digest *d,
			 const struct trust_annotation *pairs, size_t n, struct lc_arena *a,
			 struct lc_buf *out) LC_MUST_CHECK;

/** The same pairs by the bytes of their keys, the last of equal keys alone; NULL out of memory. */
struct trust_annotation *trust_annotations_sorted(const struct trust_annotation *pairs, size_t n,
						  struct lc_arena *a, size_t *ret_n);

extern const struct lc_slice simple_signing_media_type;
