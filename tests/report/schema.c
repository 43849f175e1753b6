#include "report/schema.h"

#include <stdio.h>

#include "support/slice_assert.h"

struct check {
	const struct json_doc *s, *v;
	size_t strict;
	char path[512];
};

static void held(struct check *c, json_ref schema, json_ref value, unsigned depth);

static void misfit(const struct check *c, const char *what, struct lc_slice detail)
{
	print_error("# %s: %s %s\n", c->path, what, lc_quote(detail).s);
	fail();
}

static json_ref resolve(const struct check *c, json_ref schema)
{
	struct lc_slice ref = json_get_str(c->s, schema, "$ref");
	if (!ref.n)
		return schema;
	if (!lc_chop_prefix(&ref, LC_S("#/$defs/")))
		misfit(c, "foreign $ref", ref);
	json_ref to = json_get_slice(c->s, json_at(c->s, json_root(c->s), "$defs", NULL), ref);
	if (to == JSON_NONE)
		misfit(c, "no such $ref", ref);
	return to;
}

static bool is_type(const struct check *c, struct lc_slice type, json_ref value)
{
	enum json_type t = json_type_of(c->v, value);
	int64_t i;
	if (lc_eq(type, LC_S("object")))
		return t == JSON_OBJECT;
	if (lc_eq(type, LC_S("array")))
		return t == JSON_ARRAY;
	if (lc_eq(type, LC_S("string")))
		return t == JSON_STRING;
	if (lc_eq(type, LC_S("boolean")))
		return t == JSON_TRUE || t == JSON_FALSE;
	if (lc_eq(type, LC_S("number")))
		return t == JSON_NUMBER;
	return lc_eq(type, LC_S("integer")) && json_i64(c->v, value, &i);
}

static bool is_among(const struct check *c, json_ref list, json_ref value)
{
	json_each(c->s, list, item) {
		if (lc_eq(json_raw(c->s, item), json_raw(c->v, value)))
			return true;
	}
	return false;
}

static void bounded(const struct check *c, json_ref schema, const char *key, json_ref value)
{
	double bound;
	double v;
	if (!json_double(c->s, json_get(c->s, schema, key), &bound))
		return;
	if (!json_double(c->v, value, &v) || (key[1] == 'i' ? v < bound : v > bound))
		misfit(c, key, json_raw(c->v, value));
}

static void members(struct check *c, json_ref schema, json_ref value, unsigned depth)
{
	json_ref properties = json_get(c->s, schema, "properties");
	json_ref extra = json_get(c->s, schema, "additionalProperties");
	bool strict = extra != JSON_NONE && !json_bool(c->s, extra, true);
	size_t end = strlen(c->path);
	c->strict += strict;
	json_each(c->s, json_get(c->s, schema, "required"), name) {
		if (json_get_slice(c->v, value, json_str(c->s, name)) == JSON_NONE)
			misfit(c, "lacks", json_str(c->s, name));
	}
	json_each(c->v, value, child) {
		struct lc_slice key = json_key(c->v, child);
		json_ref to = json_get_slice(c->s, properties, key);
		if (to == JSON_NONE && strict)
			misfit(c, "has a member that is not described:", key);
		if (to == JSON_NONE)
			continue;
		snprintf(c->path + end, sizeof(c->path) - end, "/%s", lc_quote(key).s);
		held(c, to, child, depth + 1);
		c->path[end] = '\0';
	}
}

static void known_keywords(const struct check *c, json_ref schema)
{
	static const char *const known[] = {
		"$schema", "$id",     "$defs",   "$ref",     "title",      "description",
		"type",    "const",   "enum",    "required", "properties", "additionalProperties",
		"items",   "minimum", "maximum", "pattern",
	};
	json_each(c->s, schema, keyword) {
		bool found = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= lc_eq(json_key(c->s, keyword), lc_str(known[i]));
		if (!found)
			misfit(c, "unknown keyword", json_key(c->s, keyword));
	}
}

static void held(struct check *c, json_ref schema, json_ref value, unsigned depth)
{
	assert_true(depth < 32);
	schema = resolve(c, schema);
	known_keywords(c, schema);
	struct lc_slice type = json_get_str(c->s, schema, "type");
	json_ref constant = json_get(c->s, schema, "const");
	json_ref list = json_get(c->s, schema, "enum");
	if (type.n && !is_type(c, type, value))
		misfit(c, "is no", type);
	if (constant != JSON_NONE && !lc_eq(json_raw(c->s, constant), json_raw(c->v, value)))
		misfit(c, "is not", json_raw(c->s, constant));
	if (list != JSON_NONE && !is_among(c, list, value))
		misfit(c, "is none of the enum:", json_raw(c->v, value));
	bounded(c, schema, "minimum", value);
	bounded(c, schema, "maximum", value);
	if (json_type_of(c->v, value) == JSON_OBJECT)
		members(c, schema, value, depth);
	json_ref items = json_get(c->s, schema, "items");
	if (items == JSON_NONE || json_type_of(c->v, value) != JSON_ARRAY)
		return;
	json_each(c->v, value, item)
		held(c, items, item, depth + 1);
}

size_t schema_check(const struct json_doc *schema, const struct json_doc *value)
{
	struct check c = { .s = schema, .v = value };
	held(&c, json_root(schema), json_root(value), 0);
	return c.strict;
}
