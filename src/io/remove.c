#include "io/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file_impl.h"
#include "io/tree.h"

enum { NAME_BYTES = 32 };

struct removal {
	const char *path;
	struct io_tree top;
	unsigned long moved; /* directories get new names up there */
	bool again;          /* something is left that may go the next time */
};

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
	while (rc == 0 && (rc = io_tree_next(d, &entry, e)) == 0) {
		int sys = lc_sys_unlink(fd, entry.name);
		if (sys == -EISDIR || sys == -EPERM)
			rc = move_up(r, fd, entry.name);
	}
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static int remove_entry(struct removal *r, const char *name, struct lc_err *e)
{
	char path[PATH_MAX];
	int sys = lc_sys_unlink(r->top.fd, name);
	if (sys == 0)
		return 0;
	if (sys != -EISDIR && sys != -EPERM)
		return lc_fail_sys(e, -sys, "%s", lc_quote(lc_str(name)).s);
	int rc = empty(r, name, e);
	int n = snprintf(path, sizeof(path), "%s/%s", r->path, name);
	if (rc == 0 && (n < 0 || (size_t)n >= sizeof(path)))
		rc = lc_fail(e, LC_ELIMIT, "%s: name too long", lc_quote(lc_str(name)).s);
	if (rc == 0 && rmdir(path))
		rc = lc_fail_sys(e, errno, "%s", lc_quote(lc_str(name)).s);
	return rc;
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

int io_remove_tree(const char *path, struct lc_err *e)
{
	struct removal r = { .path = path, .again = true };
	int rc = io_tree_open(path, &r.top, e);
	if (rc)
		return rc;
	while (rc == 0 && r.again)
		rc = sweep(&r, e);
	io_tree_close(&r.top);
	if (rc == 0 && rmdir(path))
		rc = lc_fail_sys(e, errno, "%s", lc_quote(lc_str(path)).s);
	return rc;
}
