/*
 * lacre completion SHELL: scripts for bash, zsh and fish, made from the tables. They hold every
 * command and option themselves: completing runs nothing.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/talk.h"

enum { SCRIPT_BYTES_MAX = 1 << 20 };

static const enum cli_opt options[] = { CLI_OPT_HELP, CLI_OPT_VERSION, CLI_OPT_N };

static bool is_offered(const struct cli_option *o)
{
	return o->compat != CLI_REFUSED;
}

/* First words: names of one word, groups once, aliases. */
static void first_words(struct lc_buf *b)
{
	struct lc_slice last = LC_S("");
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		struct lc_slice word = lc_str(c->name);
		struct lc_slice second;
		(void)lc_cut(word, ' ', &word, &second);
		if (c->hidden || lc_eq(word, last))
			continue;
		if (b->n && b->p[b->n - 1] != '"' && b->p[b->n - 1] != '(')
			lc_buf_byte(b, ' ');
		lc_buf_slice(b, word);
		last = word;
	}
}

static void put_words(struct lc_buf *b, const char *list)
{
	struct lc_slice rest = lc_str(list);
	struct lc_slice one;
	bool first = true;
	while (rest.n && lc_split(&rest, ',', &one)) {
		lc_buf_str(b, first ? "" : " ");
		lc_buf_slice(b, one);
		first = false;
	}
}

/* ---- bash ---- */

static void bash_command(struct lc_buf *b, const struct cli_command *c)
{
	lc_buf_fmt(b, "\t\"%s\")\n\t\toptions=\"", c->name);
	bool first = true;
	for (const enum cli_opt *o = c->options; *o != CLI_OPT_N; o++) {
		if (!is_offered(&cli_options[*o]))
			continue;
		lc_buf_fmt(b, "%s--%s", first ? "" : " ", cli_options[*o].name);
		first = false;
	}
	lc_buf_str(b, "\"\n\t\t;;\n");
}

static void bash_values(struct lc_buf *b)
{
	for (unsigned i = 0; i < CLI_OPT_N; i++) {
		const struct cli_option *o = &cli_options[i];
		if (!is_offered(o) || o->type == CLI_FLAG)
			continue;
		if (o->letter)
			lc_buf_fmt(b, "\t--%s | -%c)\n", o->name, o->letter);
		else
			lc_buf_fmt(b, "\t--%s)\n", o->name);
		if (o->choices) {
			lc_buf_str(b, "\t\tCOMPREPLY=($(compgen -W \"");
			put_words(b, o->choices);
			lc_buf_str(b, "\" -- \"$current\"))\n");
		} else if (o->type == CLI_PATH) {
			lc_buf_str(b, "\t\tcompopt -o filenames 2>/dev/null\n"
				      "\t\tCOMPREPLY=($(compgen -f -- \"$current\"))\n");
		}
		lc_buf_str(b, "\t\treturn\n\t\t;;\n");
	}
}

static void bash_second_words(struct lc_buf *b)
{
	struct lc_slice first;
	struct lc_slice second;
	for (unsigned i = 0; i < cli_commands_n; i++)
		if (lc_cut(lc_str(cli_commands[i]->name), ' ', &first, &second))
			lc_buf_fmt(b, "\t[ \"$command\" != %.*s ] || words=\"$words %.*s\"\n",
				   LC_FMT(first), LC_FMT(second));
	lc_buf_str(b, "\t[ \"$command\" != completion ] || words=\"bash zsh fish\"\n"
		      "\t[ \"$command\" != help ] || words=\"");
	first_words(b);
	lc_buf_str(b, "\"\n");
}

static void put_bash(struct lc_buf *b)
{
	lc_buf_str(b,
		   "# bash completion for lacre\n"
		   "_lacre()\n{\n"
		   "\tlocal current=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}\n"
		   "\tlocal command='' word words='' options=''\n"
		   "\tlocal i\n"
		   "\tCOMPREPLY=()\n"
		   "\t[ \"$current\" != = ] || current=''\n"
		   "\t[ \"$last\" != = ] || last=${COMP_WORDS[COMP_CWORD - 2]}\n"
		   "\tcase $last in\n");
	bash_values(b);
	lc_buf_str(b, "\tesac\n"
		      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		      "\t\tword=${COMP_WORDS[i]}\n"
		      "\t\tcase $word in\n"
		      "\t\t-*) ;;\n"
		      "\t\ti) [ -n \"$command\" ] || command=image ;;\n"
		      "\t\tbuild | info) [ \"$command\" != db ] || command=\"db $word\" ;;\n"
		      "\t\t*) [ -n \"$command\" ] || command=$word ;;\n"
		      "\t\tesac\n"
		      "\tdone\n"
		      "\tcase $command in\n"
		      "\t\"\")\n\t\twords=\"");
	first_words(b);
	lc_buf_str(b, "\"\n\t\toptions=\"--help --version --quiet --debug\"\n\t\t;;\n");
	for (unsigned i = 0; i < cli_commands_n; i++)
		if (!cli_commands[i]->hidden)
			bash_command(b, cli_commands[i]);
	lc_buf_str(b, "\tesac\n");
	bash_second_words(b);
	lc_buf_str(b, "\tif [[ $current == -* ]]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
		      "\telif [ -n \"$words\" ]; then\n"
		      "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
		      "\telse\n"
		      "\t\tcompopt -o filenames 2>/dev/null\n"
		      "\t\tCOMPREPLY=($(compgen -f -- \"$current\"))\n"
		      "\tfi\n}\n"
		      "complete -F _lacre lacre\n");
}

/* ---- zsh ---- */

/* Text inside '...[here]' of _arguments: quotes, brackets and colons mean something there. */
static void zsh_text(struct lc_buf *b, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			lc_buf_str(b, "'\\''");
		else if (*c == '[' || *c == ']' || *c == ':' || *c == '\\')
			lc_buf_fmt(b, "\\%c", *c);
		else
			lc_buf_byte(b, (uint8_t)*c);
	}
}

static void zsh_value(struct lc_buf *b, const struct cli_option *o)
{
	if (o->type == CLI_FLAG)
		return;
	lc_buf_fmt(b, ":%s:", o->metavar ? o->metavar : "VALUE");
	if (o->choices && o->type == CLI_LIST) {
		lc_buf_str(b, "_values -s , value ");
		put_words(b, o->choices);
	} else if (o->choices) {
		lc_buf_byte(b, '(');
		put_words(b, o->choices);
		lc_buf_byte(b, ')');
	} else if (o->type == CLI_PATH) {
		lc_buf_str(b, "_files");
	} else {
		lc_buf_byte(b, ' ');
	}
}

static void zsh_option(struct lc_buf *b, const struct cli_option *o)
{
	const char *many = o->type == CLI_LIST || o->type == CLI_REPEAT ? "*" : "";
	const char *equals = o->type == CLI_FLAG ? "" : "=";
	lc_buf_fmt(b, "\t\t\t'%s--%s%s[", many, o->name, equals);
	zsh_text(b, o->help);
	lc_buf_byte(b, ']');
	zsh_value(b, o);
	lc_buf_str(b, "' \\\n");
	if (!o->letter)
		return;
	lc_buf_fmt(b, "\t\t\t'%s-%c[", many, o->letter);
	zsh_text(b, o->help);
	lc_buf_byte(b, ']');
	zsh_value(b, o);
	lc_buf_str(b, "' \\\n");
}

static void zsh_command(struct lc_buf *b, const struct cli_command *c)
{
	lc_buf_fmt(b, "\t\"%s\"", c->name);
	if (c->aliases)
		lc_buf_fmt(b, " | %s", c->aliases);
	lc_buf_str(b, ")\n\t\t_arguments \\\n");
	for (const enum cli_opt *o = c->options; *o != CLI_OPT_N; o++)
		if (is_offered(&cli_options[*o]))
			zsh_option(b, &cli_options[*o]);
	if (lc_eq(lc_str(c->name), LC_S("completion"))) {
		lc_buf_str(b, "\t\t\t'1:shell:(bash zsh fish)'\n");
	} else if (lc_eq(lc_str(c->name), LC_S("help"))) {
		lc_buf_str(b, "\t\t\t'1:command:(");
		first_words(b);
		lc_buf_str(b, ")'\n");
	} else {
		lc_buf_str(b, "\t\t\t'*:file:_files'\n");
	}
	lc_buf_str(b, "\t\t;;\n");
}

static void zsh_second_words(struct lc_buf *b)
{
	struct lc_slice first;
	struct lc_slice second;
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (!lc_cut(lc_str(c->name), ' ', &first, &second))
			continue;
		lc_buf_fmt(b, "\t\t[[ $command != %.*s ]] || seconds+=('%.*s:", LC_FMT(first),
			   LC_FMT(second));
		zsh_text(b, c->summary);
		lc_buf_str(b, "')\n");
	}
}

static void put_zsh(struct lc_buf *b)
{
	struct lc_slice first;
	struct lc_slice second;
	lc_buf_str(b, "#compdef lacre\n"
		      "_lacre()\n{\n"
		      "\tlocal command=${words[2]}\n"
		      "\tlocal -a commands seconds\n"
		      "\tif ((CURRENT == 2)); then\n"
		      "\t\tcommands=(\n");
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		bool two = lc_cut(lc_str(c->name), ' ', &first, &second);
		if (c->hidden || two)
			continue;
		lc_buf_fmt(b, "\t\t\t'%s:", c->name);
		zsh_text(b, c->summary);
		lc_buf_str(b, "'\n");
	}
	lc_buf_str(b, "\t\t\t'db:advisory database'\n\t\t)\n"
		      "\t\t_describe command commands\n"
		      "\t\treturn\n\tfi\n"
		      "\tif ((CURRENT == 3)); then\n");
	zsh_second_words(b);
	lc_buf_str(b, "\t\tif (($#seconds)); then\n"
		      "\t\t\t_describe command seconds\n"
		      "\t\t\treturn\n\t\tfi\n\tfi\n"
		      "\tshift words\n\t((CURRENT--))\n"
		      "\tif [[ $command == db ]]; then\n"
		      "\t\tcommand=\"db ${words[2]}\"\n"
		      "\t\tshift words\n\t\t((CURRENT--))\n\tfi\n"
		      "\tcase $command in\n");
	for (unsigned i = 0; i < cli_commands_n; i++)
		if (!cli_commands[i]->hidden)
			zsh_command(b, cli_commands[i]);
	lc_buf_str(b, "\tesac\n}\n_lacre \"$@\"\n");
}

/* ---- fish ---- */

static void fish_text(struct lc_buf *b, const char *text)
{
	lc_buf_byte(b, '\'');
	for (const char *c = text; *c; c++) {
		if (*c == '\'' || *c == '\\')
			lc_buf_byte(b, '\\');
		lc_buf_byte(b, (uint8_t)*c);
	}
	lc_buf_byte(b, '\'');
}

static void fish_condition(struct lc_buf *b, const struct cli_command *c)
{
	struct lc_slice first = lc_str(c->name);
	struct lc_slice second = LC_S("");
	if (lc_cut(lc_str(c->name), ' ', &first, &second))
		lc_buf_fmt(b,
			   "-n '__fish_seen_subcommand_from %.*s; and "
			   "__fish_seen_subcommand_from %.*s'",
			   LC_FMT(first), LC_FMT(second));
	else
		lc_buf_fmt(b, "-n '__fish_seen_subcommand_from %s%s%s'", c->name,
			   c->aliases ? " " : "", c->aliases ? c->aliases : "");
}

static void fish_option(struct lc_buf *b, const struct cli_command *c, const struct cli_option *o)
{
	lc_buf_str(b, "complete -c lacre ");
	fish_condition(b, c);
	lc_buf_fmt(b, " -l %s", o->name);
	if (o->letter)
		lc_buf_fmt(b, " -s %c", o->letter);
	if (o->type != CLI_FLAG)
		lc_buf_str(b, o->type == CLI_PATH ? " -r -F" : " -x");
	if (o->choices) {
		lc_buf_str(b, " -a '");
		put_words(b, o->choices);
		lc_buf_byte(b, '\'');
	}
	lc_buf_str(b, " -d ");
	fish_text(b, o->help);
	lc_buf_byte(b, '\n');
}

static void fish_command(struct lc_buf *b, const struct cli_command *c)
{
	struct lc_slice first = lc_str(c->name);
	struct lc_slice second = LC_S("");
	lc_buf_str(b, "complete -c lacre ");
	if (lc_cut(lc_str(c->name), ' ', &first, &second))
		lc_buf_fmt(b, "-n '__fish_seen_subcommand_from %.*s' -x -a %.*s -d ", LC_FMT(first),
			   LC_FMT(second));
	else
		lc_buf_fmt(b, "-n __fish_use_subcommand -x -a %s -d ", c->name);
	fish_text(b, c->summary);
	lc_buf_byte(b, '\n');
	for (const enum cli_opt *o = c->options; *o != CLI_OPT_N; o++)
		if (is_offered(&cli_options[*o]))
			fish_option(b, c, &cli_options[*o]);
}

static void put_fish(struct lc_buf *b)
{
	lc_buf_str(b, "# fish completion for lacre\n"
		      "complete -c lacre -n __fish_use_subcommand -f\n"
		      "complete -c lacre -n __fish_use_subcommand -x -a db -d 'advisory database'\n"
		      "complete -c lacre -n '__fish_seen_subcommand_from completion' -x "
		      "-a 'bash zsh fish'\n");
	for (unsigned i = 0; i < cli_commands_n; i++)
		if (!cli_commands[i]->hidden)
			fish_command(b, cli_commands[i]);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	static const struct {
		const char *shell;
		void (*put)(struct lc_buf *b);
	} shells[] = { { "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish } };
	(void)cmd;
	struct lc_slice want = v->arguments.v[0];
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!lc_eq(want, lc_str(shells[i].shell)))
			continue;
		struct lc_buf b;
		lc_buf_init(&b, SCRIPT_BYTES_MAX);
		shells[i].put(&b);
		int status = cli_put(io, &b);
		lc_buf_done(&b);
		return status;
	}
	return cli_error(io, CLI_USAGE, _("no completion for %s: there is bash, zsh and fish"),
			 lc_quote(want).s);
}

const struct cli_command cli_command_completion = {
	.name = "completion",
	.synopsis = N_("bash|zsh|fish"),
	.summary = N_("print a script that completes commands and options in a shell"),
	.description =
		N_("Packages install these scripts where the shells look for them; without a "
		   "package the shell's start-up file reads them."),
	.examples = N_("in ~/.bashrc\n"
		       "  source <(lacre completion bash)\n"),
	.options = options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};
