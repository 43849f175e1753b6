/*
 * Keys that sign and the one way to check a signature. OpenSSL does the mathematics (libsodium for
 * Ed25519ph, which OpenSSL 3.0 lacks); what is accepted is decided here: ECDSA on P-256, P-384 and
 * P-521, RSA of 2048, 3072 or 4096 bits with an odd exponent of at least 3, Ed25519; never SHA-1;
 * canonical DER alone. A public key is read-only and may be used from several threads; a signer
 * belongs to one.
 *
 * Sources: RFC 5280 (SubjectPublicKeyInfo), RFC 5480, RFC 8017, RFC 8032; sigstore's algorithm
 * registry.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "crypt/digest.h"
#include "crypt/secret.h"

enum crypt_key_type {
	CRYPT_P256,
	CRYPT_P384,
	CRYPT_P521,
	CRYPT_RSA,
	CRYPT_ED25519,
	CRYPT_KEY_TYPE_N
};
/** "ECDSA P-256", … */
const char *crypt_key_type_name(enum crypt_key_type t);

enum crypt_scheme {
	CRYPT_ECDSA_SHA256, /* signatures are DER, SEQUENCE { r, s } */
	CRYPT_ECDSA_SHA384,
	CRYPT_ECDSA_SHA512,
	CRYPT_RSA_PKCS1_SHA256,
	CRYPT_RSA_PKCS1_SHA384,
	CRYPT_RSA_PKCS1_SHA512,
	CRYPT_RSA_PSS_SHA256, /* salt as long as the digest, MGF1 with the same digest */
	CRYPT_RSA_PSS_SHA384,
	CRYPT_RSA_PSS_SHA512,
	CRYPT_ED25519_PURE, /* needs the message itself */
	CRYPT_ED25519_PH,   /* RFC 8032 prehash with an empty context; needs the message, too */
	CRYPT_SCHEME_N
};
/** "ECDSA with SHA-256", … */
const char *crypt_scheme_name(enum crypt_scheme s);
/** The digest that a scheme signs; DIGEST_ALGORITHM_N for Ed25519. */
enum digest_algorithm crypt_scheme_digest(enum crypt_scheme s);

/** What is signed: the bytes, or digests of them when they were too many to hold. Borrowed. */
struct crypt_message {
	struct lc_slice bytes;
	bool has_bytes;
	const struct digest *digests; /* of the same bytes */
	size_t digests_n;
};
static inline struct crypt_message crypt_message_of(struct lc_slice bytes)
{
	return (struct crypt_message){ .bytes = bytes, .has_bytes = true };
}
/** The message's digest: given, or made from its bytes. LC_ENOTFOUND neither is there. */
int crypt_message_digest(const struct crypt_message *m, enum digest_algorithm a, struct digest *ret,
			 struct lc_err *e) LC_MUST_CHECK;

/* ---- public keys ---- */

struct crypt_public;

/**
 * From SubjectPublicKeyInfo in DER.
 * @return 0; LC_EBAD not such a structure, not canonical, or a weak key; LC_EUNSUP of another kind
 */
int crypt_public_der(struct lc_slice spki, struct crypt_public **ret,
		     struct lc_err *e) LC_MUST_CHECK;
/** RSAPublicKey in DER, as PKCS#1 has it. */
int crypt_public_pkcs1(struct lc_slice der, struct crypt_public **ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** From PEM: PUBLIC KEY, RSA PUBLIC KEY, or CERTIFICATE; the first block counts. */
int crypt_public_pem(struct lc_slice text, struct crypt_public **ret,
		     struct lc_err *e) LC_MUST_CHECK;
struct crypt_public *crypt_public_ref(struct crypt_public *k);
/** Accepts NULL. */
void crypt_public_unref(struct crypt_public *k);
void crypt_public_unrefp(struct crypt_public **k);

enum crypt_key_type crypt_public_type(const struct crypt_public *k);
/** Of the modulus or the curve. */
unsigned crypt_public_bits(const struct crypt_public *k);
/** SubjectPublicKeyInfo in DER; lives as long as the key. */
struct lc_slice crypt_public_spki(const struct crypt_public *k);
/** SHA-256 of that: the key's id in transparency logs and bundles. */
const struct digest *crypt_public_id(const struct crypt_public *k);
bool crypt_public_eq(const struct crypt_public *a, const struct crypt_public *b);
/** Appends PEM PUBLIC KEY. */
int crypt_public_write(const struct crypt_public *k, struct lc_buf *out, struct lc_err *e);

enum { CRYPT_SCHEMES_MAX = 2 };
/**
 * Which schemes a signature by this key may have, in the order to try: the key decides, never a
 * field beside the signature. ECDSA: the curve's own digest, then SHA-256; Ed25519: pure, then
 * prehashed; RSA: PKCS#1 v1.5 with SHA-256, or with pss PSS with SHA-256.
 * @return how many
 */
size_t crypt_schemes(const struct crypt_public *k, bool pss,
		     enum crypt_scheme ret[CRYPT_SCHEMES_MAX]);

/**
 * Does sig sign m by k?
 * @return 0 it does; LC_EBAD it does not; LC_EUSAGE the scheme is not of this key; LC_EUNSUP it
 *         needs what m lacks (the message itself, or another digest); LC_ENOMEM
 */
int crypt_verify(const struct crypt_public *k, enum crypt_scheme s, const struct crypt_message *m,
		 struct lc_slice sig, struct lc_err *e) LC_MUST_CHECK;
/** The same by each scheme of crypt_schemes(); *ret (may be NULL) tells which one held. */
int crypt_verify_any(const struct crypt_public *k, bool pss, const struct crypt_message *m,
		     struct lc_slice sig, enum crypt_scheme *ret, struct lc_err *e) LC_MUST_CHECK;

/* ---- signing ---- */

/** Something that signs: a key in memory, on a token, in a service. */
struct crypt_signer {
	/* Appends the signature; for ECDSA in DER. */
	int (*sign)(struct crypt_signer *self, enum crypt_scheme s, const struct crypt_message *m,
		    struct lc_buf *sig, struct lc_err *e);
	void (*release)(struct crypt_signer *self);
	struct crypt_public *key; /* its public half */
};
/** With the scheme's fitness for the key checked first. */
int crypt_sign(struct crypt_signer *s, enum crypt_scheme scheme, const struct crypt_message *m,
	       struct lc_buf *sig, struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void crypt_signer_free(struct crypt_signer *s);
void crypt_signer_freep(struct crypt_signer **s);

/** A new key in memory; RSA has 3072 bits. */
int crypt_signer_generate(enum crypt_key_type t, struct crypt_signer **ret,
			  struct lc_err *e) LC_MUST_CHECK;
/** From PKCS#8 PrivateKeyInfo in DER, in clear. As crypt_public_der(). */
int crypt_signer_pkcs8(struct lc_slice der, struct crypt_signer **ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** From PEM in clear: PRIVATE KEY, EC PRIVATE KEY, RSA PRIVATE KEY. */
int crypt_signer_pem(struct lc_slice text, struct crypt_signer **ret,
		     struct lc_err *e) LC_MUST_CHECK;
/** PKCS#8 of a key in memory; LC_EUNSUP for others. */
int crypt_signer_export(const struct crypt_signer *s, struct secret *ret,
			struct lc_err *e) LC_MUST_CHECK;
