/* Images that containerd has named, in metadata made here. */
#include "oci/containerd.h"

#include <stdio.h>
#include <unistd.h>

#include "format/bbolt_make.h"
#include "io/file.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

#define A     "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B     "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define INDEX "application/vnd.oci.image.index.v1+json"
#define BUCKET(k, list)                                                           \
	{                                                                         \
		.key = (k), .sub = (list), .n = sizeof(list) / sizeof((list)[0]), \
		.is_bucket = true                                                 \
	}

static const struct make_pair target_a[] = { { .key = "digest", .value = A },
					     { .key = "mediatype", .value = INDEX },
					     { .key = "size", .value = "\x02" } };
static const struct make_pair target_b[] = { { .key = "digest", .value = B } };
static const struct make_pair target_bad[] = { { .key = "digest", .value = "../../etc" } };
static const struct make_pair target_none[] = { { .key = "size", .value = "\x02" } };
static const struct make_pair image_a[] = { { .key = "createdat", .value = "x" },
					    BUCKET("target", target_a) };
static const struct make_pair image_b[] = { BUCKET("target", target_b) };
static const struct make_pair image_bad[] = { BUCKET("target", target_bad) };
static const struct make_pair image_none[] = { BUCKET("target", target_none) };
static const struct make_pair image_empty[] = { { .key = "createdat", .value = "x" } };
static const struct make_pair images_default[] = {
	BUCKET("Odd Name", image_b),
	BUCKET("docker.io/library/app:1", image_a),
	BUCKET("docker.io/library/app:latest", image_b),
	BUCKET("docker.io/library/bad:1", image_bad),
	BUCKET("docker.io/library/empty:1", image_empty),
	BUCKET("docker.io/library/none:1", image_none),
	BUCKET("plain:1", image_b),
	BUCKET("r.example:5000/team/app:1", image_a),
};
static const struct make_pair images_k8s[] = { BUCKET("docker.io/library/app:1", image_b),
					       BUCKET("docker.io/library/pause:3", image_b) };
static const struct make_pair images_other[] = { BUCKET("docker.io/library/hidden:1", image_a) };
static const struct make_pair ns_default[] = { BUCKET("images", images_default) };
static const struct make_pair ns_k8s[] = { BUCKET("images", images_k8s) };
static const struct make_pair ns_other[] = { BUCKET("images", images_other) };
static const struct make_pair namespaces[] = {
	BUCKET("default", ns_default),
	BUCKET("k8s.io", ns_k8s),
	{ .key = "moby", .is_bucket = true }, /* without images */
	BUCKET("other", ns_other),
};
static const struct make_pair top[] = { BUCKET("v1", namespaces) };

static char root[300];
static char content[400];
static char meta[400];

static void write_meta(struct lc_slice bytes)
{
	assert_int_equal(io_write_file(meta, 0600, bytes, NULL), 0);
}

static int make_store(void **state)
{
	(void)state;
	struct make_bbolt m = { .page_bytes = 4096, .per_page = 4, .txid = 5 };
	(void)snprintf(root, sizeof(root), "%s/ctr/containerd", make_temp_dir());
	(void)snprintf(content, sizeof(content), "%s/io.containerd.content.v1.content", root);
	(void)snprintf(meta, sizeof(meta), "%s/io.containerd.metadata.v1.bolt", root);
	int rc = io_make_dirs(content, NULL) || io_make_dirs(meta, NULL);
	(void)snprintf(meta, sizeof(meta), "%s/io.containerd.metadata.v1.bolt/meta.db", root);
	make_bbolt(&m, top, 1);
	write_meta(lc_buf_get(&m.out));
	lc_buf_done(&m.out);
	return rc;
}

static int find(const char *wanted, const char *variable, struct lc_arena *a,
		struct containerd_image *ret, struct lc_err *e)
{
	char text[64] = "";
	char *env[] = { text, NULL };
	struct oci_reference ref;
	const struct oci_remote r = { .environment = env };
	(void)snprintf(text, sizeof(text), "%s", variable);
	int rc = oci_reference_parse(lc_str(wanted), a, &ref, NULL);
	return containerd_find(root, &r, lc_str(wanted), rc ? NULL : &ref, &lc_limits_default, a,
			       ret, e);
}

static void names_are_found_as_people_write_them(void **state)
{
	(void)state;
	static const struct {
		const char *wanted, *variable, *name, *digest;
		int want;
	} rows[] = {
		{ "app:1", "", "docker.io/library/app:1", A, 0 },
		{ "docker.io/app:1", "", "docker.io/library/app:1", A, 0 },
		{ "app", "", "docker.io/library/app:latest", B, 0 },
		{ "r.example:5000/team/app:1", "", "r.example:5000/team/app:1", A, 0 },
		{ "plain:1", "", "plain:1", B, 0 }, /* as ctr was told */
		{ "Odd Name", "", "Odd Name", B, 0 },
		{ "pause:3", "", "docker.io/library/pause:3", B, 0 }, /* the kubelet's */
		{ "app:1", "CONTAINERD_NAMESPACE=k8s.io", "docker.io/library/app:1", B, 0 },
		{ "hidden:1", "CONTAINERD_NAMESPACE=other", "docker.io/library/hidden:1", A, 0 },
		{ "hidden:1", "", NULL, NULL, LC_ENOTFOUND },
		{ "pause:3", "CONTAINERD_NAMESPACE=default", NULL, NULL, LC_ENOTFOUND },
		{ "app:1", "CONTAINERD_NAMESPACE=none", NULL, NULL, LC_ENOTFOUND },
		{ "app:1", "CONTAINERD_NAMESPACE=moby", NULL, NULL, LC_ENOTFOUND },
		{ "app:2", "", NULL, NULL, LC_ENOTFOUND },
		{ "library/app", "CONTAINERD_NAMESPACE=k8s.io", NULL, NULL, LC_ENOTFOUND },
		{ "bad:1", "", NULL, NULL, LC_EBAD }, /* damage is no reason to look elsewhere */
		{ "empty:1", "", NULL, NULL, LC_EBAD },
		{ "none:1", "", NULL, NULL, LC_EBAD },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[DIGEST_TEXT_MAX];
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct containerd_image got;
		int rc = find(rows[i].wanted, rows[i].variable, &a, &got, &e);
		if (rc != rows[i].want || (rc && !e.msg[0]))
			fail_msg("row %zu: %d %s", i, rc, e.msg);
		if (rc == 0) {
			assert_slice(got.name, lc_str(rows[i].name));
			assert_string_equal(digest_text(&got.target, text), rows[i].digest);
			assert_slice(got.media_type, lc_str(strcmp(text, A) == 0 ? INDEX : ""));
		}
		lc_arena_done(&a);
	}
}

static void what_was_looked_through_is_told(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct containerd_image got;
	assert_int_equal(find("app:2", "", &a, &got, &e), LC_ENOTFOUND);
	assert_non_null(strstr(e.msg, "app:2"));
	assert_non_null(strstr(e.msg, "k8s.io"));
	e = (struct lc_err){ 0 };
	assert_int_equal(find("app:2", "CONTAINERD_NAMESPACE=dev", &a, &got, &e), LC_ENOTFOUND);
	assert_non_null(strstr(e.msg, "namespace dev"));
	lc_arena_done(&a);
}

static void damaged_metadata_is_no_absent_image(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct containerd_image got;
	static uint8_t zeros[65536];
	write_meta(LC_S("not a database"));
	assert_int_equal(find("app:1", "", &a, &got, &e), LC_ETRUNC);
	write_meta(lc_slice_of(zeros, sizeof(zeros)));
	assert_int_equal(find("app:1", "", &a, &got, &e), LC_EBAD);
	assert_non_null(strstr(e.msg, "meta.db"));
	assert_int_equal(unlink(meta), 0);
	assert_int_equal(find("app:1", "", &a, &got, &e), LC_EUNSUP);
	assert_int_equal(make_store(NULL), 0);
	lc_arena_done(&a);
}

static void stores_are_looked_for_where_they_usually_are(void **state)
{
	(void)state;
	char share[300];
	char variable[400];
	char *env[] = { variable, NULL };
	const struct oci_remote r = { .environment = env };
	struct lc_arena a = { 0 };
	(void)snprintf(share, sizeof(share), "%s/ctr", make_temp_dir());
	(void)snprintf(variable, sizeof(variable), "CONTAINERD_ROOT=%s", root);
	assert_string_equal(containerd_root(&r, &a), root);
	(void)snprintf(variable, sizeof(variable), "CONTAINERD_ROOT=%s/none", root);
	assert_null(containerd_root(&r, &a)); /* and nowhere else then */
	if (access("/var/lib/containerd/io.containerd.content.v1.content", F_OK) != 0) {
		(void)snprintf(variable, sizeof(variable), "XDG_DATA_HOME=%s", share);
		assert_string_equal(containerd_root(&r, &a), root);
	}
	lc_arena_done(&a);
}

static int find_once(void *ctx)
{
	struct lc_arena a = { 0 };
	struct containerd_image got;
	int rc = find(ctx, "", &a, &got, NULL);
	lc_arena_done(&a);
	return rc;
}

static void failing_allocations_lose_nothing(void **state)
{
	(void)state;
	static char name[] = "pause:3";
	assert_true(alloc_fail_each(find_once, name) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_as_people_write_them),
		cmocka_unit_test(what_was_looked_through_is_told),
		cmocka_unit_test(damaged_metadata_is_no_absent_image),
		cmocka_unit_test(stores_are_looked_for_where_they_usually_are),
		cmocka_unit_test(failing_allocations_lose_nothing),
	};
	return cmocka_run_group_tests(tests, make_store, NULL);
}
