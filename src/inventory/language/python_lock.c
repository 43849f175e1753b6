/*
 * Python's lock files in TOML: poetry.lock, pdm.lock, uv.lock and pylock.toml. Source: the tools'
 * documentation; PEP 751.
 *
 *	[[package]]                          pylock.toml: [[packages]]
 *	name = "a"
 *	version = "1.2"
 *	groups = ["main", "dev"]             poetry (before 2: category = "dev"), pdm ("default")
 *	source = { registry = "https://…" }  uv; the project itself: { virtual = "." }
 *	dependencies = […]                   pdm: requirements; uv, pylock: tables with a name;
 *	                                     poetry: a table with names for keys
 */
#include "inventory/language/analysers.h"
#include "inventory/language/python.h"

#define PROJECT "pyproject.toml"

struct python_lock;

/* What tells the tools' files apart. */
struct flavour {
	const char *type;
	const char *list; /* of packages */
	bool (*is_own)(const struct python_lock *p, toml_ref package);
	bool (*is_dev)(const struct python_lock *p, toml_ref package);
};

struct python_lock {
	const struct inv_file *file;
	struct inv_sink *out;
	const struct flavour *flavour;
	struct toml_doc doc;
	struct toml_doc project;
	struct packages packages;
	struct python_names names;
	struct {
		struct inv_package **v; /* of each item of the list; NULL the project's own */
		size_t n, room;
	} items;
	bool rooted; /* the lock file holds what asks for the others */
};

/* ---- flavours ---- */

enum { GROUPS_MAX = 256, SAME_NAME_MAX = 64 }; /* looked through for each package */

static bool has(const struct toml_doc *d, toml_ref list, struct lc_slice text)
{
	size_t n = 0;
	toml_each(d, list, i)
	{
		if (lc_eq(toml_str(d, i), text))
			return true;
		if (++n == GROUPS_MAX)
			break;
	}
	return false;
}

static bool poetry_own(const struct python_lock *p, toml_ref package)
{
	toml_ref source = toml_get(&p->doc, package, "source");
	return lc_eq(toml_get_str(&p->doc, source, "type"), LC_S("directory"));
}

static bool poetry_dev(const struct python_lock *p, toml_ref package)
{
	toml_ref groups = toml_get(&p->doc, package, "groups");
	if (toml_count(&p->doc, groups))
		return !has(&p->doc, groups, LC_S("main"));
	return lc_eq(toml_get_str(&p->doc, package, "category"), LC_S("dev"));
}

static bool pdm_own(const struct python_lock *p, toml_ref package)
{
	return toml_get(&p->doc, package, "path") != TOML_NONE;
}

/* Is it a group of the project's? */
static bool is_group(const struct toml_doc *d, toml_ref groups, struct lc_slice name)
{
	return toml_count(d, groups) <= GROUPS_MAX && toml_get_slice(d, groups, name) != TOML_NONE;
}

/* A group that is not "default" may be an extra, which people do install: the project says. */
static bool pdm_dev(const struct python_lock *p, toml_ref package)
{
	const struct toml_doc *project = &p->project;
	toml_ref root = toml_root(project);
	toml_ref old = toml_at(project, root, "tool", "pdm", "dev-dependencies", NULL);
	toml_ref groups = toml_get(project, root, "dependency-groups");
	bool dev = false;
	toml_each(&p->doc, toml_get(&p->doc, package, "groups"), i)
	{
		struct lc_slice group = toml_str(&p->doc, i);
		dev = lc_eq(group, LC_S("dev")) || is_group(project, old, group) ||
		      is_group(project, groups, group);
		if (!dev)
			return false;
	}
	return dev;
}

static bool uv_own(const struct python_lock *p, toml_ref package)
{
	toml_ref source = toml_get(&p->doc, package, "source");
	return toml_get(&p->doc, source, "virtual") != TOML_NONE ||
	       toml_get(&p->doc, source, "editable") != TOML_NONE ||
	       toml_get(&p->doc, source, "directory") != TOML_NONE;
}

static bool pylock_own(const struct python_lock *p, toml_ref package)
{
	return toml_get(&p->doc, package, "directory") != TOML_NONE;
}

/* marker = "'dev' in dependency_groups": installed with that group alone. */
static bool pylock_dev(const struct python_lock *p, toml_ref package)
{
	struct lc_slice marker = lc_trim(toml_get_str(&p->doc, package, "marker"));
	struct lc_slice group;
	struct lc_slice rest;
	if (marker.n < 2 || (marker.p[0] != '\'' && marker.p[0] != '"'))
		return false;
	if (!lc_cut(lc_skip(marker, 1), marker.p[0], &group, &rest))
		return false;
	return lc_eq(lc_trim(rest), LC_S("in dependency_groups")) &&
	       !has(&p->doc, toml_get(&p->doc, toml_root(&p->doc), "default-groups"), group);
}

static bool never(const struct python_lock *p, toml_ref package)
{
	(void)p;
	(void)package;
	return false;
}

static const struct flavour flavours[] = {
	{ "poetry", "package", poetry_own, poetry_dev },
	{ "pdm", "package", pdm_own, pdm_dev },
	{ "uv", "package", uv_own, never },
	{ "pylock", "packages", pylock_own, pylock_dev },
};

/* ---- packages ---- */

/* uv keeps the project among its packages, as a root or a part of the workspace. */
static enum inv_relationship relationship_of(const struct python_lock *p, toml_ref package)
{
	const struct toml_doc *d = &p->doc;
	toml_ref source = toml_get(d, package, "source");
	bool root = lc_eq(toml_get_str(d, source, "virtual"), LC_S(".")) ||
		    lc_eq(toml_get_str(d, source, "editable"), LC_S("."));
	return root ? INV_REL_ROOT : INV_REL_WORKSPACE;
}

static int read_package(struct python_lock *p, toml_ref package)
{
	const struct toml_doc *d = &p->doc;
	struct inv_package like = {
		.type = lc_str(p->flavour->type),
		.name = toml_get_str(d, package, "name"),
		.version = toml_get_str(d, package, "version"),
	};
	struct inv_package **place = lc_vec_push(p->file->scratch, &p->items);
	bool own = p->flavour->is_own(p, package);
	if (!place)
		return lc_arena_err(p->file->scratch);
	toml_lines(d, package, &like.line_start, &like.line_end);
	if (like.name.n == 0)
		return inv_sink_trouble(p->out, INV_MALFORMED, "line %u: package without a name",
					like.line_start);
	if (own && p->flavour->is_own != uv_own)
		return 0;
	if (own)
		like.relationship = relationship_of(p, package);
	p->rooted |= own;
	if (like.version.n == 0) /* of a directory or a repository, computed when it is built */
		return own || toml_get(d, package, "vcs") != TOML_NONE
			       ? 0
			       : inv_sink_trouble(p->out, INV_MALFORMED,
						  "line %u: package without a version",
						  like.line_start);
	if (p->flavour->is_dev(p, package))
		like.flags |= INV_DEV;
	size_t before = packages_count(&p->packages);
	int r = packages_add(&p->packages, &like, place);
	if (r == 0 && *place && packages_count(&p->packages) > before)
		r = python_names_add(&p->names, *place);
	return r;
}

/* ---- what depends on what ---- */

struct asking {
	struct inv_package *from; /* NULL: a project without a version */
	bool own, dev;
};

static int depend(struct python_lock *p, const struct asking *a, struct lc_slice name,
		  struct lc_slice version)
{
	const struct python_named *on = python_names_get(&p->names, name);
	int r = p->file->scratch->err;
	for (size_t n = 0; on && r == 0 && n < SAME_NAME_MAX; n++, on = on->next) {
		struct inv_package *package = on->package;
		if (version.n && !lc_eq(package->version, version))
			continue;
		if (a->own && package->relationship != INV_REL_ROOT &&
		    package->relationship != INV_REL_WORKSPACE) {
			if (package->relationship != INV_REL_DIRECT)
				package->flags |= a->dev ? INV_DEV : 0;
			else if (!a->dev)
				package->flags &= ~(unsigned)INV_DEV;
			package->relationship = INV_REL_DIRECT;
		}
		r = a->from ? packages_depend(&p->packages, a->from, package) : 0;
	}
	return r;
}

static int depend_list(struct python_lock *p, const struct asking *a, toml_ref list)
{
	const struct toml_doc *d = &p->doc;
	bool keys = toml_type_of(d, list) == TOML_TABLE;
	int r = 0;
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i)) {
		struct lc_slice name = toml_get_str(d, i, "name");
		struct lc_slice version = toml_get_str(d, i, "version");
		if (keys) { /* poetry's, whose values are ranges */
			name = toml_key(d, i);
			version = LC_S("");
		} else if (toml_str(d, i).p) {
			name = python_name(toml_str(d, i));
		}
		if (name.n)
			r = depend(p, a, name, version);
	}
	return r;
}

static int depend_lists(struct python_lock *p, const struct asking *a, toml_ref lists)
{
	int r = 0;
	for (toml_ref i = toml_first(&p->doc, lists); i != TOML_NONE && r == 0;
	     i = toml_next(&p->doc, i))
		r = depend_list(p, a, i);
	return r;
}

static int resolve(struct python_lock *p, toml_ref package, struct inv_package *from)
{
	const struct toml_doc *d = &p->doc;
	bool uv = p->flavour->is_own == uv_own;
	struct asking a = { .from = from, .own = uv && uv_own(p, package) };
	if (!from && !a.own)
		return 0;
	int r = depend_list(p, &a, toml_get(d, package, "dependencies"));
	if (!uv)
		return r;
	r = r ? r : depend_lists(p, &a, toml_get(d, package, "optional-dependencies"));
	a.dev = true;
	return r ? r : depend_lists(p, &a, toml_get(d, package, "dev-dependencies"));
}

/* ---- all ---- */

static int read_project(struct python_lock *p)
{
	const struct document doc = document_beside(
		p->file, inv_kept_beside(p->file->kept, p->file->path, LC_S(PROJECT)), PROJECT,
		p->out);
	return document_toml(&doc, &p->project);
}

static int read_lock(struct python_lock *p)
{
	const struct toml_doc *d = &p->doc;
	toml_ref list = toml_get(d, toml_root(d), p->flavour->list);
	size_t at = 0;
	int r = read_project(p);
	if (list != TOML_NONE && toml_type_of(d, list) != TOML_ARRAY)
		return inv_sink_trouble(p->out, INV_MALFORMED, "%s is not a list",
					p->flavour->list);
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = read_package(p, i);
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = resolve(p, i, p->items.v[at++]);
	if (p->rooted)
		r = r ? r : packages_spread(&p->packages);
	else
		r = r ? r
		      : python_project(&p->project, lc_str(p->flavour->type), &p->packages,
				       &p->names);
	return r ? r : packages_put(&p->packages);
}

static int parse_flavour(const struct inv_file *f, struct inv_sink *out, struct lc_err *e,
			 const char *type)
{
	struct python_lock p = {
		.file = f,
		.out = out,
		.flavour = flavours,
		.names = { .arena = f->scratch },
	};
	while (strcmp(p.flavour->type, type) != 0)
		p.flavour++;
	const struct document doc = document_of(f, out);
	packages_init(&p.packages, f->scratch, out);
	int r = document_toml(&doc, &p.doc);
	r = r ? r : read_lock(&p);
	packages_done(&p.packages);
	python_names_done(&p.names);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

/* ---- the analysers ---- */

#define PARSE(name)                                                                               \
	static int parse_##name(const struct inv_file *f, struct inv_sink *out, struct lc_err *e) \
	{                                                                                         \
		return parse_flavour(f, out, e, #name);                                           \
	}
PARSE(poetry)
PARSE(pdm)
PARSE(uv)
PARSE(pylock)

#define LOCK(file)                                  \
	{                                           \
		.kind = INV_WANT_NAME, .text = file \
	}
#define BESIDE                                                         \
	{                                                              \
		.kind = INV_WANT_NAME, .text = PROJECT, .beside = true \
	}

static const struct inv_want poetry_wants[] = { LOCK("poetry.lock"), BESIDE };
static const struct inv_want pdm_wants[] = { LOCK("pdm.lock"), BESIDE };
static const struct inv_want uv_wants[] = { LOCK("uv.lock") };
static const struct inv_want pylock_wants[] = {
	LOCK("pylock.toml"),
	{ .kind = INV_WANT_SUFFIX, .text = ".toml", .prefix = "pylock." },
	BESIDE,
};

#define ANALYSER(type)                                                                       \
	{                                                                                    \
		.name = #type, .version = 1, .group = INV_GROUP_LIBRARY, .targets = LOCKED,  \
		.access = INV_WHOLE, .wants = type##_wants,                                  \
		.wants_n = sizeof(type##_wants) / sizeof(type##_wants[0]), .together = true, \
		.parse = parse_##type,                                                       \
	}

const struct inv_analyser inv_poetry_lock = ANALYSER(poetry);
const struct inv_analyser inv_pdm_lock = ANALYSER(pdm);
const struct inv_analyser inv_uv_lock = ANALYSER(uv);
const struct inv_analyser inv_pylock = ANALYSER(pylock);
