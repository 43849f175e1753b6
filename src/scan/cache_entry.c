/* Entries of the fact cache: written, read, and not believed. */
#include "scan/cache_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"

#define MAGIC LC_S("LCFC\0\0\0\1")

enum { NO_DIGEST = 0xff, TOUCH_SECONDS = 60 };

/* ---- the trailer ---- */

void cache_trailer_write(struct lc_buf *out, uint64_t facts, const struct inv_walk_stats *stats)
{
	const struct oci_layer_stats *l = &stats->layer;
	const uint64_t numbers[] = {
		facts,
		l->stored_bytes,
		l->inflated_bytes,
		l->entries,
		stats->files_read,
		stats->bytes_analysed,
		stats->unsafe_names,
	};
	static const uint8_t zeros[DIGEST_BYTES_MAX];
	(void)lc_buf_slice(out, MAGIC); /* sticky: the caller looks */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)lc_buf_le64(out, numbers[i]);
	(void)lc_buf_byte(out, (uint8_t)l->compression);
	(void)lc_buf_byte(out, l->has_blob_digest ? (uint8_t)l->blob_digest.algorithm : NO_DIGEST);
	(void)lc_buf_add(out, zeros, 6);
	(void)lc_buf_add(out, l->has_blob_digest ? l->blob_digest.bytes : zeros, DIGEST_BYTES_MAX);
}

static bool read_form(struct lc_rd *r, struct oci_layer_stats *l)
{
	uint8_t compression = lc_rd_u8(r);
	uint8_t algorithm = lc_rd_u8(r);
	struct lc_slice pad = lc_rd_take(r, 6);
	struct lc_slice digest = lc_rd_take(r, DIGEST_BYTES_MAX);
	if (r->bad || compression >= IO_COMPRESSION_N || !lc_eq(pad, LC_S("\0\0\0\0\0\0")))
		return false;
	l->compression = (enum io_compression)compression;
	l->has_blob_digest = algorithm != NO_DIGEST;
	if (!l->has_blob_digest)
		return true;
	l->blob_digest.algorithm = (enum digest_algorithm)algorithm;
	if (digest_size(l->blob_digest.algorithm) == 0)
		return false;
	memcpy(l->blob_digest.bytes, digest.p, digest_size(l->blob_digest.algorithm));
	return true;
}

int cache_trailer_read(struct lc_slice bytes, uint64_t file_size, struct cache_trailer *ret,
		       struct lc_err *e)
{
	struct cache_trailer t = { 0 };
	struct oci_layer_stats *l = &t.stats.layer;
	struct lc_rd r = lc_rd_of(bytes);
	bool good = bytes.n == CACHE_TRAILER_BYTES && lc_eq(lc_rd_take(&r, MAGIC.n), MAGIC);
	t.facts = lc_rd_le64(&r);
	l->stored_bytes = lc_rd_le64(&r);
	l->inflated_bytes = lc_rd_le64(&r);
	l->entries = lc_rd_le64(&r);
	t.stats.files_read = lc_rd_le64(&r);
	t.stats.bytes_analysed = lc_rd_le64(&r);
	t.stats.unsafe_names = lc_rd_le64(&r);
	good = good && read_form(&r, l) && file_size >= CACHE_TRAILER_BYTES &&
	       t.facts == file_size - CACHE_TRAILER_BYTES;
	t.authentic = lc_sub(bytes, 0, r.off);
	struct lc_slice mac = lc_rd_take(&r, MAC_BYTES);
	if (!good || r.bad)
		return lc_fail(e, LC_EBAD, "not an entry of the cache, or cut");
	t.mac = mac.p;
	*ret = t;
	return 0;
}

static int mac_entry(const struct scan_cache *c, const struct scan_cache_id *id,
		     struct lc_slice facts, struct lc_slice trailer, uint8_t ret[MAC_BYTES],
		     struct lc_err *e)
{
	const struct lc_slice parts[] = {
		LC_S("lacre entry 1\n"),
		lc_slice_of(id->bytes, sizeof(id->bytes)),
		facts,
		trailer,
	};
	return mac_of(lc_slice_of(c->key, MAC_BYTES), parts, 4, ret, e);
}

/* ---- reading ---- */

/* Exactly n bytes, however few one call gives. */
static int read_at(int fd, uint64_t off, uint8_t *to, size_t n, struct lc_err *e)
{
	while (n) {
		ssize_t got = lc_sys_pread(fd, to, n, off);
		if (got == -EINTR)
			continue;
		if (got < 0)
			return lc_fail_sys(e, (int)-got, "entry of the cache");
		if (got == 0)
			return lc_fail(e, LC_EBAD, "an entry of the cache ends early");
		to += got;
		n -= (size_t)got;
		off += (uint64_t)got;
	}
	return 0;
}

static int read_entry(const struct scan_cache *c, const struct scan_cache_id *id, int fd,
		      struct lc_buf *facts, struct cache_trailer *ret, struct lc_err *e)
{
	struct stat st;
	uint8_t tail[CACHE_TRAILER_BYTES];
	uint8_t mac[MAC_BYTES];
	if (fstat(fd, &st))
		return lc_fail_sys(e, errno, "entry of the cache");
	if (!S_ISREG(st.st_mode) || st.st_size < CACHE_TRAILER_BYTES)
		return lc_fail(e, LC_EBAD, "no entry of the cache, or cut");
	uint64_t size = (uint64_t)st.st_size;
	int rc = read_at(fd, size - sizeof(tail), tail, sizeof(tail), e);
	if (!rc)
		rc = cache_trailer_read(lc_slice_of(tail, sizeof(tail)), size, ret, e);
	if (rc)
		return rc;
	if (ret->facts > facts->max)
		return lc_fail(e, LC_EBAD, "an entry of the cache is too large");
	uint8_t *to = lc_buf_grow(facts, (size_t)ret->facts);
	if (!to)
		return lc_fail(e, lc_buf_err(facts), "no memory for an entry of the cache");
	rc = read_at(fd, 0, to, (size_t)ret->facts, e);
	if (!rc)
		rc = mac_entry(c, id, lc_buf_get(facts), ret->authentic, mac, e);
	if (!rc && !mac_eq(mac, ret->mac))
		rc = lc_fail(e, LC_EBAD, "an entry of the cache is not authentic");
	ret->authentic = LC_S("");
	ret->mac = NULL;
	return rc;
}

/* When it was last used; not at each use, so that readers seldom write. */
static void touch(int fd)
{
	struct stat st;
	int64_t now = lc_now_ns() / 1000000000;
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = now } };
	if (fstat(fd, &st) == 0 &&
	    (st.st_mtime > now + TOUCH_SECONDS || st.st_mtime < now - TOUCH_SECONDS))
		(void)futimens(fd, times); /* it goes sooner than it should, at worst */
}

bool scan_cache_has(const struct scan_cache *c, const struct scan_cache_id *id)
{
	char name[CACHE_NAME_CHARS + 1];
	return faccessat(c->fd, cache_name(id, name), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int scan_cache_get(struct scan_cache *c, const struct scan_cache_id *id, struct lc_buf *facts,
		   struct inv_walk_stats *ret, struct lc_err *e)
{
	char name[CACHE_NAME_CHARS + 1];
	struct cache_trailer t;
	lc_buf_clear(facts);
	int fd = lc_sys_open(c->fd, cache_name(id, name),
			     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		return LC_ENOTFOUND;
	int rc;
	if (fd == -ELOOP)
		rc = lc_fail(e, LC_EBAD, "a link in place of an entry of the cache");
	else if (fd < 0)
		rc = lc_fail_sys(e, -fd, "entry of the cache");
	else
		rc = read_entry(c, id, fd, facts, &t, e);
	if (!rc)
		touch(fd);
	if (fd >= 0)
		close(fd);
	if (rc == LC_EBAD)
		(void)lc_sys_unlink(c->fd, name); /* if it cannot go, it is refused again */
	if (rc) {
		lc_buf_clear(facts);
		return rc;
	}
	*ret = t.stats;
	return 0;
}

/* ---- writing ---- */

static int write_entry(struct io_out *out, struct lc_slice facts, struct lc_slice trailer,
		       struct lc_slice mac, struct lc_err *e)
{
	int rc = io_out_write(out, facts, e);
	if (!rc)
		rc = io_out_write(out, trailer, e);
	if (!rc)
		rc = io_out_write(out, mac, e);
	if (rc) {
		io_out_abort(out);
		return rc;
	}
	return io_out_commit(out, e);
}

int scan_cache_put(struct scan_cache *c, const struct scan_cache_id *id, struct lc_slice facts,
		   const struct inv_walk_stats *stats, struct lc_err *e)
{
	struct lc_buf trailer LC_CLEANUP(lc_buf_done) = { 0 };
	char name[CACHE_NAME_CHARS + 1];
	uint8_t mac[MAC_BYTES];
	struct io_out out;
	if (facts.n > c->bytes_max / CACHE_SHARE)
		return 0; /* it would drive out too much else */
	lc_buf_init(&trailer, CACHE_TRAILER_BYTES);
	cache_trailer_write(&trailer, facts.n, stats);
	int rc = lc_buf_err(&trailer);
	if (rc)
		return lc_fail(e, rc, "no memory for an entry of the cache");
	rc = mac_entry(c, id, facts, lc_buf_get(&trailer), mac, e);
	if (!rc)
		rc = io_out_open_spooled(c->fd, CACHE_SPOOL, cache_name(id, name), 0600, &out, e);
	if (!rc)
		rc = write_entry(&out, facts, lc_buf_get(&trailer), lc_slice_of(mac, sizeof(mac)),
				 e);
	if (!rc)
		cache_wrote(c, facts.n + CACHE_TRAILER_BYTES);
	return rc;
}
