/*
 * Images made in memory for tests: layers, documents and archives of every kind that oci/ reads, to
 * be spoilt before they are written. Allocation failures end the test program: these are tests.
 *
 *	struct make m = { 0 };
 *	make_layout(&m, &image, 1);              index.json, oci-layout and blobs as members of m
 *	make_put(&m, "index.json", LC_S("{}"));  spoil it
 *	make_write_tar(&m, path, IO_GZIP);       or make_write_dir(), or make_tar() for the bytes
 *	make_done(&m);
 */
#pragma once

#include "base/arena.h"
#include "format/tar.h"
#include "io/inflate.h"

struct make_member {
	struct lc_slice path, bytes, target;
	enum tar_type type;
};

/** What an archive or directory will hold, in order. A zeroed struct is empty. */
struct make {
	struct lc_arena arena;
	struct make_member *v;
	size_t n, room;
};
void make_done(struct make *m);

/** A file of a layer. A whiteout is a file of such a name. */
struct make_file {
	const char *name;
	const char *content; /* NULL empty */
	enum tar_type type;
	const char *target;
	unsigned mode; /* 0: 0644, directories 0755 */
};

struct make_layer {
	const struct make_file *files;
	size_t files_n;
	enum io_compression compression; /* IO_PLAIN, IO_GZIP or IO_ZSTD */
	const char *media_type;          /* NULL: the one that fits */
	const char *created_by;          /* NULL: no history entry */
	struct lc_slice tar;             /* instead of files when p is set */
	const char *extra;               /* members of the descriptor, ",\"urls\":[]" */
};

struct make_image {
	const struct make_layer *layers;
	size_t layers_n;
	const char *os, *architecture, *variant; /* NULL: linux, amd64, none */
	const char *name;                        /* reference recorded with it, NULL none */
	bool docker_types;                       /* Docker's media types */
	bool hide_platform;                      /* not in the index entry */
	const char *history;                     /* JSON array instead of that of created_by */
};

/** Add or replace a member. Bytes are borrowed. */
void make_put(struct make *m, const char *path, struct lc_slice bytes);
void make_put_text(struct make *m, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void make_link(struct make *m, const char *path, enum tar_type type, const char *target);
void make_remove(struct make *m, const char *path);
/** Bytes of a member; fails the test when there is none. */
struct lc_slice make_get(const struct make *m, const char *path);
/** Formatted text in the arena. */
const char *make_text(struct make *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Add blobs/sha256/<hex>; gives "sha256:<hex>". */
const char *make_blob(struct make *m, struct lc_slice bytes);
/** "sha256:<hex>" of bytes. */
const char *make_digest(struct make *m, struct lc_slice bytes);
/** "blobs/sha256/<hex>" of a digest's text. */
const char *make_blob_path(struct make *m, const char *digest);

struct lc_slice make_layer_tar(struct make *m, const struct make_layer *l);
struct lc_slice make_compress(struct make *m, struct lc_slice bytes, enum io_compression c);

/** Add an image's blobs; gives its descriptor as a JSON object, for an index. */
const char *make_manifest(struct make *m, const struct make_image *i);
/** The same with members of the descriptor added: ",\"annotations\":{}". */
const char *make_descriptor(struct make *m, const char *media_type, struct lc_slice bytes,
			    const char *extra);
/** index.json over such descriptors (comma separated) and oci-layout. */
void make_index(struct make *m, const char *descriptors);
/** A layout with these images. */
void make_layout(struct make *m, const struct make_image *images, size_t n);

enum make_docker_style { MAKE_DOCKER_OLD, MAKE_DOCKER_NEW };
/**
 * What `docker save` writes: old with <id>/layer.tar (an equal layer as a link to the first) and
 * repositories, new with blobs, manifest.json, index.json and oci-layout. Layers are plain.
 */
void make_docker(struct make *m, const struct make_image *images, size_t n,
		 enum make_docker_style style);

/** The archive's bytes. */
struct lc_slice make_tar(struct make *m, enum io_compression c);
void make_write_tar(struct make *m, const char *path, enum io_compression c);
/** A directory that is made; links become links. */
void make_write_dir(struct make *m, const char *path);
/** A fresh directory for the test's files, removed at exit with all in it. */
const char *make_temp_dir(void);
