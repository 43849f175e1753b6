/* JavaScript: npm's lock files. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row rows[] = {
	ROW("the tree of version 1",
	    "{\"lockfileVersion\":1,\n\"dependencies\":{\n\"a\":{\"version\":\"1.0.0\",\n"
	    "\"requires\":{\"b\":\"2\",\"x\":\"1\"},\n\"dependencies\":{\"b\":{\"version\":\"2.0.0\","
	    "\"dev\":true}}},\n\"b\":{\"version\":\"1.9.0\"}}}",
	    "p npm a 1.0.0 dep=b@2.0.0 lines=3-5\n"
	    "p npm b 2.0.0 flags=1 lines=5-5\n"
	    "p npm b 1.9.0 lines=6-6\n"),
	ROW("the places of version 3",
	    "{\"packages\":{\"\":{\"dependencies\":{\"a\":\"1\"},\"devDependencies\":{\"c\":\"3\"}},\n"
	    "\"node_modules/a\":{\"version\":\"1.0.0\",\"dependencies\":{\"@s/b\":\"2\"},"
	    "\"license\":\"MIT\"},\n"
	    "\"node_modules/@s/b\":{\"version\":\"1.0.0\"},\n"
	    "\"node_modules/a/node_modules/@s/b\":{\"version\":\"2.0.0\",\"optionalDependencies\":"
	    "{\"a\":\"1\",\"none\":\"1\"}},\n"
	    "\"node_modules/c\":{\"version\":\"3.0.0\",\"dev\":true}}}",
	    "p npm a 1.0.0 lic=MIT dep=@s/b@2.0.0 direct lines=2-2\n"
	    "p npm @s/b 1.0.0 indirect lines=3-3\n"
	    "p npm @s/b 2.0.0 dep=a@1.0.0 indirect lines=4-4\n"
	    "p npm c 3.0.0 flags=1 direct lines=5-5\n"),
	ROW("one package in two places, for development in one of them",
	    "{\"packages\":{\"\":{},\n\"node_modules/a\":{\"version\":\"1\",\"dev\":true},\n"
	    "\"node_modules/b/node_modules/a\":{\"version\":\"1\",\"license\":{\"type\":\"MIT\"}}}}",
	    "p npm a 1 lic=MIT indirect lines=2-2,3-3\n"),
	ROW("workspaces, and what they ask for",
	    "{\"packages\":{\"\":{\"workspaces\":[\"w/*\"]},\n"
	    "\"node_modules/w\":{\"link\":true,\"resolved\":\"w/w\"},\n"
	    "\"w/w\":{\"name\":\"w\",\"version\":\"0.1.0\",\"devDependencies\":{\"a\":\"1\"}},\n"
	    "\"w/x\":{\"dependencies\":{\"w\":\"1\"}},\n"
	    "\"node_modules/a\":{\"version\":\"1\"}}}",
	    "p npm w 0.1.0 dep=a@1 workspace lines=3-3\n"
	    "p npm a 1 direct lines=5-5\n"),
	ROW("aliases", "{\"packages\":{\"node_modules/a\":{\"name\":\"real\",\"version\":\"1\"}}}",
	    "p npm real 1 lines=1-1\n"),
	ROW("aliases of version 1",
	    "{\"dependencies\":{\"a\":{\"version\":\"npm:@s/real@1\"},\"b\":{\"version\":\"file:b\"}}}",
	    "p npm @s/real 1 lines=1-1\n"),
	ROW("a link that leads nowhere", "{\"packages\":{\"node_modules/a\":{\"link\":true}}}", ""),
	ROW("comments, a BOM and a comma at the end", "\xef\xbb\xbf{/* c */\"dependencies\":{},}",
	    ""),
	ROW("no version",
	    "{\"packages\":{\n\"node_modules/a\":{},\"node_modules/b\":{\"version\":\"1\"}}}",
	    "p npm b 1 lines=2-2\n! malformed: line 2: package without a version\n"),
	ROW("no name", "{\"packages\":{\"node_modules/\":{\"version\":\"1\"}}}",
	    "! malformed: line 1: package without a name\n"),
	ROW("a list of packages", "{\"packages\":[],\"dependencies\":[]}",
	    "! malformed: dependencies are not an object\n"),
	ROW("values of other types",
	    "{\"packages\":{\"node_modules/a\":{\"version\":\"1\",\"dependencies\":[\"b\"],\"license\":7},"
	    "\"node_modules/b\":7,\"\":[]}}",
	    "p npm a 1 indirect lines=1-1\n! malformed: line 1: package without a version\n"),
	ROW("a circle",
	    "{\"packages\":{\"node_modules/a\":{\"version\":\"1\",\"dependencies\":{\"a\":\"1\"}}}}",
	    "p npm a 1 dep=a@1 lines=1-1\n"),
	ROW("cut short", "{\"packages\":{\"node_modules/a\":{",
	    "! truncated: line 1, column 32: the text ends too early\n"),
	ROW("not UTF-8", "{\"dependencies\":{\"\xff\":{}}}",
	    "! malformed: line 1, column 19: invalid UTF-8\n"),
	ROW("an empty file", "", "! truncated: line 1, column 1: the text ends too early\n"),
	ROW("no object", "[]", "! malformed: not an object\n"),
};

static void reads_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_npm_lock, "a/package-lock.json", rows, N(rows));
}

static void the_manifest_says_what_version_1_does_not(void **state)
{
	static const struct facts_file files[] = {
		{ "p/package-lock.json",
		  LC_S_INIT(
			  "{\"dependencies\":{\"a\":{\"version\":\"1\",\"requires\":{\"b\":\"1\"}},"
			  "\"b\":{\"version\":\"2\"}}}") },
		{ "p/package.json", LC_S_INIT("{\"dependencies\":{\"a\":\"^1\",\"c\":\"1\"}}") },
	};
	static const struct facts_file broken[] = {
		{ "package-lock.json",
		  LC_S_INIT("{\"dependencies\":{\"a\":{\"version\":\"1\"}}}") },
		{ "package.json", LC_S_INIT("{") },
	};
	(void)state;
	facts_check_together(&inv_npm_lock, "a manifest", files, 2,
			     "p npm a 1 dep=b@2 direct lines=1-1\np npm b 2 indirect lines=1-1\n");
	facts_check_together(&inv_npm_lock, "a broken one", broken, 2,
			     "p npm a 1 lines=1-1\n"
			     "! truncated: package.json: line 1, column 2: the text ends too early\n");
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_npm_lock, "package-lock.json",
		  LC_S_INIT(
			  "{\"packages\":{\"\":{\"dependencies\":{\"a\":\"1\"}},\"node_modules/a\":"
			  "{\"version\":\"1\",\"license\":\"MIT\",\"dependencies\":{\"a\":\"1\"}}}}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lock_files),
		cmocka_unit_test(the_manifest_says_what_version_1_does_not),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("npm", tests, NULL, NULL);
}
