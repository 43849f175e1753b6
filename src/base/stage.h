/*
 * A stage: what a stream does (reading, hashing, inflating) done ahead on a thread of its own, over
 * a bounded ring. Its bytes, its end and its failures are those of the stream below, in order.
 *
 * The thread starts once a stream has shown that it is long, and only where a processor has nothing
 * better to do (lc_spare_take()); until then, and for good where none is spare, the caller's thread
 * does the work. So many short layers cost no thread, and few long ones use every processor. The
 * stream below is borrowed; while the thread runs it belongs to that thread, and it is the
 * caller's again after the end was read, after a failure, or when the stage was closed.
 */
#pragma once

#include "base/stream.h"
#include "base/trace.h"

/**
 * @param from  borrowed; outlives the stage
 * @param name  of the work below, and the number of what it is done on: for traces
 * @param ret   owned by the caller, lc_stream_close(); closing stops the thread: it waits for the
 *              one read that goes on below
 * @return 0, LC_ENOMEM
 */
int lc_stage_open(struct lc_stream *from, enum lc_trace_name name, int64_t number,
		  struct lc_stream **ret, struct lc_err *e) LC_MUST_CHECK;
/** From now on a thread may be used; before it none is. */
void lc_stage_allow(struct lc_stream *stage);

/**
 * Who the calling thread works for: threads of stages give the one that opened their stage. What is
 * counted by whoever waits for it (a turn, a lock that may be taken again) is counted by this.
 */
const void *lc_stage_owner(void);
