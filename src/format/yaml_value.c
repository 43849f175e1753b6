#include <stdarg.h>

#include "format/yaml_node.h"

static const struct yaml_node *at(const struct yaml_doc *d, yaml_ref r)
{
	return r < d->count ? yaml_followed(d->nodes, r) : NULL;
}

static const struct yaml_node *scalar(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = at(d, r);
	return n && n->type == YAML_SCALAR ? n : NULL;
}

yaml_ref yaml_root(const struct yaml_doc *d, uint32_t document)
{
	return document < d->documents ? d->roots[document] : YAML_NONE;
}

enum yaml_type yaml_type_of(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = at(d, r);
	return n ? (enum yaml_type)n->type : YAML_ABSENT;
}

uint32_t yaml_count(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = at(d, r);
	return n ? n->count : 0;
}

yaml_ref yaml_first(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = at(d, r);
	return n && n->type != YAML_SCALAR ? n->first : YAML_NONE;
}

yaml_ref yaml_next(const struct yaml_doc *d, yaml_ref child)
{
	return child < d->count ? d->nodes[child].next : YAML_NONE;
}

yaml_ref yaml_key_ref(const struct yaml_doc *d, yaml_ref child)
{
	return child < d->count ? d->nodes[child].key : YAML_NONE;
}

struct lc_slice yaml_key(const struct yaml_doc *d, yaml_ref child)
{
	return yaml_str(d, yaml_key_ref(d, child));
}

yaml_ref yaml_get_slice(const struct yaml_doc *d, yaml_ref mapping, struct lc_slice key)
{
	yaml_ref found = YAML_NONE;
	if (yaml_type_of(d, mapping) != YAML_MAPPING)
		return found;
	yaml_each(d, mapping, child)
	{
		const struct yaml_node *k = scalar(d, yaml_key_ref(d, child));
		if (!k || !lc_eq(k->text, key))
			continue;
		found = child;
		if (d->flags & YAML_DUP_FIRST)
			break;
	}
	return found;
}

yaml_ref yaml_get(const struct yaml_doc *d, yaml_ref mapping, const char *key)
{
	return yaml_get_slice(d, mapping, lc_str(key));
}

yaml_ref yaml_at(const struct yaml_doc *d, yaml_ref r, ...)
{
	va_list keys;
	va_start(keys, r);
	const char *key;
	while ((key = va_arg(keys, const char *)))
		r = yaml_get(d, r, key);
	va_end(keys);
	return r;
}

struct lc_slice yaml_str(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = scalar(d, r);
	return n ? n->text : (struct lc_slice){ NULL, 0 };
}

struct lc_slice yaml_get_str(const struct yaml_doc *d, yaml_ref mapping, const char *key)
{
	return yaml_str(d, yaml_get(d, mapping, key));
}

struct lc_slice yaml_tag(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = at(d, r);
	return n ? n->tag : (struct lc_slice){ NULL, 0 };
}

bool yaml_is_plain(const struct yaml_doc *d, yaml_ref r)
{
	const struct yaml_node *n = scalar(d, r);
	return n && n->plain;
}

/* May the scalar be a value of the type of that tag? */
static bool may_be(const struct yaml_node *n, struct lc_slice tag)
{
	return n && (n->plain || lc_eq(n->tag, tag));
}

static bool is_one_of(struct lc_slice s, const char *const *words)
{
	while (*words && !lc_eq(s, lc_str(*words)))
		words++;
	return *words != NULL;
}

bool yaml_is_null(const struct yaml_doc *d, yaml_ref r)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL", NULL };
	const struct yaml_node *n = scalar(d, r);
	return may_be(n, LC_S("tag:yaml.org,2002:null")) && is_one_of(n->text, words);
}

bool yaml_bool(const struct yaml_doc *d, yaml_ref r, enum yaml_schema s, bool *ret)
{
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };
	static const char *const old_yes[] = {
		"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", NULL
	};
	static const char *const old_no[] = {
		"n", "N", "no", "No", "NO", "off", "Off", "OFF", NULL
	};
	const struct yaml_node *n = scalar(d, r);
	if (!may_be(n, LC_S("tag:yaml.org,2002:bool")))
		return false;
	bool is = is_one_of(n->text, yes) || (s == YAML_11 && is_one_of(n->text, old_yes));
	if (!is && !is_one_of(n->text, no) && !(s == YAML_11 && is_one_of(n->text, old_no)))
		return false;
	*ret = is;
	return true;
}

enum { DIGITS_MAX = 80 }; /* 64 binary ones with some underscores */

static bool without_underscores(struct lc_slice *s, uint8_t *room)
{
	size_t n = 0;
	if (s->n > DIGITS_MAX || (s->n && s->p[0] == '_'))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] != '_')
			room[n++] = s->p[i];
	}
	*s = lc_slice_of(room, n);
	return true;
}

static bool binary(struct lc_slice s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] != '0' && s.p[i] != '1') || v > max >> 1)
			return false;
		v = v << 1 | (s.p[i] == '1');
	}
	*ret = v;
	return s.n && v <= max;
}

static bool magnitude(struct lc_slice s, enum yaml_schema schema, uint64_t max, uint64_t *ret)
{
	uint8_t room[DIGITS_MAX];
	if (schema == YAML_11 && !without_underscores(&s, room))
		return false;
	if (lc_chop_prefix(&s, LC_S("0x")))
		return lc_u64(s, 16, max, ret);
	if (schema == YAML_CORE && lc_chop_prefix(&s, LC_S("0o")))
		return lc_u64(s, 8, max, ret);
	if (schema == YAML_11 && lc_chop_prefix(&s, LC_S("0b")))
		return binary(s, max, ret);
	bool octal = schema == YAML_11 && s.n > 1 && s.p[0] == '0';
	return lc_u64(s, octal ? 8 : 10, max, ret);
}

bool yaml_i64(const struct yaml_doc *d, yaml_ref r, enum yaml_schema s, int64_t *ret)
{
	const struct yaml_node *n = scalar(d, r);
	uint64_t v;
	if (!may_be(n, LC_S("tag:yaml.org,2002:int")))
		return false;
	struct lc_slice text = n->text;
	bool negative = lc_chop_prefix(&text, LC_S("-"));
	if (!negative)
		(void)lc_chop_prefix(&text, LC_S("+")); /* means nothing */
	if (!magnitude(text, s, (uint64_t)INT64_MAX + negative, &v))
		return false;
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

void yaml_where(const struct yaml_doc *d, yaml_ref r, uint32_t *ret_line, uint32_t *ret_column)
{
	bool there = r < d->count;
	*ret_line = there ? d->nodes[r].line : 0;
	*ret_column = there ? d->nodes[r].column : 0;
}

uint32_t yaml_end_line(const struct yaml_doc *d, yaml_ref r)
{
	return r < d->count ? d->nodes[r].end_line : 0;
}
