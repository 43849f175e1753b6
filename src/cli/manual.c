#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/talk.h"

/* Text that roff takes as it is; *start says whether a line begins here. */
static void put_escaped(struct lc_buf *b, struct lc_slice s, bool start)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (start && (c == '.' || c == '\''))
			lc_buf_str(b, "\\&");
		if (c == '\\')
			lc_buf_str(b, "\\e");
		else if (c == '-')
			lc_buf_str(b, "\\-");
		else
			lc_buf_byte(b, c);
		start = c == '\n';
	}
}

static void put_text(struct lc_buf *b, const char *text)
{
	put_escaped(b, lc_str(text), true);
	lc_buf_byte(b, '\n');
}

static void put_title(struct lc_buf *b, const char *name, const char *summary)
{
	lc_buf_fmt(b, ".TH %s 1 \"\" \"lacre " LACRE_VERSION "\" \"lacre\"\n.SH NAME\n", name);
	put_escaped(b, lc_str(name), true);
	lc_buf_str(b, " \\- ");
	put_text(b, summary);
}

static void put_synopsis(struct lc_buf *b, const struct cli_command *c)
{
	lc_buf_str(b, "\\fBlacre ");
	put_escaped(b, lc_str(c->name), false);
	lc_buf_str(b, "\\fR ");
	put_text(b, c->synopsis);
	if (!c->aliases)
		return;
	lc_buf_str(b, ".br\n\\fBlacre ");
	put_escaped(b, lc_str(c->aliases), false);
	lc_buf_str(b, "\\fR ");
	put_text(b, c->synopsis);
}

static void put_option(struct lc_buf *b, const struct cli_option *o)
{
	struct lc_arena a = { 0 };
	lc_buf_str(b, ".TP\n");
	if (o->letter)
		lc_buf_fmt(b, "\\fB\\-%c\\fR, ", o->letter);
	lc_buf_str(b, "\\fB\\-\\-");
	put_escaped(b, lc_str(o->name), false);
	lc_buf_str(b, "\\fR");
	if (o->metavar)
		lc_buf_fmt(b, " \\fI%s\\fR", o->metavar);
	lc_buf_byte(b, '\n');
	put_text(b, cli_describe_option(o, &a));
	lc_arena_done(&a);
}

static void put_groups(struct lc_buf *b, const struct cli_command *c)
{
	for (unsigned g = 0; g < cli_groups_n; g++) {
		bool any = false;
		for (const enum cli_opt *i = c->options; *i != CLI_OPT_N; i++) {
			const struct cli_option *o = &cli_options[*i];
			if (o->compat > CLI_DIFFERS ||
			    !lc_eq(lc_str(o->group), lc_str(cli_groups[g].name)))
				continue;
			if (!any)
				lc_buf_fmt(b, ".SS %s\n", cli_groups[g].heading);
			any = true;
			put_option(b, o);
		}
	}
}

static void put_others(struct lc_buf *b, const struct cli_command *c, enum cli_compat compat,
		       const char *heading)
{
	bool any = false;
	for (const enum cli_opt *i = c->options; *i != CLI_OPT_N; i++) {
		const struct cli_option *o = &cli_options[*i];
		if (o->compat != compat)
			continue;
		if (!any)
			lc_buf_fmt(b, ".SS %s\n", heading);
		any = true;
		lc_buf_str(b, ".TP\n\\fB\\-\\-");
		put_escaped(b, lc_str(o->name), false);
		lc_buf_str(b, "\\fR\n");
		put_text(b, o->note);
	}
}

static void put_options(struct lc_buf *b, const struct cli_command *c)
{
	put_groups(b, c);
	put_others(b, c, CLI_IGNORED, "Accepted without effect");
	put_others(b, c, CLI_REFUSED, "Known, and not there yet");
}

static void put_examples(struct lc_buf *b, const struct cli_command *c)
{
	struct lc_slice rest = lc_str(c->examples);
	struct lc_slice line;
	while (rest.n && lc_line(&rest, &line)) {
		bool is_command = lc_starts(line, LC_S(" "));
		lc_buf_str(b, is_command ? "" : ".PP\n");
		if (is_command)
			lc_buf_str(b, ".RS\n.nf\n");
		put_escaped(b, lc_trim(line), true);
		lc_buf_str(b, is_command ? "\n.fi\n.RE\n" : ":\n");
	}
}

static void put_exit_codes(struct lc_buf *b)
{
	lc_buf_str(b, ".SH EXIT STATUS\n");
	for (unsigned i = 0; i < cli_exit_rows_n; i++) {
		const struct cli_exit_row *r = &cli_exit_rows[i];
		lc_buf_str(b, ".TP\n");
		if (r->code == CLI_CHOSEN) {
			lc_buf_str(b, "N of \\fB");
			put_escaped(b, lc_str(r->name), false);
			lc_buf_str(b, "\\fR\n");
		} else {
			lc_buf_fmt(b, "%d\n", r->code);
		}
		put_text(b, r->meaning);
	}
}

static void put_tail(struct lc_buf *b, const char *see)
{
	lc_buf_str(b, ".SH ENVIRONMENT\n");
	put_text(b, cli_describe_environment);
	put_exit_codes(b);
	lc_buf_str(b, ".SH FILES\n.TP\n\\fI$XDG_CACHE_HOME/lacre/db/lacre.db\\fR\n");
	put_text(b, "the advisory database of the user's scans; .cache in the home directory where "
		    "XDG_CACHE_HOME is not set");
	lc_buf_str(b, ".TP\n\\fI.trivyignore\\fR, \\fI.lacreignore\\fR\n");
	put_text(b, "findings that do not count, one id a line, read from the working directory");
	lc_buf_fmt(b, ".SH SEE ALSO\n%s\n", see);
}

static void put_program(struct lc_buf *b)
{
	const struct cli_command *root = &cli_command_root;
	put_title(b, "lacre", root->summary);
	lc_buf_str(b, ".SH SYNOPSIS\n\\fBlacre\\fR ");
	put_text(b, root->synopsis);
	lc_buf_str(b, ".SH COMMANDS\n");
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (c->hidden)
			continue;
		lc_buf_str(b, ".TP\n");
		put_synopsis(b, c);
		put_text(b, c->summary);
	}
	lc_buf_str(b, ".SH OPTIONS\n");
	put_options(b, root);
	put_tail(b, ".BR lacre\\-image (1),\n.BR lacre\\-fs (1),\n.BR lacre\\-explain (1),\n"
		    ".BR lacre\\-db (1),\n.BR lacre\\-clean (1)");
}

static void put_one(struct lc_buf *b, const struct cli_command *c, const char *name,
		    const char *see)
{
	put_title(b, name, c->summary);
	lc_buf_str(b, ".SH SYNOPSIS\n");
	put_synopsis(b, c);
	lc_buf_str(b, ".SH DESCRIPTION\n");
	put_text(b, c->description);
	lc_buf_str(b, ".SH OPTIONS\n");
	put_options(b, c);
	lc_buf_str(b, ".SH EXAMPLES\n");
	put_examples(b, c);
	put_tail(b, see);
}

static void put_heading(struct lc_buf *b, const struct cli_command *c)
{
	lc_buf_str(b, ".SH LACRE ");
	for (const char *p = c->name; *p; p++)
		lc_buf_byte(b, *p >= 'a' && *p <= 'z' ? (uint8_t)(*p - 32) : (uint8_t)*p);
	lc_buf_byte(b, '\n');
}

/* Commands that share a page. */
static void put_pair(struct lc_buf *b, const char *page, const char *summary,
		     const struct cli_command *const both[2])
{
	put_title(b, page, summary);
	lc_buf_str(b, ".SH SYNOPSIS\n");
	put_synopsis(b, both[0]);
	lc_buf_str(b, ".br\n");
	put_synopsis(b, both[1]);
	for (size_t i = 0; i < 2; i++) {
		put_heading(b, both[i]);
		put_text(b, both[i]->description);
		put_options(b, both[i]);
		lc_buf_str(b, ".SS Examples\n");
		put_examples(b, both[i]);
	}
	put_tail(b, ".BR lacre (1),\n.BR lacre\\-image (1)");
}

static void put_image(struct lc_buf *b)
{
	put_one(b, &cli_command_image, "lacre-image",
		".BR lacre (1),\n.BR lacre\\-explain (1),\n.BR lacre\\-db (1)");
}

static void put_tree(struct lc_buf *b)
{
	static const struct cli_command *const both[] = { &cli_command_fs, &cli_command_rootfs };
	put_pair(b, "lacre-fs", "scan a directory, a file or a root file system", both);
}

static void put_explain(struct lc_buf *b)
{
	put_one(b, &cli_command_explain, "lacre-explain",
		".BR lacre (1),\n.BR lacre\\-image (1),\n.BR lacre\\-db (1)");
}

static void put_clean(struct lc_buf *b)
{
	put_one(b, &cli_command_clean, "lacre-clean", ".BR lacre (1),\n.BR lacre\\-image (1)");
}

static void put_db(struct lc_buf *b)
{
	static const struct cli_command *const both[] = { &cli_command_db_build,
							  &cli_command_db_info };
	put_pair(b, "lacre-db", "build the advisory database, and show what it holds", both);
}

/* "bundle create" of the command line is "bundle-create" of a page. */
static bool is_page_of(struct lc_slice page, const char *command)
{
	size_t n = strlen(command);
	for (size_t i = 0; i < n && i < page.n; i++)
		if (page.p[i] != (command[i] == ' ' ? '-' : (uint8_t)command[i]))
			return false;
	return n == page.n;
}

/* Of commands without a page of their own: "lacre-verify-blob.1". */
static bool put_by_name(struct lc_buf *b, struct lc_slice page)
{
	struct lc_slice name = page;
	char title[64];
	if (!lc_chop_prefix(&name, LC_S("lacre-")) || !lc_chop_suffix(&name, LC_S(".1")))
		return false;
	for (unsigned i = 0; i < cli_commands_n; i++) {
		const struct cli_command *c = cli_commands[i];
		if (c->hidden || !is_page_of(name, c->name))
			continue;
		(void)snprintf(title, sizeof(title), "lacre-%.*s",
			       LC_FMT(name)); /* names are short */
		put_one(b, c, title, ".BR lacre (1)");
		return true;
	}
	return false;
}

bool cli_manual(struct lc_buf *b, struct lc_slice page)
{
	static const struct {
		const char *name;
		void (*put)(struct lc_buf *b);
	} pages[] = {
		{ "lacre.1", put_program },         { "lacre-image.1", put_image },
		{ "lacre-explain.1", put_explain }, { "lacre-db.1", put_db },
		{ "lacre-clean.1", put_clean },     { "lacre-fs.1", put_tree },
	};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (!lc_eq(page, lc_str(pages[i].name)))
			continue;
		pages[i].put(b);
		return true;
	}
	return put_by_name(b, page);
}
