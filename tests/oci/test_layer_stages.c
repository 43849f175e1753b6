/* Layers long enough for stages on threads of their own: nothing may differ from one thread. */
#include <stdio.h>

#include "base/pool.h"
#include "base/shim.h"
#include "base/trace.h"
#include "oci/check_image.h"
#include "oci/layer.h"
#include "oci/make_image.h"

enum { FILES = 40, FILE_BYTES = 150 * 1000 };

static const enum io_compression kinds[] = { IO_PLAIN, IO_GZIP, IO_ZSTD };
static char path[256];

static void nothing(void *ctx, size_t i)
{
	(void)ctx;
	(void)i;
}

static void pretend_cpus(unsigned n)
{
	(void)lc_each(n, 0, nothing, NULL); /* always 0 */
}

/* A tar of 6 MB that hardly compresses. */
static struct lc_slice long_tar(struct make *m)
{
	static struct make_file files[FILES];
	uint32_t x = 1;
	for (size_t i = 0; i < FILES; i++) {
		char *text = lc_arena_alloc(&m->arena, FILE_BYTES + 1);
		assert_non_null(text);
		for (size_t k = 0; k < FILE_BYTES; k++) {
			x = x * 1664525 + 1013904223;
			text[k] = (char)(33 + (x >> 24) % 90);
		}
		text[FILE_BYTES] = 0;
		files[i] =
			(struct make_file){ .name = make_text(m, "file-%zu", i), .content = text };
	}
	struct make_layer l = { .files = files, .files_n = FILES };
	return make_layer_tar(m, &l);
}

static struct oci_image *long_image(struct make *m, enum io_compression kind)
{
	struct make_layer l = { .tar = long_tar(m), .compression = kind };
	struct make_image i = { &l, 1 };
	make_layout(m, &i, 1);
	make_write_dir(m, path);
	return opened(path, NULL, NULL);
}

static int read_layer(const struct oci_image *i, struct oci_layer_stats *st, struct lc_err *e)
{
	struct oci_layer_reader *r = NULL;
	struct oci_entry en;
	int rc = oci_layer_open(i, 0, NULL, NULL, &r, e);
	while (rc == 0)
		rc = oci_layer_next(r, &en, e);
	rc = rc == LC_ENOTFOUND ? oci_layer_finish(r, st, e) : rc;
	oci_layer_close(r);
	return rc;
}

static void stages_give_what_one_thread_gives(void **state)
{
	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		struct oci_layer_stats st[2];
		struct oci_image *i = long_image(&m, kinds[k]);
		pretend_cpus(1);
		assert_int_equal(read_layer(i, &st[0], NULL), 0);
		pretend_cpus(6);
		assert_int_equal(lc_trace_start(NULL), 0);
		assert_int_equal(read_layer(i, &st[1], NULL), 0);
		assert_int_equal(lc_trace_count(NULL), kinds[k] == IO_PLAIN ? 1 : 2);
		lc_trace_stop();
		assert_int_equal(st[1].entries, FILES);
		assert_int_equal(st[0].entries, st[1].entries);
		assert_int_equal(st[0].stored_bytes, st[1].stored_bytes);
		assert_int_equal(st[0].inflated_bytes, st[1].inflated_bytes);
		assert_true(digest_eq(&st[0].blob_digest, &st[1].blob_digest));
		assert_true(digest_eq(&st[0].diff_id, &st[1].diff_id));
		oci_close(i);
		make_done(&m);
	}
}

/* The blob's file, with one byte flipped at a place, or cut there. */
static void spoil(struct make *m, const struct oci_image *i, size_t at, bool cut)
{
	char text[DIGEST_TEXT_MAX];
	char file[512];
	const char *name = make_blob_path(m, digest_text(&i->layers[0].blob.digest, text));
	struct lc_slice bytes = make_get(m, name);
	(void)snprintf(file, sizeof(file), "%s/%s", path, name);
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	at = at < bytes.n ? at : bytes.n - 1;
	uint8_t flipped = bytes.p[at] ^ 0x40;
	assert_int_equal(fwrite(bytes.p, 1, at, f), at);
	if (!cut) {
		assert_int_equal(fwrite(&flipped, 1, 1, f), 1);
		assert_int_equal(fwrite(bytes.p + at + 1, 1, bytes.n - at - 1, f),
				 bytes.n - at - 1);
	}
	assert_int_equal(fclose(f), 0);
}

static void what_is_broken_fails_the_same_way(void **state)
{
	static const size_t places[] = { 700000, 2500000, 4000001, SIZE_MAX };
	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		struct oci_layer_stats st;
		struct oci_image *i = long_image(&m, kinds[k]);
		for (size_t p = 0; p < 8; p++) {
			struct lc_err e[2] = { 0 };
			spoil(&m, i, places[p / 2], p % 2);
			pretend_cpus(1);
			int want = read_layer(i, &st, &e[0]);
			assert_int_not_equal(want, 0);
			pretend_cpus(6);
			assert_int_equal(read_layer(i, &st, &e[1]), want);
			assert_string_equal(e[0].msg, e[1].msg);
		}
		oci_close(i);
		make_done(&m);
	}
}

static void a_layer_may_be_left_at_any_entry(void **state)
{
	(void)state;
	pretend_cpus(6);
	for (size_t k = 0; k < 3; k++) {
		struct make m = { 0 };
		struct oci_image *i = long_image(&m, kinds[k]);
		for (size_t stop = 0; stop < FILES; stop += 3) {
			struct oci_layer_reader *r = NULL;
			struct oci_entry en;
			assert_int_equal(oci_layer_open(i, 0, NULL, NULL, &r, NULL), 0);
			for (size_t n = 0; n < stop; n++)
				assert_int_equal(oci_layer_next(r, &en, NULL), 0);
			oci_layer_close(r);
		}
		oci_close(i);
		make_done(&m);
	}
	assert_true(lc_spare_take()); /* all were given back */
	lc_spare_give();
}

static int set_path(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "%s/layout", make_temp_dir());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_give_what_one_thread_gives),
		cmocka_unit_test(what_is_broken_fails_the_same_way),
		cmocka_unit_test(a_layer_may_be_left_at_any_entry),
	};
	return cmocka_run_group_tests_name("oci-layer-stages", tests, set_path, NULL);
}
