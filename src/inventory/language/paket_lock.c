/*
 * Paket's paket.lock, of .NET. Source: Paket's documentation, "The paket.lock file".
 *
 *	GROUP Build                    what follows is of that group
 *	NUGET                          or GITHUB, GIT, HTTP: files of other places
 *	  remote: https://…
 *	    Argu (2.1) - restriction: …
 *	      FSharp.Core (>= 3.1)     what it depends on
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

struct paket {
	struct lock *lock;
	bool nuget;
	struct inv_package *last;
	uint32_t line;
};

static int read_package(struct paket *q, struct lc_slice text)
{
	struct inv_package p = { .line_start = q->line, .line_end = q->line };
	struct lc_slice rest;
	q->last = NULL;
	if (!lc_cut(text, ' ', &p.name, &rest) || !lc_chop_prefix(&rest, LC_S("(")) ||
	    !lc_cut(rest, ')', &p.version, &rest) || p.version.n == 0)
		return inv_sink_trouble(q->lock->out, INV_MALFORMED, "line %u: no version: %s",
					q->line, lc_quote(text).s);
	return lock_add(q->lock, &p, &q->last);
}

static int read_line(struct paket *q, struct lc_slice line)
{
	size_t indent = lines_indent(line);
	struct lc_slice text = lc_trim(line);
	struct lc_slice rest;
	if (text.n == 0)
		return 0;
	if (indent == 0)
		q->nuget = lc_eq(text, LC_S("NUGET"));
	else if (q->nuget && indent == 4)
		return read_package(q, text);
	if (!q->nuget || indent != 6)
		return 0;
	(void)lc_cut(text, ' ', &text, &rest); /* a name alone is all of it */
	return lock_depends(q->lock, q->last, text);
}

static int read_lock(struct lock *l)
{
	struct paket q = { .lock = l };
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	int r = 0;
	(void)lc_chop_prefix(&rest, LC_S("\xef\xbb\xbf"));
	while (r == 0 && lc_line(&rest, &line)) {
		q.line++;
		r = read_line(&q, line);
	}
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "paket", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "paket.lock" },
};

const struct inv_analyser inv_paket_lock = {
	.name = "paket",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
