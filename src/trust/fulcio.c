#include "trust/fulcio.h"

#include "base/shim.h"
#include "crypt/pem.h"
#include "format/json.h"
#include "trust/service.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 4096 };

/* ---- the question ---- */

/* A signature over the name in the token: whoever holds the token holds the key. */
static int put_proof(const struct fulcio_request *q, struct json_writer *w, struct lc_err *e)
{
	struct lc_buf sig LC_CLEANUP(lc_buf_done) = { 0 };
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	struct crypt_message m = crypt_message_of(q->name);
	lc_buf_init(&sig, 4096);
	(void)crypt_schemes(q->signer->key, false, schemes); /* at least one */
	int rc = crypt_sign(q->signer, schemes[0], &m, &sig, e);
	if (!rc)
		json_member_base64(w, "proofOfPossession", lc_buf_get(&sig));
	return rc;
}

static const char *algorithm_of(const struct crypt_public *k)
{
	switch (crypt_public_type(k)) {
	case CRYPT_RSA:
		return "RSA_PSS"; /* the service's name of RSA keys */
	case CRYPT_ED25519:
		return "ED25519";
	default:
		return "ECDSA";
	}
}

static int put_request(const struct fulcio_request *q, struct lc_buf *out, struct lc_err *e)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&pem, 1 << 16);
	int rc = crypt_public_write(q->signer->key, &pem, e);
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_write_key(&w, "publicKeyRequest");
	json_begin_object(&w);
	json_write_key(&w, "publicKey");
	json_begin_object(&w);
	json_member_cstr(&w, "algorithm", algorithm_of(q->signer->key));
	json_member_str(&w, "content", lc_buf_get(&pem));
	json_end_object(&w);
	rc = rc ? rc : put_proof(q, &w, e);
	json_end_object(&w);
	json_end_object(&w);
	if (!rc && json_writer_err(&w))
		rc = lc_fail(e, json_writer_err(&w), "no memory for a request");
	return rc;
}

/* ---- the answer ---- */

static int bad(struct lc_err *e, const char *what)
{
	return lc_fail(e, LC_EREMOTE, "its answer is malformed: %s", what);
}

/* One certificate in PEM. */
static int take(struct lc_slice pem, struct lc_arena *a, struct lc_slices *to, struct lc_err *e)
{
	struct pem_block block;
	struct lc_slice *item = lc_vec_push(a, to);
	int rc = item ? pem_next(&pem, a, &block, NULL) : lc_arena_err(a);
	if (rc == LC_ENOMEM)
		return lc_fail(e, rc, "no memory for a certificate");
	if (rc || !lc_eq(block.label, LC_S("CERTIFICATE")) || lc_trim(pem).n)
		return bad(e, "a certificate that is none");
	*item = block.der;
	return 0;
}

int fulcio_answer(struct lc_slice text, struct lc_arena *a, struct lc_slices *ret, struct lc_err *e)
{
	struct json_doc d;
	struct lc_slices chain = { 0 };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, NULL);
	if (rc)
		return rc == LC_ENOMEM ? lc_fail(e, rc, "no memory for an answer")
				       : bad(e, "no JSON");
	json_ref list = json_at(&d, json_root(&d), "signedCertificateEmbeddedSct", "chain",
				"certificates", NULL);
	if (list == JSON_NONE &&
	    json_get(&d, json_root(&d), "signedCertificateDetachedSct") != JSON_NONE)
		return lc_fail(e, LC_EREMOTE,
			       "it logs certificates apart from them (a detached SCT), which no "
			       "bundle can carry");
	if (json_type_of(&d, list) != JSON_ARRAY || json_count(&d, list) == 0 ||
	    json_count(&d, list) > FULCIO_CHAIN_MAX)
		return bad(e, "no list of certificates");
	json_each(&d, list, child) {
		rc = take(json_str(&d, child), a, &chain, e);
		if (rc)
			return rc;
	}
	*ret = chain;
	return 0;
}

int fulcio_ask(const struct fulcio_request *q, struct lc_arena *a, struct lc_slices *ret,
	       struct lc_err *e)
{
	struct lc_buf body LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf bearer LC_CLEANUP(secret_buf_done) = { 0 };
	struct service_answer answer;
	lc_buf_init(&body, 1 << 17);
	lc_buf_init(&bearer, 1 << 17);
	int rc = put_request(q, &body, e);
	(void)lc_buf_str(&bearer, "Bearer ");
	if (!rc && lc_buf_slice(&bearer, q->token))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a request");
	if (rc)
		return rc;
	const struct service_request ask = {
		.http = q->http,
		.what = "certificate authority",
		.url = q->url,
		.path = "/api/v2/signingCert",
		.type = "application/json",
		.wants = "application/json",
		.body = lc_buf_get(&body),
		.authorization = lc_buf_get(&bearer),
	};
	rc = service_ask(&ask, a, &answer, e);
	if (rc)
		return rc;
	rc = fulcio_answer(answer.body, a, ret, e);
	return rc ? lc_wrap(e, rc, "certificate authority %s", lc_quote(q->url).s) : 0;
}
