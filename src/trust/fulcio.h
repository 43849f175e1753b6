/*
 * Certificates for identities: a key and a token go to a Fulcio, a certificate for minutes comes
 * back. Source: sigstore/fulcio fulcio.proto (CA v2: CreateSigningCertificate).
 */
#pragma once

#include "base/vec.h"
#include "crypt/key.h"
#include "io/http.h"

enum { FULCIO_CHAIN_MAX = 16 };

struct fulcio_request {
	struct http_client *http;
	struct lc_slice url;         /* of the authority */
	struct lc_slice token;       /* identity token */
	struct lc_slice name;        /* in the token, that the key's signature proves */
	struct crypt_signer *signer; /* of the key */
};

/**
 * @param ret  DER in the arena, leaf first. Nothing of it is verified yet.
 * @return 0; LC_EAUTH, LC_EDENIED and others of http_refusal(); LC_EREMOTE an answer that is none
 */
int fulcio_ask(const struct fulcio_request *q, struct lc_arena *a, struct lc_slices *ret,
	       struct lc_err *e) LC_MUST_CHECK;

/** The certificates of an answer. LC_EREMOTE malformed or without a log's promise inside. */
int fulcio_answer(struct lc_slice text, struct lc_arena *a, struct lc_slices *ret,
		  struct lc_err *e) LC_MUST_CHECK;
