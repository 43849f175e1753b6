/*
 * Sorting lists of slices: a natural merge sort (Knuth, "The Art of Computer Programming", 5.2.4),
 * since most lists come sorted, or as two sorted ones.
 */
#include "base/shim.h"
#include "base/vec.h"

/* Where the ascending run that starts at from ends. */
static size_t run_end(const struct lc_slice *v, size_t from, size_t n)
{
	size_t i = from + 1;
	while (i < n && lc_cmp(v[i - 1], v[i]) <= 0)
		i++;
	return i < n ? i : n;
}

static void merge(const struct lc_slice *v, size_t middle, size_t n, struct lc_slice *to)
{
	size_t a = 0;
	size_t b = middle;
	while (a < middle && b < n)
		*to++ = lc_cmp(v[b], v[a]) < 0 ? v[b++] : v[a++];
	memcpy(to, v + a, (middle - a) * sizeof(*v));
	memcpy(to + (middle - a), v + b, (n - b) * sizeof(*v));
}

/* Runs of v, two by two, into to: true when one is left. */
static bool merge_pairs(const struct lc_slice *v, size_t n, struct lc_slice *to)
{
	size_t pairs = 0;
	for (size_t from = 0; from < n; pairs++) {
		size_t middle = run_end(v, from, n);
		size_t end = middle < n ? run_end(v, middle, n) : n;
		merge(v + from, middle - from, end - from, to + from);
		from = end;
	}
	return pairs == 1;
}

int lc_slices_sort(struct lc_slices *list)
{
	size_t n = list->n;
	if (n < 2 || run_end(list->v, 0, n) == n)
		return 0;
	struct lc_slice *other = lc_alloc(n * sizeof(*other)); /* as many are in memory: no wrap */
	if (!other)
		return LC_ENOMEM;
	struct lc_slice *from = list->v;
	struct lc_slice *to = other;
	for (bool one = false; !one;) {
		one = merge_pairs(from, n, to);
		struct lc_slice *swap = from;
		from = to;
		to = swap;
	}
	if (from != list->v)
		memcpy(list->v, from, n * sizeof(*from));
	lc_free(other);
	return 0;
}

int lc_slices_sort_unique(struct lc_slices *list)
{
	int rc = lc_slices_sort(list);
	if (rc)
		return rc;
	size_t kept = list->n ? 1 : 0;
	for (size_t i = 1; i < list->n; i++)
		if (!lc_eq(list->v[i], list->v[kept - 1]))
			list->v[kept++] = list->v[i];
	list->n = kept;
	return 0;
}
