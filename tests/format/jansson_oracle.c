#include "format/jansson_oracle.h"

#include <jansson.h>

static const json_t *value(const struct oracle *v)
{
	return (const json_t *)(const void *)v;
}

static const struct oracle *oracle(const json_t *v)
{
	return (const struct oracle *)(const void *)v;
}

static bool by_choice(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_numeric_overflow:
	case json_error_null_byte_in_key:
	case json_error_stack_overflow:
	case json_error_out_of_memory:
		return true;
	default: /* a surrogate without its other half */
		return strncmp(e->text, "invalid Unicode '\\u", 19) == 0;
	}
}

enum oracle_verdict oracle_parse(struct lc_slice text, struct oracle **ret)
{
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
	json_error_t e = { 0 };
	json_t *v = json_loadb(text.n ? (const char *)text.p : "", text.n, flags, &e);
	if (!v)
		return by_choice(&e) ? ORACLE_ABSTAINS : ORACLE_REFUSES;
	*ret = (struct oracle *)(void *)v;
	return ORACLE_ACCEPTS;
}

void oracle_free(struct oracle *v)
{
	json_decref((json_t *)(void *)v);
}

char oracle_kind(const struct oracle *v)
{
	switch (json_typeof(value(v))) {
	case JSON_OBJECT:
		return '{';
	case JSON_ARRAY:
		return '[';
	case JSON_STRING:
		return '"';
	case JSON_INTEGER:
	case JSON_REAL:
		return '#';
	case JSON_TRUE:
		return 't';
	case JSON_FALSE:
		return 'f';
	default:
		return 'n';
	}
}

size_t oracle_count(const struct oracle *v)
{
	return json_is_object(value(v)) ? json_object_size(value(v)) : json_array_size(value(v));
}

const struct oracle *oracle_item(const struct oracle *v, size_t i)
{
	return oracle(json_array_get(value(v), i));
}

const struct oracle *oracle_member(const struct oracle *v, struct lc_slice key)
{
	return oracle(json_object_getn(value(v), (const char *)key.p, key.n));
}

struct lc_slice oracle_str(const struct oracle *v)
{
	return lc_slice_of(json_string_value(value(v)), json_string_length(value(v)));
}

double oracle_number(const struct oracle *v)
{
	return json_number_value(value(v));
}

bool oracle_read(struct lc_slice text)
{
	json_t *v = json_loadb((const char *)text.p, text.n, JSON_DECODE_ANY, NULL);
	json_decref(v);
	return v != NULL;
}
