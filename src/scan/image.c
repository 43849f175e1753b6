#include "scan/scan.h"

#include "base/shim.h"
#include "base/trace.h"
#include "scan/describe.h"
#include "scan/java_names.h"
#include "scan/pipeline.h"
#include "scan/workers.h"

/* Some hundred times what the largest images need; hostile ones multiply names by names. */
static const size_t report_bytes_max = (size_t)1 << 30;

static void kept_free(void *p)
{
	struct scan_kept *k = p;
	if (!k)
		return;
	scan_layers_done(&k->layers);
	oci_close(k->image);
	lc_free(k);
}

static int report_new(struct report **ret, struct scan_kept **ret_kept, struct lc_err *e)
{
	struct report *r = lc_alloc0(1, sizeof(*r));
	struct scan_kept *k = lc_alloc0(1, sizeof(*k));
	if (!r || !k) {
		lc_free(r);
		lc_free(k);
		return lc_fail(e, LC_ENOMEM, "no memory for a report");
	}
	lc_arena_init(&r->arena, report_bytes_max);
	r->kept = k;
	r->kept_free = kept_free;
	*ret = r;
	*ret_kept = k;
	return 0;
}

static void tools_done(struct scan_tools *t)
{
	scan_workers_close(t->workers);
	inv_matcher_free(t->m);
	adv_db_close(t->db);
	java_index_close(t->java);
}

static int matcher_of(const struct scan_request *q, struct inv_matcher **ret, struct lc_err *e)
{
	size_t n = 0;
	while (q->analysers && q->analysers[n])
		n++;
	return inv_matcher_new(q->analysers ? q->analysers : scan_analysers,
			       q->analysers ? n : scan_analysers_n, &q->inventory, ret, e);
}

/* The processes first: they are to see neither database nor image, and get ready meanwhile. */
static int tools_open(struct scan_tools *t, const struct scan_request *q,
		      const struct scan_roots *roots, struct lc_err *e)
{
	int rc = matcher_of(q, &t->m, e);
	if (!rc && q->sandbox)
		rc = scan_workers_open(q, t->m, roots, &t->workers, e);
	struct lc_trace_span span;
	lc_trace_begin(&span, LC_TRACE_OPEN_DATABASE, LC_TRACE_NO_NUMBER);
	rc = rc ? rc : adv_db_open(q->db_path, &t->db, e);
	if (!rc && q->java_index_path)
		rc = java_index_open(q->java_index_path, &t->java, e);
	lc_trace_end(&span, 0);
	return rc;
}

static int walk_layers(struct report *r, struct scan_kept *k, const struct scan_request *q,
		       const struct scan_tools *t, struct lc_err *e)
{
	int rc = scan_layers_run(q, k->image, t->m, t->workers, &r->arena, &r->inventory,
				 &k->layers, e);
	/* Asked last: where all layers are in the cache nothing waits for what nobody needs. */
	if (!rc && t->workers)
		rc = scan_workers_level(t->workers, &r->sandbox, e);
	if (t->workers)
		scan_workers_hang_up(t->workers);
	return rc;
}

static int judge(struct report *r, const struct scan_request *q, struct adv_db *db,
		 struct lc_err *e)
{
	int64_t now = 0;
	int rc = adv_db_info(db, &r->arena, &r->db, e);
	if (!rc)
		rc = scan_describe_time(r, &now, e);
	if (!rc)
		rc = scan_describe_eol(r, db, now, e);
	if (!rc && !q->no_match)
		rc = finding_match(db, &r->inventory, q->match, &r->arena, &r->findings, &r->match,
				   e);
	struct judge_options o = *q->judge;
	o.now = now;
	o.os_target = report_os_target(r);
	if (!rc && !o.os_target.p && r->arena.err)
		rc = lc_fail(e, lc_arena_err(&r->arena), "no memory for the report");
	if (!rc)
		rc = finding_judge(&r->findings, &o, r->inventory.has_os ? &r->inventory.os : NULL,
				   &r->arena, &r->judged, e);
	if (!rc)
		rc = scan_describe_warnings(r, now, e);
	return rc;
}

static int gather_image(const struct scan_request *q, const void *target,
			const struct scan_tools *t, struct report *r, struct scan_kept *k,
			struct lc_err *e)
{
	struct lc_trace_span span;
	(void)target; /* the request names it */
	lc_trace_begin(&span, LC_TRACE_OPEN_IMAGE, LC_TRACE_NO_NUMBER);
	int rc = oci_open(&q->open, &k->image, e);
	lc_trace_end(&span, 0);
	if (rc)
		return rc;
	r->image = k->image;
	lc_trace_begin(&span, LC_TRACE_ALL_LAYERS, LC_TRACE_NO_NUMBER);
	rc = walk_layers(r, k, q, t, e);
	lc_trace_end(&span, 0);
	return rc ? rc : scan_describe_image(r, q, &k->layers, e);
}

static int conclude(struct report *r, const struct scan_request *q, struct adv_db *db,
		    struct lc_err *e)
{
	struct lc_trace_span span;
	lc_trace_begin(&span, LC_TRACE_MATCH, LC_TRACE_NO_NUMBER);
	int rc = judge(r, q, db, e);
	lc_trace_end(&span, 0);
	if (!rc)
		rc = report_identify(r, e);
	if (!rc)
		rc = report_assemble(r, e);
	return rc;
}

int scan_run(const struct scan_request *q, scan_gather_fn *gather, const void *target,
	     const struct scan_roots *roots, struct report **ret, struct lc_err *e)
{
	struct scan_tools t LC_CLEANUP(tools_done) = { NULL };
	int rc = tools_open(&t, q, roots, e);
	if (rc)
		return rc;
	struct report *r = NULL;
	struct scan_kept *k = NULL;
	rc = report_new(&r, &k, e);
	if (rc)
		return rc;
	rc = gather(q, target, &t, r, k, e);
	if (!rc)
		rc = scan_java_names(t.java, &r->inventory, &r->arena, e);
	if (!rc)
		rc = conclude(r, q, t.db, e);
	if (rc) {
		if (e && e->code != rc)
			(void)lc_fail(e, rc, "%s", lc_code_name(rc)); /* never an older message */
		report_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

int scan_image(const struct scan_request *q, struct report **ret, struct lc_err *e)
{
	return scan_run(q, gather_image, NULL, NULL, ret, e);
}
