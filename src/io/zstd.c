/*
 * zstd frames, one after another, skippable ones passed over. Source: RFC 8878.
 *
 *   frame     = 28 b5 2f fd descriptor [window] [dictionary id] [content size] block+ [checksum]
 *   skippable = 5? 2a 4d 18 size(4) bytes
 *
 * libzstd decodes; the frame header is read here first, so that a window is refused, or waited for,
 * before any memory is taken for it.
 */
#include "io/inflate_impl.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/arith.h"
#include "base/shim.h"
#include "base/stage.h"

enum { HEADER_MAX = 18, WINDOW_SHARED = 8 << 20, WINDOW_LOG_MIN = 10, WAIT_NS = 50 * 1000 * 1000 };
#define MAGIC_FRAME 0xfd2fb528u
#define MAGIC_SKIP  0x184d2a50u
#define MAGIC_LZ4   0x184d2204u

struct zstd {
	struct inflate_codec base;
	ZSTD_DCtx *ctx;
	struct lc_limits limits;
	bool in_frame;
};

/*
 * The one turn of large windows in the process. A thread that has it may take it again for another
 * stream, so that one thread with two streams cannot wait for itself; the threads of its stages are
 * one with it.
 */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	const void *owner; /* lc_stage_owner() */
	unsigned held;
} turn = { .mutex = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER };

static void wait_a_moment(void)
{
	struct timespec until;

	if (clock_gettime(CLOCK_REALTIME, &until) != 0)
		return;
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&turn.freed, &turn.mutex, &until); /* the caller looks again */
}

static int turn_take(struct zstd *z, struct lc_err *e)
{
	bool late = false;

	if (z->base.large)
		return 0;
	pthread_mutex_lock(&turn.mutex);
	while (turn.held && turn.owner != lc_stage_owner() && !late) {
		wait_a_moment();
		late = lc_limits_expired(&z->limits);
	}
	if (!late) {
		turn.owner = lc_stage_owner();
		turn.held++;
		z->base.large = true;
	}
	pthread_mutex_unlock(&turn.mutex);
	return late ? lc_fail(e, LC_ECANCEL, "zstd: out of time waiting for memory") : 0;
}

static void turn_give(struct zstd *z)
{
	if (!z->base.large)
		return;
	pthread_mutex_lock(&turn.mutex);
	turn.held--;
	if (!turn.held)
		pthread_cond_signal(&turn.freed);
	pthread_mutex_unlock(&turn.mutex);
	z->base.large = false;
}

/* A large window must not outlive its turn. */
static void drop_large(struct zstd *z)
{
	if (!z->base.large)
		return;
	(void)ZSTD_freeDCtx(z->ctx); /* always 0 */
	z->ctx = NULL;
	turn_give(z);
}

struct frame {
	uint64_t window;
	uint64_t dictionary;
};

static uint64_t field(struct lc_rd *r, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)lc_rd_u8(r) << 8 * i;
	return v;
}

/* RFC 8878 3.1.1.1; the head stands behind the magic. */
static bool frame_header(struct lc_rd *r, struct frame *ret)
{
	static const uint8_t id_bytes[] = { 0, 1, 2, 4 };
	static const uint8_t size_bytes[] = { 0, 2, 4, 8 };
	uint8_t descriptor = lc_rd_u8(r);
	bool single = descriptor & 0x20;
	struct frame f = { 0 };
	uint64_t size;

	if (!single) {
		uint8_t w = lc_rd_u8(r);
		uint64_t base = UINT64_C(1) << (WINDOW_LOG_MIN + (w >> 3));
		f.window = base + base / 8 * (w & 7);
	}
	f.dictionary = field(r, id_bytes[descriptor & 3]);
	if (descriptor >> 6 == 0)
		size = single ? lc_rd_u8(r) : 0;
	else
		size = field(r, size_bytes[descriptor >> 6]) + (descriptor >> 6 == 1 ? 256 : 0);
	if (single)
		f.window = size;
	*ret = f;
	return !r->bad;
}

static int window_log(uint64_t window)
{
	int log = WINDOW_LOG_MIN;

	while (log < 31 && (UINT64_C(1) << log) < window)
		log++;
	return log;
}

static int frame_begin(struct zstd *z, struct lc_rd *head, struct lc_err *e)
{
	struct frame f;

	if (!frame_header(head, &f))
		return lc_fail(e, LC_ETRUNC, "zstd: compressed data ends too early");
	if (f.dictionary)
		return lc_fail(e, LC_EUNSUP, "zstd: the frame needs a dictionary");
	if (f.window > z->limits.window_bytes_max)
		return lc_fail(e, LC_ELIMIT,
			       "zstd: the frame wants a window of %llu bytes, at most %llu allowed",
			       (unsigned long long)f.window,
			       (unsigned long long)z->limits.window_bytes_max);
	if (f.window > WINDOW_SHARED) {
		int rc = turn_take(z, e);
		if (rc)
			return rc;
	}
	if (!z->ctx)
		z->ctx = ZSTD_createDCtx();
	if (!z->ctx)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	(void)ZSTD_DCtx_reset(z->ctx, ZSTD_reset_session_only); /* cannot fail for a session */
	if (ZSTD_isError(ZSTD_DCtx_setParameter(z->ctx, ZSTD_d_windowLogMax, window_log(f.window))))
		return lc_fail(e, LC_ELIMIT, "zstd: window too large for this build");
	z->in_frame = true;
	return 0;
}

static int skip_frame(struct inflate_in *in, struct lc_rd *head, struct lc_err *e)
{
	uint32_t n = lc_rd_le32(head);

	if (head->bad)
		return lc_fail(e, LC_ETRUNC, "zstd: compressed data ends too early");
	return inflate_in_skip(in, (uint64_t)n + 8, e);
}

/* A magic cut by the end of the input is truncation, other short rests are garbage. */
static int bad_magic(struct lc_slice s, uint32_t magic, struct lc_err *e)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd };
	static const uint8_t skip[] = { 0x2a, 0x4d, 0x18 };
	bool starts = s.n < 4 && memcmp(s.p, frame, s.n) == 0;
	bool skips = s.n < 4 && s.p[0] >> 4 == 5 && memcmp(s.p + 1, skip, s.n - 1) == 0;

	if (starts || skips)
		return lc_fail(e, LC_ETRUNC, "zstd: compressed data ends too early");
	if (s.n >= 4 && magic == MAGIC_LZ4)
		return lc_fail(e, LC_EUNSUP, "lz4 compression is not supported");
	return lc_fail(e, LC_EBAD, "zstd: garbage where a frame should begin");
}

static int zstd_begin(struct zstd *z, struct inflate_in *in, bool *ret_end, struct lc_err *e)
{
	struct lc_slice s;
	int rc;

	drop_large(z);
	rc = inflate_in_peek(in, HEADER_MAX, &s, e);
	if (rc)
		return rc;
	*ret_end = s.n == 0;
	if (*ret_end)
		return 0;
	struct lc_rd head = lc_rd_of(s);
	uint32_t magic = lc_rd_le32(&head);
	if (!head.bad && magic == MAGIC_FRAME)
		return frame_begin(z, &head, e);
	if (!head.bad && (magic & ~15u) == MAGIC_SKIP)
		return skip_frame(in, &head, e);
	return bad_magic(s, magic, e);
}

static int zstd_fail(size_t code, struct lc_err *e)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return lc_fail(e, LC_ENOMEM, "out of memory");
	case ZSTD_error_frameParameter_windowTooLarge:
		return lc_fail(e, LC_ELIMIT, "zstd: window too large");
	default:
		return lc_fail(e, LC_EBAD, "zstd: damaged data (%s)", ZSTD_getErrorName(code));
	}
}

static int zstd_inflate(struct zstd *z, struct inflate_in *in, uint8_t *p, size_t n, size_t *ret_n,
			struct lc_err *e)
{
	int rc = inflate_in_fill(in, e);

	if (rc)
		return rc;
	ZSTD_outBuffer out = { p, n, 0 };
	ZSTD_inBuffer from = { in->buf + in->pos, in->end - in->pos, 0 };
	size_t code = ZSTD_decompressStream(z->ctx, &out, &from);
	bool stuck = from.pos == 0 && out.pos == 0;
	in->pos += from.pos;
	*ret_n = out.pos;
	if (ZSTD_isError(code))
		return zstd_fail(code, e);
	z->in_frame = code != 0;
	if (z->in_frame && stuck)
		return lc_fail(e, in->eof ? LC_ETRUNC : LC_EBAD,
			       "zstd: compressed data ends too early");
	return 0;
}

static int zstd_step(struct inflate_codec *c, struct inflate_in *in, uint8_t *out, size_t n,
		     size_t *ret_n, struct lc_err *e)
{
	struct zstd *z = (struct zstd *)(void *)c;
	size_t got = 0;
	bool end = false;
	int rc = 0;

	while (!rc && !end && got == 0) {
		if (!z->in_frame)
			rc = zstd_begin(z, in, &end, e);
		else
			rc = zstd_inflate(z, in, out, n, &got, e);
	}
	*ret_n = got;
	return rc;
}

static void zstd_close(struct inflate_codec *c)
{
	struct zstd *z = (struct zstd *)(void *)c;

	drop_large(z);
	(void)ZSTD_freeDCtx(z->ctx); /* always 0 */
	lc_free(z);
}

int zstd_codec_open(const struct lc_limits *limits, struct inflate_codec **ret, struct lc_err *e)
{
	struct zstd *z = lc_alloc0(1, sizeof(*z));

	if (!z)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	z->base.step = zstd_step;
	z->base.close = zstd_close;
	z->limits = lc_limits_copy(limits);
	*ret = &z->base;
	return 0;
}
