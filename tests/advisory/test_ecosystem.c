/* Which ecosystem and key a package is looked up by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "advisory/key.h"
#include "format/json.h"
#include "support/fixture.h"

struct key_case {
	const char *type, *family, *version, *repository; /* repository NULL: none */
	const char *ecosystem, *name, *installed;
};

static const struct key_case keys[] = {
	{ "dpkg", "debian", "12.5", NULL, "Debian:12", "src", "2.0" },
	{ "dpkg", "debian", "bookworm/sid", NULL, "Debian:12", "src", "2.0" },
	{ "dpkg", "debian", "sid", NULL, "", NULL, NULL },
	{ "dpkg", "ubuntu", "22.04", NULL, "Ubuntu:22.04:LTS", "src", "2.0" },
	{ "dpkg", "ubuntu", "23.10", NULL, "Ubuntu:23.10", "src", "2.0" },
	{ "dpkg", "ubuntu", "23.04", NULL, "Ubuntu:23.04", "src", "2.0" },
	{ "apk", "alpine", "3.18.9", NULL, "Alpine:v3.18", "src", "2.0" },
	{ "apk", "alpine", "3.18.9", "3.20", "Alpine:v3.20", "src", "2.0" },
	{ "apk", "alpine", "3.18.9", "v3.20", "Alpine:v3.20", "src", "2.0" },
	{ "apk", "alpine", "3.21.0_alpha1", "edge", "Alpine:edge", "src", "2.0" },
	{ "apk", "wolfi", "20230201", NULL, "Wolfi", "src", "2.0" },
	{ "rpm", "alma", "9.4", NULL, "AlmaLinux:9", "bin", "1.0" },
	{ "rpm", "rocky", "8.10", NULL, "Rocky Linux:8", "bin", "1.0" },
	{ "rpm", "azurelinux", "3.0", NULL, "Azure Linux:3", "src", "2.0" },
	{ "rpm", "amazon", "2018.03", NULL, "Amazon Linux:1", "bin", "1.0" },
	{ "rpm", "amazon", "2 (Karoo)", NULL, "Amazon Linux:2", "bin", "1.0" },
	{ "rpm", "amazon", "2023.6.20241212 (Amazon Linux)", NULL, "Amazon Linux:2023", "bin",
	  "1.0" },
	{ "pacman", "arch", "20250101.0.1", NULL, "Arch Linux", "bin", "1.0" },
	{ "pacman", "arch", "", NULL, "Arch Linux", "bin", "1.0" },
	{ "pacman", "manjaro", "", NULL, "Arch Linux", "bin", "1.0" },
	{ "rpm", "bottlerocket", "1.30.0", NULL, "Bottlerocket", "bin", "1.0" },
	{ "rpm", "cbl-mariner", "2.0", NULL, "CBL-Mariner:2.0", "src", "2.0" },
	{ "rpm", "centos", "7.9.2009", NULL, "Red Hat:7", "bin", "1.0" },
	{ "rpm", "centos-stream", "9", NULL, "", NULL, NULL },
	{ "apk", "chainguard", "20230214", NULL, "Chainguard", "src", "2.0" },
	{ "dpkg", "debian", "forky/sid", NULL, "Debian:14", "src", "2.0" },
	{ "dpkg", "echo", "13", NULL, "Echo", "src", "2.0" },
	{ "rpm", "fedora", "42", NULL, "Fedora:42", "bin", "1.0" },
	{ "dpkg", "kali", "2024.4", NULL, "", NULL, NULL },
	{ "rpm", "mageia", "9", NULL, "Mageia:9", "src", "2.0" },
	{ "apk", "minimos", "20241031", NULL, "MinimOS", "src", "2.0" },
	{ "rpm", "opensuse-leap", "15.6", NULL, "openSUSE:Leap 15.6", "bin", "1.0" },
	{ "rpm", "opensuse-tumbleweed", "20250110", NULL, "openSUSE:Tumbleweed", "bin", "1.0" },
	{ "opkg", "openwrt", "23.05.5", NULL, "", NULL, NULL },
	{ "rpm", "oracle", "9.5", NULL, "Oracle Linux:9", "bin", "1.0" },
	{ "rpm", "photon", "5.0", NULL, "Photon OS:5.0", "bin", "1.0" },
	{ "dpkg", "raspbian", "12", NULL, "Debian:12", "src", "2.0" },
	{ "rpm", "redhat", "9.4", NULL, "Red Hat:9", "bin", "1.0" },
	{ "dpkg", "never heard of", "1", NULL, "", NULL, NULL },
};

static void packages_get_their_systems_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct key_case *c = &keys[i];
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct adv_key key;
		struct inv_package p = { .type = lc_str(c->type), .name = LC_S("bin") };
		struct inv_os os = { .family = lc_str(c->family), .version = lc_str(c->version) };
		struct inv_repository r = { lc_str(c->family), lc_str(c->repository) };
		struct adv_context x = { &os, c->repository ? &r : NULL, NULL };
		p.version = LC_S("1.0");
		p.source_name = LC_S("src");
		p.source_version = LC_S("2.0");
		if (!package_type_of(p.type)) {
			lc_arena_done(&a);
			continue; /* a kind that this build does not have */
		}
		assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
		if (!lc_eq(key.ecosystem, lc_str(c->ecosystem)))
			fail_msg("%s %s: %.*s", c->family, c->version, LC_FMT(key.ecosystem));
		if (c->name) {
			assert_true(lc_eq(key.name, lc_str(c->name)));
			assert_true(lc_eq(key.version, lc_str(c->installed)));
			assert_int_not_equal(key.scheme, VERSION_NONE);
		}
		lc_arena_done(&a);
	}
}

/* "Ubuntu:Pro:18.04:LTS | Ubuntu:18.04:LTS unfixed | … Ubuntu Pro" */
static void assert_places(const struct adv_key *key, const char *want)
{
	struct lc_buf b;
	lc_buf_init(&b, 4096);
	for (size_t i = 0; i < key->places_n; i++) {
		const struct adv_place *p = &key->places[i];
		lc_buf_fmt(&b, "%s%.*s%s%s%s", i ? " | " : "", LC_FMT(p->ecosystem),
			   p->word == ADV_WORD_UNFIXED ? " unfixed" : "", p->offer ? " " : "",
			   p->offer ? p->offer : "");
	}
	if (!lc_eq(lc_buf_get(&b), lc_str(want)))
		fail_msg("%.*s, want %s", LC_FMT(lc_buf_get(&b)), want);
	lc_buf_done(&b);
}

static void extended_support_goes_first_or_is_offered(void **state)
{
	static const struct {
		const char *type, *family, *version;
		bool extended;
		const char *places;
	} rows[] = {
		{ "dpkg", "ubuntu", "18.04", true, "Ubuntu:Pro:18.04:LTS | Ubuntu:18.04:LTS" },
		{ "dpkg", "ubuntu", "18.04", false,
		  "Ubuntu:18.04:LTS | Ubuntu:Pro:18.04:LTS Ubuntu Pro" },
		{ "dpkg", "ubuntu", "", true, "" },
		{ "dpkg", "debian", "12", true, "Debian:12" },
		{ "rpm", "sles", "15.1", true,
		  "SUSE:Linux Enterprise 15.1:LTSS | SUSE:Linux Enterprise 15.1" },
		{ "rpm", "sles", "15.1", false,
		  "SUSE:Linux Enterprise 15.1 | SUSE:Linux Enterprise 15.1:LTSS SUSE LTSS" },
		{ "rpm", "slem", "5.4", true, "SUSE:Linux Enterprise Micro 5.4" },
	};
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inv_package p = { .type = lc_str(rows[i].type), .name = LC_S("x") };
		struct inv_os os = { .family = lc_str(rows[i].family) };
		struct adv_context x = { .os = &os };
		struct adv_key key;
		os.version = lc_str(rows[i].version);
		os.extended = rows[i].extended;
		assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
		assert_places(&key, rows[i].places);
	}
	lc_arena_done(&a);
}

static void repositories_choose_the_stream(void **state)
{
	static const struct {
		const char *sets[4];
		const char *places;
	} rows[] = {
		{ { NULL }, "Red Hat:9" }, /* nothing is known: the release's own repositories */
		{ { "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-rpms" },
		  "Red Hat:9" },
		{ { "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2",
		    "rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2" },
		  "Red Hat:rhel_eus:9.2 | Red Hat:9 unfixed" },
		{ { "rhel-8-for-x86_64-baseos-aus-rpms__8_DOT_4" },
		  "Red Hat:rhel_aus:8.4 | Red Hat:9 unfixed" },
		{ { "rhel-9-for-x86_64-baseos-e4s-rpms__9_DOT_0", "rhel-9-for-x86_64-baseos-rpms" },
		  "Red Hat:rhel_e4s:9.0 | Red Hat:9" },
		{ { "rhel-7-server-eus-rpms__7_DOT_6__x86_64" },
		  "Red Hat:rhel_eus:7.6 | Red Hat:9 unfixed" },
		{ { "rhel-6-server-els-rpms" }, "Red Hat:rhel_els:6 | Red Hat:9 unfixed" },
		{ { "rhocp-4.16-for-rhel-9-x86_64-rpms" }, "Red Hat:9" },
		{ { "rhel-", "rhel-x-rpms", "rhel-9", "" }, "Red Hat:9" },
	};
	const struct inv_package p = { .type = LC_S("rpm"), .name = LC_S("x") };
	const struct inv_os os = { .family = LC_S("redhat"), .version = LC_S("9.2") };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_slice sets[4];
		struct inv_build build = { .content_sets = { sets, 0, 4 } };
		struct adv_context x = { &os, NULL, &build };
		struct adv_key key;
		while (build.content_sets.n < 4 && rows[i].sets[build.content_sets.n]) {
			sets[build.content_sets.n] = lc_str(rows[i].sets[build.content_sets.n]);
			build.content_sets.n++;
		}
		assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
		assert_places(&key, rows[i].places);
	}
	lc_arena_done(&a);
}

static void extras_that_are_on_go_before_the_core(void **state)
{
	const struct inv_package p = { .type = LC_S("rpm"), .name = LC_S("x") };
	const struct inv_os os = { .family = LC_S("amazon"), .version = LC_S("2") };
	struct lc_slice sets[] = { LC_S("amzn2extra-docker"), LC_S("amzn2extra-php8.2"),
				   LC_S("amzn2-core") };
	struct inv_build build = { .content_sets = { sets, 3, 3 } };
	struct adv_context x = { &os, NULL, &build };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_key key;
	(void)state;
	assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
	assert_places(&key, "Amazon Linux:2:DOCKER | Amazon Linux:2:PHP8.2 | Amazon Linux:2");
	lc_arena_done(&a);
}

static void more_streams_than_fit_leave_the_release(void **state)
{
	const struct inv_package p = { .type = LC_S("rpm"), .name = LC_S("x") };
	const struct inv_os os = { .family = LC_S("redhat"), .version = LC_S("9.2") };
	struct lc_slice sets[] = { LC_S("rhel-9-for-x86_64-baseos-aus-rpms__9_DOT_0"),
				   LC_S("rhel-9-for-x86_64-baseos-tus-rpms__9_DOT_0"),
				   LC_S("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_0"),
				   LC_S("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"),
				   LC_S("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_4"),
				   LC_S("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_6") };
	struct inv_build build = { .content_sets = { sets, 6, 6 } };
	struct adv_context x = { &os, NULL, &build };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_key key;
	(void)state;
	assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
	assert_places(&key, "Red Hat:rhel_aus:9.0 | Red Hat:rhel_tus:9.0 | "
			    "Red Hat:rhel_eus:9.0 | Red Hat:rhel_eus:9.2 | Red Hat:rhel_eus:9.4 | "
			    "Red Hat:9 unfixed");
	lc_arena_done(&a);
}

static void many_repositories_cost_no_memory(void **state)
{
	enum { SETS = 1024 };
	const struct inv_package p = { .type = LC_S("rpm"), .name = LC_S("x") };
	const struct inv_os os = { .family = LC_S("redhat"), .version = LC_S("9.2") };
	static struct lc_slice sets[SETS];
	struct inv_build build = { .content_sets = { sets, SETS, SETS } };
	struct adv_context x = { &os, NULL, &build };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_key key;
	(void)state;
	for (size_t i = 0; i < SETS; i++)
		sets[i] = i % 2 ? LC_S("rhel-8-for-x86_64-baseos-rpms")
				: LC_S("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2");
	assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
	assert_places(&key, "Red Hat:rhel_eus:9.2 | Red Hat:8 | Red Hat:9 unfixed");
	assert_true(a.used < 1024);
	lc_arena_done(&a);
}

static void names_of_ecosystems_are_the_databases(void **state)
{
	static const char *const rows[][2] = {
		{ "cargo", "crates.io" },
		{ "npm", "npm" },
		{ "Ubuntu:22.04", "Ubuntu:22.04:LTS" },
		{ "Red Hat:8", "Red Hat:8" },
		{ "Red Hat:enterprise_linux:8::appstream", "Red Hat:8" },
		{ "Red Hat:enterprise_linux:9", "Red Hat:9" },
		{ "Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2" },
		{ "Red Hat:rhel_aus:8.4", "Red Hat:rhel_aus:8.4" },
		{ "Red Hat:openshift:4.16::el9", "Red Hat:openshift:4.16::el9" },
		{ "Red Hat:enterprise_linux:", "Red Hat:enterprise_linux:" },
		{ "SUSE:Linux Enterprise 15.5", "SUSE:Linux Enterprise 15.5" },
		{ "SUSE:Linux Enterprise Server 15 SP5", "SUSE:Linux Enterprise 15.5" },
		{ "SUSE:Linux Enterprise Server 15 SP1-LTSS", "SUSE:Linux Enterprise 15.1:LTSS" },
		{ "SUSE:Linux Enterprise 15.1:LTSS", "SUSE:Linux Enterprise 15.1:LTSS" },
		{ "SUSE:Linux Enterprise Module for Basesystem 15 SP4",
		  "SUSE:Linux Enterprise 15.4" },
		{ "SUSE:Linux Enterprise Micro 5.4", "SUSE:Linux Enterprise Micro 5.4" },
		{ "SUSE:Manager Proxy 4.3", "SUSE:Manager Proxy 4.3" },
		{ "openSUSE:Leap 15.5", "openSUSE:Leap 15.5" },
	};
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_slice got = adv_ecosystem_name(lc_str(rows[i][0]), &a);
		if (!lc_eq(got, lc_str(rows[i][1])))
			fail_msg("%s: %.*s", rows[i][0], LC_FMT(got));
		assert_int_not_equal(adv_ecosystem_scheme(got), VERSION_NONE);
	}
	lc_arena_done(&a);
}

static void what_is_not_the_distributions_has_no_key(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct adv_key key;
	struct inv_package p = { .type = LC_S("dpkg"), .name = LC_S("x"), .version = LC_S("1") };
	struct inv_os os = { .family = LC_S("debian"), .version = LC_S("12") };
	(void)state;
	struct adv_context x = { .os = &os };
	p.flags = INV_THIRD_PARTY;
	assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
	assert_int_equal(key.ecosystem.n, 0);
	p.flags = 0;
	x.os = NULL;
	assert_int_equal(adv_key_of(&p, &x, &a, &key, &e), 0);
	assert_int_equal(key.ecosystem.n, 0);
	lc_arena_done(&a);
}

static void names_are_spelt_as_the_registry_does(void **state)
{
	static const char *const rows[][3] = {
		{ "PyPI", "Foo.Bar__baz-Qux", "foo-bar-baz-qux" },
		{ "NuGet", "Newtonsoft.Json", "newtonsoft.json" },
		{ "Packagist", "Symfony/HTTP-kernel", "symfony/http-kernel" },
		{ "npm", "@Scope/Name", "@Scope/Name" },
		{ "Go", "github.com/Azure/x", "github.com/Azure/x" },
		{ "SwiftURL", "https://github.com/Apple/swift-nio.git",
		  "github.com/apple/swift-nio" },
		{ "Debian:12", "OpenSSL", "OpenSSL" },
		{ "No Such", "X", "X" },
	};
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_slice got = adv_normal_name(lc_str(rows[i][0]), lc_str(rows[i][1]), &a);
		assert_true(lc_eq(got, lc_str(rows[i][2])));
	}
	lc_arena_done(&a);
}

static void ecosystems_compare_by_their_scheme(void **state)
{
	(void)state;
	assert_int_equal(adv_ecosystem_scheme(LC_S("Debian:12")), VERSION_DEB);
	assert_int_equal(adv_ecosystem_scheme(LC_S("Ubuntu:Pro:18.04:LTS")), VERSION_DEB);
	assert_int_equal(adv_ecosystem_scheme(LC_S("Alpine:v3.20")), VERSION_APK);
	assert_int_equal(adv_ecosystem_scheme(LC_S("Rocky Linux:9")), VERSION_RPM);
	assert_int_equal(adv_ecosystem_scheme(LC_S("crates.io")), VERSION_SEMVER);
	assert_int_equal(adv_ecosystem_scheme(LC_S("GIT")), VERSION_NONE);
	assert_int_equal(adv_ecosystem_scheme(LC_S("")), VERSION_NONE);
}

static const char *const eols[][4] = {
	{ "debian", "12.5", "debian", "12" },
	{ "alpine", "3.18.9", "alpine-linux", "3.18" },
	{ "ubuntu", "22.04", "ubuntu", "22.04" },
	{ "alma", "9.4", "almalinux", "9" },
	{ "opensuse-leap", "15.5", "opensuse", "15.5" },
	{ "amazon", "2023.4.20240401", "amazon-linux", "2023" },
	{ "amazon", "2018.03", "amazon-linux", "2018.03" },
	{ "amazon", "2 (Karoo)", "amazon-linux", "2" },
	{ "centos", "7.9.2009", "centos", "7" },
	{ "centos-stream", "9", "centos-stream", "9" },
	{ "fedora", "42", "fedora", "42" },
	{ "mageia", "9", "mageia", "9" },
	{ "openwrt", "23.05.5", "openwrt", "23.05" },
	{ "oracle", "9.5", "oracle-linux", "9" },
	{ "photon", "5.0", "photon", "5.0" },
	{ "redhat", "8.10", "rhel", "8" },
	{ "rocky", "9.5", "rocky-linux", "9" },
	{ "slem", "5.5", "suse-linux-micro", "5.5" },
	{ "slem", "6.1", "suse-linux-micro", "6.1" },
	{ "sles", "12.5", "sles", "12.5" },
	{ "sles", "15", "sles", "15.0" },
	{ "arch", "20250101", NULL, NULL },
	{ "kali", "2024.4", NULL, NULL },
	{ "opensuse-tumbleweed", "20250110", NULL, NULL },
	{ "wolfi", "20230201", NULL, NULL },
	{ "debian", "sid", NULL, NULL },
};

static void systems_have_a_product_and_cycle(void **state)
{
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(eols) / sizeof(eols[0]); i++) {
		struct inv_os os = { .family = lc_str(eols[i][0]), .version = lc_str(eols[i][1]) };
		struct lc_slice product;
		struct lc_slice cycle;
		bool known = adv_eol_product(&os, &a, &product, &cycle);
		assert_int_equal(known, eols[i][2] != NULL);
		if (known) {
			assert_true(lc_eq(product, lc_str(eols[i][2])));
			assert_true(lc_eq(cycle, lc_str(eols[i][3])));
			assert_true(adv_eol_is_os(product));
		}
	}
	lc_arena_done(&a);
}

static bool has_cycle(const struct json_doc *d, const char *product, const char *cycle)
{
	json_each(d, json_at(d, json_root(d), product, "releases", NULL), release) {
		if (lc_eq(json_get_str(d, release, "cycle"), lc_str(cycle)))
			return true;
	}
	return false;
}

static void the_data_has_these_products_and_cycles(void **state)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct json_doc d;
	struct lc_buf text;
	(void)state;
	lc_buf_init(&text, (size_t)64 << 20);
	data_read("advisories/eol/endoflife.json", &text);
	assert_int_equal(json_parse(lc_buf_get(&text), 0, NULL, &a, &d, &e), 0);
	for (size_t i = 0; i < sizeof(eols) / sizeof(eols[0]); i++)
		if (eols[i][2] && !has_cycle(&d, eols[i][2], eols[i][3]))
			fail_msg("no cycle %s of %s", eols[i][3], eols[i][2]);
	lc_arena_done(&a);
	lc_buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_get_their_systems_key),
		cmocka_unit_test(extended_support_goes_first_or_is_offered),
		cmocka_unit_test(repositories_choose_the_stream),
		cmocka_unit_test(extras_that_are_on_go_before_the_core),
		cmocka_unit_test(more_streams_than_fit_leave_the_release),
		cmocka_unit_test(many_repositories_cost_no_memory),
		cmocka_unit_test(names_of_ecosystems_are_the_databases),
		cmocka_unit_test(what_is_not_the_distributions_has_no_key),
		cmocka_unit_test(names_are_spelt_as_the_registry_does),
		cmocka_unit_test(ecosystems_compare_by_their_scheme),
		cmocka_unit_test(systems_have_a_product_and_cycle),
		cmocka_unit_test(the_data_has_these_products_and_cycles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
