/*
 * rpm's databases. Four bytes, little endian: how much at the end is a write-ahead log; the rest is
 * the database, NDB's checksums included. No database may give more headers than it has room for.
 */
#include <stdlib.h>

#include "format/rpm_header.h"
#include "format/rpmdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_header(void *ctx, struct lc_slice header, struct lc_err *e)
{
	struct rpm_header h;
	uint64_t *bytes = ctx;
	*bytes += header.n;
	if (rpm_header_parse(header, &h, e))
		lc_err_clear(e); /* a bad header ends no walk */
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_rd r = lc_rd_of(lc_slice_of(data, size));
	uint32_t n = lc_rd_le32(&r);
	struct lc_slice all = lc_skip(r.in, r.off);
	struct lc_slice head = lc_sub(all, 0, n > all.n ? all.n : all.n - n);
	struct lc_content db = lc_content_slice(head);
	struct lc_content wal = lc_content_slice(lc_skip(all, head.n));
	struct lc_limits limits = lc_limits_default;
	struct lc_err e = { 0 };
	uint64_t bytes = 0;
	uint64_t pages;
	limits.spool_bytes_max = (uint64_t)1 << 20;
	if (rpmdb_foreach(&db, &wal, &limits, on_header, &bytes, &e) != e.code)
		abort();
	if (bytes > (all.n > limits.spool_bytes_max ? all.n : limits.spool_bytes_max))
		abort();
	if (rpmdb_wal_pages(&wal, &pages, &e) == 0 && pages > wal.size / 512)
		abort();
	return 0;
}
