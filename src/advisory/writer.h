/*
 * Writing a database file from sorted rows. The path is an empty or absent file; nobody else has it
 * open.
 */
#pragma once

#include "advisory/collect.h"

struct db_writer;

struct db_writer_info {
	bool starter;
	struct lc_slice built_at;
	struct lc_slice data_date;
};

int db_writer_open(const char *path, struct db_writer **ret, struct lc_err *e) LC_MUST_CHECK;
/** Where the rows go, each table sorted by its key. */
struct collection_sink db_writer_sink(struct db_writer *w);
/** Write what is known of the whole and close the file. The writer is gone whatever comes. */
int db_writer_finish(struct db_writer *w, const struct db_writer_info *info,
		     struct lc_err *e) LC_MUST_CHECK;
/** Give up; accepts NULL. The file is the caller's to remove. */
void db_writer_free(struct db_writer *w);
