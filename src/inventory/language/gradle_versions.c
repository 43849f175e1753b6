/*
 * What a Gradle build that locks nothing says of its libraries: the version catalogue, and the
 * checksums of what it may download. Source: Gradle's user manual, "Version Catalogs", "Verifying
 * Dependencies".
 *
 *	gradle/libs.versions.toml
 *	  [versions]   guava = "33.0", or { strictly = "33.0" }, { require = … }, { prefer = … }
 *	  [libraries]  guava = "com.google.guava:guava:33.0-jre"
 *	               guava = { module = "com.google.guava:guava", version.ref = "guava" }
 *	               guava = { group = "com.google.guava", name = "guava", version = "33.0" }
 *	gradle/verification-metadata.xml
 *	  <component group="com.google.guava" name="guava" version="33.0-jre">
 *
 * Lock files below say which versions are used: where there are any, these say nothing.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* The directory of a lock file, and all above. */
static int remember_above(const struct inv_file *f, const struct inv_kept *lock)
{
	const struct inv_kept *known;
	struct lc_slice dir = lock->path;
	int r = 0;
	while (dir.n && r == 0) {
		dir = lc_path_dir(dir);
		if (inv_kept_recall(f->kept, dir, &known))
			break; /* and all above it */
		r = inv_kept_remember(f->kept, dir, lock);
	}
	return r;
}

/* Of all lock files, once for all that ask; no directory is called "//". */
static int remember_locks(const struct inv_file *f)
{
	const struct inv_kept *lock;
	size_t at = 0;
	if (inv_kept_recall(f->kept, LC_S("//"), &lock))
		return 0;
	int r = inv_kept_remember(f->kept, LC_S("//"), NULL);
	while (r == 0 && (lock = inv_kept_next(f->kept, LC_S(""), &at)))
		if (lc_ends(lock->path, LC_S("gradle.lockfile")))
			r = remember_above(f, lock);
	return r;
}

/* Of the build whose directory "gradle" the file lies in. */
static int look_for_locks(const struct inv_file *f, bool *ret)
{
	const struct inv_kept *lock;
	int r = remember_locks(f);
	*ret = r == 0 && inv_kept_recall(f->kept, lc_path_dir(lc_path_dir(f->path)), &lock);
	return r;
}

/* Read by read_as() unless something is locked. */
static int parse_unless_locked(const struct inv_file *f, struct inv_sink *out, struct lc_err *e,
			       int (*read_as)(const struct inv_file *f, struct inv_sink *out,
					      struct lc_err *e, const char *type, lock_fn *fn),
			       lock_fn *fn)
{
	bool locked = false;
	int r = look_for_locks(f, &locked);
	if (r)
		return lc_fail(e, r, "%s", lc_code_name(r));
	return locked ? 0 : read_as(f, out, e, "gradle", fn);
}

static bool is_pinned(struct lc_slice version)
{
	for (size_t i = 0; i < version.n; i++)
		if (memchr("[](),+$", version.p[i], 7))
			return false;
	return version.n > 0 && !lc_starts(version, LC_S("latest."));
}

static int add(struct lock *l, struct lc_slice group, struct lc_slice artifact,
	       struct lc_slice version, struct inv_lines lines)
{
	struct inv_package p = { .version = lc_trim(version),
				 .line_start = lines.start,
				 .line_end = lines.end };
	group = lc_trim(group);
	artifact = lc_trim(artifact);
	if (group.n == 0 || artifact.n == 0 || !is_pinned(p.version))
		return 0;
	p.name = lc_arena_fmt(l->arena, "%.*s:%.*s", LC_FMT(group), LC_FMT(artifact));
	return p.name.p ? lock_add(l, &p, NULL) : lc_arena_err(l->arena);
}

/* ---- the catalogue ---- */

/* "1.0", or the one that a rich version prefers. */
static struct lc_slice version_text(const struct toml_doc *d, toml_ref version)
{
	static const char *const kinds[] = { "prefer", "strictly", "require" };
	for (size_t i = 0; i < 3; i++) {
		struct lc_slice text = toml_get_str(d, version, kinds[i]);
		if (is_pinned(text))
			return text;
	}
	return toml_str(d, version);
}

/* Name -> node + 1: libraries refer to them again and again. */
static int map_versions(const struct toml_doc *d, struct lc_map *ret)
{
	toml_ref list = toml_get(d, toml_root(d), "versions");
	int r = 0;
	if (toml_type_of(d, list) != TOML_TABLE)
		return 0;
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = lc_map_put(ret, toml_key(d, i), (void *)((uintptr_t)i + 1));
	return r;
}

static struct lc_slice version_of(const struct toml_doc *d, const struct lc_map *versions,
				  toml_ref library)
{
	toml_ref version = toml_get(d, library, "version");
	struct lc_slice name = toml_get_str(d, version, "ref");
	if (name.n) {
		uintptr_t node = (uintptr_t)lc_map_get(versions, name);
		version = node ? (toml_ref)(node - 1) : TOML_NONE;
	}
	return version_text(d, version);
}

static int read_library(struct lock *l, const struct lc_map *versions, toml_ref library)
{
	const struct toml_doc *d = &l->toml;
	struct inv_lines lines;
	struct lc_slice module = toml_str(d, library);
	struct lc_slice group = toml_get_str(d, library, "group");
	struct lc_slice artifact = toml_get_str(d, library, "name");
	struct lc_slice version = LC_S("");
	toml_lines(d, library, &lines.start, &lines.end);
	if (module.n == 0) {
		module = toml_get_str(d, library, "module");
		version = version_of(d, versions, library);
	}
	if (lc_cut(module, ':', &group, &artifact))
		(void)lc_cut(artifact, ':', &artifact, &version); /* of the short form alone */
	return add(l, group, artifact, version, lines);
}

static int read_catalogue(struct lock *l)
{
	const struct toml_doc *d = &l->toml;
	toml_ref list = toml_get(d, toml_root(d), "libraries");
	struct lc_map versions = { 0 };
	if (list != TOML_NONE && toml_type_of(d, list) != TOML_TABLE)
		return inv_sink_trouble(l->out, INV_MALFORMED, "libraries are not a table");
	int r = map_versions(d, &versions);
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = read_library(l, &versions, i);
	lc_map_done(&versions);
	return r;
}

static int parse_catalogue(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return parse_unless_locked(f, out, e, lock_toml, read_catalogue);
}

static const struct inv_want catalogue_wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".versions.toml", .inside = "gradle" },
	{ .kind = INV_WANT_SUFFIX, .text = "gradle.lockfile", .beside = true },
};

const struct inv_analyser inv_gradle_catalogue = {
	.name = "gradle-catalogue",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = catalogue_wants,
	.wants_n = sizeof(catalogue_wants) / sizeof(catalogue_wants[0]),
	.together = true,
	.parse = parse_catalogue,
};

/* ---- checksums ---- */

static int on_component(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct lock *l = ctx;
	struct lc_slice version;
	(void)e;
	if (lc_arena_dup(l->arena, xml_attr(n, "version"), &version))
		return lc_arena_err(l->arena);
	return add(l, xml_attr(n, "group"), xml_attr(n, "name"), version,
		   (struct inv_lines){ n->line, n->end_line });
}

static int read_checksums(struct lock *l)
{
	static const char *const names[] = { "component", NULL };
	const struct document doc = document_of(l->file, l->out);
	return document_xml(&doc, names, on_component, l);
}

static int parse_checksums(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return parse_unless_locked(f, out, e, lock_text, read_checksums);
}

static const struct inv_want checksums_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "verification-metadata.xml", .inside = "gradle" },
	{ .kind = INV_WANT_SUFFIX, .text = "gradle.lockfile", .beside = true },
};

const struct inv_analyser inv_gradle_checksums = {
	.name = "gradle-verification",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = checksums_wants,
	.wants_n = sizeof(checksums_wants) / sizeof(checksums_wants[0]),
	.together = true,
	.parse = parse_checksums,
};
