/*
 * Bundles of parts that were made apart: older forms that become newer ones. Whether the result is
 * to be trusted: verify.h.
 */
#pragma once

#include "trust/bundle.h"

/**
 * Do the parts belong together: the signature holds by this key, and each log entry is about it?
 * Logs, certificates and times are not judged. Rules V1, V2, L2, L8.
 *
 * @param key  the certificate's, where there is one
 */
int bundle_parts_fit(const struct bundle *b, struct crypt_public *key,
		     const struct crypt_message *artefact, struct lc_arena *a,
		     struct trust_why *w) LC_MUST_CHECK;

/**
 * An entry that has a promise alone gets the proof of the one that its log gives now, when that is
 * the same entry. LC_EBAD (L5) it is another.
 */
int bundle_take_proof(struct log_entry *to, const struct log_entry *now,
		      struct trust_why *w) LC_MUST_CHECK;
