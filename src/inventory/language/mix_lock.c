/*
 * Elixir's mix.lock: a map in Elixir's syntax, one entry a line. Source: Hex's documentation,
 * mix.lock.
 *
 *	%{
 *	  "app": {:hex, :package, "1.2.3", "hash", [:mix],
 *	    [{:dep, "~> 1.0", [hex: :dep, repo: "hexpm", optional: false]}], "hexpm", "hash"},
 *	  "app": {:git, "https://…", "revision", []},
 *	}
 *
 * What comes from repositories has no version. Projects name what they ask for in mix.exs beside
 * it.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* ":name" or ":\"name\"": the name, and *rest moves past it. */
static bool take_atom(struct lc_slice *rest, struct lc_slice *ret)
{
	size_t n = 0;
	*rest = lc_trim(*rest);
	if (!lc_chop_prefix(rest, LC_S(":")))
		return false;
	if (lc_chop_prefix(rest, LC_S("\"")))
		return lc_cut(*rest, '"', ret, rest);
	while (n < rest->n && (lc_is_alpha(rest->p[n]) || lc_is_digit(rest->p[n]) ||
			       rest->p[n] == '_' || rest->p[n] == '@'))
		n++;
	*ret = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	return n > 0;
}

static bool take(struct lc_slice *rest, struct lc_slice what)
{
	*rest = lc_trim(*rest);
	return lc_chop_prefix(rest, what);
}

/* Its dependencies, each with the name of its package: "hex: :name". */
static int read_needs(struct lock *l, struct inv_package *p, struct lc_slice rest)
{
	int r = 0;
	for (size_t at; r == 0 && (at = lc_find_slice(rest, LC_S("hex: "))) != SIZE_MAX;) {
		struct lc_slice name;
		rest = lc_skip(rest, at + 5);
		if (take_atom(&rest, &name))
			r = lock_depends(l, p, name);
	}
	return r;
}

static int read_entry(struct lock *l, struct lc_slice line, uint32_t number)
{
	struct inv_package p = { .line_start = number, .line_end = number };
	struct inv_package *package;
	struct lc_slice rest = line;
	struct lc_slice key;
	struct lc_slice kind;
	bool opened = take(&rest, LC_S("\"")) && lc_cut(rest, '"', &key, &rest) &&
		      take(&rest, LC_S(":")) && take(&rest, LC_S("{")) && take_atom(&rest, &kind);
	if (opened && !lc_eq(kind, LC_S("hex")))
		return 0;
	if (!opened || !take(&rest, LC_S(",")) || !take_atom(&rest, &p.name) ||
	    !take(&rest, LC_S(",")) || !take(&rest, LC_S("\"")) ||
	    !lc_cut(rest, '"', &p.version, &rest) || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no package", number);
	int r = lock_add(l, &p, &package);
	return r ? r : read_needs(l, package, rest);
}

/* "{:name, …" of the project's file: other lists have such pairs, too, but of no package's name. */
static int ask_project(struct lock *l)
{
	const struct inv_kept *kept =
		inv_kept_beside(l->file->kept, l->file->path, LC_S("mix.exs"));
	struct lc_slice rest = kept ? kept->content.mem : LC_S("");
	struct lc_slice line;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line)) {
		struct lc_slice name;
		line = lc_trim(line);
		(void)lc_chop_prefix(&line, LC_S("["));
		if (lc_chop_prefix(&line, LC_S("{")) && take_atom(&line, &name))
			r = lock_asks(l, name);
	}
	return r;
}

static int read_lock(struct lock *l)
{
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	int r = 0;
	for (uint32_t number = 1; r == 0 && lc_line(&rest, &line); number++) {
		line = lc_trim(line);
		(void)lc_chop_prefix(&line, LC_S("%{"));
		(void)lc_chop_suffix(&line, LC_S("}"));
		line = lc_trim(line);
		if (line.n && line.p[0] != '#')
			r = read_entry(l, line, number);
	}
	return r ? r : ask_project(l);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "hex", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "mix.lock" },
	{ .kind = INV_WANT_NAME, .text = "mix.exs", .beside = true },
};

const struct inv_analyser inv_mix_lock = {
	.name = "hex",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
