/*
 * Installed packages of Lua: the rockspecs that LuaRocks keeps. Source: LuaRocks' wiki, "Rockspec
 * format".
 *
 *	lib/luarocks/rocks-5.4/NAME/VERSION/NAME-VERSION.rockspec
 *
 * The text is Lua; the path says it all, and the licence is read where it is written out.
 */
#include "inventory/language/analysers.h"

/* The last directories of a path, from its end. */
static struct lc_slice take_last(struct lc_slice *path)
{
	struct lc_slice last = lc_path_name(*path);
	*path = lc_path_dir(*path);
	return last;
}

static struct lc_slice licence_of(struct lc_slice rest)
{
	struct lc_slice line;
	struct lc_slice key;
	struct lc_slice value;
	while (lc_line(&rest, &line)) {
		if (!lc_cut(line, '=', &key, &value) || !lc_eq(lc_trim(key), LC_S("license")))
			continue;
		value = lc_trim(value);
		(void)lc_chop_suffix(&value, LC_S(","));
		uint8_t quote = value.n > 1 ? value.p[0] : 0;
		if ((quote == '"' || quote == '\'') && value.p[value.n - 1] == quote)
			return lc_sub(value, 1, value.n - 2);
	}
	return LC_S("");
}

static int put(const struct inv_file *f, struct inv_sink *out)
{
	struct lc_slice path = f->path;
	struct lc_slice file = take_last(&path);
	struct lc_slice licence = licence_of(f->bytes);
	struct inv_package p = { .type = LC_S("luarocks"), .version = take_last(&path) };
	p.name = take_last(&path);
	/* Anywhere else it is a source's. */
	if (!lc_starts(take_last(&path), LC_S("rocks")) || !lc_chop_prefix(&file, p.name) ||
	    !lc_chop_prefix(&file, LC_S("-")) || !lc_chop_prefix(&file, p.version))
		return 0;
	p.licences = (struct lc_slices){ &licence, licence.n > 0, 1 };
	return inv_sink_package(out, &p);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	int r = put(f, out);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".rockspec" },
};

const struct inv_analyser inv_luarocks = {
	.name = "luarocks",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
