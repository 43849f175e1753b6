/*
 * Command lines in GNU form: --name=value, --name value, -x value, -xvalue, -xyz for flags, "--"
 * ends. Flags take a value only with "=". The environment speaks where the command line is silent.
 */
#include "cli/parse.h"

#include <stdio.h>

#include "cli/talk.h"
#include "cli/value.h"

struct parse {
	const struct cli_command *cmd;
	struct lc_arena *a;
	struct cli_values *v;
	struct lc_err *e;
	int argc;
	char **argv;
	int at;
};

bool cli_command_has(const struct cli_command *cmd, enum cli_opt opt)
{
	for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++)
		if (*o == opt)
			return true;
	return false;
}

static enum cli_opt by_name(const struct cli_command *cmd, struct lc_slice name)
{
	for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++)
		if (lc_eq(lc_str(cli_options[*o].name), name))
			return *o;
	return CLI_OPT_N;
}

static enum cli_opt by_letter(const struct cli_command *cmd, char letter)
{
	for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++)
		if (cli_options[*o].letter == letter)
			return *o;
	return CLI_OPT_N;
}

/* The option that a mistyped name most likely meant, or NULL. */
static const char *nearest(const struct cli_command *cmd, struct lc_slice name)
{
	const char *best = NULL;
	unsigned least = name.n < 6 ? 2 : 3;
	for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++) {
		unsigned d = cli_distance(lc_str(cli_options[*o].name), name);
		if (d >= least)
			continue;
		least = d;
		best = cli_options[*o].name;
	}
	return best;
}

static int unknown(struct parse *p, struct lc_slice name, const char *dashes)
{
	const char *near = dashes[1] ? nearest(p->cmd, name) : NULL;
	if (near)
		return lc_fail(p->e, LC_EUSAGE, _("unknown option %s%s; did you mean --%s?"),
			       dashes, lc_quote(name).s, near);
	return lc_fail(p->e, LC_EUSAGE, _("unknown option %s%s; see lacre %s --help"), dashes,
		       lc_quote(name).s, p->cmd->name);
}

static int note(struct parse *p, struct lc_slice text)
{
	struct lc_slice *n = text.p ? lc_vec_push(p->a, &p->v->unset_notes) : NULL;
	if (!n)
		return lc_fail(p->e, lc_arena_err(p->a), _("no memory for options"));
	*n = text;
	return 0;
}

/* Known elsewhere, not here: refused with its reason, or accepted and told once. */
static int check_compat(struct parse *p, const struct cli_option *o, struct lc_slice text,
			const char *as_written)
{
	bool on = true;
	if (o->type == CLI_FLAG && cli_bool(text, &on) && !on)
		return 0; /* what is not there is off already */
	if (o->compat == CLI_REFUSED)
		return lc_fail(p->e, LC_EUSAGE, "%s: %s", as_written, _(o->note));
	if (o->compat == CLI_IGNORED)
		return note(p,
			    lc_arena_fmt(p->a, _("%s has no effect: %s"), as_written, _(o->note)));
	return 0;
}

/* Older names, as many a pipeline still writes them: what they say counts for the newer one. */
static enum cli_opt newest_name(enum cli_opt opt)
{
	switch (opt) {
	case CLI_OPT_VULN_TYPE:
		return CLI_OPT_PKG_TYPES;
	case CLI_OPT_SECURITY_CHECKS:
		return CLI_OPT_SCANNERS;
	case CLI_OPT_VERIFY_KEY:
		return CLI_OPT_KEY;
	case CLI_OPT_OUT:
		return CLI_OPT_OUTPUT;
	default:
		return opt;
	}
}

static int set(struct parse *p, enum cli_opt opt, struct lc_slice text, const char *as_written,
	       enum cli_set_by by)
{
	const enum cli_opt counts = newest_name(opt);
	int rc = check_compat(p, &cli_options[opt], text, as_written);
	return rc ? rc
		  : cli_value_set(&cli_options[counts], text, as_written, by, p->a,
				  &p->v->v[counts], p->e);
}

/* The value that follows an option which needs one. */
static int next_value(struct parse *p, const char *as_written, struct lc_slice *ret)
{
	if (p->at >= p->argc)
		return lc_fail(p->e, LC_EUSAGE, _("%s needs a value"), as_written);
	*ret = lc_str(p->argv[p->at++]);
	return 0;
}

static int parse_long(struct parse *p, struct lc_slice arg)
{
	struct lc_slice name = arg;
	struct lc_slice value = { NULL, 0 };
	bool has_value = lc_cut(arg, '=', &name, &value);
	enum cli_opt opt = by_name(p->cmd, name);
	if (opt == CLI_OPT_N)
		return unknown(p, name, "--");
	char as_written[80];
	(void)snprintf(as_written, sizeof(as_written), "--%s",
		       cli_options[opt].name); /* rows are short */
	if (!has_value && cli_options[opt].type == CLI_FLAG)
		return set(p, opt, LC_S("true"), as_written, CLI_BY_ARG);
	int rc = has_value ? 0 : next_value(p, as_written, &value);
	return rc ? rc : set(p, opt, value, as_written, CLI_BY_ARG);
}

static int parse_short(struct parse *p, struct lc_slice arg)
{
	while (arg.n) {
		char as_written[3] = { '-', (char)arg.p[0], '\0' };
		enum cli_opt opt = by_letter(p->cmd, as_written[1]);
		if (opt == CLI_OPT_N)
			return unknown(p, lc_sub(arg, 0, 1), "-");
		arg = lc_skip(arg, 1);
		int rc;
		if (cli_options[opt].type == CLI_FLAG && !lc_starts(arg, LC_S("="))) {
			rc = set(p, opt, LC_S("true"), as_written, CLI_BY_ARG);
			if (rc)
				return rc;
			continue;
		}
		(void)lc_chop_prefix(&arg, LC_S("="));
		struct lc_slice value = arg;
		rc = arg.n ? 0 : next_value(p, as_written, &value);
		return rc ? rc : set(p, opt, value, as_written, CLI_BY_ARG);
	}
	return 0;
}

static int parse_argument(struct parse *p, struct lc_slice arg)
{
	if (p->v->arguments.n >= p->cmd->arguments_max)
		return lc_fail(p->e, LC_EUSAGE,
			       _("\"%s\" is one argument too many; see lacre %s --help"),
			       lc_quote(arg).s, p->cmd->name);
	struct lc_slice *item = lc_vec_push(p->a, &p->v->arguments);
	if (!item)
		return lc_fail(p->e, lc_arena_err(p->a), _("no memory for arguments"));
	*item = arg;
	return 0;
}

static int parse_arguments(struct parse *p)
{
	bool only_arguments = false;
	int rc = 0;
	while (!rc && p->at < p->argc) {
		struct lc_slice arg = lc_str(p->argv[p->at++]);
		if (only_arguments || arg.n < 2 || arg.p[0] != '-')
			rc = parse_argument(p, arg);
		else if (lc_eq(arg, LC_S("--")))
			only_arguments = true;
		else if (arg.p[1] == '-')
			rc = parse_long(p, lc_skip(arg, 2));
		else
			rc = parse_short(p, lc_skip(arg, 1));
	}
	return rc;
}

/* "list-all-pkgs" as PREFIX_LIST_ALL_PKGS. LACRE_PASSWORD is the one of key files. */
void cli_env_name(const char *prefix, const char *option, char ret[CLI_ENV_NAME_MAX])
{
	size_t n = 0;
	if (lc_eq(lc_str(prefix), LC_S("LACRE_")) && lc_eq(lc_str(option), LC_S("password")))
		option = "registry-password";
	for (const char *c = prefix; *c && n + 1 < CLI_ENV_NAME_MAX; c++)
		ret[n++] = *c;
	for (const char *c = option; *c && n + 1 < CLI_ENV_NAME_MAX; c++)
		ret[n++] = *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	ret[n] = '\0';
}

const char *cli_env_get(char **environment, const char *name)
{
	struct lc_slice want = lc_str(name);
	for (char **one = environment; one && *one; one++) {
		struct lc_slice entry = lc_str(*one);
		if (entry.n > want.n && entry.p[want.n] == '=' && lc_starts(entry, want))
			return *one + want.n + 1;
	}
	return NULL;
}

const char *cli_env_prefix(enum cli_origin origin)
{
	static const char *const prefixes[] = {
		[CLI_OURS] = NULL,
		[CLI_TRIVY] = "TRIVY_",
		[CLI_COSIGN] = "COSIGN_",
		[CLI_SKOPEO] = NULL,
	};
	return prefixes[origin];
}

static int parse_environment(struct parse *p, char **environment)
{
	for (const enum cli_opt *o = p->cmd->options; *o != CLI_OPT_N; o++) {
		const struct cli_option *opt = &cli_options[*o];
		const char *prefixes[] = { "LACRE_", cli_env_prefix(opt->origin) };
		if (*o == CLI_OPT_HELP || *o == CLI_OPT_VERSION ||
		    p->v->v[newest_name(*o)].set_by != CLI_BY_DEFAULT)
			continue;
		for (size_t i = 0; i < 2 && prefixes[i]; i++) {
			char name[CLI_ENV_NAME_MAX];
			cli_env_name(prefixes[i], opt->name, name);
			const char *value = cli_env_get(environment, name);
			if (!value || !*value)
				continue;
			int rc = set(p, *o, lc_str(value), name, CLI_BY_ENV);
			if (rc)
				return rc;
			break;
		}
	}
	return 0;
}

static int set_defaults(struct parse *p)
{
	for (const enum cli_opt *o = p->cmd->options; *o != CLI_OPT_N; o++) {
		const struct cli_option *opt = &cli_options[*o];
		if (!opt->def)
			continue;
		int rc = cli_value_set(opt, lc_str(opt->def), opt->name, CLI_BY_DEFAULT, p->a,
				       &p->v->v[*o], p->e);
		if (rc)
			return rc;
	}
	return 0;
}

int cli_parse(const struct cli_command *cmd, int argc, char **argv, char **environment,
	      struct lc_arena *a, struct cli_values *ret, struct lc_err *e)
{
	struct parse p = { .cmd = cmd, .a = a, .v = ret, .e = e, .argc = argc, .argv = argv };
	*ret = (struct cli_values){ 0 };
	int rc = set_defaults(&p);
	if (!rc)
		rc = parse_arguments(&p);
	/* Help must come whatever the environment holds. */
	if (rc || ret->v[CLI_OPT_HELP].flag || ret->v[CLI_OPT_VERSION].flag)
		return rc;
	rc = parse_environment(&p, environment);
	if (rc)
		return rc;
	if (ret->arguments.n < cmd->arguments_min)
		return lc_fail(e, LC_EUSAGE, _("lacre %s needs %s; see lacre %s --help"), cmd->name,
			       cmd->synopsis, cmd->name);
	return 0;
}
