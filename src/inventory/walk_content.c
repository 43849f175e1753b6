#include "inventory/walk_content.h"

#include <inttypes.h>

#include "base/shim.h"

enum { HELD_MEMORY_MAX = 1 << 20 }; /* the same of one that waits until the layer's end */
static const size_t scratch_bytes_max = (size_t)256 << 20;

void walker_init(struct walker *w)
{
	w->sink->without_dev = !w->options->include_dev;
	lc_arena_init(&w->scratch, scratch_bytes_max);
	lc_arena_init(&w->names, 0);
}

void walker_done(struct walker *w)
{
	lc_map_done(&w->seen);
	lc_map_done(&w->pending);
	lc_map_done(&w->linked);
	walk_held_done(w);
	lc_arena_done(&w->scratch);
	lc_arena_done(&w->names);
	inv_presence_done(&w->presence);
}

/* ---- head and rest as one stream ---- */

struct head_stream {
	struct lc_stream base;
	struct lc_slice head;
	struct lc_stream *rest;
};

static int head_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct head_stream *h = (struct head_stream *)s;
	if (h->head.n == 0)
		return lc_stream_read(h->rest, buf, n, ret_n, e);
	n = lc_min(n, h->head.n);
	memcpy(buf, h->head.p, n);
	h->head = lc_skip(h->head, n);
	*ret_n = n;
	return 0;
}

static int read_head(struct lc_stream *from, uint8_t head[INV_HEAD_BYTES], struct lc_slice *ret,
		     struct lc_err *e)
{
	size_t n = 0;
	size_t got = 1;
	while (n < INV_HEAD_BYTES && got > 0) {
		int r = lc_stream_read(from, head + n, INV_HEAD_BYTES - n, &got, e);
		if (r)
			return r;
		n += got;
	}
	*ret = lc_slice_of(head, n);
	return 0;
}

/* ---- who gets how much ---- */

static uint64_t limit_of(const struct walker *w, const struct inv_analyser *a)
{
	if (a->size_max)
		return a->size_max;
	switch (a->access) {
	case INV_WHOLE:
		return w->limits->file_bytes_max;
	case INV_SEEKABLE:
		return w->limits->spool_bytes_max;
	case INV_STREAMED:
		break;
	}
	return UINT64_MAX;
}

static int too_large(struct walker *w, const struct walk_file *f, const struct inv_analyser *a,
		     uint64_t limit)
{
	int r = inv_sink_file(w->sink, f->path, lc_str(a->name));
	return r ? r
		 : inv_sink_trouble(w->sink, INV_TOO_LARGE,
				    "file of %" PRIu64 " bytes, more than the %" PRIu64 " allowed",
				    f->size, limit);
}

struct plan {
	const struct inv_analyser *who[INV_ANALYSERS_MAX]; /* reads it at once */
	size_t n;
	bool whole;             /* somebody needs all bytes in memory */
	bool seekable;          /* somebody needs to go back, or several read in turn */
	bool holds;             /* there are holders */
	struct inv_set holders; /* read it at the layer's end, together with others */
};

static int make_plan(struct walker *w, const struct walk_file *f, const struct inv_set *set,
		     struct plan *ret)
{
	*ret = (struct plan){ .n = 0 };
	for (size_t i = 0; i < inv_matcher_count(w->matcher); i++) {
		if (!inv_set_has(set, i))
			continue;
		const struct inv_analyser *a = inv_matcher_analyser(w->matcher, i);
		uint64_t limit = limit_of(w, a);
		/* A second reader of a stream needs the file kept. */
		if (a->access == INV_STREAMED && (ret->n > 0 || ret->holds))
			limit = lc_min64(limit, w->limits->spool_bytes_max);
		int r = f->size > limit ? too_large(w, f, a, limit) : 0;
		if (r)
			return r;
		if (f->size > limit)
			continue;
		ret->whole |= a->access == INV_WHOLE;
		ret->seekable |= a->access == INV_SEEKABLE || ret->n > 0 || ret->holds;
		ret->holds |= a->together;
		if (a->together)
			inv_set_add(&ret->holders, i);
		else
			ret->who[ret->n++] = a;
	}
	return 0;
}

/* ---- running ---- */

/* What parse() gave: a file's own trouble is a diagnostic, everything else ends the layer. */
static int judge(struct walker *w, int r, struct lc_err *e)
{
	if (w->sink->err == LC_ELIMIT)
		return lc_fail(e, LC_ELIMIT, "more than %" PRIu64 " bytes of facts in one layer",
			       w->limits->facts_bytes_max);
	if (w->sink->err)
		return lc_fail(e, w->sink->err, "facts: %s", lc_code_name(w->sink->err));
	if (r != LC_ELIMIT || w->scratch.err != LC_ELIMIT)
		return r;
	return inv_sink_trouble(w->sink, INV_TOO_LARGE, "needs more than %zu MiB of memory to read",
				scratch_bytes_max >> 20);
}

int walk_run(struct walker *w, const struct walk_file *f, const struct inv_analyser *a,
	     const struct lc_content *content, const struct inv_kept_files *kept, struct lc_err *e)
{
	struct lc_content_stream stream;
	struct inv_file file = {
		.path = f->path,
		.mode = f->mode,
		.size = f->size,
		.bytes = content && a->access == INV_WHOLE ? content->mem : LC_S(""),
		.content = content,
		.kept = kept,
		.stream = f->content,
		.options = w->options,
		.limits = w->limits,
		.scratch = &w->scratch,
	};
	if (content) {
		lc_content_stream_init(&stream, content, 0, content->size);
		file.stream = &stream.base;
	}
	lc_arena_done(&w->scratch);
	lc_arena_init(&w->scratch, scratch_bytes_max);
	int r = inv_sink_file(w->sink, f->path, lc_str(a->name));
	return judge(w, r ? r : a->parse(&file, w->sink, e), e);
}

static int run_all(struct walker *w, const struct walk_file *f, const struct plan *plan,
		   const struct lc_content *content, struct lc_err *e)
{
	w->stats.files_read++;
	w->stats.bytes_analysed += f->size;
	int r = 0;
	for (size_t i = 0; i < plan->n && r == 0; i++)
		r = walk_run(w, f, plan->who[i], content, NULL, e);
	return r;
}

static int keep_content(const struct walk_file *f, const struct plan *plan, struct lc_content *ret,
			struct lc_err *e)
{
	size_t memory;
	size_t most = plan->holds ? HELD_MEMORY_MAX : WALK_MEMORY_MAX;
	if (!plan->whole && f->file) {
		*ret = *f->file;
		*f->file = (struct lc_content){ .fd = -1 };
		return 0;
	}
	if (!plan->whole || !lc_size(f->size, &memory) || memory < most)
		memory = most;
	int r = lc_content_spool(f->content, memory, f->size, ret, e);
	if (r == 0 && plan->whole && ret->size > 0 && !ret->mem.p)
		r = lc_fail(e, LC_ELIMIT, "file does not fit into memory");
	return r;
}

int walk_analyse(struct walker *w, const struct walk_file *f, const struct inv_set *set,
		 struct lc_err *e)
{
	struct plan plan;
	int r = make_plan(w, f, set, &plan);
	if (r)
		return judge(w, r, e);
	if (plan.n == 0 && !plan.holds)
		return 0;
	if (!plan.whole && !plan.seekable)
		return run_all(w, f, &plan, NULL, e);
	struct lc_content content = { .fd = -1 };
	r = keep_content(f, &plan, &content, e);
	r = r ? r : run_all(w, f, &plan, &content, e);
	if (r == 0 && plan.holds)
		r = walk_hold(w, f, &plan.holders, &content, e);
	lc_content_done(&content);
	return r;
}

int walk_link(struct walker *w, struct lc_slice path, struct lc_slice target, bool hard,
	      bool always)
{
	struct inv_link link = { .path = path, .target = target, .hard = hard };
	lc_arena_done(&w->scratch);
	int r = inv_match_link(w->matcher, &link, &w->scratch, &link.wanted);
	if (r || (link.wanted.n == 0 && !always))
		return r;
	return inv_sink_link(w->sink, &link);
}

/* Members of the archive may share a name: the last one counts. */
static int remember(struct walker *w, struct lc_slice path)
{
	struct lc_slice name;
	if (lc_map_has(&w->seen, path))
		return 0;
	int r = lc_arena_dup(&w->names, path, &name);
	return r ? r : lc_map_add(&w->seen, name, NULL, NULL);
}

int walk_file(struct walker *w, const struct walk_file *f, struct lc_err *e)
{
	uint8_t bytes[INV_HEAD_BYTES];
	struct head_stream joined = { .base.read = head_read, .rest = f->content };
	struct walk_file file = *f;
	struct inv_set set;
	bool by_head;
	if (!inv_match_path(w->matcher, f->path, f->mode, &set, &by_head))
		return 0;
	if (by_head) {
		int r = read_head(f->content, bytes, &joined.head, e);
		if (r)
			return r;
		inv_match_head(w->matcher, joined.head, &set);
		file.content = &joined.base;
	}
	if (w->mask && !inv_set_keep(&set, w->mask))
		return 0;
	if (!inv_set_any(&set))
		return 0; /* by its first bytes nobody's: most files are */
	int r = remember(w, f->path);
	if (r)
		return lc_fail(e, r, "%s: %s", lc_quote(f->path).s, lc_code_name(r));
	r = walk_analyse(w, &file, &set, e);
	return r ? lc_wrap(e, r, "%s", lc_quote(f->path).s) : 0;
}
