#include "trust/timestamp.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "trust/x509.h"

enum { RESPONSE_BYTES_MAX = 1 << 20, GRANTED = 0, GRANTED_WITH_MODS = 1 };

struct token {
	CMS_ContentInfo *cms;
	TS_TST_INFO *info;
	int64_t time;
};

static void token_done(struct token *t)
{
	CMS_ContentInfo_free(t->cms);
	TS_TST_INFO_free(t->info);
	ERR_clear_error();
}

static int malformed(struct trust_why *w, const char *what)
{
	return trust_fail(w, "S2", LC_EBAD, "the timestamp is malformed: %s", what);
}

/* The CMS token inside of a response that says yes. */
static int open_response(struct lc_slice der, struct token *t, struct trust_why *w)
{
	const unsigned char *p = der.p;
	TS_RESP *resp =
		der.n && der.n <= RESPONSE_BYTES_MAX ? d2i_TS_RESP(NULL, &p, (long)der.n) : NULL;
	if (!resp || p != der.p + der.n) {
		TS_RESP_free(resp);
		return malformed(w, "no response");
	}
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp)));
	unsigned char *token = NULL;
	int n = TS_RESP_get_token(resp) ? i2d_PKCS7(TS_RESP_get_token(resp), &token) : -1;
	const unsigned char *q = token;
	if (n > 0)
		t->cms = d2i_CMS_ContentInfo(NULL, &q, n);
	OPENSSL_free(token);
	TS_RESP_free(resp);
	if (status != GRANTED && status != GRANTED_WITH_MODS)
		return malformed(w, "the authority refused");
	return t->cms ? 0 : malformed(w, "no token");
}

static int open_info(struct token *t, struct trust_why *w)
{
	if (OBJ_obj2nid(CMS_get0_eContentType(t->cms)) != NID_id_smime_ct_TSTInfo)
		return malformed(w, "its content is of another type");
	ASN1_OCTET_STRING **content = CMS_get0_content(t->cms);
	if (!content || !*content)
		return malformed(w, "it has no content");
	const unsigned char *p = ASN1_STRING_get0_data(*content);
	const unsigned char *end = p + ASN1_STRING_length(*content);
	t->info = d2i_TS_TST_INFO(NULL, &p, end - p);
	if (!t->info || p != end)
		return malformed(w, "no TSTInfo");
	if (!x509_time(TS_TST_INFO_get_time(t->info), &t->time))
		return malformed(w, "no time");
	return 0;
}

static bool digest_of_nid(int nid, enum digest_algorithm *ret)
{
	switch (nid) {
	case NID_sha256:
		*ret = DIGEST_SHA256;
		return true;
	case NID_sha384:
		*ret = DIGEST_SHA384;
		return true;
	case NID_sha512:
		*ret = DIGEST_SHA512;
		return true;
	default:
		return false;
	}
}

static int check_imprint(const struct token *t, struct lc_slice stamped, struct trust_why *w)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(t->info);
	const ASN1_OBJECT *oid;
	enum digest_algorithm a;
	struct digest d;
	X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	if (!digest_of_nid(OBJ_obj2nid(oid), &a))
		return trust_fail(w, "S1", LC_EUNSUP,
				  "the timestamp is over a digest that is not "
				  "read: SHA-256, SHA-384 or SHA-512 are");
	const ASN1_OCTET_STRING *got = TS_MSG_IMPRINT_get_msg(imprint);
	int rc = digest_of(a, stamped, &d, trust_err(w));
	if (rc)
		return rc;
	if (!lc_eq(lc_slice_of(ASN1_STRING_get0_data(got), (size_t)ASN1_STRING_length(got)),
		   lc_slice_of(d.bytes, digest_size(a))))
		return trust_fail(w, "S1", LC_EBAD, "the timestamp is for another signature");
	return 0;
}

/* ---- who signed it ---- */

static CMS_SignerInfo *only_signer(const struct token *t)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(t->cms);
	return all && sk_CMS_SignerInfo_num(all) == 1 ? sk_CMS_SignerInfo_value(all, 0) : NULL;
}

/* Without them the signature is over the content, which may be attributes of another message. */
static bool has_attributes(CMS_SignerInfo *si)
{
	return CMS_signed_get_attr_count(si) > 0;
}

static bool sha2_alone(CMS_SignerInfo *si)
{
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid;
	enum digest_algorithm a;
	CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	return digest_of_nid(OBJ_obj2nid(oid), &a);
}

/* Exactly one use, timeStamping, and critical (RFC 3161 2.3). */
static bool fit_to_stamp(X509 *x)
{
	int critical = -1;
	EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x, NID_ext_key_usage, &critical, NULL);
	bool fine = critical == 1 && sk_ASN1_OBJECT_num(uses) == 1 &&
		    OBJ_obj2nid(sk_ASN1_OBJECT_value(uses, 0)) == NID_time_stamp;
	sk_ASN1_OBJECT_pop_free(uses, ASN1_OBJECT_free);
	return fine && X509_check_ca(x) == 0;
}

/* The signer's certificate: the root's own, else the one in the token. A new reference. */
static X509 *find_signer(const struct token *t, CMS_SignerInfo *si,
			 const struct trust_authority *tsa)
{
	X509 *found = NULL;
	if (tsa->leaf) {
		if (CMS_SignerInfo_cert_cmp(si, tsa->leaf) == 0 && X509_up_ref(tsa->leaf) == 1)
			found = tsa->leaf;
		return found;
	}
	STACK_OF(X509) *certs = CMS_get1_certs(t->cms);
	for (int i = 0; !found && i < sk_X509_num(certs); i++) {
		X509 *x = sk_X509_value(certs, i);
		if (CMS_SignerInfo_cert_cmp(si, x) == 0 && X509_up_ref(x) == 1)
			found = x;
	}
	sk_X509_pop_free(certs, X509_free);
	return found;
}

/*
 * Signed attributes, content type, message digest, signature: OpenSSL's part. The signer is set
 * first: one that was found for another authority, or by OpenSSL itself, must not stay.
 */
static bool signature_holds(const struct token *t, CMS_SignerInfo *si, X509 *signer)
{
	CMS_SignerInfo_set1_signer_cert(si, signer);
	bool fine = CMS_verify(t->cms, NULL, NULL, NULL, NULL,
			       CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
	ERR_clear_error();
	return fine;
}

static int check_path(const struct token *t, const struct trust_authority *tsa, X509 *signer,
		      struct trust_why *w)
{
	struct x509_path path;
	struct lc_err e = { 0 };
	if (!fit_to_stamp(signer))
		return trust_fail(w, "S4", LC_EBAD,
				  "the timestamp's signer is not made for timestamps alone");
	int rc = x509_find_path(signer, tsa->intermediates, tsa->intermediates_n, &tsa->anchor, 1,
				&path, &e);
	if (rc == LC_ENOMEM)
		return lc_fail(trust_err(w), rc, "%s", e.msg);
	if (rc)
		return trust_fail(w, "S5", LC_EBAD,
				  "the timestamp's signer leads to no authority "
				  "of the trusted root: %s",
				  e.msg);
	if (!x509_path_allows(&path, XKU_TIMESTAMP))
		return trust_fail(w, "S4", LC_EBAD,
				  "a certificate above the timestamp's signer forbids this use");
	if (x509_path_valid_at(&path, t->time, &e))
		return trust_fail(w, "S5", LC_EBAD, "the timestamp's %s", e.msg);
	if (!trust_window_has(&tsa->valid, t->time))
		return trust_fail(w, "S6", LC_EBAD,
				  "the timestamp authority was not in use at that time");
	return 0;
}

static int check_authority(const struct token *t, CMS_SignerInfo *si,
			   const struct trust_authority *tsa, struct trust_why *w)
{
	X509 *signer = find_signer(t, si, tsa);
	if (!signer)
		return trust_fail(w, "S3", LC_EBAD,
				  "the timestamp is signed by nobody of the "
				  "trusted root");
	int rc = signature_holds(t, si, signer)
			 ? check_path(t, tsa, signer, w)
			 : trust_fail(w, "S2", LC_EBAD, "the timestamp's signature does not hold");
	X509_free(signer);
	return rc;
}

static int find_authority(const struct token *t, const struct trusted_root *root,
			  const struct trust_authority **ret, struct trust_why *w)
{
	CMS_SignerInfo *si = only_signer(t);
	if (!si)
		return malformed(w, "it has not exactly one signer");
	if (!has_attributes(si))
		return malformed(w, "its signature is not over attributes");
	if (!sha2_alone(si))
		return trust_fail(w, "S2", LC_EUNSUP,
				  "the timestamp is signed over a digest that "
				  "is not read");
	int rc = trust_fail(w, "S3", LC_EBAD, "the trusted root knows no timestamp authority");
	for (size_t i = 0; i < root->tsas.n; i++) {
		struct trust_why why = { 0 };
		int one = check_authority(t, si, &root->tsas.v[i], &why);
		if (one == 0) {
			*ret = &root->tsas.v[i];
			return 0;
		}
		/* The reason of the authority that came nearest. */
		bool nearer = !w || !w->rule || strcmp(why.rule ? why.rule : "", w->rule) > 0;
		if (w && (i == 0 || nearer))
			*w = why;
		rc = one;
	}
	return rc;
}

int timestamp_verify(struct lc_slice response, struct lc_slice stamped,
		     const struct trusted_root *root, int64_t *ret_time,
		     const struct trust_authority **ret_tsa, struct trust_why *w)
{
	struct token t = { 0 };
	int rc = open_response(response, &t, w);
	rc = rc ? rc : open_info(&t, w);
	rc = rc ? rc : check_imprint(&t, stamped, w);
	rc = rc ? rc : find_authority(&t, root, ret_tsa, w);
	if (!rc)
		*ret_time = t.time;
	token_done(&t);
	return rc;
}

int timestamp_time(struct lc_slice response, int64_t *ret, struct trust_why *w)
{
	struct token t = { 0 };
	int rc = open_response(response, &t, w);
	rc = rc ? rc : open_info(&t, w);
	if (!rc)
		*ret = t.time;
	token_done(&t);
	return rc;
}
