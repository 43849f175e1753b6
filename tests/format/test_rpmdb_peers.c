/*
 * Files that Berkeley DB's own tool writes, in the interop tier (LACRE_INTEROP=1): both kinds, both
 * byte orders, small and large pages.
 */
#include "rpmdb_see.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/slice_assert.h"
#include "support/tap.h"

enum { PACKAGES = 200 };

struct flavour {
	const char *type;
	bool big;
	unsigned page_bytes;
};

static void write_key(FILE *f, uint32_t key, bool big)
{
	(void)fputc(' ', f); /* fclose() tells what failed */
	for (size_t i = 0; i < 4; i++)
		(void)fprintf(f, "%02x", key >> (big ? 24 - 8 * i : 8 * i) & 0xff);
	(void)fputc('\n', f); /* as above */
}

/* The text that db_load reads: lines of hexadecimal, keys and data in turn. */
static void write_dump(const char *path, const struct flavour *v, const struct make_headers *h)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, /* as above */
		      "VERSION=3\nformat=bytevalue\ntype=%s\ndb_pagesize=%u\ndb_lorder=%s\n"
		      "HEADER=END\n",
		      v->type, v->page_bytes, v->big ? "4321" : "1234");
	write_key(f, 0, v->big);
	write_key(f, (uint32_t)h->n, v->big);
	for (size_t i = 0; i < h->n; i++) {
		write_key(f, (uint32_t)i + 1, v->big);
		(void)fputc(' ', f); /* as above */
		for (size_t k = 0; k < h->v[i].n; k++)
			(void)fprintf(f, "%02x", h->v[i].p[k]);
		(void)fputc('\n', f); /* as above */
	}
	assert_true(fprintf(f, "DATA=END\n") > 0);
	assert_int_equal(fclose(f), 0);
}

static void load(const char *dump, const char *db, struct lc_buf *out)
{
	char line[512];
	uint8_t bytes[4096];
	(void)snprintf(line, sizeof(line), "db5.3_load -f %s %s", dump, db);
	FILE *tool = popen(line, "re");
	assert_true(tool && pclose(tool) == 0);
	FILE *f = fopen(db, "rb");
	assert_non_null(f);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
		assert_int_equal(lc_buf_add(out, bytes, n), 0);
	assert_int_equal(fclose(f), 0);
}

static void check(const struct flavour *v, const struct make_headers *h)
{
	char dir[] = "/tmp/lacre-bdb-XXXXXX";
	char dump[64];
	char db[64];
	struct lc_buf b;
	struct seen s;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(dump, sizeof(dump), "%s/dump", dir);
	(void)snprintf(db, sizeof(db), "%s/db", dir);
	lc_buf_init(&b, CAP);
	write_dump(dump, v, h);
	load(dump, db, &b);
	assert_int_equal(unlink(dump) | unlink(db) | rmdir(dir), 0);
	int r = read_db(lc_buf_get(&b), no_wal, &s);
	if (r || s.n != PACKAGES || s.unreadable)
		fail_msg("%s, %u, %s: %d, %zu headers", v->type, v->page_bytes,
			 v->big ? "big" : "little", r, s.n);
	for (size_t i = 0; i < PACKAGES; i++)
		assert_int_equal(s.count[i], 1);
	lc_buf_done(&b);
}

static void files_of_berkeley_itself_are_read(void **state)
{
	static struct make_headers h;
	static const unsigned pages[] = { 512, 4096, 65536 };
	const char *on = getenv("LACRE_INTEROP");
	(void)state;
	if (!on || strcmp(on, "1") != 0)
		tap_skip("interop tier is off (LACRE_INTEROP=1)");
	FILE *probe = popen("db5.3_load -V >/dev/null 2>&1", "re");
	if (!probe || pclose(probe) != 0)
		tap_skip("db5.3_load is not installed (db5.3-util)");
	make_headers(&h, PACKAGES);
	for (size_t i = 0; i < 12; i++) {
		const struct flavour v = { i % 2 ? "hash" : "btree", i / 2 % 2, pages[i / 4] };
		check(&v, &h);
	}
	make_headers_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_berkeley_itself_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
