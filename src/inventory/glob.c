#include "inventory/glob.h"

/*
 * pattern = { item }
 * item    = "**" | "*" | "?" | "[" ["!"|"^"] { c | c "-" c } "]" | "\" c | c
 *
 * Braces are expanded before: {a,b} into one pattern each, in a buffer of fixed size.
 */

static uint8_t at(struct lc_slice s, size_t i)
{
	return i < s.n ? s.p[i] : 0;
}

/* Length of the class at pattern[i] with its brackets, 0 when it does not close. */
static size_t class_length(struct lc_slice pattern, size_t i)
{
	size_t j = i + 1;
	if (at(pattern, j) == '!' || at(pattern, j) == '^')
		j++;
	for (size_t first = j; j < pattern.n; j++) {
		if (pattern.p[j] == ']' && j > first)
			return j + 1 - i;
		j += pattern.p[j] == '\\';
	}
	return 0;
}

static bool class_has(struct lc_slice class, uint8_t c)
{
	struct lc_slice s = lc_sub(class, 1, class.n - 2);
	bool negated = at(s, 0) == '!' || at(s, 0) == '^';
	bool found = false;
	for (size_t i = negated; i < s.n; i++) {
		i += s.p[i] == '\\' && i + 1 < s.n;
		uint8_t low = s.p[i];
		uint8_t high = low;
		if (at(s, i + 1) == '-' && i + 2 < s.n) {
			i += 2;
			i += s.p[i] == '\\' && i + 1 < s.n;
			high = s.p[i];
		}
		found |= c >= low && c <= high;
	}
	return found != negated && c != '/';
}

/* Does the single item at pattern[i] match c? *ret_n: its length. */
static bool item_matches(struct lc_slice pattern, size_t i, uint8_t c, size_t *ret_n)
{
	uint8_t p = pattern.p[i];
	*ret_n = 1;
	if (p == '?')
		return c != '/';
	if (p == '[' && class_length(pattern, i)) {
		*ret_n = class_length(pattern, i);
		return class_has(lc_sub(pattern, i, *ret_n), c);
	}
	if (p == '\\' && i + 1 < pattern.n) {
		*ret_n = 2;
		return pattern.p[i + 1] == c;
	}
	return p == c;
}

/* Where matching goes on when it fails: the last star gives one byte more. */
struct retry {
	size_t pattern; /* behind the star; SIZE_MAX: there was none */
	size_t path;    /* the byte it takes next */
};

static bool take_more(struct retry *r, struct lc_slice path, bool slash, size_t *i, size_t *j)
{
	if (r->pattern == SIZE_MAX || r->path >= path.n || (!slash && path.p[r->path] == '/'))
		return false;
	*i = r->pattern;
	*j = ++r->path;
	return true;
}

/*
 * Stars at pattern[*i]: "*" or "**". "**" followed by a slash matches no component as well, so
 * both "a/x" and "x" match it before x; it counts at the start of a component only.
 */
static bool read_stars(struct lc_slice pattern, size_t *i)
{
	size_t start = *i;
	while (at(pattern, *i) == '*')
		(*i)++;
	bool starts = start == 0 || pattern.p[start - 1] == '/';
	bool ends = *i == pattern.n || pattern.p[*i] == '/';
	return *i - start > 1 && starts && ends;
}

/* "**" may stop at the start of a component only, and takes the slash in the pattern with it. */
static bool match_flat(struct lc_slice pattern, struct lc_slice path)
{
	struct retry star = { SIZE_MAX, 0 };
	struct retry deep = { SIZE_MAX, 0 };
	size_t i = 0;
	size_t j = 0;
	for (;;) {
		size_t n;
		if (i < pattern.n && pattern.p[i] == '*') {
			if (read_stars(pattern, &i)) {
				if (i == pattern.n)
					return true;
				deep = (struct retry){ ++i, j };
				star.pattern = SIZE_MAX;
			} else {
				star = (struct retry){ i, j };
			}
			continue;
		}
		if (i == pattern.n && j == path.n)
			return true;
		if (i < pattern.n && j < path.n && item_matches(pattern, i, path.p[j], &n)) {
			i += n;
			j++;
			continue;
		}
		if (take_more(&star, path, false, &i, &j))
			continue;
		star.pattern = SIZE_MAX;
		do {
			if (!take_more(&deep, path, true, &i, &j))
				return false;
		} while (path.p[j - 1] != '/');
	}
}

/* ---- braces ---- */

struct brace {
	size_t open, close; /* of the first pair at the outermost level */
};

static bool find_brace(struct lc_slice p, struct brace *ret)
{
	size_t depth = 0;
	for (size_t i = 0; i < p.n; i++) {
		if (p.p[i] == '\\') {
			i++;
		} else if (p.p[i] == '{') {
			if (depth++ == 0)
				ret->open = i;
		} else if (p.p[i] == '}' && depth > 0 && --depth == 0) {
			ret->close = i;
			return true;
		}
	}
	return false;
}

/* End of the alternative that starts at from, at the outermost level of the braces. */
static size_t alternative_end(struct lc_slice p, size_t from, size_t close)
{
	size_t depth = 0;
	for (size_t i = from; i < close; i++) {
		if (p.p[i] == '\\')
			i++;
		else if (p.p[i] == '{')
			depth++;
		else if (p.p[i] == '}')
			depth--;
		else if (p.p[i] == ',' && depth == 0)
			return i;
	}
	return close;
}

static bool match_braces(struct lc_slice pattern, struct lc_slice path, unsigned depth)
{
	struct brace b = { 0, 0 };
	if (!find_brace(pattern, &b))
		return match_flat(pattern, path);
	if (depth == GLOB_BRACES_MAX)
		return false;
	for (size_t from = b.open + 1; from <= b.close;) {
		uint8_t text[GLOB_BYTES_MAX];
		size_t end = alternative_end(pattern, from, b.close);
		size_t tail = pattern.n - b.close - 1;
		memcpy(text, pattern.p, b.open); /* the whole is shorter than pattern */
		memcpy(text + b.open, pattern.p + from, end - from);
		memcpy(text + b.open + (end - from), pattern.p + b.close + 1, tail);
		struct lc_slice one = lc_slice_of(text, b.open + (end - from) + tail);
		if (match_braces(one, path, depth + 1))
			return true;
		from = end + 1;
	}
	return false;
}

bool glob_match(struct lc_slice pattern, struct lc_slice path)
{
	return pattern.n <= GLOB_BYTES_MAX && match_braces(pattern, path, 0);
}

bool glob_valid(struct lc_slice pattern)
{
	size_t braces = 0;
	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '\\')
			i++;
		else if (pattern.p[i] == '{')
			braces++;
	}
	return pattern.n <= GLOB_BYTES_MAX && braces <= GLOB_BRACES_MAX;
}
