/*
 * Ends of life. Source: endoflife.date, the products of its release data in one object:
 *
 *   { "debian": { "releases": [ { "cycle": "12", "eol": "2026-07-11", "extendedSupport":
 * "2028-06-30", … } ] } }
 *
 * A date, true (ended, nobody says when) or false (no end set).
 */
#include "advisory/feed/feed.h"

#include "base/time.h"
#include "format/json.h"

enum { EOL_TEXT_MAX = 128 };

static struct lc_slice when(const struct json_doc *d, json_ref o, const char *key)
{
	json_ref r = json_get(d, o, key);
	int64_t seconds;
	uint32_t ns;
	if (json_type_of(d, r) == JSON_TRUE)
		return LC_S("+");
	if (json_type_of(d, r) == JSON_FALSE)
		return LC_S("-");
	struct lc_slice s = json_str(d, r);
	return lc_time_parse(s, &seconds, &ns) ? s : (struct lc_slice){ NULL, 0 };
}

static struct lc_slice text(const struct json_doc *d, json_ref o, const char *key)
{
	return lc_sub(json_get_str(d, o, key), 0, EOL_TEXT_MAX);
}

static int read_cycle(const struct json_doc *d, json_ref o, struct eol_cycle *ret, struct lc_err *e)
{
	*ret = (struct eol_cycle){
		.cycle = text(d, o, "cycle"),
		.codename = text(d, o, "codename"),
		.eol = when(d, o, "eol"),
		.extended = when(d, o, "extendedSupport"),
		.release = when(d, o, "releaseDate"),
		.latest = text(d, o, "latest"),
		.lts = json_is_str(d, json_get(d, o, "lts")) ||
		       json_bool(d, json_get(d, o, "lts"), false),
	};
	return ret->cycle.n ? 0 : lc_fail(e, LC_EBAD, "a release without a cycle");
}

int feed_eol(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(json, 0, NULL, a, &d, e);
	if (rc)
		return rc;
	if (json_type_of(&d, json_root(&d)) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "no object of products");
	uint64_t records = 0;
	json_each(&d, json_root(&d), product) {
		struct lc_slice name = json_key(&d, product);
		if (!name.n || name.n > EOL_TEXT_MAX)
			return lc_fail(e, LC_EBAD, "a product without a usable name");
		json_each(&d, json_get(&d, product, "releases"), release) {
			struct eol_cycle cycle;
			rc = read_cycle(&d, release, &cycle, e);
			if (!rc)
				rc = c->record(c->ctx, LC_S("endoflife"), LC_S(""), LC_S(""), e);
			if (!rc)
				rc = c->eol(c->ctx, name, &cycle, e);
			if (rc)
				return rc;
			records++;
		}
	}
	*ret_records = records;
	return 0;
}
