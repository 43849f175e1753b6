/*
 * Tar archives as a stream of entries: v7, ustar, pax, GNU (L, K, base-256, old sparse). One pass,
 * no seeking. Source: POSIX.1-2017 pax, GNU tar manual "Basic Tar Format" and "Sparse Formats".
 *
 * Layer semantics live elsewhere (oci/); this reader gives what the archive says, with names
 * normalised: no leading "/" or "./", no trailing "/", no empty or "." component. A name with a
 * ".." component or an inner NUL gives an entry flagged unsafe, whose name must not be used as a
 * path. Header checksums are verified. Strings live until the next call of tar_next().
 *
 * Where readers disagree, this one reads as Go's archive/tar does, since engines unpack layers with
 * it and a scanner must see what they see:
 *  - links, directories, devices and FIFOs have no content, whatever size they claim; an archive
 * that does keep data behind a hard link (pax -o linkdata) fails on the next header, never
 * silently;
 *  - global pax headers ('g') are passed over, their values apply to nothing;
 *  - of several pax headers before one entry the last counts; GNU L and K win over pax;
 *  - a single zero block followed by something else is malformed.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/stream.h"

enum tar_type {
	TAR_FILE,
	TAR_HARDLINK,
	TAR_SYMLINK,
	TAR_DIR,
	TAR_CHAR,
	TAR_BLOCK,
	TAR_FIFO,
	TAR_OTHER
};

struct tar_entry {
	enum tar_type type;
	struct lc_slice name; /* normalised; "" is the root directory itself */
	struct lc_slice
		target; /* of a link, as written but for the NUL; hard links normalised like name */
	bool unsafe;    /* name (or hard-link target) climbs or holds a NUL */
	uint32_t mode;  /* permission bits, setuid and sticky included: & 07777 */
	uint64_t size;  /* bytes of content to be read, sparse holes included (then bounded by
			 * nothing the archive stores); 0 but for files */
	uint64_t offset; /* where the content starts in the stream, in bytes from its start */
	uint64_t uid, gid;
	int64_t mtime; /* seconds */
	bool sparse;
};

struct tar_reader;

/**
 * @param from    borrowed; it stands after the last byte used
 * @param limits  entries_max, name_bytes_max, layer_bytes_max, deadline; they outlive the reader
 */
int tar_open(struct lc_stream *from, const struct lc_limits *limits, struct tar_reader **ret,
	     struct lc_err *e) LC_MUST_CHECK;
void tar_close(struct tar_reader *t);
void tar_closep(struct tar_reader **t);

/**
 * Next entry; what was left unread of the last one's content is passed over.
 * @return 0; LC_ENOTFOUND at the end (two zero blocks, or a clean end of the stream); LC_ETRUNC,
 *         LC_EBAD, LC_ELIMIT, LC_EUNSUP with the entry's number and offset in the message
 */
int tar_next(struct tar_reader *t, struct tar_entry *ret, struct lc_err *e) LC_MUST_CHECK;

/** Content of the current entry, holes as zeros; borrowed, valid until the next tar_next(). */
struct lc_stream *tar_content(struct tar_reader *t);

/** Bytes of the archive taken so far. */
uint64_t tar_offset(const struct tar_reader *t);
/** Entries given so far. */
uint64_t tar_count(const struct tar_reader *t);

/** Writer for our own archives and tests: ustar with pax records where needed. */
struct tar_writer {
	struct lc_buf *out; /* appended to; the caller drains it between calls */
};
/** Header (and pax header) of an entry; size bytes of content and tar_write_pad() follow. */
int tar_write_header(struct tar_writer *w, const struct tar_entry *entry) LC_MUST_CHECK;
int tar_write_pad(struct tar_writer *w, uint64_t size) LC_MUST_CHECK;
int tar_write_end(struct tar_writer *w) LC_MUST_CHECK;
