#include "scan/workers_impl.h"

#include <stdio.h>

#include "base/arith.h"
#include "base/shim.h"
#include "oci/part.h"

/* The scan's side of one layer, or tree: what its process asks for is given, what it answers is
 * checked. */
struct ask {
	struct scan_workers *w;
	const struct oci_image *image; /* NULL: a tree */
	size_t layer;
	const struct inv_tree_options *how; /* of a tree */
	enum worker_end end;
	struct scan_layer *to;
	struct worker_place *place; /* its process, and the memory of it */
	uint64_t seen;              /* of its progress */
	uint32_t still_ms;
	/* stored bytes */
	struct lc_stream *stream; /* NULL none, or all was given */
	uint64_t pass;
	bool offered; /* the first pass, which the process has not asked for yet */
	bool busy[WORKER_SLOTS];
	struct lc_err stream_err;
	struct digester *digester; /* of this pass */
	uint64_t bytes;
	enum io_compression compression; /* of the stored bytes, by how they begin */
	struct digest stored;            /* of the passes that ended */
	bool ended;                      /* this pass */
	bool differs;                    /* two passes */
	bool done;
	struct io_message m;
};

enum { TICK_MS = 100 };

/* ---- what went wrong ---- */

static int of_layer(const struct ask *a, int rc, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	const struct oci_layer *l = a->image ? &a->image->layers[a->layer] : NULL;
	if (!l)
		return rc;
	if (l->blob.has_digest)
		return lc_wrap(e, rc, "layer %zu %s", a->layer, digest_text(&l->blob.digest, text));
	return lc_wrap(e, rc, "layer %zu %s", a->layer, lc_quote(l->location).s);
}

struct doing {
	char text[2 * LC_QUOTE_MAX + 16];
};

/* " while dpkg read var/lib/dpkg/status", as the process last said. */
static struct doing doing_of(const struct ask *a)
{
	struct doing d = { "" };
	uint8_t analyser[WORKER_ANALYSER_MAX];
	uint8_t path[WORKER_PATH_MAX];
	enum { SHOWN = 224 }; /* of a long path the end says more */
	size_t analyser_n = lc_min(a->place->shared->analyser_n, sizeof(analyser));
	size_t path_n = lc_min(a->place->shared->path_n, sizeof(path));
	memcpy(analyser, a->place->shared->analyser, sizeof(analyser));
	memcpy(path, a->place->shared->path, sizeof(path));
	if (analyser_n)
		(void)snprintf(d.text, sizeof(d.text), " while %s read %s", /* fits */
			       lc_quote(lc_slice_of(analyser, analyser_n)).s,
			       lc_quote(lc_slice_of(path + path_n - lc_min(path_n, SHOWN),
						    lc_min(path_n, SHOWN)))
				       .s);
	return d;
}

static int died(struct ask *a)
{
	char text[IO_DEATH_TEXT_MAX];
	struct lc_err *e = &a->to->err;
	/* A connection that the process was told of is the better reason. */
	if (a->stream_err.code && lc_code_is_remote(a->stream_err.code)) {
		*e = a->stream_err;
		return of_layer(a, e->code, e);
	}
	a->end = WORKER_LOST;
	const char *how = io_worker_death(&a->place->worker, text);
	(void)lc_fail(e, LC_EUNSUP, "not analysed: its process %s%s", how, doing_of(a).text);
	return of_layer(a, LC_EUNSUP, e);
}

static int stood_still(struct ask *a)
{
	struct lc_err *e = &a->to->err;
	a->end = WORKER_LOST;
	(void)lc_fail(e, LC_ELIMIT, "not analysed: its process stood still for %u s%s",
		      a->still_ms / 1000, doing_of(a).text);
	return of_layer(a, LC_ELIMIT, e);
}

static int out_of_order(struct ask *a)
{
	struct lc_err *e = &a->to->err;
	a->end = WORKER_STRAYED;
	(void)lc_fail(e, LC_EUNSUP, "not analysed: its process answers what it was not asked");
	return of_layer(a, LC_EUNSUP, e);
}

/*
 * What stops a whole scan is not for a layer's process to say: that its memory ended is the
 * layer's failure, and of time and connections the scan knows itself.
 */
static int judge(struct ask *a, int code)
{
	struct lc_err *e = &a->to->err;
	if (code == LC_ENOMEM && a->stream_err.code != LC_ENOMEM) {
		a->end = WORKER_LOST;
		(void)lc_fail(e, LC_ELIMIT, "not analysed: it needs more than %llu MiB of memory%s",
			      (unsigned long long)(a->w->q->limits->worker_bytes_max >> 20),
			      doing_of(a).text);
		return of_layer(a, LC_ELIMIT, e);
	}
	if (code == LC_ECANCEL && lc_limits_expired(a->w->q->limits))
		return code;
	if (code == LC_ENOMEM || code == LC_ECANCEL || lc_code_is_remote(code))
		code = a->stream_err.code == code ? code : LC_EUNSUP;
	e->code = code;
	return code;
}

/* ---- stored bytes ---- */

static int fail_stream(struct ask *a)
{
	uint64_t v[3] = { a->pass };
	lc_stream_close(a->stream);
	a->stream = NULL;
	worker_err_put(&a->stream_err, a->stream_err.code, v + 1);
	return worker_say(a->place->worker.fd, WORKER_FAIL, v, 3, lc_str(a->stream_err.msg), NULL);
}

static int start_digest(struct ask *a)
{
	digester_free(LC_STEAL(a->digester));
	a->bytes = 0;
	a->ended = false;
	return digester_new(oci_part_algorithm(&a->image->layers[a->layer]), &a->digester,
			    &a->stream_err);
}

static int end_digest(struct ask *a)
{
	struct digest now;
	int rc = digester_get(a->digester, &now, &a->stream_err);
	if (rc)
		return rc;
	a->differs |= a->pass > 1 && !digest_eq(&now, &a->stored);
	a->stored = now;
	a->ended = true;
	return 0;
}

static int open_stream(struct ask *a, uint64_t pass)
{
	if (a->offered && pass == a->pass) {
		a->offered = false;
		return 0;
	}
	if (!a->image || pass != a->pass + 1 || pass > WORKER_PASSES_MAX)
		return LC_EBAD;
	a->pass = pass;
	lc_stream_close(a->stream);
	a->stream = NULL;
	memset(a->busy, 0, sizeof(a->busy));
	int rc = start_digest(a);
	rc = rc ? rc : oci_layer_blob(a->image, a->layer, &a->stream, &a->stream_err);
	if (rc == 0)
		return 0;
	a->stream_err.code = rc;
	return fail_stream(a);
}

/*
 * Stored bytes that it will ask for, while it gets ready to. Not of layers that may turn out not to
 * be for it: a registry is not asked in vain.
 */
static void offer(struct ask *a)
{
	const struct oci_layer *l = a->image ? &a->image->layers[a->layer] : NULL;
	if (!l || l->foreign || l->encrypted)
		return;
	if (open_stream(a, 1) == 0) /* else the process is gone, as shows when it is listened to */
		a->offered = true;
}

static int free_slot(struct ask *a, uint64_t pass, uint64_t slot)
{
	if (pass != a->pass)
		return 0; /* said before it opened them again */
	if (slot >= WORKER_SLOTS || !a->busy[slot])
		return LC_EBAD;
	a->busy[slot] = false;
	return 0;
}

static size_t a_free_slot(const struct ask *a)
{
	size_t i = 0;
	while (i < WORKER_SLOTS && a->busy[i])
		i++;
	return a->stream ? i : WORKER_SLOTS;
}

/* An honest process complained long ago; one that does not would have bytes without end. */
static bool goes_on(const struct ask *a)
{
	const struct oci_descriptor *b = &a->image->layers[a->layer].blob;
	uint64_t most = b->has_size ? b->size : a->w->q->limits->layer_bytes_max;
	return a->bytes > most && a->bytes - most > sizeof(*a->place->written);
}

static int fill(struct ask *a, size_t slot)
{
	uint8_t *to = a->place->written->v[slot];
	char text[DIGEST_TEXT_MAX] = "";
	size_t n = 0;
	int rc = goes_on(a)
			 ? lc_fail(&a->stream_err, LC_ELIMIT, "stored bytes go on past their size")
			 : 0;
	for (size_t got = 1; rc == 0 && got && n < WORKER_SLOT_BYTES; n += got) {
		got = 0;
		rc = lc_stream_read(a->stream, to + n, WORKER_SLOT_BYTES - n, &got, &a->stream_err);
	}
	if (rc == 0 && n == 0)
		rc = end_digest(a);
	if (rc) {
		a->stream_err.code = rc;
		return fail_stream(a);
	}
	if (n == 0) {
		lc_stream_close(LC_STEAL(a->stream));
		(void)digest_text(&a->stored, text);
	}
	const uint64_t v[] = { a->pass, slot, n };
	a->busy[slot] = true;
	a->place->used[slot] = n > a->place->used[slot] ? n : a->place->used[slot];
	if (a->bytes == 0)
		a->compression = io_sniff(lc_slice_of(to, n));
	rc = worker_say(a->place->worker.fd, WORKER_DATA, v, 3, lc_str(text), NULL);
	/* While it is read: nobody else can write there, and nothing is until it is free. */
	digester_add(a->digester, to, n);
	a->bytes += n;
	return rc;
}

/* ---- the conversation ---- */

static int order_tree(struct ask *a)
{
	int rc = worker_tree_send(a->place->worker.fd, a->w->tree, a->how);
	if (rc == LC_ENOMEM || rc == LC_ELIMIT)
		return lc_fail(&a->to->err, rc, "no memory to ask for a directory");
	return rc ? died(a) : 0;
}

static int order(struct ask *a)
{
	struct lc_buf packed LC_CLEANUP(lc_buf_done) = { 0 };
	if (!a->image)
		return order_tree(a);
	lc_buf_init(&packed, IO_MESSAGE_BYTES_MAX / 2);
	int rc = oci_part_pack(a->image, a->layer, &packed, &a->to->err);
	if (rc)
		return rc;
	rc = worker_say(a->place->worker.fd, WORKER_WALK, NULL, 0, lc_buf_get(&packed), NULL);
	return rc ? died(a) : 0;
}

/* Of a plain blob the digest that was taken here is the diff id, too. */
static bool is_diff_id(const struct ask *a, enum io_compression c)
{
	return c == IO_PLAIN && digest_eq(&a->stored, &a->image->layers[a->layer].diff_id);
}

/*
 * An honest process has read all and says only then that it is done, after the same comparisons:
 * here they do not hang on it. The diff id of a compressed blob does.
 */
static bool holds(const struct ask *a, enum io_compression c)
{
	const struct oci_layer *l = &a->image->layers[a->layer];
	if (!a->ended || a->differs || (l->blob.has_size && a->bytes != l->blob.size) ||
	    (l->blob.has_digest && !digest_eq(&a->stored, &l->blob.digest)) ||
	    (!l->encrypted && c != a->compression))
		return false;
	return c != IO_PLAIN || a->stored.algorithm != l->diff_id.algorithm || is_diff_id(a, c);
}

/* What is known without the process; the rest of the numbers is its own, and of its layer alone. */
static void put_known(const struct ask *a, struct scan_layer *to)
{
	const struct oci_layer *l = &a->image->layers[a->layer];
	struct oci_layer_stats *st = &to->stats.layer;
	st->stored_bytes = a->bytes;
	if (st->compression == IO_PLAIN)
		st->inflated_bytes = a->bytes;
	st->blob_digest = l->blob.digest;
	st->has_blob_digest = l->blob.has_digest;
	st->diff_id = l->diff_id;
	if (!a->w->sealed)
		return;
	to->stored = a->stored;
	to->bound = is_diff_id(a, st->compression) ? SCAN_BOUND_TO_DIFF_ID : SCAN_BOUND_TO_BLOB;
}

static int finish(struct ask *a, struct lc_rd *r)
{
	uint64_t v[9];
	struct inv_walk_stats *st = &a->to->stats;
	if (!worker_numbers(r, v, 9))
		return out_of_order(a);
	a->done = true;
	if (v[0])
		return judge(a, worker_err_take(v, worker_rest(r), &a->to->err));
	if (v[5] >= IO_COMPRESSION_N || (a->image && !holds(a, (enum io_compression)v[5])))
		return out_of_order(a);
	*st = (struct inv_walk_stats){
		.layer = { .stored_bytes = v[2],
			   .inflated_bytes = v[3],
			   .entries = v[4],
			   .compression = (enum io_compression)v[5] },
		.files_read = v[6],
		.bytes_analysed = v[7],
		.unsafe_names = v[8],
	};
	if (a->image)
		put_known(a, a->to);
	return 0;
}

static int add_facts(struct ask *a, struct lc_slice piece)
{
	struct lc_err *e = &a->to->err;
	int rc = lc_buf_slice(&a->to->sink.out, piece);
	if (rc == 0)
		return 0;
	if (rc == LC_ENOMEM)
		return lc_fail(e, rc, "no memory for the facts of a layer");
	return out_of_order(a); /* an honest one stops before */
}

static int hear(struct ask *a)
{
	uint64_t v[2];
	struct lc_rd r = lc_rd_of(lc_slice_of(a->m.bytes, a->m.n));
	int rc = LC_EBAD;
	switch (lc_rd_u8(&r)) {
	case WORKER_OPEN:
		rc = worker_numbers(&r, v, 1) ? open_stream(a, v[0]) : LC_EBAD;
		break;
	case WORKER_FREE:
		rc = worker_numbers(&r, v, 2) ? free_slot(a, v[0], v[1]) : LC_EBAD;
		break;
	case WORKER_FACTS:
		return add_facts(a, worker_rest(&r));
	case WORKER_DONE:
		return finish(a, &r);
	default:
		break;
	}
	if (rc == LC_EBAD)
		return out_of_order(a);
	return 0; /* a process that is gone shows when it is listened to */
}

/* Looked at however much there is to hear: a process may talk on. */
static int look_at_the_clock(const struct ask *a)
{
	struct lc_err *e = &a->to->err;
	if (!lc_limits_expired(a->w->q->limits))
		return 0;
	return a->image ? lc_fail(e, LC_ECANCEL, "layer %zu: time is up", a->layer)
			: lc_fail(e, LC_ECANCEL, "time is up while reading files");
}

/* Nothing to do but to wait: for how long yet? A stopped clock counts no time, nor do we. */
static int wait(struct ask *a)
{
	const struct lc_limits *limits = a->w->q->limits;
	if (io_message_wait(a->place->worker.fd, TICK_MS))
		return 0;
	uint64_t now = atomic_load_explicit(&a->place->shared->progress, memory_order_relaxed);
	a->still_ms = now == a->seen ? a->still_ms + TICK_MS : 0;
	a->seen = now;
	return a->still_ms >= limits->stall_ms ? stood_still(a) : 0;
}

static int listen_once(struct ask *a)
{
	struct lc_err *e = &a->to->err;
	int rc = io_message_receive(a->place->worker.fd, false, &a->m, e);
	if (rc)
		return of_layer(a, rc, e);
	a->still_ms = 0;
	return a->m.n ? hear(a) : died(a);
}

static int talk(struct ask *a)
{
	int rc = order(a);
	if (rc == 0)
		offer(a);
	while (rc == 0 && !a->done) {
		size_t slot = a_free_slot(a);
		rc = look_at_the_clock(a);
		if (rc)
			break;
		if (io_message_wait(a->place->worker.fd, 0))
			rc = listen_once(a);
		else if (slot == WORKER_SLOTS)
			rc = wait(a);
		else if (fill(a, slot)) /* it is gone, as its end says, or takes no messages */
			rc = io_message_wait(a->place->worker.fd, 0) ? listen_once(a)
								     : out_of_order(a);
	}
	return rc;
}

static int ask(const struct ask *what, unsigned number, struct scan_layer *ret,
	       enum worker_end *ret_end)
{
	struct scan_workers *w = what->w;
	struct ask *a = lc_alloc0(1, sizeof(*a));
	size_t most;
	if (!a)
		return lc_fail(&ret->err, LC_ENOMEM, "no memory for a layer");
	a->w = w;
	a->image = what->image;
	a->layer = what->layer;
	a->how = what->how;
	a->to = ret;
	a->place = &w->places[number];
	if (!lc_size(w->q->limits->facts_bytes_max, &most))
		most = SIZE_MAX;
	lc_buf_init(&ret->sink.out, most);
	int rc = talk(a);
	lc_stream_close(a->stream);
	digester_free(a->digester);
	if (rc)
		inv_sink_done(&ret->sink);
	*ret_end = a->end;
	lc_free(a);
	return rc;
}

int worker_ask(struct scan_workers *w, unsigned number, const struct oci_image *image, size_t layer,
	       struct scan_layer *ret)
{
	enum worker_end unused;
	return ask(&(struct ask){ .w = w, .image = image, .layer = layer }, number, ret, &unused);
}

int worker_ask_tree(struct scan_workers *w, unsigned number, const struct inv_tree_options *how,
		    struct scan_layer *ret, enum worker_end *ret_end)
{
	return ask(&(struct ask){ .w = w, .how = how }, number, ret, ret_end);
}
