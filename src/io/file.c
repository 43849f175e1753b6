#include "io/file_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/shim.h"
#include "io/environment.h"

enum { READ_BYTES = 64 * 1024 };

#define READ_FLAGS IO_READ_FLAGS

int io_above_std(int fd)
{
	int up;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	up = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (up < 0)
		up = -errno;
	close(fd);
	return up;
}

/* ENOENT and ENOTDIR are what callers expect; the others are the system's. */
static int fail_open(int minus_errno, const char *path, struct lc_err *e)
{
	int rc = lc_fail_sys(e, -minus_errno, "%s", lc_quote(lc_str(path)).s);

	if (minus_errno != -ENOENT && minus_errno != -ENOTDIR)
		return rc;
	if (e)
		e->code = LC_ENOTFOUND;
	return LC_ENOTFOUND;
}

static ssize_t read_some(int fd, void *buf, size_t n)
{
	ssize_t got;

	do
		got = lc_sys_read(fd, buf, n);
	while (got == -EINTR);
	return got;
}

/* One byte more than the cap allows, or the end? */
static int check_end(int fd, const char *path, const struct lc_buf *buf, struct lc_err *e)
{
	uint8_t probe;
	ssize_t got = read_some(fd, &probe, 1);

	if (got < 0)
		return lc_fail_sys(e, (int)-got, "%s", lc_quote(lc_str(path)).s);
	if (got == 0)
		return 0;
	return lc_fail(e, LC_ELIMIT, "%s: more than %zu bytes", lc_quote(lc_str(path)).s, buf->max);
}

static int read_all(int fd, const char *path, struct lc_buf *buf, struct lc_err *e)
{
	while (buf->n < buf->max) {
		size_t want = lc_min(READ_BYTES, buf->max - buf->n);
		uint8_t *to = lc_buf_grow(buf, want);
		if (!to)
			return lc_fail(e, lc_buf_err(buf), "%s: out of memory",
				       lc_quote(lc_str(path)).s);
		ssize_t got = read_some(fd, to, want);
		buf->n -= want - (got > 0 ? (size_t)got : 0);
		if (got < 0)
			return lc_fail_sys(e, (int)-got, "%s", lc_quote(lc_str(path)).s);
		if (got == 0)
			return 0;
	}
	return check_end(fd, path, buf, e);
}

int io_read_file(const char *path, struct lc_buf *buf, struct lc_err *e)
{
	int fd;
	int rc;

	lc_buf_clear(buf);
	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", buf, e);
	fd = io_above_std(lc_sys_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0));
	if (fd < 0)
		return fail_open(fd, path, e);
	rc = read_all(fd, path, buf, e);
	close(fd);
	return rc;
}

int io_read_text(struct lc_slice path, size_t max_bytes, struct lc_arena *a, struct lc_slice *ret,
		 struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	const char *name = lc_arena_str(a, path);
	lc_buf_init(&b, max_bytes);
	int rc = name ? io_read_file(name, &b, e) : 0;
	if (!name || (!rc && lc_arena_dup(a, lc_buf_get(&b), ret)))
		rc = lc_fail(e, lc_arena_err(a), "no memory for a file");
	return rc;
}

/* Takes fd over. */
static int content_of(int fd, const char *path, struct lc_content *ret, struct lc_err *e)
{
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return fail_open(fd, path, e);
	if (fstat(fd, &st) != 0)
		rc = lc_fail_sys(e, errno, "%s", lc_quote(lc_str(path)).s);
	else if (S_ISDIR(st.st_mode))
		rc = lc_fail(e, LC_EUNSUP, "%s: is a directory", lc_quote(lc_str(path)).s);
	else if (!S_ISREG(st.st_mode))
		rc = lc_fail(e, LC_EUNSUP, "%s: not a regular file", lc_quote(lc_str(path)).s);
	if (rc) {
		close(fd);
		return rc;
	}
	*ret = lc_content_range(fd, 0, st.st_size > 0 ? (uint64_t)st.st_size : 0);
	ret->own_fd = true;
	return 0;
}

int io_open_content(const char *path, struct lc_content *ret, struct lc_err *e)
{
	int fd = io_above_std(lc_sys_open(AT_FDCWD, path, READ_FLAGS, 0));

	return content_of(fd, path, ret, e);
}

static int open_kernel(int dirfd, const char *path, int flags, bool links)
{
	struct open_how how = {
		.flags = (unsigned)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
			   (links ? 0u : (unsigned)RESOLVE_NO_SYMLINKS),
	};
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* Opens one component; base is closed unless it is the caller's. */
static int walk_step(int base, bool own, const char *name, int flags)
{
	int next =
		strcmp(name, "..") == 0 ? -EXDEV : lc_sys_open(base, name, flags | O_NOFOLLOW, 0);

	if (own)
		close(base);
	return next;
}

static int open_walking(int dirfd, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int at = dirfd;
	size_t n;

	if (*path == '/')
		return -EXDEV;
	for (; (n = strcspn(path, "/")) < strlen(path); path += n + 1) {
		if (n == 0)
			continue;
		if (n > NAME_MAX) {
			if (at != dirfd)
				close(at);
			return -ENAMETOOLONG;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		at = walk_step(at, at != dirfd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (at < 0)
			return at;
	}
	return walk_step(at, at != dirfd, *path ? path : ".", flags);
}

int io_open_beneath(int dirfd, const char *path, int flags, enum io_beneath how)
{
	int fd = how == IO_BY_WALKING ? open_walking(dirfd, path, flags)
				      : open_kernel(dirfd, path, flags, how == IO_BY_KERNEL);

	return io_above_std(fd);
}

int io_open_content_at(int dirfd, const char *path, struct lc_content *ret, struct lc_err *e)
{
	int fd = io_open_beneath(dirfd, path, READ_FLAGS, IO_BY_KERNEL);

	if (fd == -ENOSYS || fd == -EPERM) /* old kernels; old seccomp profiles answer EPERM */
		fd = io_open_beneath(dirfd, path, READ_FLAGS, IO_BY_WALKING);
	return content_of(fd, path, ret, e);
}

int io_open_dir(const char *path, int *ret_fd, struct lc_err *e)
{
	int fd = io_above_std(lc_sys_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));

	if (fd == -ENOTDIR)
		return lc_fail(e, LC_EUNSUP, "%s: not a directory", lc_quote(lc_str(path)).s);
	if (fd < 0)
		return fail_open(fd, path, e);
	*ret_fd = fd;
	return 0;
}

bool io_exists(const char *path, bool *ret_dir)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (ret_dir)
		*ret_dir = S_ISDIR(st.st_mode);
	return true;
}

static int make_dir(const char *path, struct lc_err *e)
{
	bool dir = false;

	if (mkdir(path, 0700) == 0)
		return 0;
	int sys = errno;
	if (sys == EEXIST && io_exists(path, &dir) && dir)
		return 0;
	return lc_fail_sys(e, sys, "%s", lc_quote(lc_str(path)).s);
}

int io_make_dirs(const char *path, struct lc_err *e)
{
	size_t n = strlen(path);
	LC_AUTOFREE char *part = lc_alloc(n + 1);
	int rc = 0;

	if (!part)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	memcpy(part, path, n + 1);
	for (size_t i = 1; !rc && i < n; i++) {
		if (part[i] != '/' || part[i - 1] == '/')
			continue;
		part[i] = '\0';
		rc = make_dir(part, e);
		part[i] = '/';
	}
	return rc ? rc : make_dir(path, e);
}

int io_make_temp_dir(const char *prefix, char *const *environment, struct lc_arena *a,
		     const char **ret, struct lc_err *e)
{
	const char *base = io_env(environment, "TMPDIR");
	if (!base)
		base = "/tmp";
	struct lc_slice text = lc_arena_fmt(a, "%s/%sXXXXXX", base, prefix);
	char *path = text.p ? lc_arena_str(a, text) : NULL;
	if (!path)
		return lc_fail(e, lc_arena_err(a), "no memory for a path");
	if (!mkdtemp(path))
		return lc_fail_sys(e, errno, "a temporary directory in %s",
				   lc_quote(lc_str(base)).s);
	*ret = path;
	return 0;
}

static int add_name(struct lc_arena *a, const char *name, size_t max, struct lc_slices *list,
		    struct lc_err *e)
{
	struct lc_slice copy;
	struct lc_slice *slot;
	int rc;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (list->n >= max)
		return lc_fail(e, LC_ELIMIT, "more than %zu files in a directory", max);
	rc = lc_arena_dup(a, lc_str(name), &copy);
	if (rc)
		return lc_fail(e, rc, "out of memory");
	slot = lc_vec_push(a, list);
	if (!slot)
		return lc_fail(e, lc_arena_err(a), "out of memory");
	*slot = copy;
	return 0;
}

static int read_names(DIR *dir, struct lc_arena *a, size_t max, struct lc_slices *list,
		      struct lc_err *e)
{
	for (;;) {
		errno = 0;
		const struct dirent *d = readdir(dir); /* own DIR: safe in threads */
		if (!d)
			return errno ? lc_fail_sys(e, errno, "directory") : 0;
		int rc = add_name(a, d->d_name, max, list, e);
		if (rc)
			return rc;
	}
}

int io_list_dir(const char *path, struct lc_arena *a, size_t max, struct lc_slices *ret,
		struct lc_err *e)
{
	struct lc_slices list = { 0 };
	DIR *dir;
	int fd;
	int rc = io_open_dir(path, &fd, e);

	if (rc)
		return rc;
	dir = fdopendir(fd);
	if (!dir) {
		rc = lc_fail_sys(e, errno, "%s", lc_quote(lc_str(path)).s);
		close(fd);
		return rc;
	}
	rc = read_names(dir, a, max, &list, e);
	closedir(dir);
	if (rc)
		return lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s);
	rc = lc_slices_sort(&list);
	if (rc)
		return lc_fail(e, rc, "no memory to sort the names of a directory");
	*ret = list;
	return 0;
}
