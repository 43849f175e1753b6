#include "base/content.h"

#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

enum { SIZE = 100000 };

static uint8_t data[SIZE];

static int fill_data(void **state)
{
	(void)state;
	uint64_t seed = 9;
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)next_number(&seed);
	return 0;
}

static int memory_file(struct lc_slice s)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, s.p, s.n), s.n);
	return fd;
}

static int spool(struct lc_slice s, size_t mem_max, uint64_t bytes_max, struct lc_content *ret,
		 struct lc_err *e)
{
	struct lc_slice_stream from;
	lc_slice_stream_init(&from, s);
	return lc_content_spool(&from.base, mem_max, bytes_max, ret, e);
}

/* Reads at any place give what lies there, and none passes the end. */
static void check_reads(const struct lc_content *c, struct lc_slice want)
{
	static uint8_t buf[SIZE];
	uint64_t seed = 10;
	assert_true(c->size == want.n);
	for (int round = 0; round < 200; round++) {
		size_t off = next_below(&seed, want.n + 1);
		size_t n = next_below(&seed, want.n - off + 1);
		assert_int_equal(lc_content_read(c, off, buf, n, NULL), 0);
		assert_memory_equal(buf, want.p + off, n);
		assert_int_equal(lc_content_read(c, off, buf, want.n - off + 1, NULL), LC_ETRUNC);
		size_t got = 0;
		assert_int_equal(lc_content_some(c, off, buf, n + 1, &got, NULL), 0);
		assert_int_equal(got, lc_sub(want, off, n + 1).n);
	}
	size_t got = 1;
	assert_int_equal(lc_content_some(c, want.n, buf, 1, &got, NULL), 0);
	assert_int_equal(got, 0);
	assert_int_equal(lc_content_some(c, UINT64_MAX, buf, SIZE_MAX, &got, NULL), 0);
	assert_int_equal(got, 0);
	assert_int_equal(lc_content_read(c, UINT64_MAX, buf, 1, NULL), LC_ETRUNC);
	assert_int_equal(lc_content_read(c, 1, buf, SIZE_MAX, NULL), LC_ETRUNC);
}

static void a_slice_reads_like_the_bytes(void **state)
{
	(void)state;
	struct lc_content c = lc_content_slice(lc_slice_of(data, SIZE));
	check_reads(&c, lc_slice_of(data, SIZE));
	lc_content_done(&c);
}

static void a_range_sees_only_its_part(void **state)
{
	(void)state;
	int fd = memory_file(lc_slice_of(data, SIZE));
	struct lc_content c = lc_content_range(fd, 1000, 5000);
	check_reads(&c, lc_slice_of(data + 1000, 5000));
	lc_content_done(&c);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	close(fd);
}

static void a_spool_keeps_everything_wherever_it_lies(void **state)
{
	(void)state;
	static const size_t mem_max[] = { 0, 1, 16384, 50000, SIZE - 1, SIZE, SIZE * 2 };
	for (size_t i = 0; i < sizeof(mem_max) / sizeof(mem_max[0]); i++) {
		struct lc_content c;
		assert_int_equal(spool(lc_slice_of(data, SIZE), mem_max[i], SIZE, &c, NULL), 0);
		assert_int_equal(c.fd >= 0, mem_max[i] < SIZE);
		assert_int_equal(c.mem.p != NULL, mem_max[i] >= SIZE);
		check_reads(&c, lc_slice_of(data, SIZE));
		if (c.fd >= 0)
			assert_true(fcntl(c.fd, F_GETFD) & FD_CLOEXEC);
		lc_content_done(&c);
		lc_content_done(&c);
	}
}

static void an_empty_stream_spools_to_an_empty_content(void **state)
{
	(void)state;
	struct lc_content c;
	assert_int_equal(spool(LC_S(""), 0, 0, &c, NULL), 0);
	check_reads(&c, LC_S(""));
	lc_content_done(&c);
	struct lc_content zero = { 0 };
	check_reads(&zero, LC_S(""));
	lc_content_done(&zero);
	lc_content_done(NULL);
}

static void past_the_limit_nothing_is_kept(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	struct lc_content c = lc_content_slice(LC_S("before"));
	assert_int_equal(spool(lc_slice_of(data, SIZE), SIZE, SIZE - 1, &c, &e), LC_ELIMIT);
	assert_string_equal(e.msg, "content is larger than 99999 bytes");
	assert_int_equal(spool(lc_slice_of(data, SIZE), 10, SIZE - 1, &c, &e), LC_ELIMIT);
	assert_int_equal(spool(LC_S("x"), 10, 0, &c, &e), LC_ELIMIT);
	assert_text(c.mem, "before");
}

static void spools_and_reads_in_small_steps(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	f.write_max = 7;
	f.read_max = 13;
	shim_fake_set(&f);
	struct lc_content c;
	assert_int_equal(spool(lc_slice_of(data, 20000), 100, SIZE, &c, NULL), 0);
	static uint8_t buf[20000];
	assert_int_equal(lc_content_read(&c, 0, buf, sizeof(buf), NULL), 0);
	assert_memory_equal(buf, data, sizeof(buf));
	assert_true(f.writes > 2000);
	assert_true(f.reads > 1000);
	lc_content_done(&c);
	shim_fake_reset();
}

static void a_full_disk_is_reported_at_every_byte(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	for (size_t left = 0; left < 300; left++) {
		struct lc_err e = { 0 };
		struct lc_content c;
		f.disk_left = left;
		assert_int_equal(spool(lc_slice_of(data, 300), 10, SIZE, &c, &e), LC_EIO);
		assert_int_equal(e.sys, ENOSPC);
	}
	shim_fake_reset();
}

static void a_failing_read_is_reported(void **state)
{
	(void)state;
	int fd = memory_file(lc_slice_of(data, 100));
	struct lc_content c = lc_content_range(fd, 0, 100);
	struct shim_fake f = shim_fake_default();
	f.input_left = 50;
	shim_fake_set(&f);
	struct lc_err e = { 0 };
	uint8_t buf[100];
	assert_int_equal(lc_content_read(&c, 0, buf, 100, &e), LC_EIO);
	assert_int_equal(e.sys, EIO);
	assert_string_equal(e.msg, "reading at 50: Input/output error");
	shim_fake_reset();
	close(fd);
}

static void a_file_shorter_than_its_range_is_truncated(void **state)
{
	(void)state;
	int fd = memory_file(LC_S("short"));
	struct lc_content c = lc_content_range(fd, 0, 100);
	struct lc_err e = { 0 };
	uint8_t buf[100];
	size_t n = 42;
	assert_int_equal(lc_content_read(&c, 0, buf, 100, &e), LC_ETRUNC);
	assert_string_equal(e.msg, "file ends at 5, before its stated size");
	assert_int_equal(lc_content_some(&c, 50, buf, 1, &n, &e), LC_ETRUNC);
	assert_int_equal(n, 42);
	c = lc_content_range(fd, UINT64_MAX, 100);
	assert_int_equal(lc_content_read(&c, 1, buf, 1, &e), LC_ELIMIT);
	assert_int_equal(lc_content_read(&c, 0, buf, 1, &e), LC_EIO);
	close(fd);
}

static void a_stream_gives_its_part_and_skips(void **state)
{
	(void)state;
	struct lc_content c = lc_content_slice(lc_slice_of(data, SIZE));
	struct lc_content_stream s;
	uint8_t buf[1000];
	uint64_t n;
	lc_content_stream_init(&s, &c, 500, 2000);
	assert_int_equal(lc_stream_exact(&s.base, buf, 300, NULL), 0);
	assert_memory_equal(buf, data + 500, 300);
	assert_int_equal(lc_stream_skip(&s.base, 700, NULL), 0);
	assert_int_equal(lc_stream_exact(&s.base, buf, 1000, NULL), 0);
	assert_memory_equal(buf, data + 1500, 1000);
	assert_int_equal(lc_stream_drain(&s.base, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(lc_stream_skip(&s.base, 1, NULL), LC_ETRUNC);
}

static void a_part_past_the_end_is_truncated_for_good(void **state)
{
	(void)state;
	struct lc_content c = lc_content_slice(LC_S("abc"));
	struct lc_content_stream s;
	struct lc_err e = { 0 };
	uint8_t buf[10];
	size_t n;
	lc_content_stream_init(&s, &c, 1, 10);
	assert_int_equal(lc_stream_exact(&s.base, buf, 5, &e), LC_ETRUNC);
	assert_string_equal(e.msg, "content ends 8 bytes early");
	assert_int_equal(lc_stream_read(&s.base, buf, 1, &n, &e), LC_ETRUNC);
	assert_int_equal(lc_stream_skip(&s.base, 1, &e), LC_ETRUNC);
	lc_content_stream_init(&s, &c, 1, UINT64_MAX);
	assert_int_equal(lc_stream_skip(&s.base, 2, &e), 0);
	assert_int_equal(lc_stream_skip(&s.base, 1, &e), LC_ETRUNC);
	assert_int_equal(lc_stream_read(&s.base, buf, 1, &n, &e), LC_ETRUNC);
	lc_content_stream_init(&s, &c, UINT64_MAX, 1);
	assert_int_equal(lc_stream_read(&s.base, buf, 1, &n, &e), 0);
	assert_int_equal(n, 0);
}

static int spool_in_memory(void *ctx)
{
	(void)ctx;
	struct lc_content c;
	struct lc_err e = { 0 };
	int r = spool(lc_slice_of(data, SIZE), SIZE / 2, SIZE, &c, &e);
	assert_true(r == 0 || r == LC_ENOMEM);
	if (r == 0)
		lc_content_done(&c);
	return r;
}

/* Of a size that is known memory has as much as is needed, at once. */
static void what_fits_takes_one_allocation_of_its_size(void **state)
{
	(void)state;
	const size_t sizes[] = { 1, 100, 4096, 65535, 65536, 65537, SIZE };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct lc_content c;
		alloc_fail_at(0);
		assert_int_equal(spool(lc_slice_of(data, sizes[i]), SIZE * 100, sizes[i], &c, NULL),
				 0);
		assert_int_equal(alloc_fail_count(), 1);
		alloc_fail_reset();
		assert_slice(c.mem, lc_slice_of(data, sizes[i]));
		assert_true(malloc_usable_size(c.own_mem) < sizes[i] + 128);
		lc_content_done(&c);
	}
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_int_equal(alloc_fail_each(spool_in_memory, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slice_reads_like_the_bytes),
		cmocka_unit_test(a_range_sees_only_its_part),
		cmocka_unit_test(a_spool_keeps_everything_wherever_it_lies),
		cmocka_unit_test(an_empty_stream_spools_to_an_empty_content),
		cmocka_unit_test(past_the_limit_nothing_is_kept),
		cmocka_unit_test(spools_and_reads_in_small_steps),
		cmocka_unit_test(what_fits_takes_one_allocation_of_its_size),
		cmocka_unit_test(a_full_disk_is_reported_at_every_byte),
		cmocka_unit_test(a_failing_read_is_reported),
		cmocka_unit_test(a_file_shorter_than_its_range_is_truncated),
		cmocka_unit_test(a_stream_gives_its_part_and_skips),
		cmocka_unit_test(a_part_past_the_end_is_truncated_for_good),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, fill_data, NULL);
}
