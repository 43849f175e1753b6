#include "oci/mirrors.h"

#include "base/shim.h"
#include "io/environment.h"
#include "io/file.h"

enum { RULES_MAX = 1024, FILES_MAX = 256, FILE_BYTES_MAX = 1 << 20 };

/*
 * The part of TOML that such files use:
 *   line  = [ "[" name "]" / "[[" name "]]" / key "=" value ] [ "#" comment ]
 *   value = "\"" text "\"" / "'" text "'" / true / false / anything else, passed over
 */

enum table { TABLE_OTHER, TABLE_REGISTRY, TABLE_MIRROR };

struct parse {
	struct lc_arena *a;
	struct mirror_rules rules;
	enum table table;
	unsigned line;
	bool in_list; /* a value of several lines, passed over until its "]" */
	struct lc_err *e;
};

/* Without a comment: a "#" outside of quotes. */
static struct lc_slice uncomment(struct lc_slice line)
{
	uint8_t quote = 0;
	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = line.p[i];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '#')
			return lc_trim(lc_sub(line, 0, i));
	}
	return lc_trim(line);
}

static int add_rule(struct parse *p)
{
	struct mirror_rule *r = p->rules.n < RULES_MAX ? lc_vec_push(p->a, &p->rules) : NULL;
	if (!r)
		return lc_fail(p->e, p->rules.n < RULES_MAX ? lc_arena_err(p->a) : LC_ELIMIT,
			       "more than %d registries, or no memory", RULES_MAX);
	r->own.by_digest = r->own.by_tag = true;
	p->table = TABLE_REGISTRY;
	return 0;
}

static int add_mirror(struct parse *p)
{
	struct mirror_rule *r = p->rules.n ? &p->rules.v[p->rules.n - 1] : NULL;
	if (!r)
		return lc_fail(p->e, LC_EBAD, "line %u: a mirror of no registry", p->line);
	struct mirror_place *m = r->mirrors.n < RULES_MAX ? lc_vec_push(p->a, &r->mirrors) : NULL;
	if (!m)
		return lc_fail(p->e, r->mirrors.n < RULES_MAX ? lc_arena_err(p->a) : LC_ELIMIT,
			       "more than %d mirrors, or no memory", RULES_MAX);
	m->by_digest = m->by_tag = true;
	p->table = TABLE_MIRROR;
	return 0;
}

static int take_table(struct parse *p, struct lc_slice line)
{
	p->table = TABLE_OTHER;
	if (line.p[line.n - 1] != ']')
		return lc_fail(p->e, LC_EBAD, "line %u: a table without \"]\"", p->line);
	if (lc_eq(line, LC_S("[[registry]]")))
		return add_rule(p);
	return lc_eq(line, LC_S("[[registry.mirror]]")) ? add_mirror(p) : 0;
}

/* The text between quotes; false for another value. */
static bool text_of(struct lc_slice value, struct lc_slice *ret)
{
	if (value.n < 2 || (value.p[0] != '"' && value.p[0] != '\'') ||
	    value.p[value.n - 1] != value.p[0])
		return false;
	*ret = lc_sub(value, 1, value.n - 2);
	return true;
}

static void set_pull(struct mirror_place *m, struct lc_slice how)
{
	m->by_tag = !lc_eq(how, LC_S("digest-only"));
	m->by_digest = !lc_eq(how, LC_S("tag-only"));
}

static void set_key(struct parse *p, struct lc_slice key, struct lc_slice value)
{
	struct lc_slice text = { NULL, 0 };
	bool yes = lc_eq(value, LC_S("true"));
	struct mirror_rule *r = &p->rules.v[p->rules.n - 1];
	struct mirror_place *at = &r->own;
	(void)text_of(value, &text); /* stays empty for other values */
	if (p->table == TABLE_MIRROR)
		at = &r->mirrors.v[r->mirrors.n - 1];
	if (lc_eq(key, LC_S("location")))
		at->location = text;
	else if (lc_eq(key, LC_S("insecure")))
		at->insecure = yes;
	else if (lc_eq(key, LC_S("pull-from-mirror")))
		set_pull(at, text);
	else if (lc_eq(key, LC_S("prefix")) && p->table == TABLE_REGISTRY)
		r->prefix = text;
	else if (lc_eq(key, LC_S("blocked")) && p->table == TABLE_REGISTRY)
		r->blocked = yes;
}

static int take_line(struct parse *p, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	line = uncomment(line);
	if (p->in_list) {
		p->in_list = !lc_ends(line, LC_S("]"));
		return 0;
	}
	if (line.n == 0)
		return 0;
	if (line.p[0] == '[')
		return take_table(p, line);
	if (!lc_cut(line, '=', &key, &value))
		return lc_fail(p->e, LC_EBAD, "line %u: neither a table nor \"key = value\"",
			       p->line);
	value = lc_trim(value);
	p->in_list = lc_starts(value, LC_S("[")) && !lc_ends(value, LC_S("]"));
	if (p->table != TABLE_OTHER)
		set_key(p, lc_trim(key), value);
	return 0;
}

int mirrors_parse(struct lc_slice text, struct lc_arena *a, struct mirror_rules *ret,
		  struct lc_err *e)
{
	struct parse p = { .a = a, .e = e };
	struct lc_slice line;
	int rc = 0;
	while (rc == 0 && lc_line(&text, &line)) {
		p.line++;
		rc = take_line(&p, line);
	}
	for (size_t i = 0; i < p.rules.n; i++) {
		struct mirror_rule *r = &p.rules.v[i];
		if (!r->prefix.n)
			r->prefix = r->own.location;
		if (!r->own.location.n && !lc_starts(r->prefix, LC_S("*")))
			r->own.location = r->prefix;
	}
	if (rc == 0)
		*ret = p.rules;
	return rc;
}

/* The rules of one file behind those of others, and so before them. */
static int add_file(const char *path, struct lc_arena *a, struct mirror_rules *all,
		    struct lc_err *e)
{
	struct mirror_rules more = { 0 };
	struct lc_slice text;
	int rc = io_read_text(lc_str(path), FILE_BYTES_MAX, a, &text, e);
	if (rc == LC_ENOTFOUND)
		return rc;
	if (rc == 0)
		rc = mirrors_parse(text, a, &more, e);
	for (size_t i = 0; rc == 0 && i < more.n; i++) {
		struct mirror_rule *r = lc_vec_push(a, all);
		if (r)
			*r = more.v[i];
		else
			rc = lc_fail(e, lc_arena_err(a), "no memory for registries");
	}
	return rc ? lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s) : 0;
}

/* What packages and administrators drop beside the file: *.conf in the order of their names. */
static int add_dropped(const char *dir, struct lc_arena *a, struct mirror_rules *all,
		       struct lc_err *e)
{
	struct lc_slices names = { 0 };
	bool is_dir = false;
	if (!io_exists(dir, &is_dir) || !is_dir)
		return 0;
	int rc = io_list_dir(dir, a, FILES_MAX, &names, e);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (!lc_ends(names.v[i], LC_S(".conf")))
			continue;
		struct lc_slice path = lc_arena_fmt(a, "%s/%.*s", dir, LC_FMT(names.v[i]));
		rc = path.p ? add_file((const char *)path.p, a, all, e)
			    : lc_fail(e, lc_arena_err(a), "no memory for a path");
	}
	return rc;
}

/* One main file, the user's own or else the system's; but all that is dropped counts. */
int mirrors_read(const struct oci_remote *remote, struct lc_arena *a, struct mirror_rules *ret,
		 struct lc_err *e)
{
	const char *named = io_env(remote->environment, "CONTAINERS_REGISTRIES_CONF");
	const char *home = io_env(remote->environment, "HOME");
	struct lc_slice own = home ? lc_arena_fmt(a, "%s/.config/containers/registries.conf", home)
				   : (struct lc_slice){ NULL, 0 };
	const char *const files[] = { named ? named : (const char *)own.p,
				      named ? NULL : "/etc/containers/registries.conf" };
	int rc = LC_ENOTFOUND;
	*ret = (struct mirror_rules){ 0 };
	for (size_t i = 0; rc == LC_ENOTFOUND && i < 2; i++) {
		lc_err_clear(e);
		rc = files[i] ? add_file(files[i], a, ret, e) : LC_ENOTFOUND;
	}
	if (rc && rc != LC_ENOTFOUND)
		return rc;
	lc_err_clear(e);
	if (named) /* nothing but this */
		return 0;
	rc = add_dropped("/etc/containers/registries.conf.d", a, ret, e);
	own = own.p ? lc_arena_fmt(a, "%.*s.d", LC_FMT(own)) : own;
	return rc || !own.p ? rc : add_dropped((const char *)own.p, a, ret, e);
}

/* ---- using them ---- */

/* How much of registry/repository a prefix covers; 0: not at all. */
static size_t covers(struct lc_slice prefix, const struct oci_reference *ref)
{
	struct lc_slice rest = prefix;
	struct lc_slice path = ref->repository;
	if (lc_chop_prefix(&rest, LC_S("*"))) {
		bool fits = lc_starts(rest, LC_S(".")) && lc_ends(ref->registry, rest);
		return fits ? rest.n : 0;
	}
	if (!lc_chop_prefix(&rest, ref->registry))
		return 0;
	if (rest.n == 0)
		return prefix.n;
	if (!lc_chop_prefix(&rest, LC_S("/")) || !lc_chop_prefix(&path, rest))
		return 0;
	return path.n == 0 || path.p[0] == '/' ? prefix.n : 0;
}

const struct mirror_rule *mirrors_find(const struct mirror_rules *rules,
				       const struct oci_reference *ref)
{
	const struct mirror_rule *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < rules->n; i++) {
		size_t n = covers(rules->v[i].prefix, ref);
		if (n && n >= most) { /* of equal ones the last: it was dropped in later */
			most = n;
			best = &rules->v[i];
		}
	}
	return best;
}

int mirrors_move(const struct mirror_rule *rule, const struct mirror_place *to,
		 const struct oci_reference *ref, struct lc_arena *a, struct oci_reference *ret,
		 struct lc_err *e)
{
	struct lc_slice full = oci_reference_name(ref, a);
	bool wild = lc_starts(rule->prefix, LC_S("*"));
	struct lc_slice rest = wild ? ref->repository : lc_skip(full, rule->prefix.n);
	const char *slash = wild ? "/" : "";
	struct lc_slice moved;
	if (to->location.n == 0) {
		*ret = *ref;
		return 0;
	}
	moved = lc_arena_fmt(a, "%.*s%s%.*s", LC_FMT(to->location), slash, LC_FMT(rest));
	if (!full.p || !moved.p)
		return lc_fail(e, lc_arena_err(a), "no memory for a name");
	int rc = oci_reference_parse(moved, a, ret, e);
	if (rc)
		return lc_wrap(e, LC_EUSAGE, "registries.conf: location %s",
			       lc_quote(to->location).s);
	ret->tag = ref->tag;
	ret->digest = ref->digest;
	return 0;
}
