/*
 * Installed Python packages: the metadata that wheels and eggs leave behind. Source: PyPA, Core
 * metadata specifications; PEP 376, 639.
 *
 *	NAME-VERSION.dist-info/METADATA    NAME.egg-info/PKG-INFO    NAME.egg-info, a file
 *	NAME.egg/EGG-INFO/PKG-INFO, where NAME.egg is a directory or a zip archive
 *
 *	Name: requests
 *	Version: 2.20.0
 *	License: Apache 2.0                  or License-Expression, or
 *	Classifier: License :: OSI Approved :: Apache Software License
 *
 * Fields as those of mail, up to the first blank line. Who has neither name nor version goes by the
 * name of the directory.
 */
#include "base/buf.h"
#include "base/shim.h"
#include "format/zip.h"
#include "inventory/language/analysers.h"
#include "inventory/language/python.h"

enum { METADATA_BYTES_MAX = 1 << 20 }; /* of an egg's, inflated */
enum { LICENCE_BYTES_MAX = 256 };      /* some write the whole text there */

struct metadata {
	const struct inv_file *file;
	struct lc_slice name, version, licence, expression;
	struct lc_slices classified;
};

/* ---- fields ---- */

static int add_classified(struct metadata *m, struct lc_slice classifier)
{
	if (!lc_chop_prefix(&classifier, LC_S("License :: ")))
		return 0;
	for (size_t at; (at = lc_find_slice(classifier, LC_S(" :: "))) != SIZE_MAX;)
		classifier = lc_skip(classifier, at + 4);
	if (classifier.n == 0 || lc_eq(classifier, LC_S("OSI Approved")))
		return 0;
	struct lc_slice *place = lc_vec_push(m->file->scratch, &m->classified);
	if (!place)
		return lc_arena_err(m->file->scratch);
	*place = classifier;
	return 0;
}

static int read_field(struct metadata *m, struct lc_slice key, struct lc_slice value)
{
	if (lc_eq_nocase(key, LC_S("Name")) && m->name.n == 0)
		m->name = value;
	else if (lc_eq_nocase(key, LC_S("Version")) && m->version.n == 0)
		m->version = value;
	else if (lc_eq_nocase(key, LC_S("License-Expression")))
		m->expression = value;
	else if (lc_eq_nocase(key, LC_S("License")))
		m->licence = value;
	else if (lc_eq_nocase(key, LC_S("Classifier")))
		return add_classified(m, value);
	return 0;
}

/* Lines that go on the one before are of fields that we do not keep, or a licence's text. */
static int read_fields(struct metadata *m)
{
	struct lc_slice rest = m->file->bytes;
	struct lc_slice line;
	struct lc_slice key;
	struct lc_slice value;
	int r = 0;
	(void)lc_chop_prefix(&rest, LC_S("\xef\xbb\xbf"));
	while (r == 0 && lc_line(&rest, &line) && lc_trim(line).n) {
		if (line.p[0] == ' ' || line.p[0] == '\t' || !lc_cut(line, ':', &key, &value))
			continue;
		r = read_field(m, key, lc_trim(value));
	}
	return r;
}

/* ---- the directory's name ---- */

/* NAME-VERSION.dist-info, NAME-VERSION[-py3.11].egg-info */
static void name_by_path(struct lc_slice path, struct metadata *m)
{
	struct lc_slice name;
	struct lc_slice rest;
	if (!lc_ends(path, LC_S(".egg-info"))) {
		path = lc_path_dir(path);
	}
	path = lc_path_name(path);
	if (!lc_chop_suffix(&path, LC_S(".dist-info")) && !lc_chop_suffix(&path, LC_S(".egg-info")))
		return;
	if (!lc_cut(path, '-', &name, &rest))
		return;
	m->name = name;
	m->version = lc_sub(rest, 0, lc_find(rest, '-'));
}

/* ---- all ---- */

static int put(struct metadata *m, struct inv_sink *out)
{
	struct inv_package p = { .type = LC_S("python-pkg") };
	struct lc_slice one = m->expression.n ? m->expression : m->licence;
	int r = 0;
	if (m->name.n == 0 || !python_is_version(m->version)) {
		r = inv_sink_trouble(out, INV_MALFORMED, "metadata without a name and a version");
		m->name = m->version = LC_S("");
		name_by_path(m->file->path, m);
	}
	if (r || m->name.n == 0 || !python_is_version(m->version))
		return r;
	if (python_name(m->name).n != m->name.n)
		return inv_sink_trouble(out, INV_MALFORMED, "no name of a package: %s",
					lc_quote(m->name).s);
	p.name = m->name;
	p.version = m->version;
	if (m->expression.n == 0 && m->classified.n)
		p.licences = m->classified;
	else if (one.n && one.n <= LICENCE_BYTES_MAX && !lc_eq(one, LC_S("UNKNOWN")))
		p.licences = (struct lc_slices){ &one, 1, 1 };
	return inv_sink_package(out, &p);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct metadata m = { .file = f };
	int r = read_fields(&m);
	r = r ? r : put(&m, out);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".dist-info/METADATA" },
	{ .kind = INV_WANT_SUFFIX, .text = ".egg-info/PKG-INFO" },
	{ .kind = INV_WANT_NAME, .text = "PKG-INFO", .inside = "EGG-INFO" },
	{ .kind = INV_WANT_SUFFIX, .text = ".egg-info" },
};

const struct inv_analyser inv_python_package = {
	.name = "python-pkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};

/* ---- eggs that are archives ---- */

static int read_egg(const struct inv_file *f, struct lc_buf *b, struct lc_err *own)
{
	LC_CLEANUP(zip_reader_closep) struct zip_reader *z = NULL;
	uint64_t i;
	int r = zip_open_content(f->content, f->limits, &z, own);
	r = r ? r : zip_find(z, LC_S("EGG-INFO/PKG-INFO"), &i, own);
	return r ? r : zip_member_read(z, i, b, own);
}

static int parse_egg(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct inv_file inner = *f;
	struct lc_err own = { 0 };
	struct lc_buf b;
	lc_buf_init(&b, METADATA_BYTES_MAX);
	int r = read_egg(f, &b, &own);
	inner.bytes = lc_buf_get(&b);
	if (r == LC_ENOTFOUND)
		r = inv_sink_trouble(out, INV_MALFORMED, "egg without EGG-INFO/PKG-INFO");
	else if (r && r != LC_ENOMEM && r != LC_ECANCEL)
		r = inv_sink_trouble(out, inv_trouble_of(r), "%s", own.msg);
	else if (r == 0)
		r = parse(&inner, out, e);
	lc_buf_done(&b);
	return r ? lc_fail(e, r, "%s", own.code ? own.msg : lc_code_name(r)) : 0;
}

static const struct inv_want egg_wants[] = { { .kind = INV_WANT_SUFFIX, .text = ".egg" } };

const struct inv_analyser inv_python_egg = {
	.name = "python-egg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_SEEKABLE,
	.wants = egg_wants,
	.wants_n = sizeof(egg_wants) / sizeof(egg_wants[0]),
	.parse = parse_egg,
};
