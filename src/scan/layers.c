#include "scan/layers.h"

#include <pthread.h>

#include "base/pool.h"
#include "base/shim.h"

struct run {
	const struct scan_request *q;
	const struct oci_image *image;
	const struct inv_matcher *m;
	struct scan_layer *layers;
	size_t n;
	pthread_mutex_t lock; /* guards done, bytes and the progress callback */
	size_t done;
	uint64_t bytes;
};

static int walk(struct run *r, size_t i)
{
	struct scan_layer *l = &r->layers[i];
	int rc = inv_sink_init(&l->sink, r->q->limits);
	if (rc)
		return lc_fail(&l->err, rc, "no room for the facts of a layer");
	rc = inv_walk_layer(r->image, i, r->m, &r->q->inventory, r->q->limits, r->q->transform,
			    &l->sink, &l->stats, &l->err);
	if (rc)
		return rc;
	return inv_facts_read(lc_buf_get(&l->sink.out), &l->arena, &l->facts, &l->err);
}

static void job(void *ctx, size_t i)
{
	struct run *r = ctx;
	struct scan_layer *l = &r->layers[i];
	if (r->q->before_layer)
		r->q->before_layer(r->q->ctx, i);
	int rc = walk(r, i);
	if (rc && !l->err.code)
		(void)lc_fail(&l->err, rc, "%s", lc_code_name(rc)); /* the failure is the result */
	pthread_mutex_lock(&r->lock);
	r->done++;
	r->bytes += l->stats.layer.inflated_bytes;
	if (r->q->progress)
		r->q->progress(r->q->ctx, r->done, r->n, r->bytes);
	pthread_mutex_unlock(&r->lock);
}

/* Out of memory or out of time says nothing about a layer: the scan itself could not be done. */
static int fatal(const struct scan_layers *l, struct lc_err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct lc_err *why = &l->v[i].err;
		if (why->code != LC_ENOMEM && why->code != LC_ECANCEL)
			continue;
		if (e)
			*e = *why;
		return lc_wrap(e, why->code, "layer %zu", i + 1);
	}
	return 0;
}

int scan_layers_run(const struct scan_request *q, const struct oci_image *image,
		    const struct inv_matcher *m, struct scan_layers *ret, struct lc_err *e)
{
	struct scan_layers l = { NULL, image->layers_n };
	if (l.n == 0) {
		*ret = l;
		return 0;
	}
	l.v = lc_alloc0(l.n, sizeof(*l.v));
	if (!l.v)
		return lc_fail(e, LC_ENOMEM, "no memory for %zu layers", l.n);
	struct run r = { .q = q, .image = image, .m = m, .layers = l.v, .n = l.n };
	pthread_mutex_init(&r.lock, NULL);
	int rc = lc_each(q->threads, l.n, job, &r);
	pthread_mutex_destroy(&r.lock);
	if (!rc)
		rc = fatal(&l, e);
	if (rc) {
		scan_layers_done(&l);
		return rc;
	}
	*ret = l;
	return 0;
}

void scan_layers_done(struct scan_layers *l)
{
	for (size_t i = 0; i < l->n && l->v; i++) {
		inv_sink_done(&l->v[i].sink);
		lc_arena_done(&l->v[i].arena);
	}
	lc_free(l->v);
	*l = (struct scan_layers){ NULL, 0 };
}
