/*
 * A layout in a tar archive. It is read in place; what is changed stays in memory, or goes to the
 * new archive as it comes, until all is written anew beside the old one, which it then replaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/shim.h"
#include "base/time.h"
#include "format/tar.h"
#include "oci/layout_store_impl.h"
#include "oci/tar_index.h"

enum { ARENA_BYTES_MAX = 512 << 20, HEADER_BYTES_MAX = 1 << 20, PIECE_BYTES = 65536 };

static struct store_tar *tar_of(struct layout_store *s)
{
	return (struct store_tar *)s;
}

struct lc_slice store_tar_name(struct store_tar *t, struct lc_slice name)
{
	return lc_arena_fmt(&t->arena, "%.*s%.*s", LC_FMT(t->prefix), LC_FMT(name));
}

static int no_memory(struct store_tar *t, struct lc_err *e)
{
	return lc_fail(e, lc_arena_err(&t->arena), "no memory for an archive");
}

int store_tar_change(struct store_tar *t, struct lc_slice name, const struct store_change *c,
		     struct lc_err *e)
{
	struct lc_slice full = store_tar_name(t, name);
	struct store_change *copy = lc_new(&t->arena, struct store_change);
	if (!full.p || !copy)
		return no_memory(t, e);
	*copy = *c;
	int rc = lc_map_put(&t->changed, full, copy);
	t->dirty = t->dirty || !c->virtual;
	return rc ? lc_fail(e, rc, "no memory for an archive") : 0;
}

/* ---- reading ---- */

/* 0 with *ret NULL: as the archive has it. */
static int changed(struct store_tar *t, struct lc_slice full, const struct store_change **ret)
{
	*ret = lc_map_get(&t->changed, full);
	return *ret && (*ret)->removed ? LC_ENOTFOUND : 0;
}

static int tar_find(struct layout_store *s, struct lc_slice name, uint64_t *ret_size,
		    struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	const struct store_change *c = NULL;
	struct lc_err why = { 0 };
	struct lc_slice full = store_tar_name(t, name);
	int rc = full.p ? changed(t, full, &c) : no_memory(t, e);
	if (!rc && c)
		*ret_size = c->bytes.n;
	if (rc || c)
		return rc;
	rc = t->source ? t->source->find(t->source, full, ret_size, &why) : LC_ENOTFOUND;
	if (rc && rc != LC_ENOTFOUND && e)
		*e = why;
	return rc;
}

static int tar_read(struct layout_store *s, struct lc_slice name, size_t max, struct lc_arena *a,
		    struct lc_slice *ret, struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	const struct store_change *c = NULL;
	struct lc_slice full = store_tar_name(t, name);
	uint64_t size = 0;
	int rc = full.p ? changed(t, full, &c) : no_memory(t, e);
	if (!rc && c && !c->written) {
		*ret = c->bytes;
		return 0;
	}
	rc = rc ? rc : tar_find(s, name, &size, e);
	if (!rc && size > max)
		rc = lc_fail(e, LC_ELIMIT, "a document of over %zu MiB", max >> 20);
	if (!rc && !t->source)
		rc = LC_ENOTFOUND; /* written, and not to be had again before the commit */
	return rc ? rc : t->source->document(t->source, full, a, ret, e);
}

struct memory_stream {
	struct lc_content_stream range; /* first: this is a struct lc_stream */
	struct lc_content content;
};

static void memory_close(struct lc_stream *s)
{
	lc_free(s);
}

static int tar_stream(struct layout_store *s, struct lc_slice name, struct lc_stream **ret,
		      struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	const struct store_change *c = NULL;
	struct lc_slice full = store_tar_name(t, name);
	int rc = full.p ? changed(t, full, &c) : no_memory(t, e);
	if (rc || !c || c->written)
		return rc          ? rc
		       : t->source ? t->source->blob(t->source, full, ret, e)
				   : LC_ENOTFOUND;
	struct memory_stream *m = lc_alloc0(1, sizeof(*m));
	if (!m)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	m->content = lc_content_slice(c->bytes);
	lc_content_stream_init(&m->range, &m->content, 0, m->content.size);
	m->range.base.close = memory_close;
	*ret = &m->range.base;
	return 0;
}

/* Folders need not be members themselves. */
static int tar_kind(struct layout_store *s, struct lc_slice name, enum layout_kind *ret,
		    struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	const struct store_change *c = NULL;
	struct lc_slice full = store_tar_name(t, name);
	int rc = full.p ? changed(t, full, &c) : no_memory(t, e);
	const struct tar_member *m =
		!rc && t->source ? lc_map_get(oci_source_tar_members(t->source), full) : NULL;
	if (c || (m && m->type == TAR_FILE && !m->sparse))
		*ret = LAYOUT_FILE;
	else
		*ret = !m || m->type == TAR_DIR ? LAYOUT_FOLDER : LAYOUT_OTHER;
	return rc;
}

/* What full has next below a folder ("" or with "/" behind it), unless it is known by now. */
static int push_below(struct lc_slice folder, struct lc_slice full, struct lc_map *known,
		      struct lc_arena *a, struct lc_slices *ret, struct lc_err *e)
{
	struct lc_slice below;
	bool is_new = false;
	if (!lc_chop_prefix(&full, folder))
		return 0;
	(void)lc_cut(full, '/', &full, &below); /* without one all of it */
	if (!full.n)
		return 0;
	int rc = lc_map_add(known, full, NULL, &is_new);
	if (rc || !is_new)
		return rc ? lc_fail(e, rc, "no memory for names") : 0;
	struct lc_slice *item = ret->n < LAYOUT_FILES_MAX ? lc_vec_push(a, ret) : NULL;
	if (!item)
		return lc_fail(e, LC_ELIMIT, "over %d files, or no memory", LAYOUT_FILES_MAX);
	*item = full;
	return 0;
}

static int tar_list(struct layout_store *s, struct lc_slice folder, struct lc_arena *a,
		    struct lc_slices *ret, struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	struct lc_map known LC_CLEANUP(lc_map_done) = { 0 };
	struct lc_slice full = lc_arena_fmt(&t->arena, "%.*s%.*s%s", LC_FMT(t->prefix),
					    LC_FMT(folder), folder.n ? "/" : "");
	const struct lc_map *old = t->source ? oci_source_tar_members(t->source) : NULL;
	int rc = full.p ? 0 : no_memory(t, e);
	for (size_t i = 0; !rc && old && i < old->n; i++)
		if (!lc_map_has(&t->changed, old->items[i].key))
			rc = push_below(full, old->items[i].key, &known, a, ret, e);
	for (size_t i = 0; !rc && i < t->changed.n; i++) {
		const struct store_change *c = t->changed.items[i].value;
		if (!c->removed && !c->written)
			rc = push_below(full, t->changed.items[i].key, &known, a, ret, e);
	}
	return rc;
}

/* ---- the new archive ---- */

static int begin(struct store_tar *t, struct lc_err *e)
{
	struct stat st;
	unsigned mode = 0644;
	if (t->writing)
		return 0;
	if (t->source && fstat(t->file.fd, &st) == 0)
		mode = st.st_mode & 0777;
	int rc = io_out_open(t->path, mode, &t->out, e);
	t->writing = !rc;
	return rc;
}

static int write_header(struct store_tar *t, const struct tar_entry *entry, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct tar_writer w = { &b };
	lc_buf_init(&b, HEADER_BYTES_MAX);
	int rc = tar_write_header(&w, entry);
	if (rc)
		return lc_fail(e, rc, "%s cannot be written", lc_quote(entry->name).s);
	return io_out_write(&t->out, lc_buf_get(&b), e);
}

static int write_pad(struct store_tar *t, uint64_t size, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct tar_writer w = { &b };
	lc_buf_init(&b, HEADER_BYTES_MAX);
	int rc = tar_write_pad(&w, size);
	return rc ? lc_fail(e, rc, "no memory for an archive")
		  : io_out_write(&t->out, lc_buf_get(&b), e);
}

static struct tar_entry entry_of(struct lc_slice name, uint64_t size)
{
	return (struct tar_entry){ .type = TAR_FILE,
				   .name = name,
				   .mode = 0644,
				   .size = size,
				   .mtime = lc_now_seconds(true) };
}

/* Exactly size bytes; digester may be NULL. */
static int write_content(struct store_tar *t, struct lc_stream *from, uint64_t size,
			 struct digester *digester, struct lc_err *e)
{
	uint8_t piece[PIECE_BYTES];
	while (size) {
		size_t n = 0;
		size_t want = size < sizeof(piece) ? (size_t)size : sizeof(piece);
		int rc = lc_stream_read(from, piece, want, &n, e);
		if (!rc && !n)
			rc = lc_fail(e, LC_ETRUNC, "it ends too early");
		if (!rc && digester)
			digester_add(digester, piece, n);
		rc = rc ? rc : io_out_write(&t->out, lc_slice_of(piece, n), e);
		if (rc)
			return rc;
		size -= n;
	}
	return 0;
}

static int tar_put(struct layout_store *s, struct lc_slice name, struct lc_slice bytes,
		   struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	struct store_change c = { 0 };
	if (lc_arena_dup(&t->arena, bytes, &c.bytes))
		return no_memory(t, e);
	return store_tar_change(t, name, &c, e);
}

static int put_verified(struct store_tar *t, struct lc_slice full, const struct digest *d,
			struct lc_stream *from, uint64_t size, struct lc_err *e)
{
	struct digester *digester = NULL;
	struct digest got;
	const struct tar_entry entry = entry_of(full, size);
	int rc = digester_new(d->algorithm, &digester, e);
	rc = rc ? rc : begin(t, e);
	rc = rc ? rc : write_header(t, &entry, e);
	rc = rc ? rc : write_content(t, from, size, digester, e);
	rc = rc ? rc : digester_get(digester, &got, e);
	if (!rc && !digest_eq(&got, d))
		rc = lc_fail(e, LC_EBAD, "a blob with another digest than it was announced by");
	digester_free(digester);
	return rc ? rc : write_pad(t, size, e);
}

/* What failed in the middle spoils the new archive, which then is never put in place. */
static int tar_put_stream(struct layout_store *s, struct lc_slice name, const struct digest *d,
			  struct lc_stream *from, uint64_t size, struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	const struct store_change c = { .written = true };
	struct lc_slice full = store_tar_name(t, name);
	int rc = full.p ? put_verified(t, full, d, from, size, e) : no_memory(t, e);
	if (rc && t->writing) {
		io_out_abort(&t->out);
		t->writing = false;
		t->spoilt = true;
	}
	return rc ? rc : store_tar_change(t, name, &c, e);
}

static int tar_remove(struct layout_store *s, struct lc_slice name, struct lc_err *e)
{
	const struct store_change c = { .removed = true };
	uint64_t size;
	int rc = tar_find(s, name, &size, e);
	return rc ? rc : store_tar_change(tar_of(s), name, &c, e);
}

/* ---- all of it ---- */

static bool leads_to_removed(struct store_tar *t, const struct tar_entry *entry)
{
	uint8_t path[TAR_INDEX_PATH_MAX];
	struct lc_slice to;
	const struct tar_member m = { .type = entry->type,
				      .name = entry->name,
				      .target = entry->target };
	if (entry->type != TAR_SYMLINK && entry->type != TAR_HARDLINK)
		return false;
	if (tar_index_step(&m, path, &to, NULL))
		return false; /* it leads out of it */
	const struct store_change *c = lc_map_get(&t->changed, to);
	return c && c->removed;
}

/* What stays, with its modes and times. */
static int copy_old(struct store_tar *t, struct lc_err *e)
{
	struct tar_reader *reader LC_CLEANUP(tar_closep) = NULL;
	struct lc_content_stream whole;
	struct tar_entry entry;
	struct lc_limits limits = lc_limits_copy(t->limits);
	limits.layer_bytes_max = UINT64_MAX; /* the file's own size bounds it */
	if (!t->source)
		return 0;
	lc_content_stream_init(&whole, &t->file, 0, t->file.size);
	int rc = tar_open(&whole.base, &limits, &reader, e);
	while (!rc && (rc = tar_next(reader, &entry, e)) == 0) {
		if (entry.unsafe || entry.sparse || entry.type == TAR_OTHER)
			return lc_fail(e, LC_EUNSUP, "%s: not to be copied",
				       lc_quote(entry.name).s);
		if (!entry.name.n || lc_map_has(&t->changed, entry.name))
			continue;
		if (leads_to_removed(t, &entry))
			return lc_fail(e, LC_EUNSUP, "%s: a link to what would be removed",
				       lc_quote(entry.name).s);
		rc = write_header(t, &entry, e);
		rc = rc ? rc : write_content(t, tar_content(reader), entry.size, NULL, e);
		rc = rc ? rc : write_pad(t, entry.size, e);
	}
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static int write_new(struct store_tar *t, struct lc_err *e)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < t->changed.n; i++) {
		const struct store_change *c = t->changed.items[i].value;
		const struct tar_entry entry = entry_of(t->changed.items[i].key, c->bytes.n);
		if (c->removed || c->written)
			continue;
		rc = write_header(t, &entry, e);
		rc = rc ? rc : io_out_write(&t->out, c->bytes, e);
		rc = rc ? rc : write_pad(t, entry.size, e);
	}
	return rc;
}

static int write_end(struct store_tar *t, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct tar_writer w = { &b };
	lc_buf_init(&b, HEADER_BYTES_MAX);
	int rc = tar_write_end(&w);
	return rc ? lc_fail(e, rc, "no memory for an archive")
		  : io_out_write(&t->out, lc_buf_get(&b), e);
}

static int busy(struct lc_err *e)
{
	return lc_fail(e, LC_EUSAGE, "another process writes this archive: try again");
}

static int tar_commit(struct layout_store *s, struct lc_err *e)
{
	struct store_tar *t = tar_of(s);
	bool is_dir;
	if (t->spoilt)
		return lc_fail(e, LC_EIO, "%s: not written, since a blob of it failed",
			       lc_quote(lc_str(t->path)).s);
	if (!t->dirty)
		return 0;
	/* A file that was not there is not locked: somebody else may have made it. */
	int rc = !t->source && io_exists(t->path, &is_dir) ? busy(e) : 0;
	rc = rc ? rc : begin(t, e);
	rc = rc ? rc : copy_old(t, e);
	rc = rc ? rc : write_new(t, e);
	rc = rc ? rc : write_end(t, e);
	rc = rc ? rc : io_out_commit(&t->out, e);
	if (rc)
		io_out_abort(&t->out);
	t->writing = false;
	t->dirty = false;
	return rc ? lc_wrap(e, rc, "%s", lc_quote(lc_str(t->path)).s) : 0;
}

/* ---- opening ---- */

static int tar_lock(struct layout_store *s, int *ret_fd, struct lc_err *e)
{
	(void)s; /* the file itself is, since it was opened */
	(void)e;
	*ret_fd = -1;
	return 0;
}

static void tar_store_close(struct layout_store *s)
{
	struct store_tar *t = tar_of(s);
	if (t->writing)
		io_out_abort(&t->out);
	if (t->source)
		t->source->close(t->source);
	lc_content_done(&t->file);
	lc_map_done(&t->changed);
	lc_arena_done(&t->arena);
	lc_free(t);
}

/* Somebody else who writes it puts another file in its place: what we read would be lost. */
static int lock_file(struct store_tar *t, struct lc_err *e)
{
	struct stat ours;
	struct stat there;
	if (flock(t->file.fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? busy(e) : lc_fail_sys(e, errno, "no lock on it");
	if (fstat(t->file.fd, &ours) != 0)
		return lc_fail_sys(e, errno, "it cannot be looked at");
	if (stat(t->path, &there) != 0 || ours.st_dev != there.st_dev ||
	    ours.st_ino != there.st_ino)
		return busy(e);
	return 0;
}

/* Some readers take the first file of a name, some the last, some follow "..". */
static int check_names(struct store_tar *t, struct lc_err *e)
{
	struct lc_slice name = oci_source_tar_doubtful(t->source);
	return name.p ? lc_fail(e, LC_EBAD, "%s: a name twice, or one that leads out of it",
				lc_quote(name).s)
		      : 0;
}

static int open_file(struct store_tar *t, bool write, struct lc_err *e)
{
	int rc = io_open_content(t->path, &t->file, e);
	if (rc) {
		t->file = (struct lc_content){ .fd = -1 };
		if (rc == LC_ENOTFOUND && write)
			lc_err_clear(e);
		return rc == LC_ENOTFOUND && write ? 0 : rc;
	}
	rc = write ? lock_file(t, e) : 0;
	if (rc)
		return rc;
	struct lc_content same = lc_content_range(t->file.fd, 0, t->file.size);
	rc = oci_source_tar_content(&same, t->limits, &t->source, e);
	rc = rc ? rc : check_names(t, e);
	if (!rc && write && !oci_source_tar_is_plain(t->source))
		rc = lc_fail(e, LC_EUNSUP, "a compressed archive is not written: inflate it first");
	return rc;
}

static bool has(struct store_tar *t, struct lc_slice name)
{
	uint64_t size;
	return t->source->find(t->source, name, &size, NULL) == 0;
}

/* Another image than the one that those read who were told the same must not be judged. */
static int settle(struct store_tar *t, const struct lc_slice *docker, struct lc_err *e)
{
	if (!t->source)
		return 0;
	bool index = has(t, LC_S("index.json"));
	bool manifest = has(t, LC_S("manifest.json"));
	if (docker && index)
		return lc_fail(e, LC_EUSAGE,
			       "it has an index.json, too, as docker 25 and later save it, which "
			       "docker-archive: passes over: give oci-archive:%s",
			       lc_quote(lc_str(t->path)).s);
	if (docker && !manifest)
		return lc_fail(e, LC_EUSAGE, "no docker archive: it has no manifest.json");
	return index || !manifest ? 0 : store_tar_docker(t, docker ? *docker : LC_S(""), e);
}

int layout_store_tar(const char *path, bool write, const struct lc_slice *docker,
		     const struct lc_limits *limits, struct layout_store **ret, struct lc_err *e)
{
	struct store_tar *t = lc_alloc0(1, sizeof(*t));
	if (!t)
		return lc_fail(e, LC_ENOMEM, "no memory for an archive");
	t->base = (struct layout_store){
		.find = tar_find,
		.read = tar_read,
		.stream = tar_stream,
		.kind = tar_kind,
		.list = tar_list,
		.put = tar_put,
		.put_stream = tar_put_stream,
		.remove = tar_remove,
		.lock = tar_lock,
		.commit = tar_commit,
		.close = tar_store_close,
	};
	t->limits = limits;
	t->file.fd = -1;
	lc_arena_init(&t->arena, ARENA_BYTES_MAX);
	t->path = lc_arena_str(&t->arena, lc_str(path));
	int rc = t->path ? open_file(t, write, e) : no_memory(t, e);
	rc = rc ? rc : settle(t, docker, e);
	if (rc) {
		tar_store_close(&t->base);
		return lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s);
	}
	*ret = &t->base;
	return 0;
}
