#include "format/json_node.h"

#include "base/map.h"

enum { KEYS_PAIRWISE = 8 }; /* objects up to this size are searched without a map */

static int fail_dup(const struct json_doc *d, json_ref child, struct lc_err *e)
{
	uint32_t line;
	uint32_t column;
	json_where(d, child, &line, &column);
	return lc_fail(e, LC_EBAD,
		       "line %u, column %u: the key \"%s\" occurs before in this object", line,
		       column, lc_quote(json_key(d, child)).s);
}

/* True when a member before this one has its key. */
static bool key_occurs_before(const struct json_doc *d, json_ref object, json_ref child)
{
	struct lc_slice key = json_key(d, child);
	json_ref other = json_first(d, object);
	while (other != child && !lc_eq(json_key(d, other), key))
		other = json_next(d, other);
	return other != child;
}

static int dups_pairwise(const struct json_doc *d, json_ref object, struct lc_err *e)
{
	json_each(d, object, child) {
		if (key_occurs_before(d, object, child))
			return fail_dup(d, child, e);
	}
	return 0;
}

static int dups_by_map(const struct json_doc *d, json_ref object, struct lc_err *e)
{
	struct lc_map seen __attribute__((cleanup(lc_map_done))) = { 0 };
	json_each(d, object, child) {
		bool added;
		int rc = lc_map_add(&seen, json_key(d, child), NULL, &added);
		if (rc)
			return lc_fail(e, rc, "out of memory");
		if (!added)
			return fail_dup(d, child, e);
	}
	return 0;
}

int json_refuse_dups(const struct json_doc *d, struct lc_err *e)
{
	int rc = 0;
	for (uint32_t i = 0; i < d->count && !rc; i++) {
		if (json_node_type(&d->nodes[i]) != JSON_OBJECT)
			continue;
		rc = json_count(d, i) > KEYS_PAIRWISE ? dups_by_map(d, i, e)
						      : dups_pairwise(d, i, e);
	}
	return rc;
}
