/*
 * The folder of feeds: which are there, and reading each. A broken record, file or archive is told
 * and counted, and the rest goes on; what stops are the heap, the disk and a feed asked for by name
 * that is not there.
 */
#include "advisory/build_impl.h"

#include <stdio.h>

#include "advisory/feed_table.h"
#include "base/shim.h"
#include "format/zip.h"
#include "io/file.h"
#include "io/inflate.h"

enum {
	MEMBER_BYTES_MAX = 64 << 20, /* one record in an archive */
	NAMES_MAX = 4096,
	PATH_BYTES_MAX = 4096,
};

/* Failures of ours, not of the input. */
bool feeds_is_fatal(int rc)
{
	return rc == LC_ENOMEM || rc == LC_ECANCEL;
}

static int join(const struct feed_folder *f, char *path, const char *a, const char *b,
		const char *c)
{
	int n = snprintf(path, PATH_BYTES_MAX, "%.*s/%s%s%s%s%s", LC_FMT(f->o->from), a,
			 b ? "/" : "", b ? b : "", c ? "/" : "", c ? c : "");
	if (n < 0 || n >= PATH_BYTES_MAX)
		return lc_fail(f->e, LC_ELIMIT, "a path of the feeds is too long");
	return 0;
}

static const char *text_of(struct lc_slice s)
{
	return (const char *)s.p; /* names of io_list_dir() end in NUL */
}

struct adv_build_feed *feeds_new(struct feed_folder *f, const char *name)
{
	struct adv_build_feed *feed = lc_vec_push(f->a, &f->result->feeds);
	if (feed && lc_arena_dup(f->a, lc_str(name), &feed->name))
		return NULL;
	if (!feed)
		lc_fail(f->e, lc_arena_err(f->a), "feeds");
	return feed;
}

int feeds_tell_broken(struct feed_folder *f, struct adv_build_feed *feed, struct lc_slice what,
		      const struct lc_err *why)
{
	feed->broken++;
	if (feed->first_broken.n)
		return 0;
	feed->first_broken = lc_arena_fmt(f->a, "%s: %s", lc_quote(what).s, why->msg);
	return feed->first_broken.p ? 0 : lc_fail(f->e, lc_arena_err(f->a), "feeds");
}

bool feeds_progress(const struct feed_folder *f, const char *name, uint64_t done, uint64_t total)
{
	if (f->o->progress)
		f->o->progress(f->o->progress_ctx, name, done, total);
	return !f->o->limits || !lc_limits_expired(f->o->limits);
}

/* ---- OSV archives ---- */

int feeds_read_record(struct feed_folder *f, struct adv_build_feed *feed, struct lc_slice name,
		      struct lc_slice json)
{
	struct lc_arena scratch;
	struct lc_err why = { 0 };
	enum feed_outcome outcome = FEED_BROKEN;
	lc_arena_init(&scratch, 1024u << 20);
	int rc = feed_osv(json, f->face, &scratch, &outcome, &why);
	lc_arena_done(&scratch);
	if (rc) {
		if (f->e)
			*f->e = why;
		return lc_wrap(f->e, rc, "%s", lc_quote(name).s);
	}
	feed->records += outcome == FEED_TAKEN;
	feed->withdrawn += outcome == FEED_WITHDRAWN;
	feed->skipped += outcome == FEED_SKIPPED;
	return outcome == FEED_BROKEN ? feeds_tell_broken(f, feed, name, &why) : 0;
}

static int read_member(struct feed_folder *f, struct adv_build_feed *feed, struct zip_reader *z,
		       uint64_t index, struct lc_buf *buf)
{
	struct zip_member m;
	struct lc_err why = { 0 };
	int rc = zip_member_at(z, index, &m, &why);
	if (!rc && !lc_ends(m.name, LC_S(".json")))
		return 0;
	if (!rc)
		rc = zip_member_read(z, index, buf, &why);
	if (!rc)
		return feeds_read_record(f, feed, m.name, lc_buf_get(buf));
	if (feeds_is_fatal(rc)) {
		if (f->e)
			*f->e = why;
		return rc;
	}
	char number[32];
	(void)snprintf(number, sizeof(number), "member %llu",
		       (unsigned long long)index + 1); /* fits */
	return feeds_tell_broken(f, feed, m.name.n ? m.name : lc_str(number), &why);
}

static int read_members(struct feed_folder *f, struct adv_build_feed *feed, const char *name,
			struct zip_reader *z)
{
	struct lc_buf buf;
	uint64_t n = zip_members(z);
	int rc = 0;
	lc_buf_init(&buf, MEMBER_BYTES_MAX);
	for (uint64_t i = 0; !rc && i < n; i++) {
		rc = read_member(f, feed, z, i, &buf);
		if (!rc && (i % 256 == 0 || i + 1 == n) && !feeds_progress(f, name, i + 1, n))
			rc = lc_fail(f->e, LC_ECANCEL, "stopped: out of time");
	}
	lc_buf_done(&buf);
	return rc;
}

static int read_osv(struct feed_folder *f, const char *name)
{
	char path[PATH_BYTES_MAX];
	struct lc_content content;
	struct zip_reader *z = NULL;
	struct lc_err why = { 0 };
	struct adv_build_feed *feed = feeds_new(f, name);
	int rc = feed ? join(f, path, name, "all.zip", NULL) : LC_ENOMEM;
	if (rc)
		return rc;
	/* The bound on members is on layers of images; an ecosystem may have more advisories. */
	struct lc_limits limits = lc_limits_copy(f->o->limits ? f->o->limits : &lc_limits_default);
	limits.entries_max = limits.entries_max > 4000000 ? limits.entries_max : 4000000;
	rc = io_open_content(path, &content, &why);
	if (rc)
		return feeds_is_fatal(rc) ? rc : feeds_tell_broken(f, feed, LC_S("all.zip"), &why);
	rc = zip_open_content(&content, &limits, &z, &why);
	if (!rc)
		rc = read_members(f, feed, name, z);
	else if (!feeds_is_fatal(rc))
		rc = feeds_tell_broken(f, feed, LC_S("all.zip"), &why);
	zip_reader_close(z);
	lc_content_done(&content);
	return rc;
}

/* ---- single files ---- */

typedef int (*read_file_fn)(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
			    uint64_t *ret_records, struct lc_err *e);

static int read_alpine(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
		       uint64_t *ret, struct lc_err *e)
{
	return feed_secdb(bytes, LC_S("Alpine"), f->face, scratch, ret, e);
}

static int read_wolfi(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
		      uint64_t *ret, struct lc_err *e)
{
	return feed_secdb(bytes, LC_S("Wolfi"), f->face, scratch, ret, e);
}

static int read_kev(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
		    uint64_t *ret, struct lc_err *e)
{
	return feed_kev(bytes, f->face, scratch, ret, e);
}

static int read_epss(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
		     uint64_t *ret, struct lc_err *e)
{
	return feed_epss(bytes, f->face, scratch, ret, e);
}

static int read_eol(struct feed_folder *f, struct lc_slice bytes, struct lc_arena *scratch,
		    uint64_t *ret, struct lc_err *e)
{
	return feed_eol(bytes, f->face, scratch, ret, e);
}

/* Plain or compressed, whole. */
static int load(const struct feed_folder *f, const char *path, struct lc_buf *ret, struct lc_err *e)
{
	struct lc_content c;
	struct lc_content_stream from;
	struct lc_stream *s = NULL;
	enum io_compression kind;
	int rc = io_open_content(path, &c, e);
	if (rc)
		return rc;
	lc_content_stream_init(&from, &c, 0, c.size);
	rc = io_inflate_open(&from.base, f->o->limits ? f->o->limits : &lc_limits_default, &s,
			     &kind, e);
	size_t n = 1;
	while (!rc && n) {
		uint8_t *room = lc_buf_reserve(ret, 65536) ? NULL : ret->p + ret->n;
		if (!room)
			rc = lc_fail(e, lc_buf_err(ret), "more than %u bytes", FEED_FILE_BYTES_MAX);
		else
			rc = lc_stream_read(s, room, 65536, &n, e);
		if (!rc)
			ret->n += n;
	}
	lc_stream_close(s);
	lc_content_done(&c);
	return rc;
}

static int read_file(struct feed_folder *f, struct adv_build_feed *feed, const char *path,
		     struct lc_slice name, read_file_fn take)
{
	struct lc_buf buf;
	struct lc_arena scratch;
	struct lc_err why = { 0 };
	uint64_t records = 0;
	lc_buf_init(&buf, FEED_FILE_BYTES_MAX);
	lc_arena_init(&scratch, 2048u << 20);
	int rc = load(f, path, &buf, &why);
	bool loaded = !rc;
	if (!rc)
		rc = take(f, lc_buf_get(&buf), &scratch, &records, &why);
	lc_arena_done(&scratch);
	lc_buf_done(&buf);
	feed->records += records;
	/* Reading a file may fail for its own sake; taking what it says only for ours. */
	if (!rc || (!feeds_is_fatal(rc) && !(loaded && rc == LC_EIO)))
		return rc ? feeds_tell_broken(f, feed, name, &why) : 0;
	if (f->e)
		*f->e = why;
	return rc;
}

struct file_feed {
	const char *folder;
	const char *suffix;
	bool releases; /* files lie in folders of releases, not in the feed's own */
	read_file_fn read;
};

static const struct file_feed file_feeds[] = {
	{ "alpine-secdb", ".json", true, read_alpine }, { "eol", ".json", false, read_eol },
	{ "epss", ".csv.gz", false, read_epss },        { "kev", ".json", false, read_kev },
	{ "wolfi-secdb", ".json", false, read_wolfi },
};

static int read_files(struct feed_folder *f, struct adv_build_feed *feed, const struct file_feed *k,
		      const char *sub)
{
	char path[PATH_BYTES_MAX];
	struct lc_slices names = { 0 };
	int rc = join(f, path, k->folder, sub, NULL);
	if (!rc)
		rc = io_list_dir(path, f->a, NAMES_MAX, &names, f->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		const char *name = text_of(names.v[i]);
		bool plain_csv = lc_eq(lc_str(k->suffix), LC_S(".csv.gz")) &&
				 lc_ends(names.v[i], LC_S(".csv"));
		if (!lc_ends(names.v[i], lc_str(k->suffix)) && !plain_csv)
			continue;
		rc = sub ? join(f, path, k->folder, sub, name)
			 : join(f, path, k->folder, name, NULL);
		if (!rc)
			rc = read_file(f, feed, path, names.v[i], k->read);
		if (!rc && !feeds_progress(f, k->folder, i + 1, names.n))
			rc = lc_fail(f->e, LC_ECANCEL, "stopped: out of time");
	}
	return rc;
}

static int read_file_feed(struct feed_folder *f, const struct file_feed *k)
{
	char path[PATH_BYTES_MAX];
	struct lc_slices names = { 0 };
	struct adv_build_feed *feed = feeds_new(f, k->folder);
	if (!feed)
		return LC_ENOMEM;
	if (!k->releases)
		return read_files(f, feed, k, NULL);
	int rc = join(f, path, k->folder, NULL, NULL);
	if (!rc)
		rc = io_list_dir(path, f->a, NAMES_MAX, &names, f->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		bool dir = false;
		rc = join(f, path, k->folder, text_of(names.v[i]), NULL);
		if (!rc && io_exists(path, &dir) && dir)
			rc = read_files(f, feed, k, text_of(names.v[i]));
	}
	return rc;
}

/* ---- the folder ---- */

static bool wanted(const struct feed_folder *f, struct lc_slice name)
{
	for (size_t i = 0; i < f->o->only.n; i++)
		if (lc_eq(f->o->only.v[i], name))
			return true;
	return !f->o->only.n;
}

/* Feeds inside native/ may be asked for by their own names; samples only by the folder's. */
bool feeds_wanted_native(const struct feed_folder *f, const char *folder, struct lc_slice feed)
{
	for (size_t i = 0; i < f->o->only.n; i++)
		if (lc_eq(f->o->only.v[i], lc_str(folder)) || lc_eq(f->o->only.v[i], feed))
			return true;
	return !f->o->only.n;
}

static bool wants_native(const struct feed_folder *f, struct lc_slice name)
{
	bool native = lc_eq(name, LC_S("native"));
	for (size_t i = 0; native && i < f->o->only.n; i++)
		if (adv_feed_is_native(f->o->only.v[i]))
			return true;
	/* Samples are for looking at readers: never taken for advisories unasked. */
	return wanted(f, name) && (native || f->o->only.n);
}

static int read_folder(struct feed_folder *f, struct lc_slice name, bool *ret_is)
{
	char path[PATH_BYTES_MAX];
	bool dir = false;
	*ret_is = true;
	for (size_t i = 0; i < sizeof(file_feeds) / sizeof(file_feeds[0]); i++)
		if (lc_eq(lc_str(file_feeds[i].folder), name))
			return read_file_feed(f, &file_feeds[i]);
	if ((lc_eq(name, LC_S("native")) || lc_eq(name, LC_S("native-samples"))) &&
	    wants_native(f, name))
		return feeds_read_native(f, text_of(name));
	int rc = join(f, path, text_of(name), "all.zip", NULL);
	if (!rc && io_exists(path, &dir) && !dir)
		return read_osv(f, text_of(name));
	*ret_is = false;
	return rc;
}

static int check_only(struct feed_folder *f, const struct lc_slices *seen)
{
	for (size_t i = 0; i < f->o->only.n; i++) {
		bool found = false;
		for (size_t k = 0; k < seen->n && !found; k++)
			found = lc_eq(seen->v[k], f->o->only.v[i]);
		for (size_t k = 0; k < f->result->feeds.n && !found; k++)
			found = lc_eq(f->result->feeds.v[k].name, f->o->only.v[i]);
		if (!found)
			return lc_fail(f->e, LC_ENOTFOUND, "%s: no feed %s there",
				       lc_quote(f->o->from).s, lc_quote(f->o->only.v[i]).s);
	}
	return 0;
}

int feeds_read(struct feed_folder *f)
{
	char path[PATH_BYTES_MAX];
	struct lc_slices names = { 0 };
	struct lc_slices seen = { 0 };
	int n = snprintf(path, sizeof(path), "%.*s", LC_FMT(f->o->from));
	if (n < 0 || (size_t)n >= sizeof(path))
		return lc_fail(f->e, LC_ELIMIT, "the path of the feeds is too long");
	int rc = io_list_dir(path, f->a, NAMES_MAX, &names, f->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		bool is = false;
		if (!wanted(f, names.v[i]) && !wants_native(f, names.v[i]))
			continue;
		rc = read_folder(f, names.v[i], &is);
		struct lc_slice *s = is && !rc ? lc_vec_push(f->a, &seen) : NULL;
		if (is && !rc && !s)
			rc = lc_fail(f->e, lc_arena_err(f->a), "feeds");
		if (s)
			*s = names.v[i];
	}
	if (!rc)
		rc = check_only(f, &seen);
	if (!rc && !seen.n)
		rc = lc_fail(f->e, LC_ENOTFOUND,
			     "%s: no feeds there (ECOSYSTEM/all.zip, alpine-secdb/, …)",
			     lc_quote(f->o->from).s);
	return rc;
}
