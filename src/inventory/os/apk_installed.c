/*
 * apk's installed database, v2 text: paragraphs of "X:value" lines with a blank line between.
 * Source: apk-tools doc/apk-installed.5, src/database.c.
 *
 *	C:Q1<base64 SHA-1>  P:name  V:version  A:arch  L:licence  o:origin  m:maintainer  c:commit
 *	D:depends  p:provides   (words, with =version <version >version ~version behind names)
 *	F:directory  R:file in it  Z:Q1<base64 SHA-1> or Q2<base64 SHA-256> of that file
 *
 * Dependencies name packages or what packages provide ("so:libc.musl-x86_64.so.1"): a first pass
 * collects who provides what, the second writes the packages.
 */
#include <inttypes.h>

#include "base/map.h"
#include "inventory/os/analysers.h"
#include "inventory/os/apk_checksum.h"
#include "version/version.h"

enum { NAME_BYTES_MAX = 512, MAINTAINER_BYTES_MAX = 1024, PROVIDES_MAX = 1 << 20 };

struct paragraph {
	struct inv_package pkg;
	struct lc_slice commit, depends;
	struct lc_slice dir;
	size_t lines;
};

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	struct lc_map provides; /* what -> slice with the package's name */
	struct paragraph now;
	uint32_t line;
};

static int bad(struct parser *p, uint32_t line, const char *what)
{
	return inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": %s", line, what);
}

static bool is_token(struct lc_slice s)
{
	if (s.n == 0 || s.n > NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

/* "X:value", or false. */
static bool split_line(struct lc_slice line, uint8_t *ret_key, struct lc_slice *ret)
{
	if (line.n < 2 || !lc_is_alpha(line.p[0]) || line.p[1] != ':')
		return false;
	*ret_key = line.p[0];
	*ret = lc_skip(line, 2);
	return true;
}

/* ---- who provides what ---- */

/* A word of D: or p: without the version behind it. */
static struct lc_slice word_name(struct lc_slice word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (lc_find(LC_S("=<>~"), word.p[i]) != SIZE_MAX)
			return lc_sub(word, 0, i);
	}
	return word;
}

static int provide(struct parser *p, struct lc_slice words, struct lc_slice *package)
{
	struct lc_slice word;
	while (lc_split(&words, ' ', &word)) {
		word = word_name(word);
		if (word.n == 0 || p->provides.n == PROVIDES_MAX)
			continue;
		int r = lc_map_add(&p->provides, word, package, NULL); /* the first one counts */
		if (r)
			return r;
	}
	return 0;
}

/* P stands before p in what apk writes; elsewhere the provides are lost, the packages are not. */
static int collect(struct parser *p)
{
	struct lc_slice rest = p->file->bytes;
	struct lc_slice line;
	struct lc_slice *package = NULL;
	while (lc_line(&rest, &line)) {
		uint8_t key;
		struct lc_slice value;
		int r = 0;
		if (line.n == 0)
			package = NULL;
		if (!split_line(line, &key, &value))
			continue;
		if (key == 'P') {
			package = lc_new(p->file->scratch, struct lc_slice);
			if (!package)
				return lc_arena_err(p->file->scratch);
			*package = value;
			if (is_token(value) && p->provides.n < PROVIDES_MAX)
				r = lc_map_put(&p->provides, value, package);
		} else if (key == 'p' && package) {
			r = provide(p, value, package);
		}
		if (r)
			return r;
	}
	return 0;
}

/* "!name" forbids a package; names nobody provides are not there. */
static int resolve_depends(struct parser *p)
{
	struct paragraph *q = &p->now;
	struct lc_slice words = q->depends;
	struct lc_slice word;
	while (words.p && lc_split(&words, ' ', &word)) {
		const struct lc_slice *name = lc_map_get(&p->provides, word_name(word));
		if (!name || lc_eq(*name, q->pkg.name))
			continue;
		struct lc_slice *place = lc_vec_push(p->file->scratch, &q->pkg.depends_on);
		if (!place)
			return lc_arena_err(p->file->scratch);
		*place = *name;
	}
	return 0;
}

/* ---- lines ---- */

static int add_licence(struct parser *p, struct lc_slice text)
{
	struct lc_slice *place = lc_vec_push(p->file->scratch, &p->now.pkg.licences);
	if (!place)
		return lc_arena_err(p->file->scratch);
	*place = text;
	return 0;
}

/* An SPDX expression is one item; otherwise the words of "MIT BSD GPL2+" all apply. */
static int read_licences(struct parser *p, struct lc_slice value)
{
	static const struct lc_slice operators[] = {
		LC_S_INIT(" AND "),
		LC_S_INIT(" OR "),
		LC_S_INIT(" WITH "),
	};
	struct lc_slice word;
	value = lc_trim(value);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (lc_find_slice(value, operators[i]) != SIZE_MAX)
			return add_licence(p, value);
	}
	while (lc_split(&value, ' ', &word)) {
		int r = word.n ? add_licence(p, word) : 0;
		if (r)
			return r;
	}
	return 0;
}

static int read_owned(struct parser *p, struct lc_slice name)
{
	struct paragraph *q = &p->now;
	struct inv_owned *owned = lc_vec_push(p->file->scratch, &q->pkg.owned);
	if (!owned)
		return lc_arena_err(p->file->scratch);
	owned->path = name;
	if (q->dir.n == 0)
		return 0;
	struct lc_buf path;
	lc_buf_init(&path, p->file->bytes.n + 1);
	(void)lc_buf_slice(&path, q->dir); /* sticky: the last one is looked at */
	(void)lc_buf_byte(&path, '/');
	int r = lc_buf_slice(&path, name);
	r = r ? r : lc_arena_dup(p->file->scratch, lc_buf_get(&path), &owned->path);
	lc_buf_done(&path);
	return r;
}

static int read_checksum(struct parser *p, struct lc_slice text, struct lc_slice *ret)
{
	int r = apk_checksum(text, p->file->scratch, ret);
	return r == LC_EBAD ? bad(p, p->line, "checksum not understood") : r;
}

static int read_line(struct parser *p, uint8_t key, struct lc_slice value)
{
	struct paragraph *q = &p->now;
	switch (key) {
	case 'P':
		q->pkg.name = value;
		return 0;
	case 'V':
		q->pkg.version = value;
		return 0;
	case 'A':
		q->pkg.arch = value;
		return 0;
	case 'o':
		q->pkg.source_name = value;
		return 0;
	case 'm':
		q->pkg.maintainer = value;
		return 0;
	case 'c':
		q->commit = value;
		return 0;
	case 'D':
		q->depends = value;
		return 0;
	case 'L':
		return read_licences(p, value);
	case 'C':
		return value.n ? read_checksum(p, value, &q->pkg.digest) : 0;
	case 'F':
		q->dir = value;
		return 0;
	case 'R':
		return read_owned(p, value);
	case 'Z':
		if (q->pkg.owned.n == 0)
			return bad(p, p->line, "checksum of no file");
		return read_checksum(p, value, &q->pkg.owned.v[q->pkg.owned.n - 1].digest);
	default: /* sizes, texts, modes: nothing that a report needs */
		return 0;
	}
}

/* ---- paragraphs ---- */

static int put_package(struct parser *p)
{
	struct paragraph *q = &p->now;
	struct inv_attribute commit = { LC_S("commit"), q->commit };
	if (q->pkg.maintainer.n > MAINTAINER_BYTES_MAX)
		q->pkg.maintainer.n = MAINTAINER_BYTES_MAX;
	if (q->pkg.arch.n && !is_token(q->pkg.arch)) {
		int bad_arch = bad(p, q->pkg.line_start, "architecture (A) not usable");
		if (bad_arch)
			return bad_arch;
		q->pkg.arch = LC_S("");
	}
	if (!is_token(q->pkg.source_name))
		q->pkg.source_name = q->pkg.name;
	q->pkg.type = LC_S("apk");
	q->pkg.source_version = q->pkg.version;
	if (lc_starts(q->pkg.name, LC_S(".")))
		q->pkg.flags |= INV_VIRTUAL;
	if (q->commit.n)
		q->pkg.attributes = (struct inv_attribute_list){ &commit, 1, 1 };
	int r = resolve_depends(p);
	if (r == 0 && !version_valid(VERSION_APK, q->pkg.version))
		r = inv_sink_trouble(
			p->out, INV_MALFORMED, "line %" PRIu32 ": %s has no version of apk's: %s",
			q->pkg.line_start, lc_quote(q->pkg.name).s, lc_quote(q->pkg.version).s);
	return r ? r : inv_sink_package(p->out, &q->pkg);
}

static int end_paragraph(struct parser *p)
{
	struct paragraph *q = &p->now;
	int r = 0;
	if (q->lines == 0)
		return 0;
	if (!is_token(q->pkg.name))
		r = bad(p, q->pkg.line_start, "package without a usable name (P)");
	else if (!is_token(q->pkg.version))
		r = bad(p, q->pkg.line_start, "package without a usable version (V)");
	else
		r = put_package(p);
	/* Lists keep their room: memory is that of the largest paragraph. */
	struct inv_package fresh = {
		.owned = q->pkg.owned,
		.depends_on = q->pkg.depends_on,
		.licences = q->pkg.licences,
	};
	fresh.owned.n = 0;
	fresh.depends_on.n = 0;
	fresh.licences.n = 0;
	*q = (struct paragraph){ .pkg = fresh };
	return r;
}

static int on_line(struct parser *p, struct lc_slice line)
{
	struct paragraph *q = &p->now;
	uint8_t key;
	struct lc_slice value;
	if (line.n == 0)
		return end_paragraph(p);
	q->pkg.line_end = p->line;
	if (q->lines++ == 0)
		q->pkg.line_start = p->line;
	if (!split_line(line, &key, &value))
		return bad(p, p->line, "not a letter and a colon");
	return read_line(p, key, value);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .file = f, .out = out };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = collect(&p);
	while (r == 0 && lc_line(&rest, &line)) {
		p.line++;
		r = on_line(&p, line);
	}
	r = r ? r : end_paragraph(&p);
	lc_map_done(&p.provides);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

/* Both names: with a merged usr the second is the real one, and lib leads there. */
static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "lib/apk/db/installed", NULL, 0 },
	{ INV_WANT_PATH, "usr/lib/apk/db/installed", NULL, 0 },
};

const struct inv_analyser inv_apk_installed = {
	.name = "apk",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
