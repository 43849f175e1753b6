/* Lock files and installed packages of Erlang, Haskell, R, Deno, Paket, OCaml, Lua and Terraform.
 */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row rebar[] = {
	ROW("packages, a repository, checksums",
	    "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a_hex\">>,<<\"1.0.0\">>},0},\n"
	    " {<<\"g\">>,{git,\"https://x\",{ref,\"0\"}},0},\n {<<\"b\">>,\n  {pkg,<<\"b\">>,"
	    "<<\"2.0\">>},1}]}.\n"
	    "[{pkg_hash,[{<<\"a\">>, <<\"00\">>}]}].\n",
	    "p rebar a_hex 1.0.0 direct lines=2-2\np rebar b 2.0 indirect lines=5-5\n"),
	ROW("an old one", "[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>,<<\"00\">>},1}].\n",
	    "p rebar a 1 indirect lines=1-1\n"),
	ROW("packages that are none", "[{pkg,a},{pkg,<<\"a\">>},{pkg,<<\"b\">>,<<\"1\">>},0}].",
	    "p rebar b 1 direct lines=1-1\n! malformed: line 1: no package\n"
	    "! malformed: line 1: no package\n"),
	ROW("cut short", "[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0},\n{<<\"b\">>,{pkg,<<\"b",
	    "p rebar a 1 direct lines=1-1\n! malformed: line 2: no package\n"
	    "! truncated: no end of the last term\n"),
	ROW("nothing", "", ""),
};

static const struct row gleam[] = {
	ROW("packages and what is asked for",
	    "packages = [\n  { name = \"a\", version = \"1.0\", requirements = [\"b\"], source = "
	    "\"hex\" },\n"
	    "  { name = \"b\", version = \"2.0\", source = \"hex\" },\n"
	    "  { name = \"own\", version = \"1.0\", source = \"local\" },\n]\n"
	    "[requirements]\na = { version = \"~> 1\" }\n",
	    "p gleam a 1.0 dep=b@2.0 direct lines=2-2\np gleam b 2.0 indirect lines=3-3\n"),
	ROW("another's manifest", "packages = 7\n[requirements]\nx = 1\n", ""),
	ROW("no version", "packages = [{ name = \"a\", source = \"hex\" }]\n",
	    "! malformed: line 1: package without a name and a version\n"),
	ROW("cut short", "packages = [\n",
	    "! truncated: line 2, column 1: no value\n"),
};

static void reads_erlangs_and_gleams(void **state)
{
	(void)state;
	facts_check(&inv_rebar_lock, "rebar.lock", rebar, N(rebar));
	facts_check(&inv_gleam_manifest, "manifest.toml", gleam, N(gleam));
}

static const struct row freeze[] = {
	ROW("constraints, flags, comments",
	    "active-repositories: hackage.haskell.org:merge\nconstraints: any.Cabal ==3.2.1.0,\n"
	    "             Cabal -bundled,\n             -- c ==1\n             any.a ==1.* || "
	    "==2.0,\n"
	    "             b ==1.0\nindex-state: any.x ==1\n",
	    "p cabal Cabal 3.2.1.0 lines=2-2\np cabal b 1.0 lines=6-6\n"),
	ROW("constraints that are none", "constraints: ==1,\n  a b ==1,\n  c ==,\n  d ==1",
	    "p cabal d 1 lines=4-4\n! malformed: line 1: no constraint: ==1\n"
	    "! malformed: line 2: no constraint: a b ==1\n! malformed: line 3: no constraint: c "
	    "==\n"),
};

static const struct row stack[] = {
	ROW("packages of Hackage and of repositories",
	    "packages:\n- completed:\n    hackage: a-b-1.5.4@sha256:00,12\n  original:\n    "
	    "hackage: x\n"
	    "- completed:\n    git: https://x\n    name: g\n    version: 0.1\nsnapshots: []\n",
	    "p stack a-b 1.5.4 lines=2-5\np stack g 0.1 lines=6-9\n"),
	ROW("packages that are none",
	    "packages:\n- a\n- completed: {hackage: a}\n- completed: {hackage: b-1}\n",
	    "p stack b 1 lines=4-4\n! malformed: line 2: no package\n! malformed: line 3: no "
	    "package\n"),
	ROW("another type", "packages: {}\n", "! malformed: packages are not a list\n"),
};

static void reads_haskells(void **state)
{
	(void)state;
	facts_check(&inv_cabal_freeze, "cabal.project.freeze", freeze, N(freeze));
	facts_check(&inv_stack_lock, "stack.yaml.lock", stack, N(stack));
}

static const struct row renv[] = {
	ROW("packages",
	    "{\"R\":{\"Version\":\"4.3\"},\"Packages\":{\n\"a\":{\"Package\":\"a\","
	    "\"Version\":\"1.2-3\","
	    "\"Requirements\":[\"b\",\"R\"]},\n\"b\":{\"Package\":\"b\",\"Version\":\"2.0\"}}}",
	    "p renv a 1.2-3 dep=b@2.0 lines=2-2\np renv b 2.0 lines=3-3\n"),
	ROW("packages that are none",
	    "{\"Packages\":{\"a\":1,\"b\":{\"Package\":\"b\",\"Version\":\"1\"}}}",
	    "p renv b 1 lines=1-1\n! malformed: line 1: package without a name and a version\n"),
	ROW("another type", "{\"Packages\":[]}", "! malformed: Packages are not an object\n"),
};

static const struct row described[] = {
	ROW("a package",
	    "Package: a\r\nVersion: 1.2-3\r\nLicense: MIT + file LICENSE\r\nTitle: x\r\n  y: z\r\n",
	    "p r-pkg a 1.2-3 lic=MIT + file LICENSE lines=0-0\n"),
	ROW("another's", "Package: b\nVersion: 1\n", ""),
	ROW("no version", "Package: a\n", "! malformed: no version\n"),
	ROW("anything", "\xff\n:\n", ""),
};

static void reads_rs(void **state)
{
	(void)state;
	facts_check(&inv_renv_lock, "renv.lock", renv, N(renv));
	facts_check(&inv_r_package, "usr/lib/R/library/a/DESCRIPTION", described, N(described));
}

static const struct row deno[] = {
	ROW("version 5",
	    "{\"version\":\"5\",\"npm\":{\n\"@s/a@1.0.0_b@2.0.0\":{\"dependencies\":[\"b\","
	    "\"c@1.0.0\"]},\n"
	    "\"b@2.0.0\":{},\n\"c@1.0.0\":{},\"c@2.0.0\":{}},"
	    "\"workspace\":{\"dependencies\":[\"npm:@s/a@^1\",\"jsr:@x/y@1\"]}}",
	    "p deno @s/a 1.0.0 dep=b@2.0.0,c@1.0.0 direct lines=2-2\np deno b 2.0.0 indirect "
	    "lines=3-3\n"
	    "p deno c 1.0.0 indirect lines=4-4\np deno c 2.0.0 indirect lines=4-4\n"),
	ROW("version 3",
	    "{\"packages\":{\"npm\":{\"a@1\":{\"dependencies\":{\"b\":\"b@1\"}},\"b@1\":{}}}}",
	    "p deno a 1 dep=b@1 lines=1-1\np deno b 1 lines=1-1\n"),
	ROW("version 2", "{\"npm\":{\"specifiers\":{},\"packages\":{\"a@1\":{}}}}",
	    "p deno a 1 lines=1-1\n"),
	ROW("keys that are none", "{\"npm\":{\"a\":{},\"b@1\":{}}}",
	    "p deno b 1 lines=1-1\n! malformed: line 1: no name@version: a\n"),
	ROW("another type", "{\"npm\":[1]}", "! malformed: npm is not an object\n"),
};

static const struct row paket[] = {
	ROW("groups, other places",
	    "NUGET\n  remote: https://x\n    A (2.1) - restriction: >= net45\n      B (>= 1)\n   "
	    " B (1.0)\n"
	    "GITHUB\n  remote: o/r\n    f.fs (0)\nGROUP Build\nNUGET\n  remote: https://x\n    C "
	    "(3)\n",
	    "p paket A 2.1 dep=B@1.0 lines=3-3\np paket B 1.0 lines=5-5\np paket C 3 "
	    "lines=12-12\n"),
	ROW("packages that are none", "NUGET\n    A\n      B\n    C ()\n    D (1)\n",
	    "p paket D 1 lines=5-5\n! malformed: line 2: no version: A\n! malformed: line 4: no "
	    "version: C ()\n"),
};

static void reads_denos_and_pakets(void **state)
{
	(void)state;
	facts_check(&inv_deno_lock, "deno.lock", deno, N(deno));
	facts_check(&inv_paket_lock, "paket.lock", paket, N(paket));
}

static const struct row locked[] = {
	ROW("versions and filters",
	    "opam-version: \"2.0\"\ndepends: [\n  \"base\" {= \"v0.16.0\"}\n  \"conf\"\n"
	    "  \"dune\" {= \"3.7\" & build}\n  \"x\" {>= \"1\"}\n]\nbuild: [\"y\" {= \"1\"}]\n",
	    "p opam base v0.16.0 lines=3-3\np opam dune 3.7 lines=5-5\n"),
	ROW("cut short", "depends: [\n\"a\" {= \"1\"}\n\"b\" {= \"1\"",
	    "p opam a 1 lines=2-2\n! truncated: b: no end of its filter\n"),
	ROW("no list", "depends: 7\n", ""),
};

static const struct row switched[] = {
	ROW("packages",
	    "compiler: [\"x.1\"]\ninstalled: [\n  \"base.v0.16.0\"\n  \"dune.3.7.0\"\n]\nroots: "
	    "[\"z.1\"]\n",
	    "p opam base v0.16.0 lines=3-3\np opam dune 3.7.0 lines=4-4\n"),
	ROW("names that are none", "installed: [\"a\" \".1\" \"b.1\"",
	    "p opam b 1 lines=1-1\n! malformed: no name.version: a\n! malformed: no "
	    "name.version: .1\n"),
};

static void reads_opams(void **state)
{
	(void)state;
	facts_check(&inv_opam_locked, "a.opam.locked", locked, N(locked));
	facts_check(&inv_opam_installed, ".opam/x/.opam-switch/switch-state", switched,
		    N(switched));
}

static const struct row rocks[] = {
	ROW("a rock", "package = 'x'\ndescription = {\n  license = \"MIT/X11\",\n}\n",
	    "p luarocks lpeg 1.0-1 lic=MIT/X11 lines=0-0\n"),
	ROW("a licence that Lua works out", "license = a .. b\n",
	    "p luarocks lpeg 1.0-1 lines=0-0\n"),
	ROW("nothing", "", "p luarocks lpeg 1.0-1 lines=0-0\n"),
};
static const struct row no_rock[] = { ROW("a source's", "package = 'lpeg'", "") };

static void reads_rocks(void **state)
{
	static const char *const others[] = { "lpeg-1.0-1.rockspec",
					      "lpeg/1.0-1/lpeg-1.0-1.rockspec",
					      "rocks-5.4/lpeg/1.0-1/other-1.rockspec" };
	(void)state;
	facts_check(&inv_luarocks, "lib/luarocks/rocks-5.4/lpeg/1.0-1/lpeg-1.0-1.rockspec", rocks,
		    N(rocks));
	for (size_t i = 0; i < N(others); i++)
		facts_check(&inv_luarocks, others[i], no_rock, 1);
}

static const struct row terraform[] = {
	ROW("providers",
	    "# c\nprovider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"4.0.0\"\n"
	    "  constraints = \"~> 4.0\"\n  hashes = [\n    \"h1:x=\",\n  ]\n}\n",
	    "p terraform registry.terraform.io/hashicorp/aws 4.0.0 lines=2-8\n"),
	ROW("the good one around broken ones",
	    "provider \"a\" {\n}\nprovider x {\n  version = \"1\"\n}\nprovider \"b\" {\n  "
	    "version = \"1\"\n}\n",
	    "p terraform b 1 lines=6-8\n! malformed: line 1: provider without a version\n"
	    "! malformed: line 3: provider without a name\n"),
	ROW("cut short", "provider \"a\" {\n  version = \"1\"\n",
	    "p terraform a 1 lines=1-2\n! truncated: line 1: no end of the provider\n"),
};

static void reads_terraforms(void **state)
{
	(void)state;
	facts_check(&inv_terraform_lock, ".terraform.lock.hcl", terraform, N(terraform));
}

static void no_memory_is_an_error(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_rebar_lock, "rebar.lock",
		  LC_S_INIT("[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0}].") },
		{ &inv_gleam_manifest, "manifest.toml",
		  LC_S_INIT(
			  "packages=[{name=\"a\",version=\"1\",source=\"hex\","
			  "requirements=[\"a\"]}]\n") },
		{ &inv_stack_lock, "stack.yaml.lock",
		  LC_S_INIT("packages: [{completed: {hackage: a-1}}]\n") },
		{ &inv_deno_lock, "deno.lock",
		  LC_S_INIT("{\"npm\":{\"a@1\":{\"dependencies\":[\"a\"]}}}") },
		{ &inv_opam_locked, "a.opam.locked", LC_S_INIT("depends: [\"a\" {= \"1\"}]\n") },
		{ &inv_terraform_lock, ".terraform.lock.hcl",
		  LC_S_INIT("provider \"a\" {\nversion = \"1\"\n}\n") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_erlangs_and_gleams),
		cmocka_unit_test(reads_haskells),
		cmocka_unit_test(reads_rs),
		cmocka_unit_test(reads_denos_and_pakets),
		cmocka_unit_test(reads_opams),
		cmocka_unit_test(reads_rocks),
		cmocka_unit_test(reads_terraforms),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests_name("rare_locks", tests, NULL, NULL);
}
