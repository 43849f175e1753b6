#include "inventory/language/java.h"

enum { PART_BYTES_MAX = 512 };

struct lc_slice java_name(const struct java_coordinates *c, struct lc_arena *a)
{
	if (c->group.n == 0)
		return c->artifact;
	return lc_arena_fmt(a, "%.*s:%.*s", LC_FMT(c->group), LC_FMT(c->artifact));
}

static bool is_word(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '.' || c == '-' || c == '_' || c == '+';
}

/* A part of coordinates as repositories take them; no text with blanks, no "${place.holder}". */
static bool is_part(struct lc_slice s)
{
	if (s.n == 0 || s.n > PART_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_word(s.p[i]))
			return false;
	}
	return true;
}

static bool is_version(struct lc_slice s)
{
	return is_part(s) && (lc_is_digit(s.p[0]) || lc_is_alpha(s.p[0]));
}

/* A group that says something: one word alone is a vendor's name more often than a group. */
static bool is_group(struct lc_slice s)
{
	return is_part(s) && lc_is_alpha(s.p[0]) && lc_find(s, '.') != SIZE_MAX;
}

/* ---- the file's name ---- */

/* Words that stand inside a version, before its last number: "1.0-beta-2". */
static bool is_stage(struct lc_slice word)
{
	static const char *const stages[] = { "alpha", "beta", "a",         "b",         "rc",
					      "cr",    "m",    "sp",        "pre",       "preview",
					      "ea",    "dev",  "snapshot",  "milestone", "build",
					      "r",     "rev",  "incubating" };
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		if (lc_eq_nocase(word, lc_str(stages[i])))
			return true;
	}
	return false;
}

/* Where the last word of the name begins: a number follows it, as "api" in "log4j-1.2-api-2.17". */
static size_t last_word(struct lc_slice stem)
{
	struct lc_slice rest = stem;
	struct lc_slice part;
	size_t word = SIZE_MAX;
	size_t last = 0;
	while (lc_split(&rest, '-', &part)) {
		size_t at = stem.n - rest.n - part.n - (rest.p ? 1 : 0);
		if (word != SIZE_MAX && part.n && lc_is_digit(part.p[0]))
			last = word;
		word = part.n && lc_is_alpha(part.p[0]) && !is_stage(part) ? at : SIZE_MAX;
		if (!rest.p)
			break;
	}
	return last;
}

bool java_by_file(struct lc_slice stem, struct java_coordinates *ret)
{
	*ret = (struct java_coordinates){ .artifact = stem };
	for (size_t i = last_word(stem) + 1; i + 1 < stem.n; i++) {
		if (stem.p[i] != '-' || !lc_is_digit(stem.p[i + 1]))
			continue;
		ret->artifact = lc_sub(stem, 0, i);
		ret->version = lc_skip(stem, i + 1);
		return true;
	}
	return false;
}

bool java_is_file_of(struct lc_slice stem, struct lc_slice artifact)
{
	if (!lc_starts(stem, artifact))
		return false;
	stem = lc_skip(stem, artifact.n);
	return stem.n == 0 ||
	       (stem.n > 1 && (stem.p[0] == '-' || stem.p[0] == '_') && lc_is_digit(stem.p[1]));
}

/* ---- pom.properties ---- */

bool java_by_properties(struct lc_slice text, struct java_coordinates *ret)
{
	struct java_coordinates c = { .group = LC_S("") };
	struct lc_slice line;
	struct lc_slice key;
	struct lc_slice value;
	while (lc_line(&text, &line)) {
		line = lc_trim(line);
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == '!' ||
		    (!lc_cut(line, '=', &key, &value) && !lc_cut(line, ':', &key, &value)))
			continue;
		key = lc_trim(key);
		if (lc_eq(key, LC_S("groupId")))
			c.group = lc_trim(value);
		else if (lc_eq(key, LC_S("artifactId")))
			c.artifact = lc_trim(value);
		else if (lc_eq(key, LC_S("version")))
			c.version = lc_trim(value);
	}
	if (!is_part(c.group) || !is_part(c.artifact) || !is_version(c.version))
		return false;
	*ret = c;
	return true;
}

/* ---- the manifest ---- */

static int put_attribute(struct java_manifest *m, struct lc_slice name, struct lc_slice value,
			 struct lc_arena *a)
{
	uint8_t *lower = lc_arena_alloc(a, name.n + 1);
	struct lc_slice *place = lc_new(a, struct lc_slice);
	if (!lower || !place)
		return lc_arena_err(a);
	for (size_t i = 0; i < name.n; i++)
		lower[i] = lc_lower(name.p[i]);
	*place = value;
	return lc_map_put(&m->map, lc_slice_of(lower, name.n), place);
}

/* One attribute with the lines that go on from it, each behind one space. */
static int take_value(struct lc_slice *rest, struct lc_slice first, struct lc_arena *a,
		      struct lc_slice *ret)
{
	struct lc_slice after = *rest;
	struct lc_slice line;
	size_t n = first.n;
	while (after.n && after.p[0] == ' ' && lc_line(&after, &line))
		n += line.n - 1;
	*ret = first;
	if (n == first.n && after.n == rest->n)
		return 0;
	uint8_t *text = lc_arena_alloc(a, n + 1);
	if (!text)
		return lc_arena_err(a);
	if (first.n)
		memcpy(text, first.p, first.n);
	*ret = lc_slice_of(text, n);
	text += first.n;
	while (rest->n > after.n && lc_line(rest, &line)) {
		memcpy(text, line.p + 1, line.n - 1);
		text += line.n - 1;
	}
	return 0;
}

struct lc_slice java_manifest_main(struct lc_slice text)
{
	struct lc_slice rest = text;
	struct lc_slice line;
	size_t n = 0;
	while (lc_line(&rest, &line) && line.n)
		n = text.n - rest.n;
	return lc_sub(text, 0, n);
}

enum { ATTRIBUTES_MAX = 1024 };

int java_manifest_read(struct lc_slice text, struct lc_arena *a, struct java_manifest *ret)
{
	struct lc_slice line;
	struct lc_slice name;
	struct lc_slice value;
	int r = 0;
	(void)lc_chop_prefix(&text, LC_S("\xef\xbb\xbf"));
	while (r == 0 && ret->map.n < ATTRIBUTES_MAX && lc_line(&text, &line) && line.n) {
		if (line.p[0] == ' ' || !lc_cut(line, ':', &name, &value))
			continue;
		r = take_value(&text, value, a, &value);
		r = r ? r : put_attribute(ret, lc_trim(name), lc_trim(value), a);
	}
	return r;
}

void java_manifest_done(struct java_manifest *m)
{
	lc_map_done(&m->map);
}

struct lc_slice java_manifest_get(const struct java_manifest *m, const char *name)
{
	const struct lc_slice *value = lc_map_get(&m->map, lc_str(name));
	return value && lc_find(*value, '$') == SIZE_MAX ? *value : LC_S("");
}

static struct lc_slice before(struct lc_slice s, uint8_t c)
{
	size_t at = lc_find(s, c);
	return lc_trim(lc_sub(s, 0, at == SIZE_MAX ? s.n : at));
}

/* "org.x.tool" of "tool": "org.x"; "" when the name is not of that form. */
static struct lc_slice group_before(struct lc_slice name, struct lc_slice artifact)
{
	if (!lc_chop_suffix(&name, artifact) || !lc_chop_suffix(&name, LC_S(".")))
		return LC_S("");
	return is_group(name) ? name : LC_S("");
}

static struct lc_slice group_of(const struct java_manifest *m, struct lc_slice artifact)
{
	struct lc_slice group = java_manifest_get(m, "group-id"); /* Jenkins */
	if (is_part(group))
		return group;
	group = group_before(before(java_manifest_get(m, "bundle-symbolicname"), ';'), artifact);
	if (group.n)
		return group;
	group = java_manifest_get(m, "implementation-vendor-id");
	if (is_group(group))
		return group;
	return group_before(java_manifest_get(m, "automatic-module-name"), artifact);
}

void java_by_manifest(const struct java_manifest *m, struct java_coordinates *c)
{
	static const char *const versions[] = { "plugin-version", "implementation-version",
						"bundle-version", "specification-version" };
	struct lc_slice name = java_manifest_get(m, "short-name"); /* Jenkins */
	if (is_part(name) && java_manifest_get(m, "plugin-version").n)
		c->artifact = name;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]) && c->version.n == 0; i++) {
		/* "1.2 (r345)": what stands behind the blank is a remark */
		struct lc_slice version = before(java_manifest_get(m, versions[i]), ' ');
		if (is_version(version))
			c->version = version;
	}
	if (c->group.n == 0)
		c->group = group_of(m, c->artifact);
}
