/*
 * pnpm's lock file, pnpm-lock.yaml, versions 5 to 9. Source: pnpm/spec, lockfile.
 *
 *	     key in packages              a dependency's value
 *	5    /a/1.2.3_peer, /@s/a/1.2.3   1.2.3_peer, or a key (an alias)
 *	6    /a@1.2.3(peer@1)             1.2.3(peer@1), or a key
 *	9    a@1.2.3; with peers only in  1.2.3(peer@1), or real@1.2.3(peer@1)
 *	     snapshots, which depend
 *
 * What the project asks for stands at the top, or for each of its parts in importers. Since 11 the
 * file may begin with a document about pnpm's own environment.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/npm.h"

struct pnpm_lock {
	const struct inv_file *file;
	struct inv_sink *out;
	struct yaml_doc doc;
	uint64_t version; /* its first number */
	struct packages packages;
	struct lc_map by_key; /* -> struct inv_package */
	bool rooted;
};

/* ---- keys ---- */

static struct lc_slice without_peers(const struct pnpm_lock *p, struct lc_slice version)
{
	size_t end = lc_find(version, p->version < 6 ? '_' : '(');
	return end == SIZE_MAX ? version : lc_sub(version, 0, end);
}

/* "registry.example/a@1" and "/a@1" have their registry in front. */
static struct lc_slice without_registry(const struct pnpm_lock *p, struct lc_slice key)
{
	size_t slash = lc_find(key, '/');
	if (p->version >= 9 || slash == SIZE_MAX)
		return key;
	if (slash == 0 || (key.p[0] != '@' && lc_find(lc_sub(key, 0, slash), '.') != SIZE_MAX))
		return lc_skip(key, slash + 1);
	return key;
}

/* A key's name and version; false when it is none of a package of a registry. */
static bool split_key(const struct pnpm_lock *p, struct lc_slice key, struct lc_slice *ret_name,
		      struct lc_slice *ret_version)
{
	struct lc_slice rest = without_registry(p, key);
	if (p->version >= 6) {
		if (!npm_split(rest, ret_name, ret_version))
			return false;
	} else {
		size_t from = 0;
		if (lc_starts(rest, LC_S("@")))
			from = lc_find(rest, '/') + 1; /* SIZE_MAX + 1 is 0: then it fails */
		size_t slash = lc_find(lc_skip(rest, from), '/');
		if (slash == SIZE_MAX)
			return false;
		*ret_name = lc_sub(rest, 0, from + slash);
		*ret_version = lc_skip(rest, from + slash + 1);
	}
	*ret_version = without_peers(p, *ret_version);
	return ret_name->n && ret_version->n && lc_is_digit(ret_version->p[0]);
}

/* The package that a dependency's value stands for. */
static struct inv_package *find(const struct pnpm_lock *p, struct lc_slice name,
				struct lc_slice value)
{
	struct lc_slice alias;
	struct lc_slice version = without_peers(p, value);
	struct inv_package *found = packages_find(&p->packages, name, version);
	found = found ? found : lc_map_get(&p->by_key, value);
	if (!found && split_key(p, value, &alias, &version))
		found = packages_find(&p->packages, alias, version);
	return found;
}

/* ---- packages ---- */

static int read_package(struct pnpm_lock *p, yaml_ref info)
{
	const struct yaml_doc *d = &p->doc;
	struct lc_slice key = yaml_key(d, info);
	struct inv_package *package;
	bool dev = false;
	uint32_t column;
	struct inv_package like = {
		.type = LC_S("pnpm"),
		.name = yaml_get_str(d, info, "name"),
		.version = yaml_get_str(d, info, "version"),
		.line_end = yaml_end_line(d, info),
	};
	struct lc_slice name;
	struct lc_slice version;
	bool named = split_key(p, key, &name, &version);
	yaml_where(d, yaml_key_ref(d, info), &like.line_start, &column);
	if (like.line_end < like.line_start)
		like.line_end = like.line_start;
	if (like.name.n == 0 && named)
		like.name = name;
	if (like.name.n == 0 && like.version.n) /* 9, from elsewhere: a@https://… */
		(void)npm_split(key, &like.name, &version);
	if (like.version.n == 0 && named)
		like.version = version;
	if (like.name.n == 0 || like.version.n == 0)
		return lc_find_slice(key, LC_S(":")) != SIZE_MAX /* a directory, a repository */
			       ? 0
			       : inv_sink_trouble(p->out, INV_MALFORMED,
						  "line %u: package without a version",
						  like.line_start);
	if (yaml_bool(d, yaml_get(d, info, "dev"), YAML_CORE, &dev) && dev)
		like.flags |= INV_DEV;
	int r = packages_add(&p->packages, &like, &package);
	return r || !package ? r : lc_map_put(&p->by_key, key, package);
}

static int read_packages(struct pnpm_lock *p, yaml_ref packages)
{
	int r = 0;
	for (yaml_ref i = yaml_first(&p->doc, packages); i != YAML_NONE && r == 0;
	     i = yaml_next(&p->doc, i))
		r = read_package(p, i);
	return r;
}

/* ---- what depends on what ---- */

static int depend(struct pnpm_lock *p, struct inv_package *from, yaml_ref info)
{
	static const char *const groups[] = { "dependencies", "optionalDependencies" };
	const struct yaml_doc *d = &p->doc;
	for (size_t g = 0; g < 2; g++) {
		yaml_each(d, yaml_get(d, info, groups[g]), i)
		{
			const struct inv_package *on = find(p, yaml_key(d, i), yaml_str(d, i));
			int r = on ? packages_depend(&p->packages, from, on) : 0;
			if (r)
				return r;
		}
	}
	return 0;
}

static int resolve(struct pnpm_lock *p, yaml_ref list)
{
	const struct yaml_doc *d = &p->doc;
	int r = 0;
	for (yaml_ref i = yaml_first(d, list); i != YAML_NONE && r == 0; i = yaml_next(d, i)) {
		struct inv_package *from = lc_map_get(&p->by_key, yaml_key(d, i));
		struct lc_slice name;
		struct lc_slice version;
		if (!from && split_key(p, yaml_key(d, i), &name, &version))
			from = packages_find(&p->packages, name, version);
		if (!from) /* of a snapshot with peers, from elsewhere */
			from = lc_map_get(&p->by_key, without_peers(p, yaml_key(d, i)));
		r = from ? depend(p, from, i) : 0;
	}
	return r;
}

/* Asked for at run time by one part and for development by another: at run time. */
static void ask_for(const struct pnpm_lock *p, struct inv_package *on, bool dev)
{
	if (p->version >= 9 && on->relationship != INV_REL_DIRECT)
		on->flags |= dev ? INV_DEV : 0;
	else if (p->version >= 9 && !dev)
		on->flags &= ~(unsigned)INV_DEV;
	on->relationship = INV_REL_DIRECT;
}

static void ask(struct pnpm_lock *p, yaml_ref importer)
{
	const struct yaml_doc *d = &p->doc;
	for (int g = 0; g < NPM_GROUP_N; g++) {
		yaml_ref group = yaml_get(d, importer, npm_group_key((enum npm_group)g));
		p->rooted |= group != YAML_NONE;
		yaml_each(d, group, i)
		{
			struct lc_slice value = yaml_str(d, i);
			if (!value.p)
				value = yaml_get_str(d, i, "version");
			struct inv_package *on = find(p, yaml_key(d, i), value);
			if (on)
				ask_for(p, on, g == NPM_DEV);
		}
	}
}

/* Versions before 9 mark what is for development themselves. */
static int spread(struct pnpm_lock *p)
{
	if (!p->rooted)
		return 0;
	if (p->version >= 9)
		return packages_spread(&p->packages);
	packages_rest_indirect(&p->packages);
	return 0;
}

/* ---- documents ---- */

/* "5.4" or '9.0' */
static bool read_version(struct pnpm_lock *p, yaml_ref root)
{
	struct lc_slice text = yaml_get_str(&p->doc, root, "lockfileVersion");
	size_t dot = lc_find(text, '.');
	return lc_u64(lc_sub(text, 0, dot == SIZE_MAX ? text.n : dot), 10, 1000, &p->version);
}

static int read_document(struct pnpm_lock *p, yaml_ref root)
{
	const struct yaml_doc *d = &p->doc;
	yaml_ref packages = yaml_get(d, root, "packages");
	if (yaml_type_of(d, root) != YAML_MAPPING)
		return inv_sink_trouble(p->out, INV_MALFORMED, "not a mapping");
	if (!read_version(p, root))
		return inv_sink_trouble(p->out, INV_UNSUPPORTED, "no lockfileVersion");
	if (packages != YAML_NONE && yaml_type_of(d, packages) != YAML_MAPPING)
		return inv_sink_trouble(p->out, INV_MALFORMED, "packages are not a mapping");
	int r = read_packages(p, packages);
	r = r ? r : resolve(p, p->version >= 9 ? yaml_get(d, root, "snapshots") : packages);
	ask(p, root);
	yaml_each(d, yaml_get(d, root, "importers"), i)
	{
		ask(p, i);
	}
	return r;
}

/* Of pnpm itself: what it runs on, not what the project does. */
static bool is_environment(const struct yaml_doc *d, yaml_ref root)
{
	yaml_each(d, yaml_get(d, root, "importers"), i)
	{
		if (yaml_get(d, i, "configDependencies") != YAML_NONE ||
		    yaml_get(d, i, "packageManagerDependencies") != YAML_NONE)
			return true;
	}
	return false;
}

static int read_all(struct pnpm_lock *p)
{
	int r = 0;
	for (uint32_t i = 0; i < p->doc.documents && r == 0; i++) {
		if (!is_environment(&p->doc, yaml_root(&p->doc, i)))
			r = read_document(p, yaml_root(&p->doc, i));
	}
	r = r ? r : spread(p);
	return r ? r : packages_put(&p->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct pnpm_lock p = { .file = f, .out = out };
	const struct document doc = document_of(f, out);
	packages_init(&p.packages, f->scratch, out);
	int r = document_yaml(&doc, 0, &p.doc);
	r = r ? r : read_all(&p);
	packages_done(&p.packages);
	lc_map_done(&p.by_key);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "pnpm-lock.yaml", .outside = "node_modules" },
};

const struct inv_analyser inv_pnpm_lock = {
	.name = "pnpm",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
