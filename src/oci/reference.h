/*
 * Names of images: registry/repository:tag@digest with Docker Hub's defaults.
 * Source: distribution reference grammar.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct oci_reference {
	struct lc_slice registry;   /* "docker.io" when none was named */
	struct lc_slice repository; /* "library/alpine" for "alpine" */
	struct lc_slice tag;        /* empty when none was named */
	struct lc_slice digest;     /* "sha256:…", empty when none */
};

/** Normalised parts in the arena; LC_EBAD says what is wrong with the name. */
int oci_reference_parse(struct lc_slice s, struct lc_arena *a, struct oci_reference *ret,
			struct lc_err *e) LC_MUST_CHECK;
/** "registry/repository", without tag and digest, in the full form. */
struct lc_slice oci_reference_name(const struct oci_reference *r, struct lc_arena *a);
/** Short form as people write it ("alpine:3.19" for docker.io/library/alpine:3.19). */
struct lc_slice oci_reference_familiar(const struct oci_reference *r, struct lc_arena *a);
