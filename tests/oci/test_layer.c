#include "oci/layer.h"

#include "base/shim.h"
#include "oci/check_image.h"
#include "oci/make_image.h"

static char path[256];

static struct oci_image *image_of(struct make *m, const struct make_layer *layer)
{
	struct make_image i = { layer, 1 };
	make_layout(m, &i, 1);
	make_write_tar(m, path, IO_PLAIN);
	return opened(path, NULL, NULL);
}

static void whiteouts_are_told_from_entries(void **state)
{
	(void)state;
	static const struct make_file files[] = {
		{ "./", NULL, TAR_DIR, NULL, 0 },
		{ "./etc/", NULL, TAR_DIR, NULL, 0 },
		{ "etc/.wh.gone", NULL, TAR_FILE, NULL, 0 },
		{ "etc/kept", "k", TAR_FILE, NULL, 0 },
		{ "etc/.wh..wh..opq", NULL, TAR_FILE, NULL, 0 },
		{ ".wh.top", NULL, TAR_CHAR, NULL, 0 },
		{ ".wh..wh..opq", NULL, TAR_FILE, NULL, 0 },
		{ ".wh..wh.aufs", NULL, TAR_FILE, NULL, 0 },
		{ ".wh..wh.plnk", NULL, TAR_DIR, NULL, 0 },
		{ ".wh..wh.plnk/1.2", "aufs", TAR_FILE, NULL, 0 },
		{ "lib", NULL, TAR_SYMLINK, "usr/lib", 0 },
		{ "lib2", NULL, TAR_SYMLINK, "../../../outside", 0 },
		{ "etc/hard", NULL, TAR_HARDLINK, "./etc/kept", 0 },
		{ "dev/null", NULL, TAR_CHAR, NULL, 0 },
	};
	struct make m = { 0 };
	struct make_layer l = { .files = files, .files_n = sizeof(files) / sizeof(files[0]) };
	struct oci_image *i = image_of(&m, &l);
	assert_layer(i, 0,
		     "+\n+etc\n-etc/gone\n+etc/kept=k\n!etc\n-top\n!\n+lib->usr/lib\n"
		     "+lib2->../../../outside\n+etc/hard->etc/kept\n+dev/null\n");
	oci_close(i);
	make_done(&m);
}

static void unsafe_names_are_counted_and_never_given(void **state)
{
	(void)state;
	static const struct make_file files[] = {
		{ "ok", "1", TAR_FILE, NULL, 0 },
		{ "../up", "2", TAR_FILE, NULL, 0 },
		{ "a/../../up", "3", TAR_FILE, NULL, 0 },
		{ "a/..", NULL, TAR_DIR, NULL, 0 },
		{ "hard", NULL, TAR_HARDLINK, "../../etc/passwd", 0 },
		{ ".wh..", NULL, TAR_FILE, NULL, 0 },
		{ "a/.wh...", NULL, TAR_FILE, NULL, 0 },
		{ "a/.wh.", NULL, TAR_FILE, NULL, 0 },
		{ "/abs", "4", TAR_FILE, NULL, 0 },
	};
	struct make m = { 0 };
	struct make_layer l = { .files = files, .files_n = sizeof(files) / sizeof(files[0]) };
	struct oci_image *i = image_of(&m, &l);
	assert_layer(i, 0, "+ok=1\n+abs=4\n");
	struct oci_layer_reader *r;
	struct oci_entry en;
	assert_int_equal(oci_layer_open(i, 0, NULL, NULL, &r, NULL), 0);
	while (oci_layer_next(r, &en, NULL) == 0)
		assert_false(en.tar.unsafe);
	assert_int_equal(oci_layer_unsafe(r), 7);
	oci_layer_close(r);
	oci_close(i);
	make_done(&m);
}

static void every_compression_gives_the_same(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "f", "same", TAR_FILE, NULL, 0 } };
	static const enum io_compression kinds[] = { IO_PLAIN, IO_GZIP, IO_ZSTD };
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		struct make_layer l = { .files = files, .files_n = 1, .compression = kinds[k] };
		struct oci_image *i = image_of(&m, &l);
		struct lc_slice tar = make_layer_tar(&m, &l);
		struct lc_buf out;
		struct oci_layer_stats st;
		assert_int_equal(layer_text(i, 0, &out, &st, NULL), 0);
		assert_text(lc_buf_get(&out), "+f=same\n");
		assert_int_equal(st.compression, kinds[k]);
		assert_int_equal(st.inflated_bytes, tar.n);
		assert_int_equal(st.stored_bytes, make_compress(&m, tar, kinds[k]).n);
		assert_int_equal(st.entries, 1);
		assert_true(st.has_blob_digest);
		assert_true(digest_eq(&st.blob_digest, &i->layers[0].blob.digest));
		assert_true(digest_eq(&st.diff_id, &i->layers[0].diff_id));
		lc_buf_done(&out);
		oci_close(i);
		make_done(&m);
	}
}

static void several_gzip_members_are_one_layer(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "f", "members", TAR_FILE, NULL, 0 } };
	struct make m = { 0 };
	struct make_layer l = { .files = files, .files_n = 1, .compression = IO_GZIP };
	struct lc_slice tar = make_layer_tar(&m, &l);
	struct lc_buf blob;
	lc_buf_init(&blob, 1 << 20);
	for (size_t at = 0; at < tar.n; at += 700)
		lc_buf_slice(&blob, make_compress(&m, lc_sub(tar, at, 700), IO_GZIP));
	struct make_image image = { &l, 1 };
	make_layout(&m, &image, 1);
	/* A manifest of the same config over the other blob. */
	const char *old = make_digest(&m, make_compress(&m, tar, IO_GZIP));
	struct lc_slice index = make_get(&m, "index.json");
	size_t at = lc_find_slice(index, LC_S("sha256:"));
	const char *mp = make_blob_path(&m, make_text(&m, "%.71s", (const char *)index.p + at));
	struct lc_slice manifest = make_get(&m, mp);
	size_t d = lc_find_slice(manifest, lc_str(old));
	struct lc_slice head = lc_sub(manifest, 0, d);
	const char *text = make_text(&m, "%.*s%s\",\"size\":%zu}]}", LC_FMT(head),
				     make_blob(&m, lc_buf_get(&blob)), blob.n);
	make_index(&m, make_descriptor(&m, "application/vnd.oci.image.manifest.v1+json",
				       lc_str(text), ""));
	make_write_tar(&m, path, IO_PLAIN);
	struct oci_image *i = opened(path, NULL, NULL);
	assert_layer(i, 0, "+f=members\n");
	oci_close(i);
	lc_buf_done(&blob);
	make_done(&m);
}

static void finishing_early_reads_and_verifies_the_rest(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "a", "1", TAR_FILE, NULL, 0 },
						  { "b", "2", TAR_FILE, NULL, 0 } };
	struct make m = { 0 };
	struct make_layer l = { .files = files, .files_n = 2, .compression = IO_GZIP };
	struct oci_image *i = image_of(&m, &l);
	for (unsigned entries = 0; entries < 3; entries++) {
		struct oci_layer_reader *r;
		struct oci_entry en;
		struct oci_layer_stats st;
		assert_int_equal(oci_layer_open(i, 0, NULL, NULL, &r, NULL), 0);
		for (unsigned k = 0; k < entries; k++)
			assert_int_equal(oci_layer_next(r, &en, NULL), 0);
		assert_int_equal(oci_layer_finish(r, &st, NULL), 0);
		assert_int_equal(st.entries, entries);
		assert_true(digest_eq(&st.diff_id, &i->layers[0].diff_id));
		oci_layer_close(r);
	}
	oci_close(i);
	make_done(&m);
}

static void broken_content_fails_that_layer(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice bytes;
		int code;
		const char *words;
	} rows[] = {
		{ LC_S_INIT("BZh91AY&SY-and-more"), LC_EUNSUP, "bzip2" },
		{ LC_S_INIT("\xfd"
			    "7zXZ\0-and-more"),
		  LC_EUNSUP, "xz" },
		{ LC_S_INIT("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff\xff\xff"), LC_EBAD,
		  "layer 0" },
		{ LC_S_INIT("\x1f\x8b\x08\0\0\0\0\0\0\3"), LC_ETRUNC, "layer 0" },
		{ LC_S_INIT("half a header"), LC_ETRUNC, "layer 0" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct make m = { 0 };
		struct make_layer l = { .tar = rows[k].bytes };
		struct oci_image *i = image_of(&m, &l);
		layer_refused(i, 0, rows[k].code, rows[k].words);
		oci_close(i);
		make_done(&m);
	}
}

static void a_failed_reader_stays_failed(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_layer l = { .tar = LC_S("not a tar header but some bytes") };
	struct oci_image *i = image_of(&m, &l);
	struct oci_layer_reader *r;
	struct oci_layer_stats st;
	struct oci_entry en;
	assert_int_equal(oci_layer_open(i, 0, NULL, NULL, &r, NULL), 0);
	int rc = oci_layer_next(r, &en, NULL);
	assert_true(rc < 0 && rc != LC_ENOTFOUND);
	assert_int_equal(oci_layer_next(r, &en, NULL), rc);
	assert_int_equal(oci_layer_finish(r, &st, NULL), rc);
	oci_layer_close(r);
	oci_close(i);
	make_done(&m);
}

static void an_empty_layer_has_no_entries(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_layer l = { .files = NULL, .files_n = 0, .compression = IO_GZIP };
	struct oci_image *i = image_of(&m, &l);
	assert_layer(i, 0, "");
	oci_close(i);
	make_done(&m);
}

/* ---- layers that are elsewhere or locked ---- */

static void foreign_layers_are_reported_and_others_read(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "f", "here", TAR_FILE, NULL, 0 } };
	static const char urls[] = ",\"urls\":[\"https://example.com/layer\"]";
	struct make_layer l[] = {
		{ .files = files,
		  .files_n = 1,
		  .compression = IO_GZIP,
		  .extra = urls,
		  .media_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
		{ .files = files, .files_n = 1 },
	};
	struct make m = { 0 };
	struct make_image image = { l, 2 };
	make_layout(&m, &image, 1);
	struct lc_slice blob = make_compress(&m, make_layer_tar(&m, l), IO_GZIP);
	make_write_tar(&m, path, IO_PLAIN);
	struct oci_image *i = opened(path, NULL, NULL);
	assert_null(i->layers[0].foreign); /* it is here after all */
	assert_layer(i, 0, "+f=here\n");
	oci_close(i);
	make_remove(&m, make_blob_path(&m, make_digest(&m, blob)));
	make_write_tar(&m, path, IO_PLAIN);
	i = opened(path, NULL, NULL);
	assert_string_equal(i->layers[0].foreign, "foreign layer, only its urls are recorded");
	layer_refused(i, 0, LC_EUNSUP, "only its urls");
	assert_layer(i, 1, "+f=here\n");
	oci_close(i);
	make_done(&m);
}

/* A "cipher": every byte XOR 0x5a. */
struct xor_stream {
	struct lc_stream base;
	struct lc_stream *from;
};

static int xor_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct xor_stream *x = (struct xor_stream *)s;
	uint8_t *p = buf;
	int rc = lc_stream_read(x->from, buf, n, ret_n, e);
	for (size_t k = 0; rc == 0 && k < *ret_n; k++)
		p[k] ^= 0x5a;
	return rc;
}

/* What was called. */
static struct {
	int opened, closed, checked, verdict;
} seen;

static void xor_close(struct lc_stream *s)
{
	seen.closed++;
	lc_free(s);
}

static int xor_open(void *ctx, const struct oci_image *i, size_t layer, struct lc_stream *stored,
		    struct lc_stream **ret, struct lc_err *e)
{
	(void)ctx;
	(void)e;
	assert_true(i->layers[layer].encrypted);
	assert_text(json_get_str(&i->manifest_doc, i->layers[layer].blob.annotations, "key"), "v");
	struct xor_stream *x = lc_alloc0(1, sizeof(*x));
	assert_non_null(x);
	x->base = (struct lc_stream){ .read = xor_read, .close = xor_close };
	x->from = stored;
	seen.opened++;
	*ret = &x->base;
	return 0;
}

static int xor_check(void *ctx, struct lc_stream *s, struct lc_err *e)
{
	(void)ctx;
	(void)s;
	seen.checked++;
	return seen.verdict ? lc_fail(e, seen.verdict, "mac does not hold") : 0;
}

static void encrypted_layers_need_a_transform(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "f", "secret", TAR_FILE, NULL, 0 } };
	static const struct oci_layer_transform t = { .open = xor_open, .check = xor_check };
	struct make m = { 0 };
	struct make_layer clear = { .files = files, .files_n = 1 };
	struct lc_slice tar;
	assert_int_equal(lc_arena_dup(&m.arena, make_layer_tar(&m, &clear), &tar), 0);
	const char *diff_id = make_digest(&m, tar);
	for (size_t k = 0; k < tar.n; k++)
		((uint8_t *)(uintptr_t)tar.p)[k] ^= 0x5a;
	const char *config = make_text(&m,
				       "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":"
				       "{\"diff_ids\":[\"%s\"]}}",
				       diff_id);
	const char *text = make_text(
		&m, "{\"config\":%s,\"layers\":[%s]}",
		make_descriptor(&m, "application/vnd.oci.image.config.v1+json", lc_str(config), ""),
		make_descriptor(&m, "application/vnd.oci.image.layer.v1.tar+encrypted", tar,
				",\"annotations\":{\"key\":\"v\"}"));
	make_index(&m, make_descriptor(&m, "application/vnd.oci.image.manifest.v1+json",
				       lc_str(text), ""));
	make_write_tar(&m, path, IO_PLAIN);
	struct oci_image *i = opened(path, NULL, NULL);
	assert_true(i->layers[0].encrypted);
	assert_string_equal(i->layers[0].foreign, "encrypted, no key given");
	layer_refused(i, 0, LC_EUNSUP, "encrypted, no key given");
	for (int verdict = 0; verdict >= LC_EBAD; verdict += LC_EBAD) {
		struct oci_layer_reader *r;
		struct oci_layer_stats st;
		struct oci_entry en;
		memset(&seen, 0, sizeof(seen));
		seen.verdict = verdict;
		assert_int_equal(oci_layer_open(i, 0, NULL, &t, &r, NULL), 0);
		assert_int_equal(oci_layer_next(r, &en, NULL), 0);
		assert_text(en.path, "f");
		assert_int_equal(oci_layer_finish(r, &st, NULL), verdict);
		oci_layer_close(r);
		assert_int_equal(seen.opened, 1);
		assert_int_equal(seen.checked, 1);
		assert_int_equal(seen.closed, 1);
	}
	oci_close(i);
	make_done(&m);
}

static void limits_bound_a_layer(void **state)
{
	(void)state;
	static const struct make_file files[] = { { "a", "1", TAR_FILE, NULL, 0 },
						  { "b", "2", TAR_FILE, NULL, 0 } };
	struct make m = { 0 };
	struct make_layer layer = { .files = files, .files_n = 2, .compression = IO_GZIP };
	struct oci_image *i = image_of(&m, &layer);
	struct lc_limits l = lc_limits_default;
	struct oci_layer_reader *r;
	struct oci_entry en;
	l.entries_max = 1;
	assert_int_equal(oci_layer_open(i, 0, &l, NULL, &r, NULL), 0);
	assert_int_equal(oci_layer_next(r, &en, NULL), 0);
	assert_int_equal(oci_layer_next(r, &en, NULL), LC_ELIMIT);
	oci_layer_close(r);
	l = lc_limits_default;
	l.deadline_ns = 1;
	r = NULL;
	struct oci_layer_stats st;
	int rc = oci_layer_open(i, 0, &l, NULL, &r, NULL);
	if (rc == 0)
		rc = oci_layer_finish(r, &st, NULL);
	assert_int_equal(rc, LC_ECANCEL);
	oci_layer_close(r);
	assert_int_equal(oci_layer_open(i, 1, NULL, NULL, &r, NULL), LC_EUSAGE);
	oci_close(i);
	make_done(&m);
}

static int set_path(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/layer.tar", make_temp_dir());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whiteouts_are_told_from_entries),
		cmocka_unit_test(unsafe_names_are_counted_and_never_given),
		cmocka_unit_test(every_compression_gives_the_same),
		cmocka_unit_test(several_gzip_members_are_one_layer),
		cmocka_unit_test(finishing_early_reads_and_verifies_the_rest),
		cmocka_unit_test(broken_content_fails_that_layer),
		cmocka_unit_test(a_failed_reader_stays_failed),
		cmocka_unit_test(an_empty_layer_has_no_entries),
		cmocka_unit_test(foreign_layers_are_reported_and_others_read),
		cmocka_unit_test(encrypted_layers_need_a_transform),
		cmocka_unit_test(limits_bound_a_layer),
	};
	return cmocka_run_group_tests_name("oci-layer", tests, set_path, NULL);
}
