#include "trust/tsa.h"

#include <openssl/err.h>
#include <openssl/ts.h>

#include "base/shim.h"
#include "crypt/digest.h"
#include "trust/service.h"

static const char *const what = "timestamp authority";

enum { RESPONSE_BYTES_MAX = 1 << 20, STATUS_GRANTED = 0, STATUS_GRANTED_WITH_MODS = 1 };

/* ---- the question ---- */

static ASN1_INTEGER *nonce_of(const uint8_t nonce[TSA_NONCE_BYTES])
{
	uint64_t v = 0;
	for (size_t i = 0; i < TSA_NONCE_BYTES; i++)
		v = v << 8 | nonce[i];
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	if (n && ASN1_INTEGER_set_uint64(n, v) != 1) {
		ASN1_INTEGER_free(n);
		return NULL;
	}
	return n;
}

static bool set_imprint(TS_REQ *q, const struct digest *d)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t bytes[DIGEST_BYTES_MAX];
	memcpy(bytes, d->bytes, sizeof(bytes)); /* the setter takes no const */
	bool fine = imprint && algorithm &&
		    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
		    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
		    TS_MSG_IMPRINT_set_msg(imprint, bytes, (int)digest_size(d->algorithm)) == 1 &&
		    TS_REQ_set_msg_imprint(q, imprint) == 1;
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return fine;
}

int tsa_request(struct lc_slice stamped, const uint8_t nonce[TSA_NONCE_BYTES], struct lc_buf *out,
		struct lc_err *e)
{
	struct digest d;
	int rc = digest_of(DIGEST_SHA256, stamped, &d, e);
	if (rc)
		return rc;
	unsigned char *der = NULL;
	int n = -1;
	TS_REQ *q = TS_REQ_new();
	ASN1_INTEGER *number = nonce_of(nonce);
	if (q && number && TS_REQ_set_version(q, 1) == 1 && set_imprint(q, &d) &&
	    TS_REQ_set_nonce(q, number) == 1 && TS_REQ_set_cert_req(q, 1) == 1)
		n = i2d_TS_REQ(q, &der);
	ASN1_INTEGER_free(number);
	TS_REQ_free(q);
	ERR_clear_error();
	rc = n > 0 ? lc_buf_add(out, der, (size_t)n) : LC_ENOMEM;
	OPENSSL_free(der);
	return rc ? lc_fail(e, rc, "no memory for a timestamp") : 0;
}

/* ---- the answer ---- */

static int refused(TS_STATUS_INFO *status, struct lc_err *e)
{
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(status);
	struct lc_slice says = { NULL, 0 };
	if (sk_ASN1_UTF8STRING_num(texts) > 0) {
		const ASN1_UTF8STRING *first = sk_ASN1_UTF8STRING_value(texts, 0);
		says = lc_slice_of(ASN1_STRING_get0_data(first), (size_t)ASN1_STRING_length(first));
	}
	return lc_fail(e, LC_EDENIED, "it refused (status %ld)%s%s",
		       ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)), says.n ? ": " : "",
		       lc_quote(says).s);
}

static int check_nonce(TS_RESP *resp, const uint8_t nonce[TSA_NONCE_BYTES], struct lc_err *e)
{
	TS_TST_INFO *info = TS_RESP_get_tst_info(resp);
	const ASN1_INTEGER *got = info ? TS_TST_INFO_get_nonce(info) : NULL;
	ASN1_INTEGER *sent = nonce_of(nonce);
	bool same = got && sent && ASN1_INTEGER_cmp(got, sent) == 0;
	ASN1_INTEGER_free(sent);
	return same ? 0
		    : lc_fail(e, LC_EREMOTE,
			      "its answer is not to this question: the nonce is another one");
}

int tsa_answer(struct lc_slice response, const uint8_t nonce[TSA_NONCE_BYTES], struct lc_err *e)
{
	const unsigned char *p = response.p;
	TS_RESP *resp = response.n && response.n <= RESPONSE_BYTES_MAX
				? d2i_TS_RESP(NULL, &p, (long)response.n)
				: NULL;
	if (!resp || p != response.p + response.n) {
		TS_RESP_free(resp);
		ERR_clear_error();
		return lc_fail(e, LC_EREMOTE, "its answer is malformed: no response");
	}
	TS_STATUS_INFO *status = TS_RESP_get_status_info(resp);
	long number = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
	int rc = number == STATUS_GRANTED || number == STATUS_GRANTED_WITH_MODS
			 ? check_nonce(resp, nonce, e)
			 : refused(status, e);
	TS_RESP_free(resp);
	ERR_clear_error();
	return rc;
}

int tsa_ask(struct http_client *http, struct lc_slice url, struct lc_slice stamped,
	    struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_buf body LC_CLEANUP(lc_buf_done) = { 0 };
	struct service_answer answer;
	uint8_t nonce[TSA_NONCE_BYTES];
	int rc = lc_random(nonce, sizeof(nonce));
	if (rc)
		return lc_fail_sys(e, -rc, "no random bytes");
	lc_buf_init(&body, 4096);
	rc = tsa_request(stamped, nonce, &body, e);
	const struct service_request q = {
		.http = http,
		.what = what,
		.url = url,
		.type = "application/timestamp-query",
		.wants = "application/timestamp-reply",
		.body = lc_buf_get(&body),
	};
	rc = rc ? rc : service_ask(&q, a, &answer, e);
	if (rc)
		return rc;
	rc = tsa_answer(answer.body, nonce, e);
	if (rc)
		return lc_wrap(e, rc, "%s %s", what, lc_quote(url).s);
	*ret = answer.body;
	return 0;
}
