/* What the files of keys share; private to crypt/. */
#pragma once

#include <openssl/evp.h>
#include <stdatomic.h>

#include "crypt/key.h"

struct crypt_public {
	atomic_uint refs;
	EVP_PKEY *pkey; /* owned */
	enum crypt_key_type type;
	struct lc_slice spki; /* owned */
	struct digest id;
};

/** Takes pkey over in any case; it has at least a public half. */
int key_public_of(EVP_PKEY *pkey, struct crypt_public **ret, struct lc_err *e) LC_MUST_CHECK;
/** Is the scheme one of this type of key? */
bool key_scheme_fits(enum crypt_key_type t, enum crypt_scheme s);
/** Set padding and digest of a context that is initialised to sign or verify a digest. */
bool key_prepare(EVP_PKEY_CTX *ctx, enum crypt_scheme s);
/** "what: reason of the crypto library", and its queue emptied. */
int key_library_fail(struct lc_err *e, int code, const char *what);

enum { KEY_ED25519_BYTES = 32, KEY_ED25519_SIG_BYTES = 64 };
int key_sodium_ph_verify(struct lc_slice message, struct lc_slice sig,
			 const uint8_t key[KEY_ED25519_BYTES], struct lc_err *e) LC_MUST_CHECK;
int key_sodium_ph_sign(struct lc_slice message, const uint8_t seed[KEY_ED25519_BYTES],
		       struct lc_buf *sig, struct lc_err *e) LC_MUST_CHECK;

enum { KEY_BOX_KEY = 32, KEY_BOX_NONCE = 24, KEY_BOX_TAG = 16 };
/** to holds from.n - KEY_BOX_TAG bytes; LC_EAUTH when the tag does not hold. */
int key_sodium_open(struct lc_slice from, const uint8_t nonce[KEY_BOX_NONCE],
		    const uint8_t key[KEY_BOX_KEY], uint8_t *to, struct lc_err *e) LC_MUST_CHECK;
/** to holds from.n + KEY_BOX_TAG bytes. */
int key_sodium_seal(struct lc_slice from, const uint8_t nonce[KEY_BOX_NONCE],
		    const uint8_t key[KEY_BOX_KEY], uint8_t *to, struct lc_err *e) LC_MUST_CHECK;
