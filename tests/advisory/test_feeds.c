/* The feeds that are single files: secdb, KEV, EPSS, ends of life; good ones and broken ones. */
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "advisory/feed/id.h"
#include "support/alloc_fail.h"

static void ids_of_secdb_entries_are_mended(void **state)
{
	static const struct {
		const char *entry, *want; /* ids with a space behind each */
	} rows[] = {
		{ "CVE-2019-14904", "CVE-2019-14904 " },
		{ "CVE_2019-2426", "CVE-2019-2426 " },
		{ "cve-2019-2426", "CVE-2019-2426 " },
		{ "CVE 2018-16859", "CVE-2018-16859 " },
		{ "CVE-2019-19451.patch", "CVE-2019-19451 " },
		{ "CVE-2017-17434-1", "CVE-2017-17434 " },
		{ "CVE-2017-2616 (+ regression fix)", "CVE-2017-2616 " },
		{ "CVE-2018-10103 (SMB - partially fixed, but SMB printing disabled)",
		  "CVE-2018-10103 " },
		{ "CVE-2018-3639   XSA-263", "CVE-2018-3639 XSA-263 " },
		{ "CVE-2019-5060 TALOS-2019-0844", "CVE-2019-5060 TALOS-2019-0844 " },
		{ "CVE-2017-5753 CVE-2017-5715 CVE-2017-5754 XSA-254 XPTI",
		  "CVE-2017-5753 CVE-2017-5715 CVE-2017-5754 XSA-254 " },
		{ "CVE-????"
		  "-?????  XSA-284",
		  "XSA-284 " },
		{ "XSA-207", "XSA-207 " },
		{ "ALPINE-13661", "ALPINE-13661 " },
		{ "GHSA-3f6r-qh9c-x6mm", "GHSA-3f6r-qh9c-x6mm " },
		{ "CVE-2018-16227 (802.11)", "CVE-2018-16227 " },
		{ "CVE-2019-1234 CVE-2019-1234", "CVE-2019-1234 " },
		{ "CVE-99-1", "" },
		{ "CVE-2019-123", "" },
		{ "CVE-2019-12345678901", "" },
		{ "CVE", "" },
		{ "", "" },
		{ "fixed upstream", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_slices ids = { 0 };
		struct lc_buf got;
		lc_buf_init(&got, 4096);
		assert_int_equal(id_clean(lc_str(rows[i].entry), &a, &ids), 0);
		for (size_t k = 0; k < ids.n; k++)
			lc_buf_fmt(&got, "%.*s ", LC_FMT(ids.v[k]));
		if (!lc_eq(lc_buf_get(&got), lc_str(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].entry, LC_FMT(lc_buf_get(&got)));
		lc_buf_done(&got);
		lc_arena_done(&a);
	}
}

static void ids_sort_by_year_and_number(void **state)
{
	struct lc_slice v[] = { LC_S("XSA-1"), LC_S("CVE-2024-10000"), LC_S("CVE-2024-9999"),
				LC_S("CVE-1999-0001"), LC_S("GHSA-1") };
	struct lc_slices ids = { v, 5, 5 };
	(void)state;
	id_sort(&ids);
	assert_true(lc_eq(v[0], LC_S("CVE-1999-0001")) && lc_eq(v[1], LC_S("CVE-2024-9999")));
	assert_true(lc_eq(v[2], LC_S("CVE-2024-10000")) && lc_eq(v[3], LC_S("GHSA-1")));
}

typedef int (*read_fn)(struct lc_slice text, const struct feed_collector *c, struct lc_arena *a,
		       uint64_t *ret_records, struct lc_err *e);

static int read_alpine(struct lc_slice text, const struct feed_collector *c, struct lc_arena *a,
		       uint64_t *ret_records, struct lc_err *e)
{
	return feed_secdb(text, LC_S("Alpine"), c, a, ret_records, e);
}

static int read_wolfi(struct lc_slice text, const struct feed_collector *c, struct lc_arena *a,
		      uint64_t *ret_records, struct lc_err *e)
{
	return feed_secdb(text, LC_S("Wolfi"), c, a, ret_records, e);
}

struct feed_case {
	const char *name;
	read_fn read;
	const char *text;
	int code;
	unsigned records;
	const char *want; /* all that is told */
};

#define PKG(name, fixes) "{\"pkg\":{\"name\":\"" name "\",\"secfixes\":{" fixes "}}}"

static const struct feed_case cases[] = {
	{ "secdb: a statement for each flaw, none for version 0", read_alpine,
	  "{\"distroversion\":\"v3.20\",\"packages\":[" PKG(
		  "musl",
		  "\"1.2-r0\":[\"CVE-2019-1000\",\"CVE_2019-1001 XSA-1\"],\"0\":[\"CVE-2019-1"
		  "\"]") "]}",
	  0, 2,
	  "package Alpine:v3.20 musl {\"id\":\"CVE-2019-1000\",\"ranges\":[[\">=0\",\"<1.2-r0\"]],"
	  "\"source\":\"alpine\"}\n"
	  "vulnerability CVE-2019-1000 alpine {}\n"
	  "package Alpine:v3.20 musl {\"id\":\"CVE-2019-1001\",\"aliases\":[\"XSA-1\"],"
	  "\"ranges\":[[\">=0\",\"<1.2-r0\"]],\"source\":\"alpine\"}\n"
	  "vulnerability CVE-2019-1001 alpine {\"aliases\":[\"XSA-1\"]}\n" },
	{ "secdb: entries of one CGA id belong together", read_wolfi,
	  "{\"packages\":[" PKG("a",
				"\"2-r0\":[\"CGA-1-1\",\"CVE-2024-1000\",\"GHSA-1-1\",\"CGA-2-2\","
				"\"GHSA-2-2\"]") "]}",
	  0, 2,
	  "package Wolfi a {\"id\":\"CGA-1-1\",\"about\":[\"CVE-2024-1000\"],\"aliases\":[\"GH"
	  "SA-1-1\"],"
	  "\"ranges\":[[\">=0\",\"<2-r0\"]],\"source\":\"wolfi\"}\n"
	  "vulnerability CVE-2024-1000 wolfi {\"aliases\":[\"GHSA-1-1\"]}\n"
	  "package Wolfi a {\"id\":\"CGA-2-2\",\"about\":[\"GHSA-2-2\"],\"ranges\":[[\">=0\","
	  "\"<2-r0\"]],\"source\":\"wolfi\"}\n"
	  "vulnerability GHSA-2-2 wolfi {}\n" },
	{ "secdb: no fixes", read_alpine,
	  "{\"distroversion\":\"v3.20\",\"packages\":[{\"pkg\":{\"name\":\"a\",\"secfixes\":nu"
	  "ll}}]}",
	  0, 0, "" },
	{ "secdb: edge", read_alpine, "{\"distroversion\":\"edge\",\"packages\":[]}", 0, 0, "" },
	{ "secdb: no release", read_alpine, "{\"packages\":[]}", LC_EBAD, 0, "" },
	{ "secdb: no packages", read_alpine, "{\"distroversion\":\"v3.20\"}", LC_EBAD, 0, "" },
	{ "secdb: a package without a name", read_wolfi, "{\"packages\":[{}]}", LC_EBAD, 0, "" },
	{ "secdb: cut", read_wolfi, "{\"packages\":[", LC_ETRUNC, 0, "" },
	{ "kev", feed_kev,
	  "{\"dateReleased\":\"2025-08-25T00:00:00Z\",\"vulnerabilities\":[{\"cveID\":\"CVE-20"
	  "24-1000\","
	  "\"dateAdded\":\"2024-05-06\",\"dueDate\":\"2024-06-07\","
	  "\"knownRansomwareCampaignUse\":\"Known\"}]}",
	  0, 1,
	  "vulnerability CVE-2024-1000 kev {\"kev_added\":\"2024-05-06\",\"kev_due\":\"2024-06"
	  "-07\","
	  "\"kev_ransomware\":true}\n" },
	{ "kev: no list", feed_kev, "{}", LC_EBAD, 0, "" },
	{ "kev: an entry without a CVE", feed_kev,
	  "{\"vulnerabilities\":[{\"cveID\":\"x\",\"dateAdded\":\"2024-05-06\"}]}", LC_EBAD, 0,
	  "" },
	{ "kev: an entry without a date", feed_kev,
	  "{\"vulnerabilities\":[{\"cveID\":\"CVE-2024-1000\"}]}", LC_EBAD, 0, "" },
	{ "epss", feed_epss,
	  "#model_version:v1,score_date:2026-08-16T00:00:00+0000\ncve,epss,percentile\n"
	  "CVE-1999-0001,0.03351,0.87650\nCVE-1999-0002,1,1.0\nCVE-1999-0003,9.3e-04,0\n",
	  0, 3,
	  "vulnerability CVE-1999-0001 epss {\"epss\":0.03351,\"epss_percentile\":0.8765}\n"
	  "vulnerability CVE-1999-0002 epss {\"epss\":1,\"epss_percentile\":1}\n"
	  "vulnerability CVE-1999-0003 epss {\"epss\":0.00093,\"epss_percentile\":0}\n" },
	{ "epss: lines that are no scores are passed over", feed_epss,
	  "cve,epss,percentile\nCVE-1999-0001,1.5,0.5\nCVE-1999-0002,-1,0.5\nCVE-1999-0003,0.1"
	  "\nx,0,0\n"
	  "CVE-1999-0004,0.1,nan\nCVE-1999-0005,0x1,0\n\nCVE-1999-0006,0.5,0.5",
	  0, 1, "vulnerability CVE-1999-0006 epss {\"epss\":0.5,\"epss_percentile\":0.5}\n" },
	{ "epss: another kind of file", feed_epss, "a,b,c\n", LC_EBAD, 0, "" },
	{ "epss: nothing", feed_epss, "", LC_ETRUNC, 0, "" },
	{ "eol", feed_eol,
	  "{\"debian\":{\"releases\":[{\"cycle\":\"12\",\"codename\":\"Bookworm\",\"eol\":\"20"
	  "26-07-11\","
	  "\"extendedSupport\":\"2028-06-30\",\"releaseDate\":\"2023-06-10\",\"lts\":\"2026-01"
	  "-01\"},"
	  "{\"cycle\":\"x\",\"eol\":true,\"extendedSupport\":false,\"releaseDate\":\"soon\"}]}}",
	  0, 2,
	  "eol debian 12 {\"codename\":\"Bookworm\",\"release\":\"2023-06-10\",\"eol\":\"2026-"
	  "07-11\","
	  "\"extended\":\"2028-06-30\",\"lts\":true}\n"
	  "eol debian x {\"eol\":\"+\",\"extended\":\"-\"}\n" },
	{ "eol, version 1 of the API", feed_eol,
	  "{\"schema_version\":\"1.1.0\",\"result\":[{\"name\":\"debian\",\"releases\":[{\"name\":"
	  "\"12\",\"codename\":\"Bookworm\",\"releaseDate\":\"2023-06-10\","
	  "\"isLts\":false,\"isEol\":false,\"eolFrom\":\"2026-07-11\","
	  "\"isEoes\":false,\"eoesFrom\":\"2028-06-30\",\"latest\":{\"name\":\"12.9\"}},"
	  "{\"name\":\"x\",\"isLts\":true,\"isEol\":true,\"eolFrom\":null,"
	  "\"latest\":null},{\"name\":\"y\",\"isEol\":false,\"eolFrom\":null}]}]}",
	  0, 3,
	  "eol debian 12 {\"codename\":\"Bookworm\",\"release\":\"2023-06-10\","
	  "\"eol\":\"2026-07-11\",\"extended\":\"2028-06-30\",\"latest\":\"12.9\"}\n"
	  "eol debian x {\"eol\":\"+\",\"lts\":true}\n"
	  "eol debian y {\"eol\":\"-\"}\n" },
	{ "eol: a release without a name", feed_eol,
	  "{\"result\":[{\"name\":\"a\",\"releases\":[{\"cycle\":\"1\"}]}]}", LC_EBAD, 0, "" },
	{ "eol: no object", feed_eol, "[1]", LC_EBAD, 0, "" },
	{ "eol: a release without a cycle", feed_eol, "{\"a\":{\"releases\":[{}]}}", LC_EBAD, 0,
	  "" },
};

static void files_give_their_statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct feed_case *c = &cases[i];
		struct told t;
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		uint64_t records = 0;
		told_init(&t);
		int rc = c->read(lc_str(c->text), &t.face, &a, &records, &e);
		if (rc != c->code || records != c->records)
			fail_msg("%s: code %d, %u records: %s", c->name, rc, (unsigned)records,
				 e.msg);
		if (!rc)
			assert_string_equal(told_text(&t), c->want);
		else
			assert_int_not_equal(e.len, 0);
		told_done(&t);
		lc_arena_done(&a);
	}
}

static int read_all(void *ctx)
{
	int rc = 0;
	(void)ctx;
	for (size_t i = 0; !rc && i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t;
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		uint64_t records;
		if (cases[i].code)
			continue;
		told_init(&t);
		rc = cases[i].read(lc_str(cases[i].text), &t.face, &a, &records, &e);
		told_done(&t);
		lc_arena_done(&a);
	}
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(read_all, NULL) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_secdb_entries_are_mended),
		cmocka_unit_test(ids_sort_by_year_and_number),
		cmocka_unit_test(files_give_their_statements),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
