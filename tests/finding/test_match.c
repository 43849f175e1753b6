#include "finding/match.h"

#include "finding/small_db.h"
#include "inventory/analyser.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct small_package rows[] = {
	{ "Alpine:v3.18", "openssl",
	  "[{\"id\":\"CVE-2024-1\",\"ranges\":[[\">=0\",\"<3.1.2-r0\"]],\"source\":\"alpine\"}]",
	  1 },
	{ "Bitnami", "apache",
	  "[{\"id\":\"BIT-1\",\"ranges\":[[\">=2.4.0\",\"<2.4.60\"]],\"source\":\"bitnami\"}]", 1 },
	{ "Debian:12", "archonly",
	  "[{\"id\":\"CVE-2024-40\",\"ranges\":[[\">=0\",\"<2\"]],\"arches\":[\"s390x\"],"
	  "\"source\":\"debian\"}]",
	  1 },
	{ "Debian:12", "epochal",
	  "[{\"id\":\"CVE-2024-3\",\"ranges\":[[\">=0\",\"<1:2.0-1\"]],\"source\":\"debian\"}]",
	  1 },
	{ "Debian:12", "glibc",
	  "[{\"id\":\"DEBIAN-CVE-2024-10\",\"about\":[\"CVE-2024-10\"],\"ranges\":[[\">=0\"]],"
	  "\"status\":\"will_not_fix\",\"severity\":\"LOW\",\"source\":\"debian\"},"
	  "{\"id\":\"DSA-1-1\",\"about\":[\"CVE-2024-11\",\"CVE-2024-12\"],"
	  "\"ranges\":[[\">=0\",\"<2.36-9+deb12u4\"]],\"source\":\"debian\"},"
	  "{\"id\":\"DSA-2-1\",\"about\":[\"CVE-2024-11\"],"
	  "\"ranges\":[[\">=0\",\"<2.36-9+deb12u10\"]],\"source\":\"debian\"},"
	  "{\"id\":\"DSA-3-1\",\"about\":[\"CVE-2024-11\"],"
	  "\"ranges\":[[\">=0\",\"<2.36-9+deb12u4\"]],\"source\":\"debian\"}]",
	  4 },
	{ "Debian:12", "holes",
	  "[{\"id\":\"CVE-2024-20\",\"ranges\":[[\">=0\",\"<1.2\"],[\">=2\",\"<2.5\"]],"
	  "\"source\":\"debian\"}]",
	  1 },
	{ "Debian:12", "judged",
	  "[{\"id\":\"CVE-2024-30\",\"ranges\":[[\">=0\"]],\"status\":\"not_affected\","
	  "\"source\":\"debian\"},{\"id\":\"CVE-2024-31\",\"ranges\":[[\">=0\"]],"
	  "\"status\":\"under_investigation\",\"source\":\"debian\"},"
	  "{\"id\":\"CVE-2024-32\",\"ranges\":[[\">=0\"]],\"status\":\"end_of_life\","
	  "\"source\":\"debian\"}]",
	  3 },
	{ "Debian:12", "modular",
	  "[{\"id\":\"CVE-2024-50\",\"ranges\":[[\">=0\"]],\"module\":\"perl:5.30\","
	  "\"source\":\"debian\"},{\"id\":\"CVE-2024-51\",\"ranges\":[[\">=0\"]],"
	  "\"source\":\"debian\"}]",
	  2 },
	{ "Debian:12", "named",
	  "[{\"id\":\"GHSA-x\",\"about\":[\"CVE-2024-60\"],"
	  "\"aliases\":[\"CVE-2024-60\",\"PYSEC-1\"],"
	  "\"versions\":[\"1.0\"],\"source\":\"ghsa\"}]",
	  1 },
	{ "Debian:12", "rejected",
	  "[{\"id\":\"CVE-2024-70\",\"ranges\":[[\">=0\"]],\"source\":\"debian\"}]", 1 },
	{ "Go", "example.org/m",
	  "[{\"id\":\"GO-1\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\","
	  "\"symbols\":[\"example.org/m/p Absent T.Gone\"]},"
	  "{\"id\":\"GO-2\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\","
	  "\"symbols\":[\"example.org/m/p Absent T.Here\"]},"
	  "{\"id\":\"GO-3\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\","
	  "\"symbols\":[\"example.org/m/q\"]},"
	  "{\"id\":\"GO-4\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\","
	  "\"symbols\":[\"example.org/m/p\"]},"
	  "{\"id\":\"GO-5\",\"ranges\":[[\">=0\"]],\"source\":\"govulndb\"}]",
	  5 },
};

static const struct small_vulnerability facts[] = {
	{ "CVE-2024-1", "{\"title\":\"one\",\"vendor_severity\":{\"nvd\":\"HIGH\"}}" },
	{ "CVE-2024-11", "{\"title\":\"eleven\",\"vendor_severity\":{\"nvd\":\"CRITICAL\"}}" },
	{ "CVE-2024-70", "{\"title\":\"gone\",\"rejected\":true}" },
};

struct subject {
	const char *name, *version, *source, *source_version, *arch;
	unsigned flags;
	const char *module;
};

struct bench {
	struct lc_arena a;
	struct adv_db *db;
	struct inventory inv;
	struct finding_list found;
	struct match_stats stats;
};

static void put_package(struct bench *b, const struct subject *s, const char *type)
{
	struct inv_found_package *p = lc_vec_push(&b->a, &b->inv.packages);
	assert_non_null(p);
	p->package = (struct inv_package){
		.type = lc_str(type),
		.name = lc_str(s->name),
		.version = lc_str(s->version),
		.source_name = lc_str(s->source),
		.source_version = lc_str(s->source_version),
		.arch = lc_str(s->arch ? s->arch : "amd64"),
		.flags = s->flags,
	};
	p->file = LC_S("var/lib/dpkg/status");
	if (s->module) {
		struct inv_attribute *at = lc_vec_push(&b->a, &p->package.attributes);
		*at = (struct inv_attribute){ LC_S("modularitylabel"), lc_str(s->module) };
	}
}

static void set_up(struct bench *b, const struct subject *s, size_t n)
{
	memset(b, 0, sizeof(*b));
	b->db = small_db(rows, N_OF(rows), facts, N_OF(facts));
	b->inv.has_os = true;
	b->inv.os = (struct inv_os){ .family = LC_S("debian"), .version = LC_S("12.5") };
	for (size_t i = 0; i < n; i++)
		put_package(b, &s[i], "dpkg");
}

static const struct match_options all = { .groups = INV_GROUP_OS | INV_GROUP_LIBRARY };

static void run(struct bench *b)
{
	struct lc_err e = { 0 };
	int rc = finding_match(b->db, &b->inv, &all, &b->a, &b->found, &b->stats, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
}

static void tear_down(struct bench *b)
{
	adv_db_close(b->db);
	lc_arena_done(&b->a);
}

/* "name CVE status fixed,fixed SEVERITY/source [vendor ids] {advisories}", one a line. */
static void put_finding(struct lc_buf *out, const struct finding *f)
{
	lc_buf_fmt(out, "%.*s %.*s %s", LC_FMT(f->package->package.name), LC_FMT(f->id),
		   advisory_status_name(f->status));
	for (size_t i = 0; i < f->fixed_versions.n; i++)
		lc_buf_fmt(out, "%s%.*s", i ? "," : " ", LC_FMT(f->fixed_versions.v[i]));
	lc_buf_fmt(out, " %s/%.*s [", severity_name(f->severity), LC_FMT(f->severity_source));
	for (size_t i = 0; i < f->vendor_ids.n; i++)
		lc_buf_fmt(out, "%s%.*s", i ? " " : "", LC_FMT(f->vendor_ids.v[i]));
	lc_buf_str(out, "] {");
	for (size_t i = 0; i < f->evidence.n; i++)
		lc_buf_fmt(out, "%s%.*s", i ? " " : "", LC_FMT(f->evidence.v[i].advisory));
	lc_buf_str(out, "}\n");
}

static void assert_found(const struct bench *b, const char *want)
{
	struct lc_buf out;
	lc_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < b->found.n; i++)
		put_finding(&out, &b->found.v[i]);
	assert_slice(lc_buf_get(&out), lc_str(want));
	lc_buf_done(&out);
}

static void check(const struct subject *s, size_t n, const char *want, struct match_stats *ret)
{
	struct bench b;
	set_up(&b, s, n);
	run(&b);
	assert_found(&b, want);
	if (ret)
		*ret = b.stats;
	tear_down(&b);
}

static void packages_are_judged_case_by_case(void **state)
{
	static const struct {
		struct subject s;
		const char *want;
	} cases[] = {
		{ { "epochal", "2.0-1" },
		  "epochal CVE-2024-3 fixed 1:2.0-1 UNKNOWN/ [] {CVE-2024-3}\n" },
		{ { "epochal", "1:2.0-1" }, "" },
		{ { "epochal", "1:1.9-1" },
		  "epochal CVE-2024-3 fixed 1:2.0-1 UNKNOWN/ [] {CVE-2024-3}\n" },
		{ { "holes", "1.1" }, "holes CVE-2024-20 fixed 1.2 UNKNOWN/ [] {CVE-2024-20}\n" },
		{ { "holes", "1.5" }, "" },
		{ { "holes", "2.1" }, "holes CVE-2024-20 fixed 2.5 UNKNOWN/ [] {CVE-2024-20}\n" },
		{ { "judged", "1" },
		  "judged CVE-2024-31 under_investigation UNKNOWN/ [] {CVE-2024-31}\n"
		  "judged CVE-2024-32 end_of_life UNKNOWN/ [] {CVE-2024-32}\n" },
		{ { "archonly", "1" }, "" },
		{ { "archonly", "1", .arch = "s390x" },
		  "archonly CVE-2024-40 fixed 2 UNKNOWN/ [] {CVE-2024-40}\n" },
		{ { "modular", "1" }, "modular CVE-2024-51 affected UNKNOWN/ [] {CVE-2024-51}\n" },
		{ { "modular", "1", .module = "perl:5.30:8030:abc" },
		  "modular CVE-2024-50 affected UNKNOWN/ [] {CVE-2024-50}\n" },
		{ { "modular", "1", .module = "perl:5.3" }, "" },
		{ { "modular", "1-1.module+el8.9.0+7+ab" }, "" },
		{ { "modular", "1-1.module+el8.9.0+7+ab", .module = "perl:5.30:8030:abc" },
		  "modular CVE-2024-50 affected UNKNOWN/ [] {CVE-2024-50}\n" },
		{ { "named", "1.0" },
		  "named CVE-2024-60 affected UNKNOWN/ [GHSA-x PYSEC-1] {GHSA-x}\n" },
		{ { "named", "1.1" }, "" },
		{ { "nobody", "1.0" }, "" },
	};
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		check(&cases[i].s, 1, cases[i].want, NULL);
}

static void binaries_are_judged_by_their_source(void **state)
{
	const struct subject s[] = {
		{ "libc6", "2.36-9+deb12u3+b1", "glibc", "2.36-9+deb12u3" },
		{ "libc-bin", "2.36-9+deb12u4", "glibc", "2.36-9+deb12u4" },
	};
	(void)state;
	check(s, 2,
	      "libc-bin CVE-2024-11 fixed 2.36-9+deb12u10 CRITICAL/nvd [DSA-2-1] {DSA-2-1}\n"
	      "libc-bin CVE-2024-10 will_not_fix LOW/debian [] {DEBIAN-CVE-2024-10}\n"
	      "libc6 CVE-2024-11 fixed 2.36-9+deb12u4,2.36-9+deb12u10 CRITICAL/nvd "
	      "[DSA-1-1 DSA-2-1 DSA-3-1] {DSA-1-1 DSA-2-1 DSA-3-1}\n"
	      "libc6 CVE-2024-10 will_not_fix LOW/debian [] {DEBIAN-CVE-2024-10}\n"
	      "libc6 CVE-2024-12 fixed 2.36-9+deb12u4 UNKNOWN/ [DSA-1-1] {DSA-1-1}\n",
	      NULL);
}

static void third_party_and_virtual_packages_are_left_out(void **state)
{
	const struct subject s[] = {
		{ "holes", "1.1", .flags = INV_THIRD_PARTY },
		{ "holes", "1.0", .flags = INV_VIRTUAL },
	};
	struct match_stats stats;
	(void)state;
	check(s, 2, "", &stats);
	assert_int_equal(stats.third_party, 1);
	assert_int_equal(stats.packages, 0);
}

static void versions_that_cannot_be_compared_are_counted(void **state)
{
	const struct subject s[] = { { "holes", "not a version" }, { "epochal", "" } };
	struct match_stats stats;
	(void)state;
	check(s, 2, "", &stats);
	assert_int_equal(stats.undecided, 2);
	assert_int_equal(stats.packages, 2);
}

static void rejected_ids_are_kept_aside_with_their_reason(void **state)
{
	const struct subject s = { "rejected", "1" };
	struct bench b;
	(void)state;
	set_up(&b, &s, 1);
	run(&b);
	assert_int_equal(b.found.n, 1);
	assert_int_equal(b.found.v[0].suppression, FINDING_FILTERED);
	assert_text(b.found.v[0].suppressed_by, "rejected");
	assert_int_equal(b.stats.without_title, 0);
	assert_int_equal(b.stats.without_severity, 1);
	tear_down(&b);
}

static void evidence_tells_every_step(void **state)
{
	const struct subject s = { "libx", "9", "holes", "2.1" };
	struct bench b;
	(void)state;
	set_up(&b, &s, 1);
	run(&b);
	assert_int_equal(b.found.n, 1);
	const struct finding_evidence *ev = &b.found.v[0].evidence.v[0];
	assert_text(ev->ecosystem, "Debian:12");
	assert_text(ev->name, "holes");
	assert_text(ev->version, "2.1");
	assert_text(ev->proof.introduced, "2");
	assert_text(ev->proof.fixed, "2.5");
	assert_int_equal(ev->scheme, VERSION_DEB);
	assert_int_equal(ev->proof.range, 1);
	assert_true(ev->by_source);
	tear_down(&b);
}

static void what_the_database_does_not_cover_is_told(void **state)
{
	const struct subject s[] = { { "a", "1" }, { "b", "1" } };
	struct bench b;
	(void)state;
	set_up(&b, s, 2);
	b.inv.os.version = LC_S("9");
	run(&b);
	assert_int_equal(b.stats.uncovered, 2);
	assert_int_equal(b.stats.packages, 0);
	assert_int_equal(b.stats.uncovered_ecosystems.n, 1);
	assert_text(b.stats.uncovered_ecosystems.v[0], "Debian:9");
	b.inv.os.family = LC_S("plan\x1b"
			       "9");
	run(&b);
	assert_int_equal(b.stats.uncovered_ecosystems.n, 1);
	assert_text(b.stats.uncovered_ecosystems.v[0], "plan\\x1b9 9");
	tear_down(&b);
}

static void groups_not_asked_for_are_not_looked_up(void **state)
{
	const struct subject s = { "holes", "1.1" };
	const struct match_options o = { .groups = INV_GROUP_LIBRARY };
	struct bench b;
	(void)state;
	set_up(&b, &s, 1);
	assert_int_equal(finding_match(b.db, &b.inv, &o, &b.a, &b.found, &b.stats, NULL), 0);
	assert_int_equal(b.found.n, 0);
	assert_int_equal(b.stats.packages, 0);
	tear_down(&b);
}

static void the_order_of_packages_does_not_matter(void **state)
{
	struct subject s[] = {
		{ "libc6", "2.36-9+deb12u3", "glibc", "2.36-9+deb12u3" },
		{ "libc-bin", "2.36-9+deb12u4", "glibc", "2.36-9+deb12u4" },
		{ "holes", "1.1" },
		{ "holes", "2.1" },
		{ "judged", "1" },
	};
	uint64_t seed = 11;
	struct bench b;
	struct lc_buf want;
	(void)state;
	lc_buf_init(&want, 1 << 20);
	set_up(&b, s, N_OF(s));
	run(&b);
	assert_int_equal(b.found.n, 9);
	for (size_t i = 0; i < b.found.n; i++)
		put_finding(&want, &b.found.v[i]);
	lc_buf_byte(&want, 0);
	tear_down(&b);
	for (int round = 0; round < 20; round++) {
		for (size_t i = N_OF(s) - 1; i > 0; i--) {
			size_t k = next_below(&seed, i + 1);
			struct subject t = s[i];
			s[i] = s[k];
			s[k] = t;
		}
		check(s, N_OF(s), (const char *)want.p, NULL);
	}
	lc_buf_done(&want);
}

static int match_again(void *ctx)
{
	struct bench *b = ctx;
	struct lc_arena a = { 0 };
	struct finding_list found;
	struct match_stats stats;
	int rc = finding_match(b->db, &b->inv, &all, &a, &found, &stats, NULL);
	lc_arena_done(&a);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	const struct subject s[] = {
		{ "libc6", "2.36-9+deb12u3", "glibc", "2.36-9+deb12u3" },
		{ "named", "1.0" },
	};
	struct bench b;
	(void)state;
	set_up(&b, s, 2);
	assert_true(alloc_fail_each(match_again, &b) > 4);
	tear_down(&b);
}

/* What is linked of package p: T.Here. Unknown functions never make a finding unreachable. */
static void tells_what_was_not_linked_into_a_go_program(void **state)
{
	static const char *const want[] = { "GO-1 not", "GO-2", "GO-3 not", "GO-4", "GO-5" };
	static const struct subject s[] = { { .name = "example.org/m", .version = "v1.0.0" } };
	(void)state;
	for (int known = 0; known < 2; known++) {
		struct bench b;
		uint64_t hashes[] = {
			go_function_hash(LC_S("example.org/m/p"), LC_S("")),
			go_function_hash(LC_S("example.org/m/p"), LC_S("T.Here")),
		};
		set_up(&b, s, 0);
		put_package(&b, s, "gobinary");
		struct inv_attribute *at =
			lc_vec_push(&b.a, &b.inv.packages.v[0].package.attributes);
		*at = (struct inv_attribute){ LC_S(GO_FUNCTIONS),
					      go_functions_pack(hashes, known ? 2 : 0, &b.a) };
		if (!known)
			at->value = LC_S("");
		run(&b);
		assert_int_equal(b.found.n, N_OF(want));
		for (size_t i = 0; i < b.found.n; i++) {
			bool not_reachable = known && strstr(want[i], " not");
			assert_int_equal(b.found.v[i].not_reachable, not_reachable);
			assert_true(b.found.v[i].suppression == FINDING_SHOWN);
		}
		tear_down(&b);
	}
}

/* By the name that its classifier gives; without one nothing is said to have been looked up. */
static void looks_up_unpackaged_programs_by_their_other_name(void **state)
{
	static const struct subject s[] = {
		{ .name = "apache-httpd", .version = "2.4.57" },
		{ .name = "apache", .version = "2.4.57" },
	};
	struct bench b;
	(void)state;
	set_up(&b, s, 0);
	put_package(&b, &s[0], "binary");
	put_package(&b, &s[1], "binary");
	struct inv_attribute *at = lc_vec_push(&b.a, &b.inv.packages.v[0].package.attributes);
	*at = (struct inv_attribute){ LC_S("bitnami"), LC_S("apache") };
	run(&b);
	assert_int_equal(b.found.n, 1);
	assert_text(b.found.v[0].package->package.name, "apache-httpd");
	assert_text(b.found.v[0].id, "BIT-1");
	assert_int_equal(b.stats.uncovered, 1);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_was_not_linked_into_a_go_program),
		cmocka_unit_test(looks_up_unpackaged_programs_by_their_other_name),
		cmocka_unit_test(packages_are_judged_case_by_case),
		cmocka_unit_test(binaries_are_judged_by_their_source),
		cmocka_unit_test(third_party_and_virtual_packages_are_left_out),
		cmocka_unit_test(versions_that_cannot_be_compared_are_counted),
		cmocka_unit_test(rejected_ids_are_kept_aside_with_their_reason),
		cmocka_unit_test(evidence_tells_every_step),
		cmocka_unit_test(what_the_database_does_not_cover_is_told),
		cmocka_unit_test(groups_not_asked_for_are_not_looked_up),
		cmocka_unit_test(the_order_of_packages_does_not_matter),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
