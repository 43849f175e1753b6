#include "scan/describe.h"

#include "base/time.h"
#include "base/shim.h"

#include <stdlib.h>

static const char *unreadable(const struct scan_layer *l)
{
	return l->err.msg[0] ? l->err.msg : lc_code_name(l->err.code);
}

static void describe_layer(struct report_layer *to, const struct oci_layer *of,
			   const struct scan_layer *from, struct lc_arena *a)
{
	char text[DIGEST_TEXT_MAX];
	if (of->blob.has_digest)
		to->digest = lc_arena_fmt(a, "%s", digest_text(&of->blob.digest, text));
	to->diff_id = lc_arena_fmt(a, "%s", digest_text(&of->diff_id, text));
	to->created_by = of->created_by;
	to->size = from->stats.layer.inflated_bytes;
	to->stored = from->stats.layer.stored_bytes;
	to->compression = io_compression_name(from->stats.layer.compression);
	to->read = from->err.code == 0;
	to->cached = from->cached;
	to->distrusted = from->distrusted;
	if (!to->read)
		to->trouble = lc_arena_fmt(a, "%s", unreadable(from));
}

static void count_layer(struct report_coverage *c, const struct scan_layer *l)
{
	c->bytes_stored += l->stats.layer.stored_bytes;
	c->bytes_inflated += l->stats.layer.inflated_bytes;
	c->entries += l->stats.layer.entries;
	c->files_read += l->stats.files_read;
	c->layers++;
	if (l->err.code)
		c->layers_unreadable++;
	else if (l->cached)
		c->layers_cached++;
}

int scan_describe_image(struct report *r, const struct scan_request *q, const struct scan_layers *l,
			struct lc_err *e)
{
	struct lc_arena *a = &r->arena;
	r->version = lc_str(q->version);
	r->reproducible = q->reproducible;
	r->groups = q->inventory.groups;
	r->artifact_name = r->image->name;
	r->artifact_type = LC_S("container_image");
	r->reference = r->image->reference;
	r->layers = lc_new_array(a, struct report_layer, l->n ? l->n : 1);
	if (!r->layers)
		return lc_fail(e, lc_arena_err(a), "no memory for the report");
	r->layers_n = l->n;
	for (size_t i = 0; i < l->n; i++) {
		describe_layer(&r->layers[i], &r->image->layers[i], &l->v[i], a);
		count_layer(&r->coverage, &l->v[i]);
		r->size += r->layers[i].size;
	}
	r->coverage.packages = r->inventory.packages.n;
	r->coverage.not_understood = r->inventory.diagnostics.n;
	r->coverage.partial = r->coverage.not_understood || r->coverage.layers_unreadable;
	return a->err ? lc_fail(e, a->err, "no memory for the report") : 0;
}

/* The newest date that the inputs carry, so that the same inputs give the same time. */
static int64_t content_time(const struct report *r)
{
	const struct lc_slice dates[] = { r->db.data_date,
					  r->image ? r->image->created : LC_S("") };
	int64_t newest = 0;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		int64_t at;
		uint32_t ns;
		if (lc_time_parse(dates[i], &at, &ns) && at > newest)
			newest = at;
	}
	return newest;
}

int scan_describe_time(struct report *r, int64_t *ret_now, struct lc_err *e)
{
	char text[LC_TIME_MAX];
	int64_t now;
	if (r->reproducible && !getenv("SOURCE_DATE_EPOCH")) {
		now = content_time(r);
		lc_time_format(now, 0, text);
	} else if (r->reproducible) {
		now = lc_now_seconds(true);
		lc_time_format(now, 0, text);
	} else {
		int64_t ns = lc_now_ns();
		now = ns / 1000000000;
		lc_time_format(now, (uint32_t)(ns % 1000000000), text);
	}
	r->created_at = lc_arena_fmt(&r->arena, "%s", text);
	if (!r->created_at.p)
		return lc_fail(e, lc_arena_err(&r->arena), "no memory for the report");
	*ret_now = now;
	return 0;
}

int scan_describe_eol(struct report *r, struct adv_db *db, int64_t now, struct lc_err *e)
{
	struct lc_slice product;
	struct lc_slice cycle;
	if (!r->inventory.has_os || !adv_eol_product(&r->inventory.os, &r->arena, &product, &cycle))
		return 0;
	int rc = adv_db_eol(db, product, cycle, &r->arena, &r->eol_cycle, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		return 0;
	}
	bool known;
	bool over;
	if (rc)
		return rc;
	adv_os_eol(&r->inventory.os, &r->eol_cycle, now, &known, &over);
	if (known)
		r->eol = over ? REPORT_EOL_YES : REPORT_EOL_NO;
	return 0;
}
