/*
 * sbt's build.sbt.lock, of its plug-in sbt-dependency-lock. Source: its documentation.
 *
 *	{ "lockVersion": 1, "dependencies": [
 *	  { "org", "name", "version", "configurations": ["compile"],
 *	    "artifacts": [ { "name", "hash": "sha1:…" } ] } ] }
 *
 * What neither compiling nor running needs is for development.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static bool is_for_running(const struct lock *l, json_ref configurations)
{
	const struct json_doc *d = &l->json;
	if (json_count(d, configurations) == 0)
		return true;
	json_each(d, configurations, i) {
		struct lc_slice name = json_str(d, i);
		if (lc_eq(name, LC_S("compile")) || lc_eq(name, LC_S("runtime")))
			return true;
	}
	return false;
}

static int read_package(struct lock *l, json_ref info)
{
	const struct json_doc *d = &l->json;
	struct lc_slice group = json_get_str(d, info, "org");
	struct lc_slice name = json_get_str(d, info, "name");
	json_ref artifacts = json_get(d, info, "artifacts");
	struct inv_package p = { .version = json_get_str(d, info, "version") };
	lock_at_json(l, info, &p);
	if (group.n == 0 || name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no org, name and version",
					p.line_start);
	p.name = lc_arena_fmt(l->arena, "%.*s:%.*s", LC_FMT(group), LC_FMT(name));
	if (!p.name.p)
		return lc_arena_err(l->arena);
	if (json_count(d, artifacts) == 1)
		p.digest = json_get_str(d, json_first(d, artifacts), "hash");
	if (!lc_starts(p.digest, LC_S("sha1:")))
		p.digest = LC_S("");
	if (!is_for_running(l, json_get(d, info, "configurations")))
		p.flags |= INV_DEV;
	return lock_add(l, &p, NULL);
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref list = json_get(d, json_root(d), "dependencies");
	int r = 0;
	if (list != JSON_NONE && json_type_of(d, list) != JSON_ARRAY)
		return inv_sink_trouble(l->out, INV_MALFORMED, "dependencies are not a list");
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(l, i);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "sbt", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".sbt.lock" },
};

const struct inv_analyser inv_sbt_lock = {
	.name = "sbt",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
