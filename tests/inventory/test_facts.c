#include "inventory/fact.h"

#include <stdio.h>

#include "inventory/facts_text.h"
#include "inventory/presence.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static struct inv_package sample(void)
{
	static struct lc_slice licences[] = { LC_S_INIT("MIT"), LC_S_INIT("") };
	static struct lc_slice depends[] = { LC_S_INIT("b") };
	static struct inv_owned owned[] = {
		{ LC_S_INIT("usr/bin/a"), LC_S_INIT("md5:00") },
		{ LC_S_INIT("b\nc"), { NULL, 0 } },
		{ LC_S_INIT("d"), LC_S_INIT("md5:0123456789abcdef0123456789abcdef") },
	};
	static struct inv_attribute attributes[] = { { LC_S_INIT("k"), LC_S_INIT("v") } };
	static struct inv_lines lines = { 9, 9 };
	return (struct inv_package){
		.type = LC_S("dpkg"),
		.name = LC_S("a"),
		.version = LC_S("1:2-3"),
		.arch = LC_S("amd64"),
		.source_name = LC_S("s"),
		.source_version = LC_S("2"),
		.licences = { licences, 2, 2 },
		.maintainer = LC_S("m"),
		.digest = LC_S("sha1:1"),
		.depends_on = { depends, 1, 1 },
		.owned = { .v = owned, .n = 3 },
		.attributes = { attributes, 1, 1 },
		.line_start = 7,
		.line_end = UINT32_MAX,
		.more_lines = { &lines, 1, 1 },
		.relationship = INV_REL_WORKSPACE,
		.flags = INV_DEV | INV_VIRTUAL,
	};
}

/* One of each record. */
static int write_all(struct inv_sink *s, struct inv_presence *presence)
{
	struct inv_package p = sample();
	struct inv_owned_by by = {
		.type = LC_S("dpkg"),
		.package = LC_S("a"),
		.arch = LC_S("amd64"),
		.owned = p.owned,
		.licences = p.licences,
	};
	struct inv_os os = { LC_S("debian"), LC_S("12"), LC_S("bookworm"), LC_S("P"), true, 255 };
	struct inv_repository repository = { LC_S("alpine"), LC_S("edge") };
	struct inv_wanted wanted[] = {
		{ LC_S("apk/db/installed"), LC_S("apk"), false, false },
		{ LC_S("d"), LC_S("dpkg"), true, false },
		{ LC_S("e"), LC_S("dpkg"), true, true },
	};
	struct inv_link link = { LC_S("lib"), LC_S("usr/lib"), false, { wanted, 3, 3 } };
	struct inv_diagnostic d = { LC_S("x"), LC_S("y"), INV_UNREADABLE, LC_S("z") };
	int r = inv_sink_file(s, LC_S("f"), LC_S("dpkg"));
	r = r ? r : inv_sink_package(s, &p);
	r = r ? r : inv_sink_owned_by(s, &by);
	r = r ? r : inv_sink_os(s, &os);
	r = r ? r : inv_sink_repository(s, &repository);
	r = r ? r : inv_sink_trouble(s, INV_TRUNCATED, "at %d", 5);
	r = r ? r : inv_sink_diagnostic(s, &d);
	r = r ? r : inv_sink_trouble(s, INV_TOO_LARGE, "the layer");
	r = r ? r : inv_sink_whiteout(s, LC_S("gone"));
	r = r ? r : inv_sink_opaque(s, LC_S("dir"));
	r = r ? r : inv_sink_link(s, &link);
	r = r ? r : inv_sink_presence(s, presence);
	return r ? r : inv_sink_end(s);
}

static int write_and_read(void *ctx)
{
	struct facts *f = ctx;
	struct inv_presence presence;
	*f = (struct facts){ 0 };
	int r = inv_presence_init(&presence, NULL);
	r = r ? r : inv_presence_add(&presence, LC_S("a"), true);
	r = r ? r : inv_presence_add(&presence, LC_S("a/b"), false);
	inv_presence_seal(&presence);
	r = r ? r : inv_sink_init(&f->sink, &lc_limits_default);
	r = r ? r : write_all(&f->sink, &presence);
	r = r ? r : inv_facts_read(lc_buf_get(&f->sink.out), &f->arena, &f->facts, NULL);
	inv_presence_done(&presence);
	return r;
}

static void gives_back_what_was_written(void **state)
{
	(void)state;
	struct facts f;
	bool dir;
	assert_int_equal(write_and_read(&f), 0);
	assert_string_equal(
		facts_text(&f),
		"p dpkg a 1:2-3 arch=amd64 src=s/2 lic=MIT| by=m sum=sha1:1 dep=b "
		"own=usr/bin/a:md5:00,b\nc,d:md5:0123456789abcdef0123456789abcdef k=v flags=9 "
		"workspace lines=7-4294967295,9-9\n"
		"o dpkg a arch=amd64 "
		"own=usr/bin/a:md5:00,b\nc,d:md5:0123456789abcdef0123456789abcdef lic=MIT|\n"
		"os debian 12 bookworm P 255 extended\nr alpine edge\n"
		"! truncated: at 5\n! unreadable: z\n! too-large: the layer\n");
	assert_text(f.facts.diagnostics.v[0].path, "f");
	assert_text(f.facts.diagnostics.v[0].analyser, "dpkg");
	assert_text(f.facts.diagnostics.v[1].path, "x");
	assert_text(f.facts.diagnostics.v[2].path, "");
	assert_text(f.facts.whiteouts.v[0], "gone");
	assert_text(f.facts.opaques.v[0], "dir");
	const struct inv_wanted *wanted = f.facts.links.v[0].wanted.v;
	assert_int_equal(f.facts.links.v[0].wanted.n, 3);
	assert_text(wanted[0].below, "apk/db/installed");
	assert_false(wanted[0].dir || wanted[0].behind);
	assert_true(wanted[1].dir && !wanted[1].behind);
	assert_text(wanted[2].analyser, "dpkg");
	assert_true(wanted[2].dir && wanted[2].behind);
	assert_true(inv_presence_has(f.facts.presence, LC_S("a"), &dir) && dir);
	assert_true(inv_presence_has(f.facts.presence, LC_S("a/b"), &dir) && !dir);
	assert_false(inv_presence_has(f.facts.presence, LC_S("b"), &dir));
	facts_done(&f);
}

static void refuses_every_cut_of_a_stream(void **state)
{
	(void)state;
	struct facts f;
	assert_int_equal(write_and_read(&f), 0);
	struct lc_slice all = lc_buf_get(&f.sink.out);
	for (size_t n = 0; n < all.n; n++) {
		struct lc_arena a = { 0 };
		struct inv_layer_facts facts = { 0 };
		/* A copy of that size, so that a reader past its end is seen. */
		uint8_t *cut = test_malloc(n + 1);
		memcpy(cut, all.p, n);
		int r = inv_facts_read(lc_slice_of(cut, n), &a, &facts, NULL);
		assert_int_equal(r, LC_ETRUNC);
		assert_int_equal(facts.files.n, 0);
		test_free(cut);
		lc_arena_done(&a);
	}
	facts_done(&f);
}

static void survives_any_changed_byte(void **state)
{
	(void)state;
	struct facts f;
	size_t refused = 0;
	assert_int_equal(write_and_read(&f), 0);
	struct lc_slice all = lc_buf_get(&f.sink.out);
	for (size_t i = 0; i < all.n * 8; i++) {
		struct lc_arena a = { 0 };
		struct inv_layer_facts facts;
		f.sink.out.p[i / 8] ^= (uint8_t)(1u << (i % 8));
		refused += inv_facts_read(all, &a, &facts, NULL) != 0;
		f.sink.out.p[i / 8] ^= (uint8_t)(1u << (i % 8));
		lc_arena_done(&a);
	}
	assert_true(refused > all.n);
	facts_done(&f);
}

static void refuses_streams_that_no_sink_writes(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct lc_slice in;
		int want;
	} rows[] = {
		{ "nothing", LC_S_INIT(""), LC_ETRUNC },
		{ "another magic", LC_S_INIT("LCF1\0\0"), LC_EBAD },
		{ "no end", LC_S_INIT("LCF4"), LC_ETRUNC },
		{ "bytes behind the end", LC_S_INIT("LCF4\0\0x"), LC_EBAD },
		{ "an end that holds something", LC_S_INIT("LCF4\0\1x"), LC_EBAD },
		{ "an unknown record", LC_S_INIT("LCF4\x7f\0\0\0"), LC_EBAD },
		{ "a package without a file", LC_S_INIT("LCF4\2\0\0\0"), LC_EBAD },
		{ "an OS without a file", LC_S_INIT("LCF4\4\6\0\0\0\0\0\0\0\0"), LC_EBAD },
		{ "a record past the end", LC_S_INIT("LCF4\1\x7f\1f"), LC_ETRUNC },
		{ "a length of 64 bits", LC_S_INIT("LCF4\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
		  LC_ETRUNC },
		{ "a length that does not end",
		  LC_S_INIT("LCF4\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), LC_ETRUNC },
		{ "a string past its record", LC_S_INIT("LCF4\7\2\5x\0\0"), LC_EBAD },
		{ "a record with more in it", LC_S_INIT("LCF4\7\4\1xyz\0\0"), LC_EBAD },
		{ "a list longer than its record",
		  LC_S_INIT("LCF4\1\4\1f\1a\3\7\0\0\0\xff\xff\xff\x7f\0\0"), LC_EBAD },
		{ "an unknown trouble", LC_S_INIT("LCF4\6\4\5\0\0\0\0\0"), LC_EBAD },
		{ "a link that is half hard", LC_S_INIT("LCF4\x9\4\0\0\2\0\0\0"), LC_EBAD },
		{ "a place that there is not", LC_S_INIT("LCF4\x9\7\0\0\0\1\0\0\4\0\0"), LC_EBAD },
		{ "wanted without a place", LC_S_INIT("LCF4\x9\6\0\0\0\1\0\0\0\0"), LC_EBAD },
		{ "presence without its key",
		  LC_S_INIT("LCF4\xa\x8"
			    "01234567\0\0"),
		  LC_EBAD },
		{ "presence cut in a hash",
		  LC_S_INIT("LCF4\xa\x11"
			    "01234567012345678\0\0"),
		  LC_EBAD },
		{ "presence out of order",
		  LC_S_INIT("LCF4\xa\x20"
			    "0123456701234567\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0"),
		  LC_EBAD },
		{ "presence twice",
		  LC_S_INIT("LCF4\xa\x10"
			    "0123456701234567\xa\x10"
			    "0123456701234567\0\0"),
		  LC_EBAD },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		struct inv_layer_facts facts;
		struct lc_err e = { 0 };
		int r = inv_facts_read(rows[i].in, &a, &facts, &e);
		if (r != rows[i].want)
			fail_msg("%s: %d (%s), wanted %d", rows[i].what, r, e.msg, rows[i].want);
		assert_true(e.len > 0);
		lc_arena_done(&a);
	}
}

static void keeps_to_the_cap_of_the_arena(void **state)
{
	(void)state;
	struct facts f;
	struct lc_arena a;
	struct inv_layer_facts facts;
	assert_int_equal(write_and_read(&f), 0);
	lc_arena_init(&a, 300);
	assert_int_equal(inv_facts_read(lc_buf_get(&f.sink.out), &a, &facts, NULL), LC_ELIMIT);
	lc_arena_done(&a);
	facts_done(&f);
}

static void a_full_sink_stays_failed(void **state)
{
	(void)state;
	struct lc_limits limits = lc_limits_default;
	struct inv_sink s;
	struct inv_package p = sample();
	limits.facts_bytes_max = 60;
	assert_int_equal(inv_sink_init(&s, &limits), 0);
	assert_int_equal(inv_sink_file(&s, LC_S("f"), LC_S("a")), 0);
	assert_int_equal(inv_sink_package(&s, &p), LC_ELIMIT);
	assert_int_equal(inv_sink_whiteout(&s, LC_S("x")), LC_ELIMIT);
	assert_int_equal(inv_sink_trouble(&s, INV_MALFORMED, "x"), LC_ELIMIT);
	assert_int_equal(inv_sink_end(&s), LC_ELIMIT);
	assert_true(s.out.n <= 60);
	inv_sink_done(&s);
}

static int write_read_release(void *ctx)
{
	struct facts *f = ctx;
	int r = write_and_read(f);
	facts_done(f);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	struct facts f;
	assert_true(alloc_fail_each(write_read_release, &f) > 5);
}

static void presence_hides_paths_and_what_lies_below_files(void **state)
{
	(void)state;
	struct inv_presence p;
	assert_int_equal(inv_presence_init(&p, NULL), 0);
	assert_false(inv_presence_hides(&p, LC_S("a")));
	for (size_t i = 0; i < 1000; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "d/%zu", i);
		assert_int_equal(inv_presence_add(&p, lc_str(name), i % 2), 0);
		assert_int_equal(inv_presence_add(&p, lc_str(name), i % 2), 0);
	}
	assert_int_equal(inv_presence_add(&p, LC_S("d"), true), 0);
	inv_presence_seal(&p);
	assert_int_equal(p.n, 1002); /* and the mark of d */
	assert_true(inv_presence_hides(&p, LC_S("d")));
	assert_true(inv_presence_hides(&p, LC_S("d/2")));
	assert_true(inv_presence_hides(&p, LC_S("d/3")));
	assert_true(inv_presence_hides(&p, LC_S("d/2/x/y")));
	assert_false(inv_presence_hides(&p, LC_S("d/3/x/y")));
	assert_false(inv_presence_hides(&p, LC_S("d/1000")));
	assert_false(inv_presence_hides(&p, LC_S("")));
	assert_false(inv_presence_hides_below(&p, LC_S("d/2/x/y"), 3));
	assert_true(inv_presence_hides_below(&p, LC_S("d/2/x/y"), 2));
	inv_presence_done(&p);
}

static void presence_tells_directories_that_hold_files(void **state)
{
	(void)state;
	struct inv_presence p;
	static const char *const files[] = { "a", "d/a", "d/b", "e/1/2/3/4/a", "d/a/b", "f/a" };
	static const char *const held[] = { "", "d/", "d/a/", "e/1/2/3/4/", "e/1/", "f/" };
	static const char *const not [] = { "e/", "g/", "g/d/", "a/", "/" };
	assert_int_equal(inv_presence_init(&p, NULL), 0);
	inv_presence_seal(&p);
	assert_false(inv_presence_holds(&p, LC_S("")));
	for (size_t i = 0; i < N(files); i++)
		assert_int_equal(inv_presence_add(&p, lc_str(files[i]), false), 0);
	assert_int_equal(inv_presence_add(&p, LC_S("g/d/e"), true), 0);
	inv_presence_seal(&p);
	for (size_t i = 0; i < N(held); i++)
		if (!inv_presence_holds(&p, lc_str(held[i])))
			fail_msg("%s", held[i]);
	for (size_t i = 0; i < N(not ); i++)
		if (inv_presence_holds(&p, lc_str(not [i])))
			fail_msg("%s", not [i]);
	assert_false(inv_presence_hides(&p, LC_S("d/c")));
	inv_presence_done(&p);
}

static void trouble_has_a_name_each(void **state)
{
	(void)state;
	for (int t = 0; t < INV_TROUBLE_N; t++)
		assert_string_not_equal(inv_trouble_name((enum inv_trouble)t), "unknown");
	assert_string_equal(inv_trouble_name(INV_TROUBLE_N), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_written),
		cmocka_unit_test(refuses_every_cut_of_a_stream),
		cmocka_unit_test(survives_any_changed_byte),
		cmocka_unit_test(refuses_streams_that_no_sink_writes),
		cmocka_unit_test(keeps_to_the_cap_of_the_arena),
		cmocka_unit_test(a_full_sink_stays_failed),
		cmocka_unit_test(survives_any_failing_allocation),
		cmocka_unit_test(presence_hides_paths_and_what_lies_below_files),
		cmocka_unit_test(presence_tells_directories_that_hold_files),
		cmocka_unit_test(trouble_has_a_name_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
