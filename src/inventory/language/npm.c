#include "inventory/language/npm.h"

const char *npm_group_key(enum npm_group g)
{
	static const char *const keys[NPM_GROUP_N] = {
		[NPM_RUN] = "dependencies",
		[NPM_OPTIONAL] = "optionalDependencies",
		[NPM_PEER] = "peerDependencies",
		[NPM_DEV] = "devDependencies",
	};
	return keys[g];
}

/* ---- licences ---- */

static int add_licence(const struct json_doc *d, json_ref r, struct lc_arena *a,
		       struct lc_slices *ret)
{
	struct lc_slice text = json_str(d, r);
	if (!text.p)
		text = json_get_str(d, r, "type");
	text = lc_trim(text);
	if (text.n == 0)
		return 0;
	struct lc_slice *place = lc_vec_push(a, ret);
	if (!place)
		return lc_arena_err(a);
	*place = text;
	return 0;
}

int npm_licences(const struct json_doc *d, json_ref object, struct lc_arena *a,
		 struct lc_slices *ret)
{
	json_ref r = json_get(d, object, "license");
	if (r == JSON_NONE)
		r = json_get(d, object, "licenses");
	if (json_type_of(d, r) != JSON_ARRAY)
		return add_licence(d, r, a, ret);
	int rc = 0;
	for (json_ref i = json_first(d, r); i != JSON_NONE && rc == 0; i = json_next(d, i))
		rc = add_licence(d, i, a, ret);
	return rc;
}

/* ---- names ---- */

bool npm_split(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret_rest)
{
	size_t from = lc_starts(text, LC_S("@")) ? 1 : 0;
	size_t at = lc_find(lc_skip(text, from), '@');
	if (at == SIZE_MAX || at == 0)
		return false;
	*ret_name = lc_sub(text, 0, at + from);
	*ret_rest = lc_skip(text, at + from + 1);
	return true;
}

bool npm_alias(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret_version)
{
	return lc_chop_prefix(&text, LC_S("npm:")) && npm_split(text, ret_name, ret_version);
}

json_ref npm_workspaces(const struct json_doc *d, json_ref manifest)
{
	json_ref r = json_get(d, manifest, "workspaces");
	return json_type_of(d, r) == JSON_OBJECT ? json_get(d, r, "packages") : r;
}
