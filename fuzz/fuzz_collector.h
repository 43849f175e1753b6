/*
 * A collector for the fuzz targets of feeds: every statement is written as a record and read back,
 * as the database would do.
 */
#pragma once

#include <stdlib.h>

#include "advisory/feed/feed.h"
#include "advisory/record.h"

enum { FUZZ_TOLD_MAX = 4 << 20 };

static inline int fuzz_on_record(void *ctx, struct lc_slice source, struct lc_slice ecosystem,
				 struct lc_slice date, struct lc_err *e)
{
	(void)ctx;
	(void)ecosystem;
	(void)date;
	(void)e;
	if (!source.n)
		abort();
	return 0;
}

static inline int fuzz_on_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
				  const struct advisory *adv, struct lc_err *e)
{
	struct lc_buf *out = ctx;
	struct json_writer w;
	struct lc_arena a = { 0 };
	struct advisory_list list = { 0 };
	if (!ecosystem.n || !name.n || !adv->vulnerabilities.n)
		abort();
	lc_buf_clear(out);
	json_writer_init(&w, out, 0);
	json_begin_array(&w);
	advisory_write(&w, adv);
	json_end_array(&w);
	if (!json_writer_err(&w) && advisories_read(lc_buf_get(out), &a, &list, e) == 0 &&
	    list.n != 1)
		abort();
	lc_arena_done(&a);
	return 0;
}

static inline int fuzz_on_vulnerability(void *ctx, const struct vulnerability *v,
					struct lc_slice source, struct lc_err *e)
{
	struct lc_buf *out = ctx;
	struct json_writer w;
	struct lc_arena a = { 0 };
	struct vulnerability back;
	lc_buf_clear(out);
	json_writer_init(&w, out, 0);
	vulnerability_write(&w, v);
	if (!source.n || !v->id.n)
		abort();
	if (!json_writer_err(&w) && vulnerability_read(lc_buf_get(out), v->id, &a, &back, e))
		abort();
	lc_arena_done(&a);
	return 0;
}

static inline int fuzz_on_eol(void *ctx, struct lc_slice product, const struct eol_cycle *c,
			      struct lc_err *e)
{
	struct lc_buf *out = ctx;
	struct json_writer w;
	struct lc_arena a = { 0 };
	struct eol_cycle back;
	lc_buf_clear(out);
	json_writer_init(&w, out, 0);
	eol_write(&w, c);
	if (!product.n || !c->cycle.n || json_writer_err(&w) ||
	    eol_read(lc_buf_get(out), c->cycle, &a, &back, e))
		abort();
	lc_arena_done(&a);
	return 0;
}

static inline struct feed_collector fuzz_collector(struct lc_buf *out)
{
	return (struct feed_collector){ fuzz_on_record, fuzz_on_package, fuzz_on_vulnerability,
					fuzz_on_eol, out };
}
