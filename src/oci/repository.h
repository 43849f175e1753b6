/*
 * A place of manifests and blobs that can be read and written: a repository in a registry, an OCI
 * layout directory, or an archive. What is attached to images (signatures, attestations, SBOMs) is
 * found and put here. Every document is bounded and its digest verified; what cannot be looked up
 * is an error, never "not there": LC_ENOTFOUND comes for a plain 404 (or a missing file) alone.
 *
 * Sources: OCI distribution-spec 1.1 (pull, push, referrers API and its tag schema); OCI image-spec
 * 1.1 image-layout.md, manifest.md "subject"; sigstore/cosign pkg/oci/layout for `cosign save`.
 * One repository, one thread.
 */
#pragma once

#include "base/stream.h"
#include "base/vec.h"
#include "crypt/digest.h"
#include "oci/reference.h"
#include "oci/remote.h"

enum { OCI_DOCUMENT_MAX = 4 << 20, OCI_REFERRERS_MAX = 1000, OCI_TAGS_MAX = 100000 };

struct oci_document {
	struct lc_slice bytes;
	struct lc_slice media_type; /* as the server or index says, else as the document does */
	struct digest digest;       /* verified */
};

struct oci_referrer {
	struct digest digest;
	uint64_t size;
	struct lc_slice media_type, artifact_type;
};

struct oci_referrers {
	struct oci_referrer *v;
	size_t n, room;
	bool api; /* the registry has the API; false: the tag schema, or a layout, was read */
};

/** What went. */
struct oci_swept {
	size_t blobs;
	uint64_t bytes;
};

struct oci_repository;

/** A repository of a registry; ref's tag and digest do not matter. remote outlives it. */
int oci_repository_open(const struct oci_reference *ref, const struct oci_remote *remote,
			bool write, const struct lc_limits *limits, struct oci_repository **ret,
			struct lc_err *e) LC_MUST_CHECK;
/**
 * A layout: a directory, or the file of an archive. With write a directory that does not exist is
 * made.
 */
int oci_repository_open_layout(const char *path, bool write, const struct lc_limits *limits,
			       struct oci_repository **ret, struct lc_err *e) LC_MUST_CHECK;
/** A directory as skopeo's "dir:" writes it, to read alone; its image is named "". */
int oci_repository_open_dir(const char *path, const struct lc_limits *limits,
			    struct oci_repository **ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * An archive: an OCI layout in a tar file, compressed or not (then read only), or a docker archive,
 * whose one image has the manifest that containers/image makes up for it; what is attached to that
 * lies below "signatures/" in it. With write one that does not exist is made, as a layout.
 * Changes are in memory until oci_repository_commit(): the file is written anew and replaced.
 * @param docker  NULL: either kind; else the name that the image of a docker archive has, "" any
 * @return LC_EUSAGE with docker for what others read as a layout; LC_EUNSUP several images
 */
int oci_repository_open_archive(const char *path, bool write, const struct lc_slice *docker,
				const struct lc_limits *limits, struct oci_repository **ret,
				struct lc_err *e) LC_MUST_CHECK;
/** Make what was put and deleted last. Without it an archive stays as it was. */
int oci_repository_commit(struct oci_repository *r, struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void oci_repository_close(struct oci_repository *r);
void oci_repository_closep(struct oci_repository **r);
/** "registry/repository", "" for a layout. */
struct lc_slice oci_repository_name(const struct oci_repository *r);
/** Is what was put and deleted there only after oci_repository_commit()? */
bool oci_repository_defers(const struct oci_repository *r);
bool oci_repository_is_layout(const struct oci_repository *r);
/** Is it a docker archive, whose image has no manifest but the one that is made up here? */
bool oci_repository_is_docker(const struct oci_repository *r);

/* ---- reading ---- */

/**
 * A manifest or index by tag or digest text. In a layout that `cosign save` wrote, whose entries
 * have no tags, the tags "sha256-….sig" and ".att" mean its entries of kind sigs and atts, and
 * "" its image or index.
 */
int oci_repository_manifest(struct oci_repository *r, struct lc_slice name, struct lc_arena *a,
			    struct oci_document *ret, struct lc_err *e) LC_MUST_CHECK;
/** A blob whole, at most max bytes (LC_ELIMIT), verified (LC_EBAD). */
int oci_repository_blob(struct oci_repository *r, const struct digest *d, size_t max,
			struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/** A blob as stored, unverified: for copies, whose receiver verifies. */
int oci_repository_blob_stream(struct oci_repository *r, const struct digest *d,
			       struct lc_stream **ret, struct lc_err *e) LC_MUST_CHECK;
/** Manifests that name d as their subject; none is 0 with none. */
int oci_repository_referrers(struct oci_repository *r, const struct digest *d, struct lc_arena *a,
			     struct oci_referrers *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * The n-th (from 1) signature file beside a manifest, unverified: directories of skopeo have them.
 * @param instance  one of an index's images; NULL: the image or index that is named ""
 * @return 0; LC_ENOTFOUND there are no more, or none in repositories of this kind
 */
int oci_repository_signature(struct oci_repository *r, const struct digest *instance, unsigned n,
			     struct lc_arena *a, struct lc_slice *ret,
			     struct lc_err *e) LC_MUST_CHECK;
/** All tags, in the order of their bytes. */
int oci_repository_tags(struct oci_repository *r, struct lc_arena *a, struct lc_slices *ret,
			struct lc_err *e) LC_MUST_CHECK;

/* ---- writing ---- */

int oci_repository_has_blob(struct oci_repository *r, const struct digest *d, bool *ret,
			    struct lc_err *e) LC_MUST_CHECK;
/** Put a blob; one that is there already is not sent. */
int oci_repository_put_blob(struct oci_repository *r, const struct digest *d, struct lc_slice bytes,
			    struct lc_err *e) LC_MUST_CHECK;
/** The same of size bytes from a stream, which is read at most once. */
int oci_repository_put_stream(struct oci_repository *r, const struct digest *d, uint64_t size,
			      struct lc_stream *from, struct lc_err *e) LC_MUST_CHECK;
/**
 * Can a manifest be put there that is named by this algorithm? Registries name what has a tag by
 * its SHA-256; by its digest alone (tag empty) each algorithm may be tried.
 * @return 0; LC_EUSAGE
 */
int oci_repository_takes(const struct oci_repository *r, struct lc_slice tag,
			 enum digest_algorithm named_by, struct lc_err *e) LC_MUST_CHECK;
/**
 * Put a manifest under a tag, or (tag empty) by its digest. Its blobs are there before.
 * @param named_by     the algorithm of its digest: who refers to it may have another one's
 * @param ret_indexed  may be NULL: the registry said that it indexed its subject
 */
int oci_repository_put_manifest(struct oci_repository *r, struct lc_slice tag,
				enum digest_algorithm named_by, struct lc_slice media_type,
				struct lc_slice bytes, bool *ret_indexed,
				struct lc_err *e) LC_MUST_CHECK;
/**
 * Put a manifest that has a subject, by digest; where the registry does not index it, the index
 * under the subject's tag ("sha256-<hex>") gets it as well, read again after it was written.
 */
int oci_repository_attach(struct oci_repository *r, const struct digest *subject,
			  enum digest_algorithm named_by, struct lc_slice media_type,
			  struct lc_slice artifact_type, struct lc_slice bytes,
			  struct lc_err *e) LC_MUST_CHECK;
/**
 * Take a referrer away: first from the index under the subject's tag, where there is one.
 * @return 0; LC_ENOTFOUND; LC_EUNSUP nothing may be deleted, or another index of the layout lists
 * it: then it is still attached
 */
int oci_repository_detach(struct oci_repository *r, const struct digest *subject,
			  const struct digest *manifest, struct lc_err *e) LC_MUST_CHECK;
/**
 * Delete a manifest by tag or digest. In a layout a tag alone goes, and by its digest the manifest
 * with all that index.json says of it.
 * @return 0; LC_ENOTFOUND; LC_EUNSUP nothing may be deleted, or an index of the layout lists it
 */
int oci_repository_delete(struct oci_repository *r, struct lc_slice name,
			  struct lc_err *e) LC_MUST_CHECK;
/**
 * In a layout, remove what the manifests that were deleted since it was opened had for themselves:
 * blobs that no other document there names. Registries do that by themselves, later. Nobody else
 * may write meanwhile, and nothing was put since by oci_repository_put_stream().
 * @param keep  an image that stays whether or not anything names it; NULL none
 * @return 0; LC_EUNSUP with a message, something there is not understood: nothing was removed
 */
int oci_repository_sweep(struct oci_repository *r, const struct digest *keep, struct oci_swept *ret,
			 struct lc_err *e) LC_MUST_CHECK;

/** "sha256-<hex>" with a suffix (".sig", "" …): the tag of what is attached. Copied. */
struct lc_slice oci_attachment_tag(const struct digest *d, const char *suffix, struct lc_arena *a);
