/* Headers of packages: what is read, and what is refused. */
#include "format/rpm_header.h"

#include "rpmdb_make.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

enum { CAP = 64 << 20 };

static int parse(struct lc_slice blob, struct rpm_header *ret)
{
	struct lc_err e = { 0 };
	int r = rpm_header_parse(blob, ret, &e);
	assert_int_equal(e.code, r);
	return r;
}

static void start(struct make_header *m)
{
	make_header_init(m);
	make_tag(m, 1000, "name");
	make_tag(m, 1001, "1.0");
	make_tag(m, 1002, "2");
}

/* Close and parse; out keeps the blob that h points into. */
static int end(struct make_header *m, struct lc_buf *out, struct rpm_header *h)
{
	lc_buf_init(out, CAP);
	make_header_end(m, out);
	make_header_done(m);
	return parse(lc_buf_get(out), h);
}

static void gives_what_a_package_says(void **state)
{
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, CAP);
	make_package(&b, "tool", "1.4~rc1", "3.el9");
	assert_int_equal(parse(lc_buf_get(&b), &h), 0);
	assert_text(h.name, "tool");
	assert_text(h.version, "1.4~rc1");
	assert_text(h.release, "3.el9");
	assert_false(h.has_epoch);
	assert_text(h.arch, "x86_64");
	assert_text(h.source_rpm, "tool-src-1.4~rc1-3.el9.src.rpm");
	assert_text(h.vendor, "Example Project");
	assert_text(h.licence, "MIT");
	assert_text(h.module, "mod:1:2:3");
	assert_int_equal(h.install_time, 1700000000);
	assert_text(h.sig_md5, "0123456789abcdef");
	assert_text(h.key_id, "");
	lc_buf_done(&b);
}

static void an_epoch_of_zero_is_written_all_the_same(void **state)
{
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_int32(&m, 1003, 0);
	assert_int_equal(end(&m, &b, &h), 0);
	assert_true(h.has_epoch);
	assert_int_equal(h.epoch, 0);
	lc_buf_done(&b);
}

static void entries_behind_the_region_replace_those_in_it(void **state)
{
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_tag(&m, 1011, "first");
	make_tag(&m, 1011, "second");
	assert_int_equal(end(&m, &b, &h), 0);
	assert_text(h.vendor, "second");
	lc_buf_done(&b);
}

static void a_text_by_language_gives_its_first(void **state)
{
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_entry(&m, 1014, RPM_I18N, 2, LC_S("GPL\0andere\0"));
	assert_int_equal(end(&m, &b, &h), 0);
	assert_text(h.licence, "GPL");
	lc_buf_done(&b);
}

static void files_are_joined_from_three_lists(void **state)
{
	struct lc_arena a = { 0 };
	struct rpm_header h;
	struct rpm_files f;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, CAP);
	make_package(&b, "tool", "1", "2");
	assert_int_equal(parse(lc_buf_get(&b), &h), 0);
	assert_int_equal(rpm_header_files(&h, &a, &f, NULL), 0);
	assert_int_equal(f.n, 3);
	assert_string_equal(f.digest_algo, "sha256");
	assert_text(f.v[0].dir, "/usr/bin/");
	assert_text(f.v[0].name, "tool");
	assert_text(f.v[0].digest, "00ff");
	assert_int_equal(f.v[0].mode, 0100755);
	assert_text(f.v[1].dir, "/usr/share/tool/");
	assert_text(f.v[1].digest, "");
	assert_int_equal(f.v[1].mode, 0040755);
	assert_text(f.v[2].name, "README");
	assert_text(f.v[2].digest, "abcd");
	lc_arena_done(&a);
	lc_buf_done(&b);
}

static void old_headers_list_whole_paths(void **state)
{
	struct lc_arena a = { 0 };
	struct make_header m;
	struct rpm_header h;
	struct rpm_files f;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_entry(&m, 1027, RPM_TEXTS, 2, LC_S("/bin/a\0/bin/b\0"));
	assert_int_equal(end(&m, &b, &h), 0);
	assert_int_equal(rpm_header_files(&h, &a, &f, NULL), 0);
	assert_int_equal(f.n, 2);
	assert_string_equal(f.digest_algo, "md5");
	assert_text(f.v[1].dir, "");
	assert_text(f.v[1].name, "/bin/b");
	lc_arena_done(&a);
	lc_buf_done(&b);
}

static void a_package_without_files_has_none(void **state)
{
	struct lc_arena a = { 0 };
	struct make_header m;
	struct rpm_header h;
	struct rpm_files f;
	struct lc_buf b;
	(void)state;
	start(&m);
	assert_int_equal(end(&m, &b, &h), 0);
	assert_int_equal(rpm_header_files(&h, &a, &f, NULL), 0);
	assert_int_equal(f.n, 0);
	lc_arena_done(&a);
	lc_buf_done(&b);
}

/* ---- what is refused ---- */

struct entry {
	uint32_t tag, type, offset, count;
};

static void values_outside_of_the_data_are_refused(void **state)
{
	static const struct entry rows[] = {
		{ 1000, RPM_TEXT, 11, 1 }, /* begins where the data ends */
		{ 1000, RPM_TEXT, 12, 1 }, /* past it */
		{ 1000, RPM_TEXT, UINT32_MAX, 1 },  { 1000, RPM_TEXT, 0x80000000, 1 },
		{ 1000, RPM_TEXT, 0, 0 },  /* no value */
		{ 1000, RPM_INT32, 0, 1 }, /* of another type */
		{ 1000, RPM_BYTES, 0, 4 },          { 1000, 0x80000006, 0, 1 },
		{ 1001, RPM_TEXT, 4, 1 },  /* empty: the NUL of the name */
		{ 1003, RPM_INT32, 8, 1 }, /* three bytes left */
		{ 1003, RPM_INT32, UINT32_MAX, 1 }, { 1003, RPM_INT32, UINT32_MAX - 3, 1 },
		{ 1003, RPM_INT32, 0, 0 },          { 1003, RPM_INT16, 0, 2 },
		{ 1003, RPM_TEXT, 0, 1 },           { 1008, RPM_TEXT, 0, 1 },
		{ 1011, RPM_INT32, 0, 1 },          { 1014, 7, 0, 4 },
		{ 1022, RPM_TEXT, 11, 1 },          { 1044, RPM_TEXT, 11, 1 },
		{ 5096, RPM_TEXTS, 0, 0 },          { 269, RPM_BYTES, 0, 1 },
		{ 273, RPM_TEXT, 100, 1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct make_header m;
		struct rpm_header h;
		struct lc_buf b;
		start(&m);
		assert_int_equal(m.data.n, 11);
		make_entry_at(&m, rows[i].tag, rows[i].type, rows[i].offset, rows[i].count);
		if (end(&m, &b, &h) != LC_EBAD)
			fail_msg("row %zu: not refused", i);
		lc_buf_done(&b);
	}
}

static void a_text_without_its_end_is_refused(void **state)
{
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_entry(&m, 1011, RPM_TEXT, 1, LC_S("vendor"));
	assert_int_equal(end(&m, &b, &h), LC_EBAD);
	lc_buf_done(&b);
}

static void names_are_needed(void **state)
{
	static const uint32_t tags[] = { 1000, 1001, 1002 };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct make_header m;
		struct rpm_header h;
		struct lc_buf b;
		make_header_init(&m);
		for (size_t k = 0; k < 3; k++) {
			if (k != i)
				make_tag(&m, tags[k], "x");
		}
		assert_int_equal(end(&m, &b, &h), LC_EBAD);
		lc_buf_done(&b);
	}
}

static void counts_that_do_not_fit_the_blob_are_refused(void **state)
{
	static const struct {
		uint32_t entries, bytes;
		int want;
	} rows[] = {
		{ 0, 0, LC_EBAD },
		{ 65535, 0, LC_ETRUNC },
		{ 65536, 0, LC_ELIMIT },
		{ UINT32_MAX, 11, LC_ELIMIT },
		{ 0x10000003, 11, LC_ELIMIT }, /* × 16 wraps 32 bits to the right size */
		{ 3, 10, LC_EBAD },
		{ 3, 12, LC_ETRUNC },
		{ 2, 27, LC_EBAD }, /* the last entry read as data: no release */
		{ 3, 256 << 20, LC_ETRUNC },
		{ 3, (256 << 20) + 1, LC_ELIMIT },
		{ 3, UINT32_MAX, LC_ELIMIT },
	};
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	assert_int_equal(end(&m, &b, &h), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_be32(&b, 0, rows[i].entries);
		put_be32(&b, 4, rows[i].bytes);
		assert_int_equal(parse(lc_buf_get(&b), &h), rows[i].want);
	}
	lc_buf_done(&b);
}

static void a_header_cut_anywhere_is_truncated(void **state)
{
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, CAP);
	make_package(&b, "tool", "1", "2");
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(parse(lc_sub(lc_buf_get(&b), 0, n), &h), LC_ETRUNC);
	lc_buf_done(&b);
}

static int files_of(struct make_header *m)
{
	struct lc_arena a = { 0 };
	struct rpm_header h;
	struct rpm_files f = { .n = 77 };
	struct lc_buf b;
	assert_int_equal(end(m, &b, &h), 0);
	int r = rpm_header_files(&h, &a, &f, NULL);
	assert_true(r == 0 || f.n == 77); /* untouched on failure */
	lc_arena_done(&a);
	lc_buf_done(&b);
	return r;
}

/* Data behind the 11 bytes of start(): 11 "a\0b\0", 15 indexes 0 0, 23 "/\0", 25 "\0\0". */
static void lists_of_files_fit_each_other_or_are_refused(void **state)
{
	static const struct entry good[] = {
		{ 1117, 8, 11, 2 }, { 1116, 4, 15, 2 }, { 1118, 8, 23, 1 },
		{ 1035, 8, 25, 2 }, { 1030, 3, 15, 2 },
	};
	static const struct {
		size_t which;
		struct entry e;
		int want;
	} rows[] = {
		{ 0, { 1117, 8, 11, 2 }, 0 },
		{ 0, { 1117, 8, 11, 3 }, LC_EBAD },
		{ 0, { 1117, 8, 11, UINT32_MAX }, LC_EBAD },
		{ 0, { 1117, 4, 11, 2 }, LC_EBAD },
		{ 0, { 1117, 8, 28, 2 }, LC_EBAD },
		{ 1, { 1116, 4, 15, 1 }, LC_EBAD },
		{ 1, { 1116, 4, 15, 0x40000002 }, LC_EBAD },
		{ 1, { 1116, 3, 15, 2 }, LC_EBAD },
		{ 1, { 1116, 4, 20, 2 }, LC_EBAD }, /* past the end of the data */
		{ 1, { 1116, 4, 11, 2 }, LC_EBAD }, /* indexes into nothing */
		{ 1, { 0, 0, 0, 0 }, LC_EBAD },
		{ 2, { 1118, 8, 23, 0 }, LC_EBAD },
		{ 2, { 1118, 6, 23, 1 }, LC_EBAD },
		{ 2, { 1118, 8, 27, 1 }, LC_EBAD },
		{ 2, { 0, 0, 0, 0 }, LC_EBAD },
		{ 3, { 0, 0, 0, 0 }, 0 },
		{ 3, { 1035, 8, 25, 1 }, LC_EBAD },
		{ 3, { 1035, 8, 26, 2 }, LC_EBAD },
		{ 3, { 1035, 7, 25, 2 }, LC_EBAD },
		{ 4, { 0, 0, 0, 0 }, 0 },
		{ 4, { 1030, 3, 15, 3 }, LC_EBAD },
		{ 4, { 1030, 3, 24, 2 }, LC_EBAD },
		{ 4, { 1030, 4, 15, 2 }, LC_EBAD },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct make_header m;
		start(&m);
		assert_int_equal(lc_buf_slice(&m.data, LC_S("a\0b\0\0\0\0\0\0\0\0\0/\0\0\0")), 0);
		for (size_t k = 0; k < 5; k++) {
			const struct entry *e = k == rows[i].which ? &rows[i].e : &good[k];
			make_entry_at(&m, e->tag, e->type, e->offset, e->count);
		}
		if (files_of(&m) != rows[i].want)
			fail_msg("row %zu: not as wanted", i);
	}
}

/* ---- signatures ---- */

static void the_signing_key_is_named(void **state)
{
	static const struct {
		struct lc_slice packet, want;
	} rows[] = {
		/* version 3, old packet with two bytes of length */
		{ LC_S_INIT("\x89\0\x13\3\5\0\1\2\3\4ABCDEFGH\1\2\0\0"), LC_S_INIT("ABCDEFGH") },
		/* version 4: the issuer among the unhashed, behind another one */
		{ LC_S_INIT("\xc2\x16\4\0\1\10\0\0\0\x0e\3\2xx\x09\x10"
			    "ABCDEFGH\0\0"),
		  LC_S_INIT("ABCDEFGH") },
		/* version 4: the fingerprint among the hashed, marked critical */
		{ LC_S_INIT("\x88\x1f\4\0\1\10\0\x17\x16\xa1\4"
			    "0123456789abABCDEFGH\0\0"),
		  LC_S_INIT("ABCDEFGH") },
		{ LC_S_INIT(""), LC_S_INIT("") },
		{ LC_S_INIT("\x89"), LC_S_INIT("") },
		{ LC_S_INIT("\x89\0\xff\3\5\0\1\2\3\4ABCDEFGH"), LC_S_INIT("") }, /* cut */
		{ LC_S_INIT("\x95\0\x13\3\5\0\1\2\3\4ABCDEFGH\1\2\0\0"), LC_S_INIT("") },
		{ LC_S_INIT("\x88\6\4\0\1\10\xff\xff"), LC_S_INIT("") },
		{ LC_S_INIT("\x88\x0a\4\0\1\10\0\2\xff\xff\0\0"), LC_S_INIT("") },
		{ LC_S_INIT("\x88\x0e\4\0\1\10\0\6\5\x10xxxx\0\0"), LC_S_INIT("") },
		{ LC_S_INIT("\x88\1\5"), LC_S_INIT("") },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_slice got = rpm_signature_key(rows[i].packet);
		if (!lc_eq(got, rows[i].want))
			fail_msg("row %zu: %s", i, lc_quote(got).s);
	}
}

static void a_signature_of_the_header_counts_first(void **state)
{
	static const struct lc_slice one = LC_S_INIT("\x89\0\x13\3\5\0\1\2\3\4ABCDEFGH\1\2\0\0");
	static const struct lc_slice two = LC_S_INIT("\x89\0\x13\3\5\0\1\2\3\4abcdefgh\1\2\0\0");
	struct make_header m;
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	start(&m);
	make_entry(&m, 259, RPM_BYTES, (uint32_t)two.n, two);
	make_entry(&m, 268, RPM_BYTES, (uint32_t)one.n, one);
	make_entry(&m, 261, RPM_BYTES, 15, LC_S("too short a sum"));
	assert_int_equal(end(&m, &b, &h), 0);
	assert_text(h.key_id, "ABCDEFGH");
	assert_text(h.sig_md5, "");
	lc_buf_done(&b);
}

/* ---- memory ---- */

static int read_files(void *ctx)
{
	struct lc_arena a = { 0 };
	struct rpm_files f;
	int r = rpm_header_files(ctx, &a, &f, NULL);
	lc_arena_done(&a);
	return r;
}

static void no_memory_is_an_error(void **state)
{
	struct rpm_header h;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, CAP);
	make_package(&b, "tool", "1", "2");
	assert_int_equal(parse(lc_buf_get(&b), &h), 0);
	assert_true(alloc_fail_each(read_files, &h) > 0);
	lc_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_a_package_says),
		cmocka_unit_test(an_epoch_of_zero_is_written_all_the_same),
		cmocka_unit_test(entries_behind_the_region_replace_those_in_it),
		cmocka_unit_test(a_text_by_language_gives_its_first),
		cmocka_unit_test(files_are_joined_from_three_lists),
		cmocka_unit_test(old_headers_list_whole_paths),
		cmocka_unit_test(a_package_without_files_has_none),
		cmocka_unit_test(values_outside_of_the_data_are_refused),
		cmocka_unit_test(a_text_without_its_end_is_refused),
		cmocka_unit_test(names_are_needed),
		cmocka_unit_test(counts_that_do_not_fit_the_blob_are_refused),
		cmocka_unit_test(a_header_cut_anywhere_is_truncated),
		cmocka_unit_test(lists_of_files_fit_each_other_or_are_refused),
		cmocka_unit_test(the_signing_key_is_named),
		cmocka_unit_test(a_signature_of_the_header_counts_first),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
