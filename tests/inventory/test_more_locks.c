/* Lock files of the smaller ecosystems: C and C++, Dart, Elixir, Julia, Swift; and of Gradle and
 * sbt. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* ---- Gradle, sbt ---- */

static const struct row gradle[] = {
	ROW("artifacts, tests, comments",
	    "# c\na:b:1.0=compileClasspath, testRuntimeClasspath\n c:d:2.0=testCompileClasspath\n"
	    "\nempty=annotationProcessor\n",
	    "p gradle a:b 1.0 lines=2-2\np gradle c:d 2.0 flags=1 lines=3-3\n"),
	ROW("lines that are none", "a:b\na:1=x\na:b:c:1=x\n:b:1=x\na:b:=x\nd:e:1=x\n",
	    "p gradle d:e 1 lines=6-6\n! malformed: line 1: no \"=\"\n"
	    "! malformed: line 2: no group:name:version\n! malformed: line 3: no "
	    "group:name:version\n"
	    "! malformed: line 4: no group:name:version\n! malformed: line 5: no "
	    "group:name:version\n"),
	ROW("cut short", "a:b:1=c\nd:e",
	    "p gradle a:b 1 lines=1-1\n! malformed: line 2: no \"=\"\n"),
};

static const struct row sbt[] = {
	ROW("configurations and checksums",
	    "{\"dependencies\":[{\"org\":\"a\",\"name\":\"b\",\"version\":\"1\",\"artifacts\":"
	    "[{\"hash\":\"sha1:00\"}],\"configurations\":[\"test\",\"compile\"]},\n"
	    "{\"org\":\"a\",\"name\":\"t\",\"version\":\"1\",\"configurations\":[\"test\"]}]}",
	    "p sbt a:b 1 sum=sha1:00 lines=1-1\np sbt a:t 1 flags=1 lines=2-2\n"),
	ROW("entries that are none", "{\"dependencies\":[1,{\"org\":\"a\"}]}",
	    "! malformed: line 1: no org, name and version\n"
	    "! malformed: line 1: no org, name and version\n"),
	ROW("another type", "{\"dependencies\":{}}", "! malformed: dependencies are not a list\n"),
};

static void reads_gradles_and_sbts(void **state)
{
	(void)state;
	facts_check(&inv_gradle_lock, "gradle.lockfile", gradle, N(gradle));
	facts_check(&inv_sbt_lock, "build.sbt.lock", sbt, N(sbt));
}

/* ---- Conan ---- */

static const struct row conan[] = {
	ROW("the graph of version 1",
	    "{\"graph_lock\":{\"nodes\":{\"0\":{\"requires\":[\"1\"]},\n"
	    "\"1\":{\"ref\":\"a/1.0@u/c#r:id#p\",\"requires\":[\"2\",\"9\"]},\n"
	    "\"2\":{\"ref\":\"b/system\",\"requires\":[\"1\"]},\n"
	    "\"3\":{\"ref\":\"cmake/3\",\"context\":\"build\"}}}}",
	    "p conan a 1.0 dep=b/system direct lines=2-2\n"
	    "p conan b system dep=a/1.0 indirect lines=3-3\n"
	    "p conan cmake 3 flags=1 indirect lines=4-4\n"),
	ROW("the lists of version 2",
	    "{\"requires\":[\"a/1.0#r%1.5\"],\n\"build_requires\":[\"b/2\"],\n"
	    "\"python_requires\":[\"c/3\"]}",
	    "p conan a 1.0 lines=1-1\np conan b 2 flags=1 lines=2-2\np conan c 3 flags=1 "
	    "lines=3-3\n"),
	ROW("references that are none", "{\"requires\":[\"a\",\"/1\",\"a/\",\"a/1/2\",7,\"b/1\"]}",
	    "p conan b 1 lines=1-1\n! malformed: line 1: no reference: a\n"
	    "! malformed: line 1: no reference: /1\n! malformed: line 1: no reference: a/\n"
	    "! malformed: line 1: no reference: a/1/2\n! malformed: line 1: no reference: \n"),
	ROW("other types", "{\"graph_lock\":{\"nodes\":[]}}",
	    "! malformed: nodes are not an object\n"),
	ROW("another type in 2", "{\"requires\":{}}", "! malformed: requires is not a list\n"),
};

static void reads_conans(void **state)
{
	(void)state;
	facts_check(&inv_conan_lock, "conan.lock", conan, N(conan));
}

/* ---- Dart ---- */

static const struct row pub[] = {
	ROW("direct, indirect, the SDK's and the project's own",
	    "packages:\n  a:\n    dependency: \"direct main\"\n    source: hosted\n"
	    "    version: \"1.0.0\"\n  b:\n    dependency: transitive\n    source: git\n"
	    "    version: \"2.0.0\"\n  flutter:\n    source: sdk\n    version: \"0.0.0\"\n  own:\n"
	    "    source: path\n    version: \"1.0.0\"\n",
	    "p pub a 1.0.0 direct lines=2-5\np pub b 2.0.0 indirect lines=6-9\n"),
	ROW("no version", "packages:\n  a: 1\n  b: {version: 1}\n",
	    "p pub b 1 indirect lines=3-3\n! malformed: line 2: package without a version\n"),
	ROW("a list", "packages: [a]\n", "! malformed: packages are not a mapping\n"),
	ROW("no mapping", "- a\n", "! malformed: not a mapping\n"),
	ROW("nothing", "packages:\n", ""),
};

static void reads_darts(void **state)
{
	(void)state;
	facts_check(&inv_pubspec_lock, "pubspec.lock", pub, N(pub));
}

/* ---- Elixir ---- */

static const struct row mix[] = {
	ROW("packages, one under another name, a repository",
	    "%{\n  \"a\": {:hex, :a, \"1.0.0\", \"x\", [:mix], [{:b, \"~> 1.0\", [hex: :b_hex, "
	    "repo: \"hexpm\", optional: false]}], \"hexpm\", \"y\"},\n"
	    "  \"b\": {:hex, :b_hex, \"2.0.0\", \"x\", [:mix], [], \"hexpm\"},\n"
	    "  \"g\": {:git, \"https://x/y.git\", \"0\", []},\n}\n",
	    "p hex a 1.0.0 dep=b_hex@2.0.0 lines=2-2\np hex b_hex 2.0.0 lines=3-3\n"),
	ROW("on the line of the brace, quoted atoms",
	    "%{\"a\": {:hex, :\"a-b\", \"1.0.0\", \"x\", [:mix], [], \"hexpm\"}}",
	    "p hex a-b 1.0.0 lines=1-1\n"),
	ROW("lines that are none",
	    "%{\n  a\n  \"b\": {:hex, :b, 7}\n  \"c\": {:hex, :c, \"1\"},\n}",
	    "p hex c 1 lines=4-4\n! malformed: line 2: no package\n! malformed: line 3: no "
	    "package\n"),
	ROW("cut short", "%{\n  \"a\": {:hex, :a, \"1.0", "! malformed: line 2: no package\n"),
};

static void reads_elixirs(void **state)
{
	static const struct facts_file files[] = {
		{ "mix.lock",
		  LC_S_INIT("%{\n\"a\": {:hex, :a, \"1\"},\n\"b\": {:hex, :b, \"1\"},\n}") },
		{ "mix.exs", LC_S_INIT("defp deps do\n  [{:a, \"~> 1.0\"},\n   {:\n  ]\nend\n") },
	};
	(void)state;
	facts_check(&inv_mix_lock, "mix.lock", mix, N(mix));
	facts_check_together(&inv_mix_lock, "the project", files, N(files),
			     "p hex a 1 direct lines=2-2\np hex b 1 indirect lines=3-3\n");
}

/* ---- Julia ---- */

static const struct row julia[] = {
	ROW("format 2, the standard library, a directory",
	    "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\n[[deps.A]]\ndeps = [\"Dates\"]\n"
	    "git-tree-sha1 = \"x\"\nuuid = \"1\"\nversion = \"1.0.0\"\n[[deps.Dates]]\nuuid = "
	    "\"2\"\n"
	    "[[deps.Own]]\npath = \"o\"\nuuid = \"3\"\nversion = \"0.1.0\"\n",
	    "p julia A 1.0.0 dep=Dates@1.9.0 uuid=1 lines=3-7\np julia Dates 1.9.0 uuid=2 "
	    "lines=8-9\n"),
	ROW("format 1, dependencies by uuid",
	    "[[A]]\nuuid = \"1\"\nversion = \"1.0.0\"\n[A.deps]\nB = \"2\"\n[[B]]\nuuid = \"2\"\n"
	    "version = \"2.0.0\"\n[[Dates]]\nuuid = \"3\"\n",
	    "p julia A 1.0.0 dep=B@2.0.0 uuid=1 lines=1-3\np julia B 2.0.0 uuid=2 lines=6-8\n"),
	ROW("another type", "manifest_format = \"2.0\"\ndeps = 7\n",
	    "! malformed: deps are not a table\n"),
	ROW("cut short", "[[deps.A]]\nversion = \"1",
	    "! truncated: line 2, column 13: string without its end\n"),
};

static void reads_julias(void **state)
{
	static const struct facts_file files[] = {
		{ "Manifest.toml", LC_S_INIT("[[A]]\nversion = \"1\"\n[[B]]\nversion = \"1\"\n") },
		{ "Project.toml", LC_S_INIT("[deps]\nA = \"1\"\n") },
	};
	(void)state;
	facts_check(&inv_julia_manifest, "Manifest.toml", julia, N(julia));
	facts_check_together(&inv_julia_manifest, "the project", files, N(files),
			     "p julia A 1 direct lines=1-2\np julia B 1 indirect lines=3-4\n");
}

/* ---- Swift ---- */

static const struct row podfile[] = {
	ROW("pods, their parts, own ones",
	    "PODS:\n  - A (1.0):\n    - A/Core (= 1.0)\n    - Absent\n  - A/Core (1.0)\n  - Own "
	    "(0.1)\n"
	    "DEPENDENCIES:\n  - A (~> 1.0)\n  - Own (from `../Own`)\nEXTERNAL SOURCES:\n  Own:\n"
	    "    :path: \"../Own\"\n",
	    "p cocoapods A 1.0 dep=A/Core@1.0 direct lines=2-2\n"
	    "p cocoapods A/Core 1.0 indirect lines=5-5\np cocoapods Own 0.1 workspace lines=6-6\n"),
	ROW("pods that are none", "PODS:\n  - A = 1\n  - [B]\n  - C ()\n  - D (1)\n",
	    "p cocoapods D 1 lines=5-5\n! malformed: line 2: no version: A = 1\n"
	    "! malformed: line 3: no version: \n! malformed: line 4: no version: C ()\n"),
	ROW("another type", "PODS: {}\n", "! malformed: PODS are not a list\n"),
	ROW("nothing", "PODS:\n\nCOCOAPODS: 1.11.2\n", ""),
};

static const struct row resolved[] = {
	ROW("version 1",
	    "{\"object\":{\"pins\":[{\"package\":\"A\",\"repositoryURL\":\"https://h.example/o/A."
	    "git\","
	    "\"state\":{\"branch\":null,\"version\":\"1.0\"}}]},\"version\":1}",
	    "p swift h.example/o/A 1.0 lines=1-1\n"),
	ROW("versions 2 and 3: other addresses, registries, branches, directories",
	    "{\"pins\":[{\"location\":\"git@h.example:o/a.git\",\"state\":{\"version\":\"1\"}},\n"
	    "{\"location\":\"ssh://git@h.example/o/b/\",\"state\":{\"branch\":\"main\","
	    "\"revision\":\"0\"}},\n"
	    "{\"identity\":\"o.c\",\"kind\":\"registry\",\"location\":\"\","
	    "\"state\":{\"version\":\"3\"}},\n"
	    "{\"location\":\"https://h.example/d\",\"state\":{\"revision\":\"abc\"}},\n"
	    "{\"location\":\"/src/own\",\"kind\":\"localSourceControl\","
	    "\"state\":{\"version\":\"1\"}}]}",
	    "p swift h.example/o/a 1 lines=1-1\np swift h.example/o/b main lines=2-2\n"
	    "p swift o.c 3 lines=3-3\np swift h.example/d abc lines=4-4\n"),
	ROW("pins that are none", "{\"pins\":[1,{\"location\":\"https://h/a\"}]}",
	    "! malformed: line 1: pin without a location\n! malformed: line 1: pin without a "
	    "version\n"),
	ROW("another type", "{\"pins\":{}}", "! malformed: pins are not a list\n"),
};

static void reads_swifts(void **state)
{
	(void)state;
	facts_check(&inv_podfile_lock, "Podfile.lock", podfile, N(podfile));
	facts_check(&inv_swift_resolved, "Package.resolved", resolved, N(resolved));
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_gradle_lock, "gradle.lockfile", LC_S_INIT("a:b:1=c\n") },
		{ &inv_sbt_lock, "build.sbt.lock",
		  LC_S_INIT(
			  "{\"dependencies\":[{\"org\":\"a\",\"name\":\"b\",\"version\":\"1\"}"
			  "]}") },
		{ &inv_conan_lock, "conan.lock",
		  LC_S_INIT("{\"graph_lock\":{\"nodes\":{\"0\":{\"requires\":[\"1\"]},"
			    "\"1\":{\"ref\":\"a/1\",\"requires\":[\"1\"]}}}}") },
		{ &inv_pubspec_lock, "pubspec.lock", LC_S_INIT("packages:\n  a: {version: 1}\n") },
		{ &inv_mix_lock, "mix.lock", LC_S_INIT("%{\"a\": {:hex, :a, \"1\", [hex: :a]}}") },
		{ &inv_julia_manifest, "Manifest.toml",
		  LC_S_INIT("[[A]]\nuuid=\"1\"\nversion=\"1\"\ndeps=[\"A\"]\n") },
		{ &inv_podfile_lock, "Podfile.lock",
		  LC_S_INIT("PODS:\n  - A (1):\n    - A\nDEPENDENCIES:\n  - A\n") },
		{ &inv_swift_resolved, "Package.resolved",
		  LC_S_INIT(
			  "{\"pins\":[{\"location\":\"git@h:o\",\"state\":{\"version\":\"1\"}}"
			  "]}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_gradles_and_sbts),
		cmocka_unit_test(reads_conans),
		cmocka_unit_test(reads_darts),
		cmocka_unit_test(reads_elixirs),
		cmocka_unit_test(reads_julias),
		cmocka_unit_test(reads_swifts),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("more_locks", tests, NULL, NULL);
}
