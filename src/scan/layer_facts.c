#include "scan/layer_facts.h"

#include "scan/workers.h"

/* Keys stay in this process, and so do the layers that they open. */
static bool by_worker(const struct scan_layer_from *f, size_t i)
{
	return f->workers && !(f->q->transform && f->image->layers[i].encrypted);
}

static int walk(const struct scan_layer_from *f, size_t i, struct scan_layer *l)
{
	if (by_worker(f, i)) {
		scan_workers_walk(f->workers, f->image, i, l);
		return l->err.code;
	}
	int rc = inv_sink_init(&l->sink, f->q->limits);
	if (rc)
		return lc_fail(&l->err, rc, "no room for the facts of a layer");
	rc = inv_walk_layer(f->image, i, f->m, &f->q->inventory, f->q->limits, f->q->transform,
			    &l->sink, &l->stats, &l->err);
	l->bound = rc ? SCAN_BOUND_TO_NOTHING : SCAN_BOUND_TO_DIFF_ID; /* this process saw it */
	return rc;
}

/* A registry's bytes that are not what it promised say nothing about the image. */
static void judge_transfer(const struct scan_layer_from *f, size_t i, int rc, struct scan_layer *l)
{
	struct lc_err why = { 0 };
	if (f->image->kind != OCI_REGISTRY || (rc != LC_EBAD && rc != LC_ETRUNC))
		return;
	if (oci_layer_verify(f->image, i, f->q->limits, &why) != LC_EBAD)
		return;
	l->err = why;
	l->err.code = LC_EREMOTE;
}

void scan_layer_facts(const struct scan_layer_from *from, size_t i, struct scan_layer *ret)
{
	int rc = walk(from, i, ret);
	if (rc && !ret->err.code)
		(void)lc_fail(&ret->err, rc, "%s",
			      lc_code_name(rc)); /* the failure is the result */
	judge_transfer(from, i, rc, ret);
}
