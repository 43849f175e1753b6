/*
 * Files of the user: read whole with a cap, opened for ranges, written atomically.
 *
 * A written file appears complete under its name or not at all: temporary file beside it
 * (O_TMPFILE-like name
 * ".NAME.lacre-XXXXXX", mode as asked), fsync, rename, fsync of the directory; any failure removes
 * the temporary one. Standard input and output are named "-" where it says so. Paths are the user's
 * own, trusted.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/content.h"
#include "base/err.h"
#include "base/vec.h"

/** Whole file into buf (cleared first) up to its cap; LC_ENOTFOUND, LC_EIO, LC_ELIMIT. "-" reads
 * stdin. */
int io_read_file(const char *path, struct lc_buf *buf, struct lc_err *e) LC_MUST_CHECK;

/** The same into an arena, for what must outlive the call; at most max_bytes. LC_ENOMEM, too. */
int io_read_text(struct lc_slice path, size_t max_bytes, struct lc_arena *a, struct lc_slice *ret,
		 struct lc_err *e) LC_MUST_CHECK;

/** A regular file as content of owned descriptor; LC_ENOTFOUND, LC_EIO, LC_EUNSUP for directories.
 */
int io_open_content(const char *path, struct lc_content *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * The same below a directory descriptor, never following a link out of it (openat2
 * RESOLVE_BENEATH). A path or link that climbs out is LC_EIO with EXDEV. Where the kernel lacks
 * openat2, no link is followed.
 */
int io_open_content_at(int dirfd, const char *path, struct lc_content *ret,
		       struct lc_err *e) LC_MUST_CHECK;
int io_open_dir(const char *path, int *ret_fd, struct lc_err *e) LC_MUST_CHECK;
/** True and *ret_dir said when the path exists. */
bool io_exists(const char *path, bool *ret_dir);

/** A file being written; zeroed means closed. */
struct io_out {
	int fd;
	int dirfd;
	char *name; /* final, relative to dirfd; NULL when written in place (stdout, a device) */
	char *temp; /* beside it until the commit */
	char *dir;  /* path that dirfd was opened by; NULL in a spool */
	uint64_t written;
	bool unsynced; /* the reader notices what a power cut tore: no fsync */
};

/**
 * "-" is standard output. mode e.g. 0644, less the umask. The directory must exist. What is there
 * and no regular file (a device, a pipe) is written to in place; a symbolic link stays and its
 * target is replaced. LC_EUSAGE for a directory.
 */
int io_out_open(const char *path, unsigned mode, struct io_out *ret,
		struct lc_err *e) LC_MUST_CHECK;
int io_out_write(struct io_out *o, struct lc_slice s, struct lc_err *e) LC_MUST_CHECK;
/** Sync and put in place. The object is closed whatever comes. */
int io_out_commit(struct io_out *o, struct lc_err *e) LC_MUST_CHECK;
/** Give up: nothing is left. Harmless when already closed or committed. */
void io_out_abort(struct io_out *o);
/** Path of the temporary file for a library that must write by path (SQLite); "" when there is
 * none, NULL out of memory. */
const char *io_out_temp_path(const struct io_out *o, struct lc_arena *a);
/** Open, write, commit. */
int io_write_file(const char *path, unsigned mode, struct lc_slice s,
		  struct lc_err *e) LC_MUST_CHECK;

/**
 * Write a file that must not be there yet: LC_EUSAGE when it is, whatever it is. A failure removes
 * it again. For what must never be replaced, such as keys.
 */
int io_write_new(const char *path, unsigned mode, struct lc_slice s,
		 struct lc_err *e) LC_MUST_CHECK;

/**
 * For directories that many processes fill: NAME in dirfd, which is borrowed, written below spool,
 * a directory in dirfd, and renamed when it is whole. What a killed writer leaves in the spool is
 * known by the lock that it no longer holds (flock), whatever the clock or the process ids say.
 * Nothing is synced.
 */
int io_out_open_spooled(int dirfd, const char *spool, const char *name, unsigned mode,
			struct io_out *ret, struct lc_err *e) LC_MUST_CHECK;
/** Remove what killed writers left in a spool: at most max files a call. Never a live one's. */
void io_spool_sweep(int dirfd, const char *spool, unsigned max);

/** mkdir -p with mode 0700 for what is made. */
int io_make_dirs(const char *path, struct lc_err *e) LC_MUST_CHECK;

/**
 * A new directory of mode 0700 below $TMPDIR (or /tmp), whose name begins with prefix.
 * @param environment  NULL none: /tmp
 * @param ret          its path, in a
 */
int io_make_temp_dir(const char *prefix, char *const *environment, struct lc_arena *a,
		     const char **ret, struct lc_err *e) LC_MUST_CHECK;

/** Names in a directory, sorted bytewise, without "." and ".."; at most max. */
int io_list_dir(const char *path, struct lc_arena *a, size_t max, struct lc_slices *ret,
		struct lc_err *e) LC_MUST_CHECK;
