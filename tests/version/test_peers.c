/*
 * Made-up pairs and those of the sample data, ordered by the schemes' own tools and by us. dpkg is
 * asked wherever it is there; the others in the interop tier alone (LACRE_INTEROP=1), since they
 * come and go with versions.
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
#include "support/fixture.h"
#include "support/tap.h"

enum { PAIRS = 2000, PAIRS_MAX = 20000, TEXT_MAX = 96, SEED = 20260115 };
/* Strict peers refuse most of what is made up: of that many they still order a thousand. */
enum { PAIRS_SAID = 1000 };

static struct pair {
	char a[TEXT_MAX];
	char b[TEXT_MAX];
} pairs[PAIRS_MAX];
static size_t pairs_n;

/* Most pairs are near misses: what differs late is where comparers go wrong. */
static void make_pairs(enum version_scheme s, size_t n)
{
	struct order_random r = { SEED };
	pairs_n = n;
	for (size_t i = 0; i < n; i++) {
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
	for (size_t i = 0; f && i < pairs_n; i++)
		assert_true(fprintf(f, "%s%s%s%s%s\n", before, pairs[i].a, between, pairs[i].b,
				    after) > 0);
	assert_int_equal(fclose(f), 0);
}

/* A shell command that reads $F and says one of < = > ! for each pair; anything else but those is
 * passed over. */
static void ask_tool(const char *command, const char *path, char *answers)
{
	char line[1024];
	(void)snprintf(line, sizeof(line), "F=%s; %s", path, command);
	FILE *f = popen(line, "re");
	assert_non_null(f);
	size_t n = 0;
	for (int c = 0; f && n < pairs_n && (c = getc(f)) != EOF;)
		if (strchr("<=>!", c))
			answers[n++] = (char)c;
	(void)pclose(f); /* what counts is the number of answers */
	assert_int_equal(n, pairs_n);
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
	make_pairs(VERSION_DEB, PAIRS);
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
	make_pairs(VERSION_RPM, PAIRS);
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
	make_pairs(VERSION_APK, PAIRS);
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

/* ---- the languages' own tools, by the programs in peers/ ---- */

struct peer {
	enum version_scheme scheme;
	const char *tool;    /* what is missing when the probe fails */
	const char *probe;   /* in the folder of the programs */
	const char *command; /* with the pairs' file behind it */
	const char *lists[2];
};

static void in_peers(char *line, size_t size, const char *command, const char *rest)
{
	(void)snprintf(line, size, "cd \"$LACRE_SOURCE_ROOT/tests/version/peers\" && %s%s", command,
		       rest);
}

/* What either side refuses has no place in its order: such pairs say nothing. Of the others there
 * must be so many; which they are is a matter of the seed and of the peer, never of chance. */
static void compare_to_peer(const struct peer *p, const char *answers, size_t least)
{
	size_t said = 0;
	for (size_t i = 0; i < pairs_n; i++) {
		char got = order_of_str(p->scheme, pairs[i].a, pairs[i].b);
		if (got == '!' || answers[i] == '!')
			continue;
		said++;
		if (got != answers[i])
			fail_msg("%s %c %s to %s, %c to us", pairs[i].a, answers[i], pairs[i].b,
				 p->tool, got);
	}
	if (said <= least)
		fail_msg("%s: only %zu of %zu pairs", p->tool, said, pairs_n);
}

static void ask_peer(const struct peer *p, size_t least)
{
	static char answers[PAIRS_MAX];
	char path[] = "/tmp/lacre-pairs-XXXXXX";
	char line[512];
	in_peers(line, sizeof(line), p->command, " \"$F\"");
	write_pairs(path, "", " ", "");
	ask_tool(line, path, answers);
	assert_int_equal(unlink(path), 0);
	compare_to_peer(p, answers, least);
}

static void take_pair(struct lc_slice text)
{
	struct lc_slice rest = lc_trim(text);
	struct lc_slice word[3];
	if (!rest.n || rest.p[0] == '#' || lc_starts(rest, LC_S("//")))
		return;
	for (size_t i = 0; i < 3; i++)
		assert_true(lc_split(&rest, ' ', &word[i]));
	assert_true(pairs_n < PAIRS_MAX);
	if (word[0].n >= TEXT_MAX || word[2].n >= TEXT_MAX)
		return;
	(void)snprintf(pairs[pairs_n].a, TEXT_MAX, "%.*s", LC_FMT(word[0]));
	(void)snprintf(pairs[pairs_n++].b, TEXT_MAX, "%.*s", LC_FMT(word[2]));
}

static void take_list(const char *path)
{
	struct lc_buf text;
	struct lc_slice line;
	lc_buf_init(&text, 4U << 20);
	data_read(path, &text);
	struct lc_slice rest = lc_buf_get(&text);
	while (lc_line(&rest, &line))
		take_pair(line);
	lc_buf_done(&text);
}

static void check_peer(const struct peer *p)
{
	char line[512];
	in_peers(line, sizeof(line), p->probe, " >/dev/null 2>&1");
	need_interop(p->tool, line);
	make_pairs(p->scheme, PAIRS_MAX);
	ask_peer(p, PAIRS_SAID);
	pairs_n = 0;
	for (size_t i = 0; i < 2 && data_dir() && p->lists[i]; i++)
		take_list(p->lists[i]);
	if (pairs_n)
		ask_peer(p, pairs_n / 50);
}

#define PEER(name, ...)                                   \
	static void name(void **state)                    \
	{                                                 \
		static const struct peer p = __VA_ARGS__; \
		(void)state;                              \
		check_peer(&p);                           \
	}

PEER(orders_as_packaging_does,
     { VERSION_PEP440,
       "Python's packaging",
       "python3 -c 'import packaging'",
       "python3 pep440.py",
       { "versions/pypi-versions.txt", "versions/pypi-versions-generated.txt" } })
PEER(orders_as_rubygems_does,
     { VERSION_GEM,
       "ruby",
       "ruby -rrubygems -e 0",
       "ruby gem.rb",
       { "versions/rubygems-versions.txt", "versions/rubygems-versions-generated.txt" } })
PEER(orders_as_composer_does,
     { VERSION_COMPOSER,
       "php-composer-semver",
       "php -r 'require \"/usr/share/php/Composer/Semver/autoload.php\";'",
       "php composer.php",
       { "versions/packagist-versions.txt", "versions/packagist-versions-generated.txt" } })
#define JAVA \
	"java -cp /usr/share/java/maven3-artifact.jar:/usr/share/java/commons-lang3.jar Maven.java"
PEER(orders_as_maven_does,
     { VERSION_MAVEN,
       "libmaven3-core-java (with a JDK)",
       JAVA " /dev/null",
       JAVA,
       { "versions/maven-versions.txt", "versions/maven-versions-generated.txt" } })
#define NODE "NODE_PATH=/usr/share/nodejs node semver.js"
PEER(orders_as_npm_does,
     { VERSION_SEMVER, "node-semver", NODE " /dev/null", NODE, { "versions/semver-versions.txt" } })
#define GO "GO111MODULE=off GOPATH=/usr/share/gocode go run gomod.go"
PEER(orders_as_go_does, { VERSION_GO,
			  "golang-golang-x-mod-dev (with go)",
			  GO " /dev/null",
			  GO,
			  { "versions/semver-versions.txt" } })

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_and_refuses_as_dpkg_does),
		cmocka_unit_test(orders_as_rpm_does),
		cmocka_unit_test(orders_valid_versions_as_apk_does),
		cmocka_unit_test(orders_as_packaging_does),
		cmocka_unit_test(orders_as_rubygems_does),
		cmocka_unit_test(orders_as_composer_does),
		cmocka_unit_test(orders_as_maven_does),
		cmocka_unit_test(orders_as_npm_does),
		cmocka_unit_test(orders_as_go_does),
	};
	return cmocka_run_group_tests_name("version/peers", tests, NULL, NULL);
}
