#include "base/content.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arith.h"
#include "base/buf.h"
#include "base/shim.h"

struct lc_content lc_content_slice(struct lc_slice s)
{
	return (struct lc_content){ .size = s.n, .mem = s, .fd = -1 };
}

struct lc_content lc_content_range(int fd, uint64_t off, uint64_t size)
{
	return (struct lc_content){ .size = size, .fd = fd, .off = off };
}

void lc_content_done(struct lc_content *c)
{
	if (!c)
		return;
	lc_free(c->own_mem);
	if (c->own_fd)
		(void)close(c->fd); /* a memory file: nothing is left to be written */
	*c = (struct lc_content){ .fd = -1 };
}

/* ---- reading ---- */

static int read_file(const struct lc_content *c, uint64_t off, void *buf, size_t n, size_t *ret_n,
		     struct lc_err *e)
{
	uint64_t at;
	if (!lc_add64(c->off, off, &at))
		return lc_fail(e, LC_ELIMIT, "offset past what a file can have");
	ssize_t got = lc_sys_pread(c->fd, buf, n, at);
	if (got < 0)
		return lc_fail_sys(e, (int)-got, "reading at %llu", (unsigned long long)at);
	if (got == 0)
		return lc_fail(e, LC_ETRUNC, "file ends at %llu, before its stated size",
			       (unsigned long long)at);
	*ret_n = (size_t)got;
	return 0;
}

int lc_content_some(const struct lc_content *c, uint64_t off, void *buf, size_t n, size_t *ret_n,
		    struct lc_err *e)
{
	size_t take = off < c->size ? (size_t)lc_min64(n, c->size - off) : 0;
	if (take && !c->mem.p)
		return read_file(c, off, buf, take, ret_n, e);
	if (take)
		memcpy(buf, c->mem.p + (size_t)off, take);
	*ret_n = take;
	return 0;
}

int lc_content_read(const struct lc_content *c, uint64_t off, void *buf, size_t n, struct lc_err *e)
{
	if (off > c->size || n > c->size - off)
		return lc_fail(e, LC_ETRUNC, "%zu bytes at %llu pass the end at %llu", n,
			       (unsigned long long)off, (unsigned long long)c->size);
	uint8_t *p = buf;
	while (n) {
		size_t got = 0;
		int r = lc_content_some(c, off, p, n, &got, e);
		if (r)
			return r;
		p += got;
		off += got;
		n -= got;
	}
	return 0;
}

/* ---- spool ---- */

enum { CHUNK = 64 * 1024 };

struct spool {
	struct lc_buf mem;
	int fd; /* -1 while all is in mem */
	uint64_t size;
};

static int write_all(int fd, struct lc_slice s, struct lc_err *e)
{
	while (s.n) {
		ssize_t put = lc_sys_write(fd, s.p, s.n);
		if (put <= 0)
			return lc_fail_sys(e, put ? (int)-put : EIO, "writing a memory file");
		s = lc_skip(s, (size_t)put);
	}
	return 0;
}

static int spill(struct spool *sp, struct lc_err *e)
{
	sp->fd = memfd_create("lacre", MFD_CLOEXEC);
	if (sp->fd < 0)
		return lc_fail_sys(e, errno, "making a memory file");
	int r = write_all(sp->fd, lc_buf_get(&sp->mem), e);
	lc_buf_done(&sp->mem);
	return r;
}

static int too_large(uint64_t bytes_max, struct lc_err *e)
{
	return lc_fail(e, LC_ELIMIT, "content is larger than %llu bytes",
		       (unsigned long long)bytes_max);
}

/* All that may come is there: is that the end? */
static int at_limit(struct lc_stream *from, uint64_t bytes_max, bool *ret_end, struct lc_err *e)
{
	uint8_t more;
	size_t got = 0;
	int r = lc_stream_read(from, &more, 1, &got, e);
	if (r || got)
		return r ? r : too_large(bytes_max, e);
	*ret_end = true;
	return 0;
}

/* Up to what memory may hold, read to where it stays; *ret_end: there is no more. */
static int fill_memory(struct spool *sp, struct lc_stream *from, uint64_t bytes_max, bool *ret_end,
		       struct lc_err *e)
{
	struct lc_buf *b = &sp->mem;
	int r = 0;
	while (r == 0 && !*ret_end && b->n < b->max) {
		size_t n = (size_t)lc_min64(lc_min(b->max - b->n, CHUNK), bytes_max - b->n);
		size_t got = 0;
		if (n == 0)
			return at_limit(from, bytes_max, ret_end, e);
		if (lc_buf_reserve(b, n))
			return lc_fail(e, LC_ENOMEM, "out of memory");
		r = lc_stream_read(from, b->p + b->n, n, &got, e);
		b->n += r ? 0 : got;
		sp->size = b->n;
		*ret_end = !got;
	}
	return r;
}

static int fill_file(struct spool *sp, struct lc_stream *from, uint64_t bytes_max, struct lc_err *e)
{
	uint8_t chunk[CHUNK];
	for (;;) {
		size_t got = 0;
		int r = lc_stream_read(from, chunk, sizeof(chunk), &got, e);
		if (r || got == 0)
			return r;
		if (got > bytes_max - sp->size)
			return too_large(bytes_max, e);
		r = sp->fd < 0 ? spill(sp, e) : 0;
		r = r ? r : write_all(sp->fd, lc_slice_of(chunk, got), e);
		if (r)
			return r;
		sp->size += got;
	}
}

static int fill(struct spool *sp, struct lc_stream *from, uint64_t bytes_max, struct lc_err *e)
{
	bool end = false;
	/* As large as it will be from the start, where that is known: growing copies. */
	if (bytes_max <= sp->mem.max && lc_buf_reserve(&sp->mem, (size_t)bytes_max))
		return lc_fail(e, LC_ENOMEM, "out of memory");
	int r = fill_memory(sp, from, bytes_max, &end, e);
	return r || end ? r : fill_file(sp, from, bytes_max, e);
}

int lc_content_spool(struct lc_stream *from, size_t mem_max, uint64_t bytes_max,
		     struct lc_content *ret, struct lc_err *e)
{
	struct spool sp = { .fd = -1 };
	lc_buf_init(&sp.mem, mem_max);
	int r = fill(&sp, from, bytes_max, e);
	struct lc_content c = {
		.size = sp.size,
		.mem = lc_buf_get(&sp.mem),
		.fd = sp.fd,
		.own_fd = sp.fd >= 0,
		.own_mem = sp.mem.p,
	};
	if (r)
		lc_content_done(&c);
	else
		*ret = c;
	return r;
}

/* ---- stream over a part ---- */

static int part_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct lc_content_stream *s = (struct lc_content_stream *)base;
	if (s->err)
		return lc_fail(e, s->err, "reading goes on after a failure");
	size_t take = (size_t)lc_min64(n, s->end - s->off);
	size_t got = 0;
	int r = take ? lc_content_some(s->content, s->off, buf, take, &got, e) : 0;
	if (r == 0 && take && got == 0)
		r = lc_fail(e, LC_ETRUNC, "content ends %llu bytes early",
			    (unsigned long long)(s->end - s->off));
	s->err = r;
	if (r)
		return r;
	s->off += got;
	*ret_n = got;
	return 0;
}

static int part_skip(struct lc_stream *base, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct lc_content_stream *s = (struct lc_content_stream *)base;
	if (s->err)
		return lc_fail(e, s->err, "reading goes on after a failure");
	uint64_t take = lc_min64(n, s->end - s->off);
	if (take && (s->off > s->content->size || take > s->content->size - s->off)) {
		s->err = LC_ETRUNC;
		return lc_fail(e, LC_ETRUNC, "content ends at %llu, before what is passed over",
			       (unsigned long long)s->content->size);
	}
	s->off += take;
	*ret_n = take;
	return 0;
}

void lc_content_stream_init(struct lc_content_stream *s, const struct lc_content *c, uint64_t off,
			    uint64_t size)
{
	*s = (struct lc_content_stream){
		.base = { .read = part_read, .skip = part_skip },
		.content = c,
		.off = off,
	};
	if (!lc_add64(off, size, &s->end))
		s->end = UINT64_MAX;
}
