#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"
#include "oci/layout_store.h"
#include "oci/source.h"

struct store_dir {
	struct layout_store base;
	struct lc_arena arena;
	const char *path;
	struct oci_source *files;
};

/* "PATH/NAME", with a NUL behind it. */
static int path_to(struct layout_store *s, struct lc_slice name, struct lc_arena *a,
		   const char **ret, struct lc_err *e)
{
	struct store_dir *d = (struct store_dir *)s;
	struct lc_slice path = lc_arena_fmt(a, "%s/%.*s", d->path, LC_FMT(name));
	*ret = (const char *)path.p;
	return path.p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a path");
}

static int dir_find(struct layout_store *s, struct lc_slice name, uint64_t *ret_size,
		    struct lc_err *e)
{
	struct oci_source *files = ((struct store_dir *)s)->files;
	struct lc_err why = { 0 };
	int rc = files->find(files, name, ret_size, &why);
	if (rc && rc != LC_ENOTFOUND && e)
		*e = why;
	return rc;
}

static int dir_read(struct layout_store *s, struct lc_slice name, size_t max, struct lc_arena *a,
		    struct lc_slice *ret, struct lc_err *e)
{
	struct oci_source *files = ((struct store_dir *)s)->files;
	uint64_t size = 0;
	int rc = dir_find(s, name, &size, e);
	if (!rc && size > max)
		rc = lc_fail(e, LC_ELIMIT, "a document of over %zu MiB", max >> 20);
	return rc ? rc : files->document(files, name, a, ret, e);
}

static int dir_stream(struct layout_store *s, struct lc_slice name, struct lc_stream **ret,
		      struct lc_err *e)
{
	struct oci_source *files = ((struct store_dir *)s)->files;
	return files->blob(files, name, ret, e);
}

static int dir_kind(struct layout_store *s, struct lc_slice name, enum layout_kind *ret,
		    struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct stat st;
	const char *path;
	int rc = path_to(s, name, &a, &path, e);
	if (!rc && lstat(path, &st) != 0)
		rc = errno == ENOENT ? LC_ENOTFOUND
				     : lc_fail_sys(e, errno, "%s", lc_quote(lc_str(path)).s);
	if (!rc)
		*ret = S_ISREG(st.st_mode)   ? LAYOUT_FILE
		       : S_ISDIR(st.st_mode) ? LAYOUT_FOLDER
					     : LAYOUT_OTHER;
	lc_arena_done(&a);
	return rc;
}

static int dir_list(struct layout_store *s, struct lc_slice folder, struct lc_arena *a,
		    struct lc_slices *ret, struct lc_err *e)
{
	const char *path;
	int rc = path_to(s, folder, a, &path, e);
	return rc ? rc : io_list_dir(path, a, LAYOUT_FILES_MAX, ret, e);
}

/* The same of what is to be written: folders of other algorithms than SHA-256 are made by need. */
static int path_for(struct layout_store *s, struct lc_slice name, struct lc_arena *a,
		    const char **ret, struct lc_err *e)
{
	const char *folder;
	int rc = path_to(s, lc_path_dir(name), a, &folder, e);
	rc = rc ? rc : io_make_dirs(folder, e);
	return rc ? rc : path_to(s, name, a, ret, e);
}

static int dir_put(struct layout_store *s, struct lc_slice name, struct lc_slice bytes,
		   struct lc_err *e)
{
	struct lc_arena a = { 0 };
	const char *path;
	int rc = path_for(s, name, &a, &path, e);
	rc = rc ? rc : io_write_file(path, 0644, bytes, e);
	lc_arena_done(&a);
	return rc;
}

static int write_stream(struct io_out *o, struct lc_stream *from, struct digester *digester,
			struct lc_err *e)
{
	size_t n = 1;
	while (n) {
		uint8_t piece[65536];
		int rc = lc_stream_read(from, piece, sizeof(piece), &n, e);
		digester_add(digester, piece, rc ? 0 : n);
		rc = rc ? rc : io_out_write(o, lc_slice_of(piece, n), e);
		if (rc)
			return rc;
	}
	return 0;
}

/* Streams are verified before the file gets its name. */
static int put_verified(const char *path, const struct digest *d, struct lc_stream *from,
			struct lc_err *e)
{
	struct io_out o = { 0 };
	struct digester *digester = NULL;
	struct digest got;
	int rc = digester_new(d->algorithm, &digester, e);
	rc = rc ? rc : io_out_open(path, 0644, &o, e);
	rc = rc ? rc : write_stream(&o, from, digester, e);
	rc = rc ? rc : digester_get(digester, &got, e);
	if (!rc && !digest_eq(&got, d))
		rc = lc_fail(e, LC_EBAD, "a blob with another digest than it was announced by");
	rc = rc ? rc : io_out_commit(&o, e);
	if (rc)
		io_out_abort(&o);
	digester_free(digester);
	return rc;
}

static int dir_put_stream(struct layout_store *s, struct lc_slice name, const struct digest *d,
			  struct lc_stream *from, uint64_t size, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	const char *path;
	(void)size;
	int rc = path_for(s, name, &a, &path, e);
	rc = rc ? rc : put_verified(path, d, from, e);
	lc_arena_done(&a);
	return rc;
}

static int dir_remove(struct layout_store *s, struct lc_slice name, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	const char *path;
	uint64_t size;
	int rc = dir_find(s, name, &size, e); /* by no link that leads out */
	rc = rc ? rc : path_to(s, name, &a, &path, e);
	int gone = rc ? 0 : lc_sys_unlink(AT_FDCWD, path);
	if (gone)
		rc = gone == -ENOENT ? LC_ENOTFOUND
				     : lc_fail_sys(e, -gone, "%s", lc_quote(lc_str(path)).s);
	lc_arena_done(&a);
	return rc;
}

/* On oci-layout, which nobody replaces. */
static int dir_lock(struct layout_store *s, int *ret_fd, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	const char *path;
	int rc = path_to(s, LC_S("oci-layout"), &a, &path, e);
	int fd = rc ? -1 : lc_sys_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	if (!rc && (fd < 0 || flock(fd, LOCK_EX) != 0))
		rc = lc_fail_sys(e, fd < 0 ? -fd : errno, "%s", lc_quote(lc_str(path)).s);
	lc_arena_done(&a);
	if (rc && fd >= 0)
		(void)close(fd); /* nothing was written to it */
	if (!rc)
		*ret_fd = fd;
	return rc;
}

static void dir_close(struct layout_store *s)
{
	struct store_dir *d = (struct store_dir *)s;
	if (d->files)
		d->files->close(d->files);
	lc_arena_done(&d->arena);
	lc_free(d);
}

static int open_dir(struct store_dir *d, const char *path, bool write,
		    const struct lc_limits *limits, struct lc_err *e)
{
	const char *blobs;
	uint64_t size;
	d->path = lc_arena_str(&d->arena, lc_str(path));
	int rc = d->path ? 0 : lc_fail(e, LC_ENOMEM, "no memory for a path");
	if (!rc && write)
		rc = io_make_dirs(path, e);
	rc = rc ? rc : oci_source_dir(path, limits, &d->files, e);
	if (rc || !write || dir_find(&d->base, LC_S("oci-layout"), &size, NULL) == 0)
		return rc;
	rc = path_to(&d->base, LC_S("blobs/sha256"), &d->arena, &blobs, e);
	return rc ? rc : io_make_dirs(blobs, e);
}

int layout_store_dir(const char *path, bool write, const struct lc_limits *limits,
		     struct layout_store **ret, struct lc_err *e)
{
	struct store_dir *d = lc_alloc0(1, sizeof(*d));
	if (!d)
		return lc_fail(e, LC_ENOMEM, "no memory for a layout");
	d->base = (struct layout_store){
		.find = dir_find,
		.read = dir_read,
		.stream = dir_stream,
		.kind = dir_kind,
		.list = dir_list,
		.put = dir_put,
		.put_stream = dir_put_stream,
		.remove = dir_remove,
		.lock = dir_lock,
		.close = dir_close,
	};
	int rc = open_dir(d, path, write, limits, e);
	if (rc) {
		dir_close(&d->base);
		return rc;
	}
	*ret = &d->base;
	return 0;
}
