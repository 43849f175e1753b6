/* Extended headers and sparse files. */
#include "format/tar.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arith.h"
#include "support/slice_assert.h"
#include "tar_make.h"

struct row {
	const char *name;
	void (*make)(struct lc_buf *out);
	const char *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	static const size_t steps[] = { SIZE_MAX, 100, 1 };

	for (size_t i = 0; i < n * 3; i++) {
		struct lc_buf archive;
		struct lc_buf told;
		lc_buf_init(&archive, 64 << 20);
		lc_buf_init(&told, 1 << 20);
		rows[i / 3].make(&archive);
		tar_tell(lc_buf_get(&archive), &lc_limits_default, steps[i % 3], &told);
		if (!lc_eq(lc_buf_get(&told), lc_str(rows[i / 3].want)))
			fail_msg("%s: got\n%.*s\nwant\n%s", rows[i / 3].name,
				 LC_FMT(lc_buf_get(&told)), rows[i / 3].want);
		lc_buf_done(&archive);
		lc_buf_done(&told);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void pax_values(struct lc_buf *b)
{
	make_pax(b, 'x',
		 "path=dir/long name\nlinkpath=ignored\nsize=5\ncomment=x=y\nLIBARCHIVE.x=1");
	make_header(b, MAKE_USTAR, '0', "short", 0);
	make_data(b, LC_S("hello"));
	make_pax(b, 'x', "linkpath=the/target/");
	make_header(b, MAKE_USTAR, '2', "link", 0);
	make_pax(b, 'x', "linkpath=./the//target/");
	make_header(b, MAKE_USTAR, '1', "hard", 0);
	make_file(b, "after", "x");
	make_end(b);
}

static void pax_size_wins(struct lc_buf *b)
{
	make_pax(b, 'x', "size=3");
	make_header(b, MAKE_USTAR, '0', "a", 600);
	make_data(b, LC_S("abc"));
	make_file(b, "after", "x");
	make_end(b);
}

static void pax_empty_value(struct lc_buf *b)
{
	make_pax(b, 'x', "path=\nsize=\nlinkpath=");
	make_file(b, "kept", "x");
	make_end(b);
}

static void pax_last_of_equal(struct lc_buf *b)
{
	make_pax(b, 'x', "path=one\npath=two");
	make_file(b, "a", "x");
	make_end(b);
}

static void pax_last_of_two(struct lc_buf *b)
{
	make_pax(b, 'x', "path=one\nsize=77");
	make_pax(b, 'x', "path=two");
	make_file(b, "a", "x");
	make_end(b);
}

static void pax_global(struct lc_buf *b)
{
	make_pax(b, 'g', "path=evil\nsize=99\nlinkpath=evil\ncomment=0123");
	make_file(b, "a", "x");
	make_pax(b, 'x', "path=own");
	make_pax(b, 'g', "path=evil");
	make_file(b, "b", "y");
	make_end(b);
}

static void pax_padded(struct lc_buf *b)
{
	make_pax_raw(b, LC_S("10 path=b\n\0\0\0\0"));
	make_file(b, "a", "x");
	make_end(b);
}

static void pax_headers_apply_to_the_next_entry(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "values", pax_values,
		  "f dir/long name 5 \"hello\"\nl link -> the/target/\nh hard -> the/target\n"
		  "f after 1 \"x\"\nend" },
		{ "size wins", pax_size_wins, "f a 3 \"abc\"\nf after 1 \"x\"\nend" },
		{ "an empty value takes back", pax_empty_value, "f kept 1 \"x\"\nend" },
		{ "the last of equal keys", pax_last_of_equal, "f two 1 \"x\"\nend" },
		{ "the last of two headers", pax_last_of_two, "f two 1 \"x\"\nend" },
		{ "global values apply to nothing", pax_global, "f a 1 \"x\"\nf own 1 \"y\"\nend" },
		{ "padded body", pax_padded, "f b 1 \"x\"\nend" },
	};
	CHECK(rows);
}

static void malformed_records_are_refused(void **state)
{
	(void)state;
	static const struct lc_slice bodies[] = {
		LC_S_INIT("x"),
		LC_S_INIT("10path=abc\n"),
		LC_S_INIT("11 path=abc"),
		LC_S_INIT("13 path=abc\n"),
		LC_S_INIT("10 path=abc\n"),
		LC_S_INIT("0 path=abc\n"),
		LC_S_INIT("3 a\n"),
		LC_S_INIT("6 abc\n"),
		LC_S_INIT("5 =a\n"),
		LC_S_INIT(" 12 path=abc\n"),
		LC_S_INIT("-12 path=abc\n"),
		LC_S_INIT("99999999999999999999999 path=a\n"),
		LC_S_INIT("18446744073709551615 p=\n"),
		LC_S_INIT("1000000 path=abc\n"),
		LC_S_INIT("12 path=abcd\n\n"),
		LC_S_INIT("9 size=x\n"),
		LC_S_INIT("10 size=-1\n"),
		LC_S_INIT("28 size=9223372036854775808\n"),
		LC_S_INIT("23 GNU.sparse.major=x\n"),
		LC_S_INIT("22 GNU.sparse.size=x\n"),
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct lc_buf b;
		struct lc_buf told;
		lc_buf_init(&b, 1 << 20);
		lc_buf_init(&told, 1 << 20);
		make_pax_raw(&b, bodies[i]);
		make_file(&b, "a", "x");
		make_end(&b);
		tar_tell(lc_buf_get(&b), &lc_limits_default, SIZE_MAX, &told);
		if (!lc_eq(lc_buf_get(&told), LC_S("error malformed")))
			fail_msg("%s: %.*s", lc_quote(bodies[i]).s, LC_FMT(lc_buf_get(&told)));
		lc_buf_done(&b);
		lc_buf_done(&told);
	}
}

static void pax_huge(struct lc_buf *b)
{
	make_header(b, MAKE_USTAR, 'x', "pax", (1 << 20) + 1);
	memset(lc_buf_grow(b, 2 << 20), ' ', 2 << 20);
}

static void pax_name_too_long(struct lc_buf *b)
{
	char text[5010];

	memcpy(text, "path=", 5);
	memset(text + 5, 'n', 5000);
	text[5005] = '\0';
	make_pax(b, 'x', text);
	make_file(b, "a", "x");
}

static void gnu_name_too_long(struct lc_buf *b)
{
	char text[4200];

	memset(text, 'n', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	make_long(b, 'L', text);
	make_file(b, "a", "x");
}

static void headers_without_end(struct lc_buf *b)
{
	for (int i = 0; i < 1100; i++)
		make_pax(b, i % 2 ? 'x' : 'g', "path=x");
	make_file(b, "a", "x");
}

static void header_without_entry(struct lc_buf *b)
{
	make_file(b, "a", "x");
	make_pax(b, 'x', "path=x");
}

static void header_before_the_end(struct lc_buf *b)
{
	make_long(b, 'L', "x");
	make_end(b);
}

static void extended_headers_are_bounded(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "huge pax header", pax_huge, "error over a limit" },
		{ "pax name too long", pax_name_too_long, "error over a limit" },
		{ "GNU name too long", gnu_name_too_long, "error over a limit" },
		{ "headers without end", headers_without_end, "error over a limit" },
		{ "header without entry", header_without_entry, "f a 1 \"x\"\nerror truncated" },
		{ "header before the end", header_before_the_end, "error truncated" },
	};
	CHECK(rows);
}

static void gnu_long(struct lc_buf *b)
{
	make_long(b, 'L', "a/very/long/name");
	make_long(b, 'K', "a/very/long/target");
	make_header(b, MAKE_GNU, '2', "short", 0);
	make_long(b, 'K', "hard//target/");
	make_long(b, 'L', "./hard/");
	make_header(b, MAKE_GNU, '1', "short", 0);
	make_file(b, "after", "x");
	make_end(b);
}

static void gnu_wins_over_pax(struct lc_buf *b)
{
	make_long(b, 'L', "gnu");
	make_pax(b, 'x', "path=pax\nsize=2");
	make_header(b, MAKE_USTAR, '0', "short", 0);
	make_data(b, LC_S("hi"));
	make_end(b);
}

static void gnu_directory_of_old(struct lc_buf *b)
{
	make_long(b, 'L', "dir/");
	make_header(b, MAKE_GNU, 0, "short", 0);
	make_end(b);
}

static void gnu_body_without_nul(struct lc_buf *b)
{
	make_header(b, MAKE_GNU, 'L', "././@LongLink", 3);
	make_data(b, LC_S("abc"));
	make_file(b, "short", "x");
	make_end(b);
}

static void gnu_long_names_apply_to_the_next_entry(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "names and links", gnu_long,
		  "l a/very/long/name -> a/very/long/target\nh hard -> hard/target\n"
		  "f after 1 \"x\"\nend" },
		{ "GNU wins over pax", gnu_wins_over_pax, "f gnu 2 \"hi\"\nend" },
		{ "a slash makes an old directory", gnu_directory_of_old, "d dir\nend" },
		{ "body without NUL", gnu_body_without_nul, "f abc 1 \"x\"\nend" },
	};
	CHECK(rows);
}

/* ---- sparse: "ab" at 2 and "cd" at 8 in 12 bytes ---- */

#define SPARSE_TOLD "f s 12* \"..ab....cd..\"\nf after 1 \"x\"\nend"

static void sparse_end(struct lc_buf *b)
{
	make_data(b, LC_S("abcd"));
	make_file(b, "after", "x");
	make_end(b);
}

static void sparse_00(struct lc_buf *b)
{
	make_pax(b, 'x',
		 "GNU.sparse.size=12\nGNU.sparse.numblocks=2\nGNU.sparse.offset=2\n"
		 "GNU.sparse.numbytes=2\nGNU.sparse.offset=8\nGNU.sparse.numbytes=2");
	make_header(b, MAKE_USTAR, '0', "s", 4);
	sparse_end(b);
}

static void sparse_01(struct lc_buf *b)
{
	make_pax(b, 'x',
		 "GNU.sparse.size=12\nGNU.sparse.numblocks=2\nGNU.sparse.name=s\n"
		 "GNU.sparse.map=2,2,8,2");
	make_header(b, MAKE_USTAR, '0', "./GNUSparseFile.1/s", 4);
	sparse_end(b);
}

static void sparse_10(struct lc_buf *b)
{
	make_pax(b, 'x',
		 "GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.name=s\n"
		 "GNU.sparse.realsize=12");
	make_header(b, MAKE_USTAR, '0', "./GNUSparseFile.1/s", 516);
	make_data(b, LC_S("2\n2\n2\n8\n2\n"));
	sparse_end(b);
}

static void put_octal(uint8_t *to, uint64_t v)
{
	for (size_t i = 11; i-- > 0; v >>= 3)
		to[i] = (uint8_t)('0' + (v & 7));
}

static void sparse_gnu(struct lc_buf *b)
{
	uint8_t map[2 * 24 + 1] = { 0 };
	uint8_t size[12] = { 0 };

	put_octal(map, 2);
	put_octal(map + 12, 2);
	put_octal(map + 24, 8);
	put_octal(map + 36, 2);
	put_octal(size, 12);
	make_header(b, MAKE_GNU, 'S', "s", 4);
	make_patch(b, 386, lc_slice_of(map, 48));
	make_patch(b, 483, lc_slice_of(size, 12));
	sparse_end(b);
}

static void every_sparse_format_gives_the_file_with_its_holes(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "0.0", sparse_00, SPARSE_TOLD },
		{ "0.1", sparse_01, SPARSE_TOLD },
		{ "1.0", sparse_10, SPARSE_TOLD },
		{ "old GNU", sparse_gnu, SPARSE_TOLD },
	};
	CHECK(rows);
}

/* 4 parts in the header, 21 in each block behind it: 30 parts take two of them. */
static void old_gnu_maps_go_on_in_further_blocks(void **state)
{
	(void)state;
	struct lc_buf b;
	struct lc_buf told;
	uint8_t part[24] = { 0 };
	uint8_t size[12] = { 0 };
	uint8_t block[512] = { 0 };

	lc_buf_init(&b, 1 << 20);
	lc_buf_init(&told, 1 << 20);
	put_octal(size, 60);
	put_octal(part + 12, 1);
	make_header(&b, MAKE_GNU, 'S', "s", 30);
	for (size_t i = 0; i < 4; i++) {
		put_octal(part, 2 * i);
		make_patch(&b, 386 + 24 * i, lc_slice_of(part, 24));
	}
	make_patch(&b, 482, LC_S("\x01"));
	make_patch(&b, 483, lc_slice_of(size, 12));
	for (size_t i = 0; i < 21; i++) {
		put_octal(part, 2 * (i + 4));
		memcpy(block + 24 * i, part, 24);
	}
	block[504] = 1;
	lc_buf_add(&b, block, 512);
	memset(block, 0, 512);
	for (size_t i = 0; i < 5; i++) {
		put_octal(part, 2 * (i + 25));
		memcpy(block + 24 * i, part, 24);
	}
	lc_buf_add(&b, block, 512);
	make_data(&b, LC_S("abcdefghijklmnopqrstuvwxyz0123"));
	make_file(&b, "after", "x");
	make_end(&b);
	tar_tell(lc_buf_get(&b), &lc_limits_default, 100, &told);
	assert_text(lc_buf_get(&told), "f s 60* \"\"\nf after 1 \"x\"\nend");

	struct lc_slice_stream from;
	struct tar_reader *t;
	struct tar_entry entry;
	uint8_t got[60];
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
	assert_int_equal(tar_next(t, &entry, NULL), 0);
	assert_int_equal(lc_stream_skip(tar_content(t), 3, NULL), 0);
	assert_int_equal(lc_stream_exact(tar_content(t), got, 57, NULL), 0);
	assert_memory_equal(got, "\0c\0d\0e", 6);
	assert_memory_equal(got + 53,
			    "2\0"
			    "3\0",
			    4);
	tar_close(t);
	lc_buf_done(&b);
	lc_buf_done(&told);
}

struct sparse_case {
	const char *name;
	const char *records;
	uint64_t size;
	const char *data;
	const char *want;
};

static void maps_are_checked(void **state)
{
	(void)state;
#define V01 "GNU.sparse.major=0\nGNU.sparse.minor=1\nGNU.sparse.size=12\nGNU.sparse.map="
#define V10 "GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.realsize=12"
	static const struct sparse_case cases[] = {
		{ "overlap", V01 "2,4,5,2", 6, "abcdef", "error malformed" },
		{ "backwards", V01 "8,2,2,2", 4, "abcd", "error malformed" },
		{ "past the end", V01 "8,5", 5, "abcde", "error malformed" },
		{ "more than stored", V01 "2,4", 3, "abc", "error malformed" },
		{ "odd count", V01 "2,4,6", 4, "abcd", "error malformed" },
		{ "no number", V01 "2,x", 4, "abcd", "error malformed" },
		{ "wraps", V01 "9223372036854775807,9223372036854775807", 4, "abcd",
		  "error malformed" },
		{ "less than stored", V01 "2,2", 4, "abcd", "f s 12* \"..ab........\"\nend" },
		{ "empty parts", V01 "0,0,2,2,4,0,12,0", 2, "ab", "f s 12* \"..ab........\"\nend" },
		{ "no parts", V01 "", 0, "", "f s 12* \"............\"\nend" },
		{ "1.0 no number", V10, 512, "x\n", "error malformed" },
		{ "1.0 map past its file", V10, 100, "1\n0\n1\n", "error malformed" },
		{ "1.0 unfinished map", V10, 512, "2\n0\n1\n", "error malformed" },
		{ "1.0 too many parts", V10, 512, "9999999\n", "error over a limit" },
		{ "1.0 endless number", V10, 512, "000000000000000000000000001\n",
		  "error malformed" },
		{ "offset twice", "GNU.sparse.offset=1\nGNU.sparse.offset=2", 1, "a",
		  "error malformed" },
		{ "length first", "GNU.sparse.numbytes=1\nGNU.sparse.offset=2", 1, "a",
		  "error malformed" },
		{ "offset alone", "GNU.sparse.offset=1", 1, "a", "error malformed" },
		{ "a name of no sparse file is passed over", "GNU.sparse.name=other", 2, "ab",
		  "f s 2 \"ab\"\nend" },
		{ "nor is that of an unknown version", "GNU.sparse.major=2\nGNU.sparse.name=other",
		  2, "ab", "f s 2 \"ab\"\nend" },
		{ "unknown version is a plain file", "GNU.sparse.major=2\nGNU.sparse.minor=0", 2,
		  "ab", "f s 2 \"ab\"\nend" },
		{ "holes without bound", "GNU.sparse.size=9223372036854775807\nGNU.sparse.map=0,1",
		  1, "a", "f s 9223372036854775807*\nend" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lc_buf b;
		struct lc_buf told;
		lc_buf_init(&b, 1 << 20);
		lc_buf_init(&told, 1 << 20);
		make_pax(&b, 'x', cases[i].records);
		make_header(&b, MAKE_USTAR, '0', "s", cases[i].size);
		make_data(&b, lc_str(cases[i].data));
		make_end(&b);
		tar_tell(lc_buf_get(&b), &lc_limits_default, SIZE_MAX, &told);
		if (!lc_eq(lc_buf_get(&told), lc_str(cases[i].want)))
			fail_msg("%s: got\n%.*s", cases[i].name, LC_FMT(lc_buf_get(&told)));
		lc_buf_done(&b);
		lc_buf_done(&told);
	}
}

/* ---- the writer ---- */

struct written {
	struct tar_entry entry;
	char name[600];
	char target[600];
	uint8_t content[2000];
};

static void random_name(uint64_t *seed, char *to, size_t max)
{
	static const char letters[] = "abcdef-_.xyz \xc3\xa9";
	size_t n = 1 + next_below(seed, max);

	for (size_t i = 0; i < n; i++) {
		bool slash = i % 9 == 4 && i + 1 < n;
		to[i] = slash ? '/' : letters[next_below(seed, 12)];
	}
	to[0] = 'n';
	for (size_t i = 1; i < n; i++)
		if (to[i - 1] == '/')
			to[i] = 'd';
	to[n] = '\0';
}

static void random_entry(uint64_t *seed, struct written *w)
{
	struct tar_entry *e = &w->entry;

	memset(w, 0, sizeof(*w));
	e->type = (enum tar_type)next_below(seed, TAR_OTHER);
	random_name(seed, w->name, next_below(seed, 2) ? 30 : 500);
	e->name = lc_str(w->name);
	if (e->type == TAR_SYMLINK || e->type == TAR_HARDLINK) {
		random_name(seed, w->target, next_below(seed, 2) ? 30 : 500);
		e->target = lc_str(w->target);
	}
	e->mode = (uint32_t)next_below(seed, 010000);
	e->uid = next_number(seed) >> (1 + next_below(seed, 63));
	e->gid = next_number(seed) >> (1 + next_below(seed, 63));
	e->mtime = (int64_t)(next_number(seed) >> (2 + next_below(seed, 60)));
	if (next_below(seed, 4) == 0)
		e->mtime = -e->mtime;
	e->size = e->type == TAR_FILE ? next_below(seed, sizeof(w->content)) : 0;
	for (size_t i = 0; i < e->size; i++)
		w->content[i] = (uint8_t)next_number(seed);
}

static void check_entry(struct tar_reader *t, const struct written *w)
{
	struct tar_entry got;
	struct lc_err e = { 0 };
	uint8_t content[2000];

	if (tar_next(t, &got, &e))
		fail_msg("%s", e.msg);
	assert_int_equal(got.type, w->entry.type);
	assert_slice(got.name, w->entry.name);
	assert_slice(got.target, w->entry.target);
	assert_int_equal(got.mode, w->entry.mode);
	assert_true(got.uid == w->entry.uid && got.gid == w->entry.gid);
	assert_true(got.mtime == w->entry.mtime);
	assert_true(got.size == w->entry.size);
	assert_false(got.unsafe);
	assert_int_equal(lc_stream_exact(tar_content(t), content, got.size, NULL), 0);
	assert_memory_equal(content, w->content, got.size);
}

static void what_is_written_reads_back(void **state)
{
	(void)state;
	enum { COUNT = 500 };
	struct written *all = calloc(COUNT, sizeof(*all));
	uint64_t seed = 2026;
	struct lc_buf b;
	struct tar_writer w = { &b };

	assert_non_null(all);
	lc_buf_init(&b, 64 << 20);
	for (size_t i = 0; i < COUNT; i++) {
		random_entry(&seed, &all[i]);
		assert_int_equal(tar_write_header(&w, &all[i].entry), 0);
		lc_buf_add(&b, all[i].content, all[i].entry.size);
		assert_int_equal(tar_write_pad(&w, all[i].entry.size), 0);
	}
	assert_int_equal(tar_write_end(&w), 0);

	struct lc_slice_stream from;
	struct tar_reader *t;
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
	for (size_t i = 0; i < COUNT; i++)
		check_entry(t, &all[i]);
	assert_int_equal(tar_next(t, &all[0].entry, NULL), LC_ENOTFOUND);
	assert_true(tar_offset(t) == b.n);
	tar_close(t);
	lc_buf_done(&b);
	free(all);
}

static void large_sizes_and_full_buffers_are_handled_when_writing(void **state)
{
	(void)state;
	struct tar_entry e = { .type = TAR_FILE, .name = LC_S("big"), .size = UINT64_C(9) << 30 };
	struct lc_slice_stream from;
	struct tar_reader *t;
	struct lc_buf b;
	struct tar_writer w = { &b };

	lc_buf_init(&b, 1 << 20);
	assert_int_equal(tar_write_header(&w, &e), 0);
	lc_slice_stream_init(&from, lc_buf_get(&b));
	assert_int_equal(tar_open(&from.base, &lc_limits_default, &t, NULL), 0);
	assert_int_equal(tar_next(t, &e, NULL), 0);
	assert_true(e.size == UINT64_C(9) << 30);
	tar_close(t);
	e.name = LC_S("big"); /* the reader's is gone */
	e.size = UINT64_MAX;
	assert_int_equal(tar_write_header(&w, &e), LC_EUSAGE);
	lc_buf_done(&b);
	lc_buf_init(&b, 700);
	e.size = 1;
	assert_int_equal(tar_write_header(&w, &e), 0);
	assert_int_equal(tar_write_end(&w), LC_ELIMIT);
	lc_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pax_headers_apply_to_the_next_entry),
		cmocka_unit_test(malformed_records_are_refused),
		cmocka_unit_test(extended_headers_are_bounded),
		cmocka_unit_test(gnu_long_names_apply_to_the_next_entry),
		cmocka_unit_test(every_sparse_format_gives_the_file_with_its_holes),
		cmocka_unit_test(old_gnu_maps_go_on_in_further_blocks),
		cmocka_unit_test(maps_are_checked),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(large_sizes_and_full_buffers_are_handled_when_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
