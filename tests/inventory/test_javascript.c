/* JavaScript: lock files of npm, yarn, pnpm and bun, and what is installed. */
#include "inventory/language/analysers.h"

#include <stdio.h>

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row npm[] = {
	ROW("the tree of version 1",
	    "{\"lockfileVersion\":1,\n\"dependencies\":{\n\"a\":{\"version\":\"1.0.0\",\n"
	    "\"requires\":{\"b\":\"2\",\"x\":\"1\"},\n\"dependencies\":{\"b\":{\"version\":\""
	    "2.0.0\","
	    "\"dev\":true}}},\n\"b\":{\"version\":\"1.9.0\"}}}",
	    "p npm a 1.0.0 dep=b@2.0.0 lines=3-5\n"
	    "p npm b 2.0.0 flags=1 lines=5-5\n"
	    "p npm b 1.9.0 lines=6-6\n"),
	ROW("the places of version 3",
	    "{\"packages\":{\"\":{\"dependencies\":{\"a\":\"1\"},\"devDependencies\":{\"c\":\""
	    "3\"}},\n"
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
	    "\"node_modules/b/node_modules/a\":{\"version\":\"1\",\"license\":{\"type\":\""
	    "MIT\"}}}}",
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
	    "{\"dependencies\":{\"a\":{\"version\":\"npm:@s/real@1\"},\"b\":{\"version\":\""
	    "file:b\"}}}",
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
	    "{\"packages\":{\"node_modules/a\":{\"version\":\"1\",\"dependencies\":[\"b\"],\""
	    "license\":7},"
	    "\"node_modules/b\":7,\"\":[]}}",
	    "p npm a 1 indirect lines=1-1\n! malformed: line 1: package without a version\n"),
	ROW("a circle",
	    "{\"packages\":{\"node_modules/a\":{\"version\":\"1\",\"dependencies\":{\"a\":\""
	    "1\"}}}}",
	    "p npm a 1 dep=a@1 lines=1-1\n"),
	ROW("cut short", "{\"packages\":{\"node_modules/a\":{",
	    "! truncated: line 1, column 32: the text ends too early\n"),
	ROW("not UTF-8", "{\"dependencies\":{\"\xff\":{}}}",
	    "! malformed: line 1, column 19: invalid UTF-8\n"),
	ROW("an empty file", "", "! truncated: line 1, column 1: the text ends too early\n"),
	ROW("no object", "[]", "! malformed: not an object\n"),
};

static void reads_npms_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_npm_lock, "a/package-lock.json", npm, N(npm));
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
	facts_check_together(
		&inv_npm_lock, "a broken one", broken, 2,
		"p npm a 1 lines=1-1\n"
		"! truncated: package.json: line 1, column 2: the text ends too early\n");
}

/* A package levels deep that asks for one at the top, which stands in between as well. */
static const char *deep(struct lc_buf *b, unsigned levels)
{
	struct facts f;
	static char told[512];
	lc_buf_init(b, 1 << 20);
	lc_buf_str(b, "{\"packages\":{\"node_modules/top\":{\"version\":\"1\"},"
		      "\"node_modules/a/node_modules/a/node_modules/mid\":{\"version\":\"2\"},\"");
	for (unsigned i = 0; i < levels; i++)
		lc_buf_fmt(b, "%snode_modules/a", i ? "/" : "");
	lc_buf_str(b, "\":{\"version\":\"3\",\"dependencies\":{\"top\":\"1\",\"mid\":\"2\"}}}}");
	facts_of(&f, &inv_npm_lock, "package-lock.json", lc_buf_get(b));
	(void)snprintf(told, sizeof(told), "%s", facts_text(&f));
	facts_done(&f);
	lc_buf_done(b);
	return told;
}

static void names_are_looked_up_from_any_depth(void **state)
{
	struct lc_buf b;
	(void)state;
	assert_string_equal(deep(&b, 100), "p npm top 1 lines=1-1\np npm mid 2 lines=1-1\n"
					   "p npm a 3 dep=mid@2,top@1 lines=1-1\n");
	assert_string_equal(deep(&b, 1000), "p npm top 1 lines=1-1\np npm mid 2 lines=1-1\n"
					    "! malformed: line 1: path too long\n");
}

/* Packages in packages, each of its own name; the last asks for the one at the top. */
static bool reaches_top(unsigned levels)
{
	struct facts f;
	struct lc_buf b;
	struct lc_buf path;
	lc_buf_init(&b, 1 << 20);
	lc_buf_init(&path, 1 << 20);
	lc_buf_str(&b, "{\"packages\":{\"node_modules/top\":{\"version\":\"1\"}");
	for (unsigned i = 0; i < levels; i++) {
		lc_buf_fmt(&path, "%snode_modules/p%u", i ? "/" : "", i);
		lc_buf_fmt(&b, ",\"%.*s\":{\"version\":\"2\",\"dependencies\":{\"top\":\"1\"}}",
			   LC_FMT(lc_buf_get(&path)));
	}
	lc_buf_str(&b, "}}");
	facts_of(&f, &inv_npm_lock, "package-lock.json", lc_buf_get(&b));
	size_t n = f.facts.files.v[0].packages.n;
	bool reached = f.facts.files.v[0].packages.v[n - 1].depends_on.n == 1;
	facts_done(&f);
	lc_buf_done(&path);
	lc_buf_done(&b);
	return reached;
}

/* As deep as anything nests, and not as deep as anybody can write. */
static void names_are_looked_up_through_so_many_packages(void **state)
{
	(void)state;
	assert_true(reaches_top(60));
	assert_false(reaches_top(70));
}

/* ---- yarn ---- */

static const struct row yarn[] = {
	ROW("classic",
	    "# yarn lockfile v1\n\n\n\"a@^1\", a@~1.2:\n  version \"1.2.3\"\n"
	    "  resolved \"https://r/a.tgz#0\"\n  dependencies:\n    \"@s/b\" \"^2\"\n    c \""
	    "1\"\n\n"
	    "\"@s/b@^2\":\n  version \"2.0.0\"\n",
	    "p yarn a 1.2.3 dep=@s/b@2.0.0 lines=4-9\np yarn @s/b 2.0.0 lines=11-12\n"),
	ROW("berry",
	    "__metadata:\n  version: 6\n\n\"a@npm:^1, a@npm:~1.2\":\n  version: 1.2.3\n"
	    "  resolution: \"a@npm:1.2.3\"\n  dependencies:\n    b: \"npm:^2\"\n"
	    "  peerDependencies:\n    c: \"*\"\n  checksum: x\n\n"
	    "\"b@npm:^2\":\n  version: 2.0.0\n\n"
	    "\"b@patch:b@npm%3A^2#~builtin\":\n  version: 2.0.0\n\n"
	    "\"p@workspace:.\":\n  version: 0.0.0-use.local\n  dependencies:\n    a: ^1\n",
	    "p yarn a 1.2.3 dep=b@2.0.0 direct lines=4-11\n"
	    "p yarn b 2.0.0 lines=13-14,16-17\n"),
	ROW("an alias of classic", "\"a@npm:@s/real@^1\":\n  version \"1.0.0\"\n",
	    "p yarn @s/real 1.0.0 lines=1-2\n"),
	ROW("an alias of berry",
	    "\"a@npm:real@^1\":\n  version: 1.0.0\n  resolution: \"real@npm:1.0.0\"\n",
	    "p yarn real 1.0.0 lines=1-3\n"),
	ROW("the project's own",
	    "\"a@file:./a\":\n  version \"1\"\nb@link:../b:\n  version \"0.0.0\"\n", ""),
	ROW("a circle", "a@1:\n  version \"1\"\n  dependencies:\n    a \"1\"\n",
	    "p yarn a 1 dep=a@1 lines=1-4\n"),
	ROW("cut short", "a@1:\n  version \"1\"\nb@2:\n  versi",
	    "p yarn a 1 lines=1-2\n! malformed: line 3: entry without a version\n"),
	ROW("entries that are none", "<<<<<<< HEAD\nx:\n  version \"1\"\na@1:\n  version \"1\"\n",
	    "p yarn a 1 lines=4-5\n! malformed: line 1: not the start of an entry\n"
	    "! malformed: line 2: entry without a name and a range\n"),
	ROW("not UTF-8", "\xff@1:\n  version \"1\"\na@1:\n  version \"1\"\n",
	    "p yarn a 1 lines=3-4\n"
	    "! malformed: line 1: name or version that is no text: \\xff\n"),
	ROW("an empty file", "", ""),
};

static void reads_yarns_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_yarn_lock, "yarn.lock", yarn, N(yarn));
}

static void manifests_say_what_yarns_does_not(void **state)
{
	static const struct facts_file files[] = {
		{ "p/yarn.lock",
		  LC_S_INIT("a@^1:\n  version \"1\"\n  dependencies:\n    b \"2\"\nb@2:\n"
			    "  version \"2\"\nc@3:\n  version \"3\"\n  dependencies:\n    d \"4\"\n"
			    "    b \"2\"\nd@4:\n  version \"4\"\n") },
		{ "p/package.json",
		  LC_S_INIT("{\"name\":\"root\",\"version\":\"0.1.0\",\"license\":\"MIT\","
			    "\"workspaces\":{\"packages\":[\"./w/*\"]},\"devDependencies\":{\""
			    "c\":\"3\"}}") },
		{ "p/w/x/package.json",
		  LC_S_INIT("{\"name\":\"x\",\"version\":\"0.2.0\",\"dependencies\":{\"a\":\""
			    "^1\"}}") },
		{ "p/other/package.json", LC_S_INIT("{\"name\":\"o\",\"version\":\"1\"}") },
		{ "p/w/y/package.json", LC_S_INIT("[") },
	};
	(void)state;
	facts_check_together(
		&inv_yarn_lock, "manifests", files, N(files),
		"p yarn a 1 dep=b@2 direct lines=1-4\n"
		"p yarn b 2 indirect lines=5-6\n"
		"p yarn c 3 dep=b@2,d@4 flags=1 direct lines=7-11\n"
		"p yarn d 4 flags=1 indirect lines=12-13\n"
		"p yarn root 0.1.0 lic=MIT dep=c@3 root lines=0-0\n"
		"p yarn x 0.2.0 dep=a@1 workspace lines=0-0\n"
		"! truncated: p/w/y/package.json: line 1, column 2: the text ends too early\n");
}

/* ---- pnpm ---- */

static const struct row pnpm[] = {
	ROW("version 5",
	    "lockfileVersion: 5.4\ndependencies:\n  a: 1.0.0_b@2.0.0\npackages:\n"
	    "  /a/1.0.0_b@2.0.0:\n    dependencies:\n      b: 2.0.0\n      c: /@s/d/3.0.0\n"
	    "    dev: false\n  /b/2.0.0:\n    dev: true\n  registry.example/@s/d/3.0.0: {}\n",
	    "p pnpm a 1.0.0 dep=@s/d@3.0.0,b@2.0.0 direct lines=5-9\n"
	    "p pnpm b 2.0.0 flags=1 indirect lines=10-11\n"
	    "p pnpm @s/d 3.0.0 indirect lines=12-12\n"),
	ROW("version 6",
	    "lockfileVersion: '6.0'\ndevDependencies:\n  a:\n    specifier: ^1\n"
	    "    version: 1.0.0(b@2.0.0)\npackages:\n  /a@1.0.0(b@2.0.0):\n    dev: true\n"
	    "  '@x.example/y/tar.gz/0':\n    name: y\n    version: 2.0.1\n",
	    "p pnpm a 1.0.0 flags=1 direct lines=7-8\np pnpm y 2.0.1 indirect lines=9-11\n"),
	ROW("version 9",
	    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n"
	    "        specifier: ^1\n        version: 1.0.0(b@2.0.0)\n    devDependencies:\n"
	    "      c: {specifier: ^3, version: real@3.0.0}\npackages:\n  a@1.0.0: {}\n"
	    "  b@2.0.0: {}\n  real@3.0.0: {}\n  d@4.0.0: {}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n"
	    "    dependencies:\n      b: 2.0.0\n  b@2.0.0: {}\n  real@3.0.0:\n"
	    "    optionalDependencies: {b: 2.0.0, d: 4.0.0}\n  d@4.0.0: {}\n",
	    "p pnpm a 1.0.0 dep=b@2.0.0 direct lines=11-11\n"
	    "p pnpm b 2.0.0 indirect lines=12-12\n"
	    "p pnpm real 3.0.0 dep=b@2.0.0,d@4.0.0 flags=1 direct lines=13-13\n"
	    "p pnpm d 4.0.0 flags=1 indirect lines=14-14\n"),
	ROW("a document of pnpm's own before it",
	    "lockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\npackages:\n"
	    "  pnpm@11.0.0: {}\n---\nlockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n",
	    "p pnpm a 1.0.0 lines=10-10\n"),
	ROW("directories and repositories",
	    "lockfileVersion: '9.0'\npackages:\n  a@file:a: {}\n  b@https://x/y.tgz:\n"
	    "    version: 1.0.0\n",
	    "p pnpm b 1.0.0 lines=4-5\n"),
	ROW("no version of the format", "packages:\n  a@1.0.0: {}\n",
	    "! unsupported: no lockfileVersion\n"),
	ROW("a key that is none", "lockfileVersion: '9.0'\npackages:\n  a: {}\n  b@1.0.0:\n",
	    "p pnpm b 1.0.0 lines=4-4\n! malformed: line 3: package without a version\n"),
	ROW("values of other types", "lockfileVersion: [9]\n",
	    "! unsupported: no lockfileVersion\n"),
	ROW("other types below",
	    "lockfileVersion: 9\nimporters: [1]\npackages: [a]\nsnapshots: b\n",
	    "! malformed: packages are not a mapping\n"),
	ROW("a list", "- a\n", "! malformed: not a mapping\n"),
	ROW("cut short", "lockfileVersion: 9\npackages: {a@1",
	    "! truncated: line 3, column 1: did not find expected ',' or '}'\n"),
	ROW("nothing but comments", "# c\n", ""),
};

static void reads_pnpms_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_pnpm_lock, "pnpm-lock.yaml", pnpm, N(pnpm));
}

/* ---- bun ---- */

static const struct row bun[] = {
	ROW("workspaces, nested packages, an alias",
	    "{\"workspaces\":{\"\":{\"dependencies\":{\"a\":\"1\"},\"devDependencies\":{\"c\":"
	    "\"3\"}},"
	    "\"w\":{\"name\":\"w\",\"version\":\"0.1.0\",\"dependencies\":{\"b\":\"1\"}},},\n"
	    "// c\n\"packages\":{\n"
	    "\"a\":[\"a@1.0.0\",\"\",{\"dependencies\":{\"b\":\"2\"}},\"sha512-x\"],\n"
	    "\"b\":[\"b@1.0.0\",\"\",{}],\n\"a/b\":[\"b@2.0.0\"],\n"
	    "\"c\":[\"@s/real@3.0.0\",\"\",{\"dependencies\":{\"d\":\"4\"}}],\n\"d\":[\""
	    "d@4.0.0\"],\n"
	    "\"w\":[\"w@workspace:w\"],\n\"x\":[\"x@file:../x\",{}],\n}}",
	    "p bun a 1.0.0 dep=b@2.0.0 direct lines=4-4\n"
	    "p bun b 1.0.0 direct lines=5-5\n"
	    "p bun b 2.0.0 indirect lines=6-6\n"
	    "p bun @s/real 3.0.0 dep=d@4.0.0 flags=1 direct lines=7-7\n"
	    "p bun d 4.0.0 flags=1 indirect lines=8-8\n"
	    "p bun w 0.1.0 dep=b@1.0.0 workspace lines=9-9\n"),
	ROW("entries that are none", "{\"packages\":{\"a\":[1],\"b\":{},\"c\":[\"c@1\"]}}",
	    "p bun c 1 indirect lines=1-1\n"
	    "! malformed: line 1: package without a name and a version\n"
	    "! malformed: line 1: package without a name and a version\n"),
	ROW("a list", "[]", "! malformed: not an object\n"),
	ROW("a list of packages", "{\"packages\":[]}", "! malformed: packages are not an object\n"),
	ROW("cut short", "{\"packages\":{\"a\":[\"a@1",
	    "! truncated: line 1, column 23: the text ends inside a string\n"),
};

static void reads_buns_lock_files(void **state)
{
	(void)state;
	facts_check(&inv_bun_lock, "bun.lock", bun, N(bun));
}

/* ---- installed ---- */

static const struct row installed[] = {
	ROW("a package", "{\"name\":\"@s/a\",\"version\":\"1.0.0\",\"license\":\"(MIT OR ISC)\"}",
	    "p node-pkg @s/a 1.0.0 lic=(MIT OR ISC) lines=0-0\n"),
	ROW("licences of old",
	    "{\"name\":\"a\",\"version\":\"1\",\"licenses\":[{\"type\":\"MIT\"},\"ISC\",7]}",
	    "p node-pkg a 1 lic=MIT|ISC lines=0-0\n"),
	ROW("no version", "{\"name\":\"a\"}", ""),
	ROW("a template", "{\"name\":\"{{name}}\",\"version\":\"1\"}",
	    "! malformed: no name of a package: {{name}}\n"),
	ROW("a name of another type", "{\"name\":1,\"version\":\"1\"}", ""),
	ROW("no object", "[1]", ""),
	ROW("cut short", "{\"name\":\"a\",",
	    "! truncated: line 1, column 13: the text ends too early\n"),
};

static void reads_installed_packages(void **state)
{
	static const char *const roots[] = {
		"package.json",
		"a/package.json",
		"a/node_modules/b/package.json",
		"node_modules/@s/b/package.json",
		"a/node_modules/.pnpm/b@1/node_modules/b/package.json",
	};
	static const char *const others[] = {
		"node_modules/a/b/package.json",    "node_modules/@s/package.json",
		"node_modules/package.json",        "node_modules/resolve/test/x/package.json",
		"node_modules/@s/a/b/package.json",
	};
	static const struct row one[] = { ROW("a root", "{\"name\":\"a\",\"version\":\"1\"}",
					      "p node-pkg a 1 lines=0-0\n") };
	static const struct row none[] = { ROW("none", "{\"name\":\"a\",\"version\":\"1\"}", "") };
	(void)state;
	facts_check(&inv_node_package, "node_modules/a/package.json", installed, N(installed));
	for (size_t i = 0; i < N(roots); i++)
		facts_check(&inv_node_package, roots[i], one, 1);
	for (size_t i = 0; i < N(others); i++)
		facts_check(&inv_node_package, others[i], none, 1);
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_npm_lock, "package-lock.json",
		  LC_S_INIT(
			  "{\"packages\":{\"\":{\"dependencies\":{\"a\":\"1\"}},\"node_modules/a\":"
			  "{\"version\":\"1\",\"license\":\"MIT\",\"dependencies\":{\"a\":\""
			  "1\"}}}}") },
		{ &inv_yarn_lock, "yarn.lock",
		  LC_S_INIT("a@1:\n  version \"1\"\n  dependencies:\n    a \"1\"\n") },
		{ &inv_bun_lock, "bun.lock",
		  LC_S_INIT("{\"workspaces\":{\"\":{\"dependencies\":{\"a\":\"1\"}}},"
			    "\"packages\":{\"a\":[\"a@1\",{\"dependencies\":{\"a\":\"1\"}}]}}") },
		{ &inv_node_package, "a/package.json",
		  LC_S_INIT("{\"name\":\"a\",\"version\":\"1\",\"license\":\"MIT\"}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_npms_lock_files),
		cmocka_unit_test(the_manifest_says_what_version_1_does_not),
		cmocka_unit_test(names_are_looked_up_from_any_depth),
		cmocka_unit_test(names_are_looked_up_through_so_many_packages),
		cmocka_unit_test(reads_yarns_lock_files),
		cmocka_unit_test(manifests_say_what_yarns_does_not),
		cmocka_unit_test(reads_pnpms_lock_files),
		cmocka_unit_test(reads_buns_lock_files),
		cmocka_unit_test(reads_installed_packages),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("javascript", tests, NULL, NULL);
}
