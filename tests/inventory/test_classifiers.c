/* The table of programs that say their version, and how their texts are found. */
#include "inventory/binary/classifiers.h"

#include <stdlib.h>

#include "format/executable_make.h"
#include "inventory/binary/analysers.h"
#include "inventory/facts_text.h"
#include "support/slice_assert.h"

struct pattern_row {
	const char *pattern;
	struct lc_slice in;
	const char *want; /* versions, a space between */
};

#define P(pattern, in, want)                 \
	{                                    \
		pattern, LC_S_INIT(in), want \
	}
static const struct pattern_row patterns[] = {
	P("x/%v", "x/1.22.1", "1.22.1"),
	P("x/%v", "x/1.22.1 x/1.22.2", "1.22.1 1.22.2"),
	P("x/%v", "x/1.22 ", "1.22"),
	P("x/%v", "x/1", ""),
	P("x/%v", "x/1. ", ""),
	P("x/%v", "x/.1.2", ""),
	P("x/%v", "x/v1.2", ""),
	P("x/%v", "x/1.2.*", ""),
	P("x/%v", "x/1.2*", ""),
	P("x/%v", "x/1.2_3", ""),
	P("x/%v", "x/1.1.1w", "1.1.1w"),
	P("x/%v", "x/9.2p1 Debian", "9.2p1"),
	P("x/%v", "x/2.1.0-beta3", "2.1.0-beta3"),
	P("x/%v", "x/3.0.0rc1", "3.0.0rc1"),
	P("x/%v", "x/3.0.0-rc.1", "3.0.0-rc.1"),
	P("x/%v", "x/1.2.3-0+deb12u1", "1.2.3"),
	P("x/%v", "x/1.2.3beta", "1.2.3beta"),
	P("x/%v", "x/1.2.3custom", ""),
	P("x/%n", "x/1.2.3custom", "1.2.3"),
	P("x/%p ", "x/6.9.11-60 Q", "6.9.11-60"),
	P("x/%p ", "x/6.9.11 Q", "6.9.11"),
	P("r %np", "r 3.1.2p20", "3.1.2"),
	P("%0%n%0", "\0001.2.3\0002.3.4\0x", "1.2.3 2.3.4"),
	P("%0%n%0", "1.2.3\0001.2.3", ""),
	P("%0%n%0", "\000127.0.0.1\0000.0.0.0\000255.255.255.255\0", ""),
	P("%0%v, %9", "\0001.0.8, 13-Jul\0", "1.0.8"),
	P("%0%v, %9", "\0001.0.8, July\0", ""),
	P("%%s version %n", "%s version 4.99.3", "4.99.3"),
	P("x/%v", "", ""),
	P("x/%v", "x/", ""),
	P("x/%v (", "x/1.2.3 (U) x/1.2", "1.2.3"),
};

static void finds_versions_where_patterns_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(patterns); i++) {
		struct lc_buf got;
		struct lc_slice version;
		lc_buf_init(&got, 1024);
		for (size_t at = 0;
		     classifier_next(patterns[i].pattern, patterns[i].in, &at, &version);) {
			if (got.n)
				lc_buf_byte(&got, ' ');
			lc_buf_slice(&got, version);
		}
		if (!lc_eq(lc_buf_get(&got), lc_str(patterns[i].want)))
			fail_msg("%s in row %zu: %.*s, not %s", patterns[i].pattern, i,
				 LC_FMT(lc_buf_get(&got)), patterns[i].want);
		lc_buf_done(&got);
	}
}

static void the_table_is_sound(void **state)
{
	(void)state;
	assert_true(classifiers_n >= 40);
	for (size_t i = 0; i < classifiers_n; i++) {
		const struct classifier *c = &classifiers[i];
		assert_true(i == 0 || strcmp(classifiers[i - 1].name, c->name) < 0);
		assert_non_null(strchr(c->cpe, ':'));
		for (size_t k = 0; k < CLASSIFIER_PATTERNS_MAX && c->patterns[k]; k++) {
			/* A version, and text before it: else every byte would be looked at. */
			const char *p = c->patterns[k];
			assert_true(p[0] != '%' || p[1] == '0' || p[1] == '%');
			assert_true(strstr(p, "%n") || strstr(p, "%v") || strstr(p, "%p"));
		}
		assert_non_null(c->patterns[0]);
	}
}

static void knows_files_by_their_names(void **state)
{
	static const struct classifier c = { .files = "a b2* libc.so*" };
	(void)state;
	assert_true(classifier_wants(&c, LC_S("a")));
	assert_true(classifier_wants(&c, LC_S("b2")));
	assert_true(classifier_wants(&c, LC_S("b2.7")));
	assert_true(classifier_wants(&c, LC_S("libc.so.6")));
	assert_false(classifier_wants(&c, LC_S("ab")));
	assert_false(classifier_wants(&c, LC_S("b")));
	assert_false(classifier_wants(&c, LC_S("")));
	assert_slice(classifier_numbers(LC_S("libpython3.11.so.1.0")), LC_S("3.11"));
	assert_slice(classifier_numbers(LC_S("python3")), LC_S("3"));
	assert_slice(classifier_numbers(LC_S("python")), LC_S(""));
}

struct program_row {
	const char *path;
	struct lc_slice data;
	const char *want;
};
#define PROGRAM(path, data, want)           \
	{                                   \
		path, LC_S_INIT(data), want \
	}
static const struct program_row programs[] = {
	PROGRAM("opt/nginx", "\0nginx version: nginx/1.22.1\0nginx version: nginx/1.22.1\0",
		"p binary nginx 1.22.1 cpe=cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:* "
		"bitnami=nginx lines=0-0\n"),
	PROGRAM("opt/other", "\0nginx version: nginx/1.22.1\0", ""),
	PROGRAM("opt/nginx", "\0nginx version: nginx/1.22.1\0nginx version: nginx/1.23.0\0", ""),
	PROGRAM("opt/nginx", "\0no version of it\0", ""),
	PROGRAM("opt/nginx", "", ""),
	PROGRAM("bin/tmux", "\0003.3a\0TMUX_TMPDIR\0",
		"p binary tmux 3.3a cpe=cpe:2.3:a:tmux_project:tmux:3.3a:*:*:*:*:*:*:* "
		"lines=0-0\n"),
	PROGRAM("bin/tmux", "\0003.3a\0", ""),
	PROGRAM("bin/python3.11", "PYTHONHOME\0003.11.2\00014.0.0\0003.1.9\0",
		"p binary python 3.11.2 cpe=cpe:2.3:a:python:python:3.11.2:*:*:*:*:*:*:* "
		"bitnami=python lines=0-0\n"),
	PROGRAM("bin/python3.1", "PYTHONHOME\0003.11.2\0", ""),
	PROGRAM("bin/redis-server", "\0007.0.15\0c11-builtin\0001.0.0\0",
		"p binary redis 7.0.15 cpe=cpe:2.3:a:redis:redis:7.0.15:*:*:*:*:*:*:* "
		"bitnami=redis lines=0-0\n"),
};

static void tells_programs_by_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(programs); i++) {
		struct make_executable m = { .format = MAKE_ELF,
					     .wide = true,
					     .section = ".rodata",
					     .bytes = programs[i].data };
		struct lc_buf file;
		struct facts f;
		lc_buf_init(&file, 1 << 20);
		make_executable(&file, &m);
		facts_of(&f, &inv_executable, programs[i].path, lc_buf_get(&file));
		const char *got = facts_text(&f);
		if (strcmp(got, programs[i].want) != 0)
			fail_msg("%s, row %zu:\n%s\nwanted:\n%s", programs[i].path, i, got,
				 programs[i].want);
		facts_done(&f);
		lc_buf_done(&file);
	}
}

/* At every distance from where one read ends and the next begins. */
static void meets_what_lies_across_a_border(void **state)
{
	static const struct lc_slice text = LC_S_INIT("nginx version: nginx/1.22.1");
	enum { BORDER = 256 << 10, SIZE = 300 << 10 };
	uint8_t *data = calloc(1, SIZE);
	(void)state;
	assert_non_null(data);
	for (size_t at = BORDER - 300; at < BORDER + 40; at += 13) {
		struct lc_buf file;
		struct facts f;
		memset(data, 0, SIZE);
		memcpy(data + at, text.p, text.n);
		struct make_executable m = { .format = MAKE_ELF,
					     .wide = true,
					     .section = ".rodata",
					     .bytes = lc_slice_of(data, SIZE) };
		lc_buf_init(&file, 1 << 20);
		make_executable(&file, &m);
		facts_of(&f, &inv_executable, "nginx", lc_buf_get(&file));
		assert_int_equal(f.facts.files.n, 1);
		assert_int_equal(f.facts.files.v[0].packages.n, 1);
		facts_done(&f);
		lc_buf_done(&file);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_versions_where_patterns_match),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(knows_files_by_their_names),
		cmocka_unit_test(tells_programs_by_what_they_say),
		cmocka_unit_test(meets_what_lies_across_a_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
