#include "scan/git_url.h"

#include <string.h>

#include "scan/skip_paths.h"
#include "support/slice_assert.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void addresses_are_taken_and_shown_without_credentials(void **state)
{
	static const struct {
		const char *text, *url, *shown, *protocol, *host, *origin;
		size_t secrets;
	} rows[] = {
		{ "https://h.example/a/b.git", "https://h.example/a/b.git",
		  "https://h.example/a/b.git", "https", "h.example", "https://h.example/", 0 },
		{ "https://me:secret@h.example:8443/a?t=1#f",
		  "https://me:secret@h.example:8443/a?t=1#f", "https://h.example:8443/a", "https",
		  "h.example", "https://h.example:8443/", 3 },
		{ "https://longtoken@h.example/a", "https://longtoken@h.example/a",
		  "https://h.example/a", "https", "h.example", "https://h.example/", 2 },
		{ "https://a@b@h.example/a", "https://a@b@h.example/a", "https://h.example/a",
		  "https", "h.example", "https://h.example/", 1 },
		{ "https://[::1]:8443/a", "https://[::1]:8443/a", "https://[::1]:8443/a", "https",
		  "[::1]", "https://[::1]:8443/", 0 },
		{ "h.example/a/b", "https://h.example/a/b", "h.example/a/b", "https", "h.example",
		  "https://h.example/", 0 },
		{ "git@h.example:a/b.git", "git@h.example:a/b.git", "git@h.example:a/b.git", "ssh",
		  "h.example", "", 0 },
		{ "ssh://git:pw@h.example:22/a", "ssh://git:pw@h.example:22/a",
		  "ssh://git@h.example:22/a", "ssh", "h.example", "", 2 },
		{ "file:///srv/a", "file:///srv/a", "file:///srv/a", "file", "", "", 0 },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		struct git_url u;
		struct lc_err e = { 0 };
		int rc = git_url_parse(lc_str(rows[i].text), false, &a, &u, &e);
		if (rc)
			fail_msg("%s: %s", rows[i].text, e.msg);
		assert_string_equal(u.url, rows[i].url);
		assert_slice(u.shown, lc_str(rows[i].shown));
		assert_slice(u.protocol, lc_str(rows[i].protocol));
		assert_slice(u.host, lc_str(rows[i].host));
		assert_slice(u.origin, lc_str(rows[i].origin));
		assert_int_equal(u.secrets.n, rows[i].secrets);
		lc_arena_done(&a);
	}
}

static void what_git_could_take_for_something_else_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"-u",
		"--upload-pack=x",
		"ext::sh -c x",
		"ext::sh",
		"https://",
		"https://h",
		"https://h/",
		"https:///a",
		"https://-h/a",
		"ssh://-oProxyCommand=x/a",
		"ssh://-o@h/a",
		"git@h:-a",
		"file://host/a",
		"file://u@/a",
		"ftp://h/a",
		"http://h/a",
		"git://h/a",
		"https://h/a b",
		"https://h/a\n",
		"https://u:p@h/\x7f",
		"nothing",
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		struct git_url u;
		struct lc_err e = { 0 };
		int rc = git_url_parse(lc_str(rows[i]), false, &a, &u, &e);
		if (rc != LC_EUSAGE && rc != LC_ENOTFOUND)
			fail_msg("%s: %d", rows[i], rc);
		assert_null(strchr(e.msg, '\n'));
		assert_null(strstr(e.msg, "u:p"));
		lc_arena_done(&a);
	}
}

static void plain_protocols_are_for_those_who_ask(void **state)
{
	static const char *const rows[] = { "http://h.example/a", "git://h.example/a" };
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		struct git_url u;
		assert_int_equal(git_url_parse(lc_str(rows[i]), false, &a, &u, NULL), LC_EUSAGE);
		assert_int_equal(git_url_parse(lc_str(rows[i]), true, &a, &u, NULL), 0);
		lc_arena_done(&a);
	}
}

static void a_long_address_is_refused(void **state)
{
	static char text[GIT_URL_BYTES_MAX + 1];
	struct lc_arena a = { 0 };
	struct git_url u;
	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://h/", 10);
	assert_int_equal(git_url_parse(lc_slice_of(text, sizeof(text)), false, &a, &u, NULL),
			 LC_EUSAGE);
	assert_int_equal(git_url_parse(lc_slice_of(text, sizeof(text) - 1), false, &a, &u, NULL),
			 0);
	lc_arena_done(&a);
}

static void names_are_those_that_git_takes_for_names(void **state)
{
	static const char *const good[] = { "main", "v1.2", "feature/x", "a@b", "\xc3\xa9" };
	static const char *const bad[] = { "",     "-x",    "+x",   "/x",  "x/",   "x.", "x.lock",
					   "a..b", "a@{1}", "a//b", "a b", "a~1",  "a^", "a:b",
					   "a?",   "a*",    "a[",   "a\\", "a\x7f" };
	(void)state;
	for (size_t i = 0; i < N(good); i++)
		assert_true(git_ref_valid(lc_str(good[i])));
	for (size_t i = 0; i < N(bad); i++)
		assert_false(git_ref_valid(lc_str(bad[i])));
	assert_true(git_commit_valid(LC_S("0aF9")));
	assert_false(git_commit_valid(LC_S("0aF")));
	assert_false(git_commit_valid(LC_S("main")));
	assert_false(git_commit_valid(LC_S("-aaaa")));
}

/* ---- paths to be skipped ---- */

static void paths_are_cleaned_by_their_text(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = { { "a//b/./c/", "a/b/c" }, { "./", "." },       { "", "." },
		     { "a/../b", "b" },        { "/a/../..", "/" }, { "../x", "../x" } };
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		assert_slice(scan_clean_path(lc_str(rows[i].path), &a), lc_str(rows[i].want));
		lc_arena_done(&a);
	}
}

static void patterns_are_those_of_the_tree(void **state)
{
	static const struct {
		const char *root, *pattern, *want;
	} rows[] = {
		{ "app", "app/vendor", "vendor" },
		{ "./app", "./app/vendor", "vendor" },
		{ "app", "/cwd/app/vendor", "vendor" },
		{ "/cwd/app", "app/vendor", "vendor" },
		{ "app", "**/testdata", "**/testdata" },
		{ "app", "application/x", "application/x" },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_arena a = { 0 };
		struct lc_slice got = scan_skip_pattern(lc_str(rows[i].root), LC_S("/cwd"),
							lc_str(rows[i].pattern), &a);
		assert_slice(got, lc_str(rows[i].want));
		lc_arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_taken_and_shown_without_credentials),
		cmocka_unit_test(what_git_could_take_for_something_else_is_refused),
		cmocka_unit_test(plain_protocols_are_for_those_who_ask),
		cmocka_unit_test(a_long_address_is_refused),
		cmocka_unit_test(names_are_those_that_git_takes_for_names),
		cmocka_unit_test(paths_are_cleaned_by_their_text),
		cmocka_unit_test(patterns_are_those_of_the_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
