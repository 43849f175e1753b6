#include "rpmdb_see.h"

#include "format/rpm_header.h"
#include "support/slice_assert.h"

int see(void *ctx, struct lc_slice blob, struct lc_err *e)
{
	struct seen *s = ctx;
	struct rpm_header h;
	uint64_t i;
	if (s->stop_with)
		return lc_fail(e, s->stop_with, "stopped");
	s->n++;
	if (rpm_header_parse(blob, &h, NULL) || !lc_chop_prefix(&h.name, LC_S("p")) ||
	    !lc_u64(h.name, 10, MAKE_HEADERS_MAX - 1, &i))
		s->unreadable++;
	else
		s->count[i]++;
	return 0;
}

int read_db(struct lc_slice db, struct lc_slice wal, struct seen *s)
{
	struct lc_content d = lc_content_slice(db);
	struct lc_content w = lc_content_slice(wal);
	struct lc_err e = { 0 };
	*s = (struct seen){ .n = 0 };
	int r = rpmdb_foreach(&d, &w, &lc_limits_default, see, s, &e);
	if (r != e.code)
		fail_msg("gives %d, says %d: %s", r, e.code, e.msg);
	return r;
}

const struct lc_slice no_wal = { NULL, 0 };

void make(const char *kind, const struct make_headers *h, struct lc_buf *out)
{
	static const struct {
		const char *kind;
		uint32_t page_bytes;
		unsigned flags;
	} bdbs[] = {
		{ "hash", 4096, 0 },
		{ "hash of the other endianness", 4096, BDB_BIG },
		{ "hash with small pages", 512, BDB_INLINE },
		{ "hash with large pages", 65536, BDB_INLINE | BDB_BIG },
		{ "btree", 4096, BDB_BTREE | BDB_INLINE },
		{ "btree of the other endianness", 512, BDB_BTREE | BDB_BIG },
	};
	lc_buf_init(out, CAP);
	if (strcmp(kind, "sqlite") == 0)
		make_sqlite(out, h, NULL);
	if (strcmp(kind, "ndb") == 0)
		make_ndb(out, h);
	for (size_t i = 0; i < sizeof(bdbs) / sizeof(bdbs[0]); i++) {
		if (strcmp(kind, bdbs[i].kind) == 0)
			make_bdb(out, h, bdbs[i].page_bytes, bdbs[i].flags);
	}
	assert_true(out->n > 0);
}

const char *const kinds[KINDS] = {
	"sqlite",
	"ndb",
	"hash",
	"hash of the other endianness",
	"hash with small pages",
	"hash with large pages",
	"btree",
	"btree of the other endianness",
};
