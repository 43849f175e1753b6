/*
 * NuGet's lists in XML. Source: NuGet's documentation, packages.config, "Central package
 * management", "PackageReference in project files".
 *
 *	packages.config           <package id="A" version="1.2.3" developmentDependency="true"/>
 *	Directory.Packages.props  <PackageVersion Include="A" Version="1.2.3"/>
 *	                          <PackageReference Update="B"><Version>$(Own)</Version>…
 *	*.csproj and its kin      <PackageReference Include="A" Version="1.2.3"/>
 *
 * Properties are those of the file itself; what they leave open, and ranges, are no versions. A
 * project file names the least versions, which are those that are taken unless another package asks
 * for more: where it is known what was taken, it says nothing.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* ---- packages.config ---- */

static int on_package(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct lock *l = ctx;
	struct inv_package p = {
		.name = lc_trim(xml_attr(n, "id")),
		.version = lc_trim(xml_attr(n, "version")),
		.line_start = n->line,
		.line_end = n->end_line,
	};
	(void)e;
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "package without a %s: %s",
					p.name.n ? "version" : "name", lc_quote(p.name).s);
	if (lc_eq_nocase(xml_attr(n, "developmentDependency"), LC_S("true")))
		p.flags |= INV_DEV;
	if (lc_arena_dup(l->arena, p.name, &p.name) ||
	    lc_arena_dup(l->arena, p.version, &p.version))
		return lc_arena_err(l->arena);
	return lock_add(l, &p, NULL);
}

static int read_config(struct lock *l)
{
	static const char *const names[] = { "package", NULL };
	const struct document doc = document_of(l->file, l->out);
	return document_xml(&doc, names, on_package, l);
}

static int parse_config(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "nuget", read_config);
}

static const struct inv_want config_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "packages.config" },
};

const struct inv_analyser inv_packages_config = {
	.name = "nuget",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = config_wants,
	.wants_n = sizeof(config_wants) / sizeof(config_wants[0]),
	.parse = parse_config,
};

/* ---- Packages.props ---- */

struct props {
	struct lock *lock;
	struct lc_map properties; /* -> struct lc_slice */
	bool is_project;
};

static int on_property_group(struct props *q, const struct xml_node *n)
{
	int r = 0;
	for (const struct xml_node *i = n->child; i && r == 0; i = i->next) {
		struct lc_slice name;
		struct lc_slice *value = lc_new(q->lock->arena, struct lc_slice);
		if (!value || lc_arena_dup(q->lock->arena, i->name, &name) ||
		    lc_arena_dup(q->lock->arena, xml_text(i), value))
			return lc_arena_err(q->lock->arena);
		r = lc_map_put(&q->properties, name, value);
	}
	return r;
}

/* "1.2.3", "[1.2.3]", "$(Name)"; "" for anything else. */
static struct lc_slice version_of(const struct props *q, struct lc_slice text)
{
	struct lc_slice name = text;
	if (lc_chop_prefix(&name, LC_S("$(")) && lc_chop_suffix(&name, LC_S(")"))) {
		const struct lc_slice *value = lc_map_get(&q->properties, name);
		text = value ? *value : LC_S("");
	}
	if (lc_chop_prefix(&text, LC_S("[")) && !lc_chop_suffix(&text, LC_S("]")))
		return LC_S("");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ',' || text.p[i] == '$' || text.p[i] == '*' || text.p[i] == '(')
			return LC_S("");
	}
	return lc_trim(text);
}

static struct lc_slice field_of(const struct xml_node *n, const char *name)
{
	struct lc_slice s = lc_trim(xml_attr(n, name));
	return s.n ? s : xml_child_text(n, name);
}

static int on_item(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct props *q = ctx;
	struct lc_arena *a = q->lock->arena;
	struct inv_package p = { .name = field_of(n, "Include") };
	(void)e;
	if (xml_is(n, "PropertyGroup"))
		return on_property_group(q, n);
	if (p.name.n == 0)
		p.name = field_of(n, "Update");
	p.version = version_of(q, field_of(n, "Version"));
	if (p.name.n == 0 || p.version.n == 0 || lc_find(p.name, '$') != SIZE_MAX)
		return 0;
	if (lc_arena_dup(a, p.name, &p.name) || lc_arena_dup(a, p.version, &p.version))
		return lc_arena_err(a);
	p.line_start = n->line;
	p.line_end = n->end_line;
	if (q->is_project) {
		p.relationship = INV_REL_DIRECT;
		/* An analyser, or what builds the program: nothing of it comes along. */
		if (lc_eq_nocase(field_of(n, "PrivateAssets"), LC_S("all")))
			p.flags |= INV_DEV;
	}
	return lock_add(q->lock, &p, NULL);
}

static int read_items(struct lock *l, bool is_project)
{
	static const char *const names[] = { "PropertyGroup", "PackageVersion", "PackageReference",
					     "GlobalPackageReference", NULL };
	const struct document doc = document_of(l->file, l->out);
	struct props q = { .lock = l, .is_project = is_project };
	int r = document_xml(&doc, names, on_item, &q);
	lc_map_done(&q.properties);
	return r;
}

static int read_props(struct lock *l)
{
	return read_items(l, false);
}

static int parse_props(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "packages-props", read_props);
}

static const struct inv_want props_wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = "Packages.props" },
	{ .kind = INV_WANT_SUFFIX, .text = "packages.props" },
};

const struct inv_analyser inv_packages_props = {
	.name = "packages-props",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = props_wants,
	.wants_n = sizeof(props_wants) / sizeof(props_wants[0]),
	.parse = parse_props,
};

/* ---- project files ---- */

static int read_project(struct lock *l)
{
	return read_items(l, true);
}

static int parse_project(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	if (inv_kept_beside(f->kept, f->path, LC_S("packages.lock.json")) ||
	    inv_kept_beside(f->kept, f->path, LC_S("obj/project.assets.json")))
		return 0;
	return lock_text(f, out, e, "nuget", read_project);
}

static const struct inv_want project_wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".csproj" },
	{ .kind = INV_WANT_SUFFIX, .text = ".fsproj" },
	{ .kind = INV_WANT_SUFFIX, .text = ".vbproj" },
	{ .kind = INV_WANT_NAME, .text = "packages.lock.json", .beside = true },
	{ .kind = INV_WANT_NAME, .text = "project.assets.json", .inside = "obj", .beside = true },
};

const struct inv_analyser inv_nuget_project = {
	.name = "nuget-project",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = project_wants,
	.wants_n = sizeof(project_wants) / sizeof(project_wants[0]),
	.together = true,
	.parse = parse_project,
};
