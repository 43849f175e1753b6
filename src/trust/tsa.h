/*
 * Asking for timestamps: what is sent to an RFC 3161 authority over HTTP, and whether its answer is
 * one to this very question. Whether the answer holds is timestamp.h's business.
 *
 * Source: RFC 3161 sections 2.4.1, 2.4.2 and 3.4.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "io/http.h"

enum { TSA_NONCE_BYTES = 8 };

/** Append a TimeStampReq for these bytes by SHA-256, with the signer's certificate asked for. */
int tsa_request(struct lc_slice stamped, const uint8_t nonce[TSA_NONCE_BYTES], struct lc_buf *out,
		struct lc_err *e) LC_MUST_CHECK;
/**
 * Is this an answer to that request? Nothing of it is verified.
 * @return 0; LC_EDENIED the authority says no, with its reason; LC_EREMOTE malformed, or the answer
 *         to another question
 */
int tsa_answer(struct lc_slice response, const uint8_t nonce[TSA_NONCE_BYTES],
	       struct lc_err *e) LC_MUST_CHECK;
/** Get a TimeStampResp in DER, into the arena. url is whole. */
int tsa_ask(struct http_client *http, struct lc_slice url, struct lc_slice stamped,
	    struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
