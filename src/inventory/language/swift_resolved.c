/*
 * Swift's Package.resolved. Source: Swift Package Manager, PinsStore.
 *
 *	1     { "object": { "pins": [ { "package", "repositoryURL", "state": { "version", "branch",
 *	      "revision" } } ] } }
 *	2, 3  { "pins": [ { "identity", "kind", "location", "state": { … } } ] }
 *
 * A package is named after its repository, host and path; one of a registry has no location.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* "https://host/path.git", "ssh://git@host/path", "git@host:path": host/path */
static struct lc_slice repository(const struct lock *l, struct lc_slice url)
{
	size_t scheme = lc_find_slice(url, LC_S("://"));
	size_t colon;
	url = lc_skip(url, scheme == SIZE_MAX ? 0 : scheme + 3);
	size_t at = lc_find(url, '@');
	if (at < lc_find(url, '/'))
		url = lc_skip(url, at + 1);
	(void)lc_chop_suffix(&url, LC_S("/"));
	(void)lc_chop_suffix(&url, LC_S(".git"));
	colon = scheme == SIZE_MAX ? lc_find(url, ':') : SIZE_MAX;
	if (colon == SIZE_MAX)
		return url;
	return lc_arena_fmt(l->arena, "%.*s/%.*s", LC_FMT(lc_sub(url, 0, colon)),
			    LC_FMT(lc_skip(url, colon + 1)));
}

static int read_pin(struct lock *l, json_ref pin, const char *url_key)
{
	const struct json_doc *d = &l->json;
	json_ref state = json_get(d, pin, "state");
	struct lc_slice kind = json_get_str(d, pin, "kind");
	struct lc_slice url = json_get_str(d, pin, url_key);
	struct inv_package p = {
		.name = url.n ? repository(l, url) : json_get_str(d, pin, "identity"),
		.version = json_get_str(d, state, "version"),
	};
	lock_at_json(l, pin, &p);
	if (l->arena->err)
		return lc_arena_err(l->arena);
	if (lc_starts(kind, LC_S("local")) || lc_eq(kind, LC_S("fileSystem")))
		return 0; /* the project's own */
	if (p.version.n == 0)
		p.version = json_get_str(d, state, "branch");
	if (p.version.n == 0)
		p.version = json_get_str(d, state, "revision");
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: pin without a %s",
					p.line_start, p.name.n ? "version" : "location");
	return lock_add(l, &p, NULL);
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref root = json_root(d);
	json_ref pins = json_get(d, root, "pins");
	bool first = pins == JSON_NONE;
	int r = 0;
	if (first)
		pins = json_at(d, root, "object", "pins", NULL);
	if (pins != JSON_NONE && json_type_of(d, pins) != JSON_ARRAY)
		return inv_sink_trouble(l->out, INV_MALFORMED, "pins are not a list");
	for (json_ref i = json_first(d, pins); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_pin(l, i, first ? "repositoryURL" : "location");
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "swift", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "Package.resolved" },
	{ .kind = INV_WANT_NAME, .text = ".package.resolved" },
};

const struct inv_analyser inv_swift_resolved = {
	.name = "swift",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
