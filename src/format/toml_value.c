#include <stdarg.h>

#include "format/toml_impl.h"

static const struct toml_node *at(const struct toml_doc *d, toml_ref r)
{
	return r < d->nodes.n ? &d->nodes.v[r] : NULL;
}

toml_ref toml_root(const struct toml_doc *d)
{
	return d->nodes.n ? 0 : TOML_NONE;
}

enum toml_type toml_type_of(const struct toml_doc *d, toml_ref r)
{
	const struct toml_node *n = at(d, r);
	return n ? (enum toml_type)n->type : TOML_ABSENT;
}

toml_ref toml_get_slice(const struct toml_doc *d, toml_ref table, struct lc_slice key)
{
	if (toml_type_of(d, table) != TOML_TABLE)
		return TOML_NONE;
	toml_each(d, table, child)
	{
		if (lc_eq(at(d, child)->key, key))
			return child;
	}
	return TOML_NONE;
}

toml_ref toml_get(const struct toml_doc *d, toml_ref table, const char *key)
{
	return toml_get_slice(d, table, lc_str(key));
}

toml_ref toml_at(const struct toml_doc *d, toml_ref r, ...)
{
	va_list keys;
	va_start(keys, r);
	for (const char *key = va_arg(keys, const char *); key; key = va_arg(keys, const char *))
		r = toml_get(d, r, key);
	va_end(keys);
	return r;
}

uint32_t toml_count(const struct toml_doc *d, toml_ref r)
{
	const struct toml_node *n = at(d, r);
	return n ? n->count : 0;
}

toml_ref toml_first(const struct toml_doc *d, toml_ref r)
{
	const struct toml_node *n = at(d, r);
	return n ? n->first : TOML_NONE;
}

toml_ref toml_next(const struct toml_doc *d, toml_ref child)
{
	const struct toml_node *n = at(d, child);
	return n ? n->next : TOML_NONE;
}

struct lc_slice toml_key(const struct toml_doc *d, toml_ref child)
{
	const struct toml_node *n = at(d, child);
	return n ? n->key : (struct lc_slice){ NULL, 0 };
}

struct lc_slice toml_str(const struct toml_doc *d, toml_ref r)
{
	const struct toml_node *n = at(d, r);
	return n && n->type == TOML_STRING ? n->text : (struct lc_slice){ NULL, 0 };
}

struct lc_slice toml_get_str(const struct toml_doc *d, toml_ref table, const char *key)
{
	return toml_str(d, toml_get(d, table, key));
}

struct lc_slice toml_raw(const struct toml_doc *d, toml_ref r)
{
	const struct toml_node *n = at(d, r);
	return n && n->type != TOML_STRING ? n->text : (struct lc_slice){ NULL, 0 };
}

bool toml_bool(const struct toml_doc *d, toml_ref r, bool *ret)
{
	if (toml_type_of(d, r) != TOML_BOOL)
		return false;
	*ret = lc_eq(at(d, r)->text, LC_S("true"));
	return true;
}

/* Digits without their underscores, base and sign apart. */
static bool plain_number(struct lc_slice s, char text[72], unsigned *ret_base, size_t *ret_n)
{
	*ret_base = 10;
	if (lc_chop_prefix(&s, LC_S("0x")))
		*ret_base = 16;
	else if (lc_chop_prefix(&s, LC_S("0o")))
		*ret_base = 8;
	else if (lc_chop_prefix(&s, LC_S("0b")))
		*ret_base = 2;
	*ret_n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_' || (s.p[i] == '0' && *ret_n == 0 && i + 1 < s.n))
			continue;
		if (*ret_n == 71)
			return false;
		text[(*ret_n)++] = (char)s.p[i];
	}
	if (*ret_n == 0) /* zeros with underscores */
		text[(*ret_n)++] = '0';
	return true;
}

static bool binary(struct lc_slice s, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 1 | (s.p[i] == '1');
	*ret = v;
	return s.n <= 63;
}

bool toml_i64(const struct toml_doc *d, toml_ref r, int64_t *ret)
{
	char text[72];
	unsigned base;
	size_t n;
	uint64_t v;
	if (toml_type_of(d, r) != TOML_INTEGER)
		return false;
	struct lc_slice s = at(d, r)->text;
	bool negative = lc_chop_prefix(&s, LC_S("-"));
	(void)lc_chop_prefix(&s, LC_S("+"));
	if (!plain_number(s, text, &base, &n))
		return false;
	bool is = base == 2
			  ? binary(lc_slice_of(text, n), &v)
			  : lc_u64(lc_slice_of(text, n), base, (uint64_t)INT64_MAX + negative, &v);
	if (is)
		*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return is;
}

void toml_lines(const struct toml_doc *d, toml_ref r, uint32_t *ret_start, uint32_t *ret_end)
{
	const struct toml_node *n = at(d, r);
	*ret_start = n ? n->start : 0;
	*ret_end = n ? n->end : 0;
}
