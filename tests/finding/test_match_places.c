/* Systems of which several ecosystems speak: extended support, streams of a release. */
#include "finding/match.h"

#include "finding/small_db.h"
#include "inventory/analyser.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(id, range, more) \
	"{\"id\":\"" id "\",\"ranges\":[[\">=0\"" range "]],\"source\":\"x\"" more "}"
#define FIXED(version) ",\"<" version "\""

static const struct small_package rows[] = {
	{ "Red Hat:9", "curl", "[" ROW("RHSA-1", FIXED("7.76-30"), ",\"about\":[\"CVE-1\"]") "]",
	  1 },
	{ "Red Hat:9", "source:curl",
	  "[" ROW("CVE-2", "", ",\"status\":\"will_not_fix\"") "," ROW(
		  "CVE-3", "", ",\"status\":\"fix_deferred\"") "]",
	  2 },
	{ "Red Hat:rhel_eus:9.2", "curl",
	  "[" ROW("RHSA-2", FIXED("7.76-14"), ",\"about\":[\"CVE-1\",\"CVE-3\"]") "]", 1 },
	{ "SUSE:Linux Enterprise 15.1", "curl", "[" ROW("CVE-1", FIXED("7.60-1"), "") "]", 1 },
	{ "SUSE:Linux Enterprise 15.1:LTSS", "curl",
	  "[" ROW("CVE-1", FIXED("7.60-9"), "") "," ROW("CVE-2", FIXED("7.60-9"), "") "]", 2 },
	{ "Ubuntu:18.04:LTS", "curl",
	  "[" ROW("CVE-1", "",
		  ",\"status\":\"end_of_life\"") "," ROW("CVE-2", FIXED("7.58-2ubuntu3"), "") "]",
	  2 },
	{ "Ubuntu:Pro:18.04:LTS", "curl",
	  "[" ROW("CVE-1", FIXED("7.58-2ubuntu3+esm1"),
		  "") "," ROW("CVE-1", FIXED("7.58-2ubuntu3+esm4"),
			      "") "," ROW("CVE-2", FIXED("7.58-2ubuntu3+esm1"),
					  "") "," ROW("CVE-4", FIXED("7.58-2ubuntu3+esm2"), "") "]",
	  4 },
};

struct system_case {
	const char *family, *version, *type;
	bool extended;
	const char *set; /* content set, NULL none */
	const char *installed;
	const char *want;
};

static const struct system_case systems[] = {
	/* What Pro has is offered, and told of flaws that the standard support has let go. */
	{ "ubuntu", "18.04", "dpkg", false, NULL, "7.58-2ubuntu3",
	  "CVE-1 end_of_life Ubuntu Pro 7.58-2ubuntu3+esm4\n"
	  "CVE-4 affected Ubuntu Pro 7.58-2ubuntu3+esm2\n" },
	/* A fix that the standard support has needs no subscription. */
	{ "ubuntu", "18.04", "dpkg", false, NULL, "7.58-1",
	  "CVE-1 end_of_life Ubuntu Pro 7.58-2ubuntu3+esm4\nCVE-2 fixed 7.58-2ubuntu3\n"
	  "CVE-4 affected Ubuntu Pro 7.58-2ubuntu3+esm2\n" },
	{ "ubuntu", "18.04", "dpkg", true, NULL, "7.58-2ubuntu3",
	  "CVE-1 fixed 7.58-2ubuntu3+esm1, 7.58-2ubuntu3+esm4\n"
	  "CVE-2 fixed 7.58-2ubuntu3+esm1\nCVE-4 fixed 7.58-2ubuntu3+esm2\n" },
	/* With Pro its fix counts, whatever the standard support has given up. */
	{ "ubuntu", "18.04", "dpkg", true, NULL, "7.58-2ubuntu3+esm4", "" },
	{ "sles", "15.1", "rpm", false, NULL, "7.60-1", "CVE-2 affected SUSE LTSS 7.60-9\n" },
	{ "sles", "15.1", "rpm", true, NULL, "7.60-1", "CVE-1 fixed 7.60-9\nCVE-2 fixed 7.60-9\n" },
	{ "sles", "15.1", "rpm", true, NULL, "7.60-9", "" },
	{ "redhat", "9.2", "rpm", false, NULL, "7.76-14",
	  "CVE-1 fixed 7.76-30\nCVE-2 will_not_fix\nCVE-3 fix_deferred\n" },
	{ "redhat", "9.2", "rpm", false, "rhel-9-for-x86_64-baseos-rpms", "7.76-14",
	  "CVE-1 fixed 7.76-30\nCVE-2 will_not_fix\nCVE-3 fix_deferred\n" },
	/* A stream's fix is one, and what the release has no fix for stays. */
	{ "redhat", "9.2", "rpm", false, "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2", "7.76-14",
	  "CVE-2 will_not_fix\n" },
	{ "redhat", "9.2", "rpm", false, "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2", "7.76-13",
	  "CVE-1 fixed 7.76-14\nCVE-2 will_not_fix\nCVE-3 fixed 7.76-14\n" },
};

static void put_finding(struct lc_buf *out, const struct finding *f)
{
	lc_buf_fmt(out, "%.*s %s", LC_FMT(f->id), advisory_status_name(f->status));
	for (size_t i = 0; i < f->fixed_versions.n; i++)
		lc_buf_fmt(out, "%s%.*s", i ? ", " : " ", LC_FMT(f->fixed_versions.v[i]));
	if (f->offer)
		lc_buf_fmt(out, " %s %.*s", f->offer, LC_FMT(f->offered_version));
	lc_buf_str(out, "\n");
}

static void check(struct adv_db *db, const struct system_case *c, size_t at)
{
	static const struct match_options all = { .groups = INV_GROUP_OS };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_slice set = lc_str(c->set);
	const struct inv_build build = { .content_sets = { &set, 1, 1 } };
	struct inv_found_package p = { .build = c->set ? &build : NULL };
	struct inventory inv = { .packages = { &p, 1, 1 }, .has_os = true };
	struct finding_list found;
	struct match_stats stats;
	struct lc_buf out;
	p.package.type = lc_str(c->type);
	p.package.name = p.package.source_name = LC_S("curl");
	p.package.version = p.package.source_version = lc_str(c->installed);
	inv.os.family = lc_str(c->family);
	inv.os.version = lc_str(c->version);
	inv.os.extended = c->extended;
	lc_buf_init(&out, 1 << 16);
	assert_int_equal(finding_match(db, &inv, &all, &a, &found, &stats, &e), 0);
	for (size_t i = 0; i < found.n; i++)
		put_finding(&out, &found.v[i]);
	if (!lc_eq(lc_buf_get(&out), lc_str(c->want)))
		print_error("# case %zu, %s %s\n", at, c->family, c->installed);
	assert_slice(lc_buf_get(&out), lc_str(c->want));
	lc_buf_done(&out);
	lc_arena_done(&a);
}

static void systems_are_judged_by_all_that_speak_of_them(void **state)
{
	struct adv_db *db = small_db(rows, N_OF(rows), NULL, 0);
	(void)state;
	for (size_t i = 0; i < N_OF(systems); i++)
		check(db, &systems[i], i);
	adv_db_close(db);
}

static void a_version_alone_is_asked_by_either_name(void **state)
{
	static const struct {
		const char *ecosystem, *name;
		size_t n;
	} questions[] = {
		{ "Red Hat:9", "curl", 3 },
		{ "Red Hat:enterprise_linux:9::baseos", "curl", 3 },
		{ "Red Hat:9", "source:curl", 2 },
		{ "Red Hat:rhel_eus:9.2::baseos", "curl", 2 },
		{ "SUSE:Linux Enterprise Server 15 SP1-LTSS", "curl", 2 },
		{ "SUSE:Linux Enterprise Server 15 SP1", "curl", 1 },
	};
	struct adv_db *db = small_db(rows, N_OF(rows), NULL, 0);
	(void)state;
	for (size_t i = 0; i < N_OF(questions); i++) {
		struct match_question q = { lc_str(questions[i].ecosystem),
					    lc_str(questions[i].name), LC_S("1-1"), LC_S(""),
					    LC_S("") };
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct finding_list found;
		bool undecided;
		assert_int_equal(finding_match_version(db, &q, &a, &found, &undecided, &e), 0);
		assert_int_equal(found.n, questions[i].n);
		lc_arena_done(&a);
	}
	adv_db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systems_are_judged_by_all_that_speak_of_them),
		cmocka_unit_test(a_version_alone_is_asked_by_either_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
