#include "scan/cache_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"

#define KEY_NAME  "cache.key"
#define KEY_SPOOL "cache.tmp"

enum { KEY_TRIES = 8, SWEPT_AT_ONCE = 1000 };

/* ---- places ---- */

static int refuse(const char *path, const char *why, struct lc_err *e)
{
	return lc_fail(e, LC_EDENIED, "%s: %s", lc_quote(lc_str(path)).s, why);
}

/* The user's own, and nobody else's business: forbidden holds the mode's bits that must not be. */
static int check_owned(const struct stat *st, const char *path, mode_t forbidden, struct lc_err *e)
{
	if (st->st_uid != geteuid())
		return refuse(path, "belongs to another user", e);
	if (st->st_mode & forbidden)
		return refuse(path, "others may write or read there; see chmod", e);
	return 0;
}

/* A directory that is no link itself, whatever the path to it is. */
static int open_dir(int at, const char *name, const char *shown, mode_t forbidden, int *ret,
		    struct lc_err *e)
{
	struct stat st;
	int fd = lc_sys_open(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd == -ENOTDIR || fd == -ELOOP)
		return refuse(shown, "is a link, or no directory", e);
	if (fd < 0)
		return lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(shown)).s);
	int rc = fstat(fd, &st) ? lc_fail_sys(e, errno, "%s", lc_quote(lc_str(shown)).s)
				: check_owned(&st, shown, forbidden, e);
	if (rc) {
		close(fd);
		return rc;
	}
	*ret = fd;
	return 0;
}

static int make_dir(int at, const char *name, struct lc_err *e)
{
	if (mkdirat(at, name, 0700) && errno != EEXIST)
		return lc_fail_sys(e, errno, "%s", lc_quote(lc_str(name)).s);
	return 0;
}

/* A directory of the user's, made where it is not there. */
static int open_home(const char *path, int *ret, struct lc_err *e)
{
	int rc = open_dir(AT_FDCWD, path, path, S_IWGRP | S_IWOTH, ret, e);
	if (rc != LC_EIO || !e || e->sys != ENOENT)
		return rc;
	lc_err_clear(e);
	rc = io_make_dirs(path, e);
	return rc ? rc : open_dir(AT_FDCWD, path, path, S_IWGRP | S_IWOTH, ret, e);
}

/* ---- the key ---- */

static int read_key(int dir, uint8_t ret[MAC_BYTES], struct lc_err *e)
{
	struct stat st;
	uint8_t key[MAC_BYTES + 1];
	int fd = lc_sys_open(dir, KEY_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		return LC_ENOTFOUND;
	if (fd == -ELOOP)
		return refuse(KEY_NAME, "is a link", e);
	if (fd < 0)
		return lc_fail_sys(e, -fd, KEY_NAME);
	int rc = fstat(fd, &st) ? lc_fail_sys(e, errno, KEY_NAME)
				: check_owned(&st, KEY_NAME, 0077, e);
	if (!rc &&
	    (!S_ISREG(st.st_mode) || lc_sys_pread(fd, key, sizeof(key), 0) != (ssize_t)MAC_BYTES))
		rc = refuse(KEY_NAME, "is no key; remove it", e);
	close(fd);
	if (!rc)
		memcpy(ret, key, MAC_BYTES);
	explicit_bzero(key, sizeof(key)); /* forked processes are to find one copy, and wipe it */
	return rc;
}

/* Written aside, then linked: of several processes that make a key the first one's stays. */
static int make_key(int dir, struct lc_err *e)
{
	uint8_t key[MAC_BYTES];
	struct io_out out;
	int rc = make_dir(dir, KEY_SPOOL, e);
	if (rc)
		return rc;
	io_spool_sweep(dir, KEY_SPOOL, SWEPT_AT_ONCE);
	rc = io_out_open_spooled(dir, KEY_SPOOL, KEY_NAME, 0600, &out, e);
	if (rc)
		return rc;
	int sys = lc_random(key, sizeof(key));
	rc = sys ? lc_fail_sys(e, -sys, "no random bytes for a key")
		 : io_out_write(&out, lc_slice_of(key, sizeof(key)), e);
	explicit_bzero(key, sizeof(key));
	if (!rc && lc_sys_fsync(out.fd))
		rc = lc_fail(e, LC_EIO, KEY_NAME ": not written");
	/* Somebody else's, or swept away: the next look tells. */
	if (!rc && linkat(dir, out.temp, dir, KEY_NAME, 0) && errno != EEXIST && errno != ENOENT)
		rc = lc_fail_sys(e, errno, KEY_NAME);
	io_out_abort(&out);
	return rc;
}

static int load_key(const char *path, uint8_t ret[MAC_BYTES], struct lc_err *e)
{
	int dir;
	int rc = open_home(path, &dir, e);
	if (rc)
		return rc;
	rc = read_key(dir, ret, e);
	for (int i = 0; i < KEY_TRIES && rc == LC_ENOTFOUND; i++) {
		rc = make_key(dir, e);
		if (!rc)
			rc = read_key(dir, ret, e);
	}
	close(dir);
	return rc == LC_ENOTFOUND ? lc_fail(e, LC_EIO, KEY_NAME ": cannot be made") : rc;
}

/* ---- opening ---- */

static int open_entries(const char *path, int *ret, struct lc_err *e)
{
	int home;
	int rc = open_home(path, &home, e);
	if (rc)
		return rc;
	rc = make_dir(home, SCAN_CACHE_DIR, e);
	if (!rc)
		rc = open_dir(home, SCAN_CACHE_DIR, SCAN_CACHE_DIR, 0077, ret, e);
	close(home);
	return rc;
}

static int open_all(struct scan_cache *c, const struct scan_cache_options *o, struct lc_err *e)
{
	size_t n = strlen(o->version);
	c->version = lc_alloc(n + 1);
	if (!c->version)
		return lc_fail(e, LC_ENOMEM, "no memory for the cache");
	memcpy(c->version, o->version, n + 1);
	int rc = open_entries(o->dir, &c->fd, e);
	if (!rc)
		rc = make_dir(c->fd, CACHE_SPOOL, e);
	return rc ? rc : load_key(o->key_dir, c->key, e);
}

int scan_cache_open(const struct scan_cache_options *o, struct scan_cache **ret, struct lc_err *e)
{
	struct lc_err local = { 0 };
	struct scan_cache *c = lc_alloc0(1, sizeof(*c));
	e = e ? e : &local;
	if (!c)
		return lc_fail(e, LC_ENOMEM, "no memory for the cache");
	c->fd = -1;
	c->bytes_max = o->bytes_max;
	int rc = open_all(c, o, e);
	if (rc) {
		scan_cache_close(c);
		return rc;
	}
	io_spool_sweep(c->fd, CACHE_SPOOL, SWEPT_AT_ONCE);
	*ret = c;
	return 0;
}

void scan_cache_close(struct scan_cache *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	explicit_bzero(c->key, sizeof(c->key));
	lc_free(c->version);
	lc_free(c);
}

void scan_cache_closep(struct scan_cache **c)
{
	scan_cache_close(*c);
}

/* ---- names ---- */

static int put_limits(struct lc_buf *out, const struct lc_limits *l)
{
	const uint64_t bounds[] = {
		l->depth_max,          l->entries_max,     l->layer_bytes_max,  l->ratio_max,
		l->file_bytes_max,     l->spool_bytes_max, l->name_bytes_max,   l->facts_bytes_max,
		l->manifest_bytes_max, l->layers_max,      l->window_bytes_max,
	};
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		(void)lc_buf_le64(out, bounds[i]); /* sticky */
	return lc_buf_err(out);
}

int scan_cache_scope(const struct scan_cache *c, const struct inv_matcher *m,
		     const struct lc_limits *limits, struct scan_cache_scope *ret, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&text, 16u << 20);
	(void)lc_buf_str(&text, c->version); /* sticky */
	(void)lc_buf_byte(&text, 0);
	(void)put_limits(&text, limits ? limits : &lc_limits_default);
	int rc = inv_matcher_key(m, &text);
	if (rc)
		return lc_fail(e, rc, "no memory for a key of the cache");
	const struct lc_slice parts[] = { LC_S("lacre scope 1\n"), lc_buf_get(&text) };
	return mac_of(lc_slice_of(c->key, MAC_BYTES), parts, 2, ret->bytes, e);
}

int scan_cache_id(const struct scan_cache *c, const struct scan_cache_scope *scope,
		  const struct digest *diff_id, const struct digest *stored,
		  struct scan_cache_id *ret, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	char stored_text[DIGEST_TEXT_MAX];
	const struct lc_slice parts[] = {
		LC_S("lacre facts " INV_FACTS_FORM "\n"),
		lc_slice_of(scope->bytes, sizeof(scope->bytes)),
		lc_str(digest_text(diff_id, text)),
		LC_S("\nstored "),
		lc_str(stored ? digest_text(stored, stored_text) : "any"),
	};
	return mac_of(lc_slice_of(c->key, MAC_BYTES), parts, sizeof(parts) / sizeof(parts[0]),
		      ret->bytes, e);
}

const char *cache_name(const struct scan_cache_id *id, char ret[CACHE_NAME_CHARS + 1])
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		ret[2 * i] = hex[id->bytes[i] >> 4];
		ret[2 * i + 1] = hex[id->bytes[i] & 15];
	}
	ret[CACHE_NAME_CHARS] = '\0';
	return ret;
}

bool cache_is_name(const char *s)
{
	return strspn(s, "0123456789abcdef") == CACHE_NAME_CHARS && s[CACHE_NAME_CHARS] == '\0';
}
