/*
 * Entries of transparency logs (Rekor v1 and v2), offline: the log's promise, the inclusion proof,
 * and that the entry is about this very signature. Rules L1 to L8. Sources: sigstore/rekor
 * pkg/types/, sigstore/rekor-tiles.
 */
#pragma once

#include "trust/bundle.h"
#include "trust/trusted_root.h"

/** What an entry must be about. */
struct log_subject {
	struct lc_slice signature;            /* raw */
	const struct crypt_public *key;       /* that made it */
	struct lc_slice certificate;          /* DER; "" the key stands alone */
	const struct crypt_message *content;  /* the artefact; for envelopes the PAE */
	const struct dsse_envelope *envelope; /* NULL: content was signed as it is */
	struct lc_slice envelope_text;        /* as it is stored; "" unknown */
};

struct log_proof {
	const struct trust_log *log;
	int64_t time; /* when the log took it in, promised by its signature; 0 unknown */
};

/**
 * @return 0; LC_ENOTFOUND the entry's log is not in the root (L1, to be passed over); LC_EBAD;
 *         LC_EUNSUP a kind that is not read, or a digest that is not at hand
 */
int log_entry_verify(const struct log_entry *entry, const struct trusted_root *root,
		     const struct log_subject *subject, struct log_proof *ret,
		     struct trust_why *w) LC_MUST_CHECK;
