#include "oci/layer.h"

#include <stdio.h>

#include "io/file.h"
#include "oci/check_image.h"
#include "support/fixture.h"

/* The images of the data folder against what is known about each (NAME.truth.json). */

static const char *path_of(const char *name)
{
	static char path[512];
	(void)snprintf(path, sizeof(path), "%s/images/%s", data_dir(), name);
	return path;
}

static void equals(const struct json_doc *d, json_ref layer, const char *key,
		   const struct digest *have)
{
	char text[DIGEST_TEXT_MAX];
	assert_slice(lc_str(digest_text(have, text)), json_get_str(d, layer, key));
}

static void check_layer(const struct oci_image *i, size_t k, const struct json_doc *d,
			json_ref want)
{
	struct oci_layer_reader *r;
	struct oci_layer_stats st;
	struct oci_entry en;
	struct lc_err e = { 0 };
	uint64_t size;
	int rc = oci_layer_open(i, k, NULL, NULL, &r, &e);
	assert_int_equal(rc, 0);
	while ((rc = oci_layer_next(r, &en, &e)) == 0)
		assert_int_equal(lc_stream_drain(oci_layer_content(r), &size, &e), 0);
	assert_int_equal(rc, LC_ENOTFOUND);
	if (oci_layer_finish(r, &st, &e))
		fail_msg("%s", e.msg);
	assert_true(st.entries > 0);
	assert_int_equal(oci_layer_unsafe(r), 0);
	equals(d, want, "diff_id", &st.diff_id);
	if (json_get_str(d, want, "digest").n)
		equals(d, want, "digest", &i->layers[k].blob.digest);
	if (json_u64(d, json_get(d, want, "size"), &size))
		assert_int_equal(st.stored_bytes, size);
	oci_layer_close(r);
}

static void check_image(const char *name, struct lc_slice truth)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct lc_err e = { 0 };
	char path[512];
	(void)snprintf(path, sizeof(path), "%s", path_of(name));
	assert_int_equal(json_parse(truth, 0, NULL, &a, &d, &e), 0);
	json_ref layers = json_get(&d, json_root(&d), "layers");
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->layers_n, json_count(&d, layers));
	size_t k = 0;
	json_each(&d, layers, layer)
		check_layer(i, k++, &d, layer);
	struct lc_slice config = json_get_str(&d, json_root(&d), "config");
	char text[DIGEST_TEXT_MAX];
	if (config.n)
		assert_slice(lc_str(digest_text(&i->config_digest, text)), config);
	oci_close(i);
	lc_arena_done(&a);
}

static void every_image_opens_and_its_digests_hold(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_slices names = { 0 };
	size_t images = 0;
	data_need();
	assert_int_equal(io_list_dir(path_of(""), &a, 1000, &names, NULL), 0);
	for (size_t k = 0; k < names.n; k++) {
		struct lc_slice stem = names.v[k];
		struct lc_buf truth;
		char truth_path[256];
		if (!lc_chop_suffix(&stem, LC_S(".tar")))
			continue;
		lc_buf_init(&truth, 8 << 20);
		(void)snprintf(truth_path, sizeof(truth_path), "images/%.*s.truth.json",
			       LC_FMT(stem));
		data_read(truth_path, &truth);
		check_image(lc_arena_str(&a, names.v[k]), lc_buf_get(&truth));
		lc_buf_done(&truth);
		images++;
	}
	assert_true(images >= 10);
	lc_arena_done(&a);
}

static void encrypted_images_open_and_say_so(void **state)
{
	(void)state;
	data_need();
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/encrypted-images/positive/layer0-only.tar",
		       data_dir());
	struct oci_image *i = opened(path, "latest", NULL);
	assert_int_equal(i->layers_n, 3);
	assert_true(i->layers[0].encrypted);
	layer_refused(i, 0, LC_EUNSUP, "encrypted, no key given");
	for (size_t k = 1; k < 3; k++) {
		struct oci_layer_reader *r;
		struct oci_layer_stats st;
		assert_int_equal(oci_layer_open(i, k, NULL, NULL, &r, NULL), 0);
		assert_int_equal(oci_layer_finish(r, &st, NULL), 0);
		oci_layer_close(r);
	}
	oci_close(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_image_opens_and_its_digests_hold),
		cmocka_unit_test(encrypted_images_open_and_say_so),
	};
	return cmocka_run_group_tests_name("oci-images", tests, NULL, NULL);
}
