/*
 * Sources that are named: registries and engines. Private to oci/.
 */
#pragma once

#include "oci/image.h"
#include "oci/remote.h"
#include "oci/source.h"

/** Ask a registry for what ref names. LC_ENOTFOUND, LC_EAUTH, LC_EDENIED, LC_EBUSY, LC_EREMOTE,
 * LC_ENET. */
int oci_source_registry(const struct oci_reference *ref, const struct oci_remote *remote,
			const struct lc_limits *limits, struct oci_source **ret,
			struct lc_err *e) LC_MUST_CHECK;
/** Tags, digests and reference of an image loaded from a registry, by the name it was asked for. */
int oci_source_registry_names(struct oci_image *i, const struct oci_reference *named,
			      struct lc_err *e) LC_MUST_CHECK;

/**
 * Ask an engine for an image and load it; from is OCI_FROM_DOCKER or OCI_FROM_PODMAN.
 * LC_ENOTFOUND no such image, or no engine where one usually is; LC_ENET no answer
 */
int oci_engine_load(struct oci_image *i, enum oci_from from, const struct oci_open_options *o,
		    const struct lc_limits *limits, struct lc_err *e) LC_MUST_CHECK;
/** Find out what i->source holds, and load it. */
int oci_image_load(struct oci_image *i, const struct oci_open_options *o,
		   struct lc_err *e) LC_MUST_CHECK;

#define OCI_LAYOUT_TEXT "{\"imageLayoutVersion\":\"1.0.0\"}"
/** An index.json of our own making with one entry; type may be empty. */
int oci_index_of_one(const struct digest *d, struct lc_slice type, uint64_t size,
		     struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * skopeo's "dir:" form, as a layout; *source is that of the directory, and is taken over when it is
 * one (else 0 and nothing happens).
 */
int oci_source_flat(struct oci_source **source, struct lc_err *e) LC_MUST_CHECK;
/** What containerd keeps, by digest alone. LC_ENOTFOUND no readable store, or not in it. */
int oci_containerd_load(struct oci_image *i, const struct oci_open_options *o,
			const struct lc_limits *limits, struct lc_err *e) LC_MUST_CHECK;

/** Try what options->remote lists, in order, and load from the first that has the image. */
int oci_remote_load(struct oci_image *i, const struct oci_open_options *o,
		    const struct lc_limits *limits, struct lc_err *e) LC_MUST_CHECK;
