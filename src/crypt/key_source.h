/*
 * Keys by reference: "FILE", "env://NAME", "https://…" (public keys alone), "pkcs11:…". What a name
 * means is decided here and nowhere else. Source: sigstore/cosign pkg/signature/keys.go.
 */
#pragma once

#include "base/limits.h"
#include "crypt/key.h"
#include "crypt/token.h"

struct key_source {
	char **environment;
	const struct lc_limits *limits; /* deadline of downloads; NULL none */
	/* Asked when a key is protected; NULL: such keys are LC_EAUTH. */
	int (*password)(void *ctx, struct secret *ret, struct lc_err *e);
	/* As struct token_source has it. */
	int (*pin)(void *ctx, const struct token_asked *who, struct secret *ret, struct lc_err *e);
	void *ctx;
};

/**
 * A public key. A file with a private key in clear gives its public half.
 * @return 0; LC_ENOTFOUND, LC_EBAD, LC_EUNSUP a kind of reference that is not read
 */
int key_source_public(const struct key_source *s, struct lc_slice reference,
		      struct crypt_public **ret, struct lc_err *e) LC_MUST_CHECK;
/** A key to sign with: cosign's protected form, or PEM in clear. LC_EAUTH wrong password. */
int key_source_signer(const struct key_source *s, struct lc_slice reference,
		      struct crypt_signer **ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * Make a key where a service or token keeps it; its full name is appended. LC_EUNSUP no such place.
 */
int key_source_generate(const struct key_source *s, struct lc_slice reference,
			enum crypt_key_type t, struct crypt_signer **ret, struct lc_buf *name,
			struct lc_err *e) LC_MUST_CHECK;
