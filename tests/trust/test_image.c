/* What is attached to images in a layout: what counts, and the rule that each broken one fails. */
#include "trust/image.h"

#include "base/shim.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "oci/layout_place.h"
#include "support/slice_assert.h"
#include "trust/attach.h"
#include "trust/sign.h"

static const struct lc_slice manifest_type =
	LC_S_INIT("application/vnd.oci.image.manifest.v1+json");

struct place {
	struct layout_place at;
	struct oci_document image;
	struct crypt_signer *signer;
};

static void setup(struct place *p)
{
	static const char text[] = "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}";
	layout_place_open(&p->at, false);
	assert_int_equal(oci_repository_put_manifest(p->at.r, LC_S("1"), DIGEST_SHA256,
						     manifest_type, lc_str(text), NULL, NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p->at.r, LC_S("1"), &p->at.a, &p->image, NULL), 0);
	assert_int_equal(crypt_signer_generate(CRYPT_P256, &p->signer, NULL), 0);
}

static void teardown(struct place *p)
{
	crypt_signer_free(p->signer);
	layout_place_close(&p->at);
}

static struct image_judgement judge(struct place *p, bool attestations)
{
	struct image_judgement j;
	const struct image_demand d = {
		.who = { .keys = &p->signer->key, .keys_n = 1, .ignore_tlog = true },
		.attestations = attestations,
	};
	struct lc_err e = { 0 };
	if (trust_verify_image(p->at.r, &p->image.digest, &d, &p->at.a, &j, &e))
		fail_msg("%s", e.msg);
	return j;
}

static bool sign(struct place *p, bool bundle, bool attestation)
{
	const struct image_signing s = {
		.signer = p->signer,
		.bundle = bundle,
		.name = LC_S("reg.example/app"),
		.attestation = attestation,
		.predicate_type = attestation ? LC_S("https://example.com/p") : LC_S(""),
		.predicate = attestation ? LC_S("{\"a\":1}") : LC_S(""),
	};
	struct lc_err e = { 0 };
	bool again = false;
	if (trust_sign_image(p->at.r, &p->image, &s, &again, &e))
		fail_msg("%s", e.msg);
	return again;
}

static void what_is_signed_counts_once_in_each_form(void **state)
{
	struct place p;
	(void)state;
	setup(&p);
	assert_int_equal(judge(&p, false).outcome, IMAGE_UNSIGNED);
	for (int bundle = 0; bundle < 2; bundle++) {
		assert_false(sign(&p, bundle, false));
		assert_true(sign(&p, bundle, false));
		assert_false(sign(&p, bundle, true));
		assert_true(sign(&p, bundle, true));
	}
	struct image_judgement j = judge(&p, false);
	assert_int_equal(j.outcome, IMAGE_TRUSTED);
	assert_int_equal(j.n, 4);
	assert_int_equal(j.counted, 2);
	assert_int_equal(j.signers, 1);
	j = judge(&p, true);
	assert_int_equal(j.outcome, IMAGE_TRUSTED);
	assert_int_equal(j.counted, 2);
	teardown(&p);
}

static void an_attestation_is_no_signature(void **state)
{
	struct place p;
	(void)state;
	setup(&p);
	assert_false(sign(&p, true, true));
	assert_false(sign(&p, false, true));
	assert_int_equal(judge(&p, false).outcome, IMAGE_UNSIGNED);
	teardown(&p);
}

#define HEX  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" /* of {} */
#define BLOB "\"size\":2,\"digest\":\"sha256:" HEX "\""
#define TYPE "\"mediaType\":\"application/vnd.dev.cosign.simplesigning.v1+json\","
#define DSSE "\"mediaType\":\"application/vnd.dsse.envelope.v1+json\","
#define NOTE(k, v) \
	"\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2ln\",\"" k "\":\"" v "\"}"
#define PLAIN     "\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2ln\"}"
#define LAYERS(l) "{\"schemaVersion\":2,\"layers\":[" l "]}"

static void each_broken_one_names_its_rule(void **state)
{
	static const struct {
		const char *manifest, *rule;
	} rows[] = {
		{ "{", "A1" },
		{ "{\"layers\":[],\"layers\":[]}", "A1" },
		{ LAYERS("{" TYPE PLAIN "}"), "A1" },
		{ LAYERS("{" TYPE "\"size\":2,\"digest\":\"sha256:00\"," PLAIN "}"), "A1" },
		{ LAYERS("{" TYPE "\"digest\":\"sha256:" HEX "\"," PLAIN "}"), "A1" },
		{ LAYERS("{" TYPE "\"size\":1,\"digest\":\"sha256:" HEX "\"," PLAIN "}"), "A1" },
		{ LAYERS("{" TYPE "\"size\":900000000,\"digest\":\"sha256:" HEX "\"," PLAIN "}"),
		  "A1" },
		{ LAYERS("{" TYPE BLOB "}"), "F1" },
		{ LAYERS("{" TYPE BLOB ",\"annotations\":{"
			 "\"dev.cosignproject.cosign/signature\":\"c2l\"}}"),
		  "F2" },
		{ LAYERS("{" TYPE BLOB "," PLAIN "}"), "V1" },
		{ LAYERS("{" TYPE BLOB "," NOTE("dev.sigstore.cosign/certificate", "x") "}"),
		  "F4" },
		{ LAYERS("{" TYPE BLOB "," NOTE("dev.sigstore.cosign/bundle", "x") "}"), "F1" },
		{ LAYERS("{" TYPE BLOB "," NOTE("dev.sigstore.cosign/bundle", "{}") "}"), "F6" },
		{ LAYERS("{" TYPE BLOB "," NOTE("dev.sigstore.cosign/rfc3161timestamp", "{}") "}"),
		  "F1" },
		{ LAYERS("{" DSSE BLOB "," PLAIN "}"), "F5" },
		{ LAYERS("{\"mediaType\":\"application/x\"," BLOB "}"), "A3" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place p;
		struct digest d;
		setup(&p);
		assert_int_equal(digest_of(DIGEST_SHA256, LC_S("{}"), &d, NULL), 0);
		assert_int_equal(oci_repository_put_blob(p.at.r, &d, LC_S("{}"), NULL), 0);
		struct lc_slice tag = oci_attachment_tag(&p.image.digest, ".sig", &p.at.a);
		assert_int_equal(oci_repository_put_manifest(p.at.r, tag, DIGEST_SHA256,
							     manifest_type,
							     lc_str(rows[i].manifest), NULL, NULL),
				 0);
		struct image_judgement j = judge(&p, false);
		if (j.n != 1 || j.outcome == IMAGE_TRUSTED || !j.v[0].why.rule ||
		    !lc_eq(lc_str(j.v[0].why.rule), lc_str(rows[i].rule)))
			fail_msg("%s: %s %s", rows[i].manifest,
				 j.n ? j.v[0].why.rule : "nothing found",
				 j.n ? j.v[0].why.err.msg : "");
		teardown(&p);
	}
}

static void a_tag_that_is_broken_is_not_written_over(void **state)
{
	struct place p;
	bool again;
	const struct image_signing s = { .name = LC_S("x") };
	(void)state;
	setup(&p);
	struct lc_slice tag = oci_attachment_tag(&p.image.digest, ".sig", &p.at.a);
	struct image_signing mine = s;
	mine.signer = p.signer;
	assert_int_equal(oci_repository_put_manifest(p.at.r, tag, DIGEST_SHA256, manifest_type,
						     LC_S("{"), NULL, NULL),
			 0);
	assert_int_not_equal(trust_sign_image(p.at.r, &p.image, &mine, &again, NULL), 0);
	teardown(&p);
}

/* ---- what anyone may attach ---- */

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define BUNDLE(material, algorithm)                                                            \
	"{\"mediaType\":\"" BUNDLE_TYPE "\",\"verificationMaterial\":{" material "},"          \
	"\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"" algorithm "\",\"digest\":" \
	"\"RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=\"},\"signature\":\"c2ln\"}}"
#define BY_KEY         "\"publicKey\":{\"hint\":\"x\"},\"tlogEntries\":[]"
#define BY_CERTIFICATE "\"certificate\":{\"rawBytes\":\"c2ln\"},\"tlogEntries\":[]"

static void attach(struct place *p, const char *bundle)
{
	const struct attach_referrer what = {
		.image = &p->image,
		.artifact_type = LC_S(BUNDLE_TYPE),
		.layer = { .media_type = LC_S(BUNDLE_TYPE), .content = lc_str(bundle) },
	};
	assert_int_equal(attach_as_referrer(p->at.r, &what, NULL), 0);
}

static void put_tag(struct place *p, const char *suffix, struct lc_slice manifest)
{
	struct lc_slice tag = oci_attachment_tag(&p->image.digest, suffix, &p->at.a);
	assert_int_equal(oci_repository_put_manifest(p->at.r, tag, DIGEST_SHA256, manifest_type,
						     manifest, NULL, NULL),
			 0);
}

static void junk_digest_name(struct place *p)
{
	attach(p, BUNDLE(BY_KEY, "SHA3_256"));
}

static void junk_layer_name(struct place *p)
{
	put_tag(p, ".att", LC_S(LAYERS("{" DSSE "\"size\":2,\"digest\":\"sha384:" HEX "\"}")));
}

static void of_another_key(struct place *p)
{
	struct crypt_signer *mine = p->signer;
	assert_int_equal(crypt_signer_generate(CRYPT_P256, &p->signer, NULL), 0);
	(void)sign(p, true, false);
	crypt_signer_free(p->signer);
	p->signer = mine;
}

/* A good signature of another image, put where this one's are. */
static void of_another_image(struct place *p)
{
	struct oci_document image = p->image;
	struct oci_document signature;
	assert_int_equal(oci_repository_put_manifest(p->at.r, LC_S("2"), DIGEST_SHA256,
						     manifest_type, LC_S("{\"layers\":[]}"), NULL,
						     NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p->at.r, LC_S("2"), &p->at.a, &p->image, NULL), 0);
	(void)sign(p, false, false);
	struct lc_slice tag = oci_attachment_tag(&p->image.digest, ".sig", &p->at.a);
	assert_int_equal(oci_repository_manifest(p->at.r, tag, &p->at.a, &signature, NULL), 0);
	p->image = image;
	put_tag(p, ".sig", signature.bytes);
}

/* No algorithm or kind that whoever attaches may write hides what is known, or leaves it open. */
static void what_is_not_read_leaves_nothing_open(void **state)
{
	static const struct {
		void (*before)(struct place *p); /* NULL: unsigned */
		void (*junk)(struct place *p);
		enum image_outcome alone, beside;
		const char *rule;
	} rows[] = {
		{ NULL, junk_digest_name, IMAGE_UNSIGNED, IMAGE_NO_MATCH, "F1" },
		{ of_another_key, junk_digest_name, IMAGE_NO_MATCH, IMAGE_NO_MATCH, "F1" },
		{ of_another_image, junk_digest_name, IMAGE_TAMPERED, IMAGE_TAMPERED, "F1" },
		{ NULL, junk_layer_name, IMAGE_UNSIGNED, IMAGE_TAMPERED, "A1" },
		{ of_another_key, junk_layer_name, IMAGE_NO_MATCH, IMAGE_TAMPERED, "A1" },
		{ of_another_image, junk_layer_name, IMAGE_TAMPERED, IMAGE_TAMPERED, "A1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place p;
		bool named = false;
		setup(&p);
		if (rows[i].before)
			rows[i].before(&p);
		enum image_outcome alone = judge(&p, false).outcome;
		rows[i].junk(&p);
		struct image_judgement j = judge(&p, false);
		for (size_t k = 0; k < j.n; k++)
			named = named || (j.v[k].rc == LC_EUNSUP &&
					  strcmp(j.v[k].why.rule, rows[i].rule) == 0);
		if (alone != rows[i].alone || j.outcome != rows[i].beside || !named)
			fail_msg("row %zu: %s, %s", i, image_outcome_name(alone),
				 image_outcome_name(j.outcome));
		teardown(&p);
	}
}

/* What the verifier did not give does, unless something was changed, and not where it is given. */
static void a_missing_root_leaves_open_what_it_judges(void **state)
{
	struct trust_identity who = { 0 };
	struct image_demand d = { .who = { .identities = &who, .identities_n = 1 } };
	struct image_judgement j;
	struct place p;
	(void)state;
	setup(&p);
	attach(&p, BUNDLE(BY_CERTIFICATE, "SHA2_256"));
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.outcome, IMAGE_UNDECIDED);
	assert_true(j.v[0].why.open);
	d.threshold = 2;
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.outcome, IMAGE_NO_MATCH);
	d.threshold = 1;
	junk_layer_name(&p);
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.outcome, IMAGE_TAMPERED);
	teardown(&p);
}

/* The log is known, and what it is said to hold is of a kind that is not read. */
static struct lc_slice odd_entry(struct place *p, struct trusted_root **ret_root)
{
	static const struct trust_window always = { 0 };
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	const struct digest *log = crypt_public_id(p->signer->key);
	char text[DIGEST_TEXT_MAX];
	lc_buf_init(&b, 1 << 16);
	assert_int_equal(pem_write(&b, "PUBLIC KEY", crypt_public_spki(p->signer->key)), 0);
	assert_int_equal(trusted_root_new(ret_root, NULL), 0);
	assert_int_equal(trusted_root_add_tlog(*ret_root, lc_buf_get(&b), LC_S(""), &always, NULL),
			 0);
	lc_buf_clear(&b);
	assert_int_equal(base64_encode(LC_S("{\"kind\":\"rekord\",\"apiVersion\":\"0.0.1\"}"), &b),
			 0);
	return lc_arena_fmt(&p->at.a,
			    "{\\\"SignedEntryTimestamp\\\":\\\"c2ln\\\",\\\"Payload\\\":{"
			    "\\\"integratedTime\\\":1,\\\"logIndex\\\":1,\\\"logID\\\":\\\"%s"
			    "\\\",\\\"body\\\":\\\"%.*s\\\"}}",
			    digest_hex(log, text), LC_FMT(lc_buf_get(&b)));
}

/* What is signed, with one more note beside the signature. */
static void sign_with_note(struct place *p, const char *name, struct lc_slice value)
{
	char blob[DIGEST_TEXT_MAX];
	(void)sign(p, false, false);
	const struct attached good = judge(p, false).found.v[0];
	put_tag(p, ".sig",
		lc_arena_fmt(&p->at.a,
			     LAYERS("{" TYPE "\"size\":%llu,\"digest\":\"%s\",\"annotations\":{"
				    "\"dev.cosignproject.cosign/signature\":\"%.*s\","
				    "\"dev.sigstore.cosign/%s\":\"%.*s\"}}"),
			     (unsigned long long)good.size, digest_text(&good.blob, blob),
			     LC_FMT(good.signature), name, LC_FMT(value)));
}

static void an_entry_of_an_unknown_kind_leaves_nothing_open(void **state)
{
	struct trusted_root *root = NULL;
	struct image_judgement j;
	struct place p;
	(void)state;
	setup(&p);
	sign_with_note(&p, "bundle", odd_entry(&p, &root));
	const struct image_demand d = {
		.who = { .keys = &p.signer->key, .keys_n = 1, .root = root },
	};
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.n, 1);
	assert_int_equal(j.v[0].rc, LC_EUNSUP);
	assert_string_equal(j.v[0].why.rule, "L2");
	assert_int_equal(j.outcome, IMAGE_TAMPERED);
	trusted_root_free(root);
	teardown(&p);
}

static void a_timestamp_that_no_authority_is_known_for_is_left_open(void **state)
{
	struct image_judgement j;
	struct place p;
	(void)state;
	setup(&p);
	sign_with_note(&p, "rfc3161timestamp", LC_S("x"));
	struct image_demand d = {
		.who = { .keys = &p.signer->key, .keys_n = 1, .ignore_tlog = true },
	};
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.outcome, IMAGE_TRUSTED);
	d.who.need_timestamp = true;
	assert_int_equal(trust_verify_image(p.at.r, &p.image.digest, &d, &p.at.a, &j, NULL), 0);
	assert_int_equal(j.outcome, IMAGE_UNDECIDED);
	assert_string_equal(j.v[0].why.rule, "T1");
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_counts_once_in_each_form),
		cmocka_unit_test(an_attestation_is_no_signature),
		cmocka_unit_test(each_broken_one_names_its_rule),
		cmocka_unit_test(a_tag_that_is_broken_is_not_written_over),
		cmocka_unit_test(what_is_not_read_leaves_nothing_open),
		cmocka_unit_test(a_missing_root_leaves_open_what_it_judges),
		cmocka_unit_test(an_entry_of_an_unknown_kind_leaves_nothing_open),
		cmocka_unit_test(a_timestamp_that_no_authority_is_known_for_is_left_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
