/* policy.json: what parses has requirements for every image, of which each is whole. */
#include "trust/image_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct policy_requirements *all)
{
	if (!all->n)
		__builtin_trap();
	for (size_t i = 0; i < all->n; i++) {
		const struct policy_requirement *q = &all->v[i];
		if (q->kind == POLICY_SIGNED_BY && !q->keys.given)
			__builtin_trap();
		if (q->kind == POLICY_SIGSTORE_SIGNED && q->keys.given + q->fulcio + q->pki != 1)
			__builtin_trap();
		if (q->fulcio && (!q->logs.given || !q->email.n || !q->issuer.n))
			__builtin_trap();
	}
}

static void look_up(const struct image_policy *p, struct lc_slice name, struct lc_arena *a)
{
	struct oci_reference r;
	struct image_scope s;
	struct trust_why w = { 0 };
	if (oci_reference_parse(name, a, &r, NULL) || image_scope_name(&r, a, &s, NULL))
		return;
	struct policy_choice c = image_policy_find(p, &s);
	check(c.requirements);
	const struct image_identity *i = &c.requirements->v[0].identity;
	if (image_identity_check(i, &s, name, a, &w) == LC_EBAD && !w.rule)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice text = lc_slice_of(data, n);
	struct image_policy p;
	struct lc_arena a;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (image_policy_parse(text, &a, &p, NULL) == 0) {
		look_up(&p, LC_S("reg.example:5000/team/app:1"), &a);
		for (size_t i = 0; i < p.n; i++)
			look_up(&p, p.v[i].scope, &a);
	}
	lc_arena_done(&a);
	return 0;
}
