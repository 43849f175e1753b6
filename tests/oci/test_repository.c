/* A layout as a repository: what is put is found, what is wrong is refused. */
#include "oci/repository.h"

#include <stdio.h>
#include <unistd.h>

#include "io/file.h"
#include "oci/layout_place.h"
#include "oci/layout_store.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

static const struct lc_slice manifest_type =
	LC_S_INIT("application/vnd.oci.image.manifest.v1+json");

static struct digest of(struct lc_slice s)
{
	struct digest d;
	assert_int_equal(digest_of(DIGEST_SHA256, s, &d, NULL), 0);
	return d;
}

static void blobs_come_back_and_are_verified(void **state)
{
	struct layout_place p;
	struct digest d = of(LC_S("seal"));
	struct digest other = of(LC_S("other"));
	struct lc_slice got;
	struct lc_slice_stream s;
	char path[256];
	char hex[DIGEST_TEXT_MAX];
	(void)state;
	layout_place_open(&p, false);
	assert_int_equal(oci_repository_blob(p.r, &d, 100, &p.a, &got, NULL), LC_ENOTFOUND);
	assert_int_equal(oci_repository_put_blob(p.r, &d, LC_S("seal"), NULL), 0);
	assert_int_equal(oci_repository_blob(p.r, &d, 100, &p.a, &got, NULL), 0);
	assert_text(got, "seal");
	assert_int_equal(oci_repository_blob(p.r, &d, 3, &p.a, &got, NULL), LC_ELIMIT);
	lc_slice_stream_init(&s, LC_S("wrong"));
	assert_int_equal(oci_repository_put_stream(p.r, &other, 5, &s.base, NULL), LC_EBAD);
	assert_int_equal(oci_repository_blob(p.r, &other, 100, &p.a, &got, NULL), LC_ENOTFOUND);
	lc_slice_stream_init(&s, LC_S("other"));
	assert_int_equal(oci_repository_put_stream(p.r, &other, 5, &s.base, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/blobs/sha256/%s", p.path, digest_hex(&d, hex));
	assert_int_equal(io_write_file(path, 0644, LC_S("evil"), NULL), 0);
	assert_int_equal(oci_repository_blob(p.r, &d, 100, &p.a, &got, NULL), LC_EBAD);
	layout_place_close(&p);
}

static void manifests_have_tags_and_digests(void **state)
{
	static const char one[] = "{\"schemaVersion\":2,\"n\":1}";
	static const char two[] = "{\"schemaVersion\":2,\"n\":2}";
	struct layout_place p;
	struct oci_document m;
	struct lc_slices tags = { 0 };
	char text[DIGEST_TEXT_MAX];
	struct digest first = of(lc_str(one));
	(void)state;
	layout_place_open(&p, false);
	assert_int_equal(oci_repository_manifest(p.r, LC_S("v1"), &p.a, &m, NULL), LC_ENOTFOUND);
	assert_int_equal(oci_repository_put_manifest(p.r, LC_S("v1"), DIGEST_SHA256, manifest_type,
						     lc_str(one), NULL, NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p.r, LC_S("v1"), &p.a, &m, NULL), 0);
	assert_slice(m.bytes, lc_str(one));
	assert_slice(m.media_type, manifest_type);
	assert_int_equal(oci_repository_manifest(p.r, LC_S(""), &p.a, &m, NULL), 0);
	assert_int_equal(oci_repository_put_manifest(p.r, LC_S("v1"), DIGEST_SHA256, manifest_type,
						     lc_str(two), NULL, NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p.r, LC_S("v1"), &p.a, &m, NULL), 0);
	assert_slice(m.bytes, lc_str(two));
	/* What lost its tag is still known by its digest. */
	assert_int_equal(
		oci_repository_manifest(p.r, lc_str(digest_text(&first, text)), &p.a, &m, NULL), 0);
	assert_slice(m.bytes, lc_str(one));
	assert_int_equal(oci_repository_tags(p.r, &p.a, &tags, NULL), 0);
	assert_int_equal(tags.n, 1);
	assert_int_equal(oci_repository_delete(p.r, LC_S("v1"), NULL), 0);
	assert_int_equal(oci_repository_delete(p.r, LC_S("v1"), NULL), LC_ENOTFOUND);
	layout_place_close(&p);
}

static void what_names_a_subject_is_found(void **state)
{
	struct layout_place p;
	struct oci_referrers all = { 0 };
	struct digest subject = of(LC_S("{}"));
	char text[DIGEST_TEXT_MAX];
	(void)state;
	layout_place_open(&p, false);
	assert_int_equal(oci_repository_put_manifest(p.r, LC_S("v1"), DIGEST_SHA256, manifest_type,
						     LC_S("{}"), NULL, NULL),
			 0);
	assert_int_equal(oci_repository_referrers(p.r, &subject, &p.a, &all, NULL), 0);
	assert_int_equal(all.n, 0);
	struct lc_slice m = lc_arena_fmt(&p.a,
					 "{\"mediaType\":\"%.*s\",\"artifactType\":\"a/b\","
					 "\"subject\":{\"digest\":\"%s\"}}",
					 LC_FMT(manifest_type), digest_text(&subject, text));
	assert_int_equal(oci_repository_attach(p.r, &subject, DIGEST_SHA256, manifest_type,
					       LC_S("a/b"), m, NULL),
			 0);
	assert_int_equal(oci_repository_attach(p.r, &subject, DIGEST_SHA256, manifest_type,
					       LC_S("a/b"), m, NULL),
			 0);
	assert_int_equal(oci_repository_referrers(p.r, &subject, &p.a, &all, NULL), 0);
	assert_int_equal(all.n, 1);
	assert_text(all.v[0].artifact_type, "a/b");
	layout_place_close(&p);
}

static void what_is_known_by_its_sha512_keeps_that_name(void **state)
{
	const struct lc_slice image = LC_S("{\"schemaVersion\":2}");
	struct layout_place p;
	struct oci_document m;
	struct oci_referrers all = { 0 };
	struct digest d;
	char text[DIGEST_TEXT_MAX];
	(void)state;
	layout_place_open(&p, false);
	assert_int_equal(digest_of(DIGEST_SHA512, image, &d, NULL), 0);
	assert_int_equal(oci_repository_put_manifest(p.r, LC_S("v1"), DIGEST_SHA512, manifest_type,
						     image, NULL, NULL),
			 0);
	assert_int_equal(oci_repository_manifest(p.r, LC_S("v1"), &p.a, &m, NULL), 0);
	assert_true(digest_eq(&m.digest, &d));
	/* What refers to it is named by either algorithm. */
	for (int i = 0; i < 2; i++) {
		struct lc_slice about =
			lc_arena_fmt(&p.a, "{\"n\":%d,\"subject\":{\"digest\":\"%s\"}}", i,
				     digest_text(&d, text));
		assert_int_equal(oci_repository_attach(p.r, &d, i ? DIGEST_SHA512 : DIGEST_SHA256,
						       manifest_type, LC_S("a/b"), about, NULL),
				 0);
	}
	assert_int_equal(oci_repository_referrers(p.r, &d, &p.a, &all, NULL), 0);
	assert_int_equal(all.n, 2);
	assert_int_equal(all.v[0].digest.algorithm, DIGEST_SHA256);
	assert_int_equal(all.v[1].digest.algorithm, DIGEST_SHA512);
	layout_place_close(&p);
}

static void more_of_them_than_anyone_has_are_refused(void **state)
{
	struct layout_place p;
	struct oci_referrers all = { 0 };
	struct lc_err e = { 0 };
	struct digest subject = of(LC_S("{}"));
	char text[DIGEST_TEXT_MAX];
	char path[256];
	(void)state;
	layout_place_open(&p, false);
	(void)digest_text(&subject, text);
	for (int i = 0; i <= OCI_REFERRERS_MAX; i++) {
		char hex[DIGEST_TEXT_MAX];
		struct lc_slice m =
			lc_arena_fmt(&p.a, "{\"subject\":{\"digest\":\"%s\"},\"n\":%d}", text, i);
		struct digest d = of(m);
		(void)snprintf(path, sizeof(path), "%s/blobs/sha256/%s", p.path,
			       digest_hex(&d, hex));
		assert_int_equal(io_write_new(path, 0644, m, NULL), 0);
	}
	assert_int_equal(oci_repository_referrers(p.r, &subject, &p.a, &all, &e), LC_ELIMIT);
	assert_int_equal(unlink(path), 0);
	all = (struct oci_referrers){ 0 };
	assert_int_equal(oci_repository_referrers(p.r, &subject, &p.a, &all, NULL), 0);
	assert_int_equal(all.n, OCI_REFERRERS_MAX);
	layout_place_close(&p);
}

static void nothing_is_deleted_behind_a_link(void **state)
{
	struct layout_place p;
	struct layout_store *s = NULL;
	bool is_dir;
	char inside[256];
	char target[256];
	(void)state;
	layout_place_open(&p, false);
	(void)snprintf(inside, sizeof(inside), "%s/blobs/sha256/out", p.path);
	(void)snprintf(target, sizeof(target), "%s-outside", p.path);
	assert_int_equal(io_make_dirs(target, NULL), 0);
	assert_int_equal(symlink(target, inside), 0);
	(void)snprintf(target, sizeof(target), "%s-outside/mine", p.path);
	assert_int_equal(io_write_file(target, 0644, LC_S("mine"), NULL), 0);
	assert_int_equal(layout_store_dir(p.path, true, &lc_limits_default, &s, NULL), 0);
	assert_int_not_equal(s->remove(s, LC_S("blobs/sha256/out/mine"), NULL), 0);
	assert_true(io_exists(target, &is_dir));
	s->close(s);
	assert_int_equal(unlink(target), 0);
	(void)snprintf(target, sizeof(target), "%s-outside", p.path);
	assert_int_equal(rmdir(target), 0);
	layout_place_close(&p);
}

static void layouts_of_cosign_are_read(void **state)
{
	struct oci_repository *r = NULL;
	struct oci_document image;
	struct oci_document sigs;
	struct lc_arena a;
	char path[512];
	(void)state;
	data_need();
	lc_arena_init(&a, 0);
	(void)snprintf(path, sizeof(path), "%s/cosign/images/legacy", data_dir());
	assert_int_equal(oci_repository_open_layout(path, false, NULL, &r, NULL), 0);
	assert_int_equal(oci_repository_manifest(r, LC_S(""), &a, &image, NULL), 0);
	struct lc_slice tag = oci_attachment_tag(&image.digest, ".sig", &a);
	assert_int_equal(oci_repository_manifest(r, tag, &a, &sigs, NULL), 0);
	assert_false(digest_eq(&image.digest, &sigs.digest));
	tag = oci_attachment_tag(&image.digest, ".att", &a);
	assert_int_equal(oci_repository_manifest(r, tag, &a, &sigs, NULL), LC_ENOTFOUND);
	oci_repository_close(r);
	lc_arena_done(&a);
}

/* A new archive beside the layout. */
static struct oci_repository *new_archive(const struct layout_place *p, char path[256])
{
	struct oci_repository *r = NULL;
	(void)snprintf(path, 256, "%s/new.tar", p->path);
	assert_int_equal(oci_repository_open_archive(path, true, NULL, NULL, &r, NULL), 0);
	return r;
}

static void of_two_writers_of_a_new_archive_one_is_told(void **state)
{
	struct layout_place p;
	char path[256];
	struct digest d = of(LC_S("seal"));
	struct lc_err e = { 0 };
	(void)state;
	layout_place_open(&p, false);
	struct oci_repository *one = new_archive(&p, path);
	struct oci_repository *two = new_archive(&p, path);
	assert_int_equal(oci_repository_put_blob(one, &d, LC_S("seal"), NULL), 0);
	assert_int_equal(oci_repository_put_blob(two, &d, LC_S("seal"), NULL), 0);
	assert_int_equal(oci_repository_commit(one, NULL), 0);
	assert_int_equal(oci_repository_commit(two, &e), LC_EUSAGE);
	assert_non_null(strstr(e.msg, "another process"));
	oci_repository_close(one);
	oci_repository_close(two);
	layout_place_close(&p);
}

static void an_archive_with_a_blob_that_failed_is_not_made(void **state)
{
	struct layout_place p;
	char path[256];
	bool is_dir;
	struct digest d = of(LC_S("seal"));
	struct lc_slice_stream s;
	(void)state;
	layout_place_open(&p, false);
	struct oci_repository *r = new_archive(&p, path);
	lc_slice_stream_init(&s, LC_S("evil"));
	assert_int_equal(oci_repository_put_stream(r, &d, 4, &s.base, NULL), LC_EBAD);
	assert_int_equal(oci_repository_commit(r, NULL), LC_EIO);
	assert_false(io_exists(path, &is_dir));
	oci_repository_close(r);
	layout_place_close(&p);
}

static void what_is_no_layout_is_refused(void **state)
{
	struct oci_repository *r = NULL;
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(oci_repository_open_layout("/nowhere", false, NULL, &r, &e), LC_ENOTFOUND);
	assert_non_null(strstr(e.msg, "no OCI layout"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blobs_come_back_and_are_verified),
		cmocka_unit_test(manifests_have_tags_and_digests),
		cmocka_unit_test(what_names_a_subject_is_found),
		cmocka_unit_test(what_is_known_by_its_sha512_keeps_that_name),
		cmocka_unit_test(more_of_them_than_anyone_has_are_refused),
		cmocka_unit_test(nothing_is_deleted_behind_a_link),
		cmocka_unit_test(layouts_of_cosign_are_read),
		cmocka_unit_test(of_two_writers_of_a_new_archive_one_is_told),
		cmocka_unit_test(an_archive_with_a_blob_that_failed_is_not_made),
		cmocka_unit_test(what_is_no_layout_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
