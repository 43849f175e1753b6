/*
 * The starter database as a file of SQLite's: blocks are inflated when one of their pages is asked
 * for, so that a scan pays for what it looks up and not for the whole. Source: SQLite, "The OS
 * Interface or VFS"; methods of version 3 hand out pages in place.
 */
#include "advisory/starter_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <zstd.h>

#include "advisory/starter.h"
#include "base/arith.h"
#include "base/shim.h"

struct starter_file {
	sqlite3_file base;
	uint8_t *image; /* adv_starter_inflated bytes, of which the blocks in have are there */
	uint8_t *have;  /* one a block */
	ZSTD_DCtx *inflater;
};

static struct starter_file *self(sqlite3_file *f)
{
	return (struct starter_file *)(void *)f;
}

static int close_file(sqlite3_file *base)
{
	struct starter_file *f = self(base);
	lc_free(f->image);
	lc_free(f->have);
	(void)ZSTD_freeDCtx(f->inflater); /* never fails */
	return SQLITE_OK;
}

static int inflate(struct starter_file *f, size_t block)
{
	size_t start = block ? adv_starter_ends[block - 1] : 0;
	size_t at = block * ADV_STARTER_BLOCK_BYTES;
	size_t want = lc_min(ADV_STARTER_BLOCK_BYTES, adv_starter_inflated - at);
	size_t got = ZSTD_decompressDCtx(f->inflater, f->image + at, want, adv_starter_data + start,
					 adv_starter_ends[block] - start);
	if (got != want) /* an error is no such size either */
		return SQLITE_CORRUPT;
	f->have[block] = 1;
	return SQLITE_OK;
}

/* The blocks of a stretch inside the file. */
static int need(struct starter_file *f, size_t at, size_t n)
{
	int rc = SQLITE_OK;
	if (!n)
		return rc;
	size_t last = (at + n - 1) / ADV_STARTER_BLOCK_BYTES;
	for (size_t i = at / ADV_STARTER_BLOCK_BYTES; rc == SQLITE_OK && i <= last; i++)
		rc = f->have[i] ? rc : inflate(f, i);
	return rc;
}

static bool is_inside(sqlite3_int64 at, int n)
{
	return at >= 0 && n >= 0 && (uint64_t)at <= adv_starter_inflated &&
	       (uint64_t)n <= adv_starter_inflated - (uint64_t)at;
}

static int read_file(sqlite3_file *base, void *to, int n, sqlite3_int64 at)
{
	struct starter_file *f = self(base);
	if (!is_inside(at, n)) { /* whole pages are asked for: never of a good database */
		memset(to, 0, n > 0 ? (size_t)n : 0);
		return SQLITE_IOERR_SHORT_READ;
	}
	int rc = need(f, (size_t)at, (size_t)n);
	if (rc == SQLITE_OK && n)
		memcpy(to, f->image + at, (size_t)n);
	return rc;
}

static int fetch(sqlite3_file *base, sqlite3_int64 at, int n, void **ret)
{
	struct starter_file *f = self(base);
	*ret = NULL; /* tells SQLite to read it */
	if (!is_inside(at, n))
		return SQLITE_OK;
	int rc = need(f, (size_t)at, (size_t)n);
	if (rc == SQLITE_OK)
		*ret = f->image + at;
	return rc;
}

static int unfetch(sqlite3_file *base, sqlite3_int64 at, void *p)
{
	(void)base, (void)at, (void)p;
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
	(void)base;
	*ret = (sqlite3_int64)adv_starter_inflated;
	return SQLITE_OK;
}

static int characteristics(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_IMMUTABLE; /* no locks, no journals */
}

/* ---- what a file that never changes has no use for ---- */

static int refuse_write(sqlite3_file *base, const void *from, int n, sqlite3_int64 at)
{
	(void)base, (void)from, (void)n, (void)at;
	return SQLITE_READONLY;
}

static int refuse_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	(void)base, (void)size;
	return SQLITE_READONLY;
}

static int do_nothing(sqlite3_file *base, int how)
{
	(void)base, (void)how;
	return SQLITE_OK;
}

static int check_lock(sqlite3_file *base, int *ret)
{
	(void)base;
	*ret = 0;
	return SQLITE_OK;
}

static int control(sqlite3_file *base, int what, void *arg)
{
	(void)base, (void)what, (void)arg;
	return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *base)
{
	(void)base;
	return 4096;
}

static const sqlite3_io_methods methods = {
	.iVersion = 3,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = refuse_write,
	.xTruncate = refuse_truncate,
	.xSync = do_nothing,
	.xFileSize = file_size,
	.xLock = do_nothing,
	.xUnlock = do_nothing,
	.xCheckReservedLock = check_lock,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
	.xFetch = fetch,
	.xUnfetch = unfetch,
};

/* ---- the file system of one file ---- */

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
		     int *ret_flags)
{
	struct starter_file *f = self(base);
	size_t blocks = adv_starter_inflated / ADV_STARTER_BLOCK_BYTES + 1;
	(void)vfs, (void)name;
	f->base.pMethods = NULL; /* not to be closed, so far */
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	f->image = lc_alloc(adv_starter_inflated);
	f->have = lc_alloc0(blocks, 1);
	f->inflater = ZSTD_createDCtx();
	if (!f->image || !f->have || !f->inflater) {
		(void)close_file(base); /* frees what is there */
		return SQLITE_NOMEM;
	}
	f->base.pMethods = &methods;
	if (ret_flags)
		*ret_flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
	return SQLITE_OK;
}

static int refuse_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs, (void)name, (void)sync;
	return SQLITE_READONLY;
}

/* No journal lies beside it. */
static int nothing_else(sqlite3_vfs *vfs, const char *name, int how, int *ret)
{
	(void)vfs, (void)name, (void)how;
	*ret = 0;
	return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int room, char *ret)
{
	size_t n = strlen(name) + 1;
	(void)vfs;
	if (room < 0 || n > (size_t)room)
		return SQLITE_CANTOPEN;
	memcpy(ret, name, n);
	return SQLITE_OK;
}

static sqlite3_vfs *usual(void)
{
	return sqlite3_vfs_find(NULL);
}

static int randomness(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs;
	return usual()->xRandomness(usual(), n, ret);
}

static int nap(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return usual()->xSleep(usual(), us);
}

static int current_time(sqlite3_vfs *vfs, double *ret)
{
	(void)vfs;
	return usual()->xCurrentTime(usual(), ret);
}

static int last_error(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs, (void)n, (void)ret;
	return 0;
}

/* SQLite's list of file systems runs through this: it changes once, when it is registered. */
static sqlite3_vfs starter = {
	.iVersion = 1,
	.szOsFile = sizeof(struct starter_file),
	.mxPathname = 64,
	.zName = "lacre-starter",
	.xOpen = open_file,
	.xDelete = refuse_delete,
	.xAccess = nothing_else,
	.xFullPathname = full_name,
	.xRandomness = randomness,
	.xSleep = nap,
	.xCurrentTime = current_time,
	.xGetLastError = last_error,
};

static void register_once(void)
{
	(void)sqlite3_vfs_register(&starter, 0); /* without it, opening fails */
}

const char *starter_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, register_once); /* fails for what is no once alone */
	return starter.zName;
}
