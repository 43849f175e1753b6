#include "inventory/file_patterns.h"

/* What trivy calls otherwise. Source: its documentation of --file-patterns and of analysers. */
static const struct {
	const char *theirs, *ours;
} names[] = {
	{ "conan-lock", "conan" },       { "dpkg-license", "dpkg-copyright" },
	{ "gradle-lockfile", "gradle" }, { "mix-lock", "hex" },
	{ "pubspec-lock", "pub" },       { "python-pkg-egg", "python-egg" },
	{ "rpmqa", "rpm-manifest" },     { "sbt-lockfile", "sbt" },
};

static struct lc_slice our_name(struct lc_slice type)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (lc_eq(type, lc_str(names[i].theirs)))
			return lc_str(names[i].ours);
	return type;
}

/* Where analysers share a name the first one is that of lock files. */
static size_t find(const struct inv_analyser *const *table, size_t n, struct lc_slice type)
{
	size_t i = 0;
	while (i < n && !lc_eq(lc_str(table[i]->name), type))
		i++;
	return i;
}

static int read_one(struct lc_slice text, const struct inv_analyser *const *table, size_t n,
		    struct file_pattern *ret, struct lc_err *e)
{
	size_t colon = lc_find(text, ':');
	if (colon == SIZE_MAX || colon == 0)
		return lc_fail(e, LC_EUSAGE,
			       "file pattern %s: want TYPE:REGEX, as in pip:requirements-.*\\.txt",
			       lc_quote(text).s);
	struct lc_slice type = lc_sub(text, 0, colon);
	ret->analyser = find(table, n, our_name(type));
	if (ret->analyser == n)
		return lc_fail(
			e, LC_EUSAGE,
			"file pattern of type %s, which nothing here reads: types are named as "
			"in reports: pip, npm, bundler, dpkg ...",
			lc_quote(type).s);
	int r = lc_pattern_new(lc_skip(text, colon + 1), &ret->pattern, e);
	if (r == LC_EBAD || r == LC_ELIMIT)
		return lc_wrap(e, LC_EUSAGE, "file pattern");
	return r;
}

int file_patterns_read(const struct lc_slices *texts, const struct inv_analyser *const *table,
		       size_t n, struct lc_arena *a, struct file_patterns *ret, struct lc_err *e)
{
	int r = 0;
	for (size_t i = 0; i < texts->n && r == 0; i++) {
		struct file_pattern one = { .pattern = NULL };
		r = read_one(texts->v[i], table, n, &one, e);
		struct file_pattern *place = r ? NULL : lc_vec_push(a, ret);
		if (place)
			*place = one;
		else
			lc_pattern_free(one.pattern);
		if (r == 0 && !place)
			r = lc_fail(e, LC_ENOMEM, "no memory for file patterns");
	}
	return r;
}

void file_patterns_done(struct file_patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		lc_pattern_free(p->v[i].pattern);
	*p = (struct file_patterns){ NULL, 0, 0 };
}

/* Where an expression costs too much to tell, the file is read: too much is better than less. */
static bool matches(const struct file_pattern *p, struct lc_slice path)
{
	bool found = false;
	return lc_pattern_search(p->pattern, path, &found, NULL) || found;
}

void file_patterns_match(const struct file_patterns *p, struct lc_slice path,
			 const struct inv_set *mask, struct inv_set *set)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t analyser = p->v[i].analyser;
		if (inv_set_has(mask, analyser) && !inv_set_has(set, analyser) &&
		    matches(&p->v[i], path))
			inv_set_add(set, analyser);
	}
}

bool file_patterns_give(const struct file_patterns *p, size_t analyser, struct lc_slice path)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].analyser == analyser && matches(&p->v[i], path))
			return true;
	return false;
}
