#include <stdlib.h>

#include "finding/match_impl.h"
#include "finding/match.h"

static int by_id(const void *a, const void *b)
{
	return lc_cmp(((const struct finding *)a)->id, ((const struct finding *)b)->id);
}

static int subject_of(const struct match_question *q, struct lc_arena *a, struct match_subject *ret,
		      struct lc_err *e)
{
	struct inv_found_package *found = lc_new(a, struct inv_found_package);
	struct inv_attribute *label = lc_new(a, struct inv_attribute);
	if (!found || !label)
		return lc_fail(e, lc_arena_err(a), "no memory for findings");
	found->package.name = q->name;
	found->package.version = q->version;
	found->package.arch = q->arch;
	if (q->module.n) {
		*label = (struct inv_attribute){ LC_S("modularitylabel"), q->module };
		found->package.attributes.v = label;
		found->package.attributes.n = 1;
	}
	*ret = (struct match_subject){ .package = found };
	ret->id = q->name;
	return adv_key_named(q->ecosystem, q->name, q->version, a, &ret->key, e);
}

static int facts_of(struct adv_db *db, struct finding *f, struct lc_arena *a, struct lc_err *e)
{
	struct vulnerability *v = lc_new(a, struct vulnerability);
	if (!v)
		return lc_fail(e, lc_arena_err(a), "no memory for findings");
	int rc = adv_db_vulnerability(db, f->id, a, v, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		return 0;
	}
	f->vulnerability = rc ? NULL : v;
	return rc;
}

int finding_match_version(struct adv_db *db, const struct match_question *q, struct lc_arena *a,
			  struct finding_list *ret, bool *ret_undecided, struct lc_err *e)
{
	static const struct lc_slices automatic = { 0 };
	struct match_subject s;
	struct advisory_list rows = { 0 };
	struct finding_list found = { 0 };
	bool covered = false;
	*ret_undecided = false;
	int rc = subject_of(q, a, &s, e);
	if (!rc)
		rc = adv_key_covered(db, &s.key, &covered, e);
	if (!rc && !covered)
		return lc_fail(e, LC_ENOTFOUND, "%s: the database knows nothing of this ecosystem",
			       lc_quote(q->ecosystem).s);
	if (!rc)
		rc = adv_key_lookup(db, &s.key, a, &rows, e);
	if (!rc)
		rc = match_package(&s, &rows, a, &found, ret_undecided, e);
	for (size_t i = 0; !rc && i < found.n; i++) {
		rc = match_conclude(&found.v[i], a, e);
		if (!rc)
			rc = facts_of(db, &found.v[i], a, e);
		if (!rc)
			match_severity(&found.v[i], &automatic);
	}
	if (rc)
		return rc;
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), by_id);
	*ret = found;
	return 0;
}
