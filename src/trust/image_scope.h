/*
 * Which rules of containers/image's configuration are about an image: its transport and the scopes
 * that cover it, the most exact first. policy.json and registries.d look up by the same scopes.
 *
 * Sources: containers/image docs/containers-policy.json.5 "Supported transports and their scopes",
 * docs/containers-registries.d.5 "Registries, Scopes and Search Order".
 */
#pragma once

#include "base/vec.h"
#include "oci/reference.h"

struct image_scope {
	struct lc_slice transport; /* "docker", "dir", "oci" */
	struct lc_slices scopes;   /* "docker.io/library/app:1", "docker.io/library/app", … */
	bool has_reference;        /* the transport gives images a name */
	struct oci_reference reference; /* with a tag or a digest, not both */
};

/**
 * Of a name in a registry. Without a tag and digest it is ":latest"; of both the digest counts.
 * @return 0; LC_ENOMEM, LC_ELIMIT of the arena. ref's parts outlive the result.
 */
int image_scope_name(const struct oci_reference *ref, struct lc_arena *a, struct image_scope *ret,
		     struct lc_err *e) LC_MUST_CHECK;
/**
 * Of a file or directory ("dir", "oci", …): its path without links, and the directories above it.
 * @return 0; LC_ENOTFOUND there is none; LC_EIO; LC_ENOMEM
 */
int image_scope_path(const char *transport, const char *path, struct lc_arena *a,
		     struct image_scope *ret, struct lc_err *e) LC_MUST_CHECK;

/** May a policy have such a scope, other than "", below this transport? NULL, or what is wrong. */
const char *image_scope_wrong(struct lc_slice transport, struct lc_slice scope);
