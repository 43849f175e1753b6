/*
 * Feeds in vendors' own formats: native/<feed>/ with files as they are published, plain, compressed
 * or in tar archives; and archives of samples, whose files are told apart by what they begin with.
 */
#include <stdio.h>

#include "advisory/build_impl.h"
#include "advisory/feed_table.h"
#include "format/tar.h"
#include "io/bzip2.h"
#include "io/file.h"
#include "io/inflate.h"

enum {
	DEPTH_MAX = 6,
	NATIVE_NAMES_MAX = 1 << 17, /* Red Hat's and NVD's one file a CVE, by year */
	TAR_MEMBER_MAX = 256 << 20,
};

/* Where the files of one feed go. */
struct native_feed {
	struct feed_folder *f;
	struct adv_build_feed *feed;
	struct lc_slice only; /* feed whose reader takes every file; "" by the files' beginnings */
};

static const struct adv_feed_format *format_of(const struct native_feed *n, struct lc_slice path,
					       struct lc_slice bytes)
{
	const struct adv_feed_format *by_mark = adv_feed_format_of(path, bytes);
	if (!n->only.n || (by_mark && lc_eq(lc_str(by_mark->feed), n->only)))
		return by_mark;
	/* A file of this feed that does not begin like one: its reader says what is wrong. */
	const struct adv_feed_format *row;
	for (size_t i = 0; (row = adv_feed_format_at(i)); i++)
		if (lc_eq(lc_str(row->feed), n->only) && row->read)
			return row;
	return NULL;
}

static int take_bytes(struct native_feed *n, struct lc_slice path, struct lc_slice bytes)
{
	const struct adv_feed_format *format = format_of(n, path, bytes);
	struct lc_arena scratch;
	struct lc_err why = { 0 };
	uint64_t records = 0;
	if (!format) {
		n->feed->skipped++;
		return 0;
	}
	if (!format->read)
		return feeds_read_record(n->f, n->feed, path, bytes);
	lc_arena_init(&scratch, (size_t)3 << 30);
	int rc = format->read(bytes, path, n->f->face, &scratch, &records, &why);
	lc_arena_done(&scratch);
	n->feed->records += records;
	if (!rc)
		return 0;
	if (!feeds_is_fatal(rc) && rc != LC_EIO)
		return feeds_tell_broken(n->f, n->feed, path, &why);
	if (n->f->e)
		*n->f->e = why;
	return rc;
}

static int read_all(struct lc_stream *s, struct lc_buf *buf, struct lc_err *e)
{
	size_t n = 1;
	lc_buf_clear(buf);
	while (n) {
		if (lc_buf_reserve(buf, 65536))
			return lc_fail(e, lc_buf_err(buf), "more than %zu bytes", buf->max);
		int rc = lc_stream_read(s, buf->p + buf->n, 65536, &n, e);
		if (rc)
			return rc;
		buf->n += n;
	}
	return 0;
}

/* gzip, zstd, bzip2 or plain, told apart by the first bytes. */
static int unpack(struct lc_stream *from, struct lc_slice head, const struct lc_limits *limits,
		  struct lc_stream **ret, struct lc_err *e)
{
	if (io_sniff(head) == IO_BZIP2)
		return io_bzip2_open(from, limits, ret, e);
	enum io_compression kind;
	return io_inflate_open(from, limits, ret, &kind, e);
}

/* What a member holds, inflated when it is compressed itself. */
static int take_member(struct native_feed *n, struct tar_reader *t, const struct tar_entry *m,
		       struct lc_buf *packed, struct lc_buf *plain)
{
	struct lc_err why = { 0 };
	const struct lc_limits *l = n->f->o->limits ? n->f->o->limits : &lc_limits_default;
	int rc = read_all(tar_content(t), packed, &why);
	struct lc_slice bytes = lc_buf_get(packed);
	if (!rc && io_sniff(lc_sub(bytes, 0, 10)) != IO_PLAIN) {
		struct lc_slice_stream from;
		struct lc_stream *s = NULL;
		lc_slice_stream_init(&from, bytes);
		rc = unpack(&from.base, lc_sub(bytes, 0, 10), l, &s, &why);
		if (!rc)
			rc = read_all(s, plain, &why);
		lc_stream_close(s);
		bytes = lc_buf_get(plain);
	}
	if (!rc)
		return take_bytes(n, m->name, bytes);
	if (!feeds_is_fatal(rc))
		return feeds_tell_broken(n->f, n->feed, m->name, &why);
	if (n->f->e)
		*n->f->e = why;
	return rc;
}

static int read_members(struct native_feed *n, struct tar_reader *t, struct lc_err *why)
{
	struct lc_buf packed;
	struct lc_buf plain;
	struct tar_entry m;
	int rc = 0;
	uint64_t count = 0;
	lc_buf_init(&packed, TAR_MEMBER_MAX);
	lc_buf_init(&plain, TAR_MEMBER_MAX);
	while (!rc && !(rc = tar_next(t, &m, why))) {
		if (m.type == TAR_FILE && m.size)
			rc = take_member(n, t, &m, &packed, &plain);
		if (!rc && ++count % 256 == 0 &&
		    !feeds_progress(n->f, (const char *)n->feed->name.p, count, 0))
			rc = lc_fail(n->f->e, LC_ECANCEL, "stopped: out of time");
	}
	lc_buf_done(&packed);
	lc_buf_done(&plain);
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static int read_tar(struct native_feed *n, struct lc_slice name, struct lc_stream *s,
		    const struct lc_limits *limits)
{
	struct tar_reader *t = NULL;
	struct lc_err why = { 0 };
	int rc = tar_open(s, limits, &t, &why);
	if (!rc)
		rc = read_members(n, t, &why);
	tar_close(t);
	if (!rc || feeds_is_fatal(rc)) {
		if (rc && n->f->e && !n->f->e->code)
			*n->f->e = why;
		return rc;
	}
	return feeds_tell_broken(n->f, n->feed, name, &why);
}

static bool is_tar(struct lc_slice name)
{
	static const char *const ends[] = { ".tar",     ".tar.gz",  ".tgz",
					    ".tar.zst", ".tar.bz2", ".tar.xz" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (lc_ends(name, lc_str(ends[i])))
			return true;
	return false;
}

static int read_opened(struct native_feed *n, struct lc_slice name, struct lc_content *c)
{
	struct lc_content_stream from;
	struct lc_stream *s = NULL;
	struct lc_err why = { 0 };
	struct lc_buf buf;
	uint8_t head[10];
	size_t head_n = c->size < sizeof(head) ? (size_t)c->size : sizeof(head);
	/* The bound on members is on layers of images; an archive may have more files. */
	struct lc_limits limits =
		lc_limits_copy(n->f->o->limits ? n->f->o->limits : &lc_limits_default);
	limits.entries_max = limits.entries_max > 4000000 ? limits.entries_max : 4000000;
	lc_buf_init(&buf, FEED_FILE_BYTES_MAX);
	lc_content_stream_init(&from, c, 0, c->size);
	int rc = lc_content_read(c, 0, head, head_n, &why);
	if (!rc)
		rc = unpack(&from.base, lc_slice_of(head, head_n), &limits, &s, &why);
	if (!rc && is_tar(name)) {
		rc = read_tar(n, name, s, &limits);
	} else {
		if (!rc)
			rc = read_all(s, &buf, &why);
		if (!rc)
			rc = take_bytes(n, name, lc_buf_get(&buf));
		else if (!feeds_is_fatal(rc))
			rc = feeds_tell_broken(n->f, n->feed, name, &why);
		else if (n->f->e)
			*n->f->e = why;
	}
	lc_stream_close(s);
	lc_buf_done(&buf);
	return rc;
}

static int read_file(struct native_feed *n, const char *path, struct lc_slice name)
{
	struct lc_content c;
	struct lc_err why = { 0 };
	int rc = io_open_content(path, &c, &why);
	if (rc)
		return feeds_is_fatal(rc) ? rc : feeds_tell_broken(n->f, n->feed, name, &why);
	rc = read_opened(n, name, &c);
	lc_content_done(&c);
	return rc;
}

static int read_dir(struct native_feed *n, const char *path, unsigned depth)
{
	struct lc_arena names_of = { 0 };
	struct lc_slices names = { 0 };
	if (depth > DEPTH_MAX)
		return lc_fail(n->f->e, LC_ELIMIT, "%s: folders deeper than %d",
			       lc_quote(lc_str(path)).s, DEPTH_MAX);
	int rc = io_list_dir(path, &names_of, NATIVE_NAMES_MAX, &names, n->f->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		bool dir = false;
		struct lc_slice below =
			lc_arena_fmt(&names_of, "%s/%s", path, (const char *)names.v[i].p);
		const char *text = (const char *)below.p;
		if (!text)
			rc = lc_fail(n->f->e, lc_arena_err(&names_of), "feeds");
		else if (io_exists(text, &dir) && dir)
			rc = read_dir(n, text, depth + 1);
		else
			rc = read_file(n, text, names.v[i]);
		if (!rc && i % 256 == 0 &&
		    !feeds_progress(n->f, (const char *)n->feed->name.p, i, names.n))
			rc = lc_fail(n->f->e, LC_ECANCEL, "stopped: out of time");
	}
	lc_arena_done(&names_of);
	return rc;
}

/* "debian-tracker.tar.zst" is the feed debian-tracker. */
static struct lc_slice feed_name(struct lc_slice name)
{
	size_t at = lc_find_slice(name, LC_S(".tar"));
	return at == SIZE_MAX ? name : lc_sub(name, 0, at);
}

static int read_one(struct feed_folder *f, const char *path, struct lc_slice name, bool dir)
{
	char *own = lc_arena_str(f->a, feed_name(name));
	struct adv_build_feed *feed = own ? feeds_new(f, own) : NULL;
	if (!feed)
		return lc_fail(f->e, lc_arena_err(f->a), "feeds");
	/* Archives of samples hold all sorts of files; folders of a feed its own. */
	struct native_feed n = { .f = f, .feed = feed };
	if (dir && adv_feed_is_native(name))
		n.only = name;
	return dir ? read_dir(&n, path, 0) : read_file(&n, path, name);
}

int feeds_read_native(struct feed_folder *f, const char *folder)
{
	struct lc_slices names = { 0 };
	struct lc_slice base = lc_arena_fmt(f->a, "%s/%s", lc_arena_str(f->a, f->o->from), folder);
	if (!base.p || f->a->err)
		return lc_fail(f->e, lc_arena_err(f->a), "feeds");
	int rc = io_list_dir((const char *)base.p, f->a, NATIVE_NAMES_MAX, &names, f->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		bool dir = false;
		struct lc_slice path = lc_arena_fmt(f->a, "%s/%s", (const char *)base.p,
						    (const char *)names.v[i].p);
		if (!path.p)
			return lc_fail(f->e, lc_arena_err(f->a), "feeds");
		if (feeds_wanted_native(f, folder, feed_name(names.v[i])) &&
		    io_exists((const char *)path.p, &dir))
			rc = read_one(f, (const char *)path.p, names.v[i], dir);
	}
	return rc;
}
