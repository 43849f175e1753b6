/*
 * Versions on and beside the edges of the public advisories' ranges: each gives exactly the ids
 * that an independent evaluation gives. What differs is a row of
 * data/expected/boundaries-differences.jsonl; a row missing or stale fails.
 */
#include "feeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "advisory/build.h"
#include "advisory/ecosystem.h"
#include "base/map.h"
#include "format/json.h"
#include "support/fixture.h"

/* Systems, whose orders every build has; plain builds of rpm, so no advisory of a module. */
static const struct {
	struct lc_slice oracle, ecosystem;
} systems[] = {
	{ LC_S_INIT("Debian:12"), LC_S_INIT("Debian:12") },
	{ LC_S_INIT("Alpine:v3.11"), LC_S_INIT("Alpine:v3.11") },
	{ LC_S_INIT("Wolfi"), LC_S_INIT("Wolfi") },
	{ LC_S_INIT("Ubuntu:18.04"), LC_S_INIT("Ubuntu:18.04:LTS") },
	{ LC_S_INIT("AlmaLinux:9"), LC_S_INIT("AlmaLinux:9") },
};

static const char *const feeds[] = { "Debian",      "Alpine", "alpine-secdb", "Wolfi",
				     "wolfi-secdb", "Ubuntu", "AlmaLinux" };
enum { FEEDS_N = sizeof(feeds) / sizeof(feeds[0]), ROWS_MIN = 2000 };

struct run {
	struct adv_db *db;
	struct lc_arena a;
	struct lc_map known; /* rows of the file, value NULL until met */
	size_t lines, unknown;
};

static int met; /* its address marks a row that was met */

static void build_database(const char *to)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct lc_slice only[FEEDS_N];
	char from[4096];
	(void)snprintf(from, sizeof(from), "%s/advisories", data_dir());
	for (size_t i = 0; i < FEEDS_N; i++)
		only[i] = lc_str(feeds[i]);
	struct adv_build_options o = { .from = lc_str(from), .output = lc_str(to) };
	o.only = (struct lc_slices){ only, FEEDS_N, FEEDS_N };
	if (adv_build(&o, &a, &r, &e))
		fail_msg("%s", e.msg);
	lc_arena_done(&a);
}

static void read_known(struct run *r)
{
	struct lc_buf text;
	struct lc_slice kept;
	struct lc_slice line;
	lc_buf_init(&text, 1 << 20);
	source_read("tests/data/expected/boundaries-differences.jsonl", &text);
	assert_int_equal(lc_arena_dup(&r->a, lc_buf_get(&text), &kept), 0);
	lc_buf_done(&text);
	while (lc_line(&kept, &line)) {
		struct json_doc d;
		struct lc_err e;
		assert_int_equal(json_parse(line, 0, NULL, &r->a, &d, &e), 0);
		assert_true(json_get_str(&d, 0, "rule").n && json_get_str(&d, 0, "verdict").n);
		struct lc_slice key =
			lc_arena_fmt(&r->a, "%.*s by %.*s", LC_FMT(json_get_str(&d, 0, "finding")),
				     LC_FMT(json_get_str(&d, 0, "advisory")));
		assert_int_equal(lc_map_put(&r->known, key, NULL), 0);
	}
}

static void differs(struct run *r, const char *sign, struct lc_slice where, struct lc_slice id,
		    struct lc_slice advisory)
{
	char key[512];
	int n = snprintf(key, sizeof(key), "%s %.*s %.*s by %.*s", sign, LC_FMT(where), LC_FMT(id),
			 LC_FMT(advisory));
	assert_true(n > 0 && (size_t)n < sizeof(key));
	struct lc_slice k = lc_str(key);
	if (lc_map_has(&r->known, k)) {
		assert_int_equal(lc_map_put(&r->known, k, &met), 0);
		return;
	}
	print_message("# not in the file of differences: %s\n", key);
	r->unknown++;
}

static bool has_id(const struct json_doc *d, json_ref ids, struct lc_slice id)
{
	json_each(d, ids, item)
		if (lc_eq(json_str(d, item), id))
			return true;
	return false;
}

/* The oracle files what has no CVE under the record's id, we under the name that others share. */
static struct lc_slice name_in(const struct json_doc *d, json_ref ids, const struct advisory *adv,
			       struct lc_slice id)
{
	return !has_id(d, ids, id) && has_id(d, ids, adv->id) ? adv->id : id;
}

static void judge(struct run *r, const struct json_doc *d, struct lc_slice ecosystem,
		  struct lc_arena *a)
{
	struct advisory_list list = { 0 };
	struct lc_err e = { 0 };
	struct lc_map got = { 0 };
	json_ref ids = json_get(d, 0, "ids");
	struct lc_slice name = json_get_str(d, 0, "package");
	struct lc_slice version = json_get_str(d, 0, "version");
	struct lc_slice where =
		lc_arena_fmt(a, "%.*s %.*s %.*s", LC_FMT(ecosystem), LC_FMT(name), LC_FMT(version));
	enum version_scheme scheme = adv_ecosystem_scheme(ecosystem);
	assert_int_equal(adv_db_lookup(r->db, ecosystem, name, a, &list, &e), 0);
	for (size_t i = 0; i < list.n; i++) {
		struct version_proof p;
		struct advisory *adv = &list.v[i];
		assert_int_equal(version_affects(scheme, &adv->affected, version, &p), 0);
		if (p.verdict != VERSION_AFFECTED || adv->module.n)
			continue;
		for (size_t k = 0; k < adv->vulnerabilities.n; k++)
			assert_int_equal(lc_map_put(&got,
						    name_in(d, ids, adv, adv->vulnerabilities.v[k]),
						    adv),
					 0);
	}
	json_each(d, ids, id)
		if (!lc_map_has(&got, json_str(d, id)))
			differs(r, "-", where, json_str(d, id), LC_S("none"));
	for (size_t i = 0; i < got.n; i++)
		if (!has_id(d, ids, got.items[i].key))
			differs(r, "+", where, got.items[i].key,
				((const struct advisory *)got.items[i].value)->id);
	lc_map_done(&got);
}

static void judge_line(struct run *r, struct lc_slice line)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct lc_err e;
	assert_int_equal(json_parse(line, 0, NULL, &a, &d, &e), 0);
	struct lc_slice oracle = json_get_str(&d, 0, "ecosystem");
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		if (!lc_eq(systems[i].oracle, oracle))
			continue;
		judge(r, &d, systems[i].ecosystem, &a);
		r->lines++;
	}
	lc_arena_done(&a);
}

static void versions_at_the_edges_give_the_oracles_ids(void **state)
{
	static const struct feed_row none[] = { { "x/none", NULL, "" }, { 0 } };
	struct run r = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf text;
	struct lc_slice line;
	(void)state;
	data_need();
	(void)feeds_make(none);
	const char *db = feeds_beside("db");
	build_database(db);
	assert_int_equal(adv_db_open(db, &r.db, &e), 0);
	read_known(&r);
	lc_buf_init(&text, 64 << 20);
	data_read("expected/oracle-boundaries.jsonl", &text);
	struct lc_slice rest = lc_buf_get(&text);
	while (lc_line(&rest, &line))
		judge_line(&r, line);
	for (size_t i = 0; i < r.known.n; i++) {
		if (r.known.items[i].value != &met) {
			print_message("# stale row: %.*s\n", LC_FMT(r.known.items[i].key));
			r.unknown++;
		}
	}
	assert_true(r.lines >= ROWS_MIN);
	assert_int_equal(r.unknown, 0);
	lc_buf_done(&text);
	lc_map_done(&r.known);
	lc_arena_done(&r.a);
	adv_db_close(r.db);
}

static int folder_goes(void **state)
{
	(void)state;
	feeds_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(versions_at_the_edges_give_the_oracles_ids, folder_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
