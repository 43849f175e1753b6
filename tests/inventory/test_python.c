/* Python: requirements, lock files, conda's environments, and what is installed. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* ---- pip ---- */

static const struct row requirements[] = {
	ROW("pinned ones",
	    "# c\nA==1.0 # c\nb [x, y] >=1, == 2.0 ; python_version < '3'\nc===3\nd (==4)\n",
	    "p pip A 1.0 lines=2-2\np pip b 2.0 lines=3-3\np pip c 3 lines=4-4\n"
	    "p pip d 4 lines=5-5\n"),
	ROW("lines that go on", "a==1 \\\n  --hash=sha256:0 \\\n  --hash=sha256:1\nb==2\n",
	    "p pip a 1 lines=1-3\np pip b 2 lines=4-4\n"),
	ROW("what is not pinned",
	    "a\nb>=1\nc~=1.0\nd==1.*\ne==x\nf==1|2\ng!=1\n==1\nh @ https://x/y==1\n{{i}}==1\n", ""),
	ROW("options, paths and addresses",
	    "-r other.txt\n--index-url https://x\n-e .\n./a.whl\ngit+https://x/y@v==1\n", ""),
	ROW("a BOM",
	    "\xef\xbb\xbf"
	    "a==1\r\n",
	    "p pip a 1 lines=1-1\n"),
	ROW("UTF-16",
	    "\xff\xfe"
	    "a\0=\0=\0"
	    "1\0\r\0\n\0",
	    "p pip a 1 lines=1-1\n"),
	ROW("UTF-16, the other way",
	    "\xfe\xff\0a\0=\0=\0"
	    "1",
	    "p pip a 1 lines=1-1\n"),
	ROW("one twice", "a==1\na==1\n", "p pip a 1 lines=1-1,2-2\n"),
	ROW("a line that goes on into nothing", "a==1 \\", "p pip a 1 lines=1-1\n"),
	ROW("not UTF-8", "\xff==1\na==1\n", "p pip a 1 lines=2-2\n"),
	ROW("no text", "a==1\n\0\0", "! malformed: not a text\n"),
	ROW("an empty file", "", ""),
};

static void reads_requirements(void **state)
{
	(void)state;
	facts_check(&inv_requirements, "requirements.txt", requirements, N(requirements));
}

static const struct row least[] = {
	ROW("the least that is allowed",
	    "a\nb>=1\nc~=1.0\nd==1.*\ne [x] < 3, >= 2.1 ; python_version > '3'\nf<2\ng!=1\n",
	    "p pip b 1 lines=2-2\np pip c 1.0 lines=3-3\np pip d 1 lines=4-4\n"
	    "p pip e 2.1 lines=5-5\n"),
	ROW("what is pinned is pinned", "a >=1, ==1.5\nb==2\n",
	    "p pip a 1.5 lines=1-1\np pip b 2 lines=2-2\n"),
	ROW("no versions", "a>=\nb~=x\nc==.*\nd>=1.*\n>=1\n", ""),
};

static void a_comprehensive_scan_takes_the_least_version(void **state)
{
	static const struct inv_options options = { .targets = INV_TARGET_FS,
						    .comprehensive = true };
	(void)state;
	facts_check_with(&inv_requirements, "requirements.txt", &options, least, N(least));
}

/* ---- pipenv ---- */

static const struct row pipenv[] = {
	ROW("both groups",
	    "{\"_meta\":{},\n\"default\":{\n\"a\":{\"version\":\"==1.0\",\n\"hashes\":[]},\n"
	    "\"b\":{\"path\":\".\"}},\n\"develop\":{\"a\":{\"version\":\"==1.0\"},"
	    "\"c\":{\"version\":\"===2\"}}}",
	    "p pipenv a 1.0 lines=3-4,6-6\np pipenv c 2 flags=1 lines=6-6\n"),
	ROW("other types", "{\"default\":[],\"develop\":{\"a\":\"==1\"}}",
	    "! malformed: default is not an object\n! malformed: line 1: not an object\n"),
	ROW("no object", "7", "! malformed: not an object\n"),
	ROW("cut short",
	    "{\"default\":{\"a\":", "! truncated: line 1, column 17: the text ends too early\n"),
};

static void reads_pipfile_locks(void **state)
{
	(void)state;
	facts_check(&inv_pipfile_lock, "Pipfile.lock", pipenv, N(pipenv));
}

/* ---- TOML ---- */

static const struct row poetry[] = {
	ROW("what it marks itself",
	    "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"main\", \"dev\"]\n"
	    "[package.dependencies]\nB_b = \">=2\"\nc = {version = \"*\", optional = true}\n"
	    "[[package]]\nname = \"b-b\"\nversion = \"2\"\ncategory = \"dev\"\n"
	    "[[package]]\nname = \"c\"\nversion = \"3\"\ngroups = [\"docs\"]\n"
	    "[[package]]\nname = \"own\"\nversion = \"0\"\n[package.source]\ntype = \""
	    "directory\"\n",
	    "p poetry a 1 dep=b-b@2,c@3 lines=1-4\np poetry b-b 2 flags=1 lines=8-11\n"
	    "p poetry c 3 flags=1 lines=12-15\n"),
	ROW("broken ones",
	    "[[package]]\nname = 1\n[[package]]\nname = \"b\"\n[[package]]\nname = \"c\"\n"
	    "version = \"1\"\n",
	    "p poetry c 1 lines=5-7\n! malformed: line 1: package without a name\n"
	    "! malformed: line 3: package without a version\n"),
	ROW("no list", "package = 1\n", "! malformed: package is not a list\n"),
	ROW("a list of others", "package = [1]\n", "! malformed: line 1: package without a name\n"),
	ROW("cut short", "[[package]]\nname = \"a",
	    "! truncated: line 2, column 10: string without its end\n"),
	ROW("not UTF-8", "[[package]]\nname = \"\xff\"\n", "! malformed: line 2: not UTF-8 text\n"),
	ROW("an empty file", "", ""),
};

static const struct row uv[] = {
	ROW("a root, a workspace, groups, versions",
	    "[[package]]\nname = \"p\"\nversion = \"0\"\nsource = { virtual = \".\" }\n"
	    "dependencies = [{ name = \"a\" }, { name = \"w\" }]\n"
	    "[package.dev-dependencies]\ndev = [{ name = \"b\", version = \"2\" }]\n"
	    "[[package]]\nname = \"w\"\nversion = \"0.1\"\nsource = { editable = \"w\" }\n"
	    "[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"x\" }\n"
	    "[[package]]\nname = \"b\"\nversion = \"1\"\n"
	    "[[package]]\nname = \"b\"\nversion = \"2\"\ndependencies = [{ name = \"c\" }]\n"
	    "[[package]]\nname = \"c\"\nversion = \"3\"\n",
	    "p uv p 0 dep=a@1,b@2,w@0.1 root lines=1-5\n"
	    "p uv w 0.1 workspace lines=8-11\n"
	    "p uv a 1 direct lines=12-15\n"
	    "p uv b 1 indirect lines=16-18\n"
	    "p uv b 2 dep=c@3 flags=1 direct lines=19-22\n"
	    "p uv c 3 flags=1 indirect lines=23-25\n"),
	ROW("a root without a version",
	    "[[package]]\nname = \"p\"\nsource = { editable = \".\" }\n"
	    "optional-dependencies = { x = [{ name = \"a\" }] }\n"
	    "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{ name = \"a\" }]\n",
	    "p uv a 1 dep=a@1 direct lines=5-8\n"),
};

#define TEN(c)     c c c c c c c c c c
#define LONG_GROUP TEN(TEN("gruppe "))

static const struct row pylock[] = {
	ROW("a group with a long name",
	    "default-groups = [\"" LONG_GROUP "\"]\n"
	    "[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"'" LONG_GROUP
	    "' in dependency_groups\"\n",
	    "p pylock a 1 lines=2-5\n"),
	ROW("groups by their markers",
	    "default-groups = [\"base\"]\n"
	    "[[packages]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{ name = \"b\" }]\n"
	    "[[packages]]\nname = \"b\"\nversion = \"2\"\nmarker = \"'dev' in dependency_groups\"\n"
	    "[[packages]]\nname = \"c\"\nversion = \"3\"\nmarker = \"'base' in "
	    "dependency_groups\"\n"
	    "[[packages]]\nname = \"d\"\nversion = \"4\"\n"
	    "marker = \"'dev' in dependency_groups or 'x' in extras\"\n"
	    "[[packages]]\nname = \"e\"\ndirectory = { path = \".\" }\n"
	    "[[packages]]\nname = \"f\"\nvcs = { type = \"git\" }\n",
	    "p pylock a 1 dep=b@2 lines=2-5\np pylock b 2 flags=1 lines=6-9\n"
	    "p pylock c 3 lines=10-13\np pylock d 4 lines=14-17\n"),
};

static void reads_locks_in_toml(void **state)
{
	(void)state;
	facts_check(&inv_poetry_lock, "poetry.lock", poetry, N(poetry));
	facts_check(&inv_uv_lock, "uv.lock", uv, N(uv));
	facts_check(&inv_pylock, "pylock.toml", pylock, N(pylock));
}

static void the_project_says_what_locks_do_not(void **state)
{
	static const struct facts_file files[] = {
		{ "poetry.lock",
		  LC_S_INIT("[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\n"
			    "b = \"*\"\n[[package]]\nname = \"b\"\nversion = \"2\"\n"
			    "[[package]]\nname = \"c-c\"\nversion = \"3\"\n") },
		{ "pyproject.toml",
		  LC_S_INIT("[tool.poetry]\nname = \"p\"\nversion = \"0\"\n"
			    "[tool.poetry.dependencies]\npython = \"^3\"\nA = \"^1\"\n"
			    "[tool.poetry.group.test.dependencies]\nC_c = \"*\"\n") },
	};
	static const struct facts_file pdm[] = {
		{ "pdm.lock",
		  LC_S_INIT("[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"default\"]\n"
			    "dependencies = [\"b>=2; python_version < '3'\"]\n"
			    "[[package]]\nname = \"b\"\nversion = \"2\"\ngroups = [\"default\", "
			    "\"t\"]\n"
			    "[[package]]\nname = \"c\"\nversion = \"3\"\ngroups = [\"t\"]\n"
			    "[[package]]\nname = \"d\"\nversion = \"4\"\ngroups = [\"extra\"]\n"
			    "[[package]]\nname = \"own\"\nversion = \"0\"\npath = \".\"\n") },
		{ "pyproject.toml",
		  LC_S_INIT("[project]\nname = \"p\"\ndependencies = [\"a[x]>=1\"]\n"
			    "[project.optional-dependencies]\nextra = [\"d\"]\n"
			    "[tool.pdm.dev-dependencies]\nt = [\"c\", \"b\"]\n") },
	};
	static const struct facts_file broken[] = {
		{ "pdm.lock", LC_S_INIT("[[package]]\nname = \"a\"\nversion = \"1\"\n") },
		{ "pyproject.toml", LC_S_INIT("[project\n") },
	};
	(void)state;
	facts_check_together(&inv_poetry_lock, "poetry's", files, 2,
			     "p poetry a 1 dep=b@2 direct lines=1-3\n"
			     "p poetry b 2 indirect lines=6-8\n"
			     "p poetry c-c 3 flags=1 direct lines=9-11\n"
			     "p poetry p 0 dep=a@1,c-c@3 root lines=0-0\n");
	facts_check_together(
		&inv_pdm_lock, "pdm's", pdm, 2,
		"p pdm a 1 dep=b@2 direct lines=1-5\np pdm b 2 direct lines=6-9\n"
		"p pdm c 3 flags=1 direct lines=10-13\np pdm d 4 direct lines=14-17\n");
	facts_check_together(
		&inv_pdm_lock, "a broken one", broken, 2,
		"p pdm a 1 lines=1-3\n"
		"! malformed: pyproject.toml: line 1, column 9: header without its end\n");
}

/* ---- conda ---- */

static const struct row environment[] = {
	ROW("pinned ones",
	    "dependencies:\n  - a=1.0=py_0\n  - c::b ==2\n  - d 3 x_0\n  - e>=1\n  - f=1.*\n  "
	    "- _g\n"
	    "  - pip:\n    - h==4\n    - i>1\n",
	    "p conda-environment a 1.0 build=py_0 lines=2-2\np conda-environment b 2 lines=3-3\n"
	    "p conda-environment d 3 build=x_0 lines=4-4\n"
	    "p conda-environment h 4 build=pypi_0 lines=9-9\n"),
	ROW("other types", "dependencies: {a: 1}\n", "! malformed: dependencies are not a list\n"),
	ROW("entries of other types",
	    "dependencies:\n  - [a]\n  - {pip: {b: c}}\n  - {pip: [[d]]}\n  - a=1\n",
	    "p conda-environment a 1 lines=5-5\n"),
	ROW("a list", "- a\n", "! malformed: not a mapping\n"),
	ROW("cut short", "dependencies: [a=1",
	    "! truncated: line 2, column 1: did not find expected ',' or ']'\n"),
};

static const struct row conda[] = {
	ROW("a package",
	    "{\"name\":\"a\",\"version\":\"1\",\"build\":\"py311_0\",\"license\":\"BSD\","
	    "\"md5\":\"00000000000000000000000000000000\"}",
	    "p conda-pkg a 1 lic=BSD sum=md5:00000000000000000000000000000000 build=py311_0 "
	    "lines=0-0\n"),
	ROW("no version", "{\"name\":\"a\"}", "! malformed: no name and version of a package\n"),
	ROW("cut short", "{", "! truncated: line 1, column 2: the text ends too early\n"),
};

static void reads_condas_files(void **state)
{
	(void)state;
	facts_check(&inv_conda_environment, "environment.yml", environment, N(environment));
	facts_check(&inv_conda_installed, "opt/conda/conda-meta/a-1-py311_0.json", conda, N(conda));
}

/* ---- installed ---- */

static const struct row installed[] = {
	ROW("a wheel's",
	    "Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.0\nLicense: MIT\n\nName: body\n",
	    "p python-pkg Foo.Bar 1.0 lic=MIT lines=0-0\n"),
	ROW("licences by classifier",
	    "Name: a\nVersion: 1\nLicense: X\n  more of it\n"
	    "Classifier: License :: OSI Approved\n"
	    "Classifier: License :: OSI Approved :: MIT License\n"
	    "Classifier: Programming Language :: Python\n",
	    "p python-pkg a 1 lic=MIT License lines=0-0\n"),
	ROW("a licence by expression",
	    "name: a\r\nVERSION: 1\r\nLicense-Expression: MIT\r\nClassifier: License :: X\r\n\r\n",
	    "p python-pkg a 1 lic=MIT lines=0-0\n"),
	ROW("a licence nobody knows", "Name: a\nVersion: 1\nLicense: UNKNOWN\n",
	    "p python-pkg a 1 lines=0-0\n"),
	ROW("neither name nor version", "Metadata-Version: 2.1\n",
	    "p python-pkg dir 1.2 lines=0-0\n! malformed: metadata without a name and a version\n"),
	ROW("an empty file", "",
	    "p python-pkg dir 1.2 lines=0-0\n! malformed: metadata without a name and a version\n"),
	ROW("a version that is none", "Name: a\nVersion: ${v}\n",
	    "p python-pkg dir 1.2 lines=0-0\n! malformed: metadata without a name and a version\n"),
	ROW("a name that is none", "Name: a b\nVersion: 1\n",
	    "! malformed: no name of a package: a b\n"),
	ROW("zeros", "\0\0",
	    "p python-pkg dir 1.2 lines=0-0\n! malformed: metadata without a name and a version\n"),
};

static void reads_installed_packages(void **state)
{
	static const struct row egg[] = {
		ROW("an egg's file", "",
		    "p python-pkg dir 1.2 lines=0-0\n"
		    "! malformed: metadata without a name and a version\n"),
	};
	static const struct row nameless[] = {
		ROW("no version in the directory's name", "",
		    "! malformed: metadata without a name and a version\n"),
	};
	(void)state;
	facts_check(&inv_python_package, "a/dir-1.2.dist-info/METADATA", installed, N(installed));
	facts_check(&inv_python_package, "a/dir-1.2-py3.11.egg-info", egg, 1);
	facts_check(&inv_python_package, "a/dir-1.2-py3.11.egg-info/PKG-INFO", egg, 1);
	facts_check(&inv_python_package, "a/dir.egg-info/PKG-INFO", nameless, 1);
	facts_check(&inv_python_package, "a/b.egg/EGG-INFO/PKG-INFO", nameless, 1);
}

/* Archives of one member: EGG-INFO/PKG-INFO, and x. */
static const struct row eggs[] = {
	ROW("an egg",
	    "PK\003\004\024\000\000\000\000\000\000\000!\000\307\263\24066\000\000\000"
	    "6\000\000\000\021\000\000\000EGG-INFO/PKG-INFOMetadata-Version: 1.0\012"
	    "Name: b\012Version: 2\012License: MIT\012PK\001\002\024\003\024\000\000"
	    "\000\000\000\000\000!\000\307\263\24066\000\000\0006\000\000\000\021\000"
	    "\000\000\000\000\000\000\000\000\000\000\200\001\000\000\000\000EGG-INF"
	    "O/PKG-INFOPK\005\006\000\000\000\000\001\000\001\000\077\000\000\000e\000"
	    "\000\000\000\000",
	    "p python-pkg b 2 lic=MIT lines=0-0\n"),
	ROW("an egg without metadata",
	    "PK\003\004\024\000\000\000\000\000\000\000!\000\000\000\000\000\000\000"
	    "\000\000\000\000\000\000\001\000\000\000xPK\001\002\024\003\024\000\000"
	    "\000\000\000\000\000!\000\000\000\000\000\000\000\000\000\000\000\000\000"
	    "\001\000\000\000\000\000\000\000\000\000\000\000\200\001\000\000\000\000"
	    "xPK\005\006\000\000\000\000\001\000\001\000/\000\000\000\037\000\000\000"
	    "\000\000",
	    "! malformed: egg without EGG-INFO/PKG-INFO\n"),
	ROW("no archive", "x", "! malformed: zip: too short for an archive\n"),
};

static void reads_eggs_that_are_archives(void **state)
{
	(void)state;
	facts_check(&inv_python_egg, "a/b.egg", eggs, N(eggs));
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_requirements, "requirements.txt",
		  LC_S_INIT("\xff\xfe"
			    "a\0=\0=\0"
			    "1\0") },
		{ &inv_pipfile_lock, "Pipfile.lock",
		  LC_S_INIT("{\"default\":{\"a\":{\"version\":\"==1\"}}}") },
		{ &inv_uv_lock, "uv.lock",
		  LC_S_INIT("[[package]]\nname = \"p\"\nversion = \"0\"\nsource = { virtual = \""
			    ".\" }\n"
			    "dependencies = [{ name = \"p\" }]\n") },
		{ &inv_python_package, "METADATA",
		  LC_S_INIT("Name: a\nVersion: 1\nClassifier: License :: X\n") },
		{ &inv_conda_installed, "a.json",
		  LC_S_INIT("{\"name\":\"a\",\"version\":\"1\",\"md5\":\""
			    "00000000000000000000000000000000\"}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_requirements),
		cmocka_unit_test(a_comprehensive_scan_takes_the_least_version),
		cmocka_unit_test(reads_pipfile_locks),
		cmocka_unit_test(reads_locks_in_toml),
		cmocka_unit_test(the_project_says_what_locks_do_not),
		cmocka_unit_test(reads_condas_files),
		cmocka_unit_test(reads_installed_packages),
		cmocka_unit_test(reads_eggs_that_are_archives),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
