#include "advisory/java_index.h"

#include "advisory/sql.h"
#include "base/shim.h"

enum { SHA1_BYTES = 20, TEXT_BYTES_MAX = 1024, ROW_BYTES_MAX = 1 << 16 };

enum query { BY_SHA1, HAS, GROUP, QUERY_N };

static const char *const queries[QUERY_N] = {
	[BY_SHA1] = "SELECT a.group_id, a.artifact_id, i.version FROM indices i"
		    " JOIN artifacts a ON a.id = i.artifact_id WHERE i.sha1 = ?1 LIMIT 1",
	[HAS] = "SELECT group_id FROM artifacts WHERE artifact_id = ?1 AND group_id = ?2 LIMIT 1",
	[GROUP] = "SELECT a.group_id, (SELECT count(*) FROM indices n WHERE n.artifact_id = a.id) c"
		  " FROM artifacts a WHERE a.artifact_id = ?1 AND EXISTS (SELECT 1 FROM indices i"
		  " WHERE i.artifact_id = a.id AND i.version = ?2 AND i.archive_type = 'jar')"
		  " ORDER BY c DESC, a.group_id LIMIT 1",
};

/*
 * Of SQLite's machine. An index of trivy's answers with some thousands, by its own indexes; one
 * without them, or with a hundred thousand groups of one name, would take hours.
 */
enum { OPS_A_CALL = 1000, OPS_A_QUESTION = 20 * 1000 * 1000 };
static const uint64_t ops_max = (uint64_t)2 * 1000 * 1000 * 1000; /* of all questions */

struct java_index {
	sqlite3 *sql;
	sqlite3_stmt *statements[QUERY_N];
	uint64_t ops, question_ops; /* so far */
};

static int on_progress(void *ctx)
{
	struct java_index *x = ctx;
	x->ops += OPS_A_CALL;
	x->question_ops += OPS_A_CALL;
	return x->ops > ops_max || x->question_ops > OPS_A_QUESTION;
}

static int open_index(struct java_index *x, const char *path, struct lc_err *e)
{
	int rc = sql_open_foreign(path, NULL, &x->sql, e);
	rc = rc ? rc : sql_harden(x->sql, ROW_BYTES_MAX, e);
	if (rc)
		return lc_wrap(e, rc, "Java index");
	sqlite3_progress_handler(x->sql, OPS_A_CALL, on_progress, x);
	for (int i = 0; i < QUERY_N; i++) {
		x->statements[i] = sql_prepare(x->sql, queries[i], e);
		if (!x->statements[i])
			return lc_fail(
				e, LC_EBAD,
				"Java index: no tables artifacts and indices; it is the file "
				"trivy-java.db of trivy's cache");
	}
	return 0;
}

int java_index_open(const char *path, struct java_index **ret, struct lc_err *e)
{
	struct java_index *x = lc_alloc0(1, sizeof(*x));
	int rc = x ? open_index(x, path, e) : lc_fail(e, LC_ENOMEM, "out of memory");
	if (rc)
		java_index_close(x);
	else
		*ret = x;
	return rc;
}

void java_index_close(struct java_index *x)
{
	if (!x)
		return;
	for (int i = 0; i < QUERY_N; i++)
		(void)sqlite3_finalize(x->statements[i]); /* says again what a step said */
	(void)sqlite3_close(x->sql);                      /* nothing of it is left */
	lc_free(x);
}

/* The row of the query whose values are bound. */
static int step(struct java_index *x, enum query q, struct lc_err *e)
{
	x->question_ops = 0;
	int rc = sqlite3_step(x->statements[q]);
	if (rc == SQLITE_ROW)
		return 0;
	if (rc == SQLITE_INTERRUPT)
		return lc_fail(
			e, LC_ELIMIT,
			"Java index: looking up takes too long: it is not as trivy makes it");
	return rc == SQLITE_DONE ? LC_ENOTFOUND : sql_fail(x->sql, rc, "Java index", e);
}

/* For the next use; what was bound is not kept alive. */
static void reset(struct java_index *x, enum query q)
{
	(void)sqlite3_reset(x->statements[q]);          /* says again what the step said */
	(void)sqlite3_clear_bindings(x->statements[q]); /* never fails */
}

static int copy(struct java_index *x, enum query q, int column, struct lc_arena *a,
		struct lc_slice *ret)
{
	struct lc_slice text = sql_text(x->statements[q], column);
	if (text.n == 0 || text.n > TEXT_BYTES_MAX)
		return LC_ENOTFOUND; /* a row that says nothing */
	return lc_arena_dup(a, text, ret);
}

int java_index_by_sha1(struct java_index *x, const uint8_t sha1[20], struct lc_arena *a,
		       struct java_artifact *ret, struct lc_err *e)
{
	struct java_artifact found;
	int sql = sqlite3_bind_blob(x->statements[BY_SHA1], 1, sha1, SHA1_BYTES, SQLITE_STATIC);
	int rc = sql == SQLITE_OK ? step(x, BY_SHA1, e) : sql_fail(x->sql, sql, "Java index", e);
	rc = rc ? rc : copy(x, BY_SHA1, 0, a, &found.group);
	rc = rc ? rc : copy(x, BY_SHA1, 1, a, &found.artifact);
	rc = rc ? rc : copy(x, BY_SHA1, 2, a, &found.version);
	reset(x, BY_SHA1);
	if (rc == 0)
		*ret = found;
	return rc;
}

static int ask(struct java_index *x, enum query q, struct lc_slice first, struct lc_slice second,
	       struct lc_err *e)
{
	int sql = sql_bind(x->statements[q], 1, first);
	sql = sql == SQLITE_OK ? sql_bind(x->statements[q], 2, second) : sql;
	return sql == SQLITE_OK ? step(x, q, e) : sql_fail(x->sql, sql, "Java index", e);
}

int java_index_has(struct java_index *x, struct lc_slice group, struct lc_slice artifact,
		   struct lc_err *e)
{
	int rc = ask(x, HAS, artifact, group, e);
	reset(x, HAS);
	return rc;
}

int java_index_group(struct java_index *x, struct lc_slice artifact, struct lc_slice version,
		     struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice group;
	int rc = ask(x, GROUP, artifact, version, e);
	rc = rc ? rc : copy(x, GROUP, 0, a, &group);
	reset(x, GROUP);
	if (rc == 0)
		*ret = group;
	return rc;
}
