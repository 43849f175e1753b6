#include "support/shim_fake.h"

#include <errno.h>

#include "base/arith.h"
#include "base/shim.h"

static struct lc_shim table;

static int64_t fake_now_ns(void *ctx)
{
	const struct shim_fake *f = ctx;
	return f->now_ns;
}

static int64_t fake_ticks_ns(void *ctx)
{
	struct shim_fake *f = ctx;
	int64_t t = f->ticks_ns;
	f->ticks_ns += f->ticks_step;
	return t;
}

static int fake_random(void *ctx, void *buf, size_t n)
{
	struct shim_fake *f = ctx;
	uint8_t *p = buf;
	if (f->random_err)
		return -f->random_err;
	for (size_t i = 0; i < n; i++) {
		f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(f->seed >> 56);
	}
	return 0;
}

static int fake_open(void *ctx, int dirfd, const char *path, int flags, unsigned mode)
{
	struct shim_fake *f = ctx;
	f->opens++;
	if (f->open_err)
		return -f->open_err;
	return lc_shim_default.open(NULL, dirfd, path, flags, mode);
}

/* How much of n bytes a read may give, 0 when the input has gone bad. */
static size_t readable(struct shim_fake *f, size_t n)
{
	f->reads++;
	if (f->read_max)
		n = lc_min(n, f->read_max);
	return (size_t)lc_min64(n, f->input_left);
}

static ssize_t count_read(struct shim_fake *f, ssize_t got)
{
	if (got > 0 && f->input_left != UINT64_MAX)
		f->input_left -= (uint64_t)got;
	return got;
}

static ssize_t fake_pread(void *ctx, int fd, void *buf, size_t n, uint64_t off)
{
	struct shim_fake *f = ctx;
	size_t take = readable(f, n);
	if (take == 0 && n)
		return -EIO;
	return count_read(f, lc_shim_default.pread(NULL, fd, buf, take, off));
}

static ssize_t fake_read(void *ctx, int fd, void *buf, size_t n)
{
	struct shim_fake *f = ctx;
	size_t take = readable(f, n);
	if (take == 0 && n)
		return -EIO;
	return count_read(f, lc_shim_default.read(NULL, fd, buf, take));
}

static ssize_t fake_write(void *ctx, int fd, const void *buf, size_t n)
{
	struct shim_fake *f = ctx;
	f->writes++;
	size_t take = f->write_max ? lc_min(n, f->write_max) : n;
	take = (size_t)lc_min64(take, f->disk_left);
	if (take == 0 && n)
		return -ENOSPC;
	ssize_t put = lc_shim_default.write(NULL, fd, buf, take);
	if (put > 0 && f->disk_left != UINT64_MAX)
		f->disk_left -= (uint64_t)put;
	return put;
}

static int fake_fsync(void *ctx, int fd)
{
	struct shim_fake *f = ctx;
	f->fsyncs++;
	return f->fsync_err ? -f->fsync_err : lc_shim_default.fsync(NULL, fd);
}

static int fake_rename(void *ctx, int dirfd, const char *from, const char *to)
{
	struct shim_fake *f = ctx;
	f->renames++;
	return f->rename_err ? -f->rename_err : lc_shim_default.rename(NULL, dirfd, from, to);
}

static int fake_unlink(void *ctx, int dirfd, const char *path)
{
	struct shim_fake *f = ctx;
	f->unlinks++;
	return f->unlink_err ? -f->unlink_err : lc_shim_default.unlink(NULL, dirfd, path);
}

static void fake_wait_ns(void *ctx, int64_t ns)
{
	struct shim_fake *f = ctx;
	f->waits++;
	f->ticks_ns += ns;
	f->now_ns += ns;
}

struct shim_fake shim_fake_default(void)
{
	return (struct shim_fake){
		.now_ns = 1767225600 * (int64_t)1000000000,
		.seed = 1,
		.disk_left = UINT64_MAX,
		.input_left = UINT64_MAX,
	};
}

void shim_fake_set(struct shim_fake *f)
{
	table = (struct lc_shim){
		.alloc = lc_shim_default.alloc,
		.now_ns = fake_now_ns,
		.ticks_ns = fake_ticks_ns,
		.random = fake_random,
		.open = fake_open,
		.pread = fake_pread,
		.read = fake_read,
		.write = fake_write,
		.fsync = fake_fsync,
		.rename = fake_rename,
		.unlink = fake_unlink,
		.rmdir = lc_shim_default.rmdir,
		.wait_ns = fake_wait_ns,
		.ctx = f,
	};
	lc_shim = &table;
}

void shim_fake_reset(void)
{
	lc_shim = &lc_shim_default;
}
