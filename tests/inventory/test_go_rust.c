/* Lock files of Go and Rust. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"

static const struct row go_mods[] = {
	ROW("lines and blocks",
	    "module example.org/m // the project\n\ngo 1.22.0\n\nrequire a.org/a v1.0.0\n"
	    "require (\n\tb.org/b v2.0.0+incompatible // indirect\n\t\"c.org/c\" v0.1.0\n)\n"
	    "exclude a.org/a v0.9.0\nretract v1.0.0\ntoolchain go1.22.5\n",
	    "p gomod a.org/a v1.0.0 direct lines=5-5\n"
	    "p gomod b.org/b v2.0.0+incompatible indirect lines=7-7\n"
	    "p gomod c.org/c v0.1.0 direct lines=8-8\n"
	    "p gomod example.org/m dep=a.org/a@v1.0.0,c.org/c@v0.1.0 root lines=1-1\n"),
	ROW("replacements",
	    "go 1.20\nrequire (\na v1.0.0\nb v1.0.0\nc v1.0.0\nd v1.0.0\ne v1.0.0\n)\n"
	    "replace a => x v2.0.0\nreplace b v1.0.0 => b v1.0.1\nreplace b => b v9.0.0\n"
	    "replace c v0.9.0 => c v0.9.1\nreplace d => ../d\nreplace (\ne => /e\n)\n",
	    "p gomod x v2.0.0 direct lines=9-9\np gomod b v1.0.1 direct lines=10-10\n"
	    "p gomod c v1.0.0 direct lines=5-5\n"),
	ROW("nothing that is required", "module m\n", "p gomod m root lines=1-1\n"),
	ROW("an empty file", "", ""),
	ROW("no version", "require a\nrequire\nrequire b v1\n",
	    "p gomod b v1 direct lines=3-3\n"
	    "! malformed: line 1: require without a path and a version\n"
	    "! malformed: line 2: require without a path and a version\n"),
	ROW("a replacement of nothing", "replace a\nreplace => b\nreplace a b c => \n",
	    "! malformed: line 1: replace that does not say what by what\n"
	    "! malformed: line 2: replace that does not say what by what\n"
	    "! malformed: line 3: replace that does not say what by what\n"),
	ROW("a block that does not end", "require (\na v1\n",
	    "p gomod a v1 direct lines=2-2\n! truncated: block of require does not end\n"),
	ROW("a quote that does not end", "require \"a v1\n",
	    "! malformed: line 1: require without a path and a version\n"),
	ROW("no text", "require \xff\x01 v1\n",
	    "! malformed: line 1: name or version that is no text: \\xff\\x01\n"),
};

static const struct row least_go[] = {
	ROW("the toolchain's", "module m\ngo 1.22\ntoolchain go1.22.4\n",
	    "p gomod stdlib v1.22.4 direct lines=3-3\n"
	    "p gomod m dep=stdlib@v1.22.4 root lines=1-1\n"),
	ROW("the language's", "toolchain default\ngo 1.23rc1\n",
	    "p gomod stdlib v1.23.0-rc.1 direct lines=2-2\n"),
	ROW("before there were toolchains", "go 1.20\n", ""),
	ROW("no Go", "module m\n", "p gomod m root lines=1-1\n"),
	ROW("a toolchain that is none", "go 1.22\ntoolchain x\n", ""),
};

static void a_comprehensive_scan_takes_the_least_go(void **state)
{
	static const struct inv_options options = { .targets = INV_TARGET_FS,
						    .comprehensive = true };
	(void)state;
	facts_check_with(&inv_go_mod, "go.mod", &options, least_go, N(least_go));
}

static void reads_what_go_mod_requires(void **state)
{
	(void)state;
	facts_check(&inv_go_mod, "a/go.mod", go_mods, N(go_mods));
}

#define SUM                                                                                    \
	"a v1.0.0 h1:x=\na v1.0.0/go.mod h1:x=\nb v1.0.0 h1:y=\nb v1.2.0 h1:y=\nb v1.10.0 h1:" \
	"z=\nc v1.0.0/go.mod h1:z=\n\nbroken\n"

static void takes_what_old_files_leave_out_from_the_sums(void **state)
{
	static const struct facts_file old[] = {
		{ "p/go.mod", LC_S_INIT("module m\ngo 1.16\nrequire a v0.9.0\n") },
		{ "p/go.sum", LC_S_INIT(SUM) },
	};
	static const struct facts_file new[] = {
		{ "p/go.mod", LC_S_INIT("module m\ngo 1.17\nrequire a v0.9.0\n") },
		{ "p/go.sum", LC_S_INIT(SUM) },
	};
	(void)state;
	facts_check_together(&inv_go_mod, "before 1.17", old, N(old),
			     "p gomod a v0.9.0 direct lines=3-3\n"
			     "p gomod b v1.10.0 indirect lines=0-0\n"
			     "p gomod m dep=a@v0.9.0 root lines=1-1\n");
	facts_check_together(&inv_go_mod, "since 1.17", new, N(new),
			     "p gomod a v0.9.0 direct lines=3-3\n"
			     "p gomod m dep=a@v0.9.0 root lines=1-1\n");
}

static const struct row cargos[] = {
	ROW("dependencies by name and version",
	    "version = 3\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n"
	    " \"b\",\n \"c 2.0.0\",\n \"c 1.0.0 (registry+x)\",\n \"none\",\n]\n"
	    "[[package]]\nname = \"b\"\nversion = \"0.1.0\"\n"
	    "[[package]]\nname = \"c\"\nversion = \"1.0.0\"\n"
	    "[[package]]\nname = \"c\"\nversion = \"2.0.0\"\n",
	    "p cargo a 1.0.0 dep=b@0.1.0,c@1.0.0,c@2.0.0 lines=3-11\n"
	    "p cargo b 0.1.0 lines=12-14\np cargo c 1.0.0 lines=15-17\n"
	    "p cargo c 2.0.0 lines=18-20\n"),
	ROW("no version", "[[package]]\nname = \"a\"\n[[package]]\nversion = \"1\"\n",
	    "! malformed: line 1: package without a version\n"
	    "! malformed: line 3: package without a name\n"),
	ROW("no list", "package = 7\n", "! malformed: package is not a list\n"),
	ROW("other types",
	    "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [7, [], \"\"]\n",
	    "p cargo a 1 lines=1-4\n"),
	ROW("nothing", "", ""),
	ROW("cut short", "[[package]]\nname = \"a",
	    "! truncated: line 2, column 10: string without its end\n"),
};

static void a_workspace_replaces_for_its_modules(void **state)
{
	static const struct facts_file files[] = {
		{ "a/m/go.mod", LC_S_INIT("go 1.20\nrequire (\nx v1\ny v1\nz v1\n)\n"
					  "replace x => q v2\nreplace z => z v1.5\n") },
		{ "a/go.work", LC_S_INIT("go 1.20\nuse (\n./other\n./m/\n)\nreplace x => w v3\n"
					 "replace y => ./y\nbroken (\nreplace\n") },
		{ "go.work", LC_S_INIT("use ./a/m\nreplace x => far v9\n") },
	};
	static const struct facts_file not_used[] = {
		{ "m/go.mod", LC_S_INIT("go 1.20\nrequire x v1\n") },
		{ "go.work", LC_S_INIT("use ./n\nreplace x => w v3\n") },
	};
	static const struct facts_file top[] = {
		{ "go.mod", LC_S_INIT("go 1.20\nrequire x v1\n") },
		{ "go.work", LC_S_INIT("use .\nreplace x v1 => w v3\n") },
	};
	(void)state;
	facts_check_together(&inv_go_mod, "the nearest", files, N(files),
			     "p gomod w v3 direct lines=3-3\np gomod z v1.5 direct lines=8-8\n");
	facts_check_together(&inv_go_mod, "of others", not_used, N(not_used),
			     "p gomod x v1 direct lines=2-2\n");
	facts_check_together(&inv_go_mod, "beside", top, N(top), "p gomod w v3 direct lines=2-2\n");
}

static void reads_cargos_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_cargo_lock, "a/Cargo.lock", cargos, N(cargos));
}

#define LOCK                                                                                \
	"[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"a\", \"d\"]\n" \
	"[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"b\"]\n"          \
	"[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n"                                  \
	"[[package]]\nname = \"d\"\nversion = \"1.0.0\"\ndependencies = [\"e\", \"b\"]\n"   \
	"[[package]]\nname = \"e\"\nversion = \"1.0.0\"\n"                                  \
	"[[package]]\nname = \"part\"\nversion = \"0.2.0\"\n"

static void the_manifest_says_what_is_asked_for(void **state)
{
	static const struct facts_file files[] = {
		{ "p/Cargo.lock", LC_S_INIT(LOCK) },
		{ "p/Cargo.toml",
		  LC_S_INIT("[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\n"
			    "x = { package = \"a\", version = \"1\" }\n"
			    "[dev-dependencies]\nd = \"1\"\n"
			    "[workspace]\nmembers = [\"part\"]\n") },
		{ "p/part/Cargo.toml",
		  LC_S_INIT("[package]\nname = \"part\"\n[target.'cfg(unix)'.dev-dependencies]\n"
			    "a = \"1\"\n") },
	};
	(void)state;
	facts_check_together(&inv_cargo_lock, "a workspace", files, N(files),
			     "p cargo app 0.1.0 dep=a@1.0.0,d@1.0.0 root lines=1-4\n"
			     "p cargo a 1.0.0 dep=b@1.0.0 direct lines=5-8\n"
			     "p cargo b 1.0.0 indirect lines=9-11\n"
			     "p cargo d 1.0.0 dep=b@1.0.0,e@1.0.0 flags=1 direct lines=12-15\n"
			     "p cargo e 1.0.0 flags=1 indirect lines=16-18\n"
			     "p cargo part 0.2.0 workspace lines=19-21\n");
}

static void survives_any_failing_allocation(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_go_mod, "go.mod", LC_S_INIT("module m\nrequire a v1\nreplace a => b v2\n") },
		{ &inv_cargo_lock, "Cargo.lock", LC_S_INIT(LOCK) },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_go_mod_requires),
		cmocka_unit_test(a_comprehensive_scan_takes_the_least_go),
		cmocka_unit_test(takes_what_old_files_leave_out_from_the_sums),
		cmocka_unit_test(a_workspace_replaces_for_its_modules),
		cmocka_unit_test(reads_cargos_lock_files),
		cmocka_unit_test(the_manifest_says_what_is_asked_for),
		cmocka_unit_test(survives_any_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
