/*
 * The folder of public test data beside the source tree ($LACRE_DATA, else ../shared/data).
 *
 * It is read-only and may be absent: then the tests that need it skip. Where it is there, what is
 * missing in it is a failure. Archives (tar.zst, zip, …) are read in memory through libarchive.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"

/** Path of the folder, or NULL where there is none. Not freed. */
const char *data_dir(void);

/** Skip the running test, with the reason, where there is no folder. Does not return then. */
void data_need(void);

/** A regular file of an archive; name and bytes are gone after the call. */
typedef void (*data_fn)(void *ctx, struct lc_slice name, struct lc_slice bytes);

/**
 * Call fn for each regular file of an archive, given by its path in the folder.
 *
 * @return files seen; skips the test without the folder, fails it without the archive or when it is
 *         damaged
 */
size_t data_foreach(const char *archive, data_fn fn, void *ctx);

/** The same outside a test: -1 when the folder or archive cannot be read. */
ssize_t data_walk(const char *archive, data_fn fn, void *ctx);

/** Append a plain file of the folder to out; skips and fails as data_foreach() does. */
void data_read(const char *path, struct lc_buf *out);

/** Append a file of the source tree (our own fixtures); fails the test when it cannot be read. */
void source_read(const char *path, struct lc_buf *out);
