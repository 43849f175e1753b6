/*
 * Under which name an image must have been signed: "signedIdentity" of a policy. Pure.
 * Source: containers/image docs/containers-policy.json.5 "signedBy".
 */
#pragma once

#include "trust/image_scope.h"
#include "trust/why.h"

enum identity_match {
	IDENTITY_REPO_DIGEST_OR_EXACT, /* what is meant when nothing is said */
	IDENTITY_EXACT,
	IDENTITY_REPOSITORY,
	IDENTITY_EXACT_REFERENCE,
	IDENTITY_EXACT_REPOSITORY,
	IDENTITY_REMAP,
	IDENTITY_MATCH_N
};
/** As a policy has it: "matchExact". */
const char *identity_match_name(enum identity_match m);

struct image_identity {
	enum identity_match match;
	struct lc_slice name;           /* of the exact ones, as written */
	struct oci_reference reference; /* the same, parsed */
	struct lc_slice prefix, signed_prefix;
};

/** May a prefix of remapIdentity be so: a host, or one with namespaces behind it? */
bool image_identity_prefix_ok(struct lc_slice s, struct lc_arena *a);

/**
 * @param image        the image that is asked about; names are compared in full
 * @param signed_name  "docker-reference" of what was signed
 * @return 0; LC_EBAD with rule P5; LC_ENOMEM
 */
int image_identity_check(const struct image_identity *i, const struct image_scope *image,
			 struct lc_slice signed_name, struct lc_arena *a,
			 struct trust_why *w) LC_MUST_CHECK;
