#include "io/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file_impl.h"
#include "io/tree.h"

enum { NAME_BYTES = 32 };

struct removal {
	struct io_tree top;
	unsigned long moved;      /* directories get new names up there */
	bool again;               /* something is left that may go the next time */
	struct io_removed *count; /* NULL nobody wants to know */
};

static bool is_directory(int sys)
{
	return sys == -EISDIR || sys == -EPERM;
}

/* What is no directory, a link included; 0 when it is gone, whoever removed it. */
static int remove_file(const struct removal *r, int dirfd, const char *name)
{
	struct stat st = { 0 };
	bool seen = r->count && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	int sys = lc_sys_unlink(dirfd, name);
	if (sys == 0 && seen) {
		r->count->files++;
		r->count->bytes += st.st_size > 0 ? (uint64_t)st.st_size : 0;
	}
	return sys == -ENOENT ? 0 : sys;
}

/* A directory of a directory goes to the top, where nothing has such a name. */
static int move_up(struct removal *r, int from, const char *name)
{
	char to[NAME_BYTES];
	do
		(void)snprintf(to, sizeof(to), "lacre.%lu", r->moved++); /* fits */
	while (renameat2(from, name, r->top.fd, to, RENAME_NOREPLACE) && errno == EEXIST);
	r->again = true;
	/* Not moved: it stays, and its directory with it, which is told. */
	return 0;
}

static int empty(struct removal *r, const char *name, struct lc_err *e)
{
	LC_CLEANUP(io_tree_endp) struct io_tree_dir *d = NULL;
	struct io_tree_entry entry;
	/* Whatever its mode forbids, it is ours. */
	if (fchmodat(r->top.fd, name, 0700, 0))
		return lc_fail_sys(e, errno, "%s", lc_quote(lc_str(name)).s);
	int fd = io_open_beneath(r->top.fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
				 r->top.walking ? IO_BY_WALKING : IO_BY_KERNEL_NO_LINKS);
	int rc = fd < 0 ? lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(name)).s)
			: io_tree_list(&r->top, name, &d, e);
	while (rc == 0 && (rc = io_tree_next(d, &entry, e)) == 0)
		if (is_directory(remove_file(r, fd, entry.name)))
			rc = move_up(r, fd, entry.name);
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static int remove_entry(struct removal *r, const char *name, struct lc_err *e)
{
	int sys = remove_file(r, r->top.fd, name);
	int rc = is_directory(sys) ? empty(r, name, e) : 0;
	if (!rc && is_directory(sys))
		sys = lc_sys_rmdir(r->top.fd, name);
	return rc || !sys ? rc : lc_fail_sys(e, -sys, "%s", lc_quote(lc_str(name)).s);
}

static int sweep(struct removal *r, struct lc_err *e)
{
	LC_CLEANUP(io_tree_endp) struct io_tree_dir *d = NULL;
	struct io_tree_entry entry;
	r->again = false;
	int rc = io_tree_list(&r->top, "", &d, e);
	while (rc == 0 && (rc = io_tree_next(d, &entry, e)) == 0)
		rc = remove_entry(r, entry.name, e);
	return rc == LC_ENOTFOUND ? 0 : rc;
}

/* What is in a directory that is no link; 0 also when it is gone meanwhile. */
static int remove_content(struct removal *r, int dirfd, const char *name, struct lc_err *e)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = io_above_std(lc_sys_open(dirfd, name, flags, 0));
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(name)).s);
	int rc = io_tree_of(fd, name, &r->top, e);
	for (r->again = rc == 0; rc == 0 && r->again;)
		rc = sweep(r, e);
	io_tree_close(&r->top);
	return rc;
}

int io_remove_at(int dirfd, const char *name, struct io_removed *count, struct lc_err *e)
{
	struct removal r = { .top = { .fd = -1, .file = -1 }, .count = count };
	int sys = remove_file(&r, dirfd, name);
	int rc = is_directory(sys) ? remove_content(&r, dirfd, name, e) : 0;
	if (!rc && is_directory(sys))
		sys = lc_sys_rmdir(dirfd, name);
	return rc || !sys || sys == -ENOENT ? rc
					    : lc_fail_sys(e, -sys, "%s", lc_quote(lc_str(name)).s);
}
