/*
 * lacre help, --help: made from the tables of commands, options and exit codes.
 */
#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/page.h"
#include "cli/talk.h"
#include "cli/terminal.h"

enum { HELP_BYTES_MAX = 1 << 20, WIDTH_PIPED = 80, WIDTH_MOST = 110, COLUMN = 30, NAMES = 27 };

static void heading(struct lc_buf *b, const char *text)
{
	lc_buf_byte(b, '\n');
	lc_buf_str(b, text);
	lc_buf_str(b, ":\n");
}

static void put_option(struct lc_buf *b, const struct cli_option *o, unsigned width)
{
	struct lc_arena a = { 0 };
	size_t before = b->n;
	if (o->letter)
		lc_buf_fmt(b, "  -%c, --%s", o->letter, o->name);
	else
		lc_buf_fmt(b, "      --%s", o->name);
	if (o->metavar)
		lc_buf_fmt(b, " %s", o->metavar);
	unsigned used = (unsigned)(b->n - before); /* the names are ASCII */
	if (used + 2 > COLUMN) {
		lc_buf_byte(b, '\n');
		used = 0;
	}
	cli_page_pad(b, COLUMN - used);
	cli_page_wrap(b, cli_describe_option(o, &a), COLUMN, COLUMN, width);
	lc_arena_done(&a);
}

static bool is_shown(const struct cli_option *o, const char *group)
{
	return (o->compat == CLI_SAME || o->compat == CLI_DIFFERS) &&
	       lc_eq(lc_str(o->group), lc_str(group));
}

static void put_groups(struct lc_buf *b, const struct cli_command *cmd, unsigned width)
{
	for (unsigned g = 0; g < cli_groups_n; g++) {
		bool any = false;
		for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++) {
			if (!is_shown(&cli_options[*o], cli_groups[g].name))
				continue;
			if (!any)
				heading(b, _(cli_groups[g].heading));
			any = true;
			put_option(b, &cli_options[*o], width);
		}
	}
}

/* "--a, --b, ..." of those that are known and do nothing here. */
static void put_others(struct lc_buf *b, const struct cli_command *cmd, enum cli_compat compat,
		       const char *title, unsigned width)
{
	struct lc_buf names;
	lc_buf_init(&names, HELP_BYTES_MAX);
	for (const enum cli_opt *o = cmd->options; *o != CLI_OPT_N; o++) {
		if (cli_options[*o].compat != compat)
			continue;
		lc_buf_fmt(&names, "%s--%s", names.n ? ", " : "", cli_options[*o].name);
	}
	if (names.n && lc_buf_byte(&names, '\0') == 0) {
		heading(b, title);
		cli_page_pad(b, 2);
		cli_page_wrap(b, (const char *)names.p, 2, 2, width);
	}
	lc_buf_done(&names);
}

static void put_exit_codes(struct lc_buf *b, unsigned width)
{
	heading(b, _("Exit status"));
	for (unsigned i = 0; i < cli_exit_rows_n; i++) {
		const struct cli_exit_row *r = &cli_exit_rows[i];
		size_t before = b->n;
		if (r->kept)
			continue;
		if (r->code == CLI_CHOSEN)
			lc_buf_fmt(b, "  N (%s)", r->name);
		else
			lc_buf_fmt(b, "  %d", r->code);
		unsigned used = (unsigned)(b->n - before);
		cli_page_pad(b, used < COLUMN ? COLUMN - used : 1);
		cli_page_wrap(b, _(r->meaning), COLUMN, COLUMN, width);
	}
}

static void put_examples(struct lc_buf *b, const struct cli_command *cmd)
{
	struct lc_slice rest = cmd->examples ? lc_str(_(cmd->examples)) : LC_S("");
	struct lc_slice line;
	if (!rest.n)
		return;
	heading(b, _("Examples"));
	while (lc_line(&rest, &line)) {
		if (!lc_starts(line, LC_S(" ")))
			lc_buf_str(b, "  # ");
		else
			lc_buf_str(b, "  ");
		lc_buf_slice(b, lc_trim(line));
		lc_buf_byte(b, '\n');
	}
}

static void put_command(struct lc_buf *b, const struct cli_command *cmd, unsigned width)
{
	lc_buf_fmt(b, "lacre %s: %s\n", cmd->name, _(cmd->summary));
	heading(b, _("Usage"));
	lc_buf_fmt(b, "  lacre %s %s\n", cmd->name, _(cmd->synopsis));
	if (cmd->aliases)
		lc_buf_fmt(b, "  lacre %s %s\n", cmd->aliases, _(cmd->synopsis));
	lc_buf_byte(b, '\n');
	cli_page_wrap(b, _(cmd->description), 0, 0, width);
	put_groups(b, cmd, width);
	put_others(b, cmd, CLI_IGNORED, _("Accepted without effect"), width);
	put_others(b, cmd, CLI_REFUSED, _("Known, and not there yet"), width);
	heading(b, _("Environment"));
	cli_page_pad(b, 2);
	cli_page_wrap(b, _(cli_describe_environment), 2, 2, width);
	put_exit_codes(b, width);
	put_examples(b, cmd);
}

static void put_list(struct lc_buf *b, const char *group, unsigned width)
{
	struct lc_slice first;
	struct lc_slice second;
	heading(b, _("Commands"));
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (c->hidden)
			continue;
		if (group &&
		    !(lc_cut(lc_str(c->name), ' ', &first, &second) && lc_eq(first, lc_str(group))))
			continue;
		size_t before = b->n;
		lc_buf_fmt(b, "  %s", c->name);
		unsigned used = (unsigned)(b->n - before);
		cli_page_pad(b, used < NAMES ? NAMES - used : 1);
		cli_page_wrap(b, _(c->summary), NAMES, NAMES, width);
	}
}

static void put_program(struct lc_buf *b, const char *group, unsigned width)
{
	const struct cli_command *root = &cli_command_root;
	if (group) {
		lc_buf_fmt(b, "lacre %s\n", group);
		put_list(b, group, width);
	} else {
		struct lc_buf line;
		lc_buf_init(&line, HELP_BYTES_MAX);
		lc_buf_fmt(&line, "lacre %s", _(root->summary));
		lc_buf_byte(&line, '\0');
		if (!lc_buf_err(&line))
			cli_page_wrap(b, (const char *)line.p, 0, 0, width);
		lc_buf_done(&line);
		heading(b, _("Usage"));
		lc_buf_fmt(b, "  lacre %s\n", _(root->synopsis));
		put_list(b, NULL, width);
		put_groups(b, root, width);
	}
	lc_buf_byte(b, '\n');
	cli_page_wrap(b, _("lacre COMMAND --help tells more of each command"), 0, 0, width);
}

int cli_help(const struct cli_command *cmd, const char *group, struct cli_io *io)
{
	struct lc_buf b;
	struct cli_terminal t = cli_terminal_of(io->out, io->out_tty, io->environment);
	unsigned width = t.width ? t.width : WIDTH_PIPED;
	if (width > WIDTH_MOST)
		width = WIDTH_MOST; /* longer lines are hard to read */
	lc_buf_init(&b, HELP_BYTES_MAX);
	if (cmd)
		put_command(&b, cmd, width);
	else
		put_program(&b, group, width);
	int status = cli_put(io, &b);
	lc_buf_done(&b);
	return status;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	char *words[3] = { NULL };
	int n = (int)v->arguments.n; /* at most arguments_max */
	int named = 0;
	struct lc_arena a = { 0 };
	(void)cmd;
	for (int i = 0; i < n; i++) {
		words[i] = lc_arena_str(&a, v->arguments.v[i]);
		if (!words[i]) {
			lc_arena_done(&a);
			return cli_error(io, CLI_ERROR, "%s", _("no memory for options"));
		}
	}
	const struct cli_command *found = cli_command_of(n, words, &named);
	int status;
	if (n == 0)
		status = cli_help(NULL, NULL, io);
	else if (found && named == n)
		status = cli_help(found, NULL, io);
	else if (n == 1 && cli_is_group(lc_str(words[0])))
		status = cli_help(NULL, words[0], io);
	else
		status = cli_unknown_command(io, n, words);
	lc_arena_done(&a);
	return status;
}

static const enum cli_opt options[] = { CLI_OPT_HELP, CLI_OPT_VERSION, CLI_OPT_N };

const struct cli_command cli_command_help = {
	.name = "help",
	.synopsis = N_("[COMMAND]"),
	.summary = N_("show help of a command"),
	.description = N_("Shows what --help shows."),
	.examples = N_("of the scan\n"
		       "  lacre help image\n"),
	.options = options,
	.arguments_max = 2,
	.origin = CLI_TRIVY,
	.run = run,
};
