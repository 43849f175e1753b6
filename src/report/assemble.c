#include <stdlib.h>

#include "base/map.h"
#include "base/shim.h"
#include "report/report.h"

/* Results while they grow; packages and findings are counted first, then put in their places. */
struct results {
	struct report_result *v;
	size_t n, room;
};

struct assembly {
	struct report *r;
	struct results results;
	struct lc_map by_key;
	size_t *result_of; /* of each package of the inventory */
	struct lc_err *e;
};

static int no_memory(struct assembly *s)
{
	return lc_fail(s->e, lc_arena_err(&s->r->arena), "no memory for the report");
}

struct lc_slice report_os_target(struct report *r)
{
	const struct inv_os *os = &r->inventory.os;
	const struct lc_slice parts[] = { LC_S(" ("), os->family, LC_S(" "), os->version,
					  LC_S(")") };
	size_t n = r->artifact_name.n;
	if (!r->inventory.has_os)
		return r->artifact_name;
	for (size_t i = 0; i < 5; i++)
		n += parts[i].n;
	uint8_t *p = lc_arena_alloc(&r->arena, n + 1);
	struct lc_slice whole = { p, p ? n : 0 };
	if (!p)
		return whole;
	n = r->artifact_name.n;
	if (n)
		memcpy(p, r->artifact_name.p, n);
	for (size_t i = 0; i < 5; i++) {
		if (parts[i].n)
			memcpy(p + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return whole;
}

static int add_result(struct assembly *s, const struct report_result *like, size_t *ret)
{
	struct report_result *at = lc_vec_push(&s->r->arena, &s->results);
	if (!at)
		return no_memory(s);
	*at = *like;
	*ret = s->results.n - 1;
	return 0;
}

/* The system's own result stands first, even when it holds no package. */
static int os_result(struct assembly *s, struct lc_slice type, size_t *ret)
{
	struct report *r = s->r;
	struct report_result like = { .kind = REPORT_OS_PKGS, .target = report_os_target(r) };
	like.type = r->inventory.has_os ? r->inventory.os.family : type;
	if (!like.target.p && r->arena.err)
		return no_memory(s);
	for (size_t i = 0; i < s->results.n; i++) {
		*ret = i;
		if (s->results.v[i].kind == REPORT_OS_PKGS &&
		    lc_eq(s->results.v[i].type, like.type))
			return 0;
	}
	return add_result(s, &like, ret);
}

static int lang_result(struct assembly *s, const struct package_type *t,
		       const struct inv_found_package *p, size_t *ret)
{
	struct report_result like = { .kind = REPORT_LANG_PKGS, .type = p->package.type };
	if (t && t->report_type)
		like.type = lc_str(t->report_type);
	like.target = t && t->target ? lc_str(t->target) : p->file;
	like.aggregated = t && t->target;
	struct lc_slice key =
		lc_arena_fmt(&s->r->arena, "%zu:%.*s:", like.type.n, LC_FMT(like.type));
	struct lc_buf whole;
	if (!key.p)
		return no_memory(s);
	lc_buf_init(&whole, 1 << 20);
	(void)lc_buf_slice(&whole, key); /* its error stays until it is asked below */
	(void)lc_buf_slice(&whole, like.target);
	int rc = lc_buf_err(&whole);
	if (!rc)
		rc = lc_arena_dup(&s->r->arena, lc_buf_get(&whole), &key);
	lc_buf_done(&whole);
	if (rc)
		return lc_fail(s->e, rc, "no memory for the report");
	uintptr_t at = (uintptr_t)lc_map_get(&s->by_key, key);
	if (at) {
		*ret = at - 1;
		return 0;
	}
	rc = add_result(s, &like, ret);
	if (!rc && lc_map_put(&s->by_key, key, (void *)(uintptr_t)(*ret + 1)))
		rc = no_memory(s);
	return rc;
}

static int place_package(struct assembly *s, size_t i)
{
	const struct inv_found_package *p = &s->r->inventory.packages.v[i];
	const struct package_type *t = package_type_of(p->package.type);
	int rc = t && t->os ? os_result(s, p->package.type, &s->result_of[i])
			    : lang_result(s, t, p, &s->result_of[i]);
	if (!rc)
		s->results.v[s->result_of[i]].packages_n++;
	return rc;
}

static bool is_listed(const struct finding *f)
{
	return f->suppression == FINDING_IGNORED || f->suppression == FINDING_VEX;
}

static size_t place_of(const struct assembly *s, const struct finding *f)
{
	return s->result_of[f->package - s->r->inventory.packages.v];
}

static void count_findings(struct assembly *s)
{
	for (size_t i = 0; i < s->r->findings.n; i++) {
		const struct finding *f = &s->r->findings.v[i];
		struct report_result *to = &s->results.v[place_of(s, f)];
		to->findings_n += f->suppression == FINDING_SHOWN;
		to->suppressed_n += is_listed(f);
	}
}

static int make_room(struct assembly *s)
{
	struct lc_arena *a = &s->r->arena;
	for (size_t i = 0; i < s->results.n; i++) {
		struct report_result *to = &s->results.v[i];
		to->packages =
			lc_new_array(a, const struct inv_found_package *, to->packages_n + 1);
		to->findings = lc_new_array(a, struct finding *, to->findings_n + 1);
		to->suppressed = lc_new_array(a, struct finding *, to->suppressed_n + 1);
		if (!to->packages || !to->findings || !to->suppressed)
			return no_memory(s);
		to->packages_n = 0;
		to->findings_n = 0;
		to->suppressed_n = 0;
	}
	return 0;
}

static void fill(struct assembly *s)
{
	struct report *r = s->r;
	for (size_t i = 0; i < r->inventory.packages.n; i++) {
		struct report_result *to = &s->results.v[s->result_of[i]];
		to->packages[to->packages_n++] = &r->inventory.packages.v[i];
	}
	for (size_t i = 0; i < r->findings.n; i++) { /* they are sorted already */
		struct finding *f = &r->findings.v[i];
		struct report_result *to = &s->results.v[place_of(s, f)];
		if (f->suppression == FINDING_SHOWN)
			to->findings[to->findings_n++] = f;
		else if (is_listed(f))
			to->suppressed[to->suppressed_n++] = f;
	}
}

/* What the project asks for first; what no file says anything of last. */
static int nearness(const struct inv_package *p)
{
	return p->relationship == INV_REL_UNKNOWN ? INV_REL_N : (int)p->relationship;
}

static int package_order(const void *va, const void *vb)
{
	const struct inv_found_package *a = *(const struct inv_found_package *const *)va;
	const struct inv_found_package *b = *(const struct inv_found_package *const *)vb;
	const struct lc_slice keys[][2] = {
		{ a->package.name, b->package.name }, { a->package.version, b->package.version },
		{ a->package.arch, b->package.arch }, { a->file, b->file },
		{ a->package.type, b->package.type },
	};
	int c = nearness(&a->package) - nearness(&b->package);
	for (size_t i = 0; !c && i < sizeof(keys) / sizeof(keys[0]); i++)
		c = lc_cmp(keys[i][0], keys[i][1]);
	if (!c)
		c = (a->package.line_start > b->package.line_start) -
		    (a->package.line_start < b->package.line_start);
	return c;
}

static int result_order(const void *va, const void *vb)
{
	const struct report_result *a = va;
	const struct report_result *b = vb;
	int c = (a->kind > b->kind) - (a->kind < b->kind);
	if (!c)
		c = lc_cmp(a->type, b->type);
	return c ? c : lc_cmp(a->target, b->target);
}

static void sort(struct assembly *s)
{
	for (size_t i = 0; i < s->results.n; i++) {
		struct report_result *to = &s->results.v[i];
		if (to->packages_n)
			qsort(to->packages, to->packages_n, sizeof(*to->packages), package_order);
	}
	if (s->results.n)
		qsort(s->results.v, s->results.n, sizeof(*s->results.v), result_order);
}

static int assemble(struct assembly *s)
{
	struct report *r = s->r;
	size_t ignored;
	s->result_of = lc_alloc0(r->inventory.packages.n + 1, sizeof(*s->result_of));
	if (!s->result_of)
		return lc_fail(s->e, LC_ENOMEM, "no memory for the report");
	int rc = 0;
	if (r->inventory.has_os && (r->groups & INV_GROUP_OS))
		rc = os_result(s, r->inventory.os.family, &ignored);
	for (size_t i = 0; !rc && i < r->inventory.packages.n; i++)
		rc = place_package(s, i);
	if (rc)
		return rc;
	count_findings(s);
	rc = make_room(s);
	if (rc)
		return rc;
	fill(s);
	sort(s);
	r->results = s->results.v;
	r->results_n = s->results.n;
	return 0;
}

int report_assemble(struct report *r, struct lc_err *e)
{
	struct assembly s = { .r = r, .e = e };
	int rc = assemble(&s);
	lc_map_done(&s.by_key);
	lc_free(s.result_of);
	return rc;
}

void report_count(const struct report_result *res, uint64_t ret[SEVERITY_N])
{
	memset(ret, 0, SEVERITY_N * sizeof(*ret));
	for (size_t i = 0; i < res->findings_n; i++)
		ret[res->findings[i]->severity]++;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	lc_arena_done(&r->arena);
	if (r->kept_free)
		r->kept_free(r->kept);
	lc_free(r);
}

void report_freep(struct report **r)
{
	report_free(*r);
	*r = NULL;
}
