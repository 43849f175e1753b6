#include "base/stage.h"

#include <pthread.h>
#include <signal.h>

#include "base/arith.h"
#include "base/pool.h"
#include "base/shim.h"

/*
 * SLOTS pieces of SLOT_BYTES. The thread fills slot made % SLOTS, the reader uses slot used % SLOTS
 * and holds it until it asks for more. Who has to wait is woken when there is work for a while, not
 * for each slot: where others want the processors, too, a thread that waits comes back late.
 */

enum { SLOTS = 16, SLOT_BYTES = 128 * 1024, WAKE_SLOTS = 8 };
enum { LONG_BYTES = 512 * 1024 }; /* what a stream has given before it is called long */

struct stage {
	struct lc_stream base;
	struct lc_stream *from;
	enum lc_trace_name name;
	int64_t number;
	const void *owner;
	/* The reader's. */
	uint8_t *first;  /* SLOT_BYTES, to lend from while there is no thread */
	size_t at, n;    /* what is left of what was lent or read: at..n of slot */
	uint8_t *slot;   /* NULL: none is held */
	uint64_t passed; /* since a thread was last thought of */
	bool allowed, runs;
	pthread_t thread;
	/* Of both, guarded by lock. */
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	uint8_t *ring; /* SLOTS * SLOT_BYTES */
	size_t len[SLOTS];
	size_t made, used;
	bool stop, over; /* over: the thread gives no more; why says if it failed */
	bool reader_waits, thread_waits;
	struct lc_err why;
};

static _Thread_local const void *owner;

const void *lc_stage_owner(void)
{
	static _Thread_local char self; /* its address is the thread's own */
	return owner ? owner : &self;
}

/* ---- the thread ---- */

/* A slot as full as it gets. */
static size_t fill(struct stage *s, uint8_t *to, bool *ret_end, struct lc_err *why)
{
	size_t n = 0;
	size_t got = 1;
	while (n < SLOT_BYTES && got && !why->code) {
		got = 0;
		int r = lc_stream_read(s->from, to + n, SLOT_BYTES - n, &got, why);
		if (r)
			why->code = r;
		n += got;
	}
	*ret_end = got == 0;
	return n;
}

/* A slot to fill, or NULL when the reader wants no more. */
static uint8_t *free_slot(struct stage *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->made - s->used == SLOTS) {
		s->thread_waits = true;
		while (!s->stop && s->made - s->used > SLOTS - WAKE_SLOTS)
			pthread_cond_wait(&s->freed, &s->lock);
		s->thread_waits = false;
	}
	uint8_t *slot = s->stop ? NULL : s->ring + s->made % SLOTS * SLOT_BYTES;
	pthread_mutex_unlock(&s->lock);
	return slot;
}

static void give_slot(struct stage *s, size_t n, bool end, const struct lc_err *why)
{
	pthread_mutex_lock(&s->lock);
	if (n) {
		s->len[s->made % SLOTS] = n;
		s->made++;
	}
	if (end || why->code) {
		s->over = true;
		s->why = *why;
	}
	if (s->reader_waits && (s->over || s->made - s->used >= WAKE_SLOTS))
		pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

static void *run(void *arg)
{
	struct stage *s = arg;
	struct lc_trace_span span;
	struct lc_err why = { 0 };
	uint8_t *slot;
	bool end = false;
	uint64_t bytes = 0;
	owner = s->owner;
	lc_trace_begin(&span, s->name, s->number);
	while (!end && !why.code && (slot = free_slot(s)) != NULL) {
		int64_t start = lc_trace_now();
		size_t n = fill(s, slot, &end, &why);
		lc_trace_busy(&span, start);
		bytes += n;
		give_slot(s, n, end, &why);
	}
	lc_trace_end(&span, bytes);
	lc_spare_give();
	return NULL;
}

/* ---- starting and stopping ---- */

static void start(struct stage *s)
{
	sigset_t all;
	sigset_t old;
	s->ring = lc_alloc((size_t)SLOTS * SLOT_BYTES);
	if (!s->ring)
		return; /* it goes on without */
	if (!lc_spare_take()) {
		lc_free(LC_STEAL(s->ring));
		return;
	}
	sigfillset(&all);                               /* signals stay with the caller's thread */
	(void)pthread_sigmask(SIG_SETMASK, &all, &old); /* fails for a wrong first argument only */
	s->runs = pthread_create(&s->thread, NULL, run, s) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (s->runs)
		return;
	lc_spare_give();
	lc_free(LC_STEAL(s->ring));
}

static void maybe_start(struct stage *s)
{
	if (!s->allowed || s->runs || s->passed < LONG_BYTES)
		return;
	s->passed = 0;
	start(s);
}

static void stage_close(struct lc_stream *base)
{
	struct stage *s = (struct stage *)base;
	if (s->runs) {
		pthread_mutex_lock(&s->lock);
		s->stop = true;
		pthread_cond_signal(&s->freed);
		pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL); /* ours, joined once */
	}
	pthread_cond_destroy(&s->freed);
	pthread_cond_destroy(&s->filled);
	pthread_mutex_destroy(&s->lock);
	lc_free(s->ring);
	lc_free(s->first);
	lc_free(s);
}

/* ---- the reader ---- */

/* Hand back the slot that was held. */
static void release(struct stage *s)
{
	s->used++;
	s->slot = NULL;
	if (s->thread_waits && s->made - s->used <= SLOTS - WAKE_SLOTS)
		pthread_cond_signal(&s->freed);
}

/* The next slot that the thread filled: s->slot NULL at the end. */
static int take_slot(struct stage *s, struct lc_err *e)
{
	int rc = 0;
	pthread_mutex_lock(&s->lock);
	if (s->slot)
		release(s);
	if (s->made == s->used && !s->over) {
		s->reader_waits = true;
		while (!s->over && s->made - s->used < WAKE_SLOTS)
			pthread_cond_wait(&s->filled, &s->lock);
		s->reader_waits = false;
	}
	s->at = 0;
	s->n = 0;
	if (s->made != s->used) {
		s->slot = s->ring + s->used % SLOTS * SLOT_BYTES;
		s->n = s->len[s->used % SLOTS];
	} else if (s->why.code) {
		rc = s->why.code;
		if (e)
			*e = s->why;
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static int stage_lend(struct lc_stream *base, struct lc_slice *ret, struct lc_err *e)
{
	struct stage *s = (struct stage *)base;
	if (s->at == s->n)
		maybe_start(s);
	if (s->at == s->n && s->runs) {
		int rc = take_slot(s, e);
		if (rc)
			return rc;
	} else if (s->at == s->n) {
		if (s->from->lend) {
			int rc = s->from->lend(s->from, ret, e);
			s->passed += rc ? 0 : ret->n;
			return rc;
		}
		size_t got = 0;
		int rc = lc_stream_read(s->from, s->first, SLOT_BYTES, &got, e);
		if (rc)
			return rc;
		s->passed += got;
		*ret = lc_slice_of(s->first, got);
		return 0;
	}
	*ret = s->n ? lc_slice_of(s->slot + s->at, s->n - s->at) : LC_S("");
	s->at = s->n;
	return 0;
}

static int stage_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct stage *s = (struct stage *)base;
	if (s->at == s->n)
		maybe_start(s);
	if (s->at == s->n && !s->runs) {
		int rc = lc_stream_read(s->from, buf, n, ret_n, e);
		s->passed += rc ? 0 : *ret_n;
		return rc;
	}
	if (s->at == s->n) {
		int rc = take_slot(s, e);
		if (rc)
			return rc;
	}
	n = lc_min(n, s->n - s->at);
	if (n)
		memcpy(buf, s->slot + s->at, n);
	s->at += n;
	*ret_n = n;
	return 0;
}

int lc_stage_open(struct lc_stream *from, enum lc_trace_name name, int64_t number,
		  struct lc_stream **ret, struct lc_err *e)
{
	struct stage *s = lc_alloc0(1, sizeof(*s));
	if (s && !from->lend)
		s->first = lc_alloc(SLOT_BYTES);
	if (!s || (!from->lend && !s->first)) {
		lc_free(s);
		return lc_fail(e, LC_ENOMEM, "no memory for a stage");
	}
	s->base = (struct lc_stream){
		.read = stage_read,
		.close = stage_close,
		.lend = stage_lend,
	};
	s->from = from;
	s->name = name;
	s->number = number;
	s->owner = lc_stage_owner();
	(void)pthread_mutex_init(&s->lock, NULL); /* of a default mutex: cannot fail on Linux */
	(void)pthread_cond_init(&s->filled, NULL);
	(void)pthread_cond_init(&s->freed, NULL);
	*ret = &s->base;
	return 0;
}

void lc_stage_allow(struct lc_stream *stage)
{
	((struct stage *)stage)->allowed = true;
}
