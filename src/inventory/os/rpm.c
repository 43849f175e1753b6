/*
 * rpm's package databases: SQLite (rpmdb.sqlite), NDB (Packages.db), Berkeley DB (Packages), in any
 * of the three places where distributions keep them. The readers are format/rpmdb.h and
 * format/rpm_header.h; here a header becomes a package.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/arith.h"
#include "format/rpm_header.h"
#include "format/rpmdb.h"
#include "inventory/os/analysers.h"
#include "inventory/os/rpm_package.h"
#include "inventory/os/rpm_vendor.h"

/* SQLite's write-ahead log beside a database: what was changed last may be there alone. */
#define LOG_SUFFIX "-wal"

enum { MODE_TYPE = 0170000, MODE_DIR = 0040000, ATTRIBUTES_MAX = 4 };

struct parser {
	struct inv_sink *out;
	struct lc_arena arena; /* of one package */
};

static int nomem(struct parser *p)
{
	return lc_arena_err(&p->arena);
}

static struct lc_slice hex(struct parser *p, const char *prefix, struct lc_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	char text[64];
	size_t n = 0;
	for (size_t i = 0; i < bytes.n && n + 2 <= sizeof(text); i++) {
		text[n++] = digits[bytes.p[i] >> 4];
		text[n++] = digits[bytes.p[i] & 15];
	}
	return lc_arena_fmt(&p->arena, "%s%.*s", prefix, (int)n, text);
}

/* ---- files ---- */

static int add_owned(struct parser *p, const struct rpm_file *f, const char *algo,
		     struct inv_owned_list *list)
{
	struct lc_slice dir = f->dir;
	struct lc_slice name = f->name;
	while (lc_chop_prefix(&dir, LC_S("/")) || (dir.n == 0 && lc_chop_prefix(&name, LC_S("/"))))
		;
	struct inv_owned *owned = lc_vec_push(&p->arena, list);
	if (!owned)
		return nomem(p);
	owned->path = lc_arena_fmt(&p->arena, "%.*s%.*s", LC_FMT(dir), LC_FMT(name));
	if (f->digest.n && algo)
		owned->digest = lc_arena_fmt(&p->arena, "%s:%.*s", algo, LC_FMT(f->digest));
	return owned->path.p && (owned->digest.p || !f->digest.n || !algo) ? 0 : nomem(p);
}

/* Directories are left out: many packages share one. */
static int read_owned(struct parser *p, const struct rpm_header *h, struct inv_package *pkg)
{
	struct rpm_files files;
	struct lc_err own = { 0 };
	int r = rpm_header_files(h, &p->arena, &files, &own);
	if (r == LC_EBAD)
		return inv_sink_trouble(p->out, INV_MALFORMED, "%s: %s", lc_quote(h->name).s,
					own.msg);
	for (size_t i = 0; i < (r ? 0 : files.n) && r == 0; i++) {
		if ((files.v[i].mode & MODE_TYPE) != MODE_DIR)
			r = add_owned(p, &files.v[i], files.digest_algo, &pkg->owned);
	}
	if (r != LC_ELIMIT)
		return r;
	pkg->owned = (struct inv_owned_list){ 0 };
	return inv_sink_trouble(p->out, INV_TOO_LARGE, "%s: list of files", lc_quote(h->name).s);
}

/* ---- packages ---- */

static void add_attribute(struct inv_package *pkg, struct lc_slice key, struct lc_slice value)
{
	if (value.n)
		pkg->attributes.v[pkg->attributes.n++] = (struct inv_attribute){ key, value };
}

static int add_attributes(struct parser *p, const struct rpm_header *h, struct inv_package *pkg)
{
	struct lc_slice key = { NULL, 0 };
	struct lc_slice time = { NULL, 0 };
	pkg->attributes.v = lc_new_array(&p->arena, struct inv_attribute, ATTRIBUTES_MAX);
	if (h->key_id.n)
		key = hex(p, "", h->key_id);
	if (h->install_time)
		time = lc_arena_fmt(&p->arena, "%" PRIu64, h->install_time);
	if (!pkg->attributes.v || (h->key_id.n && !key.p) || (h->install_time && !time.p))
		return nomem(p);
	add_attribute(pkg, LC_S("modularitylabel"), h->module);
	add_attribute(pkg, LC_S("vendor"), h->vendor);
	add_attribute(pkg, LC_S("signature.key"), key);
	add_attribute(pkg, LC_S("installed"), time);
	return 0;
}

/* A source's epoch is not recorded; nearly always it is the package's. */
static int set_source(struct parser *p, const struct rpm_header *h, struct inv_package *pkg)
{
	struct lc_slice version;
	if (h->source_rpm.n == 0)
		return 0;
	if (!rpm_split_source(h->source_rpm, &pkg->source_name, &version))
		return inv_sink_trouble(p->out, INV_MALFORMED, "%s: source package %s",
					lc_quote(h->name).s, lc_quote(h->source_rpm).s);
	pkg->source_version = version;
	if (h->has_epoch)
		pkg->source_version = lc_arena_fmt(&p->arena, "%u:%.*s", h->epoch, LC_FMT(version));
	return pkg->source_version.p ? 0 : nomem(p);
}

static int put_package(struct parser *p, const struct rpm_header *h)
{
	struct lc_slice licence = h->licence;
	struct inv_package pkg = {
		.type = LC_S("rpm"),
		.name = h->name,
		.arch = h->arch,
		.maintainer = h->vendor.n ? h->vendor : h->packager,
		.flags = rpm_third_party(h->vendor, h->release) ? INV_THIRD_PARTY : 0,
	};
	if (licence.n)
		pkg.licences = (struct lc_slices){ &licence, 1, 1 };
	pkg.version = rpm_version_text(h->has_epoch, h->epoch, h->version, h->release, &p->arena);
	if (h->sig_md5.n)
		pkg.digest = hex(p, "md5:", h->sig_md5);
	if (!pkg.version.p || (h->sig_md5.n && !pkg.digest.p))
		return nomem(p);
	int r = set_source(p, h, &pkg);
	r = r ? r : add_attributes(p, h, &pkg);
	r = r ? r : read_owned(p, h, &pkg);
	return r ? r : inv_sink_package(p->out, &pkg);
}

/* Imported keys are kept among the packages, named by key and time. */
static bool is_key(const struct rpm_header *h)
{
	return lc_eq(h->name, LC_S("gpg-pubkey"));
}

/*
 * A header names few directories for many files, so paths are longer than it, by some ten times at
 * most. One long directory for all would cost every small header the whole of what is allowed.
 */
static size_t arena_max(size_t header_bytes)
{
	return lc_min((size_t)64 << 20, ((size_t)256 << 10) + 64 * header_bytes);
}

static int on_header(void *ctx, struct lc_slice blob, struct lc_err *e)
{
	struct parser *p = ctx;
	struct rpm_header h;
	struct lc_err own = { 0 };
	int r = rpm_header_parse(blob, &h, &own);
	if (r) {
		r = inv_sink_trouble(p->out, INV_MALFORMED, "%s", own.msg);
	} else if (!is_key(&h)) {
		bool good = rpm_is_token(h.name) && rpm_is_token(h.version) &&
			    rpm_is_token(h.release) && (!h.arch.n || rpm_is_token(h.arch));
		lc_arena_init(&p->arena, arena_max(blob.n));
		r = good ? put_package(p, &h)
			 : inv_sink_trouble(p->out, INV_MALFORMED,
					    "package whose name or version is none: %s",
					    lc_quote(h.name).s);
		lc_arena_done(&p->arena);
	}
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

/* ---- the database ---- */

/* A log without its database: that is in a lower layer, and its facts lack what the log holds. */
static int read_lone_log(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	uint64_t pages = 0;
	int r = f->content->size ? rpmdb_wal_pages(f->content, &pages, e) : 0;
	if (r == 0 && pages)
		r = inv_sink_trouble(
			out, INV_UNSUPPORTED,
			"%" PRIu64 " pages of a package database that another layer holds", pages);
	return r;
}

static const struct lc_content *log_of(const struct inv_file *f)
{
	char path[128]; /* wanted ones fit */
	(void)snprintf(path, sizeof(path), "%.*s" LOG_SUFFIX, LC_FMT(f->path));
	const struct inv_kept *log = inv_kept_at(f->kept, lc_str(path));
	return log ? &log->content : NULL;
}

static bool has_database(const struct inv_file *f)
{
	return inv_kept_at(f->kept, lc_sub(f->path, 0, f->path.n - (sizeof(LOG_SUFFIX) - 1)));
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .out = out };
	struct lc_err own = { 0 };
	int r;
	if (lc_ends(f->path, LC_S(LOG_SUFFIX)))
		r = has_database(f) ? 0 : read_lone_log(f, out, &own);
	else
		r = rpmdb_foreach(f->content, log_of(f), f->limits, on_header, &p, &own);
	if (r && r != LC_ENOMEM && r != LC_ECANCEL && out->err == 0)
		r = inv_sink_trouble(out, inv_trouble_of(r), "%s", own.msg);
	return r ? lc_fail(e, r, "%s", own.code ? own.msg : lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_PATH, .text = "var/lib/rpm/rpmdb.sqlite" },
	{ .kind = INV_WANT_PATH, .text = "var/lib/rpm/rpmdb.sqlite" LOG_SUFFIX },
	{ .kind = INV_WANT_PATH, .text = "var/lib/rpm/Packages.db" },
	{ .kind = INV_WANT_PATH, .text = "var/lib/rpm/Packages" },
	{ .kind = INV_WANT_PATH, .text = "usr/lib/sysimage/rpm/rpmdb.sqlite" },
	{ .kind = INV_WANT_PATH, .text = "usr/lib/sysimage/rpm/rpmdb.sqlite" LOG_SUFFIX },
	{ .kind = INV_WANT_PATH, .text = "usr/lib/sysimage/rpm/Packages.db" },
	{ .kind = INV_WANT_PATH, .text = "usr/lib/sysimage/rpm/Packages" },
	{ .kind = INV_WANT_PATH, .text = "usr/share/rpm/rpmdb.sqlite" },
	{ .kind = INV_WANT_PATH, .text = "usr/share/rpm/rpmdb.sqlite" LOG_SUFFIX },
	{ .kind = INV_WANT_PATH, .text = "usr/share/rpm/Packages.db" },
	{ .kind = INV_WANT_PATH, .text = "usr/share/rpm/Packages" },
};

const struct inv_analyser inv_rpm = {
	.name = "rpm",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_SEEKABLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
