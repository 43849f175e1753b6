#include "io/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file_impl.h"

enum { LIST_BYTES = 64 * 1024, LINK_MAX_BYTES = 4096 };

struct io_tree_dir {
	int fd;
	size_t at, n; /* of the bytes below */
	_Alignas(struct dirent64) uint8_t bytes[LIST_BYTES];
};

/* ---- roots ---- */

static int open_root(int fd, const char *path, struct io_tree *ret, struct lc_err *e)
{
	struct stat st;
	if (fstat(fd, &st))
		return lc_fail_sys(e, errno, "%s", lc_quote(lc_str(path)).s);
	if (S_ISREG(st.st_mode)) {
		*ret = (struct io_tree){ .fd = -1, .file = fd, .name = io_name_part(path) };
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return lc_fail(e, LC_EUNSUP, "%s: neither a directory nor a regular file",
			       lc_quote(lc_str(path)).s);
	int probe = io_open_beneath(fd, ".", O_PATH | O_CLOEXEC, IO_BY_KERNEL_NO_LINKS);
	*ret = (struct io_tree){ .fd = fd,
				 .file = -1,
				 .walking = probe == -ENOSYS || probe == -EPERM };
	if (probe >= 0)
		(void)close(probe); /* nothing was written */
	return 0;
}

int io_tree_open(const char *path, struct io_tree *ret, struct lc_err *e)
{
	int fd = io_above_std(lc_sys_open(AT_FDCWD, path, IO_READ_FLAGS, 0));
	if (fd < 0) {
		int rc = lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(path)).s);
		bool absent = fd == -ENOENT || fd == -ENOTDIR;
		if (absent && e)
			e->code = LC_ENOTFOUND;
		return absent ? LC_ENOTFOUND : rc;
	}
	return io_tree_of(fd, path, ret, e);
}

int io_tree_of(int fd, const char *path, struct io_tree *ret, struct lc_err *e)
{
	int rc = open_root(fd, path, ret, e);
	if (rc)
		(void)close(fd); /* nothing was written */
	return rc;
}

void io_tree_close(struct io_tree *t)
{
	if (t->fd >= 0)
		(void)close(t->fd); /* nothing was written */
	if (t->file >= 0)
		(void)close(t->file); /* as above */
	*t = (struct io_tree){ .fd = -1, .file = -1 };
}

static int open_in(const struct io_tree *t, const char *path, int flags)
{
	return io_open_beneath(t->fd, *path ? path : ".", flags,
			       t->walking ? IO_BY_WALKING : IO_BY_KERNEL_NO_LINKS);
}

/* ---- listing ---- */

int io_tree_list(const struct io_tree *t, const char *path, struct io_tree_dir **ret,
		 struct lc_err *e)
{
	struct io_tree_dir *d = lc_alloc(sizeof(*d));
	if (!d)
		return lc_fail(e, LC_ENOMEM, "no memory to list a directory");
	d->at = 0;
	d->n = 0;
	d->fd = open_in(t, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0) {
		int sys = -d->fd;
		lc_free(d);
		return lc_fail_sys(e, sys, "directory");
	}
	*ret = d;
	return 0;
}

void io_tree_end(struct io_tree_dir *d)
{
	if (!d)
		return;
	(void)close(d->fd); /* nothing was written */
	lc_free(d);
}

void io_tree_endp(struct io_tree_dir **d)
{
	io_tree_end(*d);
}

static enum io_kind kind_of_mode(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return IO_KIND_FILE;
	case S_IFDIR:
		return IO_KIND_DIR;
	case S_IFLNK:
		return IO_KIND_LINK;
	default:
		return IO_KIND_OTHER;
	}
}

/* Most file systems say it in the listing; of the others each entry is asked for. */
static enum io_kind kind_of(const struct io_tree_dir *d, const struct dirent64 *entry)
{
	struct stat st;
	if (entry->d_type != DT_UNKNOWN)
		return kind_of_mode((mode_t)DTTOIF(entry->d_type));
	if (fstatat(d->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return IO_KIND_FILE; /* opening it will tell what is wrong */
	return kind_of_mode(st.st_mode);
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int fill(struct io_tree_dir *d, struct lc_err *e)
{
	ssize_t n;
	do
		n = getdents64(d->fd, d->bytes, sizeof(d->bytes));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return lc_fail_sys(e, errno, "listing");
	d->at = 0;
	d->n = (size_t)n;
	return n ? 0 : LC_ENOTFOUND;
}

int io_tree_next(struct io_tree_dir *d, struct io_tree_entry *ret, struct lc_err *e)
{
	for (;;) {
		int rc = d->at < d->n ? 0 : fill(d, e);
		if (rc)
			return rc;
		const struct dirent64 *entry = (const void *)(d->bytes + d->at);
		d->at += entry->d_reclen;
		if (is_dots(entry->d_name))
			continue;
		*ret = (struct io_tree_entry){ entry->d_name, kind_of(d, entry) };
		return 0;
	}
}

int io_tree_link(const struct io_tree_dir *d, const char *name, char ret[4097], struct lc_err *e)
{
	ssize_t n = readlinkat(d->fd, name, ret, LINK_MAX_BYTES);
	if (n < 0)
		return lc_fail_sys(e, errno, "link");
	ret[n] = '\0';
	return 0;
}

bool io_tree_is_virtual(const struct io_tree_dir *d)
{
	static const unsigned long kinds[] = {
		PROC_SUPER_MAGIC,   SYSFS_MAGIC,        DEBUGFS_MAGIC,      TRACEFS_MAGIC,
		SECURITYFS_MAGIC,   SELINUX_MAGIC,      CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
		DEVPTS_SUPER_MAGIC, BPF_FS_MAGIC,       PSTOREFS_MAGIC,     EFIVARFS_MAGIC,
		NSFS_MAGIC,         AUTOFS_SUPER_MAGIC,
	};
	struct statfs st;
	if (fstatfs(d->fd, &st))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((unsigned long)st.f_type == kinds[i])
			return true;
	return false;
}

/* ---- files ---- */

int io_tree_file(const struct io_tree *t, const char *path, struct lc_content *ret,
		 uint32_t *ret_mode, struct lc_err *e)
{
	struct stat st;
	int fd = t->file >= 0 ? fcntl(t->file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
			      : open_in(t, path, IO_READ_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return lc_fail_sys(e, t->file >= 0 ? errno : -fd, "cannot be opened");
	int rc = 0;
	if (fstat(fd, &st))
		rc = lc_fail_sys(e, errno, "cannot be looked at");
	else if (!S_ISREG(st.st_mode))
		rc = lc_fail(e, LC_EUNSUP, "is no regular file any more");
	if (rc) {
		(void)close(fd); /* nothing was written */
		return rc;
	}
	*ret = lc_content_range(fd, 0, st.st_size > 0 ? (uint64_t)st.st_size : 0);
	ret->own_fd = true;
	*ret_mode = st.st_mode & 07777;
	return 0;
}
