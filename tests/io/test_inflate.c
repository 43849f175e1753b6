#include "packing.h"

#include <stdlib.h>

#include "base/shim.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

enum { MIB = 1 << 20, CAP = 200 * MIB };

static void magics_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice head;
		enum io_compression kind;
	} rows[] = {
		{ LC_S_INIT(""), IO_PLAIN },
		{ LC_S_INIT("\x1f"), IO_PLAIN },
		{ LC_S_INIT("\x1f\x8b"), IO_GZIP },
		{ LC_S_INIT("\x1f\x8b\x08"), IO_GZIP },
		{ LC_S_INIT("\x28\xb5\x2f"), IO_PLAIN },
		{ LC_S_INIT("\x28\xb5\x2f\xfd"), IO_ZSTD },
		{ LC_S_INIT("\x50\x2a\x4d\x18"), IO_ZSTD },
		{ LC_S_INIT("\x5f\x2a\x4d\x18\0\0"), IO_ZSTD },
		{ LC_S_INIT("\x60\x2a\x4d\x18"), IO_PLAIN },
		{ LC_S_INIT("BZh"), IO_PLAIN },
		{ LC_S_INIT("BZh9"), IO_BZIP2 },
		{ LC_S_INIT("BZh0\x31\x41"), IO_PLAIN },
		{ LC_S_INIT("BZh1\x31\x41\x59\x26\x53\x59"), IO_BZIP2 },
		{ LC_S_INIT("BZh1\x17\x72\x45\x38\x50\x90"), IO_BZIP2 },
		{ LC_S_INIT("BZh9/usr/b"), IO_PLAIN },
		{ LC_S_INIT("\xfd"
			    "7zXZ\0"),
		  IO_XZ },
		{ LC_S_INIT("\xfd"
			    "7zXY\0"),
		  IO_PLAIN },
		{ LC_S_INIT("\x04\x22\x4d\x18"), IO_LZ4 },
		{ LC_S_INIT("usr/bin/\0\0\0"), IO_PLAIN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (io_sniff(rows[i].head) != rows[i].kind)
			fail_msg("row %zu: %s", i, io_compression_name(io_sniff(rows[i].head)));
}

static void other_compressions_are_unsupported_by_name(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice head;
		const char *name;
	} rows[] = {
		{ LC_S_INIT("BZh91AY&SY\0\0\0"), "bzip2" },
		{ LC_S_INIT("\xfd"
			    "7zXZ\0\0\0\0\0"),
		  "xz" },
		{ LC_S_INIT("\x04\x22\x4d\x18\0\0\0\0\0\0"), "lz4" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lc_err e = { 0 };
		struct lc_buf got;
		lc_buf_init(&got, MIB);
		assert_int_equal(unpack(rows[i].head, &got, &e), LC_EUNSUP);
		assert_non_null(strstr(e.msg, rows[i].name));
		lc_buf_done(&got);
	}
}

static void plain_bytes_pass_as_they_are(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 9, 10, 11, 65536, 200000 };
	struct lc_buf plain;
	struct lc_buf got;

	lc_buf_init(&plain, CAP);
	lc_buf_init(&got, CAP);
	pack_sample(&plain, 100000, 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t step = 1; step < 100000; step *= 30) {
			struct lc_slice s = lc_sub(lc_buf_get(&plain), 0, sizes[i]);
			lc_buf_clear(&got);
			assert_int_equal(
				unpack_with(NULL, &lc_limits_default, s, step, 1000, &got, NULL),
				0);
			assert_slice(lc_buf_get(&got), s);
		}
	lc_buf_done(&plain);
	lc_buf_done(&got);
}

static void an_empty_input_is_plain(void **state)
{
	(void)state;
	enum io_compression kind = IO_GZIP;
	struct lc_slice_stream from;
	struct lc_stream *s;
	uint8_t byte;
	size_t n = 1;

	lc_slice_stream_init(&from, (struct lc_slice){ 0 });
	assert_int_equal(io_inflate_open(&from.base, &lc_limits_default, &s, &kind, NULL), 0);
	assert_int_equal(kind, IO_PLAIN);
	assert_int_equal(lc_stream_read(s, &byte, 1, &n, NULL), 0);
	assert_int_equal(n, 0);
	lc_stream_close(s);
}

static void skipping_plain_bytes_skips_the_source(void **state)
{
	(void)state;
	struct lc_slice_stream from;
	struct lc_stream *s;
	struct lc_buf plain;
	uint8_t buf[10];

	lc_buf_init(&plain, CAP);
	pack_sample(&plain, 200000, 1);
	lc_slice_stream_init(&from, lc_buf_get(&plain));
	assert_int_equal(io_inflate_open(&from.base, &lc_limits_default, &s, NULL, NULL), 0);
	assert_int_equal(lc_stream_skip(s, 300000, NULL), 0);
	assert_int_equal(lc_stream_exact(s, buf, 10, NULL), 0);
	assert_memory_equal(buf, plain.p + 300000, 10);
	assert_int_equal(lc_stream_skip(s, plain.n, NULL), LC_ETRUNC);
	lc_stream_close(s);
	lc_buf_done(&plain);
}

/* n zero bytes packed by both formats: as good as a bomb gets. */
static void make_bomb(struct lc_buf *out, bool zstd, size_t n)
{
	uint8_t *zeros = calloc(1, n);

	assert_non_null(zeros);
	if (zstd)
		pack_zstd(out, lc_slice_of(zeros, n), 0);
	else
		pack_gzip(out, lc_slice_of(zeros, n), NULL, 9);
	free(zeros);
}

static void check_bomb(bool zstd, uint32_t ratio, uint64_t bytes, int code, uint64_t at_most)
{
	struct lc_limits l = lc_limits_default;
	struct lc_buf packed;
	struct lc_buf got;

	l.ratio_max = ratio;
	l.layer_bytes_max = bytes;
	lc_buf_init(&packed, CAP);
	lc_buf_init(&got, CAP);
	make_bomb(&packed, zstd, 100 * MIB);
	assert_int_equal(unpack_with(NULL, &l, lc_buf_get(&packed), SIZE_MAX, 65536, &got, NULL),
			 code);
	assert_true(got.n <= at_most);
	lc_buf_done(&packed);
	lc_buf_done(&got);
}

static void ratio_is_judged_past_64_mib(void **state)
{
	(void)state;
	check_bomb(false, 100, CAP, LC_ELIMIT, 64 * MIB);
	check_bomb(true, 100, CAP, LC_ELIMIT, 64 * MIB);
	check_bomb(true, 1100, CAP, LC_ELIMIT, 64 * MIB);
}

/* 1032:1 is the most that deflate can do; the default lets it pass to the limit of bytes. */
static void what_deflate_can_do_passes_the_default_ratio(void **state)
{
	(void)state;
	check_bomb(false, lc_limits_default.ratio_max, CAP, 0, 100 * MIB);
}

static void output_stops_at_the_limit_of_bytes(void **state)
{
	(void)state;
	check_bomb(false, UINT32_MAX, 100 * MIB, 0, 100 * MIB);
	check_bomb(false, UINT32_MAX, 100 * MIB - 1, LC_ELIMIT, 100 * MIB - 1);
	check_bomb(true, UINT32_MAX, 5 * MIB, LC_ELIMIT, 5 * MIB);
}

static void plain_bytes_stop_at_the_limit_too(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct lc_buf plain;
	struct lc_buf got;

	lc_buf_init(&plain, CAP);
	lc_buf_init(&got, CAP);
	pack_sample(&plain, 100000, 1);
	l.layer_bytes_max = plain.n - 1;
	assert_int_equal(unpack_with(NULL, &l, lc_buf_get(&plain), 1000, 500, &got, NULL),
			 LC_ELIMIT);
	l.layer_bytes_max = plain.n;
	assert_int_equal(unpack_with(NULL, &l, lc_buf_get(&plain), 1000, 500, &got, NULL), 0);
	lc_buf_done(&plain);
	lc_buf_done(&got);
}

static void work_stops_at_the_deadline(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct lc_buf packed;
	struct lc_buf got;

	lc_buf_init(&packed, CAP);
	lc_buf_init(&got, CAP);
	make_bomb(&packed, false, MIB);
	l.deadline_ns = lc_ticks_ns() - 1;
	assert_int_equal(unpack_with(NULL, &l, lc_buf_get(&packed), SIZE_MAX, 65536, &got, NULL),
			 LC_ECANCEL);
	lc_buf_done(&packed);
	lc_buf_done(&got);
}

static void a_deadline_that_is_moved_stops_a_stream_on_its_way(void **state)
{
	(void)state;
	struct lc_buf packed;

	for (int zstd = 0; zstd < 2; zstd++) {
		struct shim_fake f = shim_fake_default();
		struct lc_limits l = lc_limits_default;
		struct lc_stream *s = NULL;
		struct drip d;
		uint8_t part[1000];
		size_t n = 0;

		shim_fake_set(&f);
		f.ticks_ns = 1000;
		lc_buf_init(&packed, CAP);
		make_bomb(&packed, zstd, 2 * MIB);
		drip_init(&d, lc_buf_get(&packed), 1000);
		assert_int_equal(io_inflate_open(&d.base, &l, &s, NULL, NULL), 0);
		assert_int_equal(lc_stream_read(s, part, sizeof(part), &n, NULL), 0);
		l.deadline_ns = 1;
		assert_int_equal(lc_stream_skip(s, 2 * MIB - n, NULL), LC_ECANCEL);
		lc_stream_close(s);
		lc_buf_done(&packed);
		shim_fake_reset();
	}
}

static void one_shot_fills_a_buffer_up_to_its_cap(void **state)
{
	(void)state;
	struct lc_buf packed;
	struct lc_buf got;

	lc_buf_init(&packed, CAP);
	make_bomb(&packed, false, 100000);
	lc_buf_init(&got, 100000);
	assert_int_equal(io_inflate_all(lc_buf_get(&packed), &lc_limits_default, &got, NULL), 0);
	assert_int_equal(got.n, 100000);
	lc_buf_done(&got);
	lc_buf_init(&got, 99999);
	assert_int_equal(io_inflate_all(lc_buf_get(&packed), &lc_limits_default, &got, NULL),
			 LC_ELIMIT);
	lc_buf_done(&got);
	lc_buf_done(&packed);
}

struct job {
	struct lc_slice packed;
	const struct deflate_engine *engine;
};

static int unpack_job(void *ctx)
{
	const struct job *j = ctx;
	struct lc_stream *s = NULL;
	struct drip d;
	int rc;

	drip_init(&d, j->packed, SIZE_MAX);
	rc = inflate_open_with(j->engine, &d.base, &lc_limits_default, &s, NULL, NULL);
	if (!rc)
		rc = lc_stream_drain(s, NULL, NULL);
	lc_stream_close(s);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	struct lc_buf gzip;
	struct lc_buf zstd;

	lc_buf_init(&gzip, CAP);
	lc_buf_init(&zstd, CAP);
	make_bomb(&gzip, false, 100000);
	make_bomb(&zstd, true, 100000);
	for (size_t i = 0; engines[i]; i++) {
		struct job j = { lc_buf_get(&gzip), engines[i] };
		assert_true(alloc_fail_each(unpack_job, &j) >= 4);
	}
	struct job j = { lc_buf_get(&zstd), NULL };
	assert_true(alloc_fail_each(unpack_job, &j) >= 4);
	lc_buf_done(&gzip);
	lc_buf_done(&zstd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(magics_are_told_apart),
		cmocka_unit_test(other_compressions_are_unsupported_by_name),
		cmocka_unit_test(plain_bytes_pass_as_they_are),
		cmocka_unit_test(an_empty_input_is_plain),
		cmocka_unit_test(skipping_plain_bytes_skips_the_source),
		cmocka_unit_test(ratio_is_judged_past_64_mib),
		cmocka_unit_test(what_deflate_can_do_passes_the_default_ratio),
		cmocka_unit_test(output_stops_at_the_limit_of_bytes),
		cmocka_unit_test(plain_bytes_stop_at_the_limit_too),
		cmocka_unit_test(work_stops_at_the_deadline),
		cmocka_unit_test(a_deadline_that_is_moved_stops_a_stream_on_its_way),
		cmocka_unit_test(one_shot_fills_a_buffer_up_to_its_cap),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
