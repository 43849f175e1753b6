#include "cli/trace.h"

#include "base/shim.h"
#include "base/trace.h"
#include "cli/talk.h"
#include "format/json.h"
#include "io/file.h"

/*
 * Source: "Trace Event Format", the object form with complete events ("ph": "X"), times in
 * microseconds.
 */

enum { TRACE_BYTES_MAX = 64 << 20 };

static bool is_wanted(const struct cli_values *v)
{
	return v->v[CLI_OPT_TRACE].text.n != 0;
}

int cli_trace_start(struct cli_io *io, const struct cli_values *v)
{
	struct lc_err e = { 0 };
	if (!is_wanted(v) || lc_trace_start(&e) == 0)
		return CLI_OK;
	return cli_fail(io, &e);
}

static int64_t earliest(size_t n)
{
	struct lc_trace_event t;
	int64_t first = INT64_MAX;
	for (size_t i = 0; i < n; i++)
		if (lc_trace_get(i, &t) && t.start_ns < first)
			first = t.start_ns;
	return first;
}

static void put_event(struct json_writer *w, const struct lc_trace_event *t, int64_t zero)
{
	json_begin_object(w);
	json_member_cstr(w, "name", lc_trace_text(t->name));
	json_member_cstr(w, "ph", "X");
	json_member_i64(w, "pid", 1);
	json_member_u64(w, "tid", t->thread);
	json_member_double(w, "ts", (double)(t->start_ns - zero) / 1e3);
	json_member_double(w, "dur", (double)(t->end_ns - t->start_ns) / 1e3);
	json_write_key(w, "args");
	json_begin_object(w);
	if (t->number != LC_TRACE_NO_NUMBER)
		json_member_i64(w, "layer", t->number + 1);
	if (t->busy_ns >= 0)
		json_member_double(w, "busy_us", (double)t->busy_ns / 1e3);
	json_member_u64_opt(w, "bytes", t->bytes);
	json_end_object(w);
	json_end_object(w);
}

static void put_all(struct lc_buf *b)
{
	uint64_t dropped;
	struct json_writer w;
	struct lc_trace_event t;
	size_t n = lc_trace_count(&dropped);
	int64_t zero = earliest(n);
	json_writer_init(&w, b, 1);
	json_begin_object(&w);
	json_member_cstr(&w, "displayTimeUnit", "ms");
	json_member_u64_opt(&w, "droppedSpans", dropped);
	json_write_key(&w, "traceEvents");
	json_begin_array(&w);
	for (size_t i = 0; i < n; i++)
		if (lc_trace_get(i, &t))
			put_event(&w, &t, zero);
	json_end_array(&w);
	json_end_object(&w);
}

static int write_file(struct lc_slice path, const struct lc_buf *b, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	const char *text = lc_arena_str(&a, path);
	int rc = text ? lc_buf_err(b) : LC_ENOMEM;
	rc = rc ? lc_fail(e, rc, "%s", _("no memory for the output"))
		: io_write_file(text, 0644, lc_buf_get(b), e);
	lc_arena_done(&a);
	return rc;
}

int cli_trace_end(struct cli_io *io, const struct cli_values *v, int status)
{
	struct lc_err e = { 0 };
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&b, TRACE_BYTES_MAX);
	if (!is_wanted(v))
		return status;
	put_all(&b);
	lc_trace_stop();
	if (write_file(v->v[CLI_OPT_TRACE].text, &b, &e))
		return cli_error(io, CLI_ERROR, "--trace: %s", e.msg);
	return status;
}
