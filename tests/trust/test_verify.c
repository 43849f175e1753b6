/*
 * Bundles with real and made-up instances: every case of the public suite and of our own keyless
 * and key material, with the file and with its digest alone, gives the expected answer.
 */
#include "trust/verify.h"

#include <stdio.h>

#include "support/fixture.h"
#include "support/slice_assert.h"

struct case_run {
	struct lc_arena a;
	struct lc_buf bundle, artefact, root_text, key_text;
	struct trusted_root *root;
	struct crypt_public *key;
	struct trust_why w;
};

static void read_below(const char *folder, struct lc_slice path, struct lc_buf *to)
{
	char whole[512];
	(void)snprintf(whole, sizeof(whole), "%s/%.*s", folder, LC_FMT(path));
	data_read(whole, to);
}

static bool is_null(const struct json_doc *d, json_ref r)
{
	return r == JSON_NONE || json_type_of(d, r) == JSON_NULL;
}

static int load_root(struct case_run *r, const char *folder, struct lc_slice name)
{
	if (lc_eq(name, LC_S("public-good")))
		data_read("sigstore-root/trusted_root.json", &r->root_text);
	else
		read_below(folder, name, &r->root_text);
	return trusted_root_parse(lc_buf_get(&r->root_text), &r->root, &r->w.err);
}

static int verify(struct case_run *r, const struct json_doc *d, json_ref c,
		  const struct crypt_message *artefact, struct lc_slice predicate)
{
	struct trust_identity id = {
		.name = { json_get_str(d, c, "identity"), false },
		.issuer = { json_get_str(d, c, "issuer"), false },
	};
	struct trust_demand demand = {
		.keys = &r->key,
		.keys_n = r->key ? 1 : 0,
		.identities = &id,
		.identities_n = id.name.text.n ? 1 : 0,
		.root = r->root,
		.ignore_tlog = json_bool(d, json_get(d, c, "ignore_tlog"), false),
	};
	struct trust_signer signer;
	struct trust_content content;
	struct bundle b;
	int rc = bundle_parse(lc_buf_get(&r->bundle), &r->a, &b, &r->w);
	return rc ? rc
		  : trust_verify_bundle(&b, &demand, artefact, predicate, &r->a, &signer, &content,
					&r->w);
}

static void judge(const struct json_doc *d, json_ref c, const struct case_run *r, int rc,
		  bool digest_alone)
{
	struct lc_slice name = json_get_str(d, c, "case");
	bool want = lc_eq(json_get_str(d, c, "expect"), LC_S("pass"));
	/* A pure Ed25519 signature cannot be told by a digest: it says so. */
	if (want && digest_alone && rc == LC_EUNSUP && strstr(r->w.err.msg, "give the file"))
		return;
	if ((rc == 0) != want)
		fail_msg("%s%s: %d %s %s", lc_quote(name).s, digest_alone ? " by digest" : "", rc,
			 r->w.rule ? r->w.rule : "-", r->w.err.msg);
	if (rc && !r->w.rule && r->w.err.len == 0)
		fail_msg("%s: refused without a reason", lc_quote(name).s);
}

static void run_case(const char *folder, const struct json_doc *d, json_ref c, bool digest_alone)
{
	struct case_run r = { 0 };
	struct digest digest;
	struct lc_slice predicate = { NULL, 0 };
	lc_arena_init(&r.a, 0);
	lc_buf_init(&r.bundle, 1 << 24);
	lc_buf_init(&r.artefact, 1 << 24);
	lc_buf_init(&r.root_text, 1 << 24);
	lc_buf_init(&r.key_text, 1 << 20);
	read_below(folder, json_get_str(d, c, "bundle"), &r.bundle);
	read_below(folder, json_get_str(d, c, "artifact"), &r.artefact);
	assert_int_equal(digest_of(DIGEST_SHA256, lc_buf_get(&r.artefact), &digest, NULL), 0);
	struct crypt_message m = crypt_message_of(lc_buf_get(&r.artefact));
	if (digest_alone)
		m = (struct crypt_message){ .digests = &digest, .digests_n = 1 };
	int rc = 0;
	if (!is_null(d, json_get(d, c, "key"))) {
		read_below(folder, json_get_str(d, c, "key"), &r.key_text);
		rc = crypt_public_pem(lc_buf_get(&r.key_text), &r.key, &r.w.err);
	}
	if (!rc && !is_null(d, json_get(d, c, "trusted_root")))
		rc = load_root(&r, folder, json_get_str(d, c, "trusted_root"));
	if (json_is_str(d, json_get(d, c, "type")))
		assert_true(statement_predicate_type(json_get_str(d, c, "type"), &predicate));
	rc = rc ? rc : verify(&r, d, c, &m, predicate);
	judge(d, c, &r, rc, digest_alone);
	trusted_root_free(r.root);
	crypt_public_unref(r.key);
	lc_buf_done(&r.bundle);
	lc_buf_done(&r.artefact);
	lc_buf_done(&r.root_text);
	lc_buf_done(&r.key_text);
	lc_arena_done(&r.a);
}

/* All cases of a folder that are a bundle in the new form beside a file. */
static size_t run_folder(const char *folder)
{
	struct lc_arena a;
	struct json_doc d;
	struct lc_buf index;
	size_t n = 0;
	data_need();
	lc_arena_init(&a, 0);
	lc_buf_init(&index, 1 << 24);
	read_below(folder, LC_S("index.json"), &index);
	assert_int_equal(json_parse(lc_buf_get(&index), 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "cases"), c) {
		if (!json_is_str(&d, json_get(&d, c, "bundle")) ||
		    !json_is_str(&d, json_get(&d, c, "artifact")) ||
		    lc_ends(json_get_str(&d, c, "bundle"), LC_S(".old.json")))
			continue;
		run_case(folder, &d, c, false);
		run_case(folder, &d, c, true);
		n++;
	}
	lc_buf_done(&index);
	lc_arena_done(&a);
	return n;
}

static void answers_as_the_conformance_suite_expects(void **state)
{
	(void)state;
	assert_int_equal(run_folder("sigstore-conformance"), 70);
}

static void answers_as_expected_with_a_private_instance(void **state)
{
	(void)state;
	assert_true(run_folder("cosign-keyless") > 20);
}

static void answers_as_expected_with_keys(void **state)
{
	(void)state;
	assert_true(run_folder("cosign") > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_the_conformance_suite_expects),
		cmocka_unit_test(answers_as_expected_with_a_private_instance),
		cmocka_unit_test(answers_as_expected_with_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
