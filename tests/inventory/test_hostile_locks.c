/*
 * Every analyser of lock files and of installed packages over what no tool writes: it gives what it
 * can, tells of what it cannot, and takes no longer than the input is long.
 */
#include "inventory/language/analysers.h"

#include <time.h>

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

enum { MIB = 1 << 20, SECONDS_MAX = 20 };

/* Processor time: a machine that others use takes none of it. */
static int64_t cpu_ns(void)
{
	struct timespec t;
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const struct {
	const struct inv_analyser *analyser;
	const char *path;
	const char *head, *again, *tail; /* a document with one part repeated */
	bool anything;                   /* a text of which nothing need be wrong */
} rows[] = {
	{ &inv_gradle_lock, "gradle.lockfile", "", "a:b~:1=c\n", "", false },
	{ &inv_sbt_lock, "build.sbt.lock", "{\"dependencies\":[",
	  "{\"org\":\"a\",\"name\":\"b~\",\"version\":\"1\"},", "]}", false },
	{ &inv_nuget_lock, "packages.lock.json", "{\"dependencies\":{\"n\":{",
	  "\"A~\":{\"resolved\":\"1\",\"dependencies\":{\"A~\":\"1\"}},", "}}}", false },
	{ &inv_packages_config, "packages.config", "<packages>",
	  "<package id=\"A~\" version=\"1\"/>", "</packages>", false },
	{ &inv_packages_props, "Packages.props", "<P>",
	  "<PackageVersion Include=\"A~\" Version=\"1\"/>", "</P>", false },
	{ &inv_dotnet_deps, "a.deps.json", "{\"libraries\":{", "\"A~/1\":{\"type\":\"package\"},",
	  "}}", false },
	{ &inv_gemfile_lock, "Gemfile.lock", "GEM\n  specs:\n", "    a~ (1)\n      a~\n", "",
	  false },
	{ &inv_composer_lock, "composer.lock", "{\"packages\":[",
	  "{\"name\":\"a/a~\",\"version\":\"1\",\"require\":{\"a/a~\":\"1\"}},", "]}", false },
	{ &inv_composer_installed, "composer/installed.json", "[",
	  "{\"name\":\"a/a~\",\"version\":\"1\"},", "]", false },
	{ &inv_conan_lock, "conan.lock", "{\"requires\":[", "\"a~/1\",", "]}", false },
	{ &inv_pubspec_lock, "pubspec.lock", "packages: {", "a~: {version: 1}, ", "}", false },
	{ &inv_mix_lock, "mix.lock", "%{\n", "\"a\": {:hex, :a~, \"1\", [hex: :a~]},\n", "}",
	  false },
	{ &inv_julia_manifest, "Manifest.toml", "julia_version = \"1\"\n",
	  "[[A~]]\nuuid = \"~\"\ndeps = [\"A~\"]\n", "", false },
	{ &inv_podfile_lock, "Podfile.lock", "EXTERNAL SOURCES: {A: {\":path\": x}}\nPODS:\n",
	  "  - A~ (1)\n", "", false },
	{ &inv_swift_resolved, "Package.resolved", "{\"pins\":[",
	  "{\"location\":\"git@h:a~\",\"state\":{\"version\":\"1\"}},", "]}", false },
	{ &inv_rebar_lock, "rebar.lock", "[", "{pkg,<<\"a~\">>,<<\"1\">>},0},", "].", false },
	{ &inv_gleam_manifest, "manifest.toml", "packages = [",
	  "{ name = \"a~\", version = \"1\", source = \"hex\", requirements = [\"a~\"] },\n", "]",
	  false },
	{ &inv_cabal_freeze, "cabal.project.freeze", "constraints: ", "any.a~ ==1,\n  ", "", true },
	{ &inv_stack_lock, "stack.yaml.lock", "packages:\n", "- completed: {hackage: a~-1}\n", "",
	  false },
	{ &inv_opam_locked, "a.opam.locked", "depends: [", "\"a~\" {= \"1\"} ", "]", true },
	{ &inv_opam_installed, ".opam-switch/switch-state", "installed: [", "\"a~.1\" ", "]",
	  true },
	{ &inv_renv_lock, "renv.lock", "{\"Packages\":{",
	  "\"a~\":{\"Package\":\"a~\",\"Version\":\"1\",\"Requirements\":[\"a~\"]},", "}}", false },
	{ &inv_r_package, "library/a/DESCRIPTION", "Package: a\nVersion: 1\n", "X: y\n", "", true },
	{ &inv_deno_lock, "deno.lock", "{\"npm\":{", "\"a~@1\":{\"dependencies\":[\"a~\"]},", "}}",
	  false },
	{ &inv_paket_lock, "paket.lock", "NUGET\n", "    A~ (1)\n      A~\n", "", true },
	{ &inv_terraform_lock, ".terraform.lock.hcl", "",
	  "provider \"a~\" {\n  version = \"1\"\n}\n", "", true },
	{ &inv_go_mod, "go.mod", "", "require a~ v1\nreplace a~ => b~ v1\n", "", true },
	{ &inv_cargo_lock, "Cargo.lock", "",
	  "[[package]]\nname = \"a\"\nversion = \"~\"\ndependencies = [\"a 0\"]\n", "", false },
	{ &inv_gemspec, "specifications/a-1.gemspec", "Gem::Specification.new do |s|\n",
	  "s.licenses = [\"MIT\"]\n", "", true },
};

/* The part again and again, each "~" a number: the same, or another each time. */
static void repeat(struct lc_buf *b, const char *text, bool distinct)
{
	size_t n = 0;
	while (b->n < MIB) {
		for (const char *c = text; *c; c++) {
			if (*c == '~')
				assert_int_equal(lc_buf_fmt(b, "%zu", n), 0);
			else
				assert_int_equal(lc_buf_byte(b, (uint8_t)*c), 0);
		}
		n += distinct;
	}
}

/* What stands in another file counts as well. */
static void sums_of_modules_without_end(void **state)
{
	struct facts f;
	struct lc_buf b;
	struct facts_file files[] = { { "go.mod", LC_S_INIT("module m\ngo 1.16\n") },
				      { "go.sum", LC_S_INIT("") } };
	int64_t from = cpu_ns();
	(void)state;
	lc_buf_init(&b, 8 * MIB);
	for (int i = 0; i < 200000; i++)
		assert_int_equal(lc_buf_fmt(&b, "a%d v1 h1:x=\n", i), 0);
	files[1].bytes = lc_buf_get(&b);
	assert_int_equal(facts_attempt_together(&f, &inv_go_mod, files, N(files)), 0);
	assert_int_equal(f.facts.files.v[0].packages.n, 200001);
	assert_true(cpu_ns() - from < (int64_t)SECONDS_MAX * 1000000000);
	facts_done(&f);
	lc_buf_done(&b);
}

/* Each names briefly what has a long version. */
static void dependencies_that_grow_have_an_end(void **state)
{
	struct facts f;
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, 4 * MIB);
	assert_int_equal(lc_buf_str(&b, "[[package]]\nname = \"a\"\nversion = \""), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(lc_buf_byte(&b, '1'), 0);
	assert_int_equal(lc_buf_str(&b, "\"\n"), 0);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(lc_buf_fmt(&b,
					    "[[package]]\nname = \"b%d\"\nversion = \"1\"\n"
					    "dependencies = [\"a\"]\n",
					    i),
				 0);
	facts_of(&f, &inv_cargo_lock, "Cargo.lock", lc_buf_get(&b));
	assert_int_equal(f.facts.files.v[0].packages.n, 20001);
	assert_int_equal(f.facts.diagnostics.n, 1);
	assert_string_equal(inv_trouble_name(f.facts.diagnostics.v[0].trouble), "too-large");
	facts_done(&f);
	lc_buf_done(&b);
}

struct seen {
	size_t packages, troubles;
};

static struct seen survive(size_t row, struct lc_slice bytes)
{
	struct facts f;
	int64_t from = cpu_ns();
	facts_of(&f, rows[row].analyser, rows[row].path, bytes);
	if (cpu_ns() - from > (int64_t)SECONDS_MAX * 1000000000)
		fail_msg("%s: takes too long over %zu bytes", rows[row].path, bytes.n);
	struct seen seen = { f.facts.files.n ? f.facts.files.v[0].packages.n : 0,
			     f.facts.diagnostics.n };
	facts_done(&f);
	return seen;
}

static struct seen survive_repeated(size_t row, bool distinct)
{
	struct lc_buf b;
	lc_buf_init(&b, 4 * MIB);
	assert_int_equal(lc_buf_str(&b, rows[row].head), 0);
	repeat(&b, rows[row].again, distinct);
	assert_int_equal(lc_buf_str(&b, rows[row].tail), 0);
	struct seen seen = survive(row, lc_buf_get(&b));
	lc_buf_done(&b);
	return seen;
}

static void a_megabyte_of_the_same_is_one_package(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct seen seen = survive_repeated(i, false);
		if (seen.packages != 1 || seen.troubles)
			fail_msg("%s: %zu packages, %zu troubles", rows[i].path, seen.packages,
				 seen.troubles);
	}
}

/* Each depends on itself: circles end. */
static void a_megabyte_of_packages_is_read_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct seen seen = survive_repeated(i, true);
		bool many = lc_find(lc_str(rows[i].again), '~') != SIZE_MAX;
		if (seen.troubles || (many ? seen.packages < 1000 : seen.packages != 1))
			fail_msg("%s: %zu packages, %zu troubles", rows[i].path, seen.packages,
				 seen.troubles);
	}
}

static void hostile(const char *what, struct lc_slice bytes)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct seen seen = survive(i, bytes);
		if (!seen.troubles && !rows[i].anything)
			fail_msg("%s: %s is taken silently", rows[i].path, what);
	}
}

static void what_no_tool_writes_is_told_of(void **state)
{
	static const char *const lines[] = { "a", "[", "{\"a\":", "\"", "<a>", "\xff\xfe\x80" };
	(void)state;
	for (size_t i = 0; i < N(lines); i++) {
		struct lc_buf b;
		lc_buf_init(&b, 4 * MIB);
		repeat(&b, lines[i], false);
		hostile(lines[i], lc_buf_get(&b));
		lc_buf_done(&b);
	}
}

/* Wherever it is cut, the analyser ends well. */
static void a_file_cut_anywhere_is_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_buf b;
		lc_buf_init(&b, MIB);
		for (size_t k = 0; k < 4; k++)
			assert_int_equal(lc_buf_str(&b, k == 0 ? rows[i].head : rows[i].again), 0);
		assert_int_equal(lc_buf_str(&b, rows[i].tail), 0);
		for (size_t n = 0; n < b.n; n++)
			(void)survive(i,
				      lc_sub(lc_buf_get(&b), 0, n)); /* neither crash nor error */
		lc_buf_done(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_megabyte_of_the_same_is_one_package),
		cmocka_unit_test(a_megabyte_of_packages_is_read_in_time),
		cmocka_unit_test(what_no_tool_writes_is_told_of),
		cmocka_unit_test(sums_of_modules_without_end),
		cmocka_unit_test(dependencies_that_grow_have_an_end),
		cmocka_unit_test(a_file_cut_anywhere_is_survived),
	};
	return cmocka_run_group_tests_name("hostile_locks", tests, NULL, NULL);
}
