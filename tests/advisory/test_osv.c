/* OSV records: what is taken of them, and what a broken one does. */
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/alloc_fail.h"

struct osv_case {
	const char *name, *json;
	enum feed_outcome outcome;
	const char *want[4]; /* lines among what is told */
};

#define AFFECTED(eco, name, more) \
	"\"affected\":[{\"package\":{\"ecosystem\":\"" eco "\",\"name\":\"" name "\"}," more "}]"
#define RANGE(type, events) "\"ranges\":[{\"type\":\"" type "\",\"events\":[" events "]}]"
#define OPEN                RANGE("ECOSYSTEM", "{\"introduced\":\"0\"}")

static const struct osv_case cases[] = {
	{ "a CVE is about itself",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED("npm", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "package npm x {\"id\":\"CVE-2024-1000\",\"ranges\":[[\">=0\"]],\"source\":\"osv\"}",
	    "vulnerability CVE-2024-1000 osv {}" } },
	{ "the lowest CVE of the aliases, by number",
	  "{\"id\":\"GO-1\",\"aliases\":[\"GHSA-a-1\",\"CVE-2024-10000\",\"CVE-2024-9999\"]"
	  "," AFFECTED("Go", "m",
		       RANGE("SEMVER", "{\"introduced\":\"1.0.0\"},{\"fixed\":\"1.2.0\"}")) "}",
	  FEED_TAKEN,
	  { "package Go m {\"id\":\"GO-1\",\"about\":[\"CVE-2024-9999\"],\"aliases\":"
	    "[\"CVE-2024-10000\",\"GHSA-a-1\"],\"ranges\":[[\">=1.0.0\",\"<1.2.0\"]],"
	    "\"source\":\"govulndb\"}",
	    "vulnerability CVE-2024-9999 govulndb "
	    "{\"aliases\":[\"GO-1\",\"CVE-2024-10000\",\"GHSA-a-1\"]}" } },
	{ "every upstream CVE of a notice, and none of its text",
	  "{\"id\":\"DSA-1-1\",\"summary\":\"x - security update\","
	  "\"upstream\":[\"CVE-2024-2\",\"CVE-2024-1001\",\"CVE-2024-1000\"]," AFFECTED(
		  "Debian:12", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "package Debian:12 x {\"id\":\"DSA-1-1\",\"about\":[\"CVE-2024-1000\",\"CVE-2024-1"
	    "001\"],"
	    "\"aliases\":[\"CVE-2024-2\"],\"ranges\":[[\">=0\"]],\"source\":\"debian\"}",
	    "vulnerability CVE-2024-1000 debian {}", "vulnerability CVE-2024-1001 debian {}" } },
	{ "a GHSA where upstream has no CVE",
	  "{\"id\":\"CGA-1-1\",\"upstream\":[\"GHSA-2-2\"]," AFFECTED("Wolfi", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "package Wolfi x {\"id\":\"CGA-1-1\",\"about\":[\"GHSA-2-2\"],\"ranges\":[[\">=0\"]],"
	    "\"source\":\"wolfi\"}" } },
	{ "its own id where nothing else is named",
	  "{\"id\":\"DLA-9-2\"," AFFECTED("Debian:10", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "package Debian:10 x {\"id\":\"DLA-9-2\",\"ranges\":[[\">=0\"]],\"source\":\"debia"
	    "n\"}" } },
	{ "a distribution's record of a CVE describes it",
	  "{\"id\":\"UBUNTU-CVE-2024-1000\",\"upstream\":[\"CVE-2024-1000\"],\"details\":\"text\","
	  "\"published\":\"2024-01-02T00:00:00Z\",\"modified\":\"2024-01-03T00:00:00Z\","
	  "\"severity\":[{\"type\":\"Ubuntu\",\"score\":\"negligible\"}]," AFFECTED(
		  "Ubuntu:18.04:LTS", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "vulnerability CVE-2024-1000 ubuntu {\"description\":\"text\",\"vendor_severity\":"
	    "{\"ubuntu\":\"LOW\"},\"aliases\":[\"UBUNTU-CVE-2024-1000\"],"
	    "\"published\":\"2024-01-02T00:00:00Z\",\"modified\":\"2024-01-03T00:00:00Z\"}" } },
	{ "AlmaLinux: related CVEs, severity and module of the summary",
	  "{\"id\":\"ALSA-1\",\"summary\":\"Important: virt:rhel and virt-devel:rhel security "
	  "update\","
	  "\"related\":[\"CVE-2024-1000\",\"ALSA-0\"]," AFFECTED(
		  "AlmaLinux:9", "x",
		  RANGE("ECOSYSTEM", "{\"introduced\":\"0\"},{\"fixed\":\"1-2.module_el9\"}")) "}",
	  FEED_TAKEN,
	  { "package AlmaLinux:9 x {\"id\":\"ALSA-1\",\"about\":[\"CVE-2024-1000\"],"
	    "\"ranges\":[[\">=0\",\"<1-2.module_el9\"]],\"severity\":\"HIGH\",\"source\":\"alm"
	    "a\",\"module\":\"virt:rhel\"}",
	    "package AlmaLinux:9 x {\"id\":\"ALSA-1\",\"about\":[\"CVE-2024-1000\"],"
	    "\"ranges\":[[\">=0\",\"<1-2.module_el9\"]],\"severity\":\"HIGH\",\"source\":\"alma\","
	    "\"module\":\"virt-devel:rhel\"}",
	    "vulnerability CVE-2024-1000 alma {\"vendor_severity\":{\"alma\":\"HIGH\"}}" } },
	{ "AlmaLinux: what is no module build is not held to a module",
	  "{\"id\":\"ALSA-2\",\"summary\":\"Low: kernel:4.18.0 security update\","
	  "\"related\":[\"CVE-2024-1000\"]," AFFECTED("AlmaLinux:8", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "package AlmaLinux:8 x {\"id\":\"ALSA-2\",\"about\":[\"CVE-2024-1000\"],"
	    "\"ranges\":[[\">=0\"]],\"severity\":\"LOW\",\"source\":\"alma\"}" } },
	{ "AlmaLinux without a CVE is a bug fix",
	  "{\"id\":\"ALBA-1\",\"summary\":\"x bug fix update\",\"related\":[]," AFFECTED(
		  "AlmaLinux:9", "x", OPEN) "}",
	  FEED_SKIPPED,
	  { 0 } },
	{ "withdrawn",
	  "{\"id\":\"GO-2\",\"withdrawn\":\"2024-01-01T00:00:00Z\"," AFFECTED("Go", "m", OPEN) "}",
	  FEED_WITHDRAWN,
	  { 0 } },
	{ "every kind of event, several a range, in the record's order",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED(
		  "npm", "x",
		  RANGE("SEMVER",
			"{\"introduced\":\"0\"},{\"fixed\":\"1.0\"},{\"introduced\":\"2.0\"},"
			"{\"last_affected\":\"2.5\"},{\"limit\":\"3.0\"}")) "}",
	  FEED_TAKEN,
	  { "package npm x {\"id\":\"CVE-2024-1000\",\"ranges\":[[\">=0\",\"<1.0\",\">=2.0\","
	    "\"<=2.5\","
	    "\"|3.0\"]],\"source\":\"osv\"}" } },
	{ "GIT ranges alone say nothing of packages",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED("npm", "x",
						RANGE("GIT", "{\"introduced\":\"0\"}")) "}",
	  FEED_SKIPPED,
	  { 0 } },
	{ "GIT ranges beside versions are passed over",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED(
		  "PyPI", "A_b.C",
		  RANGE("GIT",
			"{\"introduced\":\"0\"}") ",\"versions\":[\"1.0\",\"\",\"odd one\"]") "}",
	  FEED_TAKEN,
	  { "package PyPI a-b-c {\"id\":\"CVE-2024-1000\",\"versions\":[\"1.0\",\"odd one\"],"
	    "\"source\":\"osv\"}" } },
	{ "types of ranges nobody knows are passed over",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED("npm", "x",
						RANGE("DATE", "{\"introduced\":\"0\"}")) "}",
	  FEED_SKIPPED,
	  { 0 } },
	{ "a sign in front of a version is no part of it",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED(
		  "npm", "x", RANGE("SEMVER", "{\"introduced\":\"0\"},{\"fixed\":\"= 1.0\"}")) "}",
	  FEED_TAKEN,
	  { "package npm x {\"id\":\"CVE-2024-1000\",\"ranges\":[[\">=0\",\"<1.0\"]],"
	    "\"source\":\"osv\"}" } },
	{ "a notice that a crate lost its maintainer is told, as others tell it",
	  "{\"id\":\"RUSTSEC-1\"," AFFECTED(
		  "crates.io", "x",
		  OPEN ",\"database_specific\":{\"informational\":\"unmaintained\"}") "}",
	  FEED_TAKEN,
	  { "package crates.io x {\"id\":\"RUSTSEC-1\",\"ranges\":[[\">=0\"]],\"source\":\"osv"
	    "\"}" } },
	{ "an open range ends at the last version known to be affected",
	  "{\"id\":\"GHSA-1\"," AFFECTED("npm", "x",
					 OPEN ",\"database_specific\":{\"last_known_affected_"
					      "version_range\":\"<= 1.2\"}") "}",
	  FEED_TAKEN,
	  { "package npm x {\"id\":\"GHSA-1\",\"ranges\":[[\">=0\",\"<=1.2\"]],\"source\":"
	    "\"ghsa\"}" } },
	{ "or before the first that is not",
	  "{\"id\":\"GHSA-1\"," AFFECTED("npm", "x",
					 OPEN ",\"database_specific\":{\"last_known_affected_"
					      "version_range\":\"< 1.2\"}") "}",
	  FEED_TAKEN,
	  { "package npm x {\"id\":\"GHSA-1\",\"ranges\":[[\">=0\",\"|1.2\"]],\"source\":"
	    "\"ghsa\"}" } },
	{ "functions of crates",
	  "{\"id\":\"RUSTSEC-1\"," AFFECTED(
		  "crates.io", "x",
		  OPEN ",\"ecosystem_specific\":{\"affects\":{\"functions\":[\"x::y\"]}}") "}",
	  FEED_TAKEN,
	  { "package crates.io x {\"id\":\"RUSTSEC-1\",\"ranges\":[[\">=0\"]],\"source\":\"osv"
	    "\",\"symbols\":[\"x::y\"]}" } },
	{ "symbols of Go stand behind their import path; a path without any is whole",
	  "{\"id\":\"GO-1\"," AFFECTED(
		  "Go", "x.org/y",
		  OPEN ",\"ecosystem_specific\":{\"imports\":[{\"path\":\"x.org/y/z\",\"symbols\":"
		       "[\"A.b\",\"C\"]},{\"path\":\"x.org/y\"},{\"symbols\":[\"D\"]}]}") "}",
	  FEED_TAKEN,
	  { "package Go x.org/y {\"id\":\"GO-1\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\","
	    "\"symbols\":[\"x.org/y/z A.b C\",\"x.org/y\"]}" } },
	{ "RustSec unsoundness is one",
	  "{\"id\":\"RUSTSEC-1\"," AFFECTED(
		  "crates.io", "x",
		  OPEN ",\"database_specific\":{\"informational\":\"unsound\"}") "}",
	  FEED_TAKEN,
	  { "package crates.io x {\"id\":\"RUSTSEC-1\",\"ranges\":[[\">=0\"]],\"source\":\"osv"
	    "\"}" } },
	{ "the vendor's state of an open range",
	  "{\"id\":\"CGA-1-1\",\"upstream\":[\"CVE-2024-1000\"]," AFFECTED(
		  "Wolfi", "x", OPEN ",\"database_specific\":{\"status\":\"fix-not-planned\"}") "}",
	  FEED_TAKEN,
	  { "package Wolfi x {\"id\":\"CGA-1-1\",\"about\":[\"CVE-2024-1000\"],\"ranges\":[[\""
	    ">=0\"]],"
	    "\"status\":\"will_not_fix\",\"source\":\"wolfi\"}" } },
	{ "words and vectors of severity; a vector that is none is left out",
	  "{\"id\":\"GHSA-1-1\",\"aliases\":[\"CVE-2024-1000\"],\"summary\":\"title\\nmore\","
	  "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:"
	  "H/I:H/A:H\"},"
	  "{\"type\":\"CVSS_V4\",\"score\":\"CVSS:4.0/AV:N\"}],"
	  "\"database_specific\":{\"severity\":\"MODERATE\",\"cwe_ids\":[\"CWE-79\"]}," AFFECTED(
		  "npm", "x", OPEN) "}",
	  FEED_TAKEN,
	  { "vulnerability CVE-2024-1000 ghsa {\"title\":\"title\",\"title_source\":\"ghsa\","
	    "\"vendor_severity\":{\"ghsa\":\"MEDIUM\"},\"cvss\":{\"ghsa\":{\"v3\":"
	    "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\",\"v3_score\":9.8}},"
	    "\"cwes\":[\"CWE-79\"],\"aliases\":[\"GHSA-1-1\"]}" } },
	{ "rejected text raises the flag",
	  "{\"id\":\"CVE-2024-1000\",\"details\":\"** REJECT ** do not use\"," AFFECTED("npm", "x",
											OPEN) "}",
	  FEED_TAKEN,
	  { "vulnerability CVE-2024-1000 osv {\"description\":\"** REJECT ** do not use\","
	    "\"rejected\":true}" } },
	{ "SUSE's binaries, each with its own version, in the ecosystem as scans know it",
	  "{\"id\":\"SUSE-SU-1\",\"upstream\":[\"CVE-2024-1000\"],\"affected\":[{\"package\":"
	  "{\"ecosystem\":\"SUSE:Linux Enterprise Server 15 SP5\",\"name\":\"curl\"},"
	  "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"
	  "{\"fixed\":\"8.0.1-1\"}]}],\"ecosystem_specific\":{\"binaries\":[{\"curl\":\"8.0.1-1\","
	  "\"libcurl4\":\"8.0.1-2\",\"\":\"1\",\"x\":7}]}}]}",
	  FEED_TAKEN,
	  { "package SUSE:Linux Enterprise 15.5 curl {\"id\":\"SUSE-SU-1\",\"about\":"
	    "[\"CVE-2024-1000\"],\"ranges\":[[\">=0\",\"<8.0.1-1\"]],\"source\":\"suse-cvrf\"}",
	    "package SUSE:Linux Enterprise 15.5 libcurl4 {\"id\":\"SUSE-SU-1\",\"about\":"
	    "[\"CVE-2024-1000\"],\"ranges\":[[\">=0\",\"<8.0.1-2\"]],\"source\":\"suse-cvrf\"}" } },
	{ "no affected packages", "{\"id\":\"CVE-2024-1000\"}", FEED_SKIPPED, { 0 } },
	{ "a package without a name",
	  "{\"id\":\"CVE-2024-1000\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\"}," OPEN
	  "}]}",
	  FEED_SKIPPED,
	  { 0 } },
	{ "no JSON", "{\"id\":", FEED_BROKEN, { 0 } },
	{ "no object", "[]", FEED_BROKEN, { 0 } },
	{ "no id", "{\"affected\":[]}", FEED_BROKEN, { 0 } },
	{ "an id with spaces", "{\"id\":\"a b\"}", FEED_BROKEN, { 0 } },
	{ "affected of another type",
	  "{\"id\":\"CVE-2024-1000\",\"affected\":7}",
	  FEED_BROKEN,
	  { 0 } },
	{ "an event that says nothing",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED("npm", "x",
						RANGE("SEMVER", "{\"hello\":\"0\"}")) "}",
	  FEED_BROKEN,
	  { 0 } },
	{ "a range without events",
	  "{\"id\":\"CVE-2024-1000\"," AFFECTED("npm", "x", RANGE("SEMVER", "")) "}",
	  FEED_BROKEN,
	  { 0 } },
};

static void check(const struct osv_case *c)
{
	struct told t;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	enum feed_outcome outcome = FEED_TAKEN;
	told_init(&t);
	assert_int_equal(feed_osv(lc_str(c->json), &t.face, &a, &outcome, &e), 0);
	if (outcome != c->outcome)
		fail_msg("%s: outcome %d, want %d: %s", c->name, outcome, c->outcome, e.msg);
	assert_int_equal(outcome == FEED_BROKEN, e.code != 0);
	for (size_t i = 0; i < 4 && c->want[i]; i++)
		if (!told_has(&t, c->want[i]))
			fail_msg("%s: no line\n%s\nin\n%s", c->name, c->want[i], told_text(&t));
	if (outcome != FEED_TAKEN && t.text.n)
		fail_msg("%s: told\n%s", c->name, told_text(&t));
	told_done(&t);
	lc_arena_done(&a);
}

static void records_give_their_statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}

static void the_source_and_date_come_first(void **state)
{
	struct told t;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	enum feed_outcome outcome;
	(void)state;
	told_init(&t);
	t.records = true;
	assert_int_equal(
		feed_osv(LC_S("{\"id\":\"CVE-2024-1000\",\"modified\":\"2024-05-06T07:08:09Z\""
			      "," AFFECTED("npm", "x", OPEN) "}"),
			 &t.face, &a, &outcome, &e),
		0);
	assert_true(lc_starts(lc_buf_get(&t.text), LC_S("record osv npm 2024-05-06T07:08:09Z\n")));
	told_done(&t);
	lc_arena_done(&a);
}

/* n times one, with commas between them. */
static void put_list(struct lc_buf *b, unsigned n, const char *before, const char *behind)
{
	for (unsigned i = 0; i < n; i++)
		lc_buf_fmt(b, "%s%s%u%s", i ? "," : "", before, i, behind);
}

/* Each statement repeats the names of its record: a record of a few hundred kB could fill disks. */
static void a_record_of_too_many_statements_is_broken(void **state)
{
	static const struct {
		unsigned aliases, packages;
		enum feed_outcome want;
	} records[] = { { 2000, 400, FEED_TAKEN }, { 2000, 3000, FEED_BROKEN } };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct told t;
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct lc_buf b;
		enum feed_outcome outcome;
		told_init(&t);
		lc_buf_init(&b, 1 << 24);
		lc_buf_str(&b, "{\"id\":\"CVE-2024-1000\",\"aliases\":[");
		put_list(&b, records[i].aliases, "\"GHSA-", "\"");
		lc_buf_str(&b, "],\"affected\":[");
		put_list(&b, records[i].packages,
			 "{\"package\":{\"ecosystem\":\"npm\",\"name\":\"p",
			 "\"},\"versions\":[\"1\"]}");
		lc_buf_str(&b, "]}");
		assert_int_equal(feed_osv(lc_buf_get(&b), &t.face, &a, &outcome, &e), 0);
		assert_int_equal(outcome, records[i].want);
		if (outcome == FEED_BROKEN)
			assert_int_equal(t.text.n, 0);
		lc_buf_done(&b);
		told_done(&t);
		lc_arena_done(&a);
	}
}

static void a_notice_of_too_many_modules_is_broken(void **state)
{
	struct told t;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	enum feed_outcome outcome;
	(void)state;
	told_init(&t);
	assert_int_equal(
		feed_osv(LC_S("{\"id\":\"ALSA-1\",\"related\":[\"CVE-2024-1000\"],\"summary\":"
			      "\"Low: a:1 b:1 c:1 d:1 e:1 f:1 g:1 h:1 i:1 j:1 k:1 l:1 m:1 n:1 "
			      "o:1 p:1 q:1\"," AFFECTED("AlmaLinux:9", "x", OPEN) "}"),
			 &t.face, &a, &outcome, &e),
		0);
	assert_int_equal(outcome, FEED_BROKEN);
	assert_non_null(strstr(e.msg, "modules"));
	told_done(&t);
	lc_arena_done(&a);
}

static int read_all(void *ctx)
{
	struct told t;
	int rc = 0;
	(void)ctx;
	for (size_t i = 0; !rc && i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		enum feed_outcome outcome;
		told_init(&t);
		rc = feed_osv(lc_str(cases[i].json), &t.face, &a, &outcome, &e);
		told_done(&t);
		lc_arena_done(&a);
	}
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(read_all, NULL) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_give_their_statements),
		cmocka_unit_test(the_source_and_date_come_first),
		cmocka_unit_test(a_record_of_too_many_statements_is_broken),
		cmocka_unit_test(a_notice_of_too_many_modules_is_broken),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
