/*
 * Documents of TUF: signed JSON, its canonical bytes, and who must have signed. Private to trust/.
 * Sources: tuf-spec.md section 4; OLPC canonical JSON (sorted names, no space, only the quote and
 * the backslash escaped, integers alone).
 */
#pragma once

#include "format/json.h"
#include "trust/tuf.h"

struct tuf_document {
	struct json_doc d;
	json_ref content; /* "signed" */
	struct tuf_info info;
};

/** Form only: type, version, expiry. Slices of text or arena. */
int tuf_document_parse(enum tuf_role r, struct lc_slice text, struct lc_arena *a,
		       struct tuf_document *ret, struct lc_err *e) LC_MUST_CHECK;
/** Enough different keys that root names for the role have signed it. LC_EBAD. */
int tuf_document_check(const struct tuf_document *doc, enum tuf_role r,
		       const struct tuf_document *root, struct lc_arena *a,
		       struct lc_err *e) LC_MUST_CHECK;
/** Append the canonical form of a node; LC_EBAD for what it cannot say. */
int tuf_canonical(const struct json_doc *d, json_ref r, struct lc_arena *a, struct lc_buf *out,
		  struct lc_err *e) LC_MUST_CHECK;
