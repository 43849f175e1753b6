#include "finding/small_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisory/writer.h"
#include "support/slice_assert.h"

static void good(int rc, const struct lc_err *e)
{
	if (rc) {
		print_error("# %s\n", e->msg);
		fail();
	}
}

static void write_rows(struct db_writer *w, const struct small_package *p, size_t pn,
		       const struct small_vulnerability *v, size_t vn)
{
	const struct collection_sink sink = db_writer_sink(w);
	const struct db_writer_info info = {
		.built_at = LC_S("2026-01-02T00:00:00Z"),
		.data_date = LC_S("2026-01-01T00:00:00Z"),
	};
	struct lc_err e = { 0 };
	for (size_t i = 0; i < pn; i++)
		good(sink.package(sink.ctx, lc_str(p[i].ecosystem), lc_str(p[i].name),
				  lc_str(p[i].records), p[i].n, &e),
		     &e);
	for (size_t i = 0; i < vn; i++)
		good(sink.vulnerability(sink.ctx, lc_str(v[i].id), lc_str(v[i].record), &e), &e);
	good(db_writer_finish(w, &info, &e), &e);
}

void small_db_write(char path[SMALL_DB_PATH], const struct small_package *p, size_t pn,
		    const struct small_vulnerability *v, size_t vn)
{
	struct db_writer *w = NULL;
	struct lc_err e = { 0 };
	(void)snprintf(path, SMALL_DB_PATH, "/tmp/lacre-test-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	good(db_writer_open(path, &w, &e), &e);
	write_rows(w, p, pn, v, vn);
}

struct adv_db *small_db(const struct small_package *p, size_t pn,
			const struct small_vulnerability *v, size_t vn)
{
	char path[SMALL_DB_PATH];
	struct adv_db *db = NULL;
	struct lc_err e = { 0 };
	small_db_write(path, p, pn, v, vn);
	good(adv_db_open(path, &db, &e), &e);
	unlink(path);
	return db;
}
