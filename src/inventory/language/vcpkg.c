/*
 * C and C++ by vcpkg: what is installed, and what a manifest pins. Source: vcpkg's documentation,
 * "vcpkg.json reference", "Installation tree layout".
 *
 *	vcpkg_installed/vcpkg/status   paragraphs as dpkg's: Package, Version, Port-Version,
 *	                               Architecture (the triplet), Status; one more a Feature
 *	vcpkg.json                     { "dependencies": [ "fmt", { "name": "zlib",
 *	                                 "version>=": "1.2.11#1" } ],
 *	                                 "overrides": [ { "name": "fmt", "version": "8.0.1" } ] }
 *
 * The baseline says the other versions, and what it says lies elsewhere.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"
#include "inventory/os/dpkg_paragraph.h"

/* ---- installed ---- */

struct port {
	struct inv_package package;
	struct lc_slice revision; /* of the port */
	bool feature, installed;
};

static int put_port(struct lock *l, struct port *p)
{
	if (p->revision.n && !lc_eq(p->revision, LC_S("0")))
		p->package.version = lc_arena_fmt(l->arena, "%.*s#%.*s", LC_FMT(p->package.version),
						  LC_FMT(p->revision));
	if (!p->package.version.p)
		return lc_arena_err(l->arena);
	if (!p->installed || p->feature || p->package.name.n == 0 || p->package.version.n == 0)
		return 0;
	return lock_add(l, &p->package, NULL);
}

static void take_field(struct port *p, const struct dpkg_field *f)
{
	if (lc_eq(f->name, LC_S("Package")))
		p->package.name = f->value;
	else if (lc_eq(f->name, LC_S("Version")))
		p->package.version = f->value;
	else if (lc_eq(f->name, LC_S("Port-Version")))
		p->revision = f->value;
	else if (lc_eq(f->name, LC_S("Architecture")))
		p->package.arch = f->value;
	else if (lc_eq(f->name, LC_S("Feature")))
		p->feature = true;
	else if (lc_eq(f->name, LC_S("Status")))
		p->installed = lc_eq(f->value, LC_S("install ok installed"));
}

static int read_status(struct lock *l)
{
	static const struct port none = { .package = { .version = LC_S_INIT("") } };
	struct dpkg_reader r = { l->file->bytes, 0 };
	struct port p = none;
	int rc = 0;
	for (;;) {
		struct dpkg_field f;
		enum dpkg_line kind = dpkg_next(&r, &f);
		if (kind == DPKG_FIELD)
			take_field(&p, &f);
		else if (kind == DPKG_BAD)
			rc = inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no field", r.line);
		else if (kind == DPKG_BLANK || kind == DPKG_END) {
			rc = put_port(l, &p);
			p = none;
		}
		if (rc || kind == DPKG_END)
			return rc;
	}
}

static int parse_status(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "vcpkg", read_status);
}

static const struct inv_want status_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "status", .inside = "vcpkg" },
};

const struct inv_analyser inv_vcpkg_installed = {
	.name = "vcpkg-installed",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = status_wants,
	.wants_n = sizeof(status_wants) / sizeof(status_wants[0]),
	.parse = parse_status,
};

/* ---- the manifest ---- */

static struct lc_slice version_of(const struct json_doc *d, json_ref entry)
{
	static const char *const keys[] = { "version>=", "version", "version-semver",
					    "version-string", "version-date" };
	struct lc_slice version = LC_S("");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && version.n == 0; i++)
		version = json_get_str(d, entry, keys[i]);
	return version;
}

static int read_list(struct lock *l, const char *key, struct lc_map *overridden)
{
	const struct json_doc *d = &l->json;
	json_ref list = json_get(d, json_root(d), key);
	int r = 0;
	if (json_type_of(d, list) != JSON_ARRAY)
		return 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		bool added = true;
		struct inv_package p = {
			.name = json_get_str(d, i, "name"),
			.version = version_of(d, i),
			.relationship = INV_REL_DIRECT,
		};
		lock_at_json(l, i, &p);
		if (p.name.n && p.version.n)
			r = lc_map_add(overridden, p.name, l, &added);
		if (r == 0 && p.name.n && p.version.n && added)
			r = lock_add(l, &p, NULL);
	}
	return r;
}

static int read_manifest(struct lock *l)
{
	struct lc_map seen = { 0 };
	int r = read_list(l, "overrides", &seen);
	r = r ? r : read_list(l, "dependencies", &seen);
	lc_map_done(&seen);
	return r;
}

static int parse_manifest(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "vcpkg", read_manifest);
}

static const struct inv_want manifest_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "vcpkg.json" },
};

const struct inv_analyser inv_vcpkg_manifest = {
	.name = "vcpkg",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = manifest_wants,
	.wants_n = sizeof(manifest_wants) / sizeof(manifest_wants[0]),
	.parse = parse_manifest,
};
