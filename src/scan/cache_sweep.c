/* The fact cache kept within its bound, and emptied. */
#include "scan/cache_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"

enum { ENTRIES_MAX = 1 << 20, BLOCKS_AT_ONCE = 4096 };

struct entry {
	int64_t used; /* seconds */
	uint64_t bytes;
	char name[CACHE_NAME_CHARS + 1];
};

struct entries {
	struct lc_arena arena;
	struct entry *v;
	size_t n, room;
	uint64_t bytes;
};

/* What lies on the disk for it, so that many small ones are bounded, too. */
static uint64_t bytes_of(const struct stat *st)
{
	uint64_t blocks = st->st_blocks > 0 ? (uint64_t)st->st_blocks * 512 : 0;
	uint64_t size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
	return blocks > size ? blocks : size;
}

static void add_entry(struct entries *list, int fd, const char *name, int64_t now)
{
	struct stat st;
	if (!cache_is_name(name) || list->n >= ENTRIES_MAX ||
	    fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	struct entry *en = lc_vec_push(&list->arena, list);
	if (!en)
		return; /* what was seen is enough to go on with */
	/* Of the future: the clock was moved, and nobody knows when it was used. */
	en->used = st.st_mtime > now + 86400 ? INT64_MIN : st.st_mtime;
	en->bytes = bytes_of(&st);
	memcpy(en->name, name, sizeof(en->name));
	list->bytes += en->bytes;
}

static DIR *open_list(int fd)
{
	int copy = lc_sys_open(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir && copy >= 0)
		close(copy);
	return dir;
}

static int oldest_first(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	return strcmp(x->name, y->name);
}

void cache_sweep(int fd, uint64_t bytes_left)
{
	struct entries list = { 0 };
	DIR *dir = open_list(fd);
	const struct dirent *d;
	if (!dir)
		return;
	int64_t now = lc_now_ns() / 1000000000;
	while ((d = readdir(dir)) != NULL) /* own DIR: safe in threads */
		add_entry(&list, fd, d->d_name, now);
	closedir(dir);
	if (list.n > 1)
		qsort(list.v, list.n, sizeof(*list.v), oldest_first);
	for (size_t i = 0; i < list.n && list.bytes > bytes_left; i++) {
		(void)lc_sys_unlink(fd, list.v[i].name); /* gone already, or the next sweep's */
		list.bytes -= list.v[i].bytes;
	}
	lc_arena_done(&list.arena);
}

/* ---- when ---- */

/* Who has the lock sweeps; the others need not wait. */
static void sweep_in_turn(struct scan_cache *c, int written)
{
	struct stat st;
	uint64_t share = c->bytes_max / CACHE_SHARE;
	if (flock(written, LOCK_EX | LOCK_NB))
		return;
	if (fstat(written, &st) == 0 && st.st_size > 0 &&
	    (uint64_t)st.st_size * CACHE_BLOCK_BYTES >= share && ftruncate(written, 0) == 0)
		cache_sweep(c->fd, c->bytes_max - share);
}

void cache_wrote(struct scan_cache *c, uint64_t bytes)
{
	static const uint8_t blocks[BLOCKS_AT_ONCE];
	uint64_t n = bytes / CACHE_BLOCK_BYTES + 1;
	struct stat st;
	int fd = lc_sys_open(c->fd, CACHE_WRITTEN,
			     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			     0600);
	if (fd < 0)
		return;
	while (n > 0) {
		ssize_t put = lc_sys_write(fd, blocks, n < BLOCKS_AT_ONCE ? n : BLOCKS_AT_ONCE);
		if (put <= 0)
			break;
		n -= (uint64_t)put;
	}
	/* A disk that is full cannot count, and needs the room. */
	if (n > 0)
		cache_sweep(c->fd, c->bytes_max - c->bytes_max / CACHE_SHARE);
	else if (fstat(fd, &st) == 0 && st.st_size > 0 &&
		 (uint64_t)st.st_size * CACHE_BLOCK_BYTES >= c->bytes_max / CACHE_SHARE)
		sweep_in_turn(c, fd);
	close(fd);
}

/* ---- emptying ---- */

struct cleaning {
	struct io_removed count;
	int err; /* errno of the first failure */
};

static void remove_one(struct cleaning *x, int fd, const char *name)
{
	struct stat st;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) || S_ISDIR(st.st_mode))
		return;
	int rc = lc_sys_unlink(fd, name);
	if (rc && rc != -ENOENT && !x->err)
		x->err = -rc;
	if (rc)
		return;
	x->count.files++;
	x->count.bytes += bytes_of(&st);
}

static bool is_temp(const char *name)
{
	return name[0] == '.' && strstr(name, ".lacre-");
}

/* Files of the directory that are the cache's own, by their names. */
static void remove_files(struct cleaning *x, int fd, bool (*ours)(const char *name))
{
	DIR *dir = open_list(fd);
	const struct dirent *d;
	if (!dir) {
		x->err = x->err ? x->err : errno;
		return;
	}
	while ((d = readdir(dir)) != NULL) /* own DIR: safe in threads */
		if (ours(d->d_name))
			remove_one(x, fd, d->d_name);
	closedir(dir);
}

static int open_below(int fd, const char *name)
{
	return lc_sys_open(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
}

static int clean_in(int fd, struct io_removed *count, struct lc_err *e)
{
	struct cleaning x = { 0 };
	remove_files(&x, fd, cache_is_name);
	int spool = open_below(fd, CACHE_SPOOL);
	if (spool >= 0) {
		remove_files(&x, spool, is_temp);
		close(spool);
	}
	struct cleaning uncounted = { .err = x.err };
	remove_one(&uncounted, fd, CACHE_WRITTEN);
	(void)lc_sys_rmdir(fd, CACHE_SPOOL); /* what is not ours stays */
	count->files += x.count.files;
	count->bytes += x.count.bytes;
	return uncounted.err ? lc_fail_sys(e, uncounted.err, "the cache") : 0;
}

int scan_cache_clean(const char *dir, struct io_removed *count, struct lc_err *e)
{
	int home = open_below(AT_FDCWD, dir);
	int fd = home < 0 ? home : open_below(home, SCAN_CACHE_DIR);
	int rc;
	if (fd == -ENOENT)
		rc = LC_ENOTFOUND;
	else if (fd == -ELOOP || fd == -ENOTDIR)
		rc = lc_fail(e, LC_EDENIED, "%s/%s: is a link, or no directory",
			     lc_quote(lc_str(dir)).s, SCAN_CACHE_DIR);
	else
		rc = fd < 0 ? lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(dir)).s)
			    : clean_in(fd, count, e);
	if (fd >= 0)
		close(fd);
	if (!rc)
		(void)lc_sys_rmdir(home, SCAN_CACHE_DIR); /* what is not ours stays */
	if (home >= 0)
		close(home);
	return rc;
}
