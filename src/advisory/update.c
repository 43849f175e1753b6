#include "advisory/update.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "advisory/update_impl.h"
#include "base/shim.h"
#include "crypt/digest.h"
#include "io/file.h"

enum { PIECE_BYTES = 64 << 10, FEED_BYTES_MAX = 2000 << 20 };

struct update {
	const struct adv_update_options *o;
	struct lc_arena *a;
	struct adv_update_result *ret;
	struct lc_err *e;
	const char *folder; /* of the copies, NUL-terminated */
	const char *list;   /* the list of them */
	struct lc_map copies;
	struct update_sources sources;
	struct lc_err first; /* failure of a feed */
};

static int no_memory(struct update *u)
{
	return lc_fail(u->e, lc_arena_err(u->a), "no memory for feeds");
}

/* ---- one file ---- */

/* Copy a body to its place, hashing and counting; what is too large never gets there. */
static int copy(struct update *u, struct lc_stream *from, struct io_out *out, struct digester *d,
		uint64_t *ret_size, struct lc_err *e)
{
	uint8_t piece[PIECE_BYTES];
	uint64_t size = 0;
	size_t n = 1;
	while (n) {
		int rc = lc_stream_read(from, piece, sizeof(piece), &n, e);
		size += n;
		if (!rc && size > FEED_BYTES_MAX)
			rc = lc_fail(e, LC_ELIMIT, "more than %d bytes", FEED_BYTES_MAX);
		if (!rc && n)
			rc = io_out_write(out, lc_slice_of(piece, n), e);
		if (!rc && u->o->limits && lc_limits_expired(u->o->limits))
			rc = lc_fail(e, LC_ECANCEL, "stopped: out of time");
		if (rc)
			return rc;
		digester_add(d, piece, n);
	}
	*ret_size = size;
	return size ? 0 : lc_fail(e, LC_ETRUNC, "nothing came");
}

/* The digest that was told, by the algorithm that it was told by, is the bytes'. */
static int check_digest(struct lc_slice told, const char *got, struct lc_err *e)
{
	if (!told.n || lc_eq_nocase(told, lc_str(got)))
		return 0;
	return lc_fail(e, LC_EBAD, "its digest is %s, but %s was published", got, lc_quote(told).s);
}

static int save(struct update *u, const char *path, struct lc_stream *body, struct lc_slice told,
		struct update_copy *ret, struct lc_err *e)
{
	struct io_out out = { 0 };
	struct digester *d = NULL;
	struct digest digest;
	char text[DIGEST_TEXT_MAX];
	int rc = io_out_open(path, 0644, &out, e);
	if (!rc)
		rc = digester_new(DIGEST_SHA256, &d, e);
	if (!rc)
		rc = copy(u, body, &out, d, &ret->size, e);
	if (!rc)
		rc = digester_get(d, &digest, e);
	if (!rc)
		rc = check_digest(told, digest_text(&digest, text), e);
	if (!rc)
		rc = io_out_commit(&out, e);
	else
		io_out_abort(&out);
	digester_free(d);
	if (!rc && lc_arena_dup(u->a, lc_str(text), &ret->digest))
		rc = lc_fail(e, lc_arena_err(u->a), "no memory for feeds");
	return rc;
}

/* Is the copy there as the list says? Its bytes were hashed when they came; the size tells of cuts
 * and of hands that touched it. */
static bool is_there(const char *path, const struct update_copy *c)
{
	struct lc_content content;
	struct lc_err ignored;
	if (!c || io_open_content(path, &content, &ignored))
		return false;
	bool same = content.size == c->size;
	lc_content_done(&content);
	return same;
}

static int make_folder_of(struct update *u, const char *path, struct lc_err *e)
{
	char *dir = lc_arena_str(u->a, lc_path_dir(lc_str(path)));
	return dir ? io_make_dirs(dir, e) : lc_fail(e, lc_arena_err(u->a), "no memory for feeds");
}

static int bring(struct update *u, const struct update_source *s, const char *path,
		 bool *ret_unchanged, struct lc_err *e)
{
	struct lc_slice key = lc_str(s->file->path);
	const struct update_copy *old = lc_map_get(&u->copies, key);
	struct update_copy *fresh = lc_new(u->a, struct update_copy);
	struct adv_fetched f = { 0 };
	struct update_target target = { 0 };
	if (!fresh)
		return lc_fail(e, lc_arena_err(u->a), "no memory for feeds");
	int rc = update_resolve(u->o, s, u->a, &target, e);
	bool there = !rc && is_there(path, old);
	/* What is published is what is there, or another: no need to ask whether it changed. */
	if (there && target.digest.n && lc_eq_nocase(old->digest, target.digest)) {
		*ret_unchanged = true;
		return 0;
	}
	bool same = there && !target.digest.n && lc_eq(old->url, lc_str(target.url));
	struct adv_fetch what = { .url = target.url };
	if (same) {
		what.etag = old->etag;
		what.last_modified = old->last_modified;
	}
	if (!rc)
		rc = update_fetch(u->o, &what, u->a, &f, e);
	*ret_unchanged = !rc && f.unchanged && same;
	if (rc || *ret_unchanged)
		return rc;
	*fresh = (struct update_copy){ lc_str(target.url), f.etag, f.last_modified, LC_S(""), 0 };
	if (!f.body)
		rc = lc_fail(e, LC_EREMOTE, "said to be unchanged, and never came");
	if (!rc)
		rc = make_folder_of(u, path, e);
	if (!rc)
		rc = save(u, path, f.body, target.digest, fresh, e);
	lc_stream_close(f.body);
	if (!rc && lc_map_put(&u->copies, key, fresh))
		rc = lc_fail(e, LC_ENOMEM, "no memory for feeds");
	/* The same bytes under a new tag are no news. */
	*ret_unchanged = !rc && same && lc_eq(old->digest, fresh->digest);
	return rc;
}

static bool is_fatal(int rc)
{
	return rc == LC_ENOMEM || rc == LC_ECANCEL;
}

static int update_file(struct update *u, const struct update_source *s)
{
	struct lc_err why = { 0 };
	bool unchanged = false;
	struct adv_update_file *f = lc_vec_push(u->a, &u->ret->files);
	struct lc_slice path = lc_arena_fmt(u->a, "%s/%s", u->folder, s->file->path);
	if (!f || !path.p)
		return no_memory(u);
	*f = (struct adv_update_file){ .feed = lc_str(s->file->feed),
				       .path = lc_str(s->file->path) };
	int rc = bring(u, s, (const char *)path.p, &unchanged, &why);
	if (is_fatal(rc)) {
		if (u->e)
			*u->e = why;
		return rc;
	}
	f->state = unchanged ? ADV_FILE_UNCHANGED : ADV_FILE_NEW;
	if (!rc)
		return 0;
	f->state = rc == LC_ENOTFOUND && s->mirror ? ADV_FILE_ABSENT : ADV_FILE_FAILED;
	if (lc_arena_dup(u->a, lc_str(why.msg), &f->why))
		return no_memory(u);
	if (f->state == ADV_FILE_FAILED && !u->first.code) {
		u->first = why;
		u->first.code = rc;
		(void)lc_wrap(&u->first, rc, "%s", s->file->feed); /* gives the code again */
	}
	return 0;
}

/* ---- all of them ---- */

static int update_files(struct update *u)
{
	for (size_t i = 0; i < u->sources.n; i++) {
		const struct update_source *s = &u->sources.v[i];
		if (u->o->progress)
			u->o->progress(u->o->progress_ctx, s->file->path, i, u->sources.n);
		int rc = update_file(u, s);
		/* What came is kept whatever comes after it. */
		int kept = update_copies_write(u->list, &u->copies, rc ? NULL : u->e);
		if (rc || kept)
			return rc ? rc : kept;
	}
	return 0;
}

/* Folders whose feeds are on and of which something is there. */
static int folders(struct update *u, struct lc_slices *ret)
{
	for (size_t i = 0; i < u->sources.n; i++) {
		const struct adv_feed_file *f = u->sources.v[i].file;
		struct lc_slice folder = update_folder(f);
		bool known = false;
		if (!lc_map_has(&u->copies, lc_str(f->path)) ||
		    u->ret->files.v[i].state == ADV_FILE_ABSENT)
			continue;
		for (size_t k = 0; k < ret->n && !known; k++)
			known = lc_eq(ret->v[k], folder);
		struct lc_slice *s = known ? NULL : lc_vec_push(u->a, ret);
		if (!known && !s)
			return no_memory(u);
		if (s)
			*s = folder;
	}
	return ret->n ? 0 : lc_fail(u->e, LC_ENOTFOUND, "no feed could be fetched");
}

/* What the database is to be made of, as one digest. */
static int sum_up(struct update *u, struct lc_slice *ret)
{
	struct digester *d = NULL;
	struct digest digest;
	char text[DIGEST_TEXT_MAX];
	int rc = digester_new(DIGEST_SHA256, &d, u->e);
	if (rc)
		return rc;
	for (size_t i = 0; i < u->sources.n; i++) {
		const char *path = u->sources.v[i].file->path;
		const struct update_copy *c = lc_map_get(&u->copies, lc_str(path));
		if (!c || u->ret->files.v[i].state == ADV_FILE_ABSENT)
			continue;
		digester_add(d, path, strlen(path) + 1);
		digester_add(d, c->digest.p, c->digest.n);
	}
	rc = digester_get(d, &digest, u->e);
	digester_free(d);
	if (!rc && lc_arena_dup(u->a, lc_str(digest_text(&digest, text)), ret))
		rc = no_memory(u);
	return rc;
}

static bool is_current(struct update *u, const char *database, struct lc_slice sum)
{
	const struct update_copy *last = lc_map_get(&u->copies, LC_S(UPDATE_DATABASE));
	return last && lc_eq(last->digest, sum) && lc_eq(last->url, lc_str(database)) &&
	       last->etag.n && lc_eq(last->etag, update_file_tag(database, u->a));
}

/* Remember what was built, so that the next update may leave it. */
static int remember(struct update *u, const char *database, struct lc_slice sum)
{
	struct update_copy *c = lc_new(u->a, struct update_copy);
	if (!c)
		return no_memory(u);
	*c = (struct update_copy){ lc_str(database), update_file_tag(database, u->a), LC_S(""), sum,
				   0 };
	if (!c->etag.p || lc_map_put(&u->copies, LC_S(UPDATE_DATABASE), c))
		return lc_fail(u->e, LC_ENOMEM, "no memory for feeds");
	return update_copies_write(u->list, &u->copies, u->e);
}

static int build(struct update *u, struct lc_slice from, const struct lc_slices *only)
{
	struct adv_build_options b = {
		.from = from,
		.output = u->o->database,
		.only = *only,
		.strict = !u->o->keep_going,
		.progress = u->o->progress,
		.progress_ctx = u->o->progress_ctx,
		.limits = u->o->limits,
	};
	return adv_build(&b, u->a, &u->ret->build, u->e);
}

static int update_from_feeds(struct update *u)
{
	struct lc_slices only = { 0 };
	struct lc_slice sum = { NULL, 0 };
	char *database = lc_arena_str(u->a, u->o->database);
	int rc = database ? update_choose(u->o, u->a, &u->sources, u->e) : no_memory(u);
	if (!rc)
		rc = update_copies_read(u->list, u->a, &u->copies, u->e);
	if (!rc)
		rc = update_files(u);
	if (rc)
		return rc;
	if (u->first.code && !u->o->keep_going) {
		if (u->e)
			*u->e = u->first;
		return u->first.code;
	}
	rc = folders(u, &only);
	if (!rc)
		rc = sum_up(u, &sum);
	u->ret->current = !rc && is_current(u, database, sum);
	if (rc || u->ret->current)
		return rc;
	rc = build(u, lc_str(u->folder), &only);
	return rc ? rc : remember(u, database, sum);
}

static bool is_address(struct lc_slice from)
{
	return lc_find_slice(from, LC_S("://")) != SIZE_MAX || lc_starts(from, LC_S("file:"));
}

/* One update at a time; the lock goes with the descriptor. */
static int lock(struct update *u, int *ret_fd)
{
	struct lc_slice path = lc_arena_fmt(u->a, "%s/lock", u->folder);
	if (!path.p)
		return no_memory(u);
	int fd = lc_sys_open(AT_FDCWD, (const char *)path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return lc_fail_sys(u->e, -fd, "%s", lc_quote(path).s);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		int why = errno;
		(void)close(fd); /* nothing was written */
		if (why == EWOULDBLOCK)
			return lc_fail(u->e, LC_EBUSY, "another update is at work");
		return lc_fail_sys(u->e, why, "%s", lc_quote(path).s);
	}
	*ret_fd = fd;
	return 0;
}

static int prepare(struct update *u)
{
	u->folder = lc_arena_str(u->a, u->o->cache);
	u->list = u->folder ? (const char *)lc_arena_fmt(u->a, "%s/feeds.json", u->folder).p : NULL;
	if (!u->folder || !u->list)
		return no_memory(u);
	return io_make_dirs(u->folder, u->e);
}

int adv_update(const struct adv_update_options *o, struct lc_arena *a,
	       struct adv_update_result *ret, struct lc_err *e)
{
	struct update u = { .o = o, .a = a, .ret = ret, .e = e };
	int fd = -1;
	*ret = (struct adv_update_result){ 0 };
	int rc = prepare(&u);
	if (!rc)
		rc = lock(&u, &fd);
	if (!rc && o->from.n && !is_address(o->from))
		rc = build(&u, o->from, &o->only);
	else if (!rc)
		rc = update_from_feeds(&u);
	lc_map_done(&u.copies);
	if (fd >= 0)
		(void)close(fd); /* lets go of the lock */
	return rc;
}
