/*
 * policy.json and registries.d: what is read and refused, which scope counts for an image, and
 * under which name an image must have been signed.
 */
#include "trust/image_policy.h"

#include <stdio.h>

#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "trust/registries_d.h"

#define ANY             "[{\"type\":\"insecureAcceptAnything\"}]"
#define DEFAULT         "\"default\":" ANY
#define ALONE(r)        "{\"default\":[" r "]}"
#define BY(more)        ALONE("{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\"" more "}")
#define SIGSTORE(more)  ALONE("{\"type\":\"sigstoreSigned\"" more "}")
#define NAMED(identity) BY(",\"keyPath\":\"k\",\"signedIdentity\":" identity)
#define SCOPE(transport, scope) \
	"{" DEFAULT ",\"transports\":{\"" transport "\":{\"" scope "\":" ANY "}}}"
#define FULCIO "\"fulcio\":{\"caPath\":\"c\",\"oidcIssuer\":\"i\",\"subjectEmail\":\"e\"}"
#define PKI    "\"pki\":{\"caRootsPath\":\"c\",\"subjectHostname\":\"h\"}"

/* ---- the document ---- */

static void reads_what_the_tools_read(void **state)
{
	static const char *const rows[] = {
		"{" DEFAULT "}",
		"{" DEFAULT ",\"transports\":{}}",
		ALONE("{\"type\":\"reject\"}"),
		BY(",\"keyPath\":\"k\""),
		BY(",\"keyPaths\":[\"k\",\"l\"]"),
		BY(",\"keyPaths\":[]"),
		BY(",\"keyData\":\"AAAA\""),
		ALONE("{\"type\":\"signedBy\",\"keyType\":\"X509Certificates\",\"keyPath\":\"k\"}"),
		ALONE("{\"type\":\"signedBaseLayer\",\"baseLayerIdentity\":"
		      "{\"type\":\"matchExact\"}}"),
		SIGSTORE(",\"keyPath\":\"k\""),
		SIGSTORE(",\"keyDatas\":[\"AAAA\",\"BBBB\"]"),
		SIGSTORE(",\"keyPath\":\"k\",\"rekorPublicKeyPaths\":[\"r\"]"),
		SIGSTORE("," FULCIO ",\"rekorPublicKeyData\":\"AAAA\""),
		SIGSTORE("," PKI),
		NAMED("{\"type\":\"matchExact\"}"),
		NAMED("{\"type\":\"matchRepoDigestOrExact\"}"),
		NAMED("{\"type\":\"matchRepository\"}"),
		NAMED("{\"type\":\"exactReference\",\"dockerReference\":\"app:1\"}"),
		NAMED("{\"type\":\"exactRepository\",\"dockerRepository\":\"reg.example:5000/a\"}"),
		NAMED("{\"type\":\"remapIdentity\",\"prefix\":\"mirror.example:5000\","
		      "\"signedPrefix\":\"docker.io/library\"}"),
		SCOPE("docker", "docker.io/library/app"),
		SCOPE("docker", "*.example.com"),
		SCOPE("dir", "/srv/images"),
		SCOPE("dir", ""),
		SCOPE("atomic", "host:5000/ns/stream:tag"),
		SCOPE("something-new", "any text"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct image_policy p;
		struct lc_err e = { 0 };
		if (image_policy_parse(lc_str(rows[i]), &a, &p, &e))
			fail_msg("%s: %s", rows[i], e.msg);
		lc_arena_done(&a);
	}
}

static void refuses_what_the_tools_refuse(void **state)
{
	static const struct {
		const char *text, *word; /* word: in the message */
	} rows[] = {
		{ "", "" },
		{ "[]", "no object" },
		{ "{}", "default" },
		{ "{" DEFAULT "} x", "" },
		{ "{" DEFAULT "," DEFAULT "}", "default" },
		{ "{" DEFAULT ",\"comment\":1}", "comment" },
		{ "{\"default\":null}", "list" },
		{ "{\"default\":[]}", "not empty" },
		{ "{\"default\":{}}", "list" },
		{ "{\"default\":[1]}", "type" },
		{ "{" DEFAULT ",\"transports\":[]}", "transports" },
		{ "{" DEFAULT ",\"transports\":{\"docker\":[]}}", "scopes" },
		{ "{" DEFAULT ",\"transports\":{\"docker\":{\"a\":[]}}}", "not empty" },
		{ ALONE("{\"type\":\"\"}"), "unknown type" },
		{ ALONE("{\"type\":\"signedby\",\"keyPath\":\"k\"}"), "signedby" },
		{ ALONE("{\"type\":\"reject\",\"keyPath\":\"k\"}"), "keyPath" },
		{ ALONE("{\"type\":\"signedBaseLayer\"}"), "baseLayerIdentity" },
		{ BY(""), "keyPath" },
		{ BY(",\"keyPath\":\"\""), "keyPath" },
		{ BY(",\"keyPath\":7"), "keyPath" },
		{ BY(",\"keyPath\":null"), "keyPath" },
		{ BY(",\"keyPath\":\"k\",\"keyData\":\"AAAA\""), "keyData" },
		{ BY(",\"keyPaths\":\"k\""), "list" },
		{ BY(",\"keyPaths\":[7]"), "keyPaths" },
		{ BY(",\"keyData\":\"=\""), "base64" },
		{ BY(",\"keyData\":\"AA\\nAA\""), "base64" },
		{ BY(",\"keyDatas\":[\"AAAA\"]"), "keyDatas" },
		{ BY(",\"keyPath\":\"k\",\"keyPath\":\"k\""), "keyPath" },
		{ ALONE("{\"type\":\"signedBy\",\"keyPath\":\"k\"}"), "keyType" },
		{ ALONE("{\"type\":\"signedBy\",\"keyType\":\"gpg\",\"keyPath\":\"k\"}"), "gpg" },
		{ SIGSTORE(""), "exactly one" },
		{ SIGSTORE(",\"keyPaths\":[]"), "empty" },
		{ SIGSTORE(",\"keyPath\":\"k\"," PKI), "exactly one" },
		{ SIGSTORE("," FULCIO "," PKI), "together" },
		{ SIGSTORE("," FULCIO), "rekorPublicKeyPath" },
		{ SIGSTORE("," PKI ",\"rekorPublicKeyPath\":\"r\""), "together" },
		{ SIGSTORE(",\"keyPath\":\"k\",\"rekorPublicKeyPath\":\"r\","
			   "\"rekorPublicKeyData\":\"AAAA\""),
		  "rekorPublicKeyData" },
		{ SIGSTORE(",\"fulcio\":{\"caPath\":\"c\",\"oidcIssuer\":\"i\"},"
			   "\"rekorPublicKeyPath\":\"r\""),
		  "subjectEmail" },
		{ SIGSTORE(",\"fulcio\":{\"caPath\":\"c\",\"caData\":\"AAAA\",\"oidcIssuer\":\"i\","
			   "\"subjectEmail\":\"e\"},\"rekorPublicKeyPath\":\"r\""),
		  "caData" },
		{ SIGSTORE(",\"fulcio\":[],\"rekorPublicKeyPath\":\"r\""), "fulcio" },
		{ SIGSTORE(",\"pki\":{\"caRootsPath\":\"c\"}"), "subjectEmail" },
		{ SIGSTORE(",\"pki\":{\"subjectEmail\":\"e\"}"), "caRootsPath" },
		{ SIGSTORE(",\"pki\":{\"caRootsPath\":\"c\",\"subjectEmail\":\"e\",\"x\":1}"),
		  "'x'" },
		{ NAMED("null"), "unknown type" },
		{ NAMED("{}"), "unknown type" },
		{ NAMED("{\"type\":\"matchAll\"}"), "matchAll" },
		{ NAMED("{\"type\":\"matchExact\",\"dockerReference\":\"app:1\"}"),
		  "dockerReference" },
		{ NAMED("{\"type\":\"exactReference\"}"), "dockerReference" },
		{ NAMED("{\"type\":\"exactReference\",\"dockerReference\":\"app\"}"), "no tag" },
		{ NAMED("{\"type\":\"exactReference\",\"dockerReference\":\"A:1\"}"),
		  "dockerReference" },
		{ NAMED("{\"type\":\"exactRepository\",\"dockerRepository\":\"\"}"),
		  "dockerRepository" },
		{ NAMED("{\"type\":\"remapIdentity\",\"prefix\":\"a.example\"}"), "signedPrefix" },
		{ NAMED("{\"type\":\"remapIdentity\",\"prefix\":\"a.example/x:1\","
			"\"signedPrefix\":\"b.example\"}"),
		  "prefix" },
		{ SCOPE("dir", "relative"), "absolute" },
		{ SCOPE("dir", "/"), "\"/\"" },
		{ SCOPE("oci", "/a/"), "\"/\"" },
		{ SCOPE("oci", "/a/../b"), ".." },
		{ SCOPE("oci-archive", "/a//b"), "\"/\"" },
		{ SCOPE("docker-archive", "/a"), "alone" },
		{ SCOPE("docker-daemon",
			"sha256:0000000000000000000000000000000000000000000000000000000000000000"),
		  "id" },
		{ SCOPE("atomic", "h/n/s:t:u"), "STREAM" },
		{ SCOPE("atomic", "h/n:5/s"), "STREAM" },
		{ SCOPE("atomic", "h/n/s/more"), "STREAM" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct image_policy p;
		struct lc_err e = { 0 };
		int rc = image_policy_parse(lc_str(rows[i].text), &a, &p, &e);
		if ((rc != LC_EBAD && rc != LC_ETRUNC) || !strstr(e.msg, rows[i].word) ||
		    !strstr(e.msg, "line "))
			fail_msg("%s: %d %s", rows[i].text, rc, e.msg);
		lc_arena_done(&a);
	}
}

static void refuses_every_beginning_of_a_policy(void **state)
{
	static const char text[] = SIGSTORE("," FULCIO ",\"rekorPublicKeyPaths\":[\"r\"]");
	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct lc_arena a = { 0 };
		struct image_policy p;
		assert_int_not_equal(image_policy_parse(lc_slice_of(text, n), &a, &p, NULL), 0);
		lc_arena_done(&a);
	}
}

static int read_all(void *ctx)
{
	static const char text[] =
		"{\"default\":[{\"type\":\"sigstoreSigned\"," FULCIO
		",\"rekorPublicKeyDatas\":[\"AAAA\"]}],\"transports\":{\"docker\":{"
		"\"a.example\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\","
		"\"keyPaths\":[\"k\"],\"signedIdentity\":{\"type\":\"remapIdentity\","
		"\"prefix\":\"a.example\",\"signedPrefix\":\"b.example\"}}]}}}";
	struct lc_arena a = { 0 };
	struct image_policy p;
	struct registries_d r = { 0 };
	struct image_scope s;
	struct oci_reference ref;
	struct trust_why w = { 0 };
	(void)ctx;
	int rc = image_policy_parse(lc_str(text), &a, &p, &w.err);
	rc = rc ? rc : oci_reference_parse(LC_S("a.example/app:1"), &a, &ref, &w.err);
	rc = rc ? rc : image_scope_name(&ref, &a, &s, &w.err);
	rc = rc ? rc : image_scope_path("dir", ".", &a, &s, &w.err);
	rc = rc ? rc : image_scope_name(&ref, &a, &s, &w.err);
	if (!rc)
		rc = image_identity_check(&p.v[0].requirements.v[0].identity, &s,
					  LC_S("b.example/app:1"), &a, &w);
	rc = rc ? rc
		: registries_d_parse(LC_S("docker:\n  a.example: {lookaside: 'http://b'}\n"),
				     LC_S("a.yaml"), &a, &r, &w.err);
	lc_arena_done(&a);
	return rc;
}

static void reports_that_memory_ran_out(void **state)
{
	(void)state;
	assert_int_not_equal(alloc_fail_each(read_all, NULL), 0);
}

/* ---- scopes ---- */

static void reference_of(const char *name, struct lc_arena *a, struct image_scope *ret)
{
	struct oci_reference r;
	assert_int_equal(oci_reference_parse(lc_str(name), a, &r, NULL), 0);
	assert_int_equal(image_scope_name(&r, a, ret, NULL), 0);
}

#define HEX "c80ee79db1cd41a323a19217071a8b3539eb6cfa692e79c52ddb7c57b7d3d59f"

static void finds_the_most_exact_scope(void **state)
{
	static const char text[] =
		"{" DEFAULT ",\"transports\":{\"docker\":{"
		"\"docker.io/library/app:1\":" ANY ",\"docker.io/library/app\":" ANY
		",\"docker.io/library/app@sha256:" HEX "\":" ANY ",\"docker.io/library\":" ANY
		",\"docker.io\":" ANY ",\"reg.example.com:5000\":" ANY ",\"*.example.com\":" ANY
		",\"*.com\":" ANY ",\"\":" ANY "},\"dir\":{\"/srv\":" ANY "}}}";
	static const struct {
		const char *name, *scope;
	} rows[] = {
		{ "app:1", "docker.io/library/app:1" },
		{ "app", "docker.io/library/app" },
		{ "app:1@sha256:" HEX, "docker.io/library/app@sha256:" HEX },
		{ "other", "docker.io/library" },
		{ "some/other", "docker.io" },
		{ "reg.example.com:5000/a/b", "reg.example.com:5000" },
		{ "reg.example.com/a/b", "*.example.com" },
		{ "example.com/a", "*.com" },
		{ "reg.example.org/a", "" },
		{ "localhost:5000/a", "" },
	};
	struct lc_arena a = { 0 };
	struct image_policy p;
	(void)state;
	assert_int_equal(image_policy_parse(lc_str(text), &a, &p, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image_scope s;
		reference_of(rows[i].name, &a, &s);
		struct policy_choice c = image_policy_find(&p, &s);
		if (!c.scope || !lc_eq(c.scope->scope, lc_str(rows[i].scope)))
			fail_msg("%s: '%s'", rows[i].name,
				 c.scope ? lc_quote(c.scope->scope).s : "default");
	}
	struct image_scope here;
	assert_int_equal(image_scope_path("dir", ".", &a, &here, NULL), 0);
	assert_null(image_policy_find(&p, &here).scope);
	assert_int_equal(image_scope_path("dir", "/dev/null/x", &a, &here, NULL), LC_ENOTFOUND);
	lc_arena_done(&a);
}

/* ---- names ---- */

static void compares_names_as_the_policy_says(void **state)
{
	static const struct {
		enum identity_match match;
		const char *image, *name, *prefix, *signed_prefix;
		const char *got;
		bool fits;
	} rows[] = {
		{ IDENTITY_EXACT, "app:1", "", "", "", "docker.io/library/app:1", true },
		{ IDENTITY_EXACT, "app:1", "", "", "", "app:2", false },
		{ IDENTITY_EXACT, "app", "", "", "", "app:latest", true },
		{ IDENTITY_EXACT, "app:1", "", "", "", "app", false },
		{ IDENTITY_EXACT, "app@sha256:" HEX, "", "", "", "app:1", false },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app:1", "", "", "", "app:1", true },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app:1", "", "", "", "app:2", false },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app:1", "", "", "", "app", false },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app@sha256:" HEX, "", "", "", "app:2", true },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app@sha256:" HEX, "", "", "", "app", false },
		{ IDENTITY_REPO_DIGEST_OR_EXACT, "app@sha256:" HEX, "", "", "", "b:2", false },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "app", true },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "apps", false },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "reg.example/library/app", false },
		{ IDENTITY_EXACT_REFERENCE, "x:9", "app:1", "", "", "library/app:1", true },
		{ IDENTITY_EXACT_REFERENCE, "x:9", "app:1", "", "", "app:2", false },
		{ IDENTITY_EXACT_REFERENCE, "x:9", "app:1", "", "", "app", false },
		{ IDENTITY_EXACT_REPOSITORY, "x:9", "app", "", "", "app:2", true },
		{ IDENTITY_EXACT_REPOSITORY, "x:9", "app", "", "", "app", true },
		{ IDENTITY_EXACT_REPOSITORY, "x:9", "app", "", "", "x:9", false },
		{ IDENTITY_REMAP, "m.example:5000/a/app:1", "", "m.example:5000/a", "v.example",
		  "v.example/app:1", true },
		{ IDENTITY_REMAP, "m.example:5000/a/app:1", "", "m.example:5000", "v.example",
		  "v.example/a/app:1", true },
		{ IDENTITY_REMAP, "m.example/app:1", "", "m.example", "v.example/b",
		  "v.example/b/app:1", true },
		{ IDENTITY_REMAP, "m.example/app:1", "", "m.example/app", "v.example/b",
		  "v.example/b:1", true },
		{ IDENTITY_REMAP, "m.example/app:1", "", "m.example", "v.example",
		  "m.example/app:1", false },
		{ IDENTITY_REMAP, "m.example:50/app:1", "", "m.example", "v.example",
		  "v.example:50/app:1", false },
		{ IDENTITY_REMAP, "m.example/apps:1", "", "m.example/app", "v.example/b",
		  "m.example/apps:1", true },
		{ IDENTITY_REMAP, "m.example/app:1", "", "m.example", "short",
		  "docker.io/short/app:1", false },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "", false },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "APP", false },
		{ IDENTITY_REPOSITORY, "app:1", "", "", "", "app:1:2", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct image_scope s;
		struct trust_why w = { 0 };
		struct image_identity id = { .match = rows[i].match,
					     .name = lc_str(rows[i].name),
					     .prefix = lc_str(rows[i].prefix),
					     .signed_prefix = lc_str(rows[i].signed_prefix) };
		reference_of(rows[i].image, &a, &s);
		if (id.name.n)
			assert_int_equal(oci_reference_parse(id.name, &a, &id.reference, NULL), 0);
		int rc = image_identity_check(&id, &s, lc_str(rows[i].got), &a, &w);
		if ((rc == 0) != rows[i].fits || (rc && (!w.rule || strcmp(w.rule, "P5") != 0)))
			fail_msg("row %zu: %d %s %s", i, rc, w.rule ? w.rule : "-", w.err.msg);
		lc_arena_done(&a);
	}
}

static void says_what_to_write_where_images_have_no_name(void **state)
{
	struct lc_arena a = { 0 };
	struct image_scope s;
	struct trust_why w = { 0 };
	struct image_identity id = { .match = IDENTITY_REPOSITORY };
	(void)state;
	assert_int_equal(image_scope_path("dir", ".", &a, &s, NULL), 0);
	assert_int_equal(image_identity_check(&id, &s, LC_S("app:1"), &a, &w), LC_EBAD);
	assert_non_null(strstr(w.err.msg, "exactReference"));
	lc_arena_done(&a);
}

/* ---- registries.d ---- */

static const char registries[] = "# ours\n"
				 "default-docker:\n"
				 "  sigstore: file:///var/old\n"
				 "  lookaside-staging: file:///var/staging\n"
				 "docker:\n"
				 "  reg.example:\n"
				 "    lookaside: https://sigs.example/a\n"
				 "    use-sigstore-attachments: true\n"
				 "  reg.example/team:\n"
				 "    sigstore: https://old.example\n"
				 "    lookaside: https://sigs.example/b\n"
				 "  reg.example/team/app:1:\n"
				 "    use-sigstore-attachments: false\n"
				 "  empty.example:\n";

static void finds_lookasides_and_attachments(void **state)
{
	static const struct {
		const char *name, *lookaside;
		bool attachments;
	} rows[] = {
		{ "reg.example/x", "https://sigs.example/a", true },
		{ "reg.example/team/x", "https://sigs.example/b", true },
		{ "reg.example/team/app:1", "https://sigs.example/b", false },
		{ "reg.example/team/app:2", "https://sigs.example/b", true },
		{ "empty.example/x", "file:///var/old", false },
		{ "app", "file:///var/old", false },
	};
	struct lc_arena a = { 0 };
	struct registries_d r = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	if (registries_d_parse(lc_str(registries), LC_S("a.yaml"), &a, &r, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image_scope s;
		reference_of(rows[i].name, &a, &s);
		assert_slice(registries_d_lookaside(&r, &s), lc_str(rows[i].lookaside));
		if (registries_d_attachments(&r, &s) != rows[i].attachments)
			fail_msg("%s", rows[i].name);
	}
	/* A scope stands once in all files. */
	assert_int_equal(
		registries_d_parse(LC_S("docker:\n  reg.example:\n"), LC_S("b.yaml"), &a, &r, &e),
		LC_EBAD);
	assert_non_null(strstr(e.msg, "a.yaml and b.yaml"));
	lc_arena_done(&a);
}

static void refuses_registries_that_make_no_sense(void **state)
{
	static const char *const rows[] = {
		"- a\n",
		"docker: [a]\n",
		"docker: text\n",
		"default-docker: text\n",
		"default-docker: [a]\n",
		"docker:\n  a: text\n",
		"docker:\n  a:\n    lookaside: [b]\n",
		"docker:\n  a:\n    use-sigstore-attachments: maybe\n",
		"docker:\n  a:\n    use-sigstore-attachments: \"true\"\n",
		"docker:\n  a: {}\n  a: {}\n",
		"docker:\n  [x]: {}\n",
		"docker: {\n",
		"\tdocker:\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct registries_d r = { 0 };
		struct lc_err e = { 0 };
		int rc = registries_d_parse(lc_str(rows[i]), LC_S("a.yaml"), &a, &r, &e);
		if ((rc != LC_EBAD && rc != LC_ETRUNC) || !strstr(e.msg, "a.yaml"))
			fail_msg("%s: %d %s", rows[i], rc, e.msg);
		lc_arena_done(&a);
	}
}

static void takes_files_that_say_nothing(void **state)
{
	static const char *const rows[] = { "",
					    "# a\n",
					    "---\n",
					    "~\n",
					    "other: 1\n",
					    "docker:\n",
					    "default-docker:\n",
					    "docker:\n  a:\n    more: 1\n" };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct registries_d r = { 0 };
		struct lc_err e = { 0 };
		if (registries_d_parse(lc_str(rows[i]), LC_S("a.yaml"), &a, &r, &e))
			fail_msg("%s: %s", rows[i], e.msg);
		lc_arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_tools_read),
		cmocka_unit_test(refuses_what_the_tools_refuse),
		cmocka_unit_test(refuses_every_beginning_of_a_policy),
		cmocka_unit_test(reports_that_memory_ran_out),
		cmocka_unit_test(finds_the_most_exact_scope),
		cmocka_unit_test(compares_names_as_the_policy_says),
		cmocka_unit_test(says_what_to_write_where_images_have_no_name),
		cmocka_unit_test(finds_lookasides_and_attachments),
		cmocka_unit_test(refuses_registries_that_make_no_sense),
		cmocka_unit_test(takes_files_that_say_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
