/*
 * Signatures as the containers tools keep them: whatever a file holds, it is no signature of our
 * image by a key that never signed.
 */
#include "trust/policy_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char policy_text[] =
	"{\"default\":[{\"type\":\"sigstoreSigned\",\"keyData\":"
	"\"LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RR"
	"Z0FFZFgrQVl1S3hPZmdpT2ZNUnRwMzMwQVBibGV4YgpOMklUNXVNdCs4L2dGQVZqdERqdUJGbHZLcWx1"
	"UE9RUkNINDkzRHMyajNVaERsS0JQUlVkOS91NUVBPT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg==\","
	"\"signedIdentity\":{\"type\":\"matchRepository\"}}]}";

static void judge(struct stored_signature *one, struct lc_arena *a)
{
	struct stored_signatures all = { .v = one, .n = 1, .room = 1 };
	struct oci_reference ref = { .registry = LC_S_INIT("reg.example"),
				     .repository = LC_S_INIT("app"),
				     .tag = LC_S_INIT("1") };
	struct image_policy policy;
	struct image_scope scope;
	struct digest image;
	struct policy_judgement j = { 0 };
	if (image_policy_parse(lc_str(policy_text), a, &policy, NULL) ||
	    image_scope_name(&ref, a, &scope, NULL) ||
	    digest_of(DIGEST_SHA256, LC_S("{}"), &image, NULL))
		return;
	const struct policy_question q = { .policy = &policy,
					   .scope = &scope,
					   .manifest = LC_S("{}"),
					   .image = &image,
					   .signatures = &all };
	if (policy_judge(&q, a, &j, NULL) == 0 && j.outcome == IMAGE_TRUSTED)
		__builtin_trap();
	policy_judgement_done(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct stored_signature s;
	struct lc_arena a;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (stored_signature_parse(lc_slice_of(data, n), LC_S("signature-1"), &a, &s, NULL) == 0)
		judge(&s, &a);
	lc_arena_done(&a);
	return 0;
}
