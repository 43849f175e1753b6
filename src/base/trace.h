/*
 * Spans of time for --trace: who worked on what, from when to when. Off unless lc_trace_start() was
 * called; then a span costs two looks at the clock and one slot.
 *
 * Spans go into memory that forked children share, so that workers' spans are seen by whoever
 * started them. Such a child may have been taken over: names go by number, and what is read back is
 * a span that could have been, or none. Thread-safe; what does not fit is counted and dropped.
 * Times are lc_ticks_ns().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { LC_TRACE_NO_NUMBER = -1 };

/** What a span is of. */
enum lc_trace_name {
	LC_TRACE_OFF, /* none */
	LC_TRACE_OPEN_DATABASE,
	LC_TRACE_OPEN_IMAGE,
	LC_TRACE_ALL_LAYERS,
	LC_TRACE_LAYER,
	LC_TRACE_READ,
	LC_TRACE_HASH,
	LC_TRACE_INFLATE,
	LC_TRACE_MATCH,
	LC_TRACE_WRITE_REPORT,
	LC_TRACE_NAME_N,
};

struct lc_trace_event {
	enum lc_trace_name name;
	int64_t number; /* of a layer, LC_TRACE_NO_NUMBER for none */
	int64_t start_ns, end_ns;
	int64_t busy_ns; /* of it at work, the rest spent waiting; -1 not told apart */
	uint64_t bytes;  /* that passed; 0 where none did */
	uint32_t thread; /* in the order of their first spans */
};

struct lc_trace_span {
	enum lc_trace_name name; /* LC_TRACE_OFF: so is tracing */
	int64_t number;
	int64_t start_ns, busy_ns;
	uint32_t thread;
};

/** Before threads and workers start. LC_ENOMEM. */
int lc_trace_start(struct lc_err *e) LC_MUST_CHECK;
/** Forget all; when no thread works any more. */
void lc_trace_stop(void);

void lc_trace_begin(struct lc_trace_span *s, enum lc_trace_name name, int64_t number);
/** The clock, or 0 when tracing is off; for lc_trace_busy(). */
int64_t lc_trace_now(void);
/** Since start, of lc_trace_now(), the span was at work. */
void lc_trace_busy(struct lc_trace_span *s, int64_t start);
void lc_trace_end(struct lc_trace_span *s, uint64_t bytes);

/** How many spans were kept; *ret_dropped did not fit. */
size_t lc_trace_count(uint64_t *ret_dropped);
/** The i-th, whole; false when its writer died before it was, or wrote what no span is. */
bool lc_trace_get(size_t i, struct lc_trace_event *ret);
/** As traces show it: of a number below LC_TRACE_NAME_N. */
const char *lc_trace_text(enum lc_trace_name name);
