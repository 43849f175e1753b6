#include "scan/workers_impl.h"

#include "base/arith.h"
#include "base/shim.h"
#include "oci/part.h"

/* A process that walks one layer. It trusts the scan, which made it, and not what it reads. */
struct serve {
	const struct scan_workers *w;
	int fd;
	struct worker_shared *shared;
	const struct worker_slots *slots; /* NULL: it walks a tree */
	uint64_t pass;
	struct digest stored; /* of the last pass that was read to its end */
	bool has_stored;
	bool shared_steps; /* by several threads: how far they are, not where */
	struct io_message m;
};

static void get_on(struct serve *s)
{
	atomic_fetch_add_explicit(&s->shared->progress, 1, memory_order_relaxed);
}

static void note(void *ctx, struct lc_slice path, struct lc_slice analyser)
{
	struct serve *s = ctx;
	size_t path_n = lc_min(path.n, WORKER_PATH_MAX);
	size_t analyser_n = lc_min(analyser.n, WORKER_ANALYSER_MAX);
	get_on(s);
	if (analyser_n == 0 || s->shared_steps)
		return;
	memcpy(s->shared->analyser, analyser.p, analyser_n);
	/* Of a long path the end says more. */
	if (path_n)
		memcpy(s->shared->path, path.p + (path.n - path_n), path_n);
	s->shared->analyser_n = (uint8_t)analyser_n;
	s->shared->path_n = (uint16_t)path_n;
}

/* ---- stored bytes ---- */

struct slot_stream {
	struct lc_stream base;
	struct serve *serve;
	uint64_t slot; /* being read; WORKER_SLOTS none */
	size_t at, n;
	bool end;
	int err;
};

static int lost(struct lc_err *e)
{
	return lc_fail(e, LC_EIO, "the scan that asked is gone");
}

static int take_digest(struct serve *s, struct lc_slice text, struct lc_err *e)
{
	s->has_stored = true;
	return digest_parse(text, &s->stored, NULL) ? lost(e) : 0;
}

/* The next piece of this pass; those of an earlier one are passed over. */
static int next_slot(struct slot_stream *t, struct lc_err *e)
{
	struct serve *s = t->serve;
	for (;;) {
		uint64_t v[3];
		int rc = io_message_receive(s->fd, false, &s->m, e);
		if (rc || s->m.n == 0)
			return rc ? rc : lost(e);
		struct lc_rd r = lc_rd_of(lc_slice_of(s->m.bytes, s->m.n));
		uint8_t kind = lc_rd_u8(&r);
		if (!worker_numbers(&r, v, 3))
			return lost(e);
		if (v[0] != s->pass)
			continue;
		if (kind == WORKER_FAIL)
			return worker_err_take(v + 1, worker_rest(&r), e);
		if (kind != WORKER_DATA || v[1] >= WORKER_SLOTS || v[2] > WORKER_SLOT_BYTES)
			return lost(e);
		t->slot = v[1];
		t->at = 0;
		t->n = (size_t)v[2];
		t->end = t->n == 0;
		return t->end ? take_digest(s, worker_rest(&r), e) : 0;
	}
}

static int give_back(struct slot_stream *t, struct lc_err *e)
{
	const uint64_t v[] = { t->serve->pass, t->slot };
	int rc = t->slot < WORKER_SLOTS ? worker_say(t->serve->fd, WORKER_FREE, v, 2, LC_S(""), e)
					: 0;
	t->slot = WORKER_SLOTS;
	return rc;
}

/* Bytes at hand, unless this is the end. */
static int ready(struct slot_stream *t, struct lc_err *e)
{
	if (t->err)
		return lc_fail(e, t->err, "read after a failure");
	if (t->at < t->n || t->end)
		return 0;
	get_on(t->serve);
	t->err = give_back(t, e);
	t->err = t->err ? t->err : next_slot(t, e);
	return t->err;
}

static struct lc_slice take(struct slot_stream *t, size_t most)
{
	size_t n = lc_min(most, t->n - t->at);
	if (n == 0)
		return LC_S("");
	struct lc_slice s = lc_slice_of(t->serve->slots->v[t->slot] + t->at, n);
	t->at += n;
	return s;
}

static int slot_lend(struct lc_stream *base, struct lc_slice *ret, struct lc_err *e)
{
	struct slot_stream *t = (struct slot_stream *)base;
	int rc = ready(t, e);
	if (rc == 0)
		*ret = take(t, SIZE_MAX);
	return rc;
}

static int slot_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct slot_stream *t = (struct slot_stream *)base;
	int rc = ready(t, e);
	if (rc)
		return rc;
	struct lc_slice s = take(t, n);
	if (s.n)
		memcpy(buf, s.p, s.n);
	*ret_n = s.n;
	return 0;
}

static void slot_close(struct lc_stream *base)
{
	lc_free(base);
}

static int open_blob(void *ctx, struct lc_stream **ret, struct lc_err *e)
{
	struct serve *s = ctx;
	struct slot_stream *t = lc_alloc0(1, sizeof(*t));
	if (!t)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	t->base = (struct lc_stream){ .read = slot_read, .lend = slot_lend, .close = slot_close };
	t->serve = s;
	t->slot = WORKER_SLOTS;
	s->pass++;
	s->has_stored = false;
	int rc = worker_say(s->fd, WORKER_OPEN, &s->pass, 1, LC_S(""), e);
	/* The first piece, or why there is none: as whoever opens a blob wants to know. */
	rc = rc ? rc : next_slot(t, e);
	if (rc) {
		lc_free(t);
		return rc;
	}
	*ret = &t->base;
	return 0;
}

static int digest_blob(void *ctx, struct digest *ret, struct lc_err *e)
{
	const struct serve *s = ctx;
	*ret = s->stored;
	return s->has_stored ? 0 : lost(e); /* the reader has read all */
}

/* ---- the work ---- */

/* What other processes share with the scan is none of this one's business. */
static void keep_own(const struct scan_workers *w, unsigned number)
{
	for (unsigned i = 0; i < w->numbers_n; i++)
		if (i != number)
			worker_place_unmap(&w->places[i]);
}

static int take_order(struct serve *s, struct lc_slice *ret_packed, struct lc_err *e)
{
	int rc = io_message_receive(s->fd, false, &s->m, e);
	if (rc)
		return rc;
	struct lc_rd r = lc_rd_of(lc_slice_of(s->m.bytes, s->m.n));
	if (lc_rd_u8(&r) != WORKER_WALK)
		return lost(e);
	*ret_packed = worker_rest(&r);
	return 0;
}

static int walk(struct serve *s, struct lc_slice packed, struct inv_sink *sink,
		struct inv_walk_stats *ret, struct lc_err *e)
{
	const struct scan_request *q = s->w->q;
	const struct oci_part_opener from = { open_blob, digest_blob, s };
	struct oci_image *image = NULL;
	size_t layer = 0;
	int rc = inv_sink_init(sink, q->limits);
	if (rc)
		return lc_fail(e, rc, "no room for the facts of a layer");
	sink->on_file = note;
	sink->on_file_ctx = s;
	rc = oci_part_image(packed, &from, q->limits, &image, &layer, e);
	rc = rc ? rc
		: inv_walk_layer(image, layer, s->w->m, &q->inventory, q->limits, NULL, sink, ret,
				 e);
	oci_close(image);
	return rc;
}

static int send_facts(const struct serve *s, struct lc_slice facts)
{
	int rc = 0;
	while (facts.n && rc == 0) {
		struct lc_slice piece = lc_sub(facts, 0, IO_MESSAGE_BYTES_MAX - 1);
		rc = worker_say(s->fd, WORKER_FACTS, NULL, 0, piece, NULL);
		facts = lc_skip(facts, piece.n);
	}
	return rc;
}

static void answer(const struct serve *s, int rc, const struct lc_err *e,
		   const struct inv_walk_stats *st, const struct inv_sink *sink)
{
	uint64_t v[9] = { 0 };
	if (rc == 0 && send_facts(s, lc_buf_get(&sink->out)))
		return;
	worker_err_put(e, rc, v);
	v[2] = st->layer.stored_bytes;
	v[3] = st->layer.inflated_bytes;
	v[4] = st->layer.entries;
	v[5] = (uint64_t)st->layer.compression;
	v[6] = st->files_read;
	v[7] = st->bytes_analysed;
	v[8] = st->unsafe_names;
	if (worker_say(s->fd, WORKER_DONE, v, 9, lc_str(e->msg), NULL))
		return; /* nobody wants it */
}

static int walk_tree(struct serve *s, struct lc_arena *a, struct inv_sink *sink,
		     struct inv_walk_stats *ret, struct lc_err *e)
{
	const struct scan_request *q = s->w->q;
	struct io_tree tree = *s->w->tree;
	struct io_tree store = s->w->store ? *s->w->store : (struct io_tree){ .fd = -1 };
	struct inv_tree_options how;
	int rc = io_message_receive(s->fd, true, &s->m, e);
	rc = rc ? rc : worker_tree_take(&s->m, a, &tree, &store, &how, e);
	if (rc)
		return rc;
	rc = inv_sink_init(sink, q->limits);
	if (rc)
		return lc_fail(e, rc, "no room for the facts of a tree");
	sink->on_file = note;
	sink->on_file_ctx = s;
	s->shared_steps = how.threads != 1;
	return inv_walk_tree(&tree, s->w->m, &q->inventory, q->limits, &how, sink, ret, e);
}

static void serve_tree(struct serve *s)
{
	struct inv_sink sink = { .err = 0 };
	struct inv_walk_stats st = { .files_read = 0 };
	struct lc_err e = { 0 };
	struct lc_arena a;
	lc_arena_init(&a, IO_MESSAGE_BYTES_MAX);
	int rc = walk_tree(s, &a, &sink, &st, &e);
	answer(s, rc, &e, &st, &sink);
}

static void wait_for_the_end(struct serve *s)
{
	/* The scan hangs up when it has read all of it. */
	while (io_message_receive(s->fd, false, &s->m, NULL) == 0 && s->m.n)
		;
}

void worker_serve(void *workers, int fd, unsigned number)
{
	struct scan_workers *w = workers;
	struct serve s = {
		.w = w,
		.fd = fd,
		.shared = w->places[number].shared,
		.slots = w->places[number].slots,
	};
	struct inv_sink sink = { .err = 0 };
	struct inv_walk_stats st = { .files_read = 0 };
	struct lc_buf packed LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice order;
	struct lc_err e = { 0 };
	keep_own(w, number);
	if (w->tree) {
		serve_tree(&s);
		wait_for_the_end(&s);
		return;
	}
	if (take_order(&s, &order, &e))
		return;
	lc_buf_init(&packed, IO_MESSAGE_BYTES_MAX);
	int rc = lc_buf_slice(&packed, order); /* the message is overwritten by the next */
	rc = rc ? lc_fail(&e, rc, "no memory for a layer")
		: walk(&s, lc_buf_get(&packed), &sink, &st, &e);
	answer(&s, rc, &e, &st, &sink);
	wait_for_the_end(&s);
}
