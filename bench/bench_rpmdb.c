/*
 * rpm's databases: 500 packages with 20 KB of header each, files and digests read as well, from a
 * database of each kind. The goal is 10 ms.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"
#include "format/rpm_header.h"
#include "format/rpmdb.h"
#include "format/rpmdb_make.h"

enum { ROUNDS = 20, PACKAGES = 500, FILES = 130, CAP = 64 << 20 };

static const uint8_t zeros[4];

/* A name, a digest, an index and a mode for each of the files; the rest is what nobody reads. */
static void add_package(struct make_headers *h)
{
	struct make_header m;
	struct lc_buf names;
	struct lc_buf digests;
	struct lc_buf indexes;
	struct lc_buf rest;
	lc_buf_init(&names, CAP);
	lc_buf_init(&digests, CAP);
	lc_buf_init(&indexes, CAP);
	lc_buf_init(&rest, CAP);
	for (unsigned i = 0; i < FILES; i++) { /* failures are sticky: the end looks */
		(void)lc_buf_fmt(&names, "file-%u.so%c", i, 0);
		(void)lc_buf_fmt(&digests, "%064u%c", i, 0);
		(void)lc_buf_add(&indexes, zeros, sizeof(zeros));
		(void)lc_buf_fmt(&rest, "%050u", i);
	}
	if (lc_buf_err(&names) || lc_buf_err(&digests) || lc_buf_err(&indexes) || lc_buf_err(&rest))
		exit(1);
	make_header_init(&m);
	make_tag(&m, 1000, "package");
	make_tag(&m, 1001, "1.0");
	make_tag(&m, 1002, "1");
	make_entry(&m, 1117, RPM_TEXTS, FILES, lc_buf_get(&names));
	make_entry(&m, 1116, RPM_INT32, FILES, lc_buf_get(&indexes));
	make_entry(&m, 1118, RPM_TEXTS, 1, LC_S("/usr/lib64/\0"));
	make_entry(&m, 1035, RPM_TEXTS, FILES, lc_buf_get(&digests));
	make_int32(&m, 5011, 8);
	make_entry(&m, 1005, RPM_BYTES, (uint32_t)rest.n, lc_buf_get(&rest));
	lc_buf_init(&h->v[h->n], CAP);
	make_header_end(&m, &h->v[h->n++]);
	make_header_done(&m);
	lc_buf_done(&names);
	lc_buf_done(&digests);
	lc_buf_done(&indexes);
	lc_buf_done(&rest);
}

static int read_header(void *ctx, struct lc_slice blob, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct rpm_header h;
	struct rpm_files f = { .n = 0 };
	size_t *files = ctx;
	int r = rpm_header_parse(blob, &h, e);
	r = r ? r : rpm_header_files(&h, &a, &f, e);
	*files += f.n;
	lc_arena_done(&a);
	return r;
}

static void time_one(const char *kind, struct lc_slice db)
{
	struct lc_content c = lc_content_slice(db);
	int64_t best = INT64_MAX;
	for (int i = 0; i < ROUNDS; i++) {
		struct lc_err e = { 0 };
		size_t files = 0;
		int64_t start = lc_ticks_ns();
		if (rpmdb_foreach(&c, NULL, &lc_limits_default, read_header, &files, &e) ||
		    files != (size_t)PACKAGES * FILES) {
			(void)fprintf(stderr, "%s: %s\n", kind, e.msg); /* it fails anyway */
			exit(1);
		}
		int64_t spent = lc_ticks_ns() - start;
		best = spent < best ? spent : best;
	}
	printf("%-7s %5.2f ms of %zu MB\n", kind, (double)best / 1e6, db.n >> 20);
}

int main(void)
{
	static struct make_headers h;
	struct lc_buf db;
	while (h.n < PACKAGES)
		add_package(&h);
	lc_buf_init(&db, CAP);
	make_sqlite(&db, &h, NULL);
	time_one("sqlite", lc_buf_get(&db));
	lc_buf_clear(&db);
	make_ndb(&db, &h);
	time_one("ndb", lc_buf_get(&db));
	lc_buf_clear(&db);
	make_bdb(&db, &h, 4096, 0);
	time_one("bdb", lc_buf_get(&db));
	lc_buf_done(&db);
	make_headers_done(&h);
	return 0;
}
