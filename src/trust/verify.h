/*
 * Is a bundle to be trusted? All checks of docs/signing.md, offline: form, signature, log entries,
 * timestamps, certificate, identity. Nothing is passed over silently: what is wrong names its rule.
 * Pure and thread-safe: it reads its arguments alone, never the clock.
 */
#pragma once

#include "base/pattern.h"
#include "trust/bundle.h"
#include "trust/certificate.h"
#include "trust/statement.h"

struct trust_pattern {
	struct lc_slice text;
	const struct lc_pattern *regexp; /* of that text, to be found; NULL: equal to it */
};

/** Who may have signed. */
struct trust_identity {
	struct trust_pattern name;   /* the certificate's subject alternative name */
	struct trust_pattern issuer; /* who vouched for that name */
	struct lc_slice extensions[CERTIFICATE_EXTENSIONS]; /* must be equal; "" any */
};

/** Who and what is never trusted, whatever else holds. Borrowed. */
struct trust_denied {
	const struct digest *keys; /* SHA-256 of public keys */
	size_t keys_n;
	const struct lc_slice *names; /* of certificates */
	size_t names_n;
	const struct digest *artefacts;
	size_t artefacts_n;
};

/** What is asked of a signature. Borrowed. One of keys and identities is enough. */
struct trust_demand {
	struct crypt_public *const *keys;
	size_t keys_n;
	const struct trust_identity *identities;
	size_t identities_n;
	const struct trusted_root *root; /* NULL: none; then only keys with ignore_tlog work */
	bool ignore_tlog;                /* no log entry is asked for, and none is looked at */
	bool ignore_sct;
	bool pss;            /* RSA keys sign by PSS */
	bool any_artefact;   /* statements may be about another one: nobody should ask for this */
	bool need_timestamp; /* one must hold */
	int64_t oldest;      /* signed before this does not count; 0 any time */
	const struct trust_denied *denied; /* NULL nobody */
	/* When no time of signing is known: certificates must be valid then. 0: they do not count.
	   For signatures from before bundles alone. */
	int64_t now;
};

enum { TRUST_TIMES_MAX = BUNDLE_ENTRIES_MAX + BUNDLE_TIMESTAMPS_MAX };

/** Who signed and when, once everything holds. */
struct trust_signer {
	const struct crypt_public *key;        /* of the demand; NULL: a certificate's */
	const struct trust_identity *identity; /* of the demand; NULL: a key's */
	struct lc_slice name, issuer;          /* of the certificate, in the arena */
	struct lc_slice extensions[CERTIFICATE_EXTENSIONS];
	struct digest key_id; /* SHA-256 of the public key */
	enum crypt_scheme scheme;
	int64_t times[TRUST_TIMES_MAX]; /* trusted times of signing */
	size_t times_n;
	size_t log_entries, timestamps; /* that hold */
};

/** What was signed. */
struct trust_content {
	bool has_statement; /* an in-toto statement in an envelope */
	struct statement statement;
};

/** Is this artefact denied (rule D4)? */
int trust_check_artefact(const struct trust_denied *d, const struct crypt_message *artefact,
			 struct trust_why *w) LC_MUST_CHECK;

/**
 * @param artefact   its bytes or digests (of an image: those of its manifest)
 * @param predicate  the predicate type that a statement must have; "" any, or a plain signature
 * @param a          holds what is returned
 * @return 0; LC_EBAD not to be trusted, LC_EUNSUP it cannot be told with what was given; w says why
 */
int trust_verify_bundle(const struct bundle *b, const struct trust_demand *d,
			const struct crypt_message *artefact, struct lc_slice predicate,
			struct lc_arena *a, struct trust_signer *ret_signer,
			struct trust_content *ret_content, struct trust_why *w) LC_MUST_CHECK;
