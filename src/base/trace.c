#include "base/trace.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "base/shim.h"

enum { EVENTS_MAX = 1 << 16 };

struct slot {
	struct lc_trace_event event;
	atomic_bool whole;
};

struct book {
	atomic_size_t next;
	atomic_uint threads;
	struct slot v[EVENTS_MAX]; /* pages that are never written take no memory */
};

static struct book *book; /* set before threads start */

static const char *const names[LC_TRACE_NAME_N] = {
	[LC_TRACE_OFF] = "",
	[LC_TRACE_OPEN_DATABASE] = "open database",
	[LC_TRACE_OPEN_IMAGE] = "open image",
	[LC_TRACE_ALL_LAYERS] = "all layers",
	[LC_TRACE_LAYER] = "layer",
	[LC_TRACE_READ] = "read",
	[LC_TRACE_HASH] = "hash stored",
	[LC_TRACE_INFLATE] = "inflate",
	[LC_TRACE_MATCH] = "match and judge",
	[LC_TRACE_WRITE_REPORT] = "write report",
};

int lc_trace_start(struct lc_err *e)
{
	void *p = mmap(NULL, sizeof(*book), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);
	if (p == MAP_FAILED)
		return lc_fail(e, LC_ENOMEM, "no memory for a trace");
	book = p;
	return 0;
}

void lc_trace_stop(void)
{
	if (book)
		(void)munmap(book, sizeof(*book)); /* a whole mapping of ours */
	book = NULL;
}

int64_t lc_trace_now(void)
{
	return book ? lc_ticks_ns() : 0;
}

/* Small numbers, in the order in which threads first begin a span. */
static uint32_t thread_number(void)
{
	static _Thread_local uint32_t number; /* one more, 0: none yet */
	if (!number)
		number = atomic_fetch_add_explicit(&book->threads, 1, memory_order_relaxed) + 1;
	return number - 1;
}

void lc_trace_begin(struct lc_trace_span *s, enum lc_trace_name name, int64_t number)
{
	*s = (struct lc_trace_span){
		.name = book ? name : LC_TRACE_OFF,
		.number = number,
		.start_ns = lc_trace_now(),
		.busy_ns = -1,
		.thread = book ? thread_number() : 0,
	};
}

void lc_trace_busy(struct lc_trace_span *s, int64_t start)
{
	if (s->name == LC_TRACE_OFF)
		return;
	int64_t spent = lc_ticks_ns() - start;
	s->busy_ns = s->busy_ns < 0 ? spent : s->busy_ns + spent;
}

void lc_trace_end(struct lc_trace_span *s, uint64_t bytes)
{
	if (s->name == LC_TRACE_OFF || !book)
		return;
	int64_t now = lc_ticks_ns();
	size_t i = atomic_fetch_add_explicit(&book->next, 1, memory_order_relaxed);
	if (i >= EVENTS_MAX)
		return;
	book->v[i].event = (struct lc_trace_event){
		.name = s->name,
		.number = s->number,
		.start_ns = s->start_ns,
		.end_ns = now,
		.busy_ns = s->busy_ns,
		.bytes = bytes,
		.thread = s->thread,
	};
	atomic_store_explicit(&book->v[i].whole, true, memory_order_release);
	s->name = LC_TRACE_OFF;
}

size_t lc_trace_count(uint64_t *ret_dropped)
{
	size_t n = book ? atomic_load_explicit(&book->next, memory_order_relaxed) : 0;
	if (ret_dropped)
		*ret_dropped = n > EVENTS_MAX ? n - EVENTS_MAX : 0;
	return n > EVENTS_MAX ? EVENTS_MAX : n;
}

/* Numbers that readers can take from one another and add to without a thought. */
static bool could_be(const struct lc_trace_event *t)
{
	const int64_t far = INT64_MAX / 2;
	return (unsigned)t->name > LC_TRACE_OFF && (unsigned)t->name < LC_TRACE_NAME_N &&
	       t->number >= LC_TRACE_NO_NUMBER && t->number < far && t->start_ns >= 0 &&
	       t->start_ns <= t->end_ns && t->end_ns < far && t->busy_ns >= -1 && t->busy_ns < far;
}

bool lc_trace_get(size_t i, struct lc_trace_event *ret)
{
	if (!book || i >= EVENTS_MAX)
		return false;
	if (!atomic_load_explicit(&book->v[i].whole, memory_order_acquire))
		return false;
	struct lc_trace_event seen = book->v[i].event;
	atomic_signal_fence(memory_order_seq_cst); /* read once: it may change under our eyes */
	if (!could_be(&seen))
		return false;
	*ret = seen;
	return true;
}

const char *lc_trace_text(enum lc_trace_name name)
{
	return names[name];
}
