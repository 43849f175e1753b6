/*
 * policy.json of the containers tools (podman, skopeo, buildah, CRI-O): what is asked of an image,
 * by where it is. Read as strictly as they do: what is unknown, stands twice or contradicts itself
 * makes the whole file unusable, since a policy that is half understood protects nobody.
 *
 * Here is the document alone: no key file is opened (policy_judge.h does that), no image looked at.
 * Source: containers/image docs/containers-policy.json.5. Read-only after parsing.
 */
#pragma once

#include "trust/image_identity.h"
#include "trust/image_scope.h"

enum policy_kind {
	POLICY_ACCEPT, /* insecureAcceptAnything */
	POLICY_REJECT,
	POLICY_SIGNED_BY, /* OpenPGP keys */
	POLICY_SIGNED_BASE_LAYER,
	POLICY_SIGSTORE_SIGNED,
	POLICY_KIND_N
};
/** As a policy has it: "signedBy". */
const char *policy_kind_name(enum policy_kind k);

/** Where keys or certificates come from: files, or the policy itself. */
struct policy_source {
	bool given;
	struct lc_slices paths; /* as written; relative ones to the current directory */
	struct lc_slices data;  /* decoded */
};

/** One requirement. What does not belong to its kind is empty. */
struct policy_requirement {
	enum policy_kind kind;
	struct lc_slice key_type;  /* of signedBy: "GPGKeys", or another, which nobody judges */
	struct policy_source keys; /* one of keys, fulcio and pki */
	bool fulcio, pki;
	struct policy_source roots, intermediates; /* of fulcio and pki */
	struct lc_slice issuer;                    /* of fulcio */
	struct lc_slice email;                     /* of fulcio and pki */
	struct lc_slice hostname;                  /* of pki */
	struct policy_source logs;                 /* keys of Rekor */
	struct image_identity identity;
};

/** All of which must hold; never empty. */
struct policy_requirements {
	struct policy_requirement *v;
	size_t n, room;
};

struct policy_scope {
	struct lc_slice transport, scope;
	struct policy_requirements requirements;
};

struct image_policy {
	struct policy_requirements fallback; /* "default" */
	struct policy_scope *v;
	size_t n, room;
};

enum { IMAGE_POLICY_BYTES_MAX = 4 << 20 };

/**
 * @param text  outlives the result, as does the arena
 * @return 0; LC_EBAD, LC_ETRUNC with "line L, column C: …"; LC_ELIMIT; LC_ENOMEM
 */
int image_policy_parse(struct lc_slice text, struct lc_arena *a, struct image_policy *ret,
		       struct lc_err *e) LC_MUST_CHECK;

/** What counts for an image: of its transport the most exact scope, else "default" (NULL scope). */
struct policy_choice {
	const struct policy_requirements *requirements;
	const struct policy_scope *scope;
};
struct policy_choice image_policy_find(const struct image_policy *p, const struct image_scope *s);
