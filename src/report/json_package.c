#include "report/json_impl.h"

void json_layer(struct json_out *j, size_t layer)
{
	struct json_writer *w = &j->w;
	if (layer >= j->r->layers_n)
		return;
	const struct report_layer *l = &j->r->layers[layer];
	json_write_key(w, "Layer");
	json_begin_object(w);
	json_member_str_opt(w, "Digest", l->digest);
	json_member_str_opt(w, "DiffID", l->diff_id);
	json_end_object(w);
}

void json_identifier(struct json_out *j, const char *key, const struct inv_found_package *p)
{
	const struct inv_os *os = j->r->inventory.has_os ? &j->r->inventory.os : NULL;
	struct json_writer *w = &j->w;
	json_write_key(w, key);
	json_begin_object(w);
	json_member_str_opt(w, "PURL", package_purl(&p->package, os, &j->a));
	json_member_str_opt(w, "UID", report_package_uid(p, &j->a));
	json_end_object(w);
}

static void write_version(struct json_out *j, const struct package_type *t, struct lc_slice whole,
			  const char *const keys[3])
{
	struct lc_slice version = whole;
	struct lc_slice release = { NULL, 0 };
	uint64_t epoch = 0;
	if (t)
		package_version_split(t, whole, &epoch, &version, &release);
	json_member_str_opt(&j->w, keys[0], version);
	json_member_str_opt(&j->w, keys[1], release);
	json_member_u64_opt(&j->w, keys[2], epoch);
}

static void write_source(struct json_out *j, const struct package_type *t,
			 const struct inv_package *p)
{
	static const char *const keys[3] = { "SrcVersion", "SrcRelease", "SrcEpoch" };
	if (!t || !t->os)
		return;
	/* A binary that names no source comes from the one of its own name and version. */
	json_member_str_opt(&j->w, "SrcName", p->source_name.n ? p->source_name : p->name);
	write_version(j, t, p->source_version.n ? p->source_version : p->version, keys);
}

/* Ids as they are, names by the package of that result that has them; what is not there is left
 * out. */
static struct lc_slice resolve(struct lc_slice name, const struct lc_map *ids)
{
	const struct lc_slice *id = lc_map_get(ids, name);
	size_t colon = lc_find(name, ':');
	if (!id && colon != SIZE_MAX) /* "libc6:any" */
		id = lc_map_get(ids, lc_sub(name, 0, colon));
	return id ? *id : (struct lc_slice){ NULL, 0 };
}

static void write_depends(struct json_out *j, const struct inv_package *p, const struct lc_map *ids)
{
	struct json_writer *w = &j->w;
	size_t n = 0;
	struct lc_slice *found =
		p->depends_on.n ? lc_new_array(&j->a, struct lc_slice, p->depends_on.n) : NULL;
	for (size_t i = 0; found && i < p->depends_on.n; i++) {
		struct lc_slice id = resolve(p->depends_on.v[i], ids);
		if (id.n)
			found[n++] = id;
	}
	if (!n)
		return;
	struct lc_slices list = { found, n, n };
	if (lc_slices_sort_unique(&list))
		j->a.err = LC_ENOMEM; /* told when the writer is done */
	json_member_strs(w, "DependsOn", list.v, list.n);
}

static void write_files(struct json_out *j, const struct inv_package *p)
{
	struct json_writer *w = &j->w;
	/* The package manager's own spelling: apk alone lists relative paths. */
	const struct package_type *t = package_type_of(p->type);
	bool rooted = t && t->os && t->scheme != VERSION_APK;
	struct lc_slices paths = { 0 };
	int rc = inv_owned_paths(&p->owned, &j->a, &paths);
	if (rc)
		j->a.err = rc; /* told when the writer is done */
	if (rc || !paths.n)
		return;
	json_write_key(w, "InstalledFiles");
	json_begin_array(w);
	for (size_t i = 0; i < paths.n; i++) {
		struct lc_slice path = paths.v[i];
		uint8_t *s = rooted ? lc_arena_alloc(&j->a, path.n + 1) : NULL;
		if (s) {
			s[0] = '/';
			if (path.n)
				memcpy(s + 1, path.p, path.n);
			path = (struct lc_slice){ s, path.n + 1 };
		}
		json_write_str(w, path);
	}
	json_end_array(w);
}

static void write_lines(struct json_writer *w, uint32_t start, uint32_t end)
{
	json_begin_object(w);
	json_member_u64(w, "StartLine", start);
	json_member_u64(w, "EndLine", end);
	json_end_object(w);
}

static void write_location(struct json_out *j, const struct inv_package *p)
{
	struct json_writer *w = &j->w;
	const struct package_type *t = package_type_of(p->type);
	if (!p->line_start ||
	    (t && t->os)) /* a lock file's lines; a package database has none to show */
		return;
	json_write_key(w, "Locations");
	json_begin_array(w);
	write_lines(w, p->line_start, p->line_end);
	for (size_t i = 0; i < p->more_lines.n; i++)
		write_lines(w, p->more_lines.v[i].start, p->more_lines.v[i].end);
	json_end_array(w);
}

static void write_third_party(struct json_writer *w, const struct inv_package *p)
{
	if (!(p->flags & INV_THIRD_PARTY))
		return;
	json_write_key(w, "Repository");
	json_begin_object(w);
	json_member_cstr(w, "Class", "third-party");
	json_end_object(w);
}

/* Red Hat's: which repositories the layer's packages are from. */
static void write_build(struct json_writer *w, const struct inv_build *b, struct lc_slice family)
{
	if (!b || lc_eq(family, LC_S("amazon"))) /* the neighbours know no such thing of it */
		return;
	json_write_key(w, "BuildInfo");
	json_begin_object(w);
	json_member_strs_opt(w, "ContentSets", b->content_sets.v, b->content_sets.n);
	json_member_str_opt(w, "Nvr", b->nvr);
	json_member_str_opt(w, "Arch", b->arch);
	json_end_object(w);
}

static void write_package(struct json_out *j, const struct report_result *res,
			  const struct inv_found_package *f, const struct lc_map *ids)
{
	static const char *const keys[3] = { "Version", "Release", "Epoch" };
	const struct inv_package *p = &f->package;
	const struct package_type *t = package_type_of(p->type);
	struct json_writer *w = &j->w;
	json_begin_object(w);
	json_member_str_opt(w, "ID", package_id(p, &j->a));
	json_member_str_opt(w, "Name", p->name);
	json_identifier(j, "Identifier", f);
	write_version(j, t, p->version, keys);
	json_member_str_opt(w, "Arch", p->arch);
	json_member_true_opt(w, "Dev", p->flags & INV_DEV);
	write_source(j, t, p);
	json_member_strs_opt(w, "Licenses", p->licences.v, p->licences.n);
	json_member_str_opt(w, "Maintainer", p->maintainer);
	json_member_str_opt(w, "Modularitylabel", package_attribute(p, LC_S("modularitylabel")));
	write_build(w, f->build, j->r->inventory.os.family);
	write_third_party(w, p);
	json_member_true_opt(w, "Indirect", p->relationship == INV_REL_INDIRECT);
	if (p->relationship != INV_REL_UNKNOWN)
		json_member_cstr(w, "Relationship", inv_relationship_name(p->relationship));
	write_depends(j, p, ids);
	json_layer(j, f->layer);
	json_member_str_opt(w, "FilePath", report_package_path(res, f));
	json_member_str_opt(w, "Digest", p->digest);
	write_location(j, p);
	write_files(j, p);
	json_member_str_opt(w, "AnalyzedBy", f->analyser);
	json_lacre_package(j, f);
	json_end_object(w);
	lc_arena_clear(&j->a);
}

/* Name and id of each package to its id. Of equal names the first counts, as sorted. */
static int index_ids(const struct report_result *res, struct lc_arena *a, struct lc_map *ids)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < res->packages_n; i++) {
		const struct inv_package *p = &res->packages[i]->package;
		struct lc_slice *id = lc_new(a, struct lc_slice);
		bool added;
		if (!id)
			return lc_arena_err(a);
		*id = package_id(p, a);
		if (!id->p)
			return lc_arena_err(a);
		rc = lc_map_add(ids, p->name, id, &added);
		if (!rc)
			rc = lc_map_add(ids, *id, id, &added);
	}
	return rc;
}

void json_packages(struct json_out *j, const struct report_result *res)
{
	struct lc_arena a = { 0 };
	struct lc_map ids = { 0 };
	if (!res->packages_n)
		return;
	int rc = index_ids(res, &a, &ids);
	if (rc)
		j->a.err = rc; /* told when the writer is done */
	json_write_key(&j->w, "Packages");
	json_begin_array(&j->w);
	for (size_t i = 0; !rc && i < res->packages_n; i++)
		write_package(j, res, res->packages[i], &ids);
	json_end_array(&j->w);
	lc_map_done(&ids);
	lc_arena_done(&a);
}
