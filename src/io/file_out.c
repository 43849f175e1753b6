/* Files that appear whole or not at all. */
#include "io/file_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/shim.h"

enum { RANDOM_BYTES = 6, TEMP_TRIES = 16, TEMP_NAME_KEPT = 200 };

static char *copy_text(const char *s, size_t n)
{
	char *copy = lc_alloc(n + 1);

	if (!copy)
		return NULL;
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *io_dir_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return copy_text(".", 1);
	return slash == path ? copy_text("/", 1) : copy_text(path, (size_t)(slash - path));
}

const char *io_name_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void out_free(struct io_out *o)
{
	if (o->fd > STDERR_FILENO)
		close(o->fd);
	if (o->dirfd > 0)
		close(o->dirfd);
	lc_free(o->name);
	lc_free(o->temp);
	lc_free(o->dir);
	*o = (struct io_out){ 0 };
}

void io_out_abort(struct io_out *o)
{
	if (o->temp)
		(void)lc_sys_unlink(o->dirfd, o->temp); /* nothing more can be done about it */
	out_free(o);
}

/* ".NAME.lacre-" and random hex; a long name is cut so that the whole still is one. */
static int temp_name(const char *prefix, const char *name, char *ret, size_t room)
{
	uint8_t bytes[RANDOM_BYTES];
	uint64_t number = 0;
	int rc = lc_random(bytes, sizeof(bytes));

	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(bytes); i++)
		number = number << 8 | bytes[i];
	int n = snprintf(ret, room, "%s.%.*s.lacre-%012llx", prefix, TEMP_NAME_KEPT, name,
			 (unsigned long long)number);
	return n > 0 && (size_t)n < room ? 0 : -ENAMETOOLONG;
}

int io_out_open_temp(struct io_out *o, const char *prefix, unsigned mode)
{
	int fd = -EEXIST;

	for (int i = 0; i < TEMP_TRIES && fd == -EEXIST; i++) {
		char name[NAME_MAX + 1];
		int rc = temp_name(prefix, o->name, name, sizeof(name));
		if (rc)
			return rc;
		fd = lc_sys_open(o->dirfd, name,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		if (fd < 0)
			continue;
		o->temp = copy_text(name, strlen(name));
		if (o->temp)
			return io_above_std(fd);
		(void)lc_sys_unlink(o->dirfd, name);
		close(fd);
		return -ENOMEM;
	}
	return fd;
}

/* Devices, pipes and sockets are written to, not replaced: "-o /dev/null" must leave it alone. */
static int open_special(const char *path, struct io_out *ret, struct lc_err *e)
{
	int fd = io_above_std(lc_sys_open(AT_FDCWD, path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0));

	if (fd < 0)
		return lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(path)).s);
	*ret = (struct io_out){ .fd = fd };
	return 0;
}

static int open_beside(const char *path, unsigned mode, struct io_out *o, struct lc_err *e)
{
	const char *name = io_name_part(path);

	if (*name == '\0')
		return lc_fail(e, LC_EUSAGE, "%s: names no file", lc_quote(lc_str(path)).s);
	o->name = copy_text(name, strlen(name));
	o->dir = io_dir_part(path);
	if (!o->name || !o->dir)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	o->dirfd =
		io_above_std(lc_sys_open(AT_FDCWD, o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
	if (o->dirfd < 0)
		return lc_fail_sys(e, -o->dirfd, "%s", lc_quote(lc_str(o->dir)).s);
	o->fd = io_out_open_temp(o, "", mode);
	if (o->fd < 0)
		return lc_fail_sys(e, -o->fd, "%s", lc_quote(lc_str(path)).s);
	return 0;
}

int io_out_open(const char *path, unsigned mode, struct io_out *ret, struct lc_err *e)
{
	struct io_out o = { .fd = -1, .dirfd = -1 };
	char resolved[PATH_MAX];
	struct stat st;
	int rc;

	if (strcmp(path, "-") == 0) {
		*ret = (struct io_out){ .fd = STDOUT_FILENO };
		return 0;
	}
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return lc_fail(e, LC_EUSAGE, "%s: is a directory",
				       lc_quote(lc_str(path)).s);
		if (!S_ISREG(st.st_mode))
			return open_special(path, ret, e);
		/* A link of the user's stays one: what it points to is replaced. */
		if (realpath(path, resolved))
			path = resolved;
	}
	rc = open_beside(path, mode, &o, e);
	if (rc) {
		io_out_abort(&o);
		return rc;
	}
	*ret = o;
	return 0;
}

static const char *shown_name(const struct io_out *o, char *room, size_t n)
{
	if (!o->name)
		return "output";
	snprintf(room, n, "%s", lc_quote(lc_str(o->name)).s);
	return room;
}

int io_out_write(struct io_out *o, struct lc_slice s, struct lc_err *e)
{
	char name[LC_QUOTE_MAX];

	if (o->fd <= 0)
		return lc_fail(e, LC_EUSAGE, "output is closed");
	while (s.n > 0) {
		ssize_t put = lc_sys_write(o->fd, s.p, s.n);
		if (put == -EINTR)
			continue;
		if (put <= 0)
			return lc_fail_sys(e, put ? (int)-put : EIO, "%s",
					   shown_name(o, name, sizeof(name)));
		s = lc_skip(s, (size_t)put);
		o->written += (uint64_t)put;
	}
	return 0;
}

static int put_in_place(struct io_out *o, struct lc_err *e)
{
	char name[LC_QUOTE_MAX];
	int rc = o->unsynced ? 0 : lc_sys_fsync(o->fd);

	if (!rc)
		rc = lc_sys_rename(o->dirfd, o->temp, o->name);
	if (rc)
		return lc_fail_sys(e, -rc, "%s", shown_name(o, name, sizeof(name)));
	lc_free(o->temp);
	o->temp = NULL;
	if (o->unsynced)
		return 0;
	rc = lc_sys_fsync(o->dirfd);
	if (rc && rc != -EINVAL && rc != -ENOTSUP) /* some file systems cannot sync a directory */
		return lc_fail_sys(e, -rc, "%s", lc_quote(lc_str(o->dir)).s);
	return 0;
}

int io_out_commit(struct io_out *o, struct lc_err *e)
{
	int rc = 0;

	if (o->fd <= 0)
		return lc_fail(e, LC_EUSAGE, "output is closed");
	if (o->temp)
		rc = put_in_place(o, e);
	io_out_abort(o);
	return rc;
}

const char *io_out_temp_path(const struct io_out *o, struct lc_arena *a)
{
	if (!o->temp)
		return "";
	return (const char *)lc_arena_fmt(a, "%s/%s", o->dir, o->temp).p;
}

int io_write_file(const char *path, unsigned mode, struct lc_slice s, struct lc_err *e)
{
	struct io_out o;
	int rc = io_out_open(path, mode, &o, e);

	if (rc)
		return rc;
	rc = io_out_write(&o, s, e);
	if (rc) {
		io_out_abort(&o);
		return rc;
	}
	return io_out_commit(&o, e);
}

static int write_all(int fd, const char *path, struct lc_slice s, struct lc_err *e)
{
	while (s.n) {
		ssize_t got = lc_sys_write(fd, s.p, s.n);
		if (got == -EINTR)
			continue;
		if (got < 0)
			return lc_fail_sys(e, (int)-got, "%s", lc_quote(lc_str(path)).s);
		s = lc_skip(s, (size_t)got);
	}
	int synced = lc_sys_fsync(fd);
	return synced < 0 ? lc_fail_sys(e, -synced, "%s", lc_quote(lc_str(path)).s) : 0;
}

int io_write_new(const char *path, unsigned mode, struct lc_slice s, struct lc_err *e)
{
	int fd = lc_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd == -EEXIST)
		return lc_fail(e, LC_EUSAGE, "%s is there already", lc_quote(lc_str(path)).s);
	if (fd < 0)
		return lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(path)).s);
	int rc = write_all(fd, path, s, e);
	(void)close(fd); /* synced before */
	if (rc)
		(void)lc_sys_unlink(AT_FDCWD, path); /* the failure is told already */
	return rc;
}
