/*
 * JSON reading: lacre's reader against jansson's over the documents of an archive of the test data.
 * Times are told as megabytes a second and as a ratio, since the machine's speed varies.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"
#include "format/jansson_oracle.h"
#include "format/json.h"
#include "support/fixture.h"

enum { ROUNDS = 5 };

static const size_t bytes_max = (size_t)1 << 30;

struct docs {
	struct lc_buf bytes;
	size_t *ends;
	size_t n;
	size_t room;
};

static void keep(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct docs *d = ctx;
	(void)name;
	if (d->n == d->room) {
		size_t room = d->room ? d->room * 2 : 1024;
		size_t *ends = lc_realloc(d->ends, room * sizeof(*ends));
		if (!ends)
			return;
		d->ends = ends;
		d->room = room;
	}
	if (lc_buf_slice(&d->bytes, bytes) == 0)
		d->ends[d->n++] = d->bytes.n;
}

static struct lc_slice doc_at(const struct docs *d, size_t i)
{
	size_t from = i ? d->ends[i - 1] : 0;
	return lc_slice_of(d->bytes.p + from, d->ends[i] - from);
}

static size_t read_ours(const struct docs *d)
{
	size_t nodes = 0;
	for (size_t i = 0; i < d->n; i++) {
		struct json_doc doc = { .count = 0 };
		struct lc_arena a;
		lc_arena_init(&a, 0);
		if (json_parse(doc_at(d, i), 0, NULL, &a, &doc, NULL) != 0)
			exit(1);
		nodes += doc.count;
		lc_arena_done(&a);
	}
	return nodes;
}

static size_t read_jansson(const struct docs *d)
{
	size_t values = 0;
	for (size_t i = 0; i < d->n; i++)
		values += oracle_read(doc_at(d, i));
	return values;
}

/* Megabytes a second of the fastest round. */
static double rate(const struct docs *d, size_t (*read)(const struct docs *))
{
	double best = 0;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = lc_ticks_ns();
		double mb;
		if (!read(d))
			exit(1);
		mb = (double)d->bytes.n * 1000 / (double)(lc_ticks_ns() - start);
		best = mb > best ? mb : best;
	}
	return best;
}

int main(int argc, char **argv)
{
	const char *archive = argc > 1 ? argv[1] : "advisories/Debian/all.zip";
	struct docs d = { .n = 0 };
	double ours;
	double theirs;
	lc_buf_init(&d.bytes, bytes_max);
	if (data_walk(archive, keep, &d) <= 0 || lc_buf_err(&d.bytes)) {
		(void)fprintf(stderr, "bench_json: %s cannot be read\n", archive);
		return 1;
	}
	ours = rate(&d, read_ours);
	theirs = rate(&d, read_jansson);
	printf("json %s documents=%zu bytes=%zu nodes=%zu lacre=%.0fMB/s jansson=%.0fMB/s "
	       "ratio=%.1f\n",
	       archive, d.n, d.bytes.n, read_ours(&d), ours, theirs, ours / theirs);
	lc_free(d.ends);
	lc_buf_done(&d.bytes);
	return 0;
}
