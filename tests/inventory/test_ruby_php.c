/* Ruby and PHP: what Bundler and Composer lock, and what is installed. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row gemfiles[] = {
	ROW("gems, platforms, repositories, own gems",
	    "GIT\n  remote: https://x/y.git\n  revision: 1\n  specs:\n    g (0.1.0)\n\n"
	    "PATH\n  remote: .\n  specs:\n    own (1.0)\n      a\n\n"
	    "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.2.0-x86_64-linux)\n"
	    "      b (~> 1.0)\n      absent\n    a (1.2.0-java)\n    b (1.9.0.pre1)\n\n"
	    "PLATFORMS\n  ruby\n\nDEPENDENCIES\n  a (~> 1.2)!\n  own!\n\nCHECKSUMS\n  a (1.2.0) "
	    "sha256=0\n"
	    "\nBUNDLED WITH\n   2.5.1\n",
	    "p bundler g 0.1.0 indirect lines=5-5\n"
	    "p bundler own 1.0 dep=a@1.2.0 workspace lines=10-10\n"
	    "p bundler a 1.2.0 dep=b@1.9.0.pre1 direct lines=16-16,19-19\n"
	    "p bundler b 1.9.0.pre1 indirect lines=20-20\n"),
	ROW("lines end as Windows ends them",
	    "\xef\xbb\xbfGEM\r\n  specs:\r\n    a (1.0)\r\n\r\nDEPENDENCIES\r\n  a\r\n",
	    "p bundler a 1.0 direct lines=3-3\n"),
	ROW("a merge that was not finished",
	    "GEM\n  specs:\n<<<<<<< HEAD\n    a (1.0)\n=======\n    a (1.1)\n>>>>>>> b\n"
	    "GEM\n  specs:\n    c (1.0)\n",
	    "p bundler a 1.0 lines=4-4\np bundler a 1.1 lines=6-6\np bundler c 1.0 lines=10-10\n"
	    "! malformed: line 3: no heading: <<<<<<< HEAD\n! malformed: line 5: no heading: "
	    "=======\n"
	    "! malformed: line 7: no heading: >>>>>>> b\n"),
	ROW("gems without a version", "GEM\n  specs:\n    a\n    b ()\n    c (1\n    d (1)\n",
	    "p bundler d 1 lines=6-6\n! malformed: line 3: no version: a\n"
	    "! malformed: line 4: no version: b ()\n! malformed: line 5: no version: c (1\n"),
	ROW("bytes that are no text", "GEM\n  specs:\n    a\xff (1)\n    b (1)\n",
	    "p bundler b 1 lines=4-4\n"
	    "! malformed: line 3: name or version that is no text: a\\xff\n"),
	ROW("nothing", "", ""),
};

static void reads_gemfile_lock(void **state)
{
	(void)state;
	facts_check(&inv_gemfile_lock, "Gemfile.lock", gemfiles, N(gemfiles));
}

static const struct row gems[] = {
	ROW("a specification",
	    "# stub: a 1.0 ruby lib\nGem::Specification.new do |s|\n  s.name = \"a\".freeze\n"
	    "  s.version = \"1.2.0\"\n  s.licenses = [\"MIT\".freeze, 'Ruby']\n"
	    "  s.add_runtime_dependency(%q<b>.freeze, [\"~> 1\"])\nend\n",
	    "p gemspec a 1.2.0 lic=MIT|Ruby lines=0-0\n"),
	ROW("what Ruby works out goes by the file's name",
	    "Gem::Specification.new do |spec|\n  spec.name = \"x#{y}\"\n  spec.version = VERSION\n"
	    "  spec.license = 'MIT'\nend\n",
	    "p gemspec net-http 0.3.2 lic=MIT lines=0-0\n"),
	ROW("cut short", "Gem::Specification.new do |s|\n  s.name = \"net-h",
	    "p gemspec net-http 0.3.2 lines=0-0\n"),
	ROW("bytes of anything", "\xff\0|", "p gemspec net-http 0.3.2 lines=0-0\n"),
};

static const struct row nameless[] = { ROW("no name anywhere", "",
					   "! malformed: no name and version of a gem\n") };

static void reads_installed_gems(void **state)
{
	(void)state;
	facts_check(&inv_gemspec, "gems/specifications/net-http-0.3.2-x86_64-linux.gemspec", gems,
		    N(gems));
	facts_check(&inv_gemspec, "specifications/a.gemspec", nameless, 1);
	assert_true(inv_wants_itself(&inv_gemspec, LC_S("a/specifications/b-1.gemspec")));
	assert_true(inv_wants_itself(&inv_gemspec, LC_S("a/specifications/default/b-1.gemspec")));
	assert_false(inv_wants_itself(&inv_gemspec, LC_S("a/gems/b-1/b.gemspec")));
}

static const struct row composer[] = {
	ROW("packages, those for development, licences",
	    "{\"packages\":[\n{\"name\":\"a/a\",\"version\":\"v1.0.0\",\"require\":{\"php\":\">"
	    "=8\","
	    "\"b/b\":\"^2\"},\"license\":[\"MIT\",\"BSD-3-Clause\"]},\n"
	    "{\"name\":\"b/b\",\"version\":\"2.0.0\",\"require\":[],\"license\":\"MIT\"}],\n"
	    "\"packages-dev\":[{\"name\":\"c/c\",\"version\":\"dev-main\"}]}",
	    "p composer a/a v1.0.0 lic=MIT|BSD-3-Clause dep=b/b@2.0.0 lines=2-2\n"
	    "p composer b/b 2.0.0 lic=MIT lines=3-3\n"
	    "p composer c/c dev-main flags=1 lines=4-4\n"),
	ROW("entries that are none",
	    "{\"packages\":[1,{\"name\":\"a/a\"},{\"name\":\"b/b\",\"version\":\"1\"}]}",
	    "p composer b/b 1 lines=1-1\n"
	    "! malformed: line 1: package without a name and a version\n"
	    "! malformed: line 1: package without a name and a version\n"),
	ROW("packages of another type", "{\"packages\":{},\"packages-dev\":null}",
	    "! malformed: packages is not a list\n"),
	ROW("a list", "[]", "! malformed: not an object\n"),
	ROW("cut short", "{\"packages\":[{\"name\":\"a",
	    "! truncated: line 1, column 24: the text ends inside a string\n"),
};

static void reads_composer_lock(void **state)
{
	(void)state;
	facts_check(&inv_composer_lock, "composer.lock", composer, N(composer));
}

static void the_manifest_says_what_is_asked_for(void **state)
{
	static const struct facts_file files[] = {
		{ "app/composer.lock",
		  LC_S_INIT("{\"packages\":[{\"name\":\"a/a\",\"version\":\"1\"},"
			    "{\"name\":\"b/b\",\"version\":\"1\"}]}") },
		{ "app/composer.json", LC_S_INIT("{\"require\":{\"a/a\":\"*\",\"php\":\"*\"}}") },
	};
	static const struct facts_file broken[] = {
		{ "composer.lock",
		  LC_S_INIT("{\"packages\":[{\"name\":\"a/a\",\"version\":\"1\"}]}") },
		{ "composer.json", LC_S_INIT("{") },
	};
	(void)state;
	facts_check_together(&inv_composer_lock, "a manifest", files, N(files),
			     "p composer a/a 1 direct lines=1-1\n"
			     "p composer b/b 1 indirect lines=1-1\n");
	facts_check_together(
		&inv_composer_lock, "a broken one", broken, N(broken),
		"p composer a/a 1 lines=1-1\n"
		"! truncated: composer.json: line 1, column 2: the text ends too early\n");
}

static const struct row vendor[] = {
	ROW("version 2",
	    "{\"packages\":[{\"name\":\"a/a\",\"version\":\"1.0\"},{\"name\":\"b/b\","
	    "\"version\":\"2.0\"}],"
	    "\"dev\":true,\"dev-package-names\":[\"b/b\",\"x/x\",7]}",
	    "p composer-vendor a/a 1.0 lines=1-1\np composer-vendor b/b 2.0 flags=1 lines=1-1\n"),
	ROW("version 1", "[{\"name\":\"a/a\",\"version\":\"1.0\"}]",
	    "p composer-vendor a/a 1.0 lines=1-1\n"),
	ROW("another type", "7", "! malformed: not an object\n"),
};

static const struct row elsewhere[] = {
	ROW("Composer's", "{\"packages\":[{\"name\":\"a/a\",\"version\":\"1.0\"}]}",
	    "p composer-vendor a/a 1.0 lines=1-1\n"),
	ROW("another's", "[1,{\"x\":2}]", ""),
	ROW("another's, too", "{\"packages\":{\"a\":1}}", ""),
};

static void reads_what_composer_installed(void **state)
{
	(void)state;
	facts_check(&inv_composer_installed, "vendor/composer/installed.json", vendor, N(vendor));
	assert_true(inv_wants_itself(&inv_composer_installed,
				     LC_S("app/vendor/composer/installed.json")));
	facts_check(&inv_composer_installed, "app/installed.json", elsewhere, N(elsewhere));
	assert_false(inv_wants_itself(&inv_composer_lock, LC_S("a/vendor/b/c/composer.lock")));
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_gemfile_lock, "Gemfile.lock",
		  LC_S_INIT("GEM\n  specs:\n    a (1)\n      a\nDEPENDENCIES\n  a\n") },
		{ &inv_composer_lock, "composer.lock",
		  LC_S_INIT("{\"packages\":[{\"name\":\"a/a\",\"version\":\"1\",\"require\":"
			    "{\"a/a\":\"1\"},\"license\":[\"MIT\"]}]}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_gemfile_lock),
		cmocka_unit_test(reads_installed_gems),
		cmocka_unit_test(reads_composer_lock),
		cmocka_unit_test(the_manifest_says_what_is_asked_for),
		cmocka_unit_test(reads_what_composer_installed),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("ruby_php", tests, NULL, NULL);
}
