/*
 * The analyser contract: what it wants, how it gets it, what it may do.
 *
 * An analyser is one constant row. parse() is pure: no I/O but the contents it is given, no
 * globals, no clock; facts go into the sink, trouble with the input goes there as well
 * (inv_sink_trouble), and what was understood before stays. It returns non-zero only when the scan
 * itself cannot go on (LC_ENOMEM, LC_ELIMIT of the sink). Raise version whenever results change: it
 * is part of the cache key.
 */
#pragma once

#include "base/content.h"
#include "base/limits.h"
#include "base/stream.h"
#include "inventory/fact.h"

enum inv_want_kind {
	INV_WANT_PATH,   /* this very path */
	INV_WANT_NAME,   /* any path whose last component is text */
	INV_WANT_SUFFIX, /* any path that ends in text (".jar", "/specifications/x"); ASCII case as
			    written */
	INV_WANT_UNDER,  /* anything below directory text ("a/b"), whose name ends in suffix when
			    given */
	INV_WANT_DIRECTORY,  /* a directory right below directory text, of a layer: its name says it
			      all, there is nothing to read */
	INV_WANT_MAGIC,      /* content starts with text (length in n when it holds NULs) */
	INV_WANT_EXECUTABLE, /* an execute bit in the mode, or ELF, PE or Mach-O by magic */
	INV_WANT_TEXT,       /* every file whose first bytes look like text */
};

struct inv_want {
	enum inv_want_kind kind;
	const char *text;
	const char *suffix; /* INV_WANT_UNDER only, NULL any */
	size_t n;           /* INV_WANT_MAGIC only, 0: strlen */
	/* INV_WANT_NAME and INV_WANT_SUFFIX only, NULL any: */
	const char *prefix;  /* the last component starts so */
	const char *inside;  /* the directory that the file lies in has this name */
	const char *outside; /* no directory above the file has this name */
	/* Not parsed for itself: kept for the other files of an analyser that reads them together
	 */
	bool beside;
};

enum inv_access {
	INV_WHOLE,    /* file->bytes holds all, at most size_max */
	INV_SEEKABLE, /* file->content can be read anywhere, at most limits->spool_bytes_max */
	INV_STREAMED, /* file->stream is pulled once, any size */
};

enum inv_target {
	INV_TARGET_IMAGE = 1u << 0,
	INV_TARGET_ROOTFS = 1u << 1,
	INV_TARGET_FS = 1u << 2,
	INV_TARGET_REPO = 1u << 3,
};

enum inv_group { /* what users switch with --scanners and --pkg-types */
		 INV_GROUP_OS = 1u << 0,
		 INV_GROUP_LIBRARY = 1u << 1,
		 INV_GROUP_SECRET = 1u << 2,
		 INV_GROUP_MISCONFIG = 1u << 3,
		 INV_GROUP_LICENCE = 1u << 4,
};

/** Options of a scan that change facts; all of it enters the cache key (inv_options_key). */
struct inv_options {
	unsigned targets; /* one enum inv_target */
	unsigned groups;  /* enum inv_group */
	bool include_dev;
	struct lc_slices skip_files; /* globs */
	struct lc_slices skip_dirs;
	struct lc_slices file_patterns; /* "TYPE:REGEX": files read by an analyser, too */
	bool comprehensive; /* what is not pinned counts in the least version that is allowed */
};
/** Append the bytes that identify the options, in a stable form. */
int inv_options_key(const struct inv_options *o, struct lc_buf *out);

/** A file that is kept until all files that are read with it are there. */
struct inv_kept {
	struct lc_slice path;
	struct lc_content content; /* of an INV_WHOLE analyser all of it in memory (content.mem) */
};
struct inv_kept_files; /* those of the layer or tree that the same analyser wants; opaque */
/** The file at a path; NULL when there is none, when nobody kept it, or when kept is NULL. */
const struct inv_kept *inv_kept_at(const struct inv_kept_files *kept, struct lc_slice path);
/** A file of that name in the directory of path. */
const struct inv_kept *inv_kept_beside(const struct inv_kept_files *kept, struct lc_slice path,
				       struct lc_slice name);
/**
 * The next file below a directory ("" all), in no order that means anything.
 * @param at  0 at first; moved past what is given
 * @return NULL at the end
 */
const struct inv_kept *inv_kept_next(const struct inv_kept_files *kept, struct lc_slice dir,
				     size_t *at);
/**
 * What was found for a text before, by whichever of the files that this analyser reads: a search
 * through all of them need not be repeated for each.
 * @return false when nobody has remembered it
 */
bool inv_kept_recall(const struct inv_kept_files *kept, struct lc_slice text,
		     const struct inv_kept **ret);
/**
 * Memory that lasts until the last of the files is read, for what an analyser makes of one of them
 * and needs for others; NULL where there is none, or none is left.
 */
struct lc_arena *inv_kept_arena(const struct inv_kept_files *kept);
/** What was put there under a text; NULL nothing. Not for texts of inv_kept_remember(). */
void *inv_kept_object(const struct inv_kept_files *kept, struct lc_slice text);
/** Put it there; the text is copied, the object lies in the arena. LC_ENOMEM. */
int inv_kept_put_object(const struct inv_kept_files *kept, struct lc_slice text,
			void *object) LC_MUST_CHECK;
/** Is there a store: a directory outside of the tree where what projects refer to is kept? */
bool inv_kept_has_store(const struct inv_kept_files *kept);
/** There is no room for more of its files: what is not found may be there all the same. */
bool inv_kept_store_is_full(const struct inv_kept_files *kept);
/**
 * The file at a path in the store, in memory, kept until the last of the tree is read.
 * @param ret  NULL when there is none, or it is no regular file, or too large
 * @return 0; LC_ENOMEM
 */
int inv_kept_stored(const struct inv_kept_files *kept, struct lc_slice path,
		    const struct inv_kept **ret) LC_MUST_CHECK;
/** Remember it (NULL: that there is none); the text is copied. LC_ENOMEM. */
int inv_kept_remember(const struct inv_kept_files *kept, struct lc_slice text,
		      const struct inv_kept *what) LC_MUST_CHECK;

struct inv_file {
	struct lc_slice path;
	uint32_t mode;
	uint64_t size;
	struct lc_slice bytes;            /* INV_WHOLE */
	const struct lc_content *content; /* INV_SEEKABLE (and INV_WHOLE) */
	struct lc_stream *stream;         /* INV_STREAMED */
	/* The others that are read together with it (struct inv_analyser); NULL none */
	const struct inv_kept_files *kept;
	const struct inv_options *options;
	const struct lc_limits *limits;
	struct lc_arena *scratch; /* emptied after the file */
};

struct inv_analyser {
	const char *name; /* as users name it in options and reports: "dpkg", "apk", "os-release" */
	uint16_t version;
	uint16_t group;   /* one enum inv_group */
	unsigned targets; /* where it runs */
	enum inv_access access;
	const struct inv_want *wants;
	size_t wants_n;
	uint64_t size_max; /* larger files are a diagnostic; 0: limits->file_bytes_max */
	int (*parse)(const struct inv_file *f, struct inv_sink *out, struct lc_err *e);
	/*
	 * Not INV_STREAMED: the files that it wants are kept until the layer or tree ends and read
	 * together, a lock file with its manifest, a database with its log: parse() gets each that
	 * is not wanted as beside only, and may look at all the others through file->kept.
	 */
	bool together;
};
/** Does it want the path for itself, not only beside another? Wants by content count as such. */
bool inv_wants_itself(const struct inv_analyser *a, struct lc_slice path);
