/* bzip2: whole, in several streams, cut, damaged, too large, without memory. */
#include "io/bzip2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/alloc_fail.h"

#define TEXT "a document, a document, a document\n"

/* TEXT as bzip2 -9 writes it. */
static const uint8_t packed[] = {
	0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x88, 0xbe, 0x67, 0x70, 0x00,
	0x00, 0x05, 0x51, 0x80, 0x00, 0x10, 0x40, 0x04, 0x2e, 0x03, 0x86, 0x00, 0x20, 0x00, 0x31,
	0x03, 0x40, 0xd0, 0x23, 0xd5, 0x34, 0xf5, 0x03, 0xca, 0x3c, 0xd2, 0x2e, 0x95, 0x26, 0x59,
	0xe2, 0x0c, 0x64, 0x21, 0xf1, 0x77, 0x24, 0x53, 0x85, 0x09, 0x08, 0x8b, 0xe6, 0x77, 0x00,
};

static int unpack(struct lc_slice in, const struct lc_limits *l, struct lc_buf *out,
		  struct lc_err *e)
{
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	uint8_t piece[7];
	size_t n = 1;
	lc_buf_init(out, 1 << 20);
	lc_slice_stream_init(&from, in);
	int rc = io_bzip2_open(&from.base, l, &s, e);
	while (!rc && n) {
		rc = lc_stream_read(s, piece, sizeof(piece), &n, e);
		if (!rc)
			lc_buf_add(out, piece, n);
	}
	if (rc && s) /* a failure stays */
		assert_int_equal(lc_stream_read(s, piece, 1, &n, NULL), rc);
	lc_stream_close(s);
	return rc;
}

static void streams_are_read_one_after_the_other(void **state)
{
	(void)state;
	for (size_t count = 1; count <= 3; count++) {
		uint8_t in[3 * sizeof(packed)];
		struct lc_buf out;
		struct lc_buf want;
		struct lc_err e = { 0 };
		lc_buf_init(&want, 4096);
		for (size_t i = 0; i < count; i++) {
			memcpy(in + i * sizeof(packed), packed, sizeof(packed));
			lc_buf_str(&want, TEXT);
		}
		if (unpack(lc_slice_of(in, count * sizeof(packed)), &lc_limits_default, &out, &e))
			fail_msg("%s", e.msg);
		assert_true(lc_eq(lc_buf_get(&out), lc_buf_get(&want)));
		lc_buf_done(&out);
		lc_buf_done(&want);
	}
}

static void cut_input_is_told(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(packed); n++) {
		struct lc_buf out;
		struct lc_err e = { 0 };
		assert_int_equal(unpack(lc_slice_of(packed, n), &lc_limits_default, &out, &e),
				 LC_ETRUNC);
		lc_buf_done(&out);
	}
}

static void damage_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(packed); i++) {
		uint8_t in[sizeof(packed)];
		struct lc_buf out;
		struct lc_err e = { 0 };
		memcpy(in, packed, sizeof(packed));
		in[i] ^= 0x10;
		int rc = unpack(lc_slice_of(in, sizeof(in)), &lc_limits_default, &out, &e);
		/* The last byte has bits of padding; a changed level still fits. */
		if (!rc && i != 3 && i != sizeof(packed) - 1)
			fail_msg("byte %zu may be anything", i);
		assert_true(!rc || rc == LC_EBAD || rc == LC_ETRUNC);
		lc_buf_done(&out);
	}
}

static void output_is_bounded(void **state)
{
	struct lc_limits l = lc_limits_default;
	struct lc_buf out;
	struct lc_err e = { 0 };
	(void)state;
	l.layer_bytes_max = 10;
	assert_int_equal(unpack(lc_slice_of(packed, sizeof(packed)), &l, &out, &e), LC_ELIMIT);
	lc_buf_done(&out);
}

static int unpack_without_memory(void *ctx)
{
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	struct lc_err e = { 0 };
	uint8_t piece[64];
	size_t n = 0;
	(void)ctx;
	lc_slice_stream_init(&from, lc_slice_of(packed, sizeof(packed)));
	int rc = io_bzip2_open(&from.base, &lc_limits_default, &s, &e);
	if (!rc)
		rc = lc_stream_read(s, piece, sizeof(piece), &n, &e);
	lc_stream_close(s);
	return rc;
}

static void failing_memory_is_told(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(unpack_without_memory, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_read_one_after_the_other),
		cmocka_unit_test(cut_input_is_told),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(failing_memory_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
