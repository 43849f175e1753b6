/*
 * Whom signatures are judged by: transparency logs, certificate authorities, timestamp authorities,
 * each with the time it was in use. Read from sigstore's trusted_root.json or put together from
 * keys and certificates. Read-only after that: any thread may verify with it.
 *
 * Source: sigstore/protobuf-specs sigstore_trustroot.proto.
 */
#pragma once

#include <openssl/x509.h>

#include "crypt/key.h"
#include "trust/window.h"
#include "trust/why.h"

enum { ROOT_PARTIES_MAX = 64, ROOT_CHAIN_MAX = 8 };

/** A log of signatures (Rekor) or of certificates (CT). */
struct trust_log {
	struct crypt_public *key;
	struct lc_slice id;   /* as entries and SCTs name it */
	struct lc_slice host; /* of its URL; "" unknown */
	struct trust_window valid;
};

/** Who issues certificates, or timestamps. */
struct trust_authority {
	X509 *leaf; /* of timestamps: the one that signs, when the root names it; NULL none */
	X509 *intermediates[ROOT_CHAIN_MAX];
	size_t intermediates_n;
	X509 *anchor;
	struct lc_slice uri;
	struct trust_window valid;
};

struct trust_logs {
	struct trust_log *v;
	size_t n, room;
};

struct trust_authorities {
	struct trust_authority *v;
	size_t n, room;
};

struct trusted_root {
	struct lc_arena arena;
	struct trust_logs tlogs, ctlogs;
	struct trust_authorities cas, tsas;
};

int trusted_root_new(struct trusted_root **ret, struct lc_err *e) LC_MUST_CHECK;
/** LC_EBAD malformed or of another kind; LC_ELIMIT; LC_ENOMEM. text may go afterwards. */
int trusted_root_parse(struct lc_slice text, struct trusted_root **ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void trusted_root_free(struct trusted_root *r);
void trusted_root_freep(struct trusted_root **r);

/** Add an authority whose chain is PEM, nearest first, anchor last. valid is copied. */
int trusted_root_add_ca(struct trusted_root *r, struct lc_slice pem,
			const struct trust_window *valid, struct lc_err *e) LC_MUST_CHECK;
int trusted_root_add_tsa(struct trusted_root *r, struct lc_slice pem,
			 const struct trust_window *valid, struct lc_err *e) LC_MUST_CHECK;
/** Add a log by its key in PEM; its id is the key's. url may be empty. */
int trusted_root_add_tlog(struct trusted_root *r, struct lc_slice pem, struct lc_slice url,
			  const struct trust_window *valid, struct lc_err *e) LC_MUST_CHECK;
int trusted_root_add_ctlog(struct trusted_root *r, struct lc_slice pem,
			   const struct trust_window *valid, struct lc_err *e) LC_MUST_CHECK;

/** The log that an entry or SCT names, NULL none. */
const struct trust_log *trust_log_find(const struct trust_logs *l, struct lc_slice id);
