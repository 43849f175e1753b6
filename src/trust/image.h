/*
 * Is an image signed, or attested, by whom was asked for? Every attachment is found and judged, in
 * either form; each that does not count says which rule it fails. A signature is told from an
 * attestation: neither counts as the other.
 *
 * The repository is read, nothing else: no clock, no log server. One call, one thread.
 */
#pragma once

#include "trust/attached.h"
#include "trust/simple_signing.h"
#include "trust/verify.h"

enum image_outcome {
	IMAGE_TRUSTED,
	IMAGE_UNSIGNED,       /* nothing of the kind that was asked for is attached */
	IMAGE_NO_MATCH,       /* there is, and none by whom or as was asked for, or too few */
	IMAGE_NO_CERTIFICATE, /* a signer's name was asked for, and keys alone have signed */
	IMAGE_TAMPERED,       /* what a signature or a digest protects was changed */
	IMAGE_UNDECIDED,      /* for want of what the verifier did not give; might have counted */
	IMAGE_OUTCOME_N
};
/** "trusted", "unsigned", … as reports have it. */
const char *image_outcome_name(enum image_outcome o);

/**
 * Does a signature that fails this rule (NULL none) tell of something that was changed after it was
 * signed? Where nothing says whose it is, a key that does not fit may just be the wrong key.
 */
bool image_rule_tells_tampering(const char *rule, bool says_whose);

struct image_demand {
	struct trust_demand who;                    /* any_artefact: the claim is not compared */
	bool attestations;                          /* else signatures */
	struct lc_slice predicate;                  /* of attestations; "" any */
	const struct trust_annotation *annotations; /* that a signature must have */
	size_t annotations_n;
	struct lc_slice tag;         /* by which the image was asked for; "" by its digest */
	size_t threshold;            /* how many signers at least; 0 is 1 */
	struct lc_slice tags_prefix; /* of the tags with what is attached */
};

/** One attachment and what came of it. */
struct image_proof {
	const struct attached *what;
	int rc; /* 0: it counts */
	struct trust_why why;
	bool says_whose;                /* a bundle that tells its key, or has a certificate */
	bool attestation;               /* of those that hold, and of envelopes by their own word */
	struct lc_slice predicate_type; /* of statements; by their own word when rc is not 0 */
	struct trust_signer signer;     /* rc is 0 */
	struct lc_slice payload;        /* rc is 0: simple signing, or the statement; JSON */
	struct dsse_envelope envelope;  /* rc is 0, and what->kind another */
	struct simple_signing claim;    /* rc is 0 and what->kind ATTACHED_SIGNATURE */
};

struct image_judgement {
	enum image_outcome outcome;
	struct digest image;
	struct image_proof *v; /* all that was found */
	size_t n, counted;     /* counted: of the kind that was asked for, and good */
	size_t signers;        /* different ones among them */
	size_t threshold;      /* how many were asked for */
	struct attached_list found;
};

/**
 * @param image  the manifest's digest
 * @param a      holds the result
 * @return 0 with the judgement, also a bad one; what a look-up gave: then nothing is known
 */
int trust_verify_image(struct oci_repository *r, const struct digest *image,
		       const struct image_demand *d, struct lc_arena *a,
		       struct image_judgement *ret, struct lc_err *e) LC_MUST_CHECK;
