/*
 * The advisory database: opening it, and 500 look-ups of packages that have advisories, each row
 * parsed. Packages are those of the test data's range edges, in the order of their rows, as a scan
 * asks. Of the starter inside the program, or of the file that is named. The goal of 500 look-ups
 * is 5 ms, that of a warm scan of 100 packages 15 ms in all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/db.h"
#include "base/shim.h"
#include "format/json.h"
#include "support/fixture.h"

enum { ROUNDS = 20, PACKAGES = 500, LINES_BYTES_MAX = 16 << 20 };

struct packages {
	struct {
		struct lc_slice ecosystem, name;
	} v[PACKAGES];
	size_t n;
};

static void fail(const struct lc_err *e)
{
	(void)fprintf(stderr, "bench_lookup: %s\n", e->msg); /* it fails anyway */
	exit(1);
}

/* Each package once: lines of one stand together. */
static void read_packages(struct lc_slice lines, struct adv_db *db, struct lc_arena *a,
			  struct packages *ret)
{
	struct lc_slice line;
	struct lc_slice last = { NULL, 0 };
	while (ret->n < PACKAGES && lc_line(&lines, &line)) {
		struct json_doc d;
		struct lc_err e = { 0 };
		bool covered = false;
		if (json_parse(line, 0, NULL, a, &d, &e))
			fail(&e);
		struct lc_slice name = json_get_str(&d, json_root(&d), "package");
		struct lc_slice ecosystem = json_get_str(&d, json_root(&d), "ecosystem");
		if (lc_eq(name, last))
			continue;
		last = name;
		if (adv_db_covers(db, ecosystem, &covered, &e))
			fail(&e);
		if (covered) {
			ret->v[ret->n].ecosystem = ecosystem;
			ret->v[ret->n++].name = name;
		}
	}
}

static double look_up(struct adv_db *db, const struct packages *p, size_t *ret_rows)
{
	struct lc_err e = { 0 };
	int64_t start = lc_ticks_ns();
	*ret_rows = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct lc_arena a = { 0 };
		struct advisory_list rows = { 0 };
		if (adv_db_lookup(db, p->v[i].ecosystem, p->v[i].name, &a, &rows, &e))
			fail(&e);
		*ret_rows += rows.n;
		lc_arena_done(&a);
	}
	return (double)(lc_ticks_ns() - start) / 1e6;
}

/* A database of its own each round, as each scan opens one. */
static void time_rounds(const char *path, const struct packages *p)
{
	double best_open = 1e9;
	double best_first = 1e9;
	double best_again = 1e9;
	size_t rows = 0;
	for (int i = 0; i < ROUNDS; i++) {
		struct adv_db *db = NULL;
		struct lc_err e = { 0 };
		int64_t start = lc_ticks_ns();
		if (adv_db_open(path, &db, &e))
			fail(&e);
		double opened = (double)(lc_ticks_ns() - start) / 1e6;
		double first = look_up(db, p, &rows);
		double again = look_up(db, p, &rows);
		best_open = opened < best_open ? opened : best_open;
		best_first = first < best_first ? first : best_first;
		best_again = again < best_again ? again : best_again;
		adv_db_close(db);
	}
	printf("open %.2f ms, %zu look-ups %.2f ms, once more %.2f ms, %zu advisories\n", best_open,
	       p->n, best_first, best_again, rows);
}

int main(int argc, char **argv)
{
	static struct packages packages;
	const char *path = argc > 1 ? argv[1] : NULL;
	struct adv_db *db = NULL;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf lines;
	lc_buf_init(&lines, LINES_BYTES_MAX);
	data_need();
	data_read("expected/oracle-boundaries.jsonl", &lines);
	if (adv_db_open(path, &db, &e))
		fail(&e);
	read_packages(lc_buf_get(&lines), db, &a, &packages);
	adv_db_close(db);
	time_rounds(path, &packages);
	lc_buf_done(&lines);
	lc_arena_done(&a);
	return 0;
}
