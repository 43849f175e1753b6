/*
 * WordPress and its plug-ins. Source: WordPress, "Header Requirements", "How Your Readme.txt
 * Works".
 *
 *	wp-includes/version.php                    $wp_version = '6.4.2';
 *	wp-content/plugins/NAME/readme.txt         Stable tag: 5.3
 */
#include "inventory/language/analysers.h"

enum { VERSION_BYTES_MAX = 64 };

static bool is_version(struct lc_slice s)
{
	if (s.n == 0 || s.n > VERSION_BYTES_MAX || !lc_is_digit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!lc_is_digit(s.p[i]) && !lc_is_alpha(s.p[i]) && !memchr(".-_+", s.p[i], 4))
			return false;
	}
	return true;
}

static int put(struct inv_sink *out, struct lc_slice name, struct lc_slice version, uint32_t line)
{
	struct inv_package p = {
		.type = LC_S("wordpress"),
		.name = name,
		.version = version,
		.line_start = line,
		.line_end = line,
	};
	return inv_sink_package(out, &p);
}

/* ---- WordPress itself ---- */

/* "$wp_version = '6.4.2';" */
static struct lc_slice assigned(struct lc_slice line)
{
	struct lc_slice version = LC_S("");
	line = lc_trim(line);
	if (!lc_chop_prefix(&line, LC_S("$wp_version")))
		return version;
	line = lc_trim(line);
	if (!lc_chop_prefix(&line, LC_S("=")))
		return version;
	line = lc_trim(line);
	if (line.n < 2 || (line.p[0] != '\'' && line.p[0] != '"'))
		return version;
	uint8_t quote = line.p[0];
	line = lc_skip(line, 1);
	return lc_cut(line, quote, &version, &line) ? version : LC_S("");
}

static int read_core(const struct inv_file *f, struct inv_sink *out)
{
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	for (uint32_t number = 1; lc_line(&rest, &line); number++) {
		struct lc_slice version = assigned(line);
		if (is_version(version))
			return put(out, LC_S("wordpress"), version, number);
	}
	return inv_sink_trouble(out, INV_MALFORMED, "no version of WordPress");
}

/* ---- plug-ins ---- */

/* "…/wp-content/plugins/NAME/readme.txt" */
static bool plugin_of(struct lc_slice path, struct lc_slice *ret)
{
	struct lc_slice file;
	size_t at = lc_find_slice(path, LC_S("wp-content/plugins/"));
	if (at == SIZE_MAX || (at > 0 && path.p[at - 1] != '/'))
		return false;
	path = lc_skip(path, at + sizeof("wp-content/plugins/") - 1);
	return lc_cut(path, '/', ret, &file) && ret->n && lc_find(file, '/') == SIZE_MAX;
}

/* "trunk" and its like say nothing of what is there. */
static int read_plugin(const struct inv_file *f, struct inv_sink *out, struct lc_slice plugin)
{
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	struct lc_slice key;
	struct lc_slice value;
	for (uint32_t number = 1; lc_line(&rest, &line); number++) {
		if (!lc_cut(line, ':', &key, &value) ||
		    !lc_eq_nocase(lc_trim(key), LC_S("Stable tag")))
			continue;
		value = lc_trim(value);
		(void)lc_chop_prefix(&value, LC_S("v"));
		struct lc_slice name = lc_arena_fmt(f->scratch, "plugin/%.*s", LC_FMT(plugin));
		if (!name.p)
			return lc_arena_err(f->scratch);
		return is_version(value) ? put(out, name, value, number) : 0;
	}
	return 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice plugin;
	int r = 0;
	if (lc_ends(f->path, LC_S("/version.php")))
		r = read_core(f, out);
	else if (plugin_of(f->path, &plugin))
		r = read_plugin(f, out, plugin);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "version.php", .inside = "wp-includes" },
	{ .kind = INV_WANT_NAME, .text = "readme.txt" },
};

const struct inv_analyser inv_wordpress = {
	.name = "wordpress",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
