/*
 * A directory tree of the user's whose contents nobody vouches for: listed and read without ever
 * following a link, leaving the root or opening anything but directories and regular files.
 *
 * Everything goes by the root's descriptor and a path below it (openat2 with RESOLVE_BENEATH,
 * RESOLVE_NO_SYMLINKS), so what is renamed or swapped for a link meanwhile is an error, not an
 * escape. The path that names the root is the user's own and may be a link. A root that is one
 * regular file is a tree of that file alone. Reading from several threads is safe.
 */
#pragma once

#include "base/content.h"
#include "base/err.h"
#include "base/slice.h"

struct io_tree {
	int fd;           /* directory; -1 for a single file */
	int file;         /* the single file; -1 for a directory */
	const char *name; /* of the single file; points into the path it was opened by */
	bool walking;     /* no openat2 here */
};

/** LC_ENOTFOUND, LC_EIO; LC_EUNSUP neither directory nor regular file. Borrows path. */
int io_tree_open(const char *path, struct io_tree *ret, struct lc_err *e) LC_MUST_CHECK;
/** The same of an open directory or file, which it takes over in any case. */
int io_tree_of(int fd, const char *path, struct io_tree *ret, struct lc_err *e) LC_MUST_CHECK;
void io_tree_close(struct io_tree *t);

enum io_kind { IO_KIND_FILE, IO_KIND_DIR, IO_KIND_LINK, IO_KIND_OTHER };

struct io_tree_entry {
	const char *name; /* valid until the next call */
	enum io_kind kind;
};

/** A directory being listed; on the heap: it holds a large buffer. */
struct io_tree_dir;

/** @param path  below the root, "" the root itself. LC_EIO with errno in e->sys. */
int io_tree_list(const struct io_tree *t, const char *path, struct io_tree_dir **ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** The next entry in the system's order, without "." and ".."; LC_ENOTFOUND at the end. */
int io_tree_next(struct io_tree_dir *d, struct io_tree_entry *ret, struct lc_err *e) LC_MUST_CHECK;
/** Where the link of this name in the directory leads; at most 4096 bytes of it are read. */
int io_tree_link(const struct io_tree_dir *d, const char *name, char ret[4097],
		 struct lc_err *e) LC_MUST_CHECK;
/** Is this directory on a file system that holds no files of its own (proc, sysfs and their like)?
 */
bool io_tree_is_virtual(const struct io_tree_dir *d);
void io_tree_end(struct io_tree_dir *d);
void io_tree_endp(struct io_tree_dir **d);

/**
 * Open a regular file; anything else at the path is LC_EUNSUP and was not read from.
 *
 * @param ret       its content, to be released with lc_content_done()
 * @param ret_mode  permission bits
 */
int io_tree_file(const struct io_tree *t, const char *path, struct lc_content *ret,
		 uint32_t *ret_mode, struct lc_err *e) LC_MUST_CHECK;
