/*
 * Publishing a signature in a transparency log (Rekor v1, v2): what is sent, and the entry that
 * comes back. Whether the entry holds is log_entry.h's business.
 *
 * Sources: sigstore/rekor openapi.yaml and pkg/types/{hashedrekord,dsse}; sigstore/rekor-tiles
 * rekor_service.proto and docs.
 */
#pragma once

#include "io/http.h"
#include "trust/log_entry.h"

struct rekor_log {
	struct lc_slice url;
	uint32_t version; /* of its API: 1, 2 */
};

/**
 * What is sent.
 * @param hash  that the signature is over; of an envelope's PAE for version 2
 */
int rekor_write(uint32_t version, const struct log_subject *s, enum digest_algorithm hash,
		struct lc_buf *out, struct lc_err *e) LC_MUST_CHECK;

/** An answer as an entry; slices of text or arena. LC_EREMOTE malformed; LC_ENOMEM. */
int rekor_answer(uint32_t version, struct lc_slice text, struct lc_arena *a, struct log_entry *ret,
		 struct lc_err *e) LC_MUST_CHECK;

/**
 * Publish; what stands in the log already is fetched.
 * @return 0; what http_send() and http_refusal() give; LC_EREMOTE
 */
int rekor_publish(struct http_client *http, const struct rekor_log *log,
		  const struct log_subject *s, enum digest_algorithm hash, struct lc_arena *a,
		  struct log_entry *ret, struct lc_err *e) LC_MUST_CHECK;

/** The entry at this index over all shards of a log of version 1, which is never of version 2. */
int rekor_fetch(struct http_client *http, struct lc_slice url, int64_t index, struct lc_arena *a,
		struct log_entry *ret, struct lc_err *e) LC_MUST_CHECK;
/** The entry that a log of version 1 has for a signature; LC_ENOTFOUND it has none. */
int rekor_find(struct http_client *http, struct lc_slice url, const struct log_subject *s,
	       enum digest_algorithm hash, struct lc_arena *a, struct log_entry *ret,
	       struct lc_err *e) LC_MUST_CHECK;
