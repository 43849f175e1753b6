#include "format/tar.h"

#include "format/tar_impl.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"
#include "tar_make.h"

struct row {
	const char *name;
	void (*make)(struct lc_buf *out);
	const char *want;
};

static void check_told(const char *name, struct lc_slice archive, const struct lc_limits *limits,
		       const char *want)
{
	static const size_t steps[] = { SIZE_MAX, 512, 7, 1 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct lc_buf told;
		lc_buf_init(&told, 1 << 20);
		tar_tell(archive, limits, steps[i], &told);
		if (!lc_eq(lc_buf_get(&told), lc_str(want)))
			fail_msg("%s, in steps of %zu: got\n%.*s\nwant\n%s", name, steps[i],
				 LC_FMT(lc_buf_get(&told)), want);
		lc_buf_done(&told);
	}
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lc_buf archive;
		lc_buf_init(&archive, 64 << 20);
		rows[i].make(&archive);
		check_told(rows[i].name, lc_buf_get(&archive), &lc_limits_default, rows[i].want);
		lc_buf_done(&archive);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(*(rows)))

/* ---- types and plain fields ---- */

static void types(struct lc_buf *b)
{
	static const char flags[] = "123456";

	make_file(b, "file", "hello");
	for (size_t i = 0; flags[i]; i++) {
		make_header(b, MAKE_USTAR, (uint8_t)flags[i], "x", 0);
		if (flags[i] < '3')
			make_patch(b, 157, LC_S("to/there"));
	}
	make_header(b, MAKE_USTAR, '7', "contiguous", 3);
	make_data(b, LC_S("abc"));
	make_end(b);
}

static void v7(struct lc_buf *b)
{
	make_header(b, MAKE_V7, 0, "old/", 0);
	make_header(b, MAKE_V7, 0, "old/file", 2);
	make_data(b, LC_S("hi"));
	make_header(b, MAKE_V7, '1', "old/link", 0);
	make_patch(b, 157, LC_S("old/file"));
	make_end(b);
}

static void zero_flag_and_slash(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, '0', "file/", 2);
	make_data(b, LC_S("hi"));
	make_end(b);
}

static void headers_that_lie_about_size(struct lc_buf *b)
{
	static const char flags[] = "123456";

	for (size_t i = 0; flags[i]; i++)
		make_header(b, MAKE_USTAR, (uint8_t)flags[i], "x", 1000);
	make_header(b, MAKE_V7, 0, "dir/", 1000);
	make_file(b, "after", "seen");
	make_end(b);
}

static void hard_link_with_data(struct lc_buf *b)
{
	make_file(b, "a", "data");
	make_header(b, MAKE_USTAR, '1', "b", 4);
	make_patch(b, 157, LC_S("a"));
	make_data(b, LC_S("data"));
	make_end(b);
}

static void unknown_types(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, 'Z', "odd", 600);
	make_data(b, lc_slice_of((uint8_t[600]){ 1 }, 600));
	make_header(b, MAKE_GNU, 'V', "label", 0);
	make_header(b, MAKE_GNU, 'D', "dump/", 5);
	make_data(b, LC_S("Yfile"));
	make_file(b, "after", "seen");
	make_end(b);
}

static void duplicates(struct lc_buf *b)
{
	make_file(b, "a", "first");
	make_file(b, "./a", "second");
	make_end(b);
}

static void types_are_told_apart(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "types", types,
		  "f file 5 \"hello\"\nh x -> to/there\nl x -> to/there\nc x\nb x\nd x\np x\n"
		  "f contiguous 3 \"abc\"\nend" },
		{ "v7", v7, "d old\nf old/file 2 \"hi\"\nh old/link -> old/file\nend" },
		{ "'0' with a slash is a file", zero_flag_and_slash, "f file 2 \"hi\"\nend" },
		{ "unknown types", unknown_types,
		  "o odd\no label\no dump\nf after 4 \"seen\"\nend" },
		{ "duplicates", duplicates, "f a 5 \"first\"\nf a 6 \"second\"\nend" },
	};
	CHECK(rows);
}

static void only_files_have_content_whatever_their_size_says(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "sizes", headers_that_lie_about_size,
		  "h x\nl x\nc x\nb x\nd x\np x\nd dir\nf after 4 \"seen\"\nend" },
		{ "data behind a hard link", hard_link_with_data,
		  "f a 4 \"data\"\nh b -> a\nerror malformed" },
	};
	CHECK(rows);
}

/* ---- names ---- */

static void names_normal(struct lc_buf *b)
{
	static const char *const names[] = { "./a", "/a", ".//a//.//b", "a/./b/", "///",
					     "./",  ".",  "a/b..c/.d",  "..a/b.", "a b\tc" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		make_header(b, MAKE_USTAR, '5', names[i], 0);
	make_end(b);
}

static void names_unsafe(struct lc_buf *b)
{
	static const char *const names[] = { "..", "../a", "a/../b", "/../a", "a/..", "./.././a" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		make_header(b, MAKE_USTAR, '5', names[i], 0);
	make_header(b, MAKE_USTAR, '1', "h", 0);
	make_patch(b, 157, LC_S("/../../etc/passwd"));
	make_header(b, MAKE_USTAR, '1', "h", 0);
	make_patch(b, 157, LC_S("./etc//passwd"));
	make_header(b, MAKE_USTAR, '2', "l", 0);
	make_patch(b, 157, LC_S("../.././x/"));
	make_end(b);
}

static void name_with_nul(struct lc_buf *b)
{
	struct lc_slice body = LC_S("14 path=a\0b/c\n");

	make_pax_raw(b, body);
	make_file(b, "plain", "x");
	make_end(b);
}

static void prefixes(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, '0', "tail", 0);
	make_patch(b, 345, LC_S("some/long/head"));
	make_header(b, MAKE_STAR, '0', "tail", 0);
	make_patch(b, 345, LC_S("star/head"));
	make_patch(b, 345 + 131, LC_S("12345"));
	make_header(b, MAKE_GNU, '0', "tail", 0);
	make_patch(b, 345, LC_S("00000000000"));
	make_header(b, MAKE_V7, '0', "tail", 0);
	make_patch(b, 345, LC_S("no/prefix"));
	make_end(b);
}

static void full_fields(struct lc_buf *b)
{
	uint8_t x[155];

	memset(x, 'x', sizeof(x));
	make_header(b, MAKE_USTAR, '2', "", 0);
	make_patch(b, 0, lc_slice_of(x, 100));
	make_patch(b, 157, lc_slice_of(x, 100));
	make_end(b);
}

static void names_are_normalised(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "normal", names_normal,
		  "d a\nd a\nd a/b\nd a/b\nd \nd \nd \nd a/b..c/.d\nd ..a/b.\nd a b\\x09c\nend" },
		{ "prefix", prefixes,
		  "f some/long/head/tail 0 \"\"\nf star/head/tail 0 \"\"\nf tail 0 \"\"\n"
		  "f tail 0 \"\"\nend" },
#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
		{ "full fields without NUL", full_fields, "l " X100 " -> " X100 "\nend" },
	};
	CHECK(rows);
}

static void names_that_climb_are_flagged(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "climbing", names_unsafe,
		  "!d ..\n!d ../a\n!d a/../b\n!d ../a\n!d a/..\n!d ../a\n"
		  "!h h -> ../../etc/passwd\nh h -> etc/passwd\nl l -> ../.././x/\nend" },
		{ "NUL inside", name_with_nul, "!f a\\x00b/c 1 \"x\"\nend" },
	};
	CHECK(rows);
}

/* ---- numbers ---- */

static int parsed(const char *bytes, size_t n, int64_t *ret)
{
	return tar_number(lc_slice_of(bytes, n), ret);
}

static void numbers_are_octal_or_base_256(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		bool ok;
		int64_t v;
	} rows[] = {
		{ "0000644\0", 8, true, 0644 },
		{ "    644 ", 8, true, 0644 },
		{ "644\0xxxx", 8, true, 0644 },
		{ "\0\0\0\0\0\0\0\0", 8, true, 0 },
		{ "        ", 8, true, 0 },
		{ "77777777", 8, true, 077777777 },
		{ "00000008", 8, false, 0 },
		{ "-0000001", 8, false, 0 },
		{ "0x000001", 8, false, 0 },
		{ "1 2     ", 8, false, 0 },
		{ "\x80\0\0\0\0\0\x01\x02", 8, true, 258 },
		{ "\x80\x7f\xff\xff\xff\xff\xff\xff", 8, true, 0x7fffffffffffff },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff", 8, true, -1 },
		{ "\xff\xff\xff\xff\xff\xff\xff\x00", 8, true, -256 },
		{ "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12, true, INT64_MAX },
		{ "\x80\0\0\0\x80\0\0\0\0\0\0\0", 12, false, 0 },
		{ "\x80\0\0\x01\0\0\0\0\0\0\0\0", 12, false, 0 },
		{ "\xff\xff\xff\xff\x80\0\0\0\0\0\0\0", 12, true, INT64_MIN },
		{ "\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 12, false, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t v = 42;
		bool ok = parsed(rows[i].bytes, rows[i].n, &v);
		if (ok != rows[i].ok || (ok && v != rows[i].v))
			fail_msg("row %zu: %d, %lld", i, ok, (long long)v);
	}
}

static void size_bad_text(struct lc_buf *b)
{
	make_file(b, "a", "x");
	make_header(b, MAKE_USTAR, '0', "b", 0);
	make_patch(b, 124, LC_S("0000000000z"));
}

static void size_negative(struct lc_buf *b)
{
	make_header(b, MAKE_GNU, '0', "b", 0);
	make_patch(b, 124, LC_S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
}

static void size_overflow(struct lc_buf *b)
{
	make_header(b, MAKE_GNU, '0', "b", 0);
	make_patch(b, 124, LC_S("\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"));
}

static void size_huge(struct lc_buf *b)
{
	make_header(b, MAKE_GNU, '0', "b", 0);
	make_patch(b, 124, LC_S("\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"));
}

static void size_past_end(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, '0', "b", 2000000);
	make_data(b, LC_S("short"));
}

static void size_in_base_256(struct lc_buf *b)
{
	make_header(b, MAKE_GNU, '0', "b", 0);
	make_patch(b, 124, LC_S("\x80\0\0\0\0\0\0\0\0\0\0\x05"));
	make_data(b, LC_S("hello"));
	make_end(b);
}

static void sloppy_owner(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, '0', "b", 0);
	make_patch(b, 100, LC_S("rw-r--r-"));
	make_patch(b, 108, LC_S("nobody"));
	make_patch(b, 136, LC_S("yesterday"));
	make_end(b);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "no number", size_bad_text, "f a 1 \"x\"\nerror malformed" },
		{ "negative", size_negative, "error malformed" },
		{ "overflow", size_overflow, "error malformed" },
		{ "2^63-1", size_huge, "error over a limit" },
		{ "past the end", size_past_end, "f b 2000000\nerror truncated" },
		{ "base 256", size_in_base_256, "f b 5 \"hello\"\nend" },
		{ "unreadable owner and time", sloppy_owner, "f b 0 \"\"\nend" },
	};
	CHECK(rows);
}

static void metadata_is_given(void **state)
{
	(void)state;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry e;
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	make_header(&b, MAKE_USTAR, '0', "a", 5);
	make_patch(&b, 100, LC_S("0104755"));
	make_patch(&b, 108, LC_S("0001750"));
	make_patch(&b, 116, LC_S("\x80\0\0\0\xff\xff\xff\xff"));
	make_patch(&b, 136, LC_S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"));
	make_data(&b, LC_S("hello"));
	make_pax(&b, 'x', "uid=4294967296\ngid=7\nmtime=-1.5\nmtime=1700000000.25");
	make_file(&b, "b", "xyz");
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
	assert_int_equal(tar_next(t, &e, NULL), 0);
	assert_int_equal(e.mode, 04755);
	assert_true(e.uid == 01750 && e.gid == 0xffffffff && e.mtime == -2);
	assert_true(e.offset == 512 && e.size == 5);
	assert_int_equal(tar_next(t, &e, NULL), 0);
	assert_true(e.uid == 4294967296 && e.gid == 7 && e.mtime == 1700000000);
	assert_true(e.offset == 5 * 512);
	assert_int_equal(tar_next(t, &e, NULL), LC_ENOTFOUND);
	assert_true(tar_offset(t) == b.n);
	assert_true(tar_count(t) == 2);
	tar_close(t);
	lc_buf_done(&b);
}

/* ---- checksums and the end ---- */

/* A name of high bytes makes the two ways of summing differ. */
static void signed_checksum(struct lc_buf *b)
{
	int64_t sum = 0;

	make_header(b, MAKE_USTAR, '5', "\xe9t\xe9", 0);
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (int8_t)b->p[i];
	for (size_t i = 6; i-- > 0; sum >>= 3)
		b->p[148 + i] = (uint8_t)('0' + (sum & 7));
	make_end(b);
}

static void wrong_checksum(struct lc_buf *b)
{
	make_file(b, "a", "x");
	make_header(b, MAKE_USTAR, '5', "b", 0);
	b->p[b->n - 512] = 'c';
	make_end(b);
}

static void checksum_no_number(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, '5', "b", 0);
	memcpy(b->p + 148, "zzzzzz", 6);
	make_end(b);
}

static void garbage(struct lc_buf *b)
{
	memset(lc_buf_grow(b, 2048), 'g', 2048);
}

static void checksums_are_verified(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "signed sum", signed_checksum, "d \\xe9t\\xe9\nend" },
		{ "wrong", wrong_checksum, "f a 1 \"x\"\nerror malformed" },
		{ "no number", checksum_no_number, "error malformed" },
		{ "no tar at all", garbage, "error malformed" },
	};
	CHECK(rows);
}

static void empty(struct lc_buf *b)
{
	(void)b;
}

static void no_end_blocks(struct lc_buf *b)
{
	make_file(b, "a", "x");
}

static void one_end_block(struct lc_buf *b)
{
	make_file(b, "a", "x");
	memset(lc_buf_grow(b, 512), 0, 512);
}

static void data_behind_the_end(struct lc_buf *b)
{
	make_file(b, "a", "x");
	make_end(b);
	make_file(b, "hidden", "y");
}

static void lone_zero_block(struct lc_buf *b)
{
	one_end_block(b);
	make_file(b, "hidden", "y");
}

static void half_a_header(struct lc_buf *b)
{
	make_file(b, "a", "x");
	make_header(b, MAKE_USTAR, '0', "b", 0);
	b->n -= 12;
}

static void half_an_end(struct lc_buf *b)
{
	make_file(b, "a", "x");
	memset(lc_buf_grow(b, 700), 0, 700);
}

static void no_padding(struct lc_buf *b)
{
	make_file(b, "a", "x");
	b->n -= 10;
}

static void ends_are_recognised(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "empty input", empty, "end" },
		{ "no end blocks", no_end_blocks, "f a 1 \"x\"\nend" },
		{ "one end block", one_end_block, "f a 1 \"x\"\nend" },
		{ "data behind the end", data_behind_the_end, "f a 1 \"x\"\nend" },
		{ "a lone zero block", lone_zero_block, "f a 1 \"x\"\nerror malformed" },
		{ "half a header", half_a_header, "f a 1 \"x\"\nerror truncated" },
		{ "half an end", half_an_end, "f a 1 \"x\"\nerror truncated" },
		{ "no padding", no_padding, "f a 1 \"x\"\nerror truncated" },
	};
	CHECK(rows);
}

/* Cut anywhere: an error, but for the ends of whole entries. */
static void a_cut_is_truncation_but_between_entries(void **state)
{
	(void)state;
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	make_file(&b, "a", "x"); /* two blocks */
	make_pax(&b, 'x', "path=longer");
	make_file(&b, "b", "y"); /* four with the pax header's */
	for (size_t cut = 1; cut < b.n; cut++) {
		struct lc_slice_stream from;
		struct tar_reader *t;
		struct tar_entry e;
		int rc = 0;
		lc_slice_stream_init(&from, lc_sub(lc_buf_get(&b), 0, cut));
		assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
		while (!rc)
			rc = tar_next(t, &e, NULL);
		tar_close(t);
		if (rc != (cut == 1024 ? LC_ENOTFOUND : LC_ETRUNC))
			fail_msg("cut at %zu: %d", cut, rc);
	}
	lc_buf_done(&b);
}

/* ---- limits ---- */

static void limits_are_kept(void **state)
{
	(void)state;
	struct lc_limits l = lc_limits_default;
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	for (int i = 0; i < 3; i++)
		make_file(&b, "abcdef", "x");
	make_end(&b);
#define ONE "f abcdef 1 \"x\"\n"
	l.entries_max = 3;
	check_told("entries at the limit", lc_buf_get(&b), &l, ONE ONE ONE "end");
	l.entries_max = 2;
	check_told("too many entries", lc_buf_get(&b), &l, ONE ONE "error over a limit");
	l = lc_limits_default;
	l.name_bytes_max = 6;
	check_told("name at the limit", lc_buf_get(&b), &l, ONE ONE ONE "end");
	l.name_bytes_max = 5;
	check_told("name too long", lc_buf_get(&b), &l, "error over a limit");
	l = lc_limits_default;
	l.layer_bytes_max = 1500;
	check_told("bytes", lc_buf_get(&b), &l, ONE "error over a limit");
	l = lc_limits_default;
	l.deadline_ns = 1;
	check_told("deadline", lc_buf_get(&b), &l, "error cancelled");
	lc_buf_done(&b);
}

static void a_deadline_that_is_moved_ends_the_archive(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	struct lc_limits l = lc_limits_default;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;
	struct lc_buf b;

	shim_fake_set(&f);
	f.ticks_ns = 1000;
	lc_buf_init(&b, 1 << 20);
	make_file(&b, "a", "x");
	make_file(&b, "b", "x");
	make_end(&b);
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &l, &t, NULL), 0);
	assert_int_equal(tar_next(t, &entry, NULL), 0);
	l.deadline_ns = 1;
	assert_int_equal(tar_next(t, &entry, NULL), LC_ECANCEL);
	tar_close(t);
	lc_buf_done(&b);
	shim_fake_reset();
}

static void the_place_of_a_failure_is_told(void **state)
{
	(void)state;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;
	struct lc_err e = { 0 };
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	wrong_checksum(&b);
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
	assert_int_equal(tar_next(t, &entry, &e), 0);
	assert_int_equal(tar_next(t, &entry, &e), LC_EBAD);
	assert_string_equal(e.msg, "tar: entry 1 at byte 1024: checksum of the header is wrong");
	tar_close(t);
	lc_buf_done(&b);
}

static int read_archive(void *ctx)
{
	const struct lc_buf *b = ctx;
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;

	lc_slice_stream_init(&from, lc_buf_get(b));
	int rc = tar_open(&from.base, &lc_limits_default, &t, NULL);
	if (rc)
		return rc;
	while (!rc)
		rc = tar_next(t, &entry, NULL);
	tar_close(t);
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	make_pax(&b, 'x',
		 "GNU.sparse.major=0\nGNU.sparse.minor=1\nGNU.sparse.map=0,1\n"
		 "GNU.sparse.name=x");
	make_file(&b, "a", "x");
	make_long(&b, 'L', "a/long/name");
	make_long(&b, 'K', "a/long/target");
	make_header(&b, MAKE_GNU, '2', "l", 0);
	make_end(&b);
	assert_true(alloc_fail_each(read_archive, &b) >= 6);
	lc_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_told_apart),
		cmocka_unit_test(only_files_have_content_whatever_their_size_says),
		cmocka_unit_test(names_are_normalised),
		cmocka_unit_test(names_that_climb_are_flagged),
		cmocka_unit_test(numbers_are_octal_or_base_256),
		cmocka_unit_test(sizes_that_cannot_be_are_refused),
		cmocka_unit_test(metadata_is_given),
		cmocka_unit_test(checksums_are_verified),
		cmocka_unit_test(ends_are_recognised),
		cmocka_unit_test(a_cut_is_truncation_but_between_entries),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(a_deadline_that_is_moved_ends_the_archive),
		cmocka_unit_test(the_place_of_a_failure_is_told),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
