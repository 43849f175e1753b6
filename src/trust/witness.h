/*
 * What services say of a signature while it is made: who signs (a certificate), that it is public
 * (entries of transparency logs), when (timestamps). Everything that comes back is verified against
 * the trusted root before it counts; what cannot be taken back, publishing, comes last.
 *
 * One client, one thread. Sources: docs/signing.md; sigstore's client specification.
 */
#pragma once

#include "trust/identity_token.h"
#include "trust/rekor.h"
#include "trust/verify.h"

enum { WITNESS_SERVICES_MAX = 16 };

/** Which services. Borrowed. */
struct witness {
	struct http_client *http;
	const struct trusted_root *root; /* whom their answers are judged by */
	bool ignore_sct;
	struct rekor_log logs[WITNESS_SERVICES_MAX];
	size_t logs_n;
	struct lc_slice tsas[WITNESS_SERVICES_MAX];
	size_t tsas_n;
	struct lc_slice certificate; /* DER of the signer's, from witness_certificate(); "" a key */
	struct lc_slices chain;      /* with what stands above it, as the authority sent it */
};

/**
 * Get a certificate for a signer's key, verified: of this key, issued by an authority of the root,
 * logged, and of the token's e-mail address when it has one. Sets certificate and chain.
 *
 * @param ca     URL of the authority
 * @param a      holds the certificates
 * @return 0; LC_EBAD what came does not hold; what asking gave
 */
int witness_certificate(struct witness *w, struct lc_slice ca, struct crypt_signer *signer,
			struct lc_slice token, const struct identity_claims *claims,
			struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;

/** By which scheme to sign so that these services take it: logs want what is hashed before. */
enum crypt_scheme witness_scheme(const struct witness *w, const struct crypt_public *key,
				 bool envelope);

/**
 * Finish a bundle that has its content: signer, timestamps, log entries; all verified at the end
 * as anybody else would.
 *
 * @param b         content and key_hint are set; the rest is added here
 * @param key       that signed
 * @param artefact  what the signature is over, or the subject of the envelope's statement
 * @return 0; LC_EBAD an answer does not hold; what asking gave; with each failure nothing counts,
 *         though what was published stays in its log
 */
int witness_finish(const struct witness *w, struct crypt_public *key, enum crypt_scheme scheme,
		   const struct crypt_message *artefact, struct lc_arena *a, struct bundle *b,
		   struct lc_err *e) LC_MUST_CHECK;
