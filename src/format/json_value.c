#include "format/json.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "format/json_node.h"

enum { NUMBER_CHARS_MAX = 127 };

static const struct json_node *node_at(const struct json_doc *d, json_ref r)
{
	return r < d->count ? &d->nodes[r] : NULL;
}

static const struct json_node *node_of(const struct json_doc *d, json_ref r, enum json_type type)
{
	const struct json_node *v = node_at(d, r);
	return v && json_node_type(v) == type ? v : NULL;
}

enum json_type json_type_of(const struct json_doc *d, json_ref r)
{
	const struct json_node *v = node_at(d, r);
	return v ? (enum json_type)json_node_type(v) : JSON_NULL;
}

uint32_t json_count(const struct json_doc *d, json_ref r)
{
	const struct json_node *v = node_at(d, r);
	return v && json_node_holds(v) ? v->meta >> JSON_META_COUNT_SHIFT : 0;
}

json_ref json_first(const struct json_doc *d, json_ref r)
{
	if (!json_count(d, r))
		return JSON_NONE;
	if (json_node_type(&d->nodes[r]) == JSON_OBJECT)
		return json_node_past(d->nodes, r + 1);
	return r + 1;
}

json_ref json_next(const struct json_doc *d, json_ref child)
{
	const struct json_node *v = node_at(d, child);
	uint32_t past;
	if (!v || (v->meta & JSON_META_LAST) || child == 0)
		return JSON_NONE;
	past = json_node_past(d->nodes, child);
	return v->meta & JSON_META_MEMBER ? json_node_past(d->nodes, past) : past;
}

/* The key of a member stands right before it, unless its decoded bytes do. */
static json_ref key_of(const struct json_doc *d, json_ref member)
{
	return json_node_type(&d->nodes[member - 1]) == JSON_AUX ? member - 2 : member - 1;
}

struct lc_slice json_key(const struct json_doc *d, json_ref child)
{
	const struct json_node *v = node_at(d, child);
	if (!v || !(v->meta & JSON_META_MEMBER))
		return (struct lc_slice){ NULL, 0 };
	return json_node_str(d, key_of(d, child));
}

json_ref json_get_slice(const struct json_doc *d, json_ref object, struct lc_slice key)
{
	json_ref found = JSON_NONE;
	if (!node_of(d, object, JSON_OBJECT))
		return JSON_NONE;
	json_each(d, object, child) {
		if (!lc_eq(json_key(d, child), key))
			continue;
		found = child;
		if (d->flags & JSON_DUP_FIRST)
			break;
	}
	return found;
}

json_ref json_get(const struct json_doc *d, json_ref object, const char *key)
{
	return json_get_slice(d, object, lc_str(key));
}

json_ref json_at(const struct json_doc *d, json_ref r, ...)
{
	va_list keys;
	const char *key;
	va_start(keys, r);
	while ((key = va_arg(keys, const char *)))
		r = json_get(d, r, key);
	va_end(keys);
	return r;
}

struct lc_slice json_str(const struct json_doc *d, json_ref r)
{
	if (!node_of(d, r, JSON_STRING))
		return (struct lc_slice){ NULL, 0 };
	return json_node_str(d, r);
}

struct lc_slice json_get_str(const struct json_doc *d, json_ref object, const char *key)
{
	return json_str(d, json_get(d, object, key));
}

struct lc_slice json_raw(const struct json_doc *d, json_ref r)
{
	const struct json_node *v = node_at(d, r);
	if (!v || json_node_type(v) == JSON_AUX)
		return (struct lc_slice){ NULL, 0 };
	return lc_slice_of(d->text.p + v->start, v->end - v->start);
}

struct lc_slice json_num(const struct json_doc *d, json_ref r)
{
	if (!node_of(d, r, JSON_NUMBER))
		return (struct lc_slice){ NULL, 0 };
	return json_raw(d, r);
}

bool json_is_str(const struct json_doc *d, json_ref r)
{
	return node_of(d, r, JSON_STRING) != NULL;
}

bool json_bool(const struct json_doc *d, json_ref r, bool def)
{
	if (node_of(d, r, JSON_TRUE))
		return true;
	return node_of(d, r, JSON_FALSE) ? false : def;
}

bool json_u64(const struct json_doc *d, json_ref r, uint64_t *ret)
{
	struct lc_slice s = json_num(d, r);
	if (lc_eq(s, LC_S("-0")))
		s = LC_S("0");
	return lc_u64(s, 10, UINT64_MAX, ret);
}

bool json_i64(const struct json_doc *d, json_ref r, int64_t *ret)
{
	struct lc_slice s = json_num(d, r);
	uint64_t v;
	if (!lc_chop_prefix(&s, LC_S("-"))) {
		if (!lc_u64(s, 10, INT64_MAX, &v))
			return false;
		*ret = (int64_t)v;
		return true;
	}
	if (!lc_u64(s, 10, (uint64_t)INT64_MAX + 1, &v))
		return false;
	*ret = v ? -(int64_t)(v - 1) - 1 : 0; /* the least has no positive twin */
	return true;
}

bool json_double(const struct json_doc *d, json_ref r, double *ret)
{
	struct lc_slice s = json_num(d, r);
	char text[NUMBER_CHARS_MAX + 1];
	double v;
	if (!s.n || s.n > NUMBER_CHARS_MAX)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	/* The C locale is a constant of libc: making it takes no memory and no lock. */
	v = strtod_l(text, NULL, newlocale(LC_ALL_MASK, "C", (locale_t)0));
	if (!isfinite(v))
		return false;
	*ret = v;
	return true;
}

void json_line_column(struct lc_slice text, size_t off, uint32_t *ret_line, uint32_t *ret_column)
{
	uint32_t line = 1;
	size_t from = 0;
	while (from < off) {
		size_t lf = lc_find(lc_sub(text, from, off - from), '\n');
		if (lf == SIZE_MAX)
			break;
		from += lf + 1;
		line++;
	}
	*ret_line = line;
	*ret_column = (uint32_t)(off - from) + 1;
}

void json_where(const struct json_doc *d, json_ref r, uint32_t *ret_line, uint32_t *ret_column)
{
	const struct json_node *v = node_at(d, r);
	json_line_column(d->text, v && json_node_type(v) != JSON_AUX ? v->start : 0, ret_line,
			 ret_column);
}
