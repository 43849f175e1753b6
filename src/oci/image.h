/*
 * An opened image: manifest, config and layer streams, wherever it came from.
 *
 * A source (docker-archive, OCI layout directory or tar, later registries and engines) opens blobs
 * by digest or name; image.c does everything else once: choosing a platform from an index, reading
 * and verifying manifest and config, pairing layers with diff ids and history. All documents are
 * bounded and their digests verified before they are looked at. Read-only after opening: layers may
 * be opened from several threads at once. Sources: OCI image-spec 1.1 (manifest, index, config,
 * layout), Docker image manifest v2 schema 2, docker save format v1.2.
 */
#pragma once

#include "base/arena.h"
#include "base/content.h"
#include "base/limits.h"
#include "base/stream.h"
#include "base/vec.h"
#include "crypt/digest.h"
#include "format/json.h"
#include "oci/reference.h"
#include "oci/remote.h"

struct oci_platform {
	struct lc_slice os, architecture, variant; /* empty: any */
};
/**
 * "linux/amd64", "linux/arm/v7", "arm64". Slices of s or of our own tables: other spellings of an
 * architecture ("x86_64", "aarch64") become Go's. LC_EBAD for other shapes.
 */
int oci_platform_parse(struct lc_slice s, struct oci_platform *ret, struct lc_err *e) LC_MUST_CHECK;
/** The platform of this machine. */
struct oci_platform oci_platform_host(void);
/** An empty part of want fits anything. "arm" is "arm/v7", "arm64" "arm64/v8", "amd64" "amd64/v1".
 */
bool oci_platform_match(const struct oci_platform *want, const struct oci_platform *have);
/** "os/architecture[/variant]" fit for a message. */
struct lc_quoted oci_platform_text(const struct oci_platform *p);

struct oci_descriptor {
	struct lc_slice media_type;
	struct digest digest;
	bool has_digest; /* docker-archive layers carry none for the stored form */
	uint64_t size;
	bool has_size;
	struct oci_platform platform;
	json_ref annotations; /* in the document it came from */
};

struct oci_layer {
	struct oci_descriptor blob;
	struct digest diff_id;
	struct lc_slice location;   /* how the source names the stored blob */
	struct lc_slice created_by; /* the build step, "" when history does not fit */
	struct lc_slice created;
	struct lc_slice comment;
	size_t history;      /* index into the config's history, SIZE_MAX unknown */
	const char *foreign; /* why it cannot be read at all (urls only, …), NULL readable */
	bool encrypted;      /* readable through a transform alone */
};

enum oci_source_kind {
	OCI_DOCKER_ARCHIVE,
	OCI_LAYOUT_DIR,
	OCI_LAYOUT_TAR,
	OCI_REGISTRY,
	OCI_DOCKER_ENGINE,
	OCI_PODMAN_ENGINE,
	OCI_CONTAINERD_STORE,
	OCI_SOURCE_N
};

struct oci_image {
	struct lc_arena arena;
	enum oci_source_kind kind;
	struct lc_slice name;      /* as the user gave it */
	struct lc_slice reference; /* name:tag recorded with the image, "" none */
	struct lc_slices repo_tags;
	struct lc_slices repo_digests;
	struct lc_slices digests;      /* of the manifest and of the indexes above it, as text */
	struct digest manifest_digest; /* of the manifest; has_manifest false for docker archives */
	bool has_manifest;
	struct lc_slice manifest;     /* its bytes */
	struct json_doc manifest_doc; /* what the layers' annotations point into */
	struct digest config_digest;  /* the image id */
	struct lc_slice config;       /* its bytes */
	struct json_doc config_doc;
	struct oci_platform platform;
	struct lc_slice created;
	struct oci_layer *layers;
	size_t layers_n;
	const size_t *read_order;  /* layers_n: read one at a time, in this order; NULL: any way */
	struct lc_slices notes;    /* what a reader of the report should know */
	struct oci_source *source; /* owned */
};

struct oci_open_options {
	struct lc_slice input;     /* path of a file or directory, or with remote an image's name */
	struct lc_slice reference; /* which image inside, by tag or name; "" the only one */
	const struct digest *pinned; /* of its manifest or an index above; NULL any */
	bool pinned_config;          /* pinned is of its config */
	struct oci_platform platform;
	bool has_platform;               /* false: the host's, else the only one there is */
	const struct lc_limits *limits;  /* outlives the image; NULL for the default */
	const struct oci_remote *remote; /* NULL: input is a path; outlives the image */
};

/**
 * Open an image from a file or directory; the format is found out by looking.
 *
 * @return 0; LC_ENOTFOUND no such file, image or platform (the message lists what there is);
 *         LC_EUSAGE several images fit (the message lists them); LC_EBAD digest or structure,
 *         a blob that is missing; LC_ETRUNC; LC_EUNSUP not an image; LC_ELIMIT; LC_EIO; LC_ENOMEM
 */
int oci_open(const struct oci_open_options *o, struct oci_image **ret,
	     struct lc_err *e) LC_MUST_CHECK;
/** The same over an archive that is open already, which it takes over; o->input only names it. */
int oci_open_content(struct lc_content *content, const struct oci_open_options *o,
		     struct oci_image **ret, struct lc_err *e) LC_MUST_CHECK;
void oci_close(struct oci_image *i);
void oci_closep(struct oci_image **i);

const char *oci_source_name(enum oci_source_kind k);

/** The stored bytes of a layer, unverified; owned by the caller, image outlives it. Thread-safe. */
int oci_layer_blob(const struct oci_image *i, size_t layer, struct lc_stream **ret,
		   struct lc_err *e) LC_MUST_CHECK;
