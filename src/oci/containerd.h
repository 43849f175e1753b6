/*
 * The names that containerd has given to images, read from its metadata without the daemon. Private
 * to oci/. Source: containerd metadata/buckets.go, docs/namespaces.md.
 */
#pragma once

#include "crypt/digest.h"
#include "oci/remote.h"
#include "oci/reference.h"

struct containerd_image {
	struct lc_slice name; /* as containerd has it */
	struct digest target; /* of its index or manifest */
	struct lc_slice media_type;
};

/** Directory of containerd's store: that of the environment, or the first usual one; NULL none. */
const char *containerd_root(const struct oci_remote *r, struct lc_arena *a);
/**
 * Find an image by name in the namespace that CONTAINERD_NAMESPACE says, else in those of ctr and
 * nerdctl, of Kubernetes and of docker.
 *
 * @param wanted  as the user wrote it; ref is the same taken apart, or NULL when it is no reference
 * @return 0; LC_ENOTFOUND no such image; LC_EUNSUP no metadata, not ours to read, or of another
 * version; LC_EBAD, LC_ETRUNC, LC_ELIMIT damaged metadata; LC_EIO, LC_ENOMEM, LC_ECANCEL
 */
int containerd_find(const char *root, const struct oci_remote *r, struct lc_slice wanted,
		    const struct oci_reference *ref, const struct lc_limits *limits,
		    struct lc_arena *a, struct containerd_image *ret,
		    struct lc_err *e) LC_MUST_CHECK;
