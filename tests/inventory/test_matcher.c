#include "inventory/matcher.h"

#include <stdio.h>

#include "inventory/facts_text.h"
#include "inventory/glob.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* ---- a slow matcher that follows the words of analyser.h ---- */

static bool naive_want(const struct inv_want *w, struct lc_slice path, uint32_t mode)
{
	struct lc_slice text = lc_str(w->text);
	size_t slash = lc_rfind(path, '/');
	struct lc_slice name = slash == SIZE_MAX ? path : lc_skip(path, slash + 1);
	switch (w->kind) {
	case INV_WANT_PATH:
		return lc_eq(path, text);
	case INV_WANT_NAME:
		return lc_eq(name, text);
	case INV_WANT_SUFFIX:
		return lc_ends(path, text);
	case INV_WANT_UNDER:
		return lc_starts(path, text) && path.n > text.n && path.p[text.n] == '/' &&
		       lc_ends(lc_skip(path, text.n + 1), lc_str(w->suffix));
	case INV_WANT_EXECUTABLE:
		return mode & 0111;
	default:
		return false;
	}
}

static int nothing(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	(void)f;
	(void)out;
	(void)e;
	return 0;
}

enum { ROWS = 40, WANTS = 4 };

struct random_table {
	struct inv_analyser rows[ROWS];
	struct inv_want wants[ROWS][WANTS];
	char text[ROWS][WANTS][2][24];
	const struct inv_analyser *table[ROWS];
};

/* Few letters, so that patterns and paths meet. */
static void random_text(uint64_t *seed, char text[24], size_t components)
{
	size_t n = 0;
	for (size_t c = 0; c < components; c++) {
		if (c)
			text[n++] = '/';
		for (size_t i = next_below(seed, 3) + 1; i > 0; i--)
			text[n++] = "ab."[next_below(seed, 3)];
	}
	text[n] = '\0';
}

static void random_rows(uint64_t *seed, struct random_table *t)
{
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t k = 0; k < WANTS; k++) {
			struct inv_want *w = &t->wants[i][k];
			w->kind = (enum inv_want_kind)next_below(seed, INV_WANT_MAGIC);
			random_text(seed, t->text[i][k][0],
				    w->kind == INV_WANT_NAME ? 1 : next_below(seed, 3) + 1);
			random_text(seed, t->text[i][k][1], 1);
			w->text = t->text[i][k][0];
			w->suffix = next_below(seed, 2) ? t->text[i][k][1] : NULL;
		}
		t->rows[i] = (struct inv_analyser){
			.name = "x",
			.group = INV_GROUP_OS,
			.targets = INV_TARGET_IMAGE,
			.wants = t->wants[i],
			.wants_n = next_below(seed, WANTS + 1),
			.parse = nothing,
		};
		t->table[i] = &t->rows[i];
	}
}

static void check_path(const struct inv_matcher *m, const struct random_table *t,
		       struct lc_slice path, uint32_t mode)
{
	struct inv_set set;
	bool head;
	bool any = inv_match_path(m, path, mode, &set, &head);
	bool want_any = false;
	assert_false(head);
	for (size_t i = 0; i < ROWS; i++) {
		bool want = false;
		for (size_t k = 0; k < t->rows[i].wants_n; k++)
			want |= naive_want(&t->wants[i][k], path, mode);
		if (inv_set_has(&set, i) != want)
			fail_msg("%s: analyser %zu", lc_quote(path).s, i);
		want_any |= want;
	}
	assert_int_equal(any, want_any);
}

static void agrees_with_a_naive_matcher(void **state)
{
	(void)state;
	static const struct inv_options options = {
		INV_TARGET_IMAGE, INV_GROUP_OS, false, { 0 }, { 0 }
	};
	struct random_table *t = test_calloc(1, sizeof(*t));
	for (uint64_t round = 0; round < 60; round++) {
		uint64_t seed = round;
		struct inv_matcher *m;
		random_rows(&seed, t);
		assert_int_equal(inv_matcher_new(t->table, ROWS, &options, &m, NULL), 0);
		for (size_t i = 0; i < 400; i++) {
			char path[24];
			random_text(&seed, path, next_below(&seed, 4) + 1);
			check_path(m, t, lc_str(path), 0644);
		}
		check_path(m, t, LC_S(""), 0644);
		inv_matcher_free(m);
	}
	test_free(t);
}

/* ---- what a table says ---- */

static const struct inv_want exec_wants[] = { { .kind = INV_WANT_EXECUTABLE } };
static const struct inv_want text_wants[] = { { .kind = INV_WANT_TEXT } };
static const struct inv_want magic_wants[] = {
	{ .kind = INV_WANT_MAGIC, .text = "PK\3\4" },
	{ .kind = INV_WANT_MAGIC, .text = "\0\0x", .n = 3 },
};
static const struct inv_want path_wants[] = {
	{ .kind = INV_WANT_PATH, .text = "lib/apk/db/installed" },
	{ .kind = INV_WANT_PATH, .text = "lib" },
	{ .kind = INV_WANT_UNDER, .text = "var/lib/x" },
};
static const struct inv_analyser programs = {
	"programs", 1, INV_GROUP_LIBRARY, INV_TARGET_IMAGE, INV_WHOLE, exec_wants, 1, 0, nothing
};
static const struct inv_analyser texts = {
	"texts", 1, INV_GROUP_SECRET, INV_TARGET_IMAGE, INV_WHOLE, text_wants, 1, 0, nothing
};
static const struct inv_analyser magics = {
	"magics", 7, INV_GROUP_OS, INV_TARGET_FS, INV_WHOLE, magic_wants, 2, 0, nothing
};
static const struct inv_analyser paths = {
	"paths", 1, INV_GROUP_OS, INV_TARGET_IMAGE, INV_WHOLE, path_wants, 3, 0, nothing
};
static const struct inv_analyser *const table[] = { &programs, &texts, &magics, &paths };
static const struct inv_options everything = {
	INV_TARGET_IMAGE | INV_TARGET_FS,
	INV_GROUP_OS | INV_GROUP_LIBRARY | INV_GROUP_SECRET,
	false,
	{ 0 },
	{ 0 },
	{ 0 },
};

/* Bits of the analysers that want a file with this mode and head. */
static unsigned by_head(const struct inv_matcher *m, uint32_t mode, struct lc_slice head)
{
	struct inv_set set;
	bool need;
	if (!inv_match_path(m, LC_S("some/file"), mode, &set, &need))
		return 0;
	if (need)
		inv_match_head(m, head, &set);
	return (unsigned)set.bits[0];
}

static void looks_at_heads_where_wants_ask(void **state)
{
	(void)state;
	struct inv_matcher *m;
	assert_int_equal(inv_matcher_new(table, N(table), &everything, &m, NULL), 0);
	assert_int_equal(by_head(m, 0644, LC_S("hello\n")), 2);
	assert_int_equal(by_head(m, 0755, LC_S("#!/bin/sh\n")), 3);
	assert_int_equal(by_head(m, 0644,
				 LC_S("\x7f"
				      "ELF\2\1\1\0")),
			 1);
	assert_int_equal(by_head(m, 0644, LC_S("\xcf\xfa\xed\xfe\7\0\0\1")), 1);
	assert_int_equal(by_head(m, 0644, LC_S("\xca\xfe\xba\xbe\0\0\0\2")), 1);
	assert_int_equal(by_head(m, 0644, LC_S("\xca\xfe\xba\xbe\0\0\0\x34")), 0);
	assert_int_equal(by_head(m, 0644, LC_S("\xca\xfe\xba\xbe")), 2); /* Latin-1 text */
	assert_int_equal(by_head(m, 0644, LC_S("PK\3\4\0")), 4);
	assert_int_equal(by_head(m, 0644, LC_S("\0\0x")), 4);
	assert_int_equal(by_head(m, 0644, LC_S("\0\0")), 0);
	assert_int_equal(by_head(m, 0644, LC_S("")), 0);
	assert_int_equal(by_head(m, 0644, LC_S("\xff\xfeh\0i\0")), 2);
	assert_int_equal(by_head(m, 0644, LC_S("MZ")), 2);
	inv_matcher_free(m);
}

static void leaves_out_groups_and_targets_that_are_off(void **state)
{
	(void)state;
	struct inv_options o = everything;
	struct inv_matcher *m;
	o.groups = INV_GROUP_OS;
	o.targets = INV_TARGET_IMAGE;
	assert_int_equal(inv_matcher_new(table, N(table), &o, &m, NULL), 0);
	assert_int_equal(by_head(m, 0755, LC_S("PK\3\4")), 0);
	inv_matcher_free(m);
}

static void skips_files_and_directories_by_pattern(void **state)
{
	(void)state;
	struct lc_slice files[] = { LC_S_INIT("/var/lib/x/**/*.log"), LC_S_INIT("./var/lib/x/b?") };
	struct lc_slice dirs[] = { LC_S_INIT("**/cache/"), LC_S_INIT("var/lib/x/{p,q}") };
	struct inv_options o = everything;
	struct inv_matcher *m;
	struct inv_set set;
	bool head;
	o.groups = INV_GROUP_OS;
	o.targets = INV_TARGET_IMAGE;
	o.skip_files = (struct lc_slices){ files, 2, 2 };
	o.skip_dirs = (struct lc_slices){ dirs, 2, 2 };
	assert_int_equal(inv_matcher_new(table, N(table), &o, &m, NULL), 0);
	static const char *const skipped[] = {
		"var/lib/x/a.log",   "var/lib/x/c/d/a.log",   "var/lib/x/b1",
		"var/lib/x/cache/a", "var/lib/x/c/cache/d/a", "var/lib/x/p/a",
		"var/lib/x/q/r/a",
	};
	static const char *const kept[] = {
		"var/lib/x/a.logs",
		"var/lib/x/b",
		"var/lib/x/cache",
		"var/lib/x/pq/a",
	};
	for (size_t i = 0; i < N(skipped); i++)
		assert_false(inv_match_path(m, lc_str(skipped[i]), 0644, &set, &head));
	for (size_t i = 0; i < N(kept); i++)
		assert_true(inv_match_path(m, lc_str(kept[i]), 0644, &set, &head));
	inv_matcher_free(m);
}

static void refuses_patterns_that_it_cannot_bound(void **state)
{
	(void)state;
	char deep[] = "{{{{{{{{{a}}}}}}}}}";
	struct lc_slice dirs[] = { lc_str(deep) };
	struct inv_options o = everything;
	struct inv_matcher *m;
	struct lc_err e = { 0 };
	o.skip_dirs = (struct lc_slices){ dirs, 1, 1 };
	assert_int_equal(inv_matcher_new(table, N(table), &o, &m, &e), LC_EUSAGE);
	assert_non_null(strstr(e.msg, "pattern"));
}

static void patterns_give_files_to_a_type(void **state)
{
	(void)state;
	struct lc_slice patterns[] = { LC_S_INIT("paths:\\.d/[0-9]+$"), LC_S_INIT("magics:x:y") };
	struct inv_options o = everything;
	struct inv_matcher *m;
	struct inv_set set;
	bool head;
	o.groups = INV_GROUP_OS;
	o.targets = INV_TARGET_IMAGE; /* so that magics does not run */
	o.file_patterns = (struct lc_slices){ patterns, 2, 2 };
	assert_int_equal(inv_matcher_new(table, N(table), &o, &m, NULL), 0);
	assert_true(inv_match_path(m, LC_S("a/b.d/12"), 0644, &set, &head));
	assert_true(inv_set_has(&set, 3));
	assert_true(inv_match_itself(m, 3, LC_S("a/b.d/12")));
	assert_false(inv_match_path(m, LC_S("a/b.d/12x"), 0644, &set, &head));
	assert_false(inv_match_path(m, LC_S("x:y"), 0644, &set, &head));
	inv_matcher_free(m);
}

static void patterns_of_nothing_are_refused(void **state)
{
	static const struct {
		const char *pattern, *says;
	} rows[] = {
		{ "", "want TYPE:REGEX" },   { "paths", "want TYPE:REGEX" },
		{ ":x", "want TYPE:REGEX" }, { "nobody:x", "of type nobody" },
		{ "paths:(", "expression" }, { "pat\nhs:x", "of type pat" },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_slice patterns[] = { LC_S("paths:fine"), lc_str(rows[i].pattern) };
		struct inv_options o = everything;
		struct inv_matcher *m;
		struct lc_err e = { 0 };
		o.file_patterns = (struct lc_slices){ patterns, 2, 2 };
		assert_int_equal(inv_matcher_new(table, N(table), &o, &m, &e), LC_EUSAGE);
		if (!strstr(e.msg, rows[i].says) || strchr(e.msg, '\n'))
			fail_msg("%s: %s", rows[i].pattern, e.msg);
	}
}

static const struct inv_want doc_wants[] = {
	{ .kind = INV_WANT_UNDER, .text = "doc", .suffix = "/copyright" },
	{ .kind = INV_WANT_UNDER, .text = "info", .suffix = ".list" },
	{ .kind = INV_WANT_UNDER, .text = "info", .suffix = ".sums" },
};
static const struct inv_analyser docs = {
	"docs", 1, INV_GROUP_OS, INV_TARGET_IMAGE, INV_WHOLE, doc_wants, 3, 0, nothing, NULL
};
static const struct inv_analyser *const link_table[] = { &paths, &docs };

/* "below analyser" each: a star for files of a directory, "@" for what is behind the link. */
static void wanted_text(const struct inv_wanted_list *list, struct lc_buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct inv_wanted *w = &list->v[i];
		lc_buf_fmt(out, "%s%.*s%s %.*s;", w->behind ? "@" : "", LC_FMT(w->below),
			   w->dir ? "/*" : "", LC_FMT(w->analyser));
	}
}

static void check_link(const struct inv_matcher *m, const struct inv_link *link, const char *want)
{
	struct lc_arena a = { 0 };
	struct inv_wanted_list list = { 0 };
	struct lc_buf out;
	lc_buf_init(&out, 4096);
	assert_int_equal(inv_match_link(m, link, &a, &list), 0);
	wanted_text(&list, &out);
	if (!lc_eq(lc_buf_get(&out), lc_str(want)))
		fail_msg("%.*s: %.*s", LC_FMT(link->path), LC_FMT(lc_buf_get(&out)));
	lc_buf_done(&out);
	lc_arena_done(&a);
}

static void knows_what_a_link_would_stand_in_for(void **state)
{
	(void)state;
	static const struct {
		const char *path, *target, *want;
		bool hard;
	} rows[] = {
		{ "lib", "usr/lib", "apk/db/installed paths; paths;", false },
		{ "lib/apk/db", "/x", "installed paths;", false },
		{ "lib/ap", "/x", "", false },
		{ "li", "x", "", false },
		{ "lib/apk/db/installed/x", "y", "", false },
		/* directories that are wanted, at the link and below it */
		{ "var/lib/x", "/opt/x", "/* paths;", false },
		{ "var", "opt", "lib/x/* paths;", false },
		{ "doc", "opt/doc", "/* docs;", false },
		{ "info", "opt/info", "/* docs;", false },
		{ "var/lib/x", "/var/lib/x/y", "", false },
		/* in a directory that is wanted */
		{ "var/lib/x/a", "../../../opt/a", " paths;/* paths;", false },
		{ "var/lib/x/a", "b", "", false },
		{ "var/lib/x/a", "/opt/a", " paths;", true },
		{ "doc/a", "../opt/a", "copyright docs;", false },
		{ "doc/a", "b", "", false },
		{ "doc/a/copyright", "/opt/a", " docs;copyright docs;", false },
		{ "info/a.list", "/opt/a", " docs;/* docs;", false },
		{ "info/a.list", "/opt/a", " docs;", true },
		/* what is wanted lies at the target, or below it */
		{ "opt/db", "/lib/apk/db", "@installed paths;", false },
		{ "opt/db", "../lib/./apk//db/", "@installed paths;", false },
		{ "opt/db", "/lib/apk/db", "", true },
		{ "opt/db", "/lib/apk/db/installed", "", false },
		{ "opt/l", "../lib", "@apk/db/installed paths;", false },
		{ "opt/x", "../../../var/lib/x", "@/* paths;", false },
		{ "opt/v", "/var", "@lib/x/* paths;", false },
		{ "opt/r", "/",
		  "@lib/apk/db/installed paths;@lib paths;@var/lib/x/* paths;@doc/* docs;"
		  "@info/* docs;",
		  false },
		{ "opt/db", "/lib/apk/d", "", false },
	};
	struct inv_matcher *m;
	assert_int_equal(inv_matcher_new(link_table, N(link_table), &everything, &m, NULL), 0);
	for (size_t i = 0; i < N(rows); i++) {
		struct inv_link link = { .path = lc_str(rows[i].path),
					 .target = lc_str(rows[i].target),
					 .hard = rows[i].hard };
		check_link(m, &link, rows[i].want);
	}
	assert_true(inv_match_leads(m, LC_S("lib/apk")));
	assert_true(inv_match_leads(m, LC_S("var/lib")));
	assert_true(inv_match_leads(m, LC_S("var/lib/x")));
	assert_false(inv_match_leads(m, LC_S("var/li")));
	assert_false(inv_match_leads(m, LC_S("usr")));
	inv_matcher_free(m);
}

static void links_stand_in_for_nothing_that_is_skipped(void **state)
{
	(void)state;
	struct lc_slice dirs[] = { LC_S_INIT("var/lib") };
	struct inv_options o = everything;
	struct inv_matcher *m;
	struct inv_link link = { .path = LC_S("var/lib"), .target = LC_S("/opt") };
	o.skip_dirs = (struct lc_slices){ dirs, 1, 1 };
	assert_int_equal(inv_matcher_new(link_table, N(link_table), &o, &m, NULL), 0);
	check_link(m, &link, "");
	link = (struct inv_link){ .path = LC_S("opt"), .target = LC_S("var/lib") };
	check_link(m, &link, "");
	inv_matcher_free(m);
}

static void a_link_with_a_target_past_all_bounds_is_still_one(void **state)
{
	(void)state;
	static uint8_t target[20000];
	struct inv_matcher *m;
	struct inv_link link = { .path = LC_S("var/lib/x"), .target = lc_slice_of(target, 20000) };
	memset(target, 'x', sizeof(target));
	assert_int_equal(inv_matcher_new(link_table, N(link_table), &everything, &m, NULL), 0);
	check_link(m, &link, "/* paths;");
	inv_matcher_free(m);
}

static void key_of(const struct inv_options *o, struct lc_buf *out)
{
	struct inv_matcher *m;
	lc_buf_init(out, 4096);
	assert_int_equal(inv_matcher_new(table, N(table), o, &m, NULL), 0);
	assert_int_equal(inv_matcher_key(m, out), 0);
	inv_matcher_free(m);
}

static void options_that_change_facts_change_the_key(void **state)
{
	(void)state;
	struct lc_slice glob = LC_S("a");
	struct lc_slice pattern = LC_S("paths:a");
	struct inv_options all[7] = { everything, everything, everything, everything,
				      everything, everything, everything };
	struct lc_buf keys[7];
	struct lc_buf again;
	all[1].include_dev = true;
	all[2].groups = INV_GROUP_OS;
	all[3].targets = INV_TARGET_FS;
	all[4].skip_files = (struct lc_slices){ &glob, 1, 1 };
	all[5].skip_dirs = (struct lc_slices){ &glob, 1, 1 };
	all[6].file_patterns = (struct lc_slices){ &pattern, 1, 1 };
	for (size_t i = 0; i < N(all); i++)
		key_of(&all[i], &keys[i]);
	for (size_t i = 0; i < N(all); i++) {
		for (size_t k = 0; k < i; k++)
			assert_false(lc_eq(lc_buf_get(&keys[i]), lc_buf_get(&keys[k])));
	}
	key_of(&everything, &again);
	assert_slice(lc_buf_get(&again), lc_buf_get(&keys[0]));
	lc_buf_done(&again);
	for (size_t i = 0; i < N(all); i++)
		lc_buf_done(&keys[i]);
}

static int make_matcher(void *ctx)
{
	struct inv_matcher *m = NULL;
	(void)ctx;
	int r = inv_matcher_new(table, N(table), &everything, &m, NULL);
	if (r == 0)
		inv_matcher_free(m);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(make_matcher, NULL) > 1);
}

/* ---- globs ---- */

/* By definition, with all the backtracking there is; for patterns without braces. */
static bool naive_glob(struct lc_slice p, struct lc_slice s, bool start)
{
	if (p.n == 0)
		return s.n == 0;
	bool deep = start && lc_starts(p, LC_S("**")) && (p.n == 2 || p.p[2] == '/');
	if (deep && p.n == 2)
		return true;
	if (deep) {
		for (size_t i = 0; i <= s.n; i++) {
			if ((i == 0 || s.p[i - 1] == '/') &&
			    naive_glob(lc_skip(p, 3), lc_skip(s, i), true))
				return true;
		}
		return false;
	}
	if (p.p[0] == '*') {
		for (size_t i = 0; i <= s.n; i++) {
			if (naive_glob(lc_skip(p, 1), lc_skip(s, i), false))
				return true;
			if (i < s.n && s.p[i] == '/')
				return false;
		}
		return false;
	}
	return s.n && (p.p[0] == s.p[0] || (p.p[0] == '?' && s.p[0] != '/')) &&
	       naive_glob(lc_skip(p, 1), lc_skip(s, 1), p.p[0] == '/');
}

static void globs_agree_with_their_definition(void **state)
{
	(void)state;
	uint64_t seed = 7;
	size_t matched = 0;
	for (size_t i = 0; i < 300000; i++) {
		char pattern[10];
		char path[10];
		size_t n = next_below(&seed, 9) + 1;
		size_t k = next_below(&seed, 9) + 1;
		for (size_t c = 0; c < n; c++)
			pattern[c] = "aab?*//**"[next_below(&seed, 9)];
		for (size_t c = 0; c < k; c++)
			path[c] = "aab/"[next_below(&seed, 4)];
		struct lc_slice p = lc_slice_of(pattern, n);
		struct lc_slice s = lc_slice_of(path, k);
		/* Three stars and more are nobody's pattern. */
		if (lc_find_slice(p, LC_S("***")) != SIZE_MAX)
			continue;
		bool want = naive_glob(p, s, true);
		if (glob_match(p, s) != want)
			fail_msg("%.*s on %.*s: wanted %d", LC_FMT(p), LC_FMT(s), want);
		matched += want;
	}
	assert_true(matched > 1000);
}

static void globs_match_classes_braces_and_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path;
		bool want;
	} rows[] = {
		{ "[abc]x", "bx", true },
		{ "[abc]x", "dx", false },
		{ "[a-c]", "b", true },
		{ "[!a-c]", "b", false },
		{ "[^a-c]", "d", true },
		{ "[!a]", "/", false },
		{ "[]]", "]", true },
		{ "[]-a]", "^", true },
		{ "[a", "[a", true },
		{ "[\\]]", "]", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "a\\", "a\\", true },
		{ "{a,b}/c", "b/c", true },
		{ "{a,b}/c", "c/c", false },
		{ "x{,y}", "x", true },
		{ "x{,y}", "xy", true },
		{ "{a,{b,c}d}", "cd", true },
		{ "{a,{b,c}d}", "ad", false },
		{ "{a", "{a", true },
		{ "a}", "a}", true },
		{ "{a,b}{c,d}", "bd", true },
		{ "\\{a,b\\}", "{a,b}", true },
		{ "{**/,}x", "a/b/x", true },
		{ "", "", true },
		{ "", "a", false },
		{ "**", "", true },
		{ "a/**", "a/b/c", true },
		{ "a/**", "ab", false },
		{ "**/x", "x", true },
		{ "a/**/x", "a/x", true },
		{ "a**x", "abx", true },
		{ "a**x", "a/x", false },
	};
	for (size_t i = 0; i < N(rows); i++) {
		if (glob_match(lc_str(rows[i].pattern), lc_str(rows[i].path)) != rows[i].want)
			fail_msg("%s on %s", rows[i].pattern, rows[i].path);
	}
}

/* Backtracking is to the last star alone, so this ends at once. */
static void globs_take_no_exponential_time(void **state)
{
	(void)state;
	char pattern[1001];
	char path[4001];
	for (size_t i = 0; i < 1000; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	memset(path, 'a', 4000);
	pattern[1000] = path[4000] = '\0';
	pattern[999] = 'b';
	assert_false(glob_match(lc_str(pattern), lc_str(path)));
	assert_true(glob_valid(lc_str(pattern)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_naive_matcher),
		cmocka_unit_test(looks_at_heads_where_wants_ask),
		cmocka_unit_test(leaves_out_groups_and_targets_that_are_off),
		cmocka_unit_test(skips_files_and_directories_by_pattern),
		cmocka_unit_test(refuses_patterns_that_it_cannot_bound),
		cmocka_unit_test(patterns_give_files_to_a_type),
		cmocka_unit_test(patterns_of_nothing_are_refused),
		cmocka_unit_test(knows_what_a_link_would_stand_in_for),
		cmocka_unit_test(links_stand_in_for_nothing_that_is_skipped),
		cmocka_unit_test(a_link_with_a_target_past_all_bounds_is_still_one),
		cmocka_unit_test(options_that_change_facts_change_the_key),
		cmocka_unit_test(survives_any_failing_allocation),
		cmocka_unit_test(globs_agree_with_their_definition),
		cmocka_unit_test(globs_match_classes_braces_and_escapes),
		cmocka_unit_test(globs_take_no_exponential_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
