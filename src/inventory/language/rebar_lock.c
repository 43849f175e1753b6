/*
 * Erlang's rebar.lock: Erlang terms. Source: rebar3's documentation, "Dependencies: Lock Files".
 *
 *	{"1.2.0",
 *	[{<<"app">>,{pkg,<<"package">>,<<"1.2.3">>},0},
 *	 {<<"own">>,{git,"https://…",{ref,"…"}},1}]}.
 *	[{pkg_hash,[{<<"app">>, <<"…">>}]}].
 *
 * The number behind each is how far from the project it is: 0 is what the project asks for.
 * What comes from repositories has no version.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* <<"text">>; *rest moves past it. */
static bool take_binary(struct lc_slice *rest, struct lc_slice *ret)
{
	*rest = lc_trim(*rest);
	return lc_chop_prefix(rest, LC_S("<<\"")) && lc_cut(*rest, '"', ret, rest) &&
	       lc_chop_prefix(rest, LC_S(">>"));
}

static bool take(struct lc_slice *rest, struct lc_slice what)
{
	*rest = lc_trim(*rest);
	return lc_chop_prefix(rest, what);
}

/* Behind "{pkg,": name, version, in old files a checksum, then the level. */
static bool read_package(struct lc_slice rest, struct inv_package *p)
{
	struct lc_slice checksum;
	if (!take_binary(&rest, &p->name) || !take(&rest, LC_S(",")) ||
	    !take_binary(&rest, &p->version) || p->version.n == 0)
		return false;
	if (take(&rest, LC_S(",")) && !take_binary(&rest, &checksum))
		return false;
	if (!take(&rest, LC_S("}")) || !take(&rest, LC_S(",")))
		return false;
	rest = lc_trim(rest);
	p->relationship = lc_starts(rest, LC_S("0")) ? INV_REL_DIRECT : INV_REL_INDIRECT;
	return true;
}

static int read_lock(struct lock *l)
{
	struct lc_slice text = lc_trim(l->file->bytes); /* once: it looks at the end, too */
	struct lc_slice rest = text;
	int r = lines_init(&l->lines, l->file->bytes, l->arena);
	for (size_t at; r == 0 && (at = lc_find_slice(rest, LC_S("{pkg,"))) != SIZE_MAX;) {
		struct inv_package p = { .relationship = INV_REL_UNKNOWN };
		p.line_start = p.line_end = lines_of(&l->lines, lc_sub(rest, at, 1)).start;
		rest = lc_skip(rest, at + 5);
		r = read_package(rest, &p) ? lock_add(l, &p, NULL)
					   : inv_sink_trouble(l->out, INV_MALFORMED,
							      "line %u: no package", p.line_start);
	}
	if (r == 0 && text.n && !lc_ends(text, LC_S(".")))
		r = inv_sink_trouble(l->out, INV_TRUNCATED, "no end of the last term");
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "rebar", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "rebar.lock" },
};

const struct inv_analyser inv_rebar_lock = {
	.name = "rebar",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
