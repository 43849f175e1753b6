/*
 * CocoaPods' Podfile.lock. Source: cocoapods.org, Podfile.lock.
 *
 *	PODS:
 *	  - AppCenter (4.2.0):
 *	    - AppCenter/Core (= 4.2.0)     what it depends on; "A/B" is a part of A
 *	DEPENDENCIES:
 *	  - AppCenter (~> 4.2)             what the project asks for
 *	EXTERNAL SOURCES:
 *	  Own:
 *	    :path: "../Own"                the project's own
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* "Name (version)" */
static bool split_pod(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret_version)
{
	return lc_cut(text, ' ', ret_name, ret_version) && lc_chop_prefix(ret_version, LC_S("(")) &&
	       lc_chop_suffix(ret_version, LC_S(")")) && ret_name->n && ret_version->n;
}

static struct lc_slice name_of(struct lc_slice text)
{
	size_t end = lc_find(text, ' ');
	return lc_sub(text, 0, end == SIZE_MAX ? text.n : end);
}

struct podfile {
	struct lock *lock;
	struct lc_map own; /* pods that lie in a directory */
};

static bool is_own(const struct podfile *q, struct lc_slice name)
{
	struct lc_slice root = name;
	struct lc_slice part;
	(void)lc_cut(name, '/', &root, &part);
	return lc_map_has(&q->own, root);
}

static int read_pod(struct podfile *q, yaml_ref item)
{
	struct lock *l = q->lock;
	const struct yaml_doc *d = &l->yaml;
	yaml_ref needs = yaml_first(d, item); /* of a mapping with the pod as its key */
	struct lc_slice text = needs == YAML_NONE ? yaml_str(d, item) : yaml_key(d, needs);
	struct inv_package p = { .flags = 0 };
	struct inv_package *package;
	uint32_t column;
	yaml_where(d, item, &p.line_start, &column);
	p.line_end = p.line_start;
	if (!split_pod(text, &p.name, &p.version))
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no version: %s",
					p.line_start, lc_quote(text).s);
	if (is_own(q, p.name))
		p.relationship = INV_REL_WORKSPACE;
	int r = lock_add(l, &p, &package);
	for (yaml_ref i = yaml_first(d, needs); i != YAML_NONE && r == 0; i = yaml_next(d, i))
		r = lock_depends(l, package, name_of(yaml_str(d, i)));
	return r;
}

static int read_sources(struct podfile *q, yaml_ref sources)
{
	const struct yaml_doc *d = &q->lock->yaml;
	int r = 0;
	for (yaml_ref i = yaml_first(d, sources); i != YAML_NONE && r == 0; i = yaml_next(d, i)) {
		if (yaml_get(d, i, ":path") != YAML_NONE)
			r = lc_map_put(&q->own, yaml_key(d, i), q);
	}
	return r;
}

static int read_lock(struct lock *l)
{
	const struct yaml_doc *d = &l->yaml;
	struct podfile q = { .lock = l };
	yaml_ref root = yaml_root(d, 0);
	yaml_ref pods = yaml_get(d, root, "PODS");
	yaml_ref asked = yaml_get(d, root, "DEPENDENCIES");
	if (pods != YAML_NONE && yaml_type_of(d, pods) != YAML_SEQUENCE && !yaml_is_null(d, pods))
		return inv_sink_trouble(l->out, INV_MALFORMED, "PODS are not a list");
	int r = read_sources(&q, yaml_get(d, root, "EXTERNAL SOURCES"));
	for (yaml_ref i = yaml_first(d, pods); i != YAML_NONE && r == 0; i = yaml_next(d, i))
		r = read_pod(&q, i);
	for (yaml_ref i = yaml_first(d, asked); i != YAML_NONE && r == 0; i = yaml_next(d, i))
		r = lock_asks(l, name_of(yaml_str(d, i)));
	lc_map_done(&q.own);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_yaml(f, out, e, "cocoapods", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "Podfile.lock" },
};

const struct inv_analyser inv_podfile_lock = {
	.name = "cocoapods",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
