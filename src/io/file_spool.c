/* Files of directories that many processes fill: written in a spool, renamed when whole. */
#include "io/file_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"

static char *copy_name(const char *s, const char *behind)
{
	size_t n = strlen(s);
	size_t m = strlen(behind);
	char *copy = lc_alloc(n + m + 1);

	if (!copy)
		return NULL;
	memcpy(copy, s, n);
	memcpy(copy + n, behind, m + 1);
	return copy;
}

static int open_in(struct io_out *o, int dirfd, const char *spool, unsigned mode, struct lc_err *e)
{
	LC_AUTOFREE char *prefix = copy_name(spool, "/");

	if (!o->name || !prefix)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	o->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (o->dirfd < 0)
		return lc_fail_sys(e, errno, "%s", lc_quote(lc_str(o->name)).s);
	o->fd = io_out_open_temp(o, prefix, mode);
	if (o->fd < 0)
		return lc_fail_sys(e, -o->fd, "%s", lc_quote(lc_str(spool)).s);
	/* Taken at once, or a sweeper holds it and removes the file: then the rename fails. */
	(void)flock(o->fd, LOCK_EX | LOCK_NB);
	return 0;
}

int io_out_open_spooled(int dirfd, const char *spool, const char *name, unsigned mode,
			struct io_out *ret, struct lc_err *e)
{
	struct io_out o = { .fd = -1, .dirfd = -1, .unsynced = true };
	int rc;

	o.name = copy_name(name, "");
	rc = open_in(&o, dirfd, spool, mode, e);
	if (rc) {
		io_out_abort(&o);
		return rc;
	}
	*ret = o;
	return 0;
}

/* A file that nobody holds has no writer any more; one that was renamed meanwhile is not there. */
static void sweep_one(int spoolfd, const char *name)
{
	struct stat st;
	int fd = io_above_std(lc_sys_open(spoolfd, name,
					  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0));

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)lc_sys_unlink(spoolfd, name);
	close(fd);
}

void io_spool_sweep(int dirfd, const char *spool, unsigned max)
{
	int fd = io_above_std(
		lc_sys_open(dirfd, spool, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0));
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (unsigned n = 0; n < max;) {
		const struct dirent *d = readdir(dir); /* own DIR: safe in threads */
		if (!d)
			break;
		if (strncmp(d->d_name, ".", 2) == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		sweep_one(fd, d->d_name);
		n++;
	}
	closedir(dir);
}
