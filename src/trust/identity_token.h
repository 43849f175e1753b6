/*
 * Identity tokens of OpenID Connect: what a certificate authority is shown to say who signs.
 * Whether a token is genuine is the authority's business; here is read what a request needs, and
 * what would be refused anyway is told before anything is asked. A token is a secret while it is
 * valid.
 *
 * Sources: RFC 7519 (claims), RFC 7515 section 3.1 (three parts in base64url); OpenID Connect Core
 * 1.0 sections 2 and 5.1; sigstore/sigstore pkg/oauthflow (which claim is proved).
 */
#pragma once

#include "base/arena.h"
#include "crypt/secret.h"

enum { IDENTITY_TOKEN_MAX = 64 << 10 };

struct identity_claims {
	struct lc_slice issuer;
	struct lc_slice subject;
	struct lc_slice email; /* that the issuer verified; "" none */
	struct lc_slice
		name;    /* what is proved by a signature: the e-mail address, else the subject */
	int64_t expires; /* seconds since 1970 */
};

/**
 * @param audience  for whom the token must be ("sigstore")
 * @param now       seconds since 1970
 * @param a         holds what is returned
 * @return 0; LC_EBAD no token, or one that names nobody; LC_EAUTH expired, not valid yet, or for
 *         somebody else; LC_ENOMEM. No message shows any part of it but issuer and times.
 */
int identity_token_read(struct lc_slice token, struct lc_slice audience, int64_t now,
			struct lc_arena *a, struct identity_claims *ret,
			struct lc_err *e) LC_MUST_CHECK;

/** Where a token may come from. Borrowed. */
struct identity_source {
	char **environment;
	struct http_client *http; /* asked of GitHub's address alone */
	struct lc_slice given;    /* the token, or a file with it; "" look around */
	struct lc_slice audience;
	bool given_alone; /* what the environment offers does not count */
};
/**
 * The token that was given, else SIGSTORE_ID_TOKEN (which GitLab sets), else what GitHub Actions
 * gives out at ACTIONS_ID_TOKEN_REQUEST_URL, else the file of Kubernetes' cosign.
 * @return 0; LC_ENOTFOUND none, without a message; what reading or asking gave
 */
int identity_token_find(const struct identity_source *s, struct secret *ret,
			struct lc_err *e) LC_MUST_CHECK;
