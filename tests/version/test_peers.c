/*
 * Made-up pairs, ordered by the schemes' own tools and by us. dpkg is asked wherever it is there;
 * rpm and apk in the interop tier alone (LACRE_INTEROP=1), since both come and go with versions.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "order.h"
#include "support/tap.h"

enum { PAIRS = 2000, TEXT_MAX = 96, SEED = 20260115 };

static struct pair {
	char a[TEXT_MAX];
	char b[TEXT_MAX];
} pairs[PAIRS];

/* Most pairs are near misses: what differs late is where comparers go wrong. */
static void make_pairs(enum version_scheme s)
{
	struct order_random r = { SEED };
	for (size_t i = 0; i < PAIRS; i++) {
		order_random_version(&r, s, pairs[i].a, TEXT_MAX);
		if (i % 4 == 0)
			order_random_version(&r, s, pairs[i].b, TEXT_MAX);
		else
			order_random_neighbour(&r, s, pairs[i].a, pairs[i].b, TEXT_MAX);
	}
}

/* Pairs to a temporary file, one a line, as fmt puts them; path ends in XXXXXX. */
static void write_pairs(char *path, const char *before, const char *between, const char *after)
{
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	assert_non_null(f);
	for (size_t i = 0; f && i < PAIRS; i++)
		assert_true(fprintf(f, "%s%s%s%s%s\n", before, pairs[i].a, between, pairs[i].b,
				    after) > 0);
	assert_int_equal(fclose(f), 0);
}

/* A shell command that reads $F and says one of < = > ! for each pair; anything else but those is
 * passed over. */
static void ask_tool(const char *command, const char *path, char answers[PAIRS])
{
	char line[1024];
	(void)snprintf(line, sizeof(line), "F=%s; %s", path, command);
	FILE *f = popen(line, "re");
	assert_non_null(f);
	size_t n = 0;
	for (int c = 0; f && n < PAIRS && (c = getc(f)) != EOF;)
		if (strchr("<=>!", c))
			answers[n++] = (char)c;
	(void)pclose(f); /* what counts is the number of answers */
	assert_int_equal(n, PAIRS);
}

static void compare_answers(enum version_scheme s, const char answers[PAIRS])
{
	size_t seen[3] = { 0, 0, 0 };
	for (size_t i = 0; i < PAIRS; i++) {
		char got = order_of_str(s, pairs[i].a, pairs[i].b);
		if (got != answers[i])
			fail_msg("%s %c %s to the tool, %c to us", pairs[i].a, answers[i],
				 pairs[i].b, got);
		seen[0] += got == '<';
		seen[1] += got == '=';
		seen[2] += got == '>';
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(seen[i] > PAIRS / 50); /* the pairs say something */
}

static bool has_tool(const char *probe)
{
	FILE *f = popen(probe, "re");
	return f && pclose(f) == 0;
}

#define DPKG                                                                             \
	"while IFS=' ' read -r a b; do dpkg --compare-versions \"$a\" lt \"$b\"; r=$?; " \
	"if [ $r = 1 ]; then dpkg --compare-versions \"$a\" eq \"$b\" && r=3; fi; "      \
	"case $r in 0) echo '<';; 1) echo '>';; 3) echo '=';; *) echo '!';; esac; "      \
	"done 2>/dev/null < \"$F\""

static void orders_and_refuses_as_dpkg_does(void **state)
{
	(void)state;
	char path[] = "/tmp/lacre-pairs-XXXXXX";
	char answers[PAIRS];
	if (!has_tool("dpkg --version >/dev/null 2>&1"))
		tap_skip("dpkg is not installed");
	make_pairs(VERSION_DEB);
	write_pairs(path, "", " ", "");
	ask_tool(DPKG, path, answers);
	assert_int_equal(unlink(path), 0);
	compare_answers(VERSION_DEB, answers);
}

static void need_interop(const char *tool, const char *probe)
{
	const char *on = getenv("LACRE_INTEROP");
	if (!on || strcmp(on, "1") != 0)
		tap_skip("interop tier is off (LACRE_INTEROP=1)");
	if (!has_tool(probe))
		tap_skip("%s is not installed", tool);
}

static void orders_as_rpm_does(void **state)
{
	(void)state;
	char path[] = "/tmp/lacre-pairs-XXXXXX";
	char answers[PAIRS];
	need_interop("rpm", "rpm --version >/dev/null 2>&1");
	make_pairs(VERSION_RPM);
	write_pairs(path, "print(({'<','=','>'})[2 + rpm.vercmp('", "','", "')])");
	ask_tool("rpm --eval \"%{lua:dofile('$F')}\"", path, answers);
	assert_int_equal(unlink(path), 0);
	compare_answers(VERSION_RPM, answers);
}

#define APK                                                                              \
	"while IFS=' ' read -r a b; do apk version -c \"$a\" \"$b\" >/dev/null 2>&1 && " \
	"apk version -t \"$a\" \"$b\" || echo '!'; done < \"$F\""

/* apk 2 calls more than this valid: numbers that are not there ("1.", "-r"). */
#define APK_GRAMMAR \
	"^[0-9]+(\\.[0-9]+)*([a-z]([0-9]+(\\.[0-9]+)*)?)*(_[a-z]+[0-9]*)*(~[0-9a-f]+)?(-r[0-9]+)?$"

static bool in_grammar(const regex_t *re, const char *v)
{
	return regexec(re, v, 0, NULL, 0) == 0;
}

/* Over valid versions alone: outside the grammar apk 2 and 3 differ, and lacre follows neither
 * whole. */
static void orders_valid_versions_as_apk_does(void **state)
{
	(void)state;
	char path[] = "/tmp/lacre-pairs-XXXXXX";
	char answers[PAIRS];
	regex_t re;
	need_interop("apk 2.14", "apk --version 2>/dev/null | grep -q 'apk-tools 2[.]'");
	make_pairs(VERSION_APK);
	write_pairs(path, "", " ", "");
	ask_tool(APK, path, answers);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(regcomp(&re, APK_GRAMMAR, REG_EXTENDED | REG_NOSUB), 0);
	for (size_t i = 0; i < PAIRS; i++)
		if (answers[i] == '!' || !in_grammar(&re, pairs[i].a) ||
		    !in_grammar(&re, pairs[i].b))
			answers[i] = order_of_str(VERSION_APK, pairs[i].a, pairs[i].b);
	regfree(&re);
	compare_answers(VERSION_APK, answers);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_and_refuses_as_dpkg_does),
		cmocka_unit_test(orders_as_rpm_does),
		cmocka_unit_test(orders_valid_versions_as_apk_does),
	};
	return cmocka_run_group_tests_name("version/peers", tests, NULL, NULL);
}
