#include "inventory/language/python.h"

/* ---- requirements ---- */

static bool is_name_byte(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || c == '.' || c == '_' || c == '-';
}

struct lc_slice python_name(struct lc_slice requirement)
{
	size_t n = 0;
	requirement = lc_trim(requirement);
	while (n < requirement.n && is_name_byte(requirement.p[n]))
		n++;
	if (n == 0 || !(lc_is_alpha(requirement.p[0]) || lc_is_digit(requirement.p[0])))
		return LC_S("");
	return lc_sub(requirement, 0, n);
}

bool python_is_version(struct lc_slice s)
{
	(void)lc_chop_prefix(&s, LC_S("v"));
	for (size_t i = 0; i < s.n; i++) {
		if (!is_name_byte(s.p[i]) && s.p[i] != '+' && s.p[i] != '!')
			return false;
	}
	return s.n > 0 && lc_is_digit(s.p[0]);
}

/* "== 1.2" of the list of clauses. */
static bool pinned_clause(struct lc_slice clause, struct lc_slice *ret)
{
	clause = lc_trim(clause);
	if (!lc_chop_prefix(&clause, LC_S("===")) && !lc_chop_prefix(&clause, LC_S("==")))
		return false;
	clause = lc_trim(clause);
	*ret = clause;
	return python_is_version(clause);
}

static bool least_clause(struct lc_slice clause, struct lc_slice *ret)
{
	clause = lc_trim(clause);
	if (lc_chop_prefix(&clause, LC_S("==")))
		(void)lc_chop_suffix(&clause, LC_S(".*"));
	else if (!lc_chop_prefix(&clause, LC_S(">=")) && !lc_chop_prefix(&clause, LC_S("~=")))
		return false;
	*ret = lc_trim(clause);
	return python_is_version(*ret);
}

/* The first clause that says one. */
static bool find_version(struct lc_slice requirement,
			 bool (*says)(struct lc_slice clause, struct lc_slice *ret),
			 struct lc_slice *ret_name, struct lc_slice *ret_version)
{
	struct lc_slice name = python_name(requirement);
	struct lc_slice rest = lc_trim(lc_skip(lc_trim(requirement), name.n));
	struct lc_slice clause;
	size_t end;
	if (name.n == 0)
		return false;
	if (lc_starts(rest, LC_S("["))) {
		end = lc_find(rest, ']');
		if (end == SIZE_MAX)
			return false;
		rest = lc_trim(lc_skip(rest, end + 1));
	}
	end = lc_find(rest, ';');
	rest = lc_trim(lc_sub(rest, 0, end));
	if (lc_chop_prefix(&rest, LC_S("(")) && !lc_chop_suffix(&rest, LC_S(")")))
		return false;
	while (rest.n && lc_split(&rest, ',', &clause)) {
		if (says(clause, ret_version)) {
			*ret_name = name;
			return true;
		}
	}
	return false;
}

bool python_pinned(struct lc_slice requirement, struct lc_slice *ret_name,
		   struct lc_slice *ret_version)
{
	return find_version(requirement, pinned_clause, ret_name, ret_version);
}

bool python_least(struct lc_slice requirement, struct lc_slice *ret_name,
		  struct lc_slice *ret_version)
{
	return python_pinned(requirement, ret_name, ret_version) ||
	       find_version(requirement, least_clause, ret_name, ret_version);
}

/* ---- names ---- */

struct lc_slice python_normal(struct lc_slice name, struct lc_arena *a)
{
	uint8_t *text = lc_arena_alloc(a, name.n + 1);
	size_t n = 0;
	if (!text)
		return (struct lc_slice){ NULL, 0 };
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i] == '_' || name.p[i] == '.' ? '-' : lc_lower(name.p[i]);
		if (c != '-' || n == 0 || text[n - 1] != '-')
			text[n++] = c;
	}
	return (struct lc_slice){ text, n };
}

int python_names_add(struct python_names *n, struct inv_package *p)
{
	struct lc_slice name = python_normal(p->name, n->arena);
	struct python_named *named = lc_new(n->arena, struct python_named);
	if (!name.p || !named)
		return lc_arena_err(n->arena);
	*named = (struct python_named){ p, lc_map_get(&n->by_name, name) };
	return lc_map_put(&n->by_name, name, named);
}

const struct python_named *python_names_get(const struct python_names *n, struct lc_slice name)
{
	struct lc_slice normal = python_normal(name, n->arena);
	return normal.p ? lc_map_get(&n->by_name, normal) : NULL;
}

void python_names_done(struct python_names *n)
{
	lc_map_done(&n->by_name);
}

enum { SAME_NAME_MAX = 16 }; /* of one dependency */

int python_depend(struct packages *l, const struct python_names *n, struct inv_package *p,
		  struct lc_slice name)
{
	const struct python_named *on = python_names_get(n, name);
	int r = n->arena->err;
	for (size_t i = 0; on && i < SAME_NAME_MAX && r == 0; i++, on = on->next)
		r = packages_depend(l, p, on->package);
	return r;
}

/* ---- the project file ---- */

struct project {
	const struct toml_doc *d;
	struct packages *packages;
	const struct python_names *names;
	struct inv_package *root; /* NULL: it has no version */
};

/* Asked for at run time in one place and for development in another: at run time. */
static int ask_for(struct project *p, struct lc_slice name, bool dev)
{
	const struct python_named *on = python_names_get(p->names, name);
	int r = p->names->arena->err;
	for (size_t i = 0; on && i < SAME_NAME_MAX && r == 0; i++, on = on->next) {
		struct inv_package *package = on->package;
		if (package == p->root || package->relationship == INV_REL_WORKSPACE)
			continue;
		if (package->relationship != INV_REL_DIRECT)
			package->flags |= dev ? INV_DEV : 0;
		else if (!dev)
			package->flags &= ~(unsigned)INV_DEV;
		package->relationship = INV_REL_DIRECT;
		r = p->root ? packages_depend(p->packages, p->root, package) : 0;
	}
	return r;
}

/* A list of requirements, or a table whose keys are names. */
static int ask_list(struct project *p, toml_ref list, bool dev)
{
	int r = 0;
	for (toml_ref i = toml_first(p->d, list); i != TOML_NONE && r == 0;
	     i = toml_next(p->d, i)) {
		bool table = toml_type_of(p->d, list) == TOML_TABLE;
		struct lc_slice name = table ? toml_key(p->d, i) : python_name(toml_str(p->d, i));
		if (name.n)
			r = ask_for(p, name, dev);
	}
	return r;
}

/* A table of such lists; of poetry's groups each has its list below. */
static int ask_lists(struct project *p, toml_ref lists, const char *below, bool dev)
{
	int r = 0;
	for (toml_ref i = toml_first(p->d, lists); i != TOML_NONE && r == 0; i = toml_next(p->d, i))
		r = ask_list(p, below ? toml_get(p->d, i, below) : i, dev);
	return r;
}

static int add_root(struct project *p, struct lc_slice type)
{
	const struct toml_doc *d = p->d;
	toml_ref own = toml_get(d, toml_root(d), "project");
	if (!toml_get_str(d, own, "version").n)
		own = toml_at(d, toml_root(d), "tool", "poetry", NULL);
	const struct inv_package root = {
		.type = type,
		.name = toml_get_str(d, own, "name"),
		.version = toml_get_str(d, own, "version"),
		.relationship = INV_REL_ROOT,
	};
	return root.version.n ? packages_add(p->packages, &root, &p->root) : 0;
}

int python_project(const struct toml_doc *d, struct lc_slice type, struct packages *l,
		   const struct python_names *n)
{
	struct project p = { .d = d, .packages = l, .names = n };
	toml_ref project = toml_get(d, toml_root(d), "project");
	toml_ref tool = toml_get(d, toml_root(d), "tool");
	toml_ref poetry = toml_get(d, tool, "poetry");
	if (toml_root(d) == TOML_NONE)
		return 0;
	int r = add_root(&p, type);
	r = r ? r : ask_list(&p, toml_get(d, project, "dependencies"), false);
	r = r ? r : ask_lists(&p, toml_get(d, project, "optional-dependencies"), NULL, false);
	r = r ? r : ask_list(&p, toml_get(d, poetry, "dependencies"), false);
	r = r ? r : ask_list(&p, toml_get(d, poetry, "dev-dependencies"), true);
	r = r ? r : ask_lists(&p, toml_get(d, poetry, "group"), "dependencies", true);
	r = r ? r : ask_lists(&p, toml_get(d, toml_root(d), "dependency-groups"), NULL, true);
	r = r ? r : ask_lists(&p, toml_at(d, tool, "pdm", "dev-dependencies", NULL), NULL, true);
	r = r ? r : ask_list(&p, toml_at(d, tool, "uv", "dev-dependencies", NULL), true);
	return r ? r : packages_spread(l);
}
