/*
 * Bundler's Gemfile.lock. Source: Bundler's LockfileParser.
 *
 *	GEM                              or GIT, PLUGIN SOURCE; PATH: gems of the project's own
 *	  remote: https://rubygems.org/
 *	  specs:
 *	    nokogiri (1.16.0-x86_64-linux)      what follows the first "-" is the platform
 *	      racc (~> 1.4)                     what it depends on
 *	DEPENDENCIES
 *	  nokogiri (~> 1.16)!                   what the project asks for
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

enum section { OTHER, SPECS, OWN, ASKED };

struct gemfile {
	struct lock *lock;
	enum section section;
	struct inv_package *last; /* whose dependencies follow */
	uint32_t line;
};

/* Headings are capitals and spaces. */
static int read_heading(struct gemfile *g, struct lc_slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != ' ' && (line.p[i] < 'A' || line.p[i] > 'Z'))
			return inv_sink_trouble(g->lock->out, INV_MALFORMED,
						"line %u: no heading: %s", g->line,
						lc_quote(line).s);
	}
	g->section = OTHER;
	if (lc_eq(line, LC_S("GEM")) || lc_eq(line, LC_S("GIT")) || lc_starts(line, LC_S("PLUGIN")))
		g->section = SPECS;
	else if (lc_eq(line, LC_S("PATH")))
		g->section = OWN;
	else if (lc_eq(line, LC_S("DEPENDENCIES")))
		g->section = ASKED;
	g->last = NULL;
	return 0;
}

/* "name (version)" */
static int read_gem(struct gemfile *g, struct lc_slice text)
{
	struct inv_package p = {
		.line_start = g->line,
		.line_end = g->line,
		.relationship = g->section == OWN ? INV_REL_WORKSPACE : INV_REL_UNKNOWN,
	};
	struct lc_slice version;
	g->last = NULL;
	if (!lc_cut(text, ' ', &p.name, &version) || !lc_chop_prefix(&version, LC_S("(")) ||
	    !lc_chop_suffix(&version, LC_S(")")) || version.n == 0)
		return inv_sink_trouble(g->lock->out, INV_MALFORMED, "line %u: no version: %s",
					g->line, lc_quote(text).s);
	size_t platform = lc_find(version, '-');
	p.version = lc_sub(version, 0, platform == SIZE_MAX ? version.n : platform);
	return lock_add(g->lock, &p, &g->last);
}

/* "name", "name!", "name (>= 1)" */
static struct lc_slice name_of(struct lc_slice text)
{
	size_t end = lc_find(text, ' ');
	text = lc_sub(text, 0, end == SIZE_MAX ? text.n : end);
	(void)lc_chop_suffix(&text, LC_S("!"));
	return text;
}

static int read_line(struct gemfile *g, struct lc_slice line)
{
	size_t indent = lines_indent(line);
	struct lc_slice text = lc_trim(line);
	bool specs = g->section == SPECS || g->section == OWN;
	if (text.n == 0)
		return 0;
	if (indent == 0)
		return read_heading(g, text);
	if (g->section == ASKED && indent == 2)
		return lock_asks(g->lock, name_of(text));
	if (specs && indent == 4)
		return read_gem(g, text);
	if (specs && indent == 6)
		return lock_depends(g->lock, g->last, name_of(text));
	return 0;
}

static int read_lock(struct lock *l)
{
	struct gemfile g = { .lock = l };
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	int r = 0;
	(void)lc_chop_prefix(&rest, LC_S("\xef\xbb\xbf"));
	while (r == 0 && lc_line(&rest, &line)) {
		g.line++;
		r = read_line(&g, line);
	}
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "bundler", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "Gemfile.lock" },
	{ .kind = INV_WANT_NAME, .text = "gems.locked" },
};

const struct inv_analyser inv_gemfile_lock = {
	.name = "bundler",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
