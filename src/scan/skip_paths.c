#include "scan/skip_paths.h"

static bool ends_above(struct lc_slice path)
{
	return lc_eq(path, LC_S("..")) || lc_ends(path, LC_S("/.."));
}

struct lc_slice scan_clean_path(struct lc_slice path, struct lc_arena *a)
{
	bool absolute = lc_starts(path, LC_S("/"));
	uint8_t *p = lc_arena_alloc(a, path.n + 2);
	struct lc_slice out = { p, 0 };
	struct lc_slice part;
	if (!p)
		return out;
	while (path.n && lc_split(&path, '/', &part)) {
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		bool up = lc_eq(part, LC_S(".."));
		if (up && out.n && !ends_above(out)) {
			out = lc_path_dir(out);
			out.p = p;
			continue;
		}
		if (up && absolute)
			continue;
		if (out.n || absolute)
			p[out.n++] = '/';
		memcpy(p + out.n, part.p, part.n);
		out.n += part.n;
	}
	if (out.n == 0)
		p[out.n++] = absolute ? '/' : '.';
	return out;
}

static struct lc_slice absolute(struct lc_slice cwd, struct lc_slice path, struct lc_arena *a)
{
	uint8_t *p = lc_arena_alloc(a, cwd.n + path.n + 1);
	if (!p || lc_starts(path, LC_S("/")))
		return p ? scan_clean_path(path, a) : (struct lc_slice){ NULL, 0 };
	if (cwd.n)
		memcpy(p, cwd.p, cwd.n);
	p[cwd.n] = '/';
	if (path.n)
		memcpy(p + cwd.n + 1, path.p, path.n);
	return scan_clean_path(lc_slice_of(p, cwd.n + path.n + 1), a);
}

struct lc_slice scan_skip_pattern(struct lc_slice root, struct lc_slice cwd,
				  struct lc_slice pattern, struct lc_arena *a)
{
	struct lc_slice base = absolute(cwd, root, a);
	struct lc_slice below = absolute(cwd, pattern, a);
	if (!base.p || !below.p)
		return (struct lc_slice){ NULL, 0 };
	bool is_root = lc_eq(base, LC_S("/"));
	if (!is_root && !lc_chop_prefix(&below, base))
		return pattern;
	/* The tree itself, or a name that only starts like it. */
	if (!lc_chop_prefix(&below, LC_S("/")) || below.n == 0)
		return pattern;
	return below;
}
