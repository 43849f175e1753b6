#include "advisory/feed/id.h"

#include <stdlib.h>

enum { CVE_YEAR = 4, CVE_DIGITS_MIN = 4, CVE_DIGITS_MAX = 10 };

static size_t digits(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n && lc_is_digit(s.p[n]))
		n++;
	return n;
}

/* Bytes of the CVE number ("2019-1234") that s begins with, 0 when it begins with none. */
static size_t cve_number(struct lc_slice s)
{
	if (digits(s) != CVE_YEAR || s.n == CVE_YEAR ||
	    (s.p[CVE_YEAR] != '-' && s.p[CVE_YEAR] != '_'))
		return 0;
	size_t n = digits(lc_skip(s, CVE_YEAR + 1));
	return n >= CVE_DIGITS_MIN && n <= CVE_DIGITS_MAX ? CVE_YEAR + 1 + n : 0;
}

bool id_is_cve(struct lc_slice id)
{
	return lc_chop_prefix(&id, LC_S("CVE-")) && cve_number(id) == id.n && id.n &&
	       id.p[CVE_YEAR] == '-';
}

static uint64_t number(struct lc_slice s)
{
	uint64_t v = 0;
	(void)lc_u64(s, 10, UINT64_MAX, &v); /* at most ten digits */
	return v;
}

int id_cve_cmp(struct lc_slice a, struct lc_slice b)
{
	int c = lc_cmp(lc_sub(a, 4, CVE_YEAR), lc_sub(b, 4, CVE_YEAR));
	if (c)
		return c;
	uint64_t x = number(lc_skip(a, 4 + CVE_YEAR + 1));
	uint64_t y = number(lc_skip(b, 4 + CVE_YEAR + 1));
	return (x > y) - (x < y);
}

bool id_is_sane(struct lc_slice id)
{
	if (!id.n || id.n > ID_BYTES_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] >= 0x7f)
			return false;
	return true;
}

bool id_in(const struct lc_slices *list, struct lc_slice id)
{
	for (size_t i = 0; i < list->n; i++)
		if (lc_eq(list->v[i], id))
			return true;
	return false;
}

int id_add(struct lc_arena *a, struct lc_slices *list, struct lc_slice id)
{
	if (id_in(list, id))
		return 0;
	struct lc_slice *s = lc_vec_push(a, list);
	if (!s)
		return lc_arena_err(a);
	*s = id;
	return 0;
}

static int cmp_ids(const void *x, const void *y)
{
	const struct lc_slice *a = x;
	const struct lc_slice *b = y;
	bool cve_a = id_is_cve(*a);
	bool cve_b = id_is_cve(*b);
	if (cve_a != cve_b)
		return cve_a ? -1 : 1;
	int c = cve_a ? id_cve_cmp(*a, *b) : 0;
	return c ? c : lc_cmp(*a, *b);
}

void id_sort(struct lc_slices *list)
{
	if (list->n > 1)
		qsort(list->v, list->n, sizeof(list->v[0]), cmp_ids);
}

/* "2019_2426.patch" to "CVE-2019-2426"; false when no number stands there. */
static int add_cve(struct lc_slice word, struct lc_arena *a, struct lc_slices *ret, bool *ret_is)
{
	size_t n = cve_number(word);
	*ret_is = n != 0;
	if (!n)
		return 0;
	struct lc_slice id =
		lc_arena_fmt(a, "CVE-%.*s-%.*s", CVE_YEAR, (const char *)word.p,
			     (int)(n - CVE_YEAR - 1), (const char *)word.p + CVE_YEAR + 1);
	return id.p ? id_add(a, ret, id) : lc_arena_err(a);
}

/* A tracker's own id: capitals, then parts of letters and digits behind hyphens, one with a digit.
 */
static bool is_other_id(struct lc_slice w)
{
	size_t caps = 0;
	while (caps < w.n && w.p[caps] >= 'A' && w.p[caps] <= 'Z')
		caps++;
	if (caps < 2 || caps == w.n || w.p[caps] != '-' || !id_is_sane(w))
		return false;
	bool digit = false;
	for (size_t i = caps; i < w.n; i++) {
		digit |= lc_is_digit(w.p[i]);
		if (!lc_is_digit(w.p[i]) && !lc_is_alpha(w.p[i]) && w.p[i] != '-')
			return false;
	}
	return digit;
}

static bool next_word(struct lc_slice *rest, struct lc_slice *ret)
{
	*rest = lc_trim(*rest);
	size_t n = 0;
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	*ret = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	return n != 0;
}

int id_clean(struct lc_slice entry, struct lc_arena *a, struct lc_slices *ret)
{
	struct lc_slice word;
	bool after_cve = false;
	while (next_word(&entry, &word)) {
		bool starts = word.n >= 3 && lc_eq_nocase(lc_sub(word, 0, 3), LC_S("CVE"));
		struct lc_slice tail = starts ? lc_skip(word, 3) : word;
		if (starts && tail.n && (tail.p[0] == '-' || tail.p[0] == '_'))
			tail = lc_skip(tail, 1);
		bool is = false;
		int rc = starts || after_cve ? add_cve(tail, a, ret, &is) : 0;
		if (!rc && !is && !starts && is_other_id(word))
			rc = id_add(a, ret, word);
		if (rc)
			return rc;
		after_cve = starts && !tail.n;
	}
	return 0;
}
