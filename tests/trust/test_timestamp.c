/* Timestamps and certificates made here, by authorities that break one rule at a time. */
#include "trust/timestamp.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/shim.h"
#include "oci/layout_place.h"
#include "support/slice_assert.h"
#include "trust/attach.h"
#include "trust/certificate.h"
#include "trust/image.h"
#include "trust/sign.h"

enum { DAY = 86400 };

struct party {
	X509 *x;
	EVP_PKEY *key;
};

static void done(struct party *p)
{
	X509_free(p->x);
	EVP_PKEY_free(p->key);
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* Issued by another one, NULL itself; uses are extended ones, NULL no such extension. */
static struct party make(const struct party *by, const char *name, bool ca, const char *uses)
{
	static long serial;
	struct party p = { X509_new(), EVP_EC_gen("P-256") };
	X509_NAME *subject = X509_get_subject_name(p.x);
	assert_int_equal(X509_set_version(p.x, X509_VERSION_3), 1);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(p.x), ++serial);
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1,
					 0);
	(void)X509_set_issuer_name(p.x, X509_get_subject_name(by ? by->x : p.x));
	(void)ASN1_TIME_set(X509_getm_notBefore(p.x), 0);
	(void)ASN1_TIME_set(X509_getm_notAfter(p.x), (time_t)20000 * DAY);
	(void)X509_set_pubkey(p.x, p.key);
	extend(p.x, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(p.x, NID_key_usage, ca ? "critical,keyCertSign" : "critical,digitalSignature");
	if (uses)
		extend(p.x, NID_ext_key_usage, uses);
	assert_true(X509_sign(p.x, by ? by->key : p.key, EVP_sha256()) > 0);
	return p;
}

static void put_pem(const struct party *p, struct lc_buf *out)
{
	char *text = NULL;
	BIO *b = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_X509(b, p->x), 1);
	long n = BIO_get_mem_data(b, &text);
	assert_int_equal(lc_buf_add(out, text, (size_t)n), 0);
	BIO_free(b);
}

typedef int add_fn(struct trusted_root *, struct lc_slice, const struct trust_window *,
		   struct lc_err *);

/* A root that trusts chains which end in top, over below. */
static struct trusted_root *root_of(add_fn *add, const struct party *below, const struct party *top)
{
	const struct trust_window always = { 0 };
	struct trusted_root *r = NULL;
	struct lc_buf pem;
	lc_buf_init(&pem, 1 << 16);
	if (below)
		put_pem(below, &pem);
	put_pem(top, &pem);
	assert_int_equal(trusted_root_new(&r, NULL), 0);
	assert_int_equal(add(r, lc_buf_get(&pem), &always, NULL), 0);
	lc_buf_done(&pem);
	return r;
}

/* ---- timestamps ---- */

static TS_TST_INFO *info_of(struct lc_slice stamped, int64_t t)
{
	TS_TST_INFO *info = TS_TST_INFO_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, (time_t)t);
	struct digest d;
	assert_int_equal(digest_of(DIGEST_SHA256, stamped, &d, NULL), 0);
	(void)X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
	(void)TS_MSG_IMPRINT_set_algo(imprint, algorithm);
	(void)TS_MSG_IMPRINT_set_msg(imprint, d.bytes, 32);
	(void)ASN1_INTEGER_set(serial, 7);
	(void)TS_TST_INFO_set_version(info, 1);
	(void)TS_TST_INFO_set_policy_id(info, policy);
	(void)TS_TST_INFO_set_msg_imprint(info, imprint);
	(void)TS_TST_INFO_set_serial(info, serial);
	(void)TS_TST_INFO_set_time(info, time);
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algorithm);
	ASN1_INTEGER_free(serial);
	ASN1_OBJECT_free(policy);
	ASN1_GENERALIZEDTIME_free(time);
	return info;
}

/* SEQUENCE { SEQUENCE { INTEGER 0 }, token } */
static void put_response(struct lc_slice token, struct lc_buf *out)
{
	size_t n = 5 + token.n;
	(void)lc_buf_add(out, "\x30\x82", 2);
	(void)lc_buf_byte(out, (uint8_t)(n >> 8));
	(void)lc_buf_byte(out, (uint8_t)n);
	(void)lc_buf_add(out, "\x30\x03\x02\x01\x00", 5);
	assert_int_equal(lc_buf_slice(out, token), 0);
}

static void stamp(const struct party *tsa, struct lc_slice stamped, int64_t t, unsigned extra,
		  struct lc_buf *out)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | extra;
	TS_TST_INFO *info = info_of(stamped, t);
	unsigned char *der = NULL;
	int n = i2d_TS_TST_INFO(info, &der);
	BIO *content = BIO_new_mem_buf(der, n);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	assert_int_equal(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)), 1);
	assert_non_null(CMS_add1_signer(cms, tsa->x, tsa->key, EVP_sha256(), flags));
	assert_int_equal(CMS_final(cms, content, NULL, flags), 1);
	unsigned char *token = NULL;
	int token_n = i2d_CMS_ContentInfo(cms, &token);
	assert_true(token_n > 0);
	put_response(lc_slice_of(token, (size_t)token_n), out);
	OPENSSL_free(token);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	TS_TST_INFO_free(info);
}

static const char *rule_of(const struct trusted_root *r, const struct party *tsa, unsigned extra)
{
	struct lc_buf response;
	struct trust_why w = { 0 };
	const struct trust_authority *by = NULL;
	int64_t t = 0;
	lc_buf_init(&response, 1 << 16);
	stamp(tsa, LC_S("seal"), 1000 * DAY, extra, &response);
	int rc = timestamp_verify(lc_buf_get(&response), LC_S("seal"), r, &t, &by, &w);
	lc_buf_done(&response);
	if (rc == 0)
		assert_int_equal(t, 1000 * DAY);
	return rc ? w.rule : "";
}

static void an_authority_signs_attributes(void **state)
{
	(void)state;
	struct party top = make(NULL, "top", true, NULL);
	struct party tsa = make(&top, "tsa", false, "critical,timeStamping");
	struct trusted_root *r = root_of(trusted_root_add_tsa, NULL, &top);
	assert_string_equal(rule_of(r, &tsa, 0), "");
	assert_string_equal(rule_of(r, &tsa, CMS_NOATTR), "S2");
	trusted_root_free(r);
	done(&tsa);
	done(&top);
}

static void an_authority_is_made_for_it(void **state)
{
	static const struct {
		const char *above, *own, *rule;
	} rows[] = {
		{ NULL, "critical,timeStamping", "" },
		{ "timeStamping", "critical,timeStamping", "" },
		{ "codeSigning", "critical,timeStamping", "S4" },
		{ NULL, "timeStamping", "S4" },
		{ NULL, "critical,timeStamping,codeSigning", "S4" },
		{ NULL, NULL, "S4" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct party top = make(NULL, "top", true, NULL);
		struct party between = make(&top, "between", true, rows[i].above);
		struct party tsa = make(&between, "tsa", false, rows[i].own);
		struct trusted_root *r = root_of(trusted_root_add_tsa, &between, &top);
		assert_string_equal(rule_of(r, &tsa, 0), rows[i].rule);
		trusted_root_free(r);
		done(&tsa);
		done(&between);
		done(&top);
	}
}

/* ---- certificates ---- */

static void a_certificate_above_may_forbid_code(void **state)
{
	static const struct {
		const char *above, *own, *rule;
	} rows[] = {
		{ NULL, "codeSigning", "" },
		{ "codeSigning", "codeSigning", "" },
		{ "serverAuth", "codeSigning", "C1" },
		{ NULL, "serverAuth", "C4" },
		{ NULL, NULL, "C4" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct party top = make(NULL, "top", true, NULL);
		struct party between = make(&top, "between", true, rows[i].above);
		struct party leaf = make(&between, "leaf", false, rows[i].own);
		struct trusted_root *r = root_of(trusted_root_add_ca, &between, &top);
		struct certificate_issued issuers[CERTIFICATE_ISSUERS_MAX];
		const struct certificate c = { .x = leaf.x };
		struct trust_why w = { 0 };
		size_t n = 0;
		int rc = certificate_issuers(&c, r, issuers, &n, &w);
		assert_string_equal(rc ? w.rule : "", rows[i].rule);
		trusted_root_free(r);
		done(&leaf);
		done(&between);
		done(&top);
	}
}

/* ---- how old a signature is ---- */

struct place {
	struct layout_place at;
	struct oci_document image;
	struct crypt_signer *signer;
};

static void setup(struct place *p)
{
	static const struct lc_slice type = LC_S_INIT("application/vnd.oci.image.manifest.v1+json");
	const struct lc_slice text = LC_S("{\"schemaVersion\":2,\"config\":{},\"layers\":[]}");
	layout_place_open(&p->at, false);
	assert_int_equal(oci_repository_put_manifest(p->at.r, LC_S("1"), DIGEST_SHA256, type, text,
						     NULL, NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p->at.r, LC_S("1"), &p->at.a, &p->image, NULL), 0);
	assert_int_equal(crypt_signer_generate(CRYPT_P256, &p->signer, NULL), 0);
}

static void teardown(struct place *p)
{
	crypt_signer_free(p->signer);
	layout_place_close(&p->at);
}

/* The bundle that was signed, once more with these stamps. */
static void attach_stamped(struct place *p, const struct party *tsa, const int64_t *times, size_t n)
{
	struct attached_list found;
	struct lc_slice text;
	struct bundle b;
	struct lc_buf out;
	assert_int_equal(attached_find(p->at.r, &p->image.digest, LC_S(""), &p->at.a, &found, NULL),
			 0);
	assert_int_equal(found.n, 1);
	assert_int_equal(attached_read(p->at.r, &found.v[0], &p->at.a, &text, NULL), 0);
	assert_int_equal(bundle_parse(text, &p->at.a, &b, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		struct lc_buf response;
		lc_buf_init(&response, 1 << 16);
		stamp(tsa, b.envelope.signatures[0].sig, times[i], 0, &response);
		assert_int_equal(lc_arena_dup(&p->at.a, lc_buf_get(&response),
					      lc_vec_push(&p->at.a, &b.timestamps)),
				 0);
		lc_buf_done(&response);
	}
	lc_buf_init(&out, 1 << 20);
	assert_int_equal(bundle_write(&b, &out), 0);
	const struct attach_referrer what = {
		.image = &p->image,
		.artifact_type = bundle_media_type,
		.predicate_type = statement_sign_type,
		.content_kind = LC_S("dsse-envelope"),
		.layer = { .media_type = bundle_media_type, .content = lc_buf_get(&out) },
	};
	assert_int_equal(attach_as_referrer(p->at.r, &what, NULL), 0);
	lc_buf_done(&out);
}

static void an_old_signature_is_not_made_young_by_another_stamp(void **state)
{
	const int64_t times[] = { (int64_t)2000 * DAY, (int64_t)1000 * DAY };
	struct party tsa = make(NULL, "tsa", false, "critical,timeStamping");
	struct trusted_root *root = root_of(trusted_root_add_tsa, NULL, &tsa);
	struct place p;
	bool again;
	(void)state;
	setup(&p);
	const struct image_signing s = { .signer = p.signer, .bundle = true };
	assert_int_equal(trust_sign_image(p.at.r, &p.image, &s, &again, NULL), 0);
	attach_stamped(&p, &tsa, times, 2);
	for (int64_t oldest = 500; oldest < 2000; oldest += 1000) {
		struct image_judgement j;
		const struct image_demand d = {
			.who = { .keys = &p.signer->key,
				 .keys_n = 1,
				 .root = root,
				 .ignore_tlog = true,
				 .oldest = oldest * DAY },
		};
		assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL),
				 0);
		assert_int_equal(j.n, 2);
		assert_int_equal(j.counted, oldest < 1000 ? 1 : 0);
	}
	teardown(&p);
	trusted_root_free(root);
	done(&tsa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_authority_signs_attributes),
		cmocka_unit_test(an_authority_is_made_for_it),
		cmocka_unit_test(a_certificate_above_may_forbid_code),
		cmocka_unit_test(an_old_signature_is_not_made_young_by_another_stamp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
