#include "scan/layers.h"

#include <pthread.h>

#include "base/pool.h"
#include "base/shim.h"
#include "scan/layer_facts.h"
#include "scan/workers.h"
#include "scan/recall.h"

/* Facts of layers that wait for a lower one: past this nobody walks further ahead. */
static const size_t waiting_bytes_max = (size_t)16 << 20;

/* What hostile layers may cost: the facts of one decoded, and those of all that are needed. */
static const size_t decoded_bytes_max = (size_t)1 << 30;
static const size_t release_after_bytes = (size_t)4 << 20;
static const size_t needed_bytes_max = (size_t)2 << 30;

struct run {
	const struct scan_request *q;
	const struct oci_image *image;
	struct scan_layer_from from;
	struct scan_recall recall;
	struct scan_layer *layers;
	size_t n;
	pthread_mutex_t lock; /* guards what follows and the progress callback */
	pthread_cond_t moved; /* next was squashed, or the run stopped */
	struct squash *squash;
	size_t next;    /* the lowest layer that was not squashed yet */
	size_t waiting; /* bytes of facts of the layers above it */
	size_t done;
	uint64_t bytes;
	int rc; /* why the run stopped */
	struct lc_err err;
};

/* ---- squashing, under the lock ---- */

static void release(struct scan_layer *l)
{
	inv_sink_done(&l->sink);
	lc_arena_done(&l->arena);
}

static int squash_one(struct run *r, struct scan_layer *l)
{
	struct inv_layer_facts facts;
	if (lc_limits_expired(r->q->limits))
		return lc_fail(&r->err, LC_ECANCEL, "time is up between two layers");
	lc_arena_init(&l->arena, decoded_bytes_max);
	if (l->err.code)
		return inv_squash_add(r->squash, NULL, &r->err);
	int rc = inv_facts_read(lc_buf_get(&l->sink.out), &l->arena, &facts, &l->err);
	if (rc == LC_ENOMEM)
		return rc;
	return inv_squash_add(r->squash, rc ? NULL : &facts, &r->err);
}

/* What the result does not need goes; what it needs has a bound. */
static void release_unneeded(struct run *r)
{
	size_t needed = 0;
	for (size_t i = 0; i < r->next; i++) {
		struct scan_layer *l = &r->layers[i];
		if (!inv_squash_needs(r->squash, i))
			release(l);
		needed += l->sink.out.room + l->arena.used; /* each is capped: no wrap */
	}
	if (needed > needed_bytes_max && r->rc == 0)
		r->rc = lc_fail(&r->err, LC_ELIMIT, "the facts of its layers need over %zu MiB",
				needed_bytes_max >> 20);
}

/*
 * Everything that is ready, in layer order. Many may be at once, out of the cache: what is decoded
 * goes in between, too.
 */
static void squash_ready(struct run *r)
{
	size_t before = r->next;
	size_t decoded = 0;
	while (r->rc == 0 && r->next < r->n && r->layers[r->next].walked) {
		struct scan_layer *l = &r->layers[r->next];
		r->waiting -= l->sink.out.n;
		r->rc = squash_one(r, l);
		r->next++;
		decoded += l->arena.used;
		if (decoded > release_after_bytes) {
			release_unneeded(r);
			decoded = 0;
		}
	}
	if (r->next == before)
		return;
	release_unneeded(r);
	pthread_cond_broadcast(&r->moved);
}

/* ---- walking ---- */

/* From the cache, else by reading; what was read is kept before upper layers can wait for it. */
static void facts_of(struct run *r, size_t i)
{
	struct scan_layer *l = &r->layers[i];
	const struct oci_layer *of = &r->image->layers[i];
	if (scan_recall_layer(&r->recall, of, l))
		return;
	scan_layer_facts(&r->from, i, l);
	scan_recall_keep(&r->recall, of, l);
}

/* The lowest one never waits: all others wait for it. */
static bool may_walk(struct run *r, size_t i)
{
	pthread_mutex_lock(&r->lock);
	/* Where the source sets the order, one thread reads, and nobody could end the wait. */
	while (r->rc == 0 && r->waiting > waiting_bytes_max && i != r->next &&
	       !r->image->read_order)
		pthread_cond_wait(&r->moved, &r->lock);
	bool may = r->rc == 0;
	pthread_mutex_unlock(&r->lock);
	return may;
}

static void job(void *ctx, size_t nth)
{
	struct run *r = ctx;
	size_t i = r->image->read_order ? r->image->read_order[nth] : nth;
	struct scan_layer *l = &r->layers[i];
	if (!may_walk(r, i))
		return;
	if (r->q->before_layer)
		r->q->before_layer(r->q->ctx, i);
	facts_of(r, i);
	pthread_mutex_lock(&r->lock);
	l->walked = true;
	r->waiting += l->sink.out.n;
	squash_ready(r);
	r->done++;
	r->bytes += l->stats.layer.inflated_bytes;
	if (r->q->progress)
		r->q->progress(r->q->ctx, r->done, r->n, r->bytes);
	pthread_mutex_unlock(&r->lock);
}

/* ---- all ---- */

/* Out of memory, out of time or out of reach says nothing about a layer: the scan itself could not
 * be done. */
static int fatal(const struct scan_layers *l, struct lc_err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct lc_err *why = &l->v[i].err;
		if (why->code != LC_ENOMEM && why->code != LC_ECANCEL &&
		    !lc_code_is_remote(why->code))
			continue;
		if (e)
			*e = *why;
		return lc_wrap(e, why->code, "layer %zu", i + 1);
	}
	return 0;
}

/* A registry is far away: while one layer is waited for another one comes. */
static unsigned threads_of(const struct run *r)
{
	if (r->image->read_order)
		return 1;
	if (r->image->kind != OCI_REGISTRY || r->q->threads || lc_cpus() >= SCAN_CONNECTIONS)
		return r->q->threads;
	return SCAN_CONNECTIONS;
}

static int run_all(struct run *r, struct scan_layers *l, struct inventory *ret, struct lc_err *e)
{
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	int rc = lc_each(threads_of(r), l->n, job, r);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
	rc = rc ? rc : fatal(l, e);
	if (rc == 0 && r->rc) {
		if (e)
			*e = r->err;
		return r->rc;
	}
	return rc ? rc : inv_squash_end(r->squash, ret, e);
}

/* Processes are made ahead of need, and none for what the cache has. */
static void expect(struct run *r, struct scan_workers *workers)
{
	size_t unread = 0;
	for (size_t i = 0; i < r->n; i++)
		unread += scan_recall_lacks(&r->recall, &r->image->layers[i]);
	scan_workers_expect(workers, unread);
}

int scan_layers_run(const struct scan_request *q, const struct oci_image *image,
		    const struct inv_matcher *m, struct scan_workers *workers, struct lc_arena *a,
		    struct inventory *ret_inventory, struct scan_layers *ret, struct lc_err *e)
{
	LC_CLEANUP(inv_squash_freep) struct squash *squash = NULL;
	struct scan_layers l = { .n = image->layers_n };
	int rc = inv_squash_new(&q->squash, l.n, a, &squash, e);
	if (rc)
		return rc;
	l.v = lc_alloc0(l.n ? l.n : 1, sizeof(*l.v));
	if (!l.v)
		return lc_fail(e, LC_ENOMEM, "no memory for %zu layers", l.n);
	struct run r = { .q = q, .image = image, .layers = l.v, .n = l.n };
	r.from = (struct scan_layer_from){ q, image, m, workers };
	r.squash = squash;
	scan_recall_init(&r.recall, q, m);
	if (workers)
		expect(&r, workers);
	rc = run_all(&r, &l, ret_inventory, e);
	if (rc) {
		scan_layers_done(&l);
		return rc;
	}
	*ret = l;
	return 0;
}

void scan_layers_done(struct scan_layers *l)
{
	for (size_t i = 0; i < l->n && l->v; i++)
		release(&l->v[i]);
	lc_free(l->v);
	*l = (struct scan_layers){ NULL, 0 };
}
