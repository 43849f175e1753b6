/*
 * pipenv's Pipfile.lock. Source: pipenv's documentation, Pipfile.lock.
 *
 *	{ "default": { NAME: { "version": "==1.2", "hashes": […], "markers": … } },
 *	  "develop": { … } }
 *
 * Entries without a version are directories and repositories.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/document.h"
#include "inventory/language/lines.h"
#include "inventory/language/packages.h"

struct pipfile {
	const struct inv_file *file;
	struct json_doc doc;
	struct lines lines;
	struct packages packages;
};

static int read_group(struct pipfile *q, struct inv_sink *out, const char *key, unsigned flags)
{
	const struct json_doc *d = &q->doc;
	json_ref group = json_get(d, json_root(d), key);
	int r = 0;
	if (group != JSON_NONE && json_type_of(d, group) != JSON_OBJECT)
		return inv_sink_trouble(out, INV_MALFORMED, "%s is not an object", key);
	for (json_ref i = json_first(d, group); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct inv_lines at = lines_of(&q->lines, json_raw(d, i));
		struct inv_package p = {
			.type = LC_S("pipenv"),
			.name = json_key(d, i),
			.version = json_get_str(d, i, "version"),
			.line_start = at.start,
			.line_end = at.end,
			.flags = flags,
		};
		while (lc_chop_prefix(&p.version, LC_S("=")))
			;
		p.version = lc_trim(p.version);
		if (json_type_of(d, i) != JSON_OBJECT)
			r = inv_sink_trouble(out, INV_MALFORMED, "line %u: not an object",
					     at.start);
		else if (p.version.n)
			r = packages_add(&q->packages, &p, NULL);
	}
	return r;
}

static int read_lock(struct pipfile *q, struct inv_sink *out)
{
	const struct json_doc *d = &q->doc;
	if (d->count && json_type_of(d, json_root(d)) != JSON_OBJECT)
		return inv_sink_trouble(out, INV_MALFORMED, "not an object");
	int r = lines_init(&q->lines, d->text, q->file->scratch);
	r = r ? r : read_group(q, out, "default", 0);
	r = r ? r : read_group(q, out, "develop", INV_DEV);
	return r ? r : packages_put(&q->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct pipfile q = { .file = f };
	const struct document doc = document_of(f, out);
	packages_init(&q.packages, f->scratch, out);
	int r = document_json(&doc, JSON_LENIENT, &q.doc);
	r = r ? r : read_lock(&q, out);
	packages_done(&q.packages);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = { { .kind = INV_WANT_NAME, .text = "Pipfile.lock" } };

const struct inv_analyser inv_pipfile_lock = {
	.name = "pipenv",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
