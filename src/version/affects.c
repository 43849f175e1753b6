/*
 * The OSV evaluation without sorting: whether a version is affected depends on the last event at or
 * before it alone, so finding that event (greatest version, among equals the record's last) is one
 * pass. The ends of the stretch are two more.
 */
#include "version/version.h"

/* The events of one range as the version asked about sees them. */
struct view {
	enum version_scheme scheme;
	const struct version_range *range;
	struct lc_slice v;
};

static const struct version_event *event_at(const struct view *q, size_t i)
{
	return &q->range->events[i];
}

static bool from_beginning(const struct version_event *e)
{
	return e->kind == VERSION_INTRODUCED && lc_eq(e->version, LC_S("0"));
}

static bool without_limit(const struct version_event *e)
{
	return e->kind == VERSION_LIMIT && lc_eq(e->version, LC_S("*"));
}

static bool usable(const struct view *q, const struct version_event *e)
{
	return from_beginning(e) || without_limit(e) || version_valid(q->scheme, e->version);
}

/* Order of two usable versions. Valid ones of a built scheme always compare. */
static int order(const struct view *q, struct lc_slice a, struct lc_slice b)
{
	int c = 0;
	if (version_cmp(q->scheme, a, b, &c))
		return 0;
	return c;
}

/* Order of two usable events: by version, then as the record has them. */
static bool event_before(const struct view *q, size_t i, size_t j)
{
	bool first_i = from_beginning(event_at(q, i));
	bool first_j = from_beginning(event_at(q, j));
	if (first_i || first_j)
		return first_i && (!first_j || i < j);
	int c = order(q, event_at(q, i)->version, event_at(q, j)->version);
	return c ? c < 0 : i < j;
}

static bool is_end(const struct version_event *e)
{
	return e->kind == VERSION_FIXED || e->kind == VERSION_LAST_AFFECTED;
}

/* Has the event happened at v? Limits are no events in this sense. */
static bool reached(const struct view *q, const struct version_event *e)
{
	if (e->kind == VERSION_LIMIT)
		return false;
	if (from_beginning(e))
		return true;
	int c = order(q, q->v, e->version);
	return e->kind == VERSION_LAST_AFFECTED ? c > 0 : c >= 0;
}

/* Last end that v has reached, or SIZE_MAX. */
static size_t last_end(const struct view *q)
{
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < q->range->n; i++) {
		const struct version_event *e = event_at(q, i);
		if (!is_end(e) || !usable(q, e) || !reached(q, e))
			continue;
		if (last == SIZE_MAX || event_before(q, last, i))
			last = i;
	}
	return last;
}

/* First introduction behind that end that v has reached: v is affected unless it is SIZE_MAX. */
static size_t stretch_start(const struct view *q)
{
	size_t end = last_end(q);
	size_t first = SIZE_MAX;
	for (size_t i = 0; i < q->range->n; i++) {
		const struct version_event *e = event_at(q, i);
		if (e->kind != VERSION_INTRODUCED || !usable(q, e) || !reached(q, e))
			continue;
		if (end != SIZE_MAX && !event_before(q, end, i))
			continue;
		if (first == SIZE_MAX || event_before(q, i, first))
			first = i;
	}
	return first;
}

/* First end behind the start that v has not reached, or SIZE_MAX. */
static size_t stretch_end(const struct view *q, size_t start)
{
	size_t first = SIZE_MAX;
	for (size_t i = 0; i < q->range->n; i++) {
		const struct version_event *e = event_at(q, i);
		if (!is_end(e) || !usable(q, e) || reached(q, e) || event_before(q, i, start))
			continue;
		if (first == SIZE_MAX || event_before(q, i, first))
			first = i;
	}
	return first;
}

/* One limit above v is enough; a range without limits has none to pass. */
static bool before_limits(const struct view *q)
{
	bool limited = false;
	for (size_t i = 0; i < q->range->n; i++) {
		const struct version_event *e = event_at(q, i);
		if (e->kind != VERSION_LIMIT || !usable(q, e))
			continue;
		if (without_limit(e) || order(q, q->v, e->version) < 0)
			return true;
		limited = true;
	}
	return !limited;
}

static size_t count_skipped(const struct view *q)
{
	size_t skipped = 0;
	for (size_t i = 0; i < q->range->n; i++)
		skipped += !usable(q, event_at(q, i));
	return skipped;
}

static bool in_range(const struct view *q, struct version_proof *ret)
{
	size_t start = before_limits(q) ? stretch_start(q) : SIZE_MAX;
	if (start == SIZE_MAX)
		return false;

	size_t end = stretch_end(q, start);
	ret->verdict = VERSION_AFFECTED;
	ret->introduced = event_at(q, start)->version;
	if (end != SIZE_MAX && event_at(q, end)->kind == VERSION_FIXED)
		ret->fixed = event_at(q, end)->version;
	else if (end != SIZE_MAX)
		ret->last_affected = event_at(q, end)->version;
	return true;
}

static bool is_named(const struct version_affected *what, struct lc_slice v)
{
	for (size_t i = 0; i < what->versions_n; i++)
		if (v.n && lc_eq(what->versions[i], v))
			return true;
	return false;
}

/* Named in another spelling ("0:1.0" for "1.0"). */
static bool is_named_alike(enum version_scheme s, const struct version_affected *what,
			   struct lc_slice v, size_t *skipped)
{
	for (size_t i = 0; i < what->versions_n; i++) {
		int c = 1;
		if (!version_valid(s, what->versions[i]) ||
		    version_cmp(s, what->versions[i], v, &c))
			++*skipped;
		else if (c == 0)
			return true;
	}
	return false;
}

/* A range that only says "from the beginning" holds whatever the order is. */
static bool holds_for_all(const struct version_range *r)
{
	bool introduced = false;
	for (size_t i = 0; i < r->n; i++) {
		if (!from_beginning(&r->events[i]) && !without_limit(&r->events[i]))
			return false;
		introduced = introduced || from_beginning(&r->events[i]);
	}
	return introduced;
}

static void judge_without_order(const struct version_affected *what, struct version_proof *p)
{
	p->verdict = what->ranges_n ? VERSION_UNDECIDED : VERSION_UNAFFECTED;
	for (size_t i = 0; i < what->ranges_n; i++) {
		if (!holds_for_all(&what->ranges[i]))
			continue;
		p->verdict = VERSION_AFFECTED;
		p->range = i;
		p->introduced = LC_S("0");
		return;
	}
}

static void judge_by_order(enum version_scheme s, const struct version_affected *what,
			   struct lc_slice v, struct version_proof *p)
{
	p->verdict = VERSION_UNAFFECTED;
	for (size_t i = 0; i < what->ranges_n; i++) {
		struct view q = { s, &what->ranges[i], v };
		p->skipped += count_skipped(&q);
		if (p->verdict != VERSION_AFFECTED && in_range(&q, p))
			p->range = i;
	}
	if (p->verdict != VERSION_AFFECTED && is_named_alike(s, what, v, &p->skipped))
		p->verdict = VERSION_AFFECTED;
}

int version_affects(enum version_scheme s, const struct version_affected *what, struct lc_slice v,
		    struct version_proof *ret)
{
	struct version_proof p = { .verdict = VERSION_UNDECIDED, .range = SIZE_MAX };
	if (s != VERSION_NONE && !version_scheme_built(s))
		return LC_EUNSUP;

	if (version_valid(s, v) && s == VERSION_NONE)
		judge_without_order(what, &p);
	else if (version_valid(s, v))
		judge_by_order(s, what, v, &p);
	if (is_named(what, v))
		p.verdict = VERSION_AFFECTED;
	*ret = p;
	return 0;
}
