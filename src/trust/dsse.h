/*
 * DSSE envelopes: a payload with its type, signed together. Source: secure-systems-lab/dsse
 * protocol.md and envelope.md (v1.0.2). The payload is not to be parsed before a signature holds.
 */
#pragma once

#include "crypt/key.h"
#include "format/json.h"

enum { DSSE_SIGNATURES_MAX = 32 };

struct dsse_signature {
	struct lc_slice keyid; /* a hint that nobody signed */
	struct lc_slice sig;   /* decoded */
};

struct dsse_envelope {
	struct lc_slice payload_type;
	struct lc_slice payload; /* decoded */
	struct dsse_signature *signatures;
	size_t signatures_n;
};

/** From a node; slices of the document or the arena. LC_EBAD, LC_ELIMIT, LC_ENOMEM. */
int dsse_read(const struct json_doc *d, json_ref r, struct lc_arena *a, struct dsse_envelope *ret,
	      struct lc_err *e) LC_MUST_CHECK;
/** From text, which outlives the result. */
int dsse_parse(struct lc_slice text, struct lc_arena *a, struct dsse_envelope *ret,
	       struct lc_err *e) LC_MUST_CHECK;
/** Write {"payload","payloadType","signatures"} in the order that Go's reference writes. */
int dsse_write(const struct dsse_envelope *v, struct json_writer *w) LC_MUST_CHECK;

/** Append the pre-authentication encoding: what is signed. As lc_buf_add(). */
int dsse_pae(struct lc_slice payload_type, struct lc_slice payload, struct lc_buf *out);

/** The media type of in-toto statements. */
extern const struct lc_slice dsse_in_toto;
