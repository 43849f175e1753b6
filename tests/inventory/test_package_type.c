#include "inventory/package_type.h"

#include "inventory/facts_text.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct inv_os debian = { .family = LC_S_INIT("debian"), .version = LC_S_INIT("12.5") };
static const struct inv_os sid = { .family = LC_S_INIT("debian"),
				   .version = LC_S_INIT("trixie/sid") };
static const struct inv_os alpine = { .family = LC_S_INIT("alpine"),
				      .version = LC_S_INIT("3.10.2") };
static const struct inv_os alma = { .family = LC_S_INIT("alma"), .version = LC_S_INIT("9.8") };
static const struct inv_os sles = { .family = LC_S_INIT("sles"), .version = LC_S_INIT("15.6") };
static const struct inv_os leap = { .family = LC_S_INIT("opensuse-leap"),
				    .version = LC_S_INIT("15.6") };
static const struct inv_os rolling = { .family = LC_S_INIT("arch") };
static const struct inv_os nameless = { .family = LC_S_INIT("Debian") };

static const struct {
	const char *type, *name, *version, *arch;
	const struct inv_os *os;
	const char *purl;
} purls[] = {
	{ "apk", "musl", "1.1.22-r3", "x86_64", &alpine,
	  "pkg:apk/alpine/musl@1.1.22-r3?arch=x86_64&distro=3.10.2" },
	{ "dpkg", "bash", "5.0-4", "amd64", &debian,
	  "pkg:deb/debian/bash@5.0-4?arch=amd64&distro=debian-12.5" },
	{ "dpkg", "libstdc++6", "12.2.0-14+deb12u1", "amd64", &debian,
	  "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12.5" },
	{ "dpkg", "bsdutils", "1:2.38.1-5", "amd64", &debian,
	  "pkg:deb/debian/bsdutils@2.38.1-5?arch=amd64&distro=debian-12.5&epoch=1" },
	{ "dpkg", "a", "0:1", "", &debian, "pkg:deb/debian/a@0:1?distro=debian-12.5" },
	{ "dpkg", "a", "x:1", "", NULL, "pkg:deb/a@x:1" },
	{ "dpkg", "a", "1~rc1", "all", &sid,
	  "pkg:deb/debian/a@1~rc1?arch=all&distro=debian-trixie%2Fsid" },
	{ "dpkg", "A", "1", "", &nameless, "pkg:deb/debian/a@1" },
	{ "apk", ".build-deps", "2024", "", NULL, "pkg:apk/.build-deps@2024" },
	{ "apk", "a", "", "", &alpine, "pkg:apk/alpine/a?distro=3.10.2" },
	{ "apk", "a b\x01/?#%&\xc3\xa9", "1", "", NULL, "pkg:apk/a%20b%01%2F%3F%23%25%26%C3%A9@1" },
	{ "apk", "", "1", "", &alpine, "" },
	{ "rpm", "perl-Git", "2.47.1-2.el9_6", "noarch", &alma,
	  "pkg:rpm/alma/perl-Git@2.47.1-2.el9_6?arch=noarch&distro=alma-9.8" },
	{ "rpm", "bind", "32:9.16-1", "x86_64", &alma,
	  "pkg:rpm/alma/bind@9.16-1?arch=x86_64&distro=alma-9.8&epoch=32" },
	{ "rpm", "a", "0:1-2^3", "", &alma, "pkg:rpm/alma/a@1-2%5E3?distro=alma-9.8" },
	{ "rpm", "a", "1-1", "", &sles, "pkg:rpm/suse/a@1-1?distro=sles-15.6" },
	{ "rpm", "a", "1-1", "", &leap, "pkg:rpm/opensuse/a@1-1?distro=opensuse-leap-15.6" },
	{ "pacman", "containers-common", "1:0.47.4-4", "x86_64", &rolling,
	  "pkg:alpm/arch/containers-common@1:0.47.4-4?arch=x86_64" },
	{ "opkg", "libustream", "git-24.1", "mips", NULL,
	  "pkg:opkg/libustream@git-24.1?arch=mips" },
	{ "npm", "@Babel/core", "7.1.0", "", NULL, "pkg:npm/%40babel/core@7.1.0" },
	{ "npm", "left-pad", "1.0.0", "", &debian, "pkg:npm/left-pad@1.0.0" },
	{ "gobinary", "github.com/Azure/go-x/v2", "v2.7.1+incompatible", "", NULL,
	  "pkg:golang/github.com/azure/go-x/v2@v2.7.1%2Bincompatible" },
	{ "jar", "org.a.b:c-d", "1.0", "", NULL, "pkg:maven/org.a.b/c-d@1.0" },
	{ "jar", "c-d", "1.0", "", NULL, "pkg:maven/c-d@1.0" },
	{ "python-pkg", "Zope_x.Interface", "5", "", NULL, "pkg:pypi/zope-x.interface@5" },
	{ "composer", "Symfony/Yaml", "v1", "", NULL, "pkg:composer/symfony/yaml@v1" },
	{ "nuget", "Newtonsoft.Json", "9", "", NULL, "pkg:nuget/Newtonsoft.Json@9" },
	{ "cocoapods", "AppCenter/Ana/B", "4", "", NULL, "pkg:cocoapods/AppCenter@4#Ana/B" },
	{ "swift", "github.com/apple/swift-nio", "2", "", NULL,
	  "pkg:swift/github.com/apple/swift-nio@2" },
	{ "github-actions", "actions/Checkout", "v4", "", NULL, "pkg:github/actions/checkout@v4" },
	{ "no-such-type", "a", "1", "", &alpine, "" },
};

static struct inv_package package(const char *type, const char *name, const char *version,
				  const char *arch)
{
	return (struct inv_package){
		.type = lc_str(type),
		.name = lc_str(name),
		.version = lc_str(version),
		.arch = lc_str(arch),
	};
}

static void writes_package_urls(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	for (size_t i = 0; i < N(purls); i++) {
		struct inv_package p =
			package(purls[i].type, purls[i].name, purls[i].version, purls[i].arch);
		assert_slice(package_purl(&p, purls[i].os, &a), lc_str(purls[i].purl));
	}
	lc_arena_done(&a);
}

static void refuses_package_urls_without_end(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	char *name = test_malloc(100001);
	memset(name, '+', 100000);
	name[100000] = '\0';
	struct inv_package p = package("apk", name, "1", "");
	assert_null(package_purl(&p, NULL, &a).p);
	test_free(name);
	lc_arena_done(&a);
}

static void module_labels_are_qualifiers(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct inv_attribute label = { LC_S("modularitylabel"), LC_S("nodejs:18:90:rhel9") };
	struct inv_package p = package("rpm", "nodejs", "1:18-1", "x86_64");
	p.attributes = (struct inv_attribute_list){ &label, 1, 1 };
	assert_text(package_purl(&p, &alma, &a),
		    "pkg:rpm/alma/nodejs@18-1?arch=x86_64&distro=alma-9.8&epoch=1"
		    "&modularitylabel=nodejs:18:90:rhel9");
	lc_arena_done(&a);
}

static void splits_versions_as_reports_do(void **state)
{
	(void)state;
	static const struct {
		const char *type, *in;
		uint64_t epoch;
		const char *version, *release;
	} rows[] = {
		{ "dpkg", "1:2.38.1-5+deb12u3", 1, "2.38.1", "5+deb12u3" },
		{ "dpkg", "5.0", 0, "5.0", "" },
		{ "dpkg", "1-2-3", 0, "1-2", "3" },
		{ "apk", "1.2.4-r2", 0, "1.2.4-r2", "" },
		{ "dpkg", "", 0, "", "" },
		{ "rpm", "32:9.16-1.el9", 32, "9.16", "1.el9" },
		{ "rpm", "0:1-2", 0, "1", "2" },
		{ "rpm", "1.0", 0, "1.0", "" },
	};
	for (size_t i = 0; i < N(rows); i++) {
		uint64_t epoch;
		struct lc_slice version;
		struct lc_slice release;
		package_version_split(package_type_of(lc_str(rows[i].type)), lc_str(rows[i].in),
				      &epoch, &version, &release);
		assert_int_equal(epoch, rows[i].epoch);
		assert_slice(version, lc_str(rows[i].version));
		assert_slice(release, lc_str(rows[i].release));
	}
}

static void ids_are_name_and_whole_version(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct inv_package p = package("dpkg", "bsdutils", "1:2.38.1-5", "amd64");
	assert_text(package_id(&p, &a), "bsdutils@1:2.38.1-5");
	p.version = LC_S("");
	assert_text(package_id(&p, &a), "bsdutils");
	p = package("rpm", "bind", "32:9.16-1", "x86_64");
	assert_text(package_id(&p, &a), "bind@9.16-1.x86_64");
	p.arch = LC_S("");
	assert_text(package_id(&p, &a), "bind@9.16-1");
	p.version = LC_S("");
	assert_text(package_id(&p, &a), "bind");
	lc_arena_done(&a);
}

static void ids_of_languages_have_their_own_form(void **state)
{
	(void)state;
	static const struct {
		const char *type, *name, *version, *id;
	} rows[] = {
		{ "npm", "a", "1", "a@1" },
		{ "conan", "zlib", "1.2", "zlib/1.2" },
		{ "dotnet-core", "A.B", "1.2", "A.B/1.2" },
		{ "jar", "g:a", "1", "g:a:1" },
		{ "gomod", "x.org/y", "1.2.3", "x.org/y@v1.2.3" },
		{ "gobinary", "x.org/y", "v1.2.3", "x.org/y@v1.2.3" },
		{ "gobinary", "x.org/y", "", "x.org/y" },
		{ "pip", "a", "1", "" },
		{ "poetry", "a", "1", "a@1" },
		{ "no-such-type", "a", "1", "a@1" },
	};
	struct lc_arena a = { 0 };
	for (size_t i = 0; i < N(rows); i++) {
		struct inv_package p =
			package(rows[i].type, rows[i].name, rows[i].version, "amd64");
		assert_slice(package_id(&p, &a), lc_str(rows[i].id));
	}
	lc_arena_done(&a);
}

static void julia_packages_carry_their_uuid(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct inv_attribute uuid = { LC_S("uuid"), LC_S("ade2ca70") };
	struct inv_package p = package("julia", "Dates", "1.9.0", "");
	p.attributes = (struct inv_attribute_list){ &uuid, 1, 1 };
	assert_text(package_purl(&p, &alma, &a), "pkg:julia/Dates@1.9.0?uuid=ade2ca70");
	lc_arena_done(&a);
}

static void every_type_is_found_and_can_be_compared(void **state)
{
	(void)state;
	assert_null(package_type_of(LC_S("nothing")));
	assert_true(package_types_n >= 2);
	for (size_t i = 0; i < package_types_n; i++) {
		assert_ptr_equal(package_type_of(lc_str(package_types[i].name)), &package_types[i]);
		assert_true(version_scheme_built(package_types[i].scheme));
		if (i)
			assert_true(strcmp(package_types[i - 1].name, package_types[i].name) < 0);
		assert_non_null(package_types[i].purl_type);
	}
}

static int write_purl(void *ctx)
{
	struct lc_arena a = { 0 };
	struct inv_package p = package("dpkg", "a+", "1:2-3", "amd64");
	(void)ctx;
	int r = package_purl(&p, &debian, &a).p && package_id(&p, &a).p ? 0 : LC_ENOMEM;
	lc_arena_done(&a);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(write_purl, NULL) > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_package_urls),
		cmocka_unit_test(refuses_package_urls_without_end),
		cmocka_unit_test(module_labels_are_qualifiers),
		cmocka_unit_test(splits_versions_as_reports_do),
		cmocka_unit_test(ids_are_name_and_whole_version),
		cmocka_unit_test(ids_of_languages_have_their_own_form),
		cmocka_unit_test(julia_packages_carry_their_uuid),
		cmocka_unit_test(every_type_is_found_and_can_be_compared),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
