/*
 * pacman's local database, a directory NAME-VERSION-RELEASE a package; its texts have a line
 * %KEY%, values one a line, and a blank line behind. Source: alpm's local database, version 9.
 *
 *	desc   %NAME% bash   %VERSION% 5.2.037-1   %BASE% bash   %ARCH% x86_64   %LICENSE% …
 *	       %PACKAGER% A B <ab@archlinux.org>   %DEPENDS% readline   glibc>=2.38 …
 *	files  %FILES% usr/   usr/bin/   usr/bin/bash   %BACKUP% etc/bash.bashrc<tab>MD5
 */
#include <inttypes.h>

#include "inventory/os/analysers.h"
#include "version/version.h"

enum { TOKEN_BYTES_MAX = 512, PACKAGER_BYTES_MAX = 1024, MD5_HEX = 32 };

enum key {
	K_NAME,
	K_VERSION,
	K_BASE,
	K_ARCH,
	K_PACKAGER,
	K_LICENSE,
	K_DEPENDS,
	K_FILES,
	K_BACKUP,
	K_OTHER
};

static const struct lc_slice keys[K_OTHER] = {
	[K_NAME] = LC_S_INIT("NAME"),         [K_VERSION] = LC_S_INIT("VERSION"),
	[K_BASE] = LC_S_INIT("BASE"),         [K_ARCH] = LC_S_INIT("ARCH"),
	[K_PACKAGER] = LC_S_INIT("PACKAGER"), [K_LICENSE] = LC_S_INIT("LICENSE"),
	[K_DEPENDS] = LC_S_INIT("DEPENDS"),   [K_FILES] = LC_S_INIT("FILES"),
	[K_BACKUP] = LC_S_INIT("BACKUP"),
};

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	uint32_t line;
	enum key key;                   /* whose values come */
	struct lc_slice first[K_OTHER]; /* first value of each */
	struct lc_slices licences, depends_on;
	struct inv_owned_list owned;
};

static bool is_token(struct lc_slice s)
{
	if (s.n == 0 || s.n > TOKEN_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

static int bad(struct parser *p, const char *what)
{
	return inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": %s", p->line, what);
}

/* ---- values ---- */

static int push(struct parser *p, struct lc_slices *list, struct lc_slice value)
{
	struct lc_slice *place = lc_vec_push(p->file->scratch, list);
	if (!place)
		return lc_arena_err(p->file->scratch);
	*place = value;
	return 0;
}

/* "glibc>=2.38": the name alone. */
static int read_dependency(struct parser *p, struct lc_slice value)
{
	size_t end = 0;
	while (end < value.n && lc_find(LC_S("<>="), value.p[end]) == SIZE_MAX)
		end++;
	value = lc_sub(value, 0, end);
	return is_token(value) ? push(p, &p->depends_on, value) : bad(p, "no dependency");
}

/* Directories end in a slash: many packages share one. */
static int read_file(struct parser *p, struct lc_slice path, struct lc_slice md5)
{
	while (lc_chop_prefix(&path, LC_S("/")))
		;
	if (path.n == 0 || path.p[path.n - 1] == '/')
		return 0;
	struct inv_owned *owned = lc_vec_push(p->file->scratch, &p->owned);
	if (!owned)
		return lc_arena_err(p->file->scratch);
	owned->path = path;
	if (md5.n != MD5_HEX)
		return 0;
	owned->digest = lc_arena_fmt(p->file->scratch, "md5:%.*s", LC_FMT(md5));
	return owned->digest.p ? 0 : lc_arena_err(p->file->scratch);
}

static int read_backup(struct parser *p, struct lc_slice line)
{
	struct lc_slice path;
	struct lc_slice md5;
	if (!lc_cut(line, '\t', &path, &md5))
		return bad(p, "not a path and a checksum");
	return read_file(p, path, md5);
}

static int read_value(struct parser *p, struct lc_slice value)
{
	if (p->key != K_OTHER && !p->first[p->key].p)
		p->first[p->key] = value;
	switch (p->key) {
	case K_LICENSE:
		return push(p, &p->licences, value);
	case K_DEPENDS:
		return read_dependency(p, value);
	case K_FILES:
		return read_file(p, value, LC_S(""));
	case K_BACKUP:
		return read_backup(p, value);
	default:
		return 0;
	}
}

/* ---- lines ---- */

static bool is_key(struct lc_slice line, struct lc_slice *ret)
{
	*ret = line;
	return lc_chop_prefix(ret, LC_S("%")) && lc_chop_suffix(ret, LC_S("%")) && ret->n;
}

static int read_line(struct parser *p, struct lc_slice line, bool *inside)
{
	struct lc_slice key;
	if (line.n == 0) {
		*inside = false;
		return 0;
	}
	if (*inside)
		return read_value(p, line);
	p->key = K_OTHER;
	*inside = true;
	if (!is_key(line, &key))
		return bad(p, "value without a key");
	for (size_t i = 0; i < K_OTHER; i++) {
		if (lc_eq(key, keys[i]))
			p->key = (enum key)i;
	}
	return 0;
}

static int read_lines(struct parser *p)
{
	struct lc_slice rest = p->file->bytes;
	struct lc_slice line;
	bool inside = false;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line)) {
		p->line++;
		r = read_line(p, line, &inside);
	}
	return r;
}

/* ---- what they say ---- */

/* makepkg's own word for who built a package, when nobody has told it: no repository's. */
static bool is_homemade(struct lc_slice packager)
{
	return lc_eq(packager, LC_S("Unknown Packager"));
}

static int put_package(struct parser *p)
{
	struct inv_package pkg = {
		.type = LC_S("pacman"),
		.name = p->first[K_NAME],
		.version = p->first[K_VERSION],
		.arch = p->first[K_ARCH],
		.source_name = p->first[K_BASE].n ? p->first[K_BASE] : p->first[K_NAME],
		.source_version = p->first[K_VERSION],
		.licences = p->licences,
		.maintainer = lc_sub(p->first[K_PACKAGER], 0, PACKAGER_BYTES_MAX),
		.depends_on = p->depends_on,
		.flags = is_homemade(p->first[K_PACKAGER]) ? INV_THIRD_PARTY : 0,
	};
	int r = 0;
	if (!is_token(pkg.name))
		return inv_sink_trouble(p->out, INV_MALFORMED, "package without a usable name");
	if (!is_token(pkg.version))
		return inv_sink_trouble(p->out, INV_MALFORMED, "%s without a usable version",
					lc_quote(pkg.name).s);
	if (!version_valid(VERSION_ALPM, pkg.version))
		r = inv_sink_trouble(p->out, INV_MALFORMED, "%s has no version of pacman's: %s",
				     lc_quote(pkg.name).s, lc_quote(pkg.version).s);
	if (!is_token(pkg.arch))
		pkg.arch = LC_S("");
	if (!is_token(pkg.source_name))
		pkg.source_name = pkg.name;
	return r ? r : inv_sink_package(p->out, &pkg);
}

/* The directory's name without version and release, which hold no dash. */
static struct lc_slice package_of(struct lc_slice path)
{
	path = lc_path_name(lc_find(path, '/') == SIZE_MAX ? path : lc_path_dir(path));
	for (int i = 0; i < 2; i++) {
		size_t dash = lc_rfind(path, '-');
		path = dash == SIZE_MAX ? LC_S("") : lc_sub(path, 0, dash);
	}
	return path;
}

static int put_files(struct parser *p)
{
	struct inv_owned_by by = { .type = LC_S("pacman"), .owned = p->owned };
	by.package = package_of(p->file->path);
	if (!is_token(by.package))
		return inv_sink_trouble(p->out, INV_MALFORMED, "directory that names no package");
	return p->owned.n ? inv_sink_owned_by(p->out, &by) : 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .file = f, .out = out, .key = K_OTHER };
	int r = read_lines(&p);
	if (r == 0)
		r = lc_ends(f->path, LC_S("/files")) ? put_files(&p) : put_package(&p);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_UNDER, "var/lib/pacman/local", "/desc", 0 },
	{ INV_WANT_UNDER, "var/lib/pacman/local", "/files", 0 },
};

const struct inv_analyser inv_pacman = {
	.name = "pacman",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
