/* What builds say of their packages where nothing is locked, and what lies installed beside them:
 * .NET's projects, Gradle's catalogues, GitHub's workflows, Perl, PEAR, vcpkg. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* ---- .NET ---- */

#define ASSETS                                                                          \
	"{\"version\":3,\"targets\":{\"net8.0\":{\n"                                    \
	"\"A/1.0.0\":{\"type\":\"package\",\"dependencies\":{\"b\":\"2.0.0\"}},\n"      \
	"\"B/2.0.1\":{\"type\":\"package\"},\n"                                         \
	"\"Own/1.0.0\":{\"type\":\"project\"}},\n"                                      \
	"\"net8.0/linux-x64\":{\"A/1.0.0\":{\"type\":\"package\"}}},\n"                 \
	"\"project\":{\"frameworks\":{\"net8.0\":{\"dependencies\":{\"a\":{\"target\":" \
	"\"Package\"}}}}}}"

static const struct row assets[] = {
	ROW("targets, projects, what is asked for in another case", ASSETS,
	    "p nuget A 1.0.0 dep=B@2.0.1 direct lines=2-2,5-5\n"
	    "p nuget B 2.0.1 indirect lines=3-3\n"),
	ROW("no version",
	    "{\"targets\":{\"x\":{\"A\":{\"type\":\"package\"},\"/1\":{\"type\":\"package\"}}}}",
	    "! malformed: line 1: no name/version: A\n! malformed: line 1: no name/version: /1\n"),
	ROW("other types", "{\"targets\":{\"x\":[],\"y\":7},\"project\":1}", ""),
	ROW("targets that are none", "{\"targets\":[]}",
	    "! malformed: targets are not an object\n"),
	ROW("cut short", "{\"targets\":{",
	    "! truncated: line 1, column 13: the text ends too early\n"),
};

static const struct row projects[] = {
	ROW("references",
	    "<Project Sdk=\"x\"><PropertyGroup><V>3.1</V></PropertyGroup><ItemGroup>\n"
	    "<PackageReference Include=\"A\" Version=\"1.0\"/>\n"
	    "<PackageReference Include=\"B\">\n<Version>$(V)</Version>\n</PackageReference>\n"
	    "<PackageReference Include=\"C\" Version=\"[1,2)\"/><PackageReference Include=\"D\"/>\n"
	    "<PackageReference Include=\"E\" Version=\"5\" PrivateAssets=\"All\"/>\n"
	    "</ItemGroup></Project>",
	    "p nuget A 1.0 direct lines=2-2\np nuget B 3.1 direct lines=3-5\n"
	    "p nuget E 5 flags=1 direct lines=7-7\n"),
	ROW("cut short", "<Project><PackageReference Include=\"A\" Version=\"1\"/>",
	    "p nuget A 1 direct lines=1-1\n! truncated: line 1, column 53: no element found\n"),
	ROW("no XML", "x", "! malformed: line 1, column 1: syntax error\n"),
};

static void reads_dotnets_projects(void **state)
{
	static const struct facts_file restored[] = {
		{ "a/a.csproj",
		  LC_S_INIT("<Project><PackageReference Include=\"A\" Version=\"1\"/></Project>") },
		{ "a/obj/project.assets.json", LC_S_INIT("{}") },
	};
	static const struct facts_file locked[] = {
		{ "a/obj/project.assets.json", LC_S_INIT(ASSETS) },
		{ "a/packages.lock.json", LC_S_INIT("{}") },
	};
	(void)state;
	facts_check(&inv_nuget_assets, "a/obj/project.assets.json", assets, N(assets));
	facts_check(&inv_nuget_project, "a/a.csproj", projects, N(projects));
	facts_check_together(&inv_nuget_project, "restored", restored, N(restored), "");
	facts_check_together(&inv_nuget_assets, "locked", locked, N(locked), "");
}

/* ---- Gradle ---- */

static const struct row catalogue[] = {
	ROW("all forms",
	    "[versions]\na = \"1.0\"\nb = { strictly = \"[1,2)\", prefer = \"1.5\" }\n"
	    "c = { require = \"1.+\" }\n[libraries]\nx = \"g:x:9\"\n"
	    "y = { module = \"g:y\", version.ref = \"a\" }\n"
	    "z = { group = \"g\", name = \"z\", version = { strictly = \"7\" } }\n"
	    "b = { module = \"g:b\", version.ref = \"b\" }\n"
	    "n1 = { module = \"g:n\" }\nn2 = { module = \"g:n\", version.ref = \"c\" }\n"
	    "n3 = \"g:n\"\nn4 = { module = \"g:n\", version.ref = \"none\" }\nn5 = \"g:n:"
	    "latest.release\"\n"
	    "[plugins]\np = { id = \"p\", version = \"1\" }\n",
	    "p gradle g:x 9 lines=6-6\np gradle g:y 1.0 lines=7-7\np gradle g:z 7 lines=8-8\n"
	    "p gradle g:b 1.5 lines=9-9\n"),
	ROW("other types", "libraries = 1\n", "! malformed: libraries are not a table\n"),
	ROW("no TOML", "[libraries\n", "! malformed: line 1, column 11: header without its end\n"),
};

static const struct row checksums[] = {
	ROW("components",
	    "<verification-metadata><components>\n<component group=\"g\" name=\"a\" "
	    "version=\"1\">\n"
	    "<artifact name=\"a-1.jar\"/></component>\n<component group=\"g\" name=\"b\"/>"
	    "</components></verification-metadata>",
	    "p gradle g:a 1 lines=2-3\n"),
	ROW("nothing", "<a/>", ""),
};

static void reads_gradles_catalogues(void **state)
{
	static const struct facts_file locked[] = {
		{ "app/gradle/libs.versions.toml", LC_S_INIT("[libraries]\nx = \"g:x:9\"\n") },
		{ "app/core/gradle.lockfile", LC_S_INIT("") },
		{ "app/core/in/gradle.lockfile", LC_S_INIT("") },
	};
	static const struct facts_file beside[] = {
		{ "app/co/gradle/libs.versions.toml", LC_S_INIT("[libraries]\nx = \"g:x:9\"\n") },
		{ "app/core/in/gradle.lockfile", LC_S_INIT("") },
		{ "app/core/gradle.lockfile", LC_S_INIT("") },
	};
	static const struct facts_file elsewhere[] = {
		{ "app/gradle/libs.versions.toml", LC_S_INIT("[libraries]\nx = \"g:x:9\"\n") },
		{ "other/gradle.lockfile", LC_S_INIT("") },
	};
	static const struct facts_file metadata[] = {
		{ "gradle/verification-metadata.xml",
		  LC_S_INIT("<a><component group=\"g\" name=\"a\" version=\"1\"/></a>") },
		{ "gradle.lockfile", LC_S_INIT("") },
	};
	(void)state;
	facts_check(&inv_gradle_catalogue, "gradle/libs.versions.toml", catalogue, N(catalogue));
	facts_check(&inv_gradle_checksums, "gradle/verification-metadata.xml", checksums,
		    N(checksums));
	facts_check_together(&inv_gradle_catalogue, "locked", locked, N(locked), "");
	facts_check_together(&inv_gradle_catalogue, "locks beside", beside, N(beside),
			     "p gradle g:x 9 lines=2-2\n");
	facts_check_together(&inv_gradle_catalogue, "another's lock", elsewhere, N(elsewhere),
			     "p gradle g:x 9 lines=2-2\n");
	facts_check_together(&inv_gradle_checksums, "locked", metadata, N(metadata), "");
}

/* ---- GitHub ---- */

static const struct row workflows[] = {
	ROW("steps, workflows of others, commits",
	    "on: push\njobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4.1.1\n"
	    "    - run: \"uses: x/y@v1.0.0\"\n    - uses: 'o/r/path/to@3.2.1'\n"
	    "    - uses: o/c@0123456789012345678901234567890123456789 # v2.0.1\n"
	    "    - uses: o/d@0123456789012345678901234567890123456789\n"
	    "    - uses: o/e@v4\n    - uses: o/f@main # v1.2.3\n    - uses: ./local\n"
	    "    - uses: docker://alpine:3\n    - uses: ${{ x }}/y@v1\n    - uses: o/g\n    - 7\n"
	    "  b:\n    uses: o/w/.github/workflows/x.yml@v1.0.0-rc1\n",
	    "p github-actions actions/checkout v4.1.1 direct lines=5-5\n"
	    "p github-actions o/r 3.2.1 direct lines=7-7\n"
	    "p github-actions o/c v2.0.1 direct lines=8-8\n"
	    "p github-actions o/d direct lines=9-9\np github-actions o/e direct lines=10-10\n"
	    "p github-actions o/f direct lines=11-11\n"
	    "p github-actions o/w v1.0.0-rc1 direct lines=18-18\n"),
	ROW("numbers that are none",
	    "jobs: {a: {steps: [{uses: o/a@1.2.x}, {uses: o/b@1..2}, {uses: o/c@1.2.}, {uses: "
	    "'@1.2.3'}, "
	    "{uses: o@1.2.3}]}}",
	    "p github-actions o/a direct lines=1-1\np github-actions o/b direct lines=1-1\n"
	    "p github-actions o/c direct lines=1-1\n"),
	ROW("other types", "jobs: [1]\nruns: x\n", ""),
	ROW("a composite action", "runs:\n  steps:\n  - uses: o/a@v1.2.3\n",
	    "p github-actions o/a v1.2.3 direct lines=3-3\n"),
};

static void reads_githubs_workflows(void **state)
{
	static const struct row elsewhere[] = {
		ROW("workflows of others", "jobs: {a: {steps: [{uses: o/a@1.2.3}]}}", ""),
	};
	(void)state;
	facts_check(&inv_github_actions, "a/.github/workflows/x.yml", workflows, N(workflows));
	facts_check(&inv_github_actions, "workflows/x.yml", elsewhere, N(elsewhere));
}

/* ---- Perl ---- */

static const struct row snapshot[] = {
	ROW("distributions, and who needs whom",
	    "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Foo-Bar-v1.2-TRIAL\n"
	    "    pathname: F/Foo-Bar-v1.2.tar.gz\n    provides:\n      Foo::Bar 1.2\n"
	    "    requirements:\n      Plack::Util 0\n      perl 5.008\n  Plack-1.0050\n    "
	    "provides:\n"
	    "      Plack 1.0050\n      Plack::Util undef\n    requirements:\n      Plack 0\n",
	    "p cpan Foo-Bar v1.2-TRIAL dep=Plack@1.0050 lines=3-3\np cpan Plack 1.0050 "
	    "lines=10-10\n"),
	ROW("no version", "  Foo\n    provides:\n      Foo 1\n  -1\n",
	    "! malformed: line 1: no version: Foo\n! malformed: line 4: no version: -1\n"),
	ROW("nothing", "", ""),
};

static const struct row install_json[] = {
	ROW("what cpanm wrote",
	    "{\"name\":\"JSON::XS\",\"dist\":\"JSON-XS-4.03\",\"version\":\"4.03\"}",
	    "p perl-pkg JSON-XS 4.03 lines=0-0\n"),
	ROW("no distribution", "{\"dist\":\"x\"}", "! malformed: no distribution: x\n"),
	ROW("no object", "[]", "! malformed: not an object\n"),
};

static const struct row perllocal[] = {
	ROW("modules, and one of them upgraded",
	    "=head2 Mon Jan  1: C<Module> L<JSON::XS|JSON::XS>\n\n=over 4\n\n=item *\n\n"
	    "C<installed into: /usr>\n\n=item *\n\nC<VERSION: 4.02>\n\n=back\n\n"
	    "=head2 Tue: C<Module> L<A|A>\nC<VERSION: 1>\n"
	    "=head2 Wed: C<Module> L<JSON::XS|JSON::XS>\nC<VERSION: 4.03>\n",
	    "p perl-pkg JSON-XS 4.03 lines=18-18\np perl-pkg A 1 lines=16-16\n"),
	ROW("versions of nothing", "C<VERSION: 1>\n=head2 x\nC<VERSION: 2>\n", ""),
};

static void reads_perls(void **state)
{
	(void)state;
	facts_check(&inv_cpan_snapshot, "cpanfile.snapshot", snapshot, N(snapshot));
	facts_check(&inv_perl_installed, "usr/local/lib/perl5/x/.meta/JSON-XS-4.03/install.json",
		    install_json, N(install_json));
	facts_check(&inv_perl_installed, "usr/lib/perl5/perllocal.pod", perllocal, N(perllocal));
}

/* ---- PEAR ---- */

static const struct row registry[] = {
	ROW("a package",
	    "a:4:{s:7:\"attribs\";a:1:{s:7:\"version\";s:3:\"2.0\";}s:4:\"name\";s:5:\"redis\";"
	    "s:7:\"version\";a:2:{s:7:\"release\";s:5:\"5.3.7\";s:3:\"api\";s:5:\"5.3.0\";}"
	    "i:7;d:1.5;}",
	    "p pear redis 5.3.7 lines=0-0\n"),
	ROW("of the first format",
	    "a:3:{s:4:\"name\";s:1:\"A\";s:7:\"version\";s:3:\"1.2\";s:1:\"x\";N;}",
	    "p pear A 1.2 lines=0-0\n"),
	ROW("logs of changes, before and behind",
	    "a:4:{s:9:\"changelog\";a:2:{s:7:\"version\";a:1:{s:7:\"release\";s:1:\"1\";}"
	    "i:0;a:2:{s:4:\"name\";s:1:\"B\";s:7:\"version\";s:1:\"2\";}}"
	    "s:4:\"name\";s:1:\"A\";s:7:\"version\";a:1:{s:7:\"release\";s:1:\"3\";}"
	    "s:3:\"log\";a:1:{i:0;a:1:{s:7:\"version\";a:1:{s:7:\"release\";s:1:\"4\";}}}}",
	    "p pear A 3 lines=0-0\n"),
	ROW("a text of the wrong length", "a:1:{s:4:\"name\";s:9:\"A\";}",
	    "! truncated: no name and version of a package\n"),
	ROW("keys that are none", "a:1:{N;N;}", "! malformed: no name and version of a package\n"),
	ROW("cut short", "a:9:{s:4:\"name\";s:1:\"A\";",
	    "! truncated: no name and version of a package\n"),
	ROW("no array", "x", "! truncated: no name and version of a package\n"),
	ROW("many that are not there", "a:4294967295:{}",
	    "! truncated: no name and version of a package\n"),
};

static void reads_pears_registry(void **state)
{
	struct lc_buf deep;
	struct row row = { "nested beyond reason",
			   { NULL, 0 },
			   "! malformed: no name and version of a package\n" };
	(void)state;
	facts_check(&inv_pear, "usr/share/php/.registry/.channel.pecl.php.net/redis.reg", registry,
		    N(registry));
	lc_buf_init(&deep, 1 << 20);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(lc_buf_str(&deep, "a:1:{i:0;"), 0);
	row.in = lc_buf_get(&deep);
	facts_check(&inv_pear, ".registry/x.reg", &row, 1);
	lc_buf_done(&deep);
}

/* ---- vcpkg ---- */

static const struct row status[] = {
	ROW("ports, features, what was removed",
	    "Package: zlib\nVersion: 1.2.13\nPort-Version: 1\nArchitecture: x64-linux\n"
	    "Status: install ok installed\n\nPackage: zlib\nFeature: core\nArchitecture: "
	    "x64-linux\n"
	    "Status: install ok installed\n\nPackage: old\nVersion: 1\nStatus: purge ok "
	    "not-installed\n\n"
	    "Package: fmt\nVersion: 9.1.0\nPort-Version: 0\nStatus: install ok installed\n",
	    "p vcpkg zlib 1.2.13#1 arch=x64-linux lines=0-0\np vcpkg fmt 9.1.0 lines=0-0\n"),
	ROW("no field", "x\n\nPackage: a\nStatus: install ok installed\n",
	    "! malformed: line 1: no field\n"),
};

static const struct row manifest[] = {
	ROW("overrides go first",
	    "{\"name\":\"own\",\"version\":\"1\",\"dependencies\":[\"x\",\n{\"name\":\"zlib\","
	    "\"version>=\":"
	    "\"1.2.11#1\"},\n{\"name\":\"fmt\",\"version>=\":\"7\"},{\"name\":\"y\"}],\n"
	    "\"overrides\":["
	    "{\"name\":\"fmt\",\"version\":\"8.0.1\"}]}",
	    "p vcpkg fmt 8.0.1 direct lines=4-4\np vcpkg zlib 1.2.11#1 direct lines=2-2\n"),
	ROW("other types", "{\"dependencies\":{},\"overrides\":7}", ""),
	ROW("cut short", "{\"dependencies\":[",
	    "! truncated: line 1, column 18: the text ends too early\n"),
};

static void reads_vcpkgs(void **state)
{
	(void)state;
	facts_check(&inv_vcpkg_installed, "vcpkg_installed/vcpkg/status", status, N(status));
	facts_check(&inv_vcpkg_manifest, "vcpkg.json", manifest, N(manifest));
}

static void survives_any_failing_allocation(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_nuget_assets, "obj/project.assets.json", LC_S_INIT(ASSETS) },
		{ &inv_nuget_project, "a.csproj",
		  LC_S_INIT("<a><PackageReference Include=\"A\" Version=\"1\"/></a>") },
		{ &inv_gradle_catalogue, "gradle/libs.versions.toml",
		  LC_S_INIT("[versions]\na = \"1\"\n[libraries]\nx = { module = \"g:x\", "
			    "version.ref = "
			    "\"a\" }\n") },
		{ &inv_gradle_checksums, "gradle/verification-metadata.xml",
		  LC_S_INIT("<a><component group=\"g\" name=\"a\" version=\"1\"/></a>") },
		{ &inv_github_actions, ".github/workflows/x.yml",
		  LC_S_INIT("jobs: {a: {steps: [{uses: o/a@1.2.3}]}}") },
		{ &inv_cpan_snapshot, "cpanfile.snapshot",
		  LC_S_INIT("  A-1\n    provides:\n      A 1\n  B-1\n    requirements:\n      A 0\n"
			    "") },
		{ &inv_perl_installed, "perllocal.pod",
		  LC_S_INIT("=head2 : L<A::B|A>\nC<VERSION: 1>\n") },
		{ &inv_pear, ".registry/x.reg",
		  LC_S_INIT("a:2:{s:4:\"name\";s:1:\"A\";s:7:\"version\";s:3:\"1.2\";}") },
		{ &inv_vcpkg_installed, "vcpkg/status",
		  LC_S_INIT("Package: a\nVersion: 1\nPort-Version: 2\nStatus: install ok "
			    "installed\n") },
		{ &inv_vcpkg_manifest, "vcpkg.json",
		  LC_S_INIT("{\"overrides\":[{\"name\":\"a\",\"version\":\"1\"}]}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_dotnets_projects),
		cmocka_unit_test(reads_gradles_catalogues),
		cmocka_unit_test(reads_githubs_workflows),
		cmocka_unit_test(reads_perls),
		cmocka_unit_test(reads_pears_registry),
		cmocka_unit_test(reads_vcpkgs),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests_name("builds", tests, NULL, NULL);
}
