/*
 * From the command line to a command: "lacre [flags] COMMAND [flags] [arguments]".
 */
#include "base/log.h"
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/parse.h"
#include "cli/talk.h"
#include "cli/trace.h"

static const enum cli_opt options[] = {
	CLI_OPT_QUIET,  CLI_OPT_DEBUG,    CLI_OPT_CACHE_DIR, CLI_OPT_TIMEOUT,
	CLI_OPT_CONFIG, CLI_OPT_INSECURE, CLI_OPT_CACERT,    CLI_OPT_GENERATE_DEFAULT_CONFIG,
	CLI_OPT_FORMAT, CLI_OPT_HELP,     CLI_OPT_VERSION,   CLI_OPT_N,
};

const struct cli_command cli_command_root = {
	.name = "",
	.synopsis = N_("[flags] COMMAND [flags] [arguments]"),
	.summary = N_("says what is in a container image, and what is known to be wrong with it"),
	.options = options,
	.origin = CLI_OURS,
};

/* Does the argument before a command take the next one as its value? */
static bool takes_next(struct lc_slice arg)
{
	const struct cli_option *o = NULL;
	if (arg.n < 2 || lc_find(arg, '=') != SIZE_MAX)
		return false;
	for (const enum cli_opt *i = options; *i != CLI_OPT_N; i++) {
		const struct cli_option *one = &cli_options[*i];
		if (arg.p[1] == '-' ? lc_eq(lc_skip(arg, 2), lc_str(one->name))
				    : arg.n == 2 && one->letter == (char)arg.p[1])
			o = one;
	}
	return o && o->type != CLI_FLAG;
}

/* Arguments before the command. */
static int leading(int argc, char **argv)
{
	int n = 0;
	while (n < argc && argv[n][0] == '-' && argv[n][1] != '\0')
		n += takes_next(lc_str(argv[n])) ? 2 : 1;
	return n < argc ? n : argc;
}

struct call {
	const struct cli_command *cmd;
	int argc;
	char **argv;
	struct cli_io *io;
	struct lc_arena a;
	struct cli_values v;
};

static int run_parsed(struct call *c)
{
	if (c->v.v[CLI_OPT_HELP].flag)
		return cli_help(c->cmd->run ? c->cmd : NULL, NULL, c->io);
	if (c->v.v[CLI_OPT_VERSION].flag) {
		if (lc_eq(c->v.v[CLI_OPT_FORMAT].text, LC_S("json")))
			return cli_command_version.run(&cli_command_version, &c->v, c->io);
		return cli_version(c->io);
	}
	if (!c->cmd->run)
		return cli_help(NULL, NULL, c->io);
	for (size_t i = 0; i < c->v.unset_notes.n; i++)
		cli_note(c->io, &c->v, "%.*s", LC_FMT(c->v.unset_notes.v[i]));
	cli_log_start(c->io, &c->v);
	int status = cli_trace_start(c->io, &c->v);
	if (status == CLI_OK)
		status = cli_trace_end(c->io, &c->v, c->cmd->run(c->cmd, &c->v, c->io));
	lc_log_set(NULL, NULL, LC_LOG_ERROR);
	return status;
}

static int run_call(struct call *c)
{
	struct lc_err e = { 0 };
	lc_arena_init(&c->a, 16u << 20);
	int rc = cli_parse(c->cmd, c->argc, c->argv, c->io->environment, &c->a, &c->v, &e);
	int status = rc ? cli_fail(c->io, &e) : run_parsed(c);
	lc_arena_done(&c->a);
	return status;
}

/* What stood before the command goes behind it: "lacre --debug image x" is "lacre image --debug x".
 */
static int run_command(struct call *c, int before, int words)
{
	char **joined = lc_alloc0((size_t)c->argc + 1, sizeof(*joined));
	if (!joined)
		return cli_error(c->io, CLI_ERROR, "%s", _("no memory for options"));
	int n = 0;
	for (int i = 0; i < c->argc; i++)
		if (i < before || i >= before + words)
			joined[n++] = c->argv[i];
	c->argc = n;
	c->argv = joined;
	int status = run_call(c);
	lc_free(joined);
	return status;
}

int cli_run(int argc, char **argv, struct cli_io *io)
{
	struct call c = { .io = io, .argc = argc > 0 ? argc - 1 : 0, .argv = argv + 1 };
	int words = 0;
	cli_talk_start(io->environment);
	int before = leading(c.argc, c.argv);
	int left = c.argc - before;
	char **rest = c.argv + before;
	int status;
	c.cmd = cli_command_of(left, rest, &words);
	if (!c.cmd && left && !cli_is_group(lc_str(rest[0]))) {
		status = cli_unknown_command(io, left, rest);
	} else if (!c.cmd && left) {
		bool help = left == 1 || rest[1][0] == '-';
		status = help ? cli_help(NULL, rest[0], io) : cli_unknown_command(io, left, rest);
	} else {
		if (!c.cmd)
			c.cmd = &cli_command_root;
		status = run_command(&c, before, words);
	}
	cli_talk_end();
	return cli_interrupted() ? 128 + cli_interrupted() : status;
}
