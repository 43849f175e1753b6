#include "trust/registries_d.h"

#include "base/shim.h"
#include "format/yaml.h"
#include "io/file.h"

static const struct yaml_limits limits = {
	.bytes_max = REGISTRIES_FILE_MAX,
	.scalar_max = 1 << 16,
	.events_max = 1 << 17,
	.depth_max = 16,
	.aliases_max = 1024,
	.expanded_max = 1 << 18,
};

/* ---- reading ---- */

static int __attribute__((cold))
bad(const struct yaml_doc *d, yaml_ref at, struct lc_slice name, const char *what, struct lc_err *e)
{
	uint32_t line = 0;
	uint32_t column = 0;
	yaml_where(d, at, &line, &column);
	return lc_fail(e, LC_EBAD, "%s: line %u, column %u: %s", lc_quote(name).s, line, column,
		       what);
}

static int read_url(const struct yaml_doc *d, yaml_ref section, const char *key,
		    struct lc_slice name, struct lc_slice *ret, struct lc_err *e)
{
	yaml_ref at = yaml_get(d, section, key);
	if (at == YAML_NONE || yaml_is_null(d, at) || ret->n)
		return 0;
	if (yaml_type_of(d, at) != YAML_SCALAR)
		return bad(d, at, name, "a URL is expected", e);
	*ret = yaml_str(d, at);
	return 0;
}

/* "sigstore" is what "lookaside" was called. What else stands there is for others. */
static int read_section(const struct yaml_doc *d, yaml_ref section, struct registries_section *s,
			struct lc_err *e)
{
	yaml_ref attachments = yaml_get(d, section, "use-sigstore-attachments");
	if (yaml_is_null(d, section))
		return 0;
	if (yaml_type_of(d, section) != YAML_MAPPING)
		return bad(d, section, s->file, "a section of settings is expected", e);
	int rc = read_url(d, section, "lookaside", s->file, &s->lookaside, e);
	rc = rc ? rc : read_url(d, section, "sigstore", s->file, &s->lookaside, e);
	if (rc || attachments == YAML_NONE || yaml_is_null(d, attachments))
		return rc;
	s->has_attachments = yaml_bool(d, attachments, YAML_11, &s->attachments);
	return s->has_attachments ? 0
				  : bad(d, attachments, s->file,
					"use-sigstore-attachments is true or false", e);
}

static const struct registries_section *find(const struct registries_d *r, struct lc_slice scope)
{
	for (size_t i = 0; i < r->n; i++)
		if (lc_eq(r->v[i].scope, scope))
			return &r->v[i];
	return NULL;
}

static int add_section(const struct yaml_doc *d, yaml_ref section, struct lc_slice scope,
		       struct lc_slice name, struct lc_arena *a, struct registries_d *to,
		       struct lc_err *e)
{
	const struct registries_section *before = find(to, scope);
	if (before)
		return lc_fail(e, LC_EBAD, "%s and %s both have a section for %s: keep one",
			       lc_quote(before->file).s, lc_quote(name).s,
			       scope.n ? lc_quote(scope).s : "default-docker");
	struct registries_section *s = lc_vec_push(a, to);
	if (!s)
		return lc_fail(e, lc_arena_err(a), "no memory for registries");
	s->scope = scope;
	s->file = name;
	return read_section(d, section, s, e);
}

static int read_document(const struct yaml_doc *d, yaml_ref root, struct lc_slice name,
			 struct lc_arena *a, struct registries_d *to, struct lc_err *e)
{
	yaml_ref all = yaml_get(d, root, "docker");
	yaml_ref fallback = yaml_get(d, root, "default-docker");
	int rc = 0;
	if (yaml_type_of(d, root) != YAML_MAPPING)
		return bad(d, root, name, "a mapping is expected", e);
	if (fallback != YAML_NONE && !yaml_is_null(d, fallback))
		rc = add_section(d, fallback, LC_S(""), name, a, to, e);
	if (!rc && all != YAML_NONE && !yaml_is_null(d, all) &&
	    yaml_type_of(d, all) != YAML_MAPPING)
		rc = bad(d, all, name, "docker: scopes with their settings are expected", e);
	if (rc)
		return rc;
	yaml_each(d, all, section)
	{
		struct lc_slice scope = yaml_key(d, section);
		if (!scope.n)
			return bad(d, section, name, "a scope without a name", e);
		rc = add_section(d, section, scope, name, a, to, e);
		if (rc)
			return rc;
	}
	return 0;
}

int registries_d_parse(struct lc_slice text, struct lc_slice name, struct lc_arena *a,
		       struct registries_d *to, struct lc_err *e)
{
	struct yaml_doc d;
	int rc = yaml_parse(text, YAML_DUP_REFUSE, &limits, a, &d, e);
	if (rc)
		return lc_wrap(e, rc, "%s", lc_quote(name).s);
	if (!d.documents || yaml_is_null(&d, yaml_root(&d, 0)))
		return 0; /* comments alone */
	return read_document(&d, yaml_root(&d, 0), name, a, to, e);
}

int registries_d_read(const char *dir, struct lc_arena *a, struct registries_d *ret,
		      struct lc_err *e)
{
	struct registries_d all = { 0 };
	struct lc_slices names = { 0 };
	int rc = io_list_dir(dir, a, REGISTRIES_FILES_MAX, &names, e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
		struct lc_slice path = lc_arena_fmt(a, "%s/%.*s", dir, LC_FMT(names.v[i]));
		if (!lc_ends(names.v[i], LC_S(".yaml")))
			continue;
		lc_buf_init(&text, REGISTRIES_FILE_MAX);
		rc = path.p ? io_read_file((const char *)path.p, &text, e)
			    : lc_fail(e, lc_arena_err(a), "no memory for registries");
		rc = rc ? rc : registries_d_parse(lc_buf_get(&text), path, a, &all, e);
	}
	if (!rc)
		*ret = all;
	return rc;
}

/* ---- look-up ---- */

/* The n-th section that covers an image, the most exact first; NULL at the end. */
static const struct registries_section *covering(const struct registries_d *r,
						 const struct image_scope *s, size_t n)
{
	if (n < s->scopes.n)
		return find(r, s->scopes.v[n]);
	return find(r, LC_S(""));
}

struct lc_slice registries_d_lookaside(const struct registries_d *r, const struct image_scope *s)
{
	for (size_t i = 0; i <= s->scopes.n; i++) {
		const struct registries_section *at = covering(r, s, i);
		if (at && at->lookaside.n)
			return at->lookaside;
	}
	return (struct lc_slice){ NULL, 0 };
}

bool registries_d_attachments(const struct registries_d *r, const struct image_scope *s)
{
	for (size_t i = 0; i <= s->scopes.n; i++) {
		const struct registries_section *at = covering(r, s, i);
		if (at && at->has_attachments)
			return at->attachments;
	}
	return false;
}
