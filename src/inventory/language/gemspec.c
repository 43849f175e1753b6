/*
 * Installed gems: the specifications that RubyGems writes. Source: guides.rubygems.org,
 * Specification Reference; RubyGems' Gem::Specification#to_ruby.
 *
 *	# stub: nokogiri 1.16.0 x86_64-linux lib
 *	Gem::Specification.new do |s|
 *	  s.name = "nokogiri".freeze
 *	  s.version = "1.16.0"
 *	  s.licenses = ["MIT".freeze]
 *
 * The text is Ruby, of which only values that are written out are understood. Where name or version
 * are none, the file's own name says them: specifications/NAME-VERSION[-PLATFORM].gemspec.
 */
#include "inventory/language/analysers.h"

struct gem {
	const struct inv_file *file;
	struct inv_package package;
	struct lc_slice variable; /* "s" of "do |s|" */
};

/* The text between the quotes that stand next; *rest moves past them. */
static bool take_quoted(struct lc_slice *rest, struct lc_slice *ret)
{
	size_t at = 0;
	while (at < rest->n && rest->p[at] != '"' && rest->p[at] != '\'')
		at++;
	if (at == rest->n)
		return false;
	uint8_t quote = rest->p[at];
	*rest = lc_skip(*rest, at + 1);
	return lc_cut(*rest, quote, ret, rest);
}

/* A value written out, whole: "x", 'x', "x".freeze; not one that Ruby works out. */
static void read_value(struct lc_slice value, struct lc_slice *ret)
{
	struct lc_slice rest = lc_trim(value);
	struct lc_slice text;
	if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\'') || ret->n)
		return;
	if (take_quoted(&rest, &text) && lc_find_slice(text, LC_S("#{")) == SIZE_MAX)
		*ret = text;
}

static int read_licences(struct gem *g, struct lc_slice value)
{
	struct lc_slice text;
	while (take_quoted(&value, &text)) {
		struct lc_slice *place =
			text.n ? lc_vec_push(g->file->scratch, &g->package.licences) : NULL;
		if (text.n && !place)
			return lc_arena_err(g->file->scratch);
		if (place)
			*place = text;
	}
	return 0;
}

static int read_line(struct gem *g, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	struct lc_slice rest;
	if (lc_find_slice(line, LC_S("Gem::Specification.new")) != SIZE_MAX) {
		if (lc_cut(line, '|', &key, &rest))
			(void)lc_cut(rest, '|', &g->variable, &rest); /* else it stays empty */
		g->variable = lc_trim(g->variable);
		return 0;
	}
	if (g->variable.n == 0 || !lc_chop_prefix(&line, g->variable) ||
	    !lc_chop_prefix(&line, LC_S(".")) || !lc_cut(line, '=', &key, &value))
		return 0;
	key = lc_trim(key);
	if (lc_eq(key, LC_S("name")))
		read_value(value, &g->package.name);
	else if (lc_eq(key, LC_S("version")))
		read_value(value, &g->package.version);
	else if (lc_eq(key, LC_S("licenses")) || lc_eq(key, LC_S("license")))
		return read_licences(g, value);
	return 0;
}

/* The first "-" before a digit parts the name from the version, the next one that from the
 * platform. */
static void read_path(struct gem *g)
{
	struct lc_slice name = g->file->path;
	name = lc_path_name(name);
	(void)lc_chop_suffix(&name, LC_S(".gemspec"));
	for (size_t i = 1; i + 1 < name.n; i++) {
		if (name.p[i] != '-' || !lc_is_digit(name.p[i + 1]))
			continue;
		struct lc_slice version = lc_skip(name, i + 1);
		g->package.name = lc_sub(name, 0, i);
		g->package.version = lc_sub(version, 0, lc_find(version, '-'));
		return;
	}
}

static int read_gem(struct gem *g, struct inv_sink *out)
{
	struct lc_slice rest = g->file->bytes;
	struct lc_slice line;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line))
		r = read_line(g, lc_trim(line));
	if (r)
		return r;
	if (g->package.name.n == 0 || g->package.version.n == 0)
		read_path(g);
	if (g->package.name.n == 0 || g->package.version.n == 0)
		return inv_sink_trouble(out, INV_MALFORMED, "no name and version of a gem");
	return inv_sink_package(out, &g->package);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct gem g = { .file = f, .package = { .type = LC_S("gemspec") } };
	int r = read_gem(&g, out);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

/* Those in the gems' own directories are for building them. */
static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".gemspec", .inside = "specifications" },
	{ .kind = INV_WANT_SUFFIX, .text = ".gemspec", .inside = "default" },
};

const struct inv_analyser inv_gemspec = {
	.name = "gemspec",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
