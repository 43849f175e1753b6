/* What the parts of the judge share. Private to trust/. */
#pragma once

#include "trust/policy_judge.h"
#include "trust/x509.h"

enum { POLICY_KEYS_MAX = 64, POLICY_CERTIFICATES_MAX = 256 };

/** In an arena; each certificate owned. */
struct certificates {
	X509 **v;
	size_t n, room;
};

/** Keys and certificates of one requirement, opened. */
struct policy_material {
	struct openpgp_ring *ring;
	struct crypt_public **keys; /* POLICY_KEYS_MAX */
	size_t keys_n;
	struct certificates roots, intermediates;
	struct trusted_root *logs; /* NULL: none is asked */
};

struct policy_case {
	const struct policy_question *q;
	const struct policy_requirement *requirement;
	const struct policy_material *m;
	struct lc_arena *a;
	bool old_manifest; /* its digest leaves a part of it out: schema version 1 */
};

/** As policy_judge(). Release in any case. */
int policy_material_open(const struct policy_requirement *q, char *const *environment,
			 struct lc_arena *a, struct policy_material *ret,
			 struct lc_err *e) LC_MUST_CHECK;
void policy_material_done(struct policy_material *m);

/** All certificates of a PEM text appended; LC_EBAD for none, or anything behind them; LC_ELIMIT.
 */
int certificates_read(struct lc_slice pem, struct lc_arena *a, struct certificates *to,
		      struct lc_err *e) LC_MUST_CHECK;
void certificates_done(struct certificates *c);

/** Judge one signature, of the form that the requirement asks for. */
int policy_judge_openpgp(const struct policy_case *c, struct policy_proof *p) LC_MUST_CHECK;
int policy_judge_sigstore(const struct policy_case *c, struct policy_proof *p) LC_MUST_CHECK;
/** After its signature holds: is the payload about this image, under a name that is accepted? */
int policy_judge_claim(const struct policy_case *c, bool openpgp,
		       struct policy_proof *p) LC_MUST_CHECK;
