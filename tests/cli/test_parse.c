#include "cli/parse.h"

#include "cli/commands.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

enum { WORDS_MAX = 8 };

struct parsed {
	struct lc_arena a;
	struct cli_values v;
	struct lc_err e;
};

/* Parse words of `lacre image`, NULL ends them, under an environment. */
static int parse(struct parsed *p, char **environment, const char *const *words)
{
	char *argv[WORDS_MAX] = { NULL };
	int argc = 0;
	*p = (struct parsed){ 0 };
	for (; words[argc]; argc++)
		argv[argc] = lc_arena_str(&p->a, lc_str(words[argc]));
	return cli_parse(&cli_command_image, argc, argv, environment, &p->a, &p->v, &p->e);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void done(struct parsed *p)
{
	lc_arena_done(&p->a);
}

static void takes_values_in_every_form(void **state)
{
	static const char *const forms[][3] = {
		{ "--format=json", NULL, NULL }, { "--format", "json", NULL },
		{ "-f", "json", NULL },          { "-fjson", NULL, NULL },
		{ "-f=json", NULL, NULL },       { "-qfjson", NULL, NULL },
		{ "-qf", "json", NULL },         { "--format", "JSON", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct parsed p;
		assert_int_equal(parse(&p, NULL, WORDS(forms[i][0], forms[i][1])), 0);
		assert_text(p.v.v[CLI_OPT_FORMAT].text, "json");
		assert_int_equal(p.v.v[CLI_OPT_FORMAT].set_by, CLI_BY_ARG);
		assert_int_equal(p.v.arguments.n, 0);
		done(&p);
	}
}

static void switches_take_values_with_an_equals_sign_only(void **state)
{
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, NULL, WORDS("--quiet", "false")), 0);
	assert_true(p.v.v[CLI_OPT_QUIET].flag);
	assert_text(p.v.arguments.v[0], "false");
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("--quiet=false", "-d=0")), 0);
	assert_false(p.v.v[CLI_OPT_QUIET].flag);
	assert_false(p.v.v[CLI_OPT_DEBUG].flag);
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("-dq")), 0);
	assert_true(p.v.v[CLI_OPT_QUIET].flag && p.v.v[CLI_OPT_DEBUG].flag);
	done(&p);
}

static void two_dashes_end_the_options(void **state)
{
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, NULL, WORDS("--", "--quiet")), 0);
	assert_text(p.v.arguments.v[0], "--quiet");
	assert_false(p.v.v[CLI_OPT_QUIET].flag);
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("-")), 0);
	assert_text(p.v.arguments.v[0], "-");
	done(&p);
}

static void defaults_stand_where_nobody_speaks(void **state)
{
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, NULL, WORDS("x")), 0);
	assert_text(p.v.v[CLI_OPT_FORMAT].text, "table");
	assert_int_equal(p.v.v[CLI_OPT_SEVERITY].list.n, 5);
	assert_int_equal(p.v.v[CLI_OPT_TIMEOUT].number, 300000000000);
	assert_true(p.v.v[CLI_OPT_LIST_ALL_PKGS].flag);
	assert_int_equal(p.v.v[CLI_OPT_FORMAT].set_by, CLI_BY_DEFAULT);
	done(&p);
}

static void ours_goes_before_theirs_and_the_line_before_both(void **state)
{
	char theirs[] = "TRIVY_EXIT_CODE=3";
	char ours[] = "LACRE_EXIT_CODE=4";
	char empty[] = "LACRE_FORMAT=";
	char *environment[] = { theirs, ours, empty, NULL };
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, environment, WORDS("x")), 0);
	assert_int_equal(p.v.v[CLI_OPT_EXIT_CODE].number, 4);
	assert_int_equal(p.v.v[CLI_OPT_EXIT_CODE].set_by, CLI_BY_ENV);
	assert_text(p.v.v[CLI_OPT_FORMAT].text, "table");
	done(&p);
	environment[1] = NULL;
	assert_int_equal(parse(&p, environment, WORDS("x")), 0);
	assert_int_equal(p.v.v[CLI_OPT_EXIT_CODE].number, 3);
	done(&p);
	assert_int_equal(parse(&p, environment, WORDS("--exit-code", "5")), 0);
	assert_int_equal(p.v.v[CLI_OPT_EXIT_CODE].number, 5);
	done(&p);
}

static void lists_of_the_line_replace_those_of_the_environment(void **state)
{
	char severity[] = "TRIVY_SEVERITY=LOW,MEDIUM";
	char *environment[] = { severity, NULL };
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, environment, WORDS("-s", "HIGH", "--severity=LOW")), 0);
	assert_int_equal(p.v.v[CLI_OPT_SEVERITY].list.n, 2);
	assert_text(p.v.v[CLI_OPT_SEVERITY].list.v[0], "HIGH");
	done(&p);
}

static void older_names_speak_for_the_newer_ones(void **state)
{
	struct parsed p;
	char types[] = "TRIVY_VULN_TYPE=library";
	char checks[] = "TRIVY_SECURITY_CHECKS=vuln";
	char *environment[] = { types, checks, NULL };
	const struct lc_slices *got = &p.v.v[CLI_OPT_PKG_TYPES].list;
	const struct lc_slices *scanners = &p.v.v[CLI_OPT_SCANNERS].list;
	(void)state;
	assert_int_equal(parse(&p, NULL, WORDS("--vuln-type", "os", "--security-checks=vuln")), 0);
	assert_true(got->n == 1 && cli_list_has(got, "os"));
	assert_true(scanners->n == 1 && cli_list_has(scanners, "vuln"));
	done(&p);
	assert_int_equal(parse(&p, environment, WORDS("x")), 0);
	assert_true(got->n == 1 && cli_list_has(got, "library"));
	assert_true(scanners->n == 1);
	done(&p);
	assert_int_equal(parse(&p, environment, WORDS("--pkg-types", "os")), 0);
	assert_true(got->n == 1 && cli_list_has(got, "os"));
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("--vuln-type", "kernel")), LC_EUSAGE);
	assert_non_null(strstr(p.e.msg, "--vuln-type: \"kernel\" is none of os,library"));
	done(&p);
}

static void help_and_version_are_no_variables(void **state)
{
	char version[] = "TRIVY_VERSION=0.50.0";
	char help[] = "LACRE_HELP=true";
	char *environment[] = { version, help, NULL };
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, environment, WORDS("x")), 0);
	assert_false(p.v.v[CLI_OPT_HELP].flag || p.v.v[CLI_OPT_VERSION].flag);
	done(&p);
}

static void ignored_options_are_told_and_refused_ones_fail(void **state)
{
	struct parsed p;
	(void)state;
	assert_int_equal(parse(&p, NULL, WORDS("--skip-db-update", "--offline-scan")), 0);
	assert_int_equal(p.v.unset_notes.n, 2);
	assert_true(lc_starts(p.v.unset_notes.v[0], LC_S("--skip-db-update has no effect: ")));
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("--vex", "file")), LC_EUSAGE);
	assert_true(lc_starts(lc_str(p.e.msg), LC_S("--vex: ")));
	done(&p);
	assert_int_equal(parse(&p, NULL, WORDS("--dependency-tree=false")), 0);
	assert_int_equal(p.v.unset_notes.n, 0);
	done(&p);
}

static void refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *words[3];
		const char *says;
	} cases[] = {
		{ { "--severty", "x" }, "did you mean --severity?" },
		{ { "--zzzzzzzzzz" }, "unknown option --zzzzzzzzzz" },
		{ { "-y" }, "unknown option -y" },
		{ { "-qy" }, "unknown option -y" },
		{ { "--format" }, "--format needs a value" },
		{ { "-f" }, "-f needs a value" },
		{ { "--=x" }, "unknown option --" },
		{ { "---" }, "unknown option ---" },
		{ { "--quiet=x" }, "--quiet" },
		{ { "a", "b" }, "\"b\" is one argument too many" },
		{ { "--\x01" }, "\\x01" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed p;
		assert_int_equal(parse(&p, NULL, cases[i].words), LC_EUSAGE);
		if (!strstr(p.e.msg, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", p.e.msg, cases[i].says);
		assert_null(strchr(p.e.msg, '\n'));
		done(&p);
	}
}

static void names_variables_after_options(void **state)
{
	char name[CLI_ENV_NAME_MAX];
	(void)state;
	cli_env_name("LACRE_", "list-all-pkgs", name);
	assert_string_equal(name, "LACRE_LIST_ALL_PKGS");
	/* Key files have the plain name, as cosign's users know it. */
	cli_env_name("LACRE_", "password", name);
	assert_string_equal(name, "LACRE_REGISTRY_PASSWORD");
	cli_env_name("TRIVY_", "password", name);
	assert_string_equal(name, "TRIVY_PASSWORD");
	for (unsigned i = 0; i < CLI_OPT_N; i++) {
		if (i == CLI_OPT_PASSWORD)
			continue;
		cli_env_name("LACRE_", cli_options[i].name, name);
		assert_int_equal(strlen(name), strlen("LACRE_") + strlen(cli_options[i].name));
	}
}

static void finds_variables_by_their_whole_name(void **state)
{
	char longer[] = "HOMEPAGE=x";
	char none[] = "HOME";
	char home[] = "HOME=/root";
	char *environment[] = { longer, none, home, NULL };
	(void)state;
	assert_string_equal(cli_env_get(environment, "HOME"), "/root");
	assert_null(cli_env_get(environment, "HOM"));
	assert_null(cli_env_get(NULL, "HOME"));
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CLI_OPT_N; i++) {
		const struct cli_option *o = &cli_options[i];
		bool known_group = false;
		for (unsigned g = 0; g < cli_groups_n; g++)
			known_group |= lc_eq(lc_str(cli_groups[g].name), lc_str(o->group));
		if (!known_group || !o->help || !*o->help || (o->compat != CLI_SAME && !o->note) ||
		    (o->type == CLI_ENUM && !o->choices) ||
		    (o->type == CLI_INT && o->max <= o->min) ||
		    (o->type == CLI_FLAG) != (o->metavar == NULL))
			fail_msg("--%s: its row is not whole", o->name);
	}
}

/* A name may mean one thing here and another there, as with the tools that it comes from. */
static void commands_take_no_name_twice(void **state)
{
	(void)state;
	for (unsigned c = 0; c < cli_commands_n; c++) {
		const enum cli_opt *all = cli_commands[c]->options;
		for (const enum cli_opt *o = all; *o != CLI_OPT_N; o++)
			for (const enum cli_opt *k = all; k != o; k++)
				if (lc_eq(lc_str(cli_options[*k].name),
					  lc_str(cli_options[*o].name)))
					fail_msg("%s: --%s twice", cli_commands[c]->name,
						 cli_options[*o].name);
	}
}

static void commands_take_no_letter_twice(void **state)
{
	(void)state;
	for (unsigned c = 0; c < cli_commands_n; c++) {
		bool seen[256] = { false };
		for (const enum cli_opt *o = cli_commands[c]->options; *o != CLI_OPT_N; o++) {
			uint8_t letter = (uint8_t)cli_options[*o].letter;
			if (letter && seen[letter])
				fail_msg("%s: -%c twice", cli_commands[c]->name, letter);
			seen[letter] = true;
		}
	}
}

static int parse_once(void *ctx)
{
	struct parsed p;
	char format[] = "--severity=LOW,HIGH";
	char ignored[] = "--offline-scan";
	char name[] = "image.tar";
	char *argv[] = { format, ignored, name };
	(void)ctx;
	p = (struct parsed){ 0 };
	int rc = cli_parse(&cli_command_image, 3, argv, NULL, &p.a, &p.v, &p.e);
	done(&p);
	return rc;
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_once, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_values_in_every_form),
		cmocka_unit_test(switches_take_values_with_an_equals_sign_only),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(defaults_stand_where_nobody_speaks),
		cmocka_unit_test(ours_goes_before_theirs_and_the_line_before_both),
		cmocka_unit_test(lists_of_the_line_replace_those_of_the_environment),
		cmocka_unit_test(older_names_speak_for_the_newer_ones),
		cmocka_unit_test(help_and_version_are_no_variables),
		cmocka_unit_test(ignored_options_are_told_and_refused_ones_fail),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(names_variables_after_options),
		cmocka_unit_test(finds_variables_by_their_whole_name),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(commands_take_no_name_twice),
		cmocka_unit_test(commands_take_no_letter_twice),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
