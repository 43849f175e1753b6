/*
 * lacre generate-docs: manual pages for the build, and the pages of docs/ that are made from the
 * tables. A test holds the pages in docs/ to what this prints.
 */
#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/manual.h"
#include "cli/parse.h"
#include "cli/talk.h"

enum { DOCS_BYTES_MAX = 4 << 20 };

static const enum cli_opt options[] = { CLI_OPT_HELP, CLI_OPT_VERSION, CLI_OPT_N };

/* Text of a cell: a bar would end it, a left angle bracket begins HTML. */
static void put_cell(struct lc_buf *b, const char *text)
{
	for (const char *c = text ? text : ""; *c; c++) {
		if (*c == '|')
			lc_buf_str(b, "\\|");
		else if (*c == '<')
			lc_buf_str(b, "&lt;");
		else
			lc_buf_byte(b, (uint8_t)*c);
	}
}

static void put_flag(struct lc_buf *b, const struct cli_option *o)
{
	if (o->letter)
		lc_buf_fmt(b, "`-%c`, ", o->letter);
	lc_buf_fmt(b, "`--%s`", o->name);
}

static void put_generated(struct lc_buf *b, const char *title, const char *page)
{
	lc_buf_fmt(b,
		   "# %s\n\n<!-- made by lacre generate-docs %s: change the table, not this page "
		   "-->\n\n",
		   title, page);
}

/* ---- exit-codes.md ---- */

static void put_exit_codes(struct lc_buf *b)
{
	put_generated(b, "Exit status", "exit-codes.md");
	lc_buf_str(b,
		   "One table for all commands. What is asked for is judged first, from the top; "
		   "N is 1 to 255, 0 does not ask.\n\n"
		   "| status | name | meaning |\n| --- | --- | --- |\n");
	for (unsigned i = 0; i < cli_exit_rows_n; i++) {
		const struct cli_exit_row *r = &cli_exit_rows[i];
		if (r->code == CLI_CHOSEN)
			lc_buf_fmt(b, "| N | `%s` | ", r->name);
		else
			lc_buf_fmt(b, "| %d | %s | ", r->code, r->name);
		put_cell(b, r->meaning);
		lc_buf_str(b, " |\n");
	}
}

/* ---- options.md ---- */

static void put_env(struct lc_buf *b, const struct cli_option *o)
{
	char name[CLI_ENV_NAME_MAX];
	cli_env_name("LACRE_", o->name, name);
	lc_buf_fmt(b, "`%s`", name);
}

static void put_option_row(struct lc_buf *b, const struct cli_option *o)
{
	struct lc_arena a = { 0 };
	lc_buf_str(b, "| ");
	put_flag(b, o);
	if (o->metavar)
		lc_buf_fmt(b, " `%s`", o->metavar);
	lc_buf_str(b, " | ");
	put_env(b, o);
	lc_buf_str(b, " | ");
	if (o->compat == CLI_IGNORED)
		lc_buf_str(b, "*no effect:* ");
	if (o->compat == CLI_REFUSED)
		lc_buf_str(b, "*not there yet:* ");
	put_cell(b, o->compat > CLI_DIFFERS ? o->note : cli_describe_option(o, &a));
	lc_buf_str(b, " |\n");
	lc_arena_done(&a);
}

static void put_options(struct lc_buf *b)
{
	put_generated(b, "Commands and options", "options.md");
	put_cell(b, cli_describe_environment);
	lc_buf_str(b, ".\n");
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (c->hidden)
			continue;
		lc_buf_fmt(b, "\n## lacre %s\n\n    lacre %s %s\n\n%s\n\n", c->name, c->name,
			   c->synopsis, c->description);
		lc_buf_str(b, "| option | variable | what it does |\n| --- | --- | --- |\n");
		for (const enum cli_opt *o = c->options; *o != CLI_OPT_N; o++)
			put_option_row(b, &cli_options[*o]);
	}
}

/* ---- migrating-from-trivy.md ---- */

static void put_commands(struct lc_buf *b)
{
	lc_buf_str(b, "| trivy | lacre | remark |\n| --- | --- | --- |\n");
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (c->origin == CLI_TRIVY && !c->hidden)
			lc_buf_fmt(b, "| `%s` | `lacre %s` | |\n", c->name, c->name);
	}
	for (unsigned i = 0; i < cli_absent_n; i++) {
		if (cli_absent[i].origin != CLI_TRIVY)
			continue;
		lc_buf_fmt(b, "| `%s` | not there yet | ", cli_absent[i].names);
		put_cell(b, cli_absent[i].note);
		lc_buf_str(b, " |\n");
	}
}

static void put_compat(struct lc_buf *b, enum cli_compat compat)
{
	for (const enum cli_opt *i = cli_command_image.options; *i != CLI_OPT_N; i++) {
		const struct cli_option *o = &cli_options[*i];
		if (o->origin != CLI_TRIVY || o->compat != compat)
			continue;
		lc_buf_str(b, "| ");
		put_flag(b, o);
		lc_buf_fmt(b, " | %s | ", cli_describe_compat(compat));
		put_cell(b, o->note);
		lc_buf_str(b, " |\n");
	}
}

static void put_ours(struct lc_buf *b)
{
	for (const enum cli_opt *i = cli_command_image.options; *i != CLI_OPT_N; i++) {
		const struct cli_option *o = &cli_options[*i];
		if (o->origin != CLI_OURS)
			continue;
		lc_buf_str(b, "- ");
		put_flag(b, o);
		lc_buf_fmt(b, ": %s\n", o->help);
	}
}

static void put_migration(struct lc_buf *b)
{
	put_generated(b, "Coming from trivy", "migrating-from-trivy.md");
	lc_buf_str(b,
		   "Write `lacre` where `trivy` stood: commands, flags, `TRIVY_` variables, the "
		   "JSON report and `.trivyignore` are those you know. What is not the same is "
		   "listed here, and a flag that lacre does not have yet says so instead of being "
		   "passed over. Additions to the JSON report stand under the key `Lacre`.\n\n"
		   "## Commands\n\n");
	put_commands(b);
	lc_buf_str(b, "\n## Flags of `image`\n\n| flag | here | remark |\n| --- | --- | --- |\n");
	put_compat(b, CLI_SAME);
	put_compat(b, CLI_DIFFERS);
	put_compat(b, CLI_IGNORED);
	put_compat(b, CLI_REFUSED);
	lc_buf_str(b, "\n## Flags that trivy has not\n\n");
	put_ours(b);
}

static bool put_page(struct lc_buf *b, struct lc_slice page)
{
	static const struct {
		const char *name;
		void (*put)(struct lc_buf *b);
	} pages[] = {
		{ "exit-codes.md", put_exit_codes },
		{ "options.md", put_options },
		{ "migrating-from-trivy.md", put_migration },
	};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (!lc_eq(page, lc_str(pages[i].name)))
			continue;
		pages[i].put(b);
		return true;
	}
	return cli_manual(b, page);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_buf b;
	(void)cmd;
	cli_talk_end(); /* these pages are in English, whoever builds */
	lc_buf_init(&b, DOCS_BYTES_MAX);
	int status = put_page(&b, v->arguments.v[0]) ? cli_put(io, &b)
						     : cli_error(io, CLI_USAGE, "no page %s",
								 lc_quote(v->arguments.v[0]).s);
	lc_buf_done(&b);
	return status;
}

const struct cli_command cli_command_docs = {
	.name = "generate-docs",
	.synopsis = "PAGE",
	.summary = "print a page that is made from the tables",
	.description =
		"PAGE is lacre.1, lacre-db.1, lacre-COMMAND.1, "
		"options.md, exit-codes.md or migrating-from-trivy.md.",
	.options = options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_OURS,
	.hidden = true,
	.run = run,
};
