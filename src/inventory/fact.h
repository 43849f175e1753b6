/*
 * Facts: what analysers find in files, and the byte stream that carries them.
 *
 * A layer's facts are a bounded byte stream from the start: a restricted process can fill it, the
 * cache can keep it, and whoever reads it treats it as hostile. struct inv_sink writes it,
 * inv_facts_read() gives it back in an arena. Facts belong to the file that proved them; squash
 * (squash.h) lays layers over each other.
 *
 * Stream: INV_FACTS_FORM, then records: kind u8, length uleb, payload; strings in payloads are uleb
 * length
 * + bytes. A FILE record opens the context of the records behind it. The END record closes the
 * stream; without it the stream is truncated.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"
#include "base/vec.h"
#include "crypt/digest.h"

/** First bytes of a stream: another form of it has other ones, and other places in the cache. */
#define INV_FACTS_FORM "LCF4"

/** A file that a package says is its own. */
struct inv_owned {
	struct lc_slice path;   /* relative to the root, no leading slash */
	struct lc_slice digest; /* recorded checksum "md5:hex", "sha1:hex", "sha256:hex"; "" none */
};

/**
 * Filled by analysers with lc_vec_push(); once read it is packed, and inv_owned_next() goes over
 * either.
 */
struct inv_owned_list {
	struct inv_owned *v; /* NULL: packed */
	size_t n, room;
	struct lc_slice packed;
	const struct inv_owned_list *next; /* what another file says of the same package */
};

/** Over the files of a list and of those behind it, which may name a path again. */
struct inv_owned_cursor {
	struct lc_slice path;
	/* The rest is inv_owned_next()'s. */
	const struct inv_owned_list *list;
	size_t i;
	struct lc_rd in;
	struct lc_slice digest;
	enum digest_algorithm algorithm;
};
struct inv_owned_cursor inv_owned_start(const struct inv_owned_list *list);
/** To the next file, the first one at first. */
bool inv_owned_next(struct inv_owned_cursor *c);
/** As struct inv_owned has it; may be kept in ret. */
struct lc_slice inv_owned_digest(const struct inv_owned_cursor *c, char ret[DIGEST_TEXT_MAX]);
/**
 * All paths, each once. Sorted where several lists were joined, else as the package manager has
 * them. LC_ENOMEM, LC_ELIMIT
 */
int inv_owned_paths(const struct inv_owned_list *list, struct lc_arena *a,
		    struct lc_slices *ret) LC_MUST_CHECK;

/** Anything an ecosystem needs beyond the common fields ("modularitylabel", "vendor",
 * "origin.commit", …). */
struct inv_attribute {
	struct lc_slice key, value;
};

struct inv_attribute_list {
	struct inv_attribute *v;
	size_t n, room;
};

/** Lines of a file, 1-based; 0 unknown. */
struct inv_lines {
	uint32_t start, end;
};

struct inv_lines_list {
	struct inv_lines *v;
	size_t n, room;
};

/** How a package came to be in a project, as far as the file says. */
enum inv_relationship {
	INV_REL_UNKNOWN,
	INV_REL_ROOT,      /* the project itself */
	INV_REL_WORKSPACE, /* a part of it */
	INV_REL_DIRECT,    /* it asks for it */
	INV_REL_INDIRECT,  /* brought by another package */
	INV_REL_N
};
/** "unknown", "root", … as reports and options spell it; NULL past the end. */
const char *inv_relationship_name(enum inv_relationship r);

enum inv_package_flags {
	INV_DEV = 1u << 0,         /* needed for development only */
	INV_THIRD_PARTY = 1u << 2, /* an OS package that is not the distribution's */
	INV_VIRTUAL = 1u << 3, /* a grouping of the package manager's, nothing installed by it */
};

struct inv_package {
	struct lc_slice type; /* row of package_type.h: "dpkg", "apk", "npm", … */
	struct lc_slice name;
	struct lc_slice version; /* whole, as recorded: epoch and revision included */
	struct lc_slice arch;
	struct lc_slice source_name; /* "" when the format has no such thing */
	struct lc_slice source_version;
	struct lc_slices licences; /* as recorded, one an item */
	struct lc_slice maintainer;
	struct lc_slice digest; /* of the package itself, "alg:hex" */
	struct lc_slices
		depends_on; /* ids of packages (name@version) or names, as the format has it */
	struct inv_owned_list owned;
	struct inv_attribute_list attributes;
	uint32_t line_start, line_end;    /* where in the file, 1-based; 0 unknown */
	struct inv_lines_list more_lines; /* and where else it says so */
	unsigned flags;
	enum inv_relationship relationship;
};

/** What other files tell of a package (dpkg's info files, copyright files): joined with it by
 * squash. */
struct inv_owned_by {
	struct lc_slice type, package, arch; /* arch "" when the file does not say */
	struct inv_owned_list owned;
	struct lc_slices licences;
};

struct inv_os {
	struct lc_slice family;   /* "debian", "alpine", … as reports spell it */
	struct lc_slice version;  /* "12.5", "3.18.9" */
	struct lc_slice codename; /* "bookworm" */
	struct lc_slice pretty;   /* PRETTY_NAME */
	bool extended;            /* extended support is on (Ubuntu Pro, SUSE LTSS) */
	uint8_t weight; /* squash keeps the heaviest: generic files lose to specific ones */
};

/** The release that package repositories are set to, when it differs from the OS (Alpine). */
struct inv_repository {
	struct lc_slice family, release;
};

/** Where the packages of a layer are from (Red Hat, Amazon): which fixes can be meant for them. */
struct inv_build {
	struct lc_slices content_sets; /* repositories: "rhel-8-for-x86_64-baseos-rpms" */
	struct lc_slice nvr;           /* the image as built: "ubi8-container-8.3-227" */
	struct lc_slice arch;          /* of it; "" with an empty nvr */
};

enum inv_trouble {
	INV_MALFORMED, /* broken; what could be read was kept */
	INV_TRUNCATED,
	INV_TOO_LARGE,
	INV_UNSUPPORTED, /* of a kind we do not read */
	INV_UNREADABLE,  /* its bytes could not be had */
	INV_TROUBLE_N
};
/** "malformed", "truncated", … as reports spell it. */
const char *inv_trouble_name(enum inv_trouble t);
/** What the failure of a reader says of a file. */
enum inv_trouble inv_trouble_of(int code);

/** A file that was not understood, wholly or in part: makes the report partial, never silent. */
struct inv_diagnostic {
	struct lc_slice path;     /* "" the layer as a whole */
	struct lc_slice analyser; /* "" the walk itself */
	enum inv_trouble trouble;
	struct lc_slice message;
};

/* ---- writing ---- */

struct inv_sink {
	struct lc_buf out; /* capped by limits->facts_bytes_max */
	int err;           /* first failure; sticky */
	bool in_file;
	unsigned troubles; /* of the file in context, to bound what a broken file may say */
	bool without_dev;  /* packages that are needed for development only are left out */
	/* Told of each context that opens, before its facts; NULL nobody. */
	void (*on_file)(void *ctx, struct lc_slice path, struct lc_slice analyser);
	void *on_file_ctx;
};

enum { INV_TROUBLES_MAX = 16 }; /* told of one file; of more only that there are more */

/** A path that analysers want and that lies at or below a link, or behind it. */
struct inv_wanted {
	struct lc_slice below; /* relative to the link, "" the link itself */
	struct lc_slice analyser;
	bool dir;    /* not the path itself: files below it */
	bool behind; /* wanted at the link's target: by way of the link nobody reads it */
};

struct inv_wanted_list {
	struct inv_wanted *v;
	size_t n, room;
};

/**
 * A link at or above a wanted path, to what is above one, or directly below the root
 * (lib -> usr/lib).
 */
struct inv_link {
	struct lc_slice path;
	struct lc_slice target; /* as written; a hard one names a path of this layer */
	bool hard;
	struct inv_wanted_list wanted;
};

int inv_sink_init(struct inv_sink *s, const struct lc_limits *limits) LC_MUST_CHECK;
void inv_sink_done(struct inv_sink *s);
/**
 * Context of the following facts: path and the analyser that speaks. Later contexts of the same
 * path and analyser replace earlier ones; an empty analyser forgets all that the path had.
 */
int inv_sink_file(struct inv_sink *s, struct lc_slice path, struct lc_slice analyser);
int inv_sink_package(struct inv_sink *s, const struct inv_package *p);
int inv_sink_owned_by(struct inv_sink *s, const struct inv_owned_by *o);
int inv_sink_os(struct inv_sink *s, const struct inv_os *os);
int inv_sink_repository(struct inv_sink *s, const struct inv_repository *r);
int inv_sink_build(struct inv_sink *s, const struct inv_build *b);
/** In a file's context, or (path given) of any file or layer. */
int inv_sink_trouble(struct inv_sink *s, enum inv_trouble t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int inv_sink_diagnostic(struct inv_sink *s, const struct inv_diagnostic *d);
/* What a layer does to lower ones. */
int inv_sink_whiteout(struct inv_sink *s, struct lc_slice path);
int inv_sink_opaque(struct inv_sink *s, struct lc_slice dir);
int inv_sink_link(struct inv_sink *s, const struct inv_link *l);
/** Hashes of all paths present in the layer: how upper layers hide lower files (presence.h). */
struct inv_presence;
int inv_sink_presence(struct inv_sink *s, const struct inv_presence *p);
/** Add the records of another sink, which was not ended; it ends the context. */
int inv_sink_append(struct inv_sink *s, const struct inv_sink *part);
/** Close the stream. The bytes are s->out. */
int inv_sink_end(struct inv_sink *s) LC_MUST_CHECK;

/* ---- reading ---- */

struct inv_file_facts {
	struct lc_slice path;
	struct lc_slice analyser;
	struct {
		struct inv_package *v;
		size_t n, room;
	} packages;
	struct {
		struct inv_owned_by *v;
		size_t n, room;
	} owned;
	struct inv_os *os; /* NULL none */
	struct inv_repository *repository;
	struct inv_build *build;
};

struct inv_layer_facts {
	struct {
		struct inv_file_facts *v;
		size_t n, room;
	} files;
	struct {
		struct inv_diagnostic *v;
		size_t n, room;
	} diagnostics;
	struct {
		struct inv_link *v;
		size_t n, room;
	} links;
	struct lc_slices whiteouts;
	struct lc_slices opaques;
	struct inv_presence *presence; /* NULL when the stream has none */
};

/**
 * Decode a stream; slices point into it, so it outlives the result. The arena's cap bounds what a
 * hostile stream can cost: at most some thirty times its size.
 * @return 0; LC_ETRUNC, LC_EBAD, LC_ELIMIT, LC_ENOMEM
 */
int inv_facts_read(struct lc_slice stream, struct lc_arena *a, struct inv_layer_facts *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Kinds of trouble that a stream tells of: 1 << enum inv_trouble; all where it is broken. */
unsigned inv_facts_troubles(struct lc_slice stream);
