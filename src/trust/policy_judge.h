/*
 * May an image pass a policy of the containers tools? Every requirement is judged, and for each
 * every signature: what does not count says which rule it fails. One signature is enough for a
 * requirement, all requirements must hold.
 *
 * Key files that the policy names are read here, and OpenPGP signatures given to gpg; nothing else
 * is asked. sigstoreSigned is judged as the containers tools do it, so that the answer is theirs:
 * SHA-256 for every ECDSA key, PKCS#1 v1.5 with SHA-256, pure Ed25519; the log by its promise (SET)
 * alone; no proof that a certificate was logged. Source: containers/image
 * docs/containers-policy.json.5, docs/signature-protocols.md. One call, one thread.
 */
#pragma once

#include "crypt/openpgp.h"
#include "trust/image.h"
#include "trust/image_policy.h"
#include "trust/stored_signature.h"

struct policy_question {
	const struct image_policy *policy;
	const struct image_scope *scope; /* the image's */
	struct lc_slice manifest;        /* its bytes, or those of its index */
	const struct digest *image;      /* SHA-256 of them */
	const struct stored_signatures *signatures;
	int64_t now;        /* when certificates of pki must be valid */
	char **environment; /* for TMPDIR */
};

/** One signature before one requirement. */
struct policy_proof {
	const struct stored_signature *what;
	int rc;      /* 0: it counts */
	bool beside; /* of another form than is asked for: rule R3 */
	struct trust_why why;
	struct trust_signer signer;    /* of sigstore ones that count */
	struct openpgp_signer openpgp; /* of OpenPGP ones that count */
	struct lc_slice payload;       /* JSON, when it counts */
	struct simple_signing claim;   /* the same */
};

struct policy_answer {
	const struct policy_requirement *requirement;
	enum image_outcome outcome; /* IMAGE_TRUSTED: it holds */
	struct trust_why why;       /* of the requirement itself: R1, R2 */
	struct policy_proof *v;     /* each signature; none where none is asked for */
	size_t n;
};

struct policy_judgement {
	enum image_outcome outcome; /* IMAGE_TRUSTED: it passes */
	struct policy_choice choice;
	struct policy_answer *v; /* in the order of the policy */
	size_t n;
	struct policy_material *materials; /* n: keys, which signers point to */
};

/** Are signatures looked at for this image at all? */
bool policy_needs_signatures(const struct policy_choice *c);
/**
 * @param a  holds the result, which is let go of before by policy_judgement_done()
 * @return 0 with the judgement, also a bad one; LC_EBAD, LC_ENOTFOUND … a key or certificate that
 *         the policy names cannot be used; LC_EUNSUP no gpg; LC_ENOMEM
 */
int policy_judge(const struct policy_question *q, struct lc_arena *a, struct policy_judgement *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** Accepts a zeroed one. */
void policy_judgement_done(struct policy_judgement *j);
