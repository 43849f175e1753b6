/*
 * Images before policies of the containers tools: every case of the shared data gives the expected
 * answer, and of our own small image nothing counts that was changed in any way.
 */
#include "trust/policy_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/shim.h"
#include "base/time.h"
#include "io/file.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

struct seen { /* one image before one policy */
	struct lc_arena a;
	struct image_policy policy;
	struct image_scope scope;
	struct oci_repository *repository;
	struct oci_document manifest;
	struct stored_signatures signatures;
	struct policy_judgement judgement;
	struct lc_err e;
};

static void need_gpg(void)
{
	struct openpgp_ring *r = NULL;
	struct lc_err e = { 0 };
	if (openpgp_ring_open(NULL, NULL, 0, &r, &e))
		tap_skip("%s", e.msg);
	openpgp_ring_close(r);
}

static int open_dir(struct seen *s, const char *dir)
{
	int rc = image_scope_path("dir", dir, &s->a, &s->scope, &s->e);
	rc = rc ? rc : oci_repository_open_dir(dir, &lc_limits_default, &s->repository, &s->e);
	rc = rc ? rc : oci_repository_manifest(s->repository, LC_S(""), &s->a, &s->manifest, &s->e);
	return rc ? rc
		  : stored_signatures_beside(s->repository, NULL, &s->a, &s->signatures, &s->e);
}

static int judge(struct seen *s)
{
	struct policy_question q = {
		.policy = &s->policy,
		.scope = &s->scope,
		.manifest = s->manifest.bytes,
		.image = &s->manifest.digest,
		.signatures = &s->signatures,
		.now = lc_now_seconds(false),
	};
	policy_judgement_done(&s->judgement);
	return policy_judge(&q, &s->a, &s->judgement, &s->e);
}

static void done(struct seen *s)
{
	policy_judgement_done(&s->judgement);
	oci_repository_close(s->repository);
	lc_arena_done(&s->a);
}

/* ---- the shared data ---- */

static void wrap(struct lc_slice requirements, struct lc_arena *a, struct lc_slice *ret)
{
	*ret = lc_arena_fmt(a,
			    "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"dir\":"
			    "{\"\":%.*s}}}",
			    LC_FMT(requirements));
	assert_non_null(ret->p);
}

/* Refusals name a rule, or are none because there is no signature to speak of. */
static void check_reasons(struct lc_slice name, const struct policy_judgement *j)
{
	for (size_t i = 0; i < j->n; i++)
		for (size_t k = 0; k < j->v[i].n; k++)
			if (j->v[i].v[k].rc &&
			    (!j->v[i].v[k].why.rule || !j->v[i].v[k].why.err.len))
				fail_msg("%s: refused without a reason", lc_quote(name).s);
}

static void run_case(const struct json_doc *d, json_ref c)
{
	struct seen s = { 0 };
	struct lc_slice name = json_get_str(d, c, "case");
	struct lc_slice image = json_get_str(d, c, "image");
	struct lc_slice text;
	bool want = lc_eq(json_get_str(d, c, "expect"), LC_S("pass"));
	wrap(json_raw(d, json_get(d, c, "requirements")), &s.a, &text);
	assert_int_equal(image_policy_parse(text, &s.a, &s.policy, &s.e), 0);
	assert_true(lc_chop_prefix(&image, LC_S("dir:")));
	int rc = open_dir(&s, lc_arena_str(&s.a, image));
	if (rc && !want && rc == LC_ENOTFOUND) { /* there is no manifest */
		done(&s);
		return;
	}
	rc = rc ? rc : judge(&s);
	if (rc)
		fail_msg("%s: %d %s", lc_quote(name).s, rc, s.e.msg);
	if ((s.judgement.outcome == IMAGE_TRUSTED) != want)
		fail_msg("%s: %s", lc_quote(name).s, image_outcome_name(s.judgement.outcome));
	check_reasons(name, &s.judgement);
	done(&s);
}

static void answers_as_the_tools_do(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_buf text;
	struct json_doc d;
	char here[4096];
	size_t n = 0;
	(void)state;
	data_need();
	need_gpg();
	lc_buf_init(&text, 1 << 20);
	data_read("containers-policy/index.json", &text);
	assert_int_equal(json_parse(lc_buf_get(&text), 0, NULL, &a, &d, NULL), 0);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(data_dir()), 0);
	assert_int_equal(chdir("containers-policy"), 0); /* keys are named from there */
	json_each(&d, json_get(&d, json_root(&d), "cases"), c) {
		run_case(&d, c);
		n++;
	}
	assert_int_equal(chdir(here), 0);
	assert_int_equal(n, 69);
	lc_buf_done(&text);
	lc_arena_done(&a);
}

/* ---- our own image ---- */

#define OPENPGP(keys, name)       "{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\"," keys AS(name)
#define AS(name)                  ",\"signedIdentity\":" name "}"
#define SIGSTORE(keys, name)      "{\"type\":\"sigstoreSigned\"," keys AS(name)
#define NAMED(kind, member, name) "{\"type\":\"" kind "\",\"" member "\":\"" name "\"}"
#define APP1                      NAMED("exactReference", "dockerReference", "reg.example/app:1")
#define APP                       NAMED("exactRepository", "dockerRepository", "reg.example/app")

static void open_own(struct seen *s, const char *requirements)
{
	struct lc_slice text;
	char here[4096];
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(getenv("LACRE_SOURCE_ROOT")), 0);
	assert_int_equal(chdir("tests/data/policy"), 0);
	wrap(lc_str(requirements), &s->a, &text);
	if (image_policy_parse(text, &s->a, &s->policy, &s->e) || open_dir(s, "."))
		fail_msg("%s", s->e.msg);
}

static void judges_each_requirement(void **state)
{
	static const struct {
		const char *requirements;
		enum image_outcome outcome;
		const char *rule; /* of the first signature or the requirement */
	} rows[] = {
		{ "[" OPENPGP("\"keyPath\":\"one.asc\"", APP1) "]", IMAGE_TRUSTED, NULL },
		{ "[" OPENPGP("\"keyPaths\":[\"two.gpg\",\"one.asc\"]", APP) "]", IMAGE_TRUSTED,
		  NULL },
		{ "[" OPENPGP("\"keyPath\":\"two.gpg\"", APP1) "]", IMAGE_NO_MATCH, "G2" },
		{ "[" OPENPGP("\"keyPaths\":[]", APP1) "]", IMAGE_NO_MATCH, "G2" },
		{ "[" OPENPGP("\"keyPath\":\"key.pub\"", APP1) "]", IMAGE_NO_MATCH, "G2" },
		{ "[" OPENPGP("\"keyPath\":\"one.asc\"", "{\"type\":\"matchRepository\"}") "]",
		  IMAGE_NO_MATCH, "P5" },
		{ "[{\"type\":\"signedBy\",\"keyType\":\"X509Certificates\",\"keyPath\":\"x\"}]",
		  IMAGE_UNDECIDED, "R2" },
		{ "[{\"type\":\"signedBaseLayer\",\"baseLayerIdentity\":"
		  "{\"type\":\"matchExact\"}}]",
		  IMAGE_UNDECIDED, "R2" },
		{ "[{\"type\":\"signedBaseLayer\",\"baseLayerIdentity\":"
		  "{\"type\":\"matchExact\"}},{\"type\":\"reject\"}]",
		  IMAGE_NO_MATCH, "R2" },
		{ "[{\"type\":\"reject\"}]", IMAGE_NO_MATCH, "R1" },
		{ "[{\"type\":\"insecureAcceptAnything\"}]", IMAGE_TRUSTED, NULL },
	};
	(void)state;
	need_gpg();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s = { 0 };
		open_own(&s, rows[i].requirements);
		if (judge(&s))
			fail_msg("row %zu: %s", i, s.e.msg);
		const struct policy_answer *w = &s.judgement.v[0];
		const char *rule = w->why.rule;
		if (!rule && w->n)
			rule = w->v[0].why.rule;
		if (s.judgement.outcome != rows[i].outcome || !rule != !rows[i].rule ||
		    (rule && strcmp(rule, rows[i].rule) != 0))
			fail_msg("row %zu: %s %s", i, image_outcome_name(s.judgement.outcome),
				 rule ? rule : "-");
		done(&s);
	}
}

static void judges_sigstore_signatures_without_gpg(void **state)
{
	static const struct {
		const char *requirements;
		enum image_outcome outcome;
		const char *rule; /* of the second signature */
	} rows[] = {
		{ "[" SIGSTORE("\"keyPath\":\"key.pub\"", APP) "]", IMAGE_TRUSTED, NULL },
		{ "[" SIGSTORE("\"keyPath\":\"key.pub\"", APP1) "]", IMAGE_NO_MATCH, "P5" },
		{ "[" SIGSTORE("\"keyPath\":\"key.pub\",\"rekorPublicKeyPath\":\"key.pub\"",
			       APP) "]",
		  IMAGE_NO_MATCH, "L1" },
		{ "[" SIGSTORE("\"keyPath\":\"key.pub\"", APP) ",{\"type\":\"reject\"}]",
		  IMAGE_NO_MATCH, NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s = { 0 };
		open_own(&s, rows[i].requirements);
		if (judge(&s))
			fail_msg("row %zu: %s", i, s.e.msg);
		const char *rule = s.judgement.v[0].v[1].why.rule;
		if (s.judgement.outcome != rows[i].outcome || !rule != !rows[i].rule ||
		    (rule && strcmp(rule, rows[i].rule) != 0))
			fail_msg("row %zu: %s %s", i, image_outcome_name(s.judgement.outcome),
				 rule ? rule : "-");
		assert_string_equal(s.judgement.v[0].v[0].why.rule, "R3");
		done(&s);
	}
}

static void fails_when_a_key_of_the_policy_cannot_be_used(void **state)
{
	static const char *const rows[] = {
		"[" SIGSTORE("\"keyPath\":\"absent\"", APP) "]",
		"[" SIGSTORE("\"keyPath\":\"manifest.json\"", APP) "]",
		"[" SIGSTORE("\"keyData\":\"AAAA\"", APP) "]",
		"[" SIGSTORE("\"keyPath\":\"key.pub\",\"rekorPublicKeyPath\":\"one.asc\"", APP) "]",
		"[" SIGSTORE("\"pki\":{\"caRootsPath\":\"key.pub\",\"subjectEmail\":\"e\"}",
			     APP) "]",
		"[" SIGSTORE("\"pki\":{\"caRootsPath\":\"manifest.json\",\"subjectEmail\":\"e\"}",
			     APP) "]",
		"[" OPENPGP("\"keyPath\":\"absent\"", APP) "]",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s = { 0 };
		open_own(&s, rows[i]);
		if (judge(&s) == 0 || s.e.len == 0)
			fail_msg("row %zu", i);
		done(&s);
	}
}

/* A byte of a sigstore signature's file, of its OpenPGP message, or of the manifest. */
static void refuses_what_was_changed(void **state)
{
	struct seen s = { 0 };
	(void)state;
	open_own(&s, "[" SIGSTORE("\"keyPath\":\"key.pub\"", APP) "]");
	struct stored_signature *one = &s.signatures.v[1];
	uint8_t *payload = lc_arena_alloc(&s.a, one->content.n);
	for (size_t i = 0; i < one->content.n; i++) {
		memcpy(payload, one->content.p, one->content.n);
		payload[i] ^= 1;
		struct lc_slice before = one->content;
		one->content.p = payload;
		assert_int_equal(judge(&s), 0);
		one->content = before;
		assert_int_not_equal(s.judgement.outcome, IMAGE_TRUSTED);
	}
	struct digest image = s.manifest.digest;
	s.manifest.digest.bytes[0] ^= 1;
	assert_int_equal(judge(&s), 0);
	assert_int_equal(s.judgement.outcome, IMAGE_TAMPERED);
	assert_string_equal(s.judgement.v[0].v[1].why.rule, "P2");
	s.manifest.digest = image;
	assert_int_equal(judge(&s), 0);
	assert_int_equal(s.judgement.outcome, IMAGE_TRUSTED);
	done(&s);
}

static void refuses_changed_openpgp_messages(void **state)
{
	struct seen s = { 0 };
	(void)state;
	need_gpg();
	open_own(&s, "[" OPENPGP("\"keyPath\":\"one.asc\"", APP1) "]");
	struct stored_signature *one = &s.signatures.v[0];
	const struct lc_slice good = one->content;
	uint8_t *copy = lc_arena_alloc(&s.a, good.n * 2);
	for (size_t i = 0; i < good.n; i += 23) {
		memcpy(copy, good.p, good.n);
		copy[i] ^= 0x10;
		one->content = lc_slice_of(copy, good.n);
		assert_int_equal(judge(&s), 0);
		if (s.judgement.outcome == IMAGE_TRUSTED)
			fail_msg("byte %zu", i);
		one->content = lc_slice_of(copy, i);
		memcpy(copy, good.p, good.n);
		assert_int_equal(judge(&s), 0);
		if (s.judgement.outcome == IMAGE_TRUSTED)
			fail_msg("its first %zu bytes", i);
	}
	/* Unsigned data ("{}") in front of what was signed. */
	memcpy(copy,
	       "\xcb\x08"
	       "b\0\0\0\0\0{}",
	       10);
	memcpy(copy + 10, good.p, good.n);
	one->content = lc_slice_of(copy, good.n + 10);
	assert_int_equal(judge(&s), 0);
	assert_int_not_equal(s.judgement.outcome, IMAGE_TRUSTED);
	one->content = good;
	assert_int_equal(judge(&s), 0);
	assert_int_equal(s.judgement.outcome, IMAGE_TRUSTED);
	done(&s);
}

static int judge_own(void *ctx)
{
	struct seen s = { 0 };
	struct lc_slice text =
		lc_str("{\"default\":[" SIGSTORE("\"keyPath\":\"key.pub\"", APP) "]}");
	(void)ctx;
	int rc = image_policy_parse(text, &s.a, &s.policy, &s.e);
	rc = rc ? rc : open_dir(&s, ".");
	rc = rc ? rc : judge(&s);
	if (!rc && s.judgement.outcome != IMAGE_TRUSTED)
		rc = LC_EBAD;
	done(&s);
	return rc;
}

static void reports_that_memory_ran_out(void **state)
{
	struct seen s = { 0 };
	(void)state;
	open_own(&s, "[{\"type\":\"reject\"}]"); /* goes where the files are */
	done(&s);
	assert_int_not_equal(alloc_fail_each(judge_own, NULL), 0);
}

/* Signed within itself, such a manifest has another digest than its bytes. */
static void does_not_judge_manifests_of_schema_1(void **state)
{
	struct seen s = { 0 };
	(void)state;
	open_own(&s, "[" SIGSTORE("\"keyPath\":\"key.pub\"", APP) "]");
	s.manifest.bytes = LC_S("{\"schemaVersion\":1,\"signatures\":[]}");
	assert_int_equal(judge(&s), 0);
	assert_int_equal(s.judgement.outcome, IMAGE_NO_MATCH);
	assert_string_equal(s.judgement.v[0].v[1].why.rule, "R2");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_the_tools_do),
		cmocka_unit_test(judges_each_requirement),
		cmocka_unit_test(judges_sigstore_signatures_without_gpg),
		cmocka_unit_test(fails_when_a_key_of_the_policy_cannot_be_used),
		cmocka_unit_test(refuses_what_was_changed),
		cmocka_unit_test(refuses_changed_openpgp_messages),
		cmocka_unit_test(does_not_judge_manifests_of_schema_1),
		cmocka_unit_test(reports_that_memory_ran_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
