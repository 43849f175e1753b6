/*
 * dpkg's own notes beside the status file, one file a package, named PACKAGE or PACKAGE:ARCH:
 *
 *	info/libc6:amd64.list     every path, one a line, absolute, directories included
 *	info/libc6:amd64.md5sums  "<32 hex>  path", relative, neither links nor configuration files
 *	status.d/base.md5sums     the same in images without dpkg
 *
 * Source: dpkg-query(1) --listfiles, deb-md5sums(5).
 */
#include <inttypes.h>

#include "inventory/os/analysers.h"
#include "inventory/os/dpkg_read.h"

enum { MD5_HEX = 32 };

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	struct inv_owned_by by;
	uint32_t line;
};

static struct inv_owned *push(struct parser *p, struct lc_slice path)
{
	while (lc_chop_prefix(&path, LC_S("/")) || lc_chop_prefix(&path, LC_S("./")))
		;
	struct inv_owned *owned = lc_vec_push(p->file->scratch, &p->by.owned);
	if (owned)
		owned->path = path;
	return owned;
}

static bool is_parent(struct lc_slice dir, struct lc_slice path)
{
	return lc_starts(path, dir) && path.n > dir.n && path.p[dir.n] == '/';
}

/* A list is in the archive's order: a path that the next one lies in is a directory. */
static int read_list(struct parser *p)
{
	struct lc_slice rest = p->file->bytes;
	struct lc_slice line;
	struct lc_slice last = LC_S("");
	struct lc_slice mode;
	bool more = true;
	while (more) {
		more = lc_line(&rest, &line);
		if (!more)
			line = LC_S("");
		if (lc_cut(line, '\t', &line, &mode)) /* opkg tells it behind the path */
			line = lc_trim(line);
		p->line++;
		bool file = last.n && !lc_eq(last, LC_S("/.")) && !is_parent(last, line);
		if (file && !push(p, last))
			return lc_arena_err(p->file->scratch);
		last = line;
		if (line.n && line.p[0] != '/') {
			int r = inv_sink_trouble(p->out, INV_MALFORMED,
						 "line %" PRIu32 ": not an absolute path", p->line);
			if (r)
				return r;
			last = LC_S("");
		}
	}
	return 0;
}

static bool is_hex(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		if (!lc_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

/* Between hash and path: a space, then a space or "*" (binary). */
static int read_sum(struct parser *p, struct lc_slice line)
{
	struct lc_slice hash = lc_sub(line, 0, MD5_HEX);
	struct lc_slice path = lc_skip(line, MD5_HEX);
	if (hash.n != MD5_HEX || !is_hex(hash) || path.n < 3 || path.p[0] != ' ')
		return inv_sink_trouble(p->out, INV_MALFORMED,
					"line %" PRIu32 ": not a checksum and a path", p->line);
	struct inv_owned *owned = push(p, lc_skip(path, 2));
	if (!owned)
		return lc_arena_err(p->file->scratch);
	owned->digest = lc_arena_fmt(p->file->scratch, "md5:%.*s", LC_FMT(hash));
	return owned->digest.p ? 0 : lc_arena_err(p->file->scratch);
}

static int read_sums(struct parser *p)
{
	struct lc_slice rest = p->file->bytes;
	struct lc_slice line;
	while (lc_line(&rest, &line)) {
		p->line++;
		int r = lc_trim(line).n ? read_sum(p, line) : 0;
		if (r)
			return r;
	}
	return 0;
}

int dpkg_read_info(const struct inv_file *f, struct lc_slice type, struct inv_sink *out,
		   struct lc_err *e)
{
	struct parser p = { .file = f, .out = out, .by.type = type };
	struct lc_slice name = lc_path_name(f->path);
	bool list = lc_chop_suffix(&name, LC_S(".list"));
	if (!list)
		(void)lc_chop_suffix(&name, LC_S(".md5sums")); /* one of the two, by wants */
	p.by.package = name;
	(void)lc_cut(name, ':', &p.by.package, &p.by.arch); /* most have no architecture */
	int r = list ? read_list(&p) : read_sums(&p);
	r = r || p.by.owned.n == 0 ? r : inv_sink_owned_by(out, &p.by);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return dpkg_read_info(f, LC_S("dpkg"), out, e);
}

static const struct inv_want wants[] = {
	{ INV_WANT_UNDER, "var/lib/dpkg/info", ".list", 0 },
	{ INV_WANT_UNDER, "var/lib/dpkg/info", ".md5sums", 0 },
	{ INV_WANT_UNDER, "var/lib/dpkg/status.d", ".md5sums", 0 },
};

const struct inv_analyser inv_dpkg_info = {
	.name = "dpkg-info",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
