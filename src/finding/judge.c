#include "finding/judge.h"

#include "base/map.h"
#include "inventory/glob.h"
#include "inventory/package_type.h"

struct judge {
	const struct judge_options *o;
	const struct inv_os *os;
	struct lc_arena *a;
	struct lc_map by_id; /* id -> first rule; next[] goes on */
	size_t *next;        /* place of the next rule of the same id, counted from 1 */
	struct judge_stats stats;
	struct lc_err *e;
};

static bool expired(const struct judge *j, const struct ignore_rule *r)
{
	return j->o->now >= r->expires;
}

/* Rules that count, chained by id: a file of thousands of rules costs one look-up a finding. */
static int index_rules(struct judge *j)
{
	const struct ignore_rules *l = j->o->rules;
	if (!l || !l->n)
		return 0;
	j->next = lc_new_array(j->a, size_t, l->n);
	if (!j->next)
		return lc_fail(j->e, lc_arena_err(j->a), "no memory for ignore rules");
	for (size_t i = l->n; i-- > 0;) { /* backwards, so that chains run forwards */
		if (expired(j, &l->v[i])) {
			j->stats.rules_expired++;
			continue;
		}
		const struct ignore_rule *first = lc_map_get(&j->by_id, l->v[i].id);
		j->next[i] = first ? (size_t)(first - l->v) + 1 : 0;
		int rc = lc_map_put(&j->by_id, l->v[i].id, &l->v[i]);
		if (rc)
			return lc_fail(j->e, rc, "no memory for ignore rules");
	}
	return 0;
}

/* Target of the result that the finding will stand in, as reports name it. */
static struct lc_slice target_of(const struct judge *j, const struct finding *f)
{
	const struct package_type *t = package_type_of(f->package->package.type);
	if (t && t->os)
		return j->o->os_target;
	return t && t->target ? lc_str(t->target) : f->package->file;
}

static bool path_matches(const struct judge *j, const struct ignore_rule *r,
			 const struct finding *f)
{
	struct lc_slice target = target_of(j, f);
	for (size_t i = 0; i < r->paths.n; i++) {
		if (glob_match(r->paths.v[i], f->package->file) ||
		    (target.n && glob_match(r->paths.v[i], target)))
			return true;
	}
	return r->paths.n == 0;
}

static int purl_matches(const struct judge *j, const struct ignore_rule *r, const struct finding *f,
			bool *ret)
{
	*ret = r->purls.n == 0;
	if (*ret)
		return 0;
	struct lc_slice purl = package_purl(&f->package->package, j->os, j->a);
	if (!purl.p && j->a->err)
		return lc_fail(j->e, lc_arena_err(j->a), "no memory for a package URL");
	for (size_t i = 0; !*ret && i < r->purls.n; i++)
		*ret = ignore_purl_match(r->purls.v[i], purl);
	return 0;
}

static int by_rules(struct judge *j, struct finding *f)
{
	const struct ignore_rules *l = j->o->rules;
	const struct ignore_rule *r = lc_map_get(&j->by_id, f->id);
	while (r) {
		bool matches = path_matches(j, r, f);
		int rc = matches ? purl_matches(j, r, f, &matches) : 0;
		if (rc)
			return rc;
		if (matches) {
			f->suppression = FINDING_IGNORED;
			f->suppressed_by = r->origin;
			f->statement = r->statement;
			return 0;
		}
		size_t next = j->next[r - l->v];
		r = next ? &l->v[next - 1] : NULL;
	}
	return 0;
}

static void by_filters(const struct judge_options *o, struct finding *f)
{
	const char *filter = NULL;
	if (!o->severity[f->severity])
		filter = "severity";
	else if (o->ignore_status[f->status])
		filter = "status";
	if (!filter)
		return;
	f->suppression = FINDING_FILTERED;
	f->suppressed_by = lc_str(filter);
}

static int judge_one(struct judge *j, struct finding *f)
{
	if (f->suppression == FINDING_SHOWN)
		by_filters(j->o, f);
	int rc = f->suppression == FINDING_SHOWN ? by_rules(j, f) : 0;
	if (rc)
		return rc;
	if (f->suppression == FINDING_SHOWN)
		j->stats.shown++;
	else if (f->suppression == FINDING_FILTERED)
		j->stats.by_filter++;
	else
		j->stats.by_rule++;
	return 0;
}

int finding_judge(struct finding_list *l, const struct judge_options *o, const struct inv_os *os,
		  struct lc_arena *a, struct judge_stats *ret, struct lc_err *e)
{
	struct judge j = { .o = o, .os = os, .a = a, .e = e };
	int rc = index_rules(&j);
	for (size_t i = 0; !rc && i < l->n; i++)
		rc = judge_one(&j, &l->v[i]);
	lc_map_done(&j.by_id);
	if (!rc)
		*ret = j.stats;
	return rc;
}
