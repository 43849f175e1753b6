#include "format/zip.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zip.h>

#include "base/shim.h"
#include "format/zip_make.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

enum { CAP = 300 << 20, MIB = 1 << 20 };

/* "a.txt" stored, "dir/b.txt" deflated, "a.txt" cannot be twice; "empty". */
static void make_small(struct lc_buf *out)
{
	struct zip_made m = zip_make_begin();

	zip_make_add(&m, "a.txt", LC_S("hello"), false);
	zip_make_add(&m, "dir/b.txt", LC_S("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"), true);
	zip_make_add(&m, "../climbs", LC_S("x"), false);
	zip_make_add(&m, "empty", LC_S(""), false);
	zip_make_end(&m, out);
}

static int open_with(struct lc_slice bytes, const struct lc_limits *limits, struct lc_content *c,
		     struct zip_reader **z, struct lc_err *e)
{
	*c = lc_content_slice(bytes);
	return zip_open_content(c, limits, z, e);
}

static void check_member(struct zip_reader *z, const char *name, const char *want)
{
	struct lc_err e = { 0 };
	struct lc_buf b;
	uint64_t i;

	lc_buf_init(&b, 1 << 20);
	assert_int_equal(zip_find(z, lc_str(name), &i, &e), 0);
	if (zip_member_read(z, i, &b, &e))
		fail_msg("%s: %s", name, e.msg);
	assert_slice(lc_buf_get(&b), lc_str(want));
	lc_buf_done(&b);
}

static void check_small(struct zip_reader *z)
{
	static const char *const names[] = { "a.txt", "dir/b.txt", "../climbs", "empty" };
	uint64_t i;

	assert_true(zip_members(z) == 4);
	for (i = 0; i < 4; i++) {
		struct zip_member m;
		assert_int_equal(zip_member_at(z, i, &m, NULL), 0);
		assert_slice(m.name, lc_str(names[i]));
		assert_true(m.index == i);
		assert_false(m.encrypted);
	}
	check_member(z, "a.txt", "hello");
	check_member(z, "dir/b.txt", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	check_member(z, "empty", "");
	assert_int_equal(zip_find(z, LC_S("b.txt"), &i, NULL), LC_ENOTFOUND);
	assert_int_equal(zip_find(z, LC_S("A.TXT"), &i, NULL), LC_ENOTFOUND);
	assert_int_equal(zip_find(z, LC_S("a.txt\0"), &i, NULL), LC_ENOTFOUND);
	assert_int_equal(zip_member_at(z, 4, &(struct zip_member){ 0 }, NULL), LC_ENOTFOUND);
}

static void members_are_listed_found_and_read_from_memory_and_files(void **state)
{
	(void)state;
	struct lc_buf b;
	struct lc_content c;
	struct zip_reader *z;

	lc_buf_init(&b, CAP);
	make_small(&b);
	assert_int_equal(open_with(lc_buf_get(&b), &lc_limits_default, &c, &z, NULL), 0);
	check_small(z);
	zip_reader_close(z);

	int fd = memfd_create("zip", MFD_CLOEXEC);
	assert_int_equal(write(fd, "prefix", 6), 6);
	assert_int_equal(write(fd, b.p, b.n), b.n);
	c = lc_content_range(fd, 6, b.n);
	assert_int_equal(zip_open_content(&c, &lc_limits_default, &z, NULL), 0);
	check_small(z);
	zip_reader_close(z);
	close(fd);
	lc_buf_done(&b);
}

static void what_stands_before_the_archive_is_passed_over(void **state)
{
	(void)state;
	static const size_t lengths[] = { 1, 40, 100000 };

	for (size_t i = 0; i < 3; i++) {
		struct lc_buf b;
		struct lc_content c;
		struct zip_reader *z;
		struct lc_err e = { 0 };
		lc_buf_init(&b, CAP);
		lc_buf_str(&b, "#!/bin/sh\nexec java -jar \"$0\"\n");
		memset(lc_buf_grow(&b, lengths[i]), '#', lengths[i]);
		make_small(&b);
		if (open_with(lc_buf_get(&b), &lc_limits_default, &c, &z, &e))
			fail_msg("%s", e.msg);
		check_small(z);
		zip_reader_close(z);
		int fd = memfd_create("zip", MFD_CLOEXEC);
		assert_int_equal(write(fd, b.p, b.n), b.n);
		c = lc_content_range(fd, 0, b.n);
		assert_int_equal(zip_open_content(&c, &lc_limits_default, &z, NULL), 0);
		check_small(z);
		zip_reader_close(z);
		close(fd);
		lc_buf_done(&b);
	}
}

static void what_is_no_archive_is_malformed(void **state)
{
	(void)state;
	static const struct lc_slice rows[] = {
		LC_S_INIT(""),
		LC_S_INIT("PK"),
		LC_S_INIT("PK\x03\x04 and something that is no archive at all"),
		LC_S_INIT("PK\x05\x06\0\0\0\0\x05\0\x05\0\0\0\0\0\0\0\0\0\0\0"),
		LC_S_INIT("PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0"),
		LC_S_INIT("PK\x05\x06\0\0\0\0\x01\0\x01\0\xff\xff\xff\x7f\xff\xff\xff\x7f\0\0"),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lc_content c;
		struct zip_reader *z;
		if (open_with(rows[i], &lc_limits_default, &c, &z, NULL) != LC_EBAD)
			fail_msg("row %zu", i);
	}
}

static void an_empty_archive_has_no_members(void **state)
{
	(void)state;
	struct lc_content c;
	struct zip_reader *z;

	assert_int_equal(open_with(LC_S("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
				   &lc_limits_default, &c, &z, NULL),
			 0);
	assert_true(zip_members(z) == 0);
	zip_reader_close(z);
}

static int read_all(struct lc_slice bytes)
{
	struct lc_content c;
	struct zip_reader *z;
	struct lc_buf b;
	int rc = open_with(bytes, &lc_limits_default, &c, &z, NULL);

	if (rc)
		return rc;
	lc_buf_init(&b, 1 << 20);
	for (uint64_t i = 0; !rc && i < zip_members(z); i++)
		rc = zip_member_read(z, i, &b, NULL);
	lc_buf_done(&b);
	zip_reader_close(z);
	return rc;
}

static void a_cut_anywhere_is_an_error(void **state)
{
	(void)state;
	struct lc_buf b;

	lc_buf_init(&b, CAP);
	make_small(&b);
	assert_int_equal(read_all(lc_buf_get(&b)), 0);
	for (size_t cut = 0; cut < b.n; cut++)
		assert_int_not_equal(read_all(lc_sub(lc_buf_get(&b), 0, cut)), 0);
	lc_buf_done(&b);
}

static void a_wrong_checksum_fails_that_member_alone(void **state)
{
	(void)state;
	struct lc_buf b;
	struct lc_buf got;
	struct lc_content c;
	struct zip_reader *z;
	struct lc_err e = { 0 };

	lc_buf_init(&b, CAP);
	lc_buf_init(&got, 1 << 20);
	make_small(&b);
	size_t at = lc_find_slice(lc_buf_get(&b), LC_S("hello"));
	assert_true(at < b.n);
	b.p[at] = 'j';
	assert_int_equal(open_with(lc_buf_get(&b), &lc_limits_default, &c, &z, NULL), 0);
	assert_int_equal(zip_member_read(z, 0, &got, &e), LC_EBAD);
	assert_non_null(strstr(e.msg, "checksum"));
	check_member(z, "dir/b.txt", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	zip_reader_close(z);
	lc_buf_done(&b);
	lc_buf_done(&got);
}

static void an_encrypted_member_is_told_and_not_read(void **state)
{
	(void)state;
	struct zip_made m = zip_make_begin();
	struct lc_buf b;
	struct lc_buf got;
	struct lc_content c;
	struct zip_reader *z;
	struct zip_member about;
	struct lc_err e = { 0 };

	lc_buf_init(&b, CAP);
	lc_buf_init(&got, 1 << 20);
	zip_int64_t i = zip_make_add(&m, "secret", LC_S("secret"), false);
	assert_int_equal(zip_file_set_encryption(m.zip, (zip_uint64_t)i, ZIP_EM_AES_256, "pass"),
			 0);
	zip_make_add(&m, "open", LC_S("open"), false);
	zip_make_end(&m, &b);
	assert_int_equal(open_with(lc_buf_get(&b), &lc_limits_default, &c, &z, NULL), 0);
	assert_int_equal(zip_member_at(z, 0, &about, NULL), 0);
	assert_true(about.encrypted);
	assert_int_equal(zip_member_read(z, 0, &got, &e), LC_EUNSUP);
	assert_non_null(strstr(e.msg, "encrypted"));
	check_member(z, "open", "open");
	zip_reader_close(z);
	lc_buf_done(&b);
	lc_buf_done(&got);
}

static void an_unknown_method_is_unsupported(void **state)
{
	(void)state;
	struct lc_buf b;
	struct lc_buf got;
	struct lc_content c;
	struct zip_reader *z;

	lc_buf_init(&b, CAP);
	lc_buf_init(&got, 1 << 20);
	make_small(&b);
	size_t central = lc_find_slice(lc_buf_get(&b), LC_S("PK\x01\x02"));
	b.p[8] = 97;
	b.p[central + 10] = 97;
	assert_int_equal(open_with(lc_buf_get(&b), &lc_limits_default, &c, &z, NULL), 0);
	assert_int_equal(zip_member_read(z, 0, &got, NULL), LC_EUNSUP);
	zip_reader_close(z);
	lc_buf_done(&b);
	lc_buf_done(&got);
}

static void members_and_names_are_bounded(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct zip_member about;
	struct lc_buf b;
	struct lc_buf got;
	struct lc_content c;
	struct zip_reader *z;

	lc_buf_init(&b, CAP);
	make_small(&b);
	l.entries_max = 4;
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), 0);
	zip_reader_close(z);
	l.entries_max = 3;
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), LC_ELIMIT);
	l = lc_limits_default;
	l.name_bytes_max = 8;
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), 0);
	assert_int_equal(zip_member_at(z, 0, &about, NULL), 0);
	assert_int_equal(zip_member_at(z, 1, &about, NULL), LC_ELIMIT);
	lc_buf_init(&got, 4);
	assert_int_equal(zip_member_read(z, 0, &got, NULL), LC_ELIMIT);
	zip_reader_close(z);
	lc_buf_done(&got);
	lc_buf_done(&b);
}

static void make_bomb(struct lc_buf *out, size_t members, size_t n)
{
	struct zip_made m = zip_make_begin();
	uint8_t *zeros = calloc(1, n);
	char name[2] = "a";

	assert_non_null(zeros);
	for (size_t i = 0; i < members; i++, name[0]++)
		zip_make_add(&m, name, lc_slice_of(zeros, n), true);
	zip_make_end(&m, out);
	free(zeros);
}

static int drain_member(struct zip_reader *z, uint64_t index, uint64_t *ret_n)
{
	struct lc_stream *s;
	uint8_t buf[65536];
	size_t n = 1;
	int rc = zip_member_stream(z, index, &s, NULL);

	*ret_n = 0;
	while (!rc && n > 0) {
		rc = lc_stream_read(s, buf, sizeof(buf), &n, NULL);
		*ret_n += rc ? 0 : n;
	}
	if (rc)
		assert_int_equal(lc_stream_read(s, buf, sizeof(buf), &n, NULL), rc);
	lc_stream_close(s);
	return rc;
}

static void bombs_stop_at_the_limits(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct lc_buf b;
	struct lc_content c;
	struct zip_reader *z;
	uint64_t n;

	lc_buf_init(&b, CAP);
	make_bomb(&b, 2, 80 * MIB);
	l.ratio_max = 100;
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), 0);
	assert_int_equal(drain_member(z, 0, &n), LC_ELIMIT);
	assert_true(n <= 64 * MIB);
	zip_reader_close(z);
	l = lc_limits_default;
	l.layer_bytes_max = 100 * MIB; /* for all members together */
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), 0);
	assert_int_equal(drain_member(z, 0, &n), 0);
	assert_int_equal(drain_member(z, 1, &n), LC_ELIMIT);
	assert_true(n <= 20 * MIB);
	zip_reader_close(z);
	l = lc_limits_default;
	l.deadline_ns = 1;
	assert_int_equal(open_with(lc_buf_get(&b), &l, &c, &z, NULL), 0);
	assert_int_equal(drain_member(z, 0, &n), LC_ECANCEL);
	zip_reader_close(z);
	lc_buf_done(&b);
}

/* The directory says 5 bytes, the data are 40. */
static void a_member_larger_than_it_says_is_malformed(void **state)
{
	(void)state;
	struct lc_buf b;
	struct lc_buf got;
	struct lc_content c;
	struct zip_reader *z;

	lc_buf_init(&b, CAP);
	lc_buf_init(&got, 1 << 20);
	make_small(&b);
	struct lc_slice s = lc_buf_get(&b);
	size_t first = lc_find_slice(s, LC_S("PK\x01\x02"));
	size_t second = first + 4 + lc_find_slice(lc_skip(s, first + 4), LC_S("PK\x01\x02"));
	assert_int_equal(b.p[second + 24], 40);
	b.p[second + 24] = 5;
	assert_int_equal(open_with(s, &lc_limits_default, &c, &z, NULL), 0);
	assert_int_equal(zip_member_read(z, 1, &got, NULL), LC_EBAD);
	assert_true(got.n <= 40);
	zip_reader_close(z);
	lc_buf_done(&b);
	lc_buf_done(&got);
}

static int read_job(void *ctx)
{
	const struct lc_buf *b = ctx;

	return read_all(lc_buf_get(b));
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	struct lc_buf b;

	lc_buf_init(&b, CAP);
	make_small(&b);
	assert_true(alloc_fail_each(read_job, &b) >= 6);
	lc_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_listed_found_and_read_from_memory_and_files),
		cmocka_unit_test(what_stands_before_the_archive_is_passed_over),
		cmocka_unit_test(what_is_no_archive_is_malformed),
		cmocka_unit_test(an_empty_archive_has_no_members),
		cmocka_unit_test(a_cut_anywhere_is_an_error),
		cmocka_unit_test(a_wrong_checksum_fails_that_member_alone),
		cmocka_unit_test(an_encrypted_member_is_told_and_not_read),
		cmocka_unit_test(an_unknown_method_is_unsupported),
		cmocka_unit_test(members_and_names_are_bounded),
		cmocka_unit_test(bombs_stop_at_the_limits),
		cmocka_unit_test(a_member_larger_than_it_says_is_malformed),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
