/*
 * Findings by source package: distributions publish by source, so that a library and its tools have
 * the same findings each; one row tells them all.
 */
#include <stdlib.h>

#include "report/table_impl.h"

static struct lc_slice source_name(const struct finding *f)
{
	const struct inv_package *p = &f->package->package;
	return p->source_name.n ? p->source_name : p->name;
}

static struct lc_slice source_version(const struct finding *f)
{
	const struct inv_package *p = &f->package->package;
	struct lc_slice v =
		p->source_name.n && p->source_version.n ? p->source_version : report_version(p);
	(void)lc_chop_prefix(&v, LC_S("0:")); /* as report_version() does */
	return v;
}

static int by_fixes(const struct finding *a, const struct finding *b)
{
	size_t n = a->fixed_versions.n < b->fixed_versions.n ? a->fixed_versions.n
							     : b->fixed_versions.n;
	int c = 0;
	for (size_t i = 0; !c && i < n; i++)
		c = lc_cmp(a->fixed_versions.v[i], b->fixed_versions.v[i]);
	if (!c)
		c = (a->fixed_versions.n > n) - (b->fixed_versions.n > n);
	return c ? c : lc_cmp(a->offered_version, b->offered_version);
}

/* What a row says of all its binaries must be true of each. */
static int same_row(const struct finding *a, const struct finding *b)
{
	int c = lc_cmp(source_name(a), source_name(b));
	if (!c)
		c = lc_cmp(source_version(a), source_version(b));
	if (!c)
		c = (a->severity < b->severity) - (a->severity > b->severity);
	if (!c)
		c = lc_cmp(a->id, b->id);
	if (!c)
		c = (a->status > b->status) - (a->status < b->status);
	return c ? c : by_fixes(a, b);
}

static int by_row(const void *va, const void *vb)
{
	const struct finding *a = *(const struct finding *const *)va;
	const struct finding *b = *(const struct finding *const *)vb;
	int c = same_row(a, b);
	if (!c)
		c = lc_cmp(a->package->package.name, b->package->package.name);
	if (!c)
		c = lc_cmp(a->package_id, b->package_id);
	return c ? c : (a->package > b->package) - (a->package < b->package);
}

/* Names once each: several versions or architectures of one binary are one name. */
static struct lc_slice names_of(struct table *t, const struct finding **v, size_t n)
{
	struct lc_buf b;
	struct lc_slice out = { NULL, 0 };
	lc_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct lc_slice name = v[i]->package->package.name;
		if (i && lc_eq(name, v[i - 1]->package->package.name))
			continue;
		(void)lc_buf_str(&b, i ? ", " : ""); /* asked below */
		(void)lc_buf_slice(&b, name);
	}
	if (lc_buf_err(&b) || lc_arena_dup(&t->a, lc_buf_get(&b), &out))
		t->a.err = t->a.err ? t->a.err : LC_ENOMEM;
	lc_buf_done(&b);
	return grid_safe(out, &t->a);
}

struct table_group *table_groups(struct table *t, const struct report_result *res, size_t *ret_n)
{
	size_t n = res->findings_n;
	const struct finding **sorted = lc_new_array(&t->a, const struct finding *, n ? n : 1);
	struct table_group *groups = lc_new_array(&t->a, struct table_group, n ? n : 1);
	*ret_n = 0;
	if (!sorted || !groups)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sorted[i] = res->findings[i];
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_row);
	size_t k = 0;
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && same_row(sorted[i], sorted[i + run]) == 0;)
			run++;
		groups[k++] = (struct table_group){ sorted[i], source_name(sorted[i]),
						    source_version(sorted[i]),
						    names_of(t, sorted + i, run) };
	}
	*ret_n = k;
	return groups;
}
