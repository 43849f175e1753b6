/*
 * Signed certificate timestamps inside of a certificate: a log's promise to publish it. Source: RFC
 * 6962 sections 3.2 and 3.3.
 *
 *	list  u16 length, then each: u16 length, SCT
 *	SCT   u8 version 0, 32 log id, u64 ms, u16 length + extensions, u8 hash, u8 algorithm,
 *	      u16 length + signature
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "trust/certificate.h"

enum { LOG_ID_BYTES = 32, HASH_SHA256 = 4, ALGORITHM_RSA = 1, ALGORITHM_ECDSA = 3 };
enum { SCTS_MAX = 32, PRECERT_ENTRY = 1 };

struct sct {
	struct lc_slice log_id, extensions, signature;
	uint64_t ms;
	uint8_t hash, algorithm;
};

static struct lc_slice take16(struct lc_rd *r)
{
	return lc_rd_take(r, lc_rd_be16(r));
}

static bool read_sct(struct lc_slice bytes, struct sct *ret)
{
	struct lc_rd r = lc_rd_of(bytes);
	if (lc_rd_u8(&r) != 0)
		return false;
	ret->log_id = lc_rd_take(&r, LOG_ID_BYTES);
	ret->ms = lc_rd_be64(&r);
	ret->extensions = take16(&r);
	ret->hash = lc_rd_u8(&r);
	ret->algorithm = lc_rd_u8(&r);
	ret->signature = take16(&r);
	return !r.bad && lc_rd_left(&r) == 0;
}

static int put_be(struct lc_buf *b, uint64_t v, unsigned bytes)
{
	while (bytes--)
		(void)lc_buf_byte(b, (uint8_t)(v >> 8 * bytes));
	return lc_buf_err(b);
}

/* The certificate as it was before the log signed: without the list. Everything else stays. */
static int put_tbs(const X509 *x, struct lc_buf *out, struct lc_err *e)
{
	X509 *copy = X509_dup(x);
	int at = copy ? X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1) : -1;
	unsigned char *der = NULL;
	int n = -1;
	if (at >= 0) {
		X509_EXTENSION_free(X509_delete_ext(copy, at));
		n = i2d_re_X509_tbs(copy, &der);
	}
	X509_free(copy);
	ERR_clear_error();
	if (n <= 0)
		return lc_fail(e, LC_ENOMEM, "no memory for a certificate");
	(void)put_be(out, (uint64_t)n, 3);
	int rc = lc_buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	return rc ? lc_fail(e, rc, "no memory for a certificate") : 0;
}

static int signed_bytes(const struct sct *s, const struct certificate *c, const X509 *issuer,
			struct lc_buf *out, struct lc_err *e)
{
	struct digest key;
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);
	int rc = n > 0 ? digest_of(DIGEST_SHA256, lc_slice_of(spki, (size_t)n), &key, e)
		       : lc_fail(e, LC_EBAD, "issuer without a key");
	OPENSSL_free(spki);
	if (rc)
		return rc;
	(void)put_be(out, 0, 2); /* version 1, a certificate's timestamp */
	(void)put_be(out, s->ms, 8);
	(void)put_be(out, PRECERT_ENTRY, 2);
	(void)lc_buf_add(out, key.bytes, LOG_ID_BYTES);
	rc = put_tbs(c->x, out, e);
	if (rc)
		return rc;
	(void)put_be(out, s->extensions.n, 2);
	rc = lc_buf_slice(out, s->extensions);
	return rc ? lc_fail(e, rc, "no memory for a certificate") : 0;
}

static int check_sct(const struct sct *s, const struct trust_log *log, const struct certificate *c,
		     const X509 *issuer, struct lc_err *e)
{
	bool rsa = crypt_public_type(log->key) == CRYPT_RSA;
	struct lc_buf b;
	if (s->hash != HASH_SHA256 || s->algorithm != (rsa ? ALGORITHM_RSA : ALGORITHM_ECDSA))
		return lc_fail(e, LC_EBAD, "it is signed in another way than its log's");
	if (!trust_window_has(&log->valid, (int64_t)(s->ms / 1000)))
		return lc_fail(e, LC_EBAD, "its log was not in use at that time");
	lc_buf_init(&b, (size_t)1 << 20);
	int rc = signed_bytes(s, c, issuer, &b, e);
	struct crypt_message m = crypt_message_of(lc_buf_get(&b));
	rc = rc ? rc
		: crypt_verify(log->key, rsa ? CRYPT_RSA_PKCS1_SHA256 : CRYPT_ECDSA_SHA256, &m,
			       s->signature, e);
	lc_buf_done(&b);
	return rc;
}

/* Of the list: one that holds is enough; of unknown logs none counts. */
static int check_list(struct lc_slice list, const struct certificate *c, const X509 *issuer,
		      const struct trusted_root *root, struct trust_why *w)
{
	struct lc_rd r = lc_rd_of(list);
	struct lc_err last = { 0 };
	struct lc_rd items = lc_rd_of(take16(&r));
	if (r.bad || lc_rd_left(&r))
		return trust_fail(w, "C5", LC_EBAD,
				  "the certificate's list of log promises is "
				  "malformed");
	for (unsigned i = 0; i < SCTS_MAX && lc_rd_left(&items); i++) {
		struct sct s;
		if (!read_sct(take16(&items), &s) || items.bad)
			return trust_fail(w, "C5", LC_EBAD,
					  "a log's promise in the certificate is "
					  "malformed");
		const struct trust_log *log = trust_log_find(&root->ctlogs, s.log_id);
		int rc = log ? check_sct(&s, log, c, issuer, &last)
			     : lc_fail(&last, LC_EBAD, "its log is not known to the trusted root");
		if (rc == 0 || rc == LC_ENOMEM)
			return rc;
	}
	return trust_fail(w, "C5", LC_EBAD, "no log's promise in the certificate holds: %s",
			  last.len ? last.msg : "there is none");
}

int certificate_logged(const struct certificate *c, const struct certificate_issued *i,
		       const struct trusted_root *root, struct trust_why *w)
{
	if (i->path.n < 2)
		return trust_fail(w, "C5", LC_EBAD, "the certificate has no issuer above it");
	/* Absent, or twice: both NULL. */
	ASN1_OCTET_STRING *list = NULL;
	int at = X509_get_ext_by_NID(c->x, NID_ct_precert_scts, -1);
	if (at >= 0 && X509_get_ext_by_NID(c->x, NID_ct_precert_scts, at) < 0) {
		const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(X509_get_ext(c->x, at));
		const unsigned char *p = ASN1_STRING_get0_data(data);
		const unsigned char *end = p + ASN1_STRING_length(data);
		list = d2i_ASN1_OCTET_STRING(NULL, &p, end - p);
		if (list && p != end) {
			ASN1_OCTET_STRING_free(list);
			list = NULL;
		}
	}
	ERR_clear_error();
	if (!list)
		return trust_fail(w, "C5", LC_EBAD,
				  "the certificate carries no proof that its "
				  "issuing was logged");
	int rc = check_list(
		lc_slice_of(ASN1_STRING_get0_data(list), (size_t)ASN1_STRING_length(list)), c,
		i->path.v[1], root, w);
	ASN1_OCTET_STRING_free(list);
	return rc;
}
