/*
 * in-toto statements: which artefacts (subjects) a claim (predicate) is about. Source:
 * in-toto/attestation spec/v1/statement.md and v0.1; limits are those of sigstore-go.
 */
#pragma once

#include "crypt/digest.h"
#include "format/json.h"

enum { STATEMENT_SUBJECTS_MAX = 1024, STATEMENT_DIGESTS_MAX = 32 };

struct statement {
	struct json_doc doc;
	struct lc_slice predicate_type;
	json_ref subjects;  /* a list of at least one */
	json_ref predicate; /* JSON_NONE when there is none */
};

/**
 * Parse a payload whose signature holds; it outlives the result.
 * @return 0; LC_EBAD no statement (equal keys included); LC_ELIMIT; LC_ENOMEM
 */
int statement_parse(struct lc_slice text, struct lc_arena *a, struct statement *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** Is the artefact, known by any of these digests, one of the subjects? */
bool statement_is_about(const struct statement *s, const struct digest *digests, size_t n);

/**
 * cosign's short names of predicate types ("slsaprovenance1", "spdx", "vuln", …) as URIs; a URI
 * stands for itself, the empty text for cosign's "custom".
 * @return false for a name that is neither
 */
bool statement_predicate_type(struct lc_slice name, struct lc_slice *ret);
/** What `sign` claims in the new bundle format. */
extern const struct lc_slice statement_sign_type;

struct statement_subject {
	struct lc_slice name; /* "" none */
	struct digest digest;
	json_ref annotations; /* of extra, JSON_NONE none */
};
/** Append a v1 (or with v01 a v0.1) statement; predicate is JSON known to be valid. */
int statement_write(bool v01, const struct statement_subject *subjects, size_t n,
		    struct lc_slice predicate_type, struct lc_slice predicate,
		    const struct json_doc *extra, struct lc_buf *out) LC_MUST_CHECK;
