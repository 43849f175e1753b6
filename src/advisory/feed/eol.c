/*
 * Ends of life. Source: endoflife.date, the products of its release data in one object, and version
 * 1 of its API, "products/full":
 *
 *   { "debian": { "releases": [ { "cycle": "12", "eol": "2026-07-11", "extendedSupport":
 *     "2028-06-30", "lts": false, "latest": "12.9", … } ] } }
 *   { "schema_version": "1.…", "result": [ { "name": "debian", "releases": [ { "name": "12",
 *     "isEol": false, "eolFrom": "2026-07-11", "isEoes": false, "eoesFrom": "2028-06-30", "isLts":
 *     false, "latest": { "name": "12.9" }, … } ] } ] }
 *
 * Of the first, a date, true (ended, nobody says when) or false (no end set).
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

/* Version 1 has the date apart from the word; a date goes before. */
static struct lc_slice when_apart(const struct json_doc *d, json_ref o, const char *from,
				  const char *is)
{
	struct lc_slice date = when(d, o, from);
	return date.n ? date : when(d, o, is);
}

static int read_release(const struct json_doc *d, json_ref o, struct eol_cycle *ret,
			struct lc_err *e)
{
	*ret = (struct eol_cycle){
		.cycle = text(d, o, "name"),
		.codename = text(d, o, "codename"),
		.eol = when_apart(d, o, "eolFrom", "isEol"),
		.extended = when_apart(d, o, "eoesFrom", "isEoes"),
		.release = when(d, o, "releaseDate"),
		.latest = text(d, json_get(d, o, "latest"), "name"),
		.lts = json_bool(d, json_get(d, o, "isLts"), false),
	};
	return ret->cycle.n ? 0 : lc_fail(e, LC_EBAD, "a release without a name");
}

struct ends {
	const struct json_doc *d;
	const struct feed_collector *c;
	struct lc_err *e;
	uint64_t records;
	int (*read)(const struct json_doc *d, json_ref o, struct eol_cycle *ret, struct lc_err *e);
};

static int read_product(struct ends *s, struct lc_slice name, json_ref product)
{
	if (!name.n || name.n > EOL_TEXT_MAX)
		return lc_fail(s->e, LC_EBAD, "a product without a usable name");
	json_each(s->d, json_get(s->d, product, "releases"), release) {
		struct eol_cycle cycle;
		int rc = s->read(s->d, release, &cycle, s->e);
		if (!rc)
			rc = s->c->record(s->c->ctx, LC_S("endoflife"), LC_S(""), LC_S(""), s->e);
		if (!rc)
			rc = s->c->eol(s->c->ctx, name, &cycle, s->e);
		if (rc)
			return rc;
		s->records++;
	}
	return 0;
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
	json_ref result = json_get(&d, json_root(&d), "result");
	bool api = json_type_of(&d, result) == JSON_ARRAY;
	struct ends s = { &d, c, e, 0, api ? read_release : read_cycle };
	json_each(&d, api ? result : json_root(&d), product) {
		rc = read_product(&s,
				  api ? json_get_str(&d, product, "name") : json_key(&d, product),
				  product);
		if (rc)
			return rc;
	}
	*ret_records = s.records;
	return 0;
}
