/* .NET: packages.lock.json, packages.config, Packages.props and what programs were published with.
 */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row locks[] = {
	ROW("two frameworks, projects, names in another case",
	    "{\"dependencies\":{\"net5\":{\n\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\","
	    "\"dependencies\":{\"b\":\"2\",\"C\":\"1\"}},\n"
	    "\"B\":{\"type\":\"Transitive\",\"resolved\":\"2.0.0\"},\n"
	    "\"own\":{\"type\":\"Project\",\"dependencies\":{\"A\":\"1\"}}},\n"
	    "\"net6\":{\"B\":{\"type\":\"CentralTransitive\",\"resolved\":\"3.0.0\"}}}}",
	    "p nuget A 1.0.0 dep=B@2.0.0 direct lines=2-2\n"
	    "p nuget B 2.0.0 indirect lines=3-3\n"
	    "p nuget B 3.0.0 indirect lines=5-5\n"),
	ROW("a byte order mark",
	    "\xef\xbb\xbf{\"dependencies\":{\"n\":{\"A\":{\"resolved\":\"1\"}}}}",
	    "p nuget A 1 indirect lines=1-1\n"),
	ROW("entries that are none",
	    "{\"dependencies\":{\"n\":{\"A\":1,\"B\":{\"resolved\":\"1\"}}}}",
	    "p nuget B 1 indirect lines=1-1\n! malformed: line 1: package without a version\n"),
	ROW("a framework of another type",
	    "{\"dependencies\":{\"n\":[],\"m\":{\"A\":{\"resolved\":\"1\"}}}}",
	    "p nuget A 1 indirect lines=1-1\n! malformed: n is not an object\n"),
	ROW("dependencies of another type", "{\"dependencies\":[]}",
	    "! malformed: dependencies are not an object\n"),
	ROW("a list", "[]", "! malformed: not an object\n"),
	ROW("nothing", "{}", ""),
	ROW("cut short", "{\"dependencies\":{",
	    "! truncated: line 1, column 18: the text ends too early\n"),
};

static void reads_packages_lock_json(void **state)
{
	(void)state;
	facts_check(&inv_nuget_lock, "packages.lock.json", locks, N(locks));
}

static const struct row configs[] = {
	ROW("packages, one for development",
	    "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<packages><package id=\"A\" version=\"1.0\"/>"
	    "<package id=\"B\" version=\"2.0\" developmentDependency=\"True\"/></packages>",
	    "p nuget A 1.0 lines=2-2\np nuget B 2.0 flags=1 lines=2-2\n"),
	ROW("the good ones around a broken one",
	    "<packages><package id=\"A\"/><package version=\"1\"/><package id=\"B\" version=\"2\"/>"
	    "</packages>",
	    "p nuget B 2 lines=1-1\n! malformed: package without a version: A\n"
	    "! malformed: package without a name: \n"),
	ROW("cut short", "<packages><package id=\"A\" version=\"1\"/><pack",
	    "p nuget A 1 lines=1-1\n! truncated: line 1, column 40: unclosed token\n"),
	ROW("entities of its own", "<!DOCTYPE a [<!ENTITY b \"c\">]><packages/>",
	    "! unsupported: the document declares entities of its own\n"),
};

static void reads_packages_config(void **state)
{
	(void)state;
	facts_check(&inv_packages_config, "packages.config", configs, N(configs));
}

static const struct row props[] = {
	ROW("attributes, elements, properties of the file",
	    "<Project><PropertyGroup><V>3.1.0</V></PropertyGroup><ItemGroup>"
	    "<PackageVersion Include=\"A\" Version=\"1.0\"/>"
	    "<PackageVersion Include=\"B\"><Version> [2.0] </Version></PackageVersion>"
	    "<PackageReference Update=\"C\" Version=\"$(V)\"/>"
	    "<GlobalPackageReference Include=\"D\" Version=\"4\"/></ItemGroup></Project>",
	    "p packages-props A 1.0 lines=1-1\np packages-props B 2.0 lines=1-1\n"
	    "p packages-props C 3.1.0 lines=1-1\np packages-props D 4 lines=1-1\n"),
	ROW("ranges, wildcards and properties from elsewhere",
	    "<Project><PackageVersion Include=\"A\" Version=\"[1,2)\"/>"
	    "<PackageVersion Include=\"B\" Version=\"1.*\"/>"
	    "<PackageVersion Include=\"C\" Version=\"$(Away)\"/>"
	    "<PackageVersion Include=\"$(N)\" Version=\"1\"/></Project>",
	    ""),
	ROW("cut short", "<Project><PackageVersion Include=\"A\" Version=\"1\"/>",
	    "p packages-props A 1 lines=1-1\n! truncated: line 1, column 51: no element found\n"),
};

static void reads_packages_props(void **state)
{
	(void)state;
	facts_check(&inv_packages_props, "Directory.Packages.props", props, N(props));
}

#define TARGET "\"runtimeTarget\":{\"name\":\"t\"},"

static const struct row deps[] = {
	ROW("the program, what it needs, the runtime that came along",
	    "{" TARGET "\"targets\":{\"t\":{\"App/1.0\":{\"dependencies\":{\"A\":\"1.0\","
	    "\"runtimepack.R\":\"8.0\"},\"runtime\":{\"App.dll\":{}}},"
	    "\"A/1.0\":{\"dependencies\":{\"B\":\"2.0\"},\"runtime\":{\"a.dll\":{}}},"
	    "\"B/2.0\":{\"native\":{\"b.so\":{}}},\"Build/1.0\":{},"
	    "\"runtimepack.R/8.0\":{\"runtime\":{\"r.dll\":{}}}}},\n\"libraries\":{\n"
	    "\"App/1.0\":{\"type\":\"project\"},\n\"A/1.0\":{\"type\":\"package\"},\n"
	    "\"B/2.0\":{\"type\":\"package\"},\n\"Build/1.0\":{\"type\":\"package\"},\n"
	    "\"runtimepack.R/8.0\":{\"type\":\"runtimepack\"},\n\"X/1\":{\"type\":\"reference\"}}}",
	    "p dotnet-core App 1.0 dep=A/1.0,R/8.0 root lines=3-3\n"
	    "p dotnet-core A 1.0 dep=B/2.0 direct lines=4-4\n"
	    "p dotnet-core B 2.0 indirect lines=5-5\n"
	    "p dotnet-core R 8.0 direct lines=7-7\n"),
	ROW("no target: all that is there",
	    "{\"libraries\":{\"A/1\":{\"type\":\"package\"},\"B\":{\"type\":\"package\"}}}",
	    "p dotnet-core A 1 lines=1-1\n! malformed: line 1: no name/version: B\n"),
	ROW("two programs",
	    "{" TARGET "\"targets\":{\"t\":{}},\"libraries\":{\"A/1\":{\"type\":\"project\"},"
	    "\"B/1\":{\"type\":\"project\"}}}",
	    "p dotnet-core A 1 workspace lines=1-1\np dotnet-core B 1 workspace lines=1-1\n"),
	ROW("a circle",
	    "{" TARGET
	    "\"targets\":{\"t\":{\"A/1\":{\"dependencies\":{\"B\":\"1\"},\"native\":{\"a\":1}},"
	    "\"B/1\":{\"dependencies\":{\"A\":\"1\"},\"native\":{\"b\":1}}}},"
	    "\"libraries\":{\"A/1\":{\"type\":\"package\"},\"B/1\":{\"type\":\"package\"}}}",
	    "p dotnet-core A 1 dep=B/1 lines=1-1\np dotnet-core B 1 dep=A/1 lines=1-1\n"),
	ROW("libraries of another type", "{\"libraries\":7}",
	    "! malformed: libraries are not an object\n"),
	ROW("cut short", "{\"libraries\":{\"A/1",
	    "! truncated: line 1, column 19: the text ends inside a string\n"),
};

static void reads_what_programs_were_published_with(void **state)
{
	(void)state;
	facts_check(&inv_dotnet_deps, "app/App.deps.json", deps, N(deps));
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_nuget_lock, "packages.lock.json",
		  LC_S_INIT("{\"dependencies\":{\"n\":{\"A\":{\"resolved\":\"1\",\"dependencies\":"
			    "{\"A\":\"1\"}}}}}") },
		{ &inv_packages_props, "Packages.props",
		  LC_S_INIT("<P><PropertyGroup><V>1</V></PropertyGroup><PackageVersion "
			    "Include=\"A\" Version=\"$(V)\"/></P>") },
		{ &inv_dotnet_deps, "a.deps.json",
		  LC_S_INIT(
			  "{" TARGET "\"targets\":{\"t\":{\"A/1\":{\"dependencies\":{\"A\":\"1\"},"
			  "\"native\":{\"a\":1}}}},\"libraries\":{\"A/1\":{\"type\":\"package\"}}"
			  "}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_packages_lock_json),
		cmocka_unit_test(reads_packages_config),
		cmocka_unit_test(reads_packages_props),
		cmocka_unit_test(reads_what_programs_were_published_with),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("dotnet", tests, NULL, NULL);
}
