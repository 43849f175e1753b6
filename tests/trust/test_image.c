/* What is attached to images in a layout: what counts, and the rule that each broken one fails. */
#include "trust/image.h"

#include "oci/layout_place.h"
#include "support/slice_assert.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_counts_once_in_each_form),
		cmocka_unit_test(an_attestation_is_no_signature),
		cmocka_unit_test(each_broken_one_names_its_rule),
		cmocka_unit_test(a_tag_that_is_broken_is_not_written_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
