/* Trees of ours removed: below a descriptor, behind no link. */
#include "io/file_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"

enum { DEPTH_MAX = 16 };

static int remove_any(int dirfd, const char *name, unsigned depth, struct io_removed *count,
		      struct lc_err *e);

static int remove_content(int dirfd, const char *name, unsigned depth, struct io_removed *count,
			  struct lc_err *e)
{
	int rc = 0;
	int fd = io_above_std(
		lc_sys_open(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0));
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return lc_fail_sys(e, fd < 0 ? -fd : errno, "%s", lc_quote(lc_str(name)).s);
	}
	while (!rc) {
		const struct dirent *d = readdir(dir); /* own DIR: safe in threads */
		if (!d)
			break;
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = remove_any(fd, d->d_name, depth + 1, count, e);
	}
	closedir(dir);
	return rc;
}

static int remove_any(int dirfd, const char *name, unsigned depth, struct io_removed *count,
		      struct lc_err *e)
{
	struct stat st;
	int rc = 0;

	if (depth > DEPTH_MAX)
		return lc_fail(e, LC_ELIMIT, "%s: nested too deep", lc_quote(lc_str(name)).s);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : lc_fail_sys(e, errno, "%s", lc_quote(lc_str(name)).s);
	bool is_dir = S_ISDIR(st.st_mode);
	if (is_dir)
		rc = remove_content(dirfd, name, depth, count, e);
	int sys = 0;
	if (!rc)
		sys = is_dir ? lc_sys_rmdir(dirfd, name) : lc_sys_unlink(dirfd, name);
	if (sys && sys != -ENOENT)
		rc = lc_fail_sys(e, -sys, "%s", lc_quote(lc_str(name)).s);
	if (!rc && !is_dir) {
		count->files++;
		count->bytes += st.st_size > 0 ? (uint64_t)st.st_size : 0;
	}
	return rc;
}

int io_remove_at(int dirfd, const char *name, struct io_removed *count, struct lc_err *e)
{
	return remove_any(dirfd, name, 0, count, e);
}
