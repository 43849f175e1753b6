#include "advisory/java_index_make.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "support/slice_assert.h"

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void put(sqlite3 *db, const char *sql, const struct java_index_row *row)
{
	uint8_t sha1[20];
	sqlite3_stmt *s;
	memset(sha1, row->sha1, sizeof(sha1));
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	sqlite3_bind_text(s, 1, row->group, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, row->artifact, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, row->version, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, sha1, sizeof(sha1), SQLITE_STATIC);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
}

void java_index_make(const char *path, const struct java_index_row *rows, size_t n)
{
	sqlite3 *db;
	(void)unlink(path); /* it need not be there */
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db,
	    "CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
	    "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT,"
	    " FOREIGN KEY (artifact_id) REFERENCES artifacts(id));"
	    "CREATE UNIQUE INDEX artifacts_idx ON artifacts(artifact_id, group_id);"
	    "CREATE INDEX indices_artifact_idx ON indices(artifact_id);"
	    "CREATE UNIQUE INDEX indices_sha1_idx ON indices(sha1)");
	for (size_t i = 0; i < n; i++) {
		put(db,
		    "INSERT OR IGNORE INTO artifacts(group_id, artifact_id)"
		    " SELECT ?1, ?2 WHERE ?3 IS NOT NULL AND ?4 IS NOT NULL",
		    &rows[i]);
		put(db,
		    "INSERT INTO indices SELECT id, ?3, ?4, 'jar' FROM artifacts"
		    " WHERE group_id = ?1 AND artifact_id = ?2",
		    &rows[i]);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
