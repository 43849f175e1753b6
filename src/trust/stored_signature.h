/*
 * Signatures of an image as the containers tools keep them: one file each in a "dir:" directory or
 * in a lookaside (by file or web server), or attached in the registry under cosign's tag. Each is
 * an OpenPGP message, or what cosign attaches (payload and annotations) written down as JSON.
 * Nothing is verified here.
 *
 * What cannot be looked up is a failure, never "there are none". What is there and broken stays in
 * the list with why. Sources: containers/image docs/signature-protocols.md,
 * internal/signature/signature.go.
 */
#pragma once

#include "io/http.h"
#include "trust/attached.h"

enum stored_form {
	STORED_OPENPGP,  /* a signed message over simple signing */
	STORED_SIGSTORE, /* simple signing with a signature beside it */
	STORED_OTHER,    /* another attachment, or no known form */
	STORED_FORM_N
};
/** "openpgp", "sigstore", "other". */
const char *stored_form_name(enum stored_form f);

struct stored_signature {
	enum stored_form form;
	struct lc_slice where;   /* "signature-1", a URL, a tag */
	struct lc_slice content; /* the message, or the payload */
	struct attached what;    /* of a sigstore one: media type and annotations */
	int rc;                  /* not 0: it is broken, and why says how */
	struct trust_why why;
};

struct stored_signatures {
	struct stored_signature *v;
	size_t n, room;
};

enum { STORED_MAX = 128, STORED_BYTES_MAX = 4 << 20 };

/**
 * Find out what a file's bytes are, which outlive the result.
 * @return 0, with ret->rc and ret->why when it is broken; LC_ENOMEM
 */
int stored_signature_parse(struct lc_slice bytes, struct lc_slice where, struct lc_arena *a,
			   struct stored_signature *ret, struct lc_err *e) LC_MUST_CHECK;

/* Each appends to a list; LC_ELIMIT past STORED_MAX of one place; else what the look-up gave. */

/** The files beside a manifest; instance as oci_repository_signature() has it. */
int stored_signatures_beside(struct oci_repository *r, const struct digest *instance,
			     struct lc_arena *a, struct stored_signatures *to,
			     struct lc_err *e) LC_MUST_CHECK;
/** What is attached under the manifest's ".sig" tag, attestations and others included. */
int stored_signatures_attached(struct oci_repository *r, const struct digest *image,
			       struct lc_arena *a, struct stored_signatures *to,
			       struct lc_err *e) LC_MUST_CHECK;

struct stored_lookaside {
	struct lc_slice url;        /* "file:///…", "https://…" */
	struct lc_slice repository; /* without the registry */
	struct http_options http;   /* of a web server */
};
/** signature-1, -2, … below "URL/REPOSITORY@sha256=<hex>/". LC_EUSAGE a URL of another kind. */
int stored_signatures_aside(const struct stored_lookaside *l, const struct digest *image,
			    struct lc_arena *a, struct stored_signatures *to,
			    struct lc_err *e) LC_MUST_CHECK;
