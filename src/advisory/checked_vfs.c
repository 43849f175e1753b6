#include "advisory/checked_vfs.h"

#include <pthread.h>
#include <string.h>

#include "base/shim.h"
#include "base/slice.h"

#define NAME "lacre-checked"

struct checked {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
	uint64_t *held;     /* a bit for each page that was looked at */
	uint64_t pages;
};

static struct checked *of(sqlite3_file *f)
{
	return (struct checked *)f;
}

/* ---- checksums ---- */

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* Both sums take in the other one: any single word that differs, differs in the end. */
static void sum(const uint8_t *page, uint8_t ret[CHECKED_BYTES])
{
	uint32_t s1 = 0;
	uint32_t s2 = 0;
	for (size_t i = 0; i < CHECKED_PAGE_BYTES - CHECKED_BYTES; i += 8) {
		s1 += le32(page + i) + s2;
		s2 += le32(page + i + 4) + s1;
	}
	put_le32(ret, s1);
	put_le32(ret + 4, s2);
}

static bool holds(const uint8_t *page)
{
	uint8_t want[CHECKED_BYTES];
	sum(page, want);
	return memcmp(want, page + CHECKED_PAGE_BYTES - CHECKED_BYTES, CHECKED_BYTES) == 0;
}

static bool is_page(sqlite3_int64 off, int n)
{
	return n == CHECKED_PAGE_BYTES && off >= 0 && off % CHECKED_PAGE_BYTES == 0;
}

/* Once a page: nobody writes to a file that is in use. */
static int check(struct checked *c, const void *page, sqlite3_int64 off)
{
	uint64_t n = (uint64_t)off / CHECKED_PAGE_BYTES;
	if (n < c->pages && (c->held[n / 64] >> (n % 64) & 1))
		return SQLITE_OK;
	if (!holds(page))
		return SQLITE_CORRUPT;
	if (n < c->pages)
		c->held[n / 64] |= (uint64_t)1 << (n % 64);
	return SQLITE_OK;
}

/* ---- what SQLite calls ---- */

static int checked_close(sqlite3_file *f)
{
	struct checked *c = of(f);
	lc_free(c->held);
	c->held = NULL;
	return c->real->pMethods->xClose(c->real);
}

static int checked_read(sqlite3_file *f, void *to, int n, sqlite3_int64 off)
{
	struct checked *c = of(f);
	int rc = c->real->pMethods->xRead(c->real, to, n, off);
	return rc == SQLITE_OK && is_page(off, n) ? check(c, to, off) : rc;
}

static int checked_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 off)
{
	struct checked *c = of(f);
	uint8_t page[CHECKED_PAGE_BYTES];
	if (!is_page(off, n))
		return c->real->pMethods->xWrite(c->real, from, n, off);
	memcpy(page, from, sizeof(page));
	sum(page, page + CHECKED_PAGE_BYTES - CHECKED_BYTES);
	return c->real->pMethods->xWrite(c->real, page, n, off);
}

static int checked_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return of(f)->real->pMethods->xTruncate(of(f)->real, size);
}

static int checked_sync(sqlite3_file *f, int flags)
{
	return of(f)->real->pMethods->xSync(of(f)->real, flags);
}

static int checked_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return of(f)->real->pMethods->xFileSize(of(f)->real, ret);
}

static int checked_lock(sqlite3_file *f, int level)
{
	return of(f)->real->pMethods->xLock(of(f)->real, level);
}

static int checked_unlock(sqlite3_file *f, int level)
{
	return of(f)->real->pMethods->xUnlock(of(f)->real, level);
}

static int checked_is_reserved(sqlite3_file *f, int *ret)
{
	return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, ret);
}

static int checked_control(sqlite3_file *f, int op, void *arg)
{
	return of(f)->real->pMethods->xFileControl(of(f)->real, op, arg);
}

static int checked_sector_size(sqlite3_file *f)
{
	return of(f)->real->pMethods->xSectorSize(of(f)->real);
}

static int checked_characteristics(sqlite3_file *f)
{
	return of(f)->real->pMethods->xDeviceCharacteristics(of(f)->real);
}

static int checked_fetch(sqlite3_file *f, sqlite3_int64 off, int n, void **ret)
{
	struct checked *c = of(f);
	*ret = NULL;
	if (c->real->pMethods->iVersion < 3 || !is_page(off, n))
		return SQLITE_OK; /* it is read instead */
	int rc = c->real->pMethods->xFetch(c->real, off, n, ret);
	if (rc != SQLITE_OK || !*ret)
		return rc;
	rc = check(c, *ret, off);
	if (rc != SQLITE_OK) {
		(void)c->real->pMethods->xUnfetch(c->real, off, *ret);
		*ret = NULL;
	}
	return rc;
}

static int checked_unfetch(sqlite3_file *f, sqlite3_int64 off, void *p)
{
	struct checked *c = of(f);
	return c->real->pMethods->iVersion < 3 ? SQLITE_OK
					       : c->real->pMethods->xUnfetch(c->real, off, p);
}

/* No shared memory: there is no write-ahead log. */
static const sqlite3_io_methods methods = {
	.iVersion = 3,
	.xClose = checked_close,
	.xRead = checked_read,
	.xWrite = checked_write,
	.xTruncate = checked_truncate,
	.xSync = checked_sync,
	.xFileSize = checked_size,
	.xLock = checked_lock,
	.xUnlock = checked_unlock,
	.xCheckReservedLock = checked_is_reserved,
	.xFileControl = checked_control,
	.xSectorSize = checked_sector_size,
	.xDeviceCharacteristics = checked_characteristics,
	.xFetch = checked_fetch,
	.xUnfetch = checked_unfetch,
};

static int count_pages(struct checked *c)
{
	sqlite3_int64 size = 0;
	int rc = c->real->pMethods->xFileSize(c->real, &size);
	if (rc != SQLITE_OK)
		return rc;
	c->pages = size > 0 ? (uint64_t)size / CHECKED_PAGE_BYTES : 0;
	c->held = lc_alloc0((size_t)(c->pages / 64) + 1, sizeof(*c->held));
	return c->held ? SQLITE_OK : SQLITE_NOMEM;
}

static int checked_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *ret)
{
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);
	if (!real || real == vfs)
		return SQLITE_CANTOPEN;
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return real->xOpen(real, path, f, flags, ret);
	struct checked *c = of(f);
	*c = (struct checked){ .real = (sqlite3_file *)(c + 1) };
	int rc = real->xOpen(real, path, c->real, flags, ret);
	if (rc == SQLITE_OK)
		rc = count_pages(c);
	if (rc == SQLITE_OK) {
		f->pMethods = &methods;
		return rc;
	}
	if (c->real->pMethods)
		(void)c->real->pMethods->xClose(c->real);
	return rc;
}

/* SQLite's list of them is one for the process and takes what may be written to. */
static sqlite3_vfs registered;
static bool is_registered;

static void register_once(void)
{
	const sqlite3_vfs *real = sqlite3_vfs_find(NULL);
	if (!real)
		return;
	registered = *real;
	registered.pNext = NULL;
	registered.zName = NAME;
	registered.szOsFile = real->szOsFile + (int)sizeof(struct checked);
	registered.xOpen = checked_open;
	is_registered = sqlite3_vfs_register(&registered, 0) == SQLITE_OK;
}

const char *checked_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, register_once);
	return is_registered ? NAME : NULL;
}

int checked_vfs_all(sqlite3 *db, struct lc_err *e)
{
	sqlite3_file *f = NULL;
	uint8_t page[CHECKED_PAGE_BYTES];
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&f) != SQLITE_OK ||
	    !f || f->pMethods != &methods)
		return 0;
	for (uint64_t n = 0; n < of(f)->pages; n++) {
		int rc = f->pMethods->xRead(f, page, CHECKED_PAGE_BYTES,
					    (sqlite3_int64)(n * CHECKED_PAGE_BYTES));
		if (rc == SQLITE_CORRUPT)
			return lc_fail(e, LC_EBAD,
				       "page %llu of the database is damaged; copy or make it anew",
				       (unsigned long long)n + 1);
		if (rc != SQLITE_OK)
			return lc_fail(e, LC_EIO, "page %llu of the database cannot be read",
				       (unsigned long long)n + 1);
	}
	return 0;
}
