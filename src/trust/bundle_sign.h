/*
 * The content of a bundle: a message or a statement, signed. Signer and witnesses come later
 * (witness.h); by itself it is the bundle of a key that signs offline.
 */
#pragma once

#include "trust/bundle.h"

/** The signature of a message, with its digest unless the scheme is of the message itself. */
int bundle_sign_message(struct crypt_signer *signer, enum crypt_scheme scheme,
			const struct crypt_message *message, struct lc_arena *a, struct bundle *ret,
			struct lc_err *e) LC_MUST_CHECK;
/** An envelope with an in-toto statement, which outlives the result. */
int bundle_sign_statement(struct crypt_signer *signer, enum crypt_scheme scheme,
			  struct lc_slice statement, struct lc_arena *a, struct bundle *ret,
			  struct lc_err *e) LC_MUST_CHECK;
