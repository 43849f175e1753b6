#include "base/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/arith.h"

static void *libc_alloc(void *ctx, void *old, size_t n)
{
	(void)ctx;
	return realloc(old, n);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec t = { 0 };
	(void)clock_gettime(clock, &t); /* fails for unknown clocks only */
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t libc_now_ns(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t libc_ticks_ns(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static int libc_random(void *ctx, void *buf, size_t n)
{
	(void)ctx;
	uint8_t *p = buf;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

static int libc_open(void *ctx, int dirfd, const char *path, int flags, unsigned mode)
{
	(void)ctx;
	int fd = openat(dirfd, path, flags | O_CLOEXEC, (mode_t)mode);
	return fd < 0 ? -errno : fd;
}

static ssize_t libc_pread(void *ctx, int fd, void *buf, size_t n, uint64_t off)
{
	(void)ctx;
	if (off > INT64_MAX)
		return -EOVERFLOW;
	ssize_t got;
	do
		got = pread(fd, buf, n, (off_t)off);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static ssize_t libc_read(void *ctx, int fd, void *buf, size_t n)
{
	(void)ctx;
	ssize_t got;
	do
		got = read(fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static ssize_t libc_write(void *ctx, int fd, const void *buf, size_t n)
{
	(void)ctx;
	ssize_t put;
	do
		put = write(fd, buf, n);
	while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : put;
}

static int libc_fsync(void *ctx, int fd)
{
	(void)ctx;
	return fsync(fd) ? -errno : 0;
}

static int libc_rename(void *ctx, int dirfd, const char *from, const char *to)
{
	(void)ctx;
	return renameat(dirfd, from, dirfd, to) ? -errno : 0;
}

static int libc_rmdir(void *ctx, int dirfd, const char *path)
{
	(void)ctx;
	return unlinkat(dirfd, path, AT_REMOVEDIR) ? -errno : 0;
}

static int libc_unlink(void *ctx, int dirfd, const char *path)
{
	(void)ctx;
	return unlinkat(dirfd, path, 0) ? -errno : 0;
}

static void libc_wait_ns(void *ctx, int64_t ns)
{
	(void)ctx;
	struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	if (ns > 0)
		(void)nanosleep(&t, NULL); /* a signal ends it, as promised */
}

const struct lc_shim lc_shim_default = {
	.alloc = libc_alloc,
	.now_ns = libc_now_ns,
	.ticks_ns = libc_ticks_ns,
	.random = libc_random,
	.open = libc_open,
	.pread = libc_pread,
	.read = libc_read,
	.write = libc_write,
	.fsync = libc_fsync,
	.rename = libc_rename,
	.unlink = libc_unlink,
	.rmdir = libc_rmdir,
	.wait_ns = libc_wait_ns,
};

const struct lc_shim *lc_shim = &lc_shim_default;

void *lc_realloc(void *old, size_t n)
{
	return lc_shim->alloc(lc_shim->ctx, old, n ? n : 1);
}

void *lc_alloc(size_t n)
{
	return lc_realloc(NULL, n);
}

void *lc_alloc0(size_t n, size_t size)
{
	size_t bytes;
	if (!lc_mul(n, size, &bytes))
		return NULL;
	void *p = lc_alloc(bytes);
	if (p)
		memset(p, 0, bytes);
	return p;
}

void lc_free(void *p)
{
	free(p);
}

int64_t lc_now_ns(void)
{
	return lc_shim->now_ns(lc_shim->ctx);
}

int64_t lc_ticks_ns(void)
{
	return lc_shim->ticks_ns(lc_shim->ctx);
}

void lc_wait_ns(int64_t ns)
{
	lc_shim->wait_ns(lc_shim->ctx, ns);
}

int lc_random(void *buf, size_t n)
{
	return lc_shim->random(lc_shim->ctx, buf, n);
}

int lc_sys_open(int dirfd, const char *path, int flags, unsigned mode)
{
	return lc_shim->open(lc_shim->ctx, dirfd, path, flags, mode);
}

ssize_t lc_sys_pread(int fd, void *buf, size_t n, uint64_t off)
{
	return lc_shim->pread(lc_shim->ctx, fd, buf, n, off);
}

ssize_t lc_sys_read(int fd, void *buf, size_t n)
{
	return lc_shim->read(lc_shim->ctx, fd, buf, n);
}

ssize_t lc_sys_write(int fd, const void *buf, size_t n)
{
	return lc_shim->write(lc_shim->ctx, fd, buf, n);
}

int lc_sys_fsync(int fd)
{
	return lc_shim->fsync(lc_shim->ctx, fd);
}

int lc_sys_rename(int dirfd, const char *from, const char *to)
{
	return lc_shim->rename(lc_shim->ctx, dirfd, from, to);
}

int lc_sys_rmdir(int dirfd, const char *path)
{
	return lc_shim->rmdir(lc_shim->ctx, dirfd, path);
}

int lc_sys_unlink(int dirfd, const char *path)
{
	return lc_shim->unlink(lc_shim->ctx, dirfd, path);
}
