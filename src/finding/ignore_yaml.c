/*
 * Ignore files in YAML. Shape: judge.h, as the neighbours' users keep them; an unknown key is
 * refused, since a rule whose "path:" goes unread would hide more than its author meant.
 */
#include "base/log.h"
#include "base/time.h"
#include "finding/ignore_impl.h"
#include "format/yaml.h"
#include "inventory/glob.h"

struct source {
	struct ignore_parse *p;
	const struct yaml_doc *d;
};

typedef int (*field_fn)(const struct source *s, struct lc_slice key, yaml_ref value,
			struct ignore_rule *r);

struct field {
	const char *key;
	field_fn read;
};

/* Ignore files are small and flat: what passes these was not written by a person. */
static const struct yaml_limits limits = {
	.bytes_max = IGNORE_BYTES_MAX,
	.scalar_max = IGNORE_LINE_MAX,
	.events_max = 1u << 20,
	.depth_max = 16,
	.aliases_max = 1u << 12,
	.expanded_max = 1u << 20,
};

static void stand_at(const struct source *s, yaml_ref r)
{
	uint32_t line;
	uint32_t column;
	yaml_where(s->d, r, &line, &column);
	s->p->line = line;
}

static const char *kind_of(const struct source *s, yaml_ref r)
{
	static const char *const names[] = { "nothing", "a single value", "a list", "a mapping" };
	return yaml_is_null(s->d, r) ? names[0] : names[yaml_type_of(s->d, r)];
}

static int wrong_type(const struct source *s, struct lc_slice key, yaml_ref r, const char *wanted)
{
	stand_at(s, r);
	return IGNORE_BAD(s->p, "\"%s\" must be %s, not %s", lc_quote(key).s, wanted,
			  kind_of(s, r));
}

static int text_of(const struct source *s, struct lc_slice key, yaml_ref r, struct lc_slice *ret)
{
	stand_at(s, r);
	if (yaml_type_of(s->d, r) != YAML_SCALAR || yaml_is_null(s->d, r))
		return wrong_type(s, key, r, "text");
	*ret = yaml_str(s->d, r); /* in the rules' arena already */
	return 0;
}

static int read_id(const struct source *s, struct lc_slice key, yaml_ref value,
		   struct ignore_rule *r)
{
	int rc = text_of(s, key, value, &r->id);
	if (!rc && !ignore_is_id(r->id))
		rc = IGNORE_BAD(s->p, "\"%s\" is no vulnerability id", lc_quote(r->id).s);
	return rc;
}

static int read_list(const struct source *s, struct lc_slice key, yaml_ref value,
		     struct lc_slices *ret)
{
	if (yaml_is_null(s->d, value))
		return 0;
	if (yaml_type_of(s->d, value) != YAML_SEQUENCE)
		return wrong_type(s, key, value, "a list");
	yaml_each(s->d, value, item)
	{
		struct lc_slice text;
		int rc = text_of(s, key, item, &text);
		if (rc)
			return rc;
		struct lc_slice *at = lc_vec_push(s->p->a, ret);
		if (!at)
			return ignore_no_memory(s->p);
		*at = text;
	}
	return 0;
}

static int read_paths(const struct source *s, struct lc_slice key, yaml_ref value,
		      struct ignore_rule *r)
{
	int rc = read_list(s, key, value, &r->paths);
	if (rc || !r->paths.n)
		return rc;
	yaml_each(s->d, value, item)
	{
		struct lc_slice glob = yaml_str(s->d, item);
		stand_at(s, item);
		if (!ignore_is_text(glob) || !glob_valid(glob))
			return IGNORE_BAD(s->p, "\"%s\" is no path pattern", lc_quote(glob).s);
	}
	return 0;
}

static int read_purls(const struct source *s, struct lc_slice key, yaml_ref value,
		      struct ignore_rule *r)
{
	int rc = read_list(s, key, value, &r->purls);
	if (rc || !r->purls.n)
		return rc;
	yaml_each(s->d, value, item)
	{
		struct lc_slice purl = yaml_str(s->d, item);
		stand_at(s, item);
		if (!ignore_is_text(purl) || !lc_starts(purl, LC_S("pkg:")) ||
		    lc_find(purl, '/') == SIZE_MAX)
			return IGNORE_BAD(s->p,
					  "\"%s\" is no package URL: write pkg:TYPE/NAME@VERSION",
					  lc_quote(purl).s);
	}
	return 0;
}

static int read_end(const struct source *s, struct lc_slice key, yaml_ref value,
		    struct ignore_rule *r)
{
	struct lc_slice text;
	uint32_t ns;
	if (yaml_is_null(s->d, value))
		return 0;
	int rc = text_of(s, key, value, &text);
	if (!rc && !lc_time_parse(text, &r->expires, &ns))
		rc = IGNORE_BAD(s->p, "\"%s\" is no date: write %s: YYYY-MM-DD", lc_quote(text).s,
				lc_quote(key).s);
	return rc;
}

static int read_statement(const struct source *s, struct lc_slice key, yaml_ref value,
			  struct ignore_rule *r)
{
	if (yaml_is_null(s->d, value))
		return 0;
	int rc = text_of(s, key, value, &r->statement);
	if (rc)
		return rc;
	r->statement = lc_trim(r->statement);
	struct lc_slice rest = r->statement;
	struct lc_slice line;
	while (lc_line(&rest, &line)) {
		if (!ignore_is_text(line))
			return IGNORE_BAD(s->p, "control characters in \"%s\"", lc_quote(key).s);
	}
	return 0;
}

static const struct field fields[] = {
	{ "id", read_id },          { "paths", read_paths },         { "purls", read_purls },
	{ "expired_at", read_end }, { "statement", read_statement }, { NULL, NULL },
};

static int unknown_key(const struct source *s, yaml_ref value, const char *known)
{
	stand_at(s, yaml_key_ref(s->d, value));
	if (yaml_type_of(s->d, yaml_key_ref(s->d, value)) != YAML_SCALAR)
		return IGNORE_BAD(s->p, "a key must be text: %s", known);
	return IGNORE_BAD(s->p, "unknown key \"%s\": known are %s",
			  lc_quote(yaml_key(s->d, value)).s, known);
}

static int read_field(const struct source *s, yaml_ref value, struct ignore_rule *r)
{
	struct lc_slice key = yaml_key(s->d, value);
	const struct field *f = fields;
	while (f->key && !lc_eq(key, lc_str(f->key)))
		f++;
	if (!f->key)
		return unknown_key(s, value, "id, paths, purls, expired_at, statement");
	return f->read(s, key, value, r);
}

static int read_rule(const struct source *s, struct lc_slice section, yaml_ref item)
{
	struct ignore_rule r = { .expires = INT64_MAX };
	if (yaml_type_of(s->d, item) != YAML_MAPPING) {
		stand_at(s, item);
		return IGNORE_BAD(s->p, "an item of \"%s\" must be a mapping with an id, not %s",
				  lc_quote(section).s, kind_of(s, item));
	}
	yaml_each(s->d, item, value)
	{
		int rc = read_field(s, value, &r);
		if (rc)
			return rc;
	}
	stand_at(s, item);
	if (!r.id.n)
		return IGNORE_BAD(s->p, "a rule without \"id\"");
	return ignore_add(s->p, &r);
}

static int read_section(const struct source *s, yaml_ref list)
{
	static const char *const others[] = { "misconfigurations", "secrets", "licenses" };
	struct lc_slice key = yaml_key(s->d, list);
	bool judged = lc_eq(key, LC_S("vulnerabilities"));
	bool known = judged;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		known = known || lc_eq(key, lc_str(others[i]));
	if (!known)
		return unknown_key(s, list,
				   "vulnerabilities, misconfigurations, secrets, licenses");
	if (yaml_is_null(s->d, list))
		return 0;
	if (yaml_type_of(s->d, list) != YAML_SEQUENCE)
		return wrong_type(s, key, list, "a list");
	if (!judged) {
		lc_debug("%s: %u rules of \"%s\" are passed over: nothing is judged by them",
			 lc_quote(s->p->file).s, yaml_count(s->d, list), lc_quote(key).s);
		return 0;
	}
	yaml_each(s->d, list, item)
	{
		int rc = read_rule(s, key, item);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_sections(const struct source *s)
{
	yaml_ref root = yaml_root(s->d, 0);
	if (s->d->documents > 1) {
		stand_at(s, yaml_root(s->d, 1));
		return IGNORE_BAD(s->p, "a second document: write one");
	}
	if (root == YAML_NONE || yaml_is_null(s->d, root))
		return 0;
	stand_at(s, root);
	if (yaml_type_of(s->d, root) != YAML_MAPPING)
		return IGNORE_BAD(s->p, "write a mapping with \"vulnerabilities\", not %s",
				  kind_of(s, root));
	yaml_each(s->d, root, list)
	{
		int rc = read_section(s, list);
		if (rc)
			return rc;
	}
	return 0;
}

int ignore_parse_yaml(struct ignore_parse *p, struct lc_slice text)
{
	struct yaml_doc d;
	const struct source s = { p, &d };
	struct lc_err why = { 0 };
	int rc = yaml_parse(text, YAML_DUP_REFUSE, &limits, p->a, &d, &why);
	if (rc)
		return lc_fail(p->e, rc, "%s: %s", lc_quote(p->file).s, why.msg);
	return read_sections(&s);
}
