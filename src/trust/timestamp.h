/*
 * RFC 3161 timestamps: an authority's word that it saw a signature at a time. Rules S1 to S6.
 * Sources: RFC 3161, RFC 5652; sigstore/timestamp-authority pkg/verification.
 */
#pragma once

#include "trust/trusted_root.h"

/**
 * @param response  TimeStampResp in DER
 * @param stamped   the bytes that were stamped: the raw signature
 * @return 0 with the time and who gave it
 */
int timestamp_verify(struct lc_slice response, struct lc_slice stamped,
		     const struct trusted_root *root, int64_t *ret_time,
		     const struct trust_authority **ret_tsa, struct trust_why *w) LC_MUST_CHECK;
/** When it says that it was made; nothing of it is verified. As above. */
int timestamp_time(struct lc_slice response, int64_t *ret, struct trust_why *w) LC_MUST_CHECK;
