#include "inventory/language/document.h"

struct document document_of(const struct inv_file *f, struct inv_sink *out)
{
	return (struct document){ f->bytes, NULL, f->scratch, out };
}

struct document document_beside(const struct inv_file *f, const struct inv_kept *kept,
				const char *name, struct inv_sink *out)
{
	struct document d = { LC_S(""), name, f->scratch, out };
	if (kept)
		d.bytes = kept->content.mem;
	return d;
}

/* What a reader gave: trouble with the text is the file's, anything else ends the analysis. */
static int judge(const struct document *d, int r, const struct lc_err *e)
{
	if (r == 0 || r == LC_ENOMEM || (r == LC_ELIMIT && (d->arena->err || d->out->err)))
		return r;
	return inv_sink_trouble(d->out, inv_trouble_of(r), "%s%s%s", d->name ? d->name : "",
				d->name ? ": " : "", e->msg[0] ? e->msg : lc_code_name(r));
}

/* A file beside that is not there, or is empty, says nothing. */
static bool is_silent(const struct document *d)
{
	return d->name && d->bytes.n == 0;
}

int document_json(const struct document *d, unsigned flags, struct json_doc *ret)
{
	struct lc_err e = { 0 };
	*ret = (struct json_doc){ .count = 0 };
	if (is_silent(d))
		return 0;
	int r = json_parse(d->bytes, flags, NULL, d->arena, ret, &e);
	if (r)
		*ret = (struct json_doc){ .count = 0 };
	return judge(d, r, &e);
}

int document_yaml(const struct document *d, unsigned flags, struct yaml_doc *ret)
{
	struct lc_err e = { 0 };
	*ret = (struct yaml_doc){ .documents = 0 };
	if (is_silent(d))
		return 0;
	int r = yaml_parse(d->bytes, flags, NULL, d->arena, ret, &e);
	if (r)
		*ret = (struct yaml_doc){ .documents = 0 };
	return judge(d, r, &e);
}

int document_toml(const struct document *d, struct toml_doc *ret)
{
	struct lc_err e = { 0 };
	*ret = (struct toml_doc){ .nodes = { 0 } };
	if (is_silent(d))
		return 0;
	int r = toml_parse(d->bytes, NULL, d->arena, ret, &e);
	if (r)
		*ret = (struct toml_doc){ .nodes = { 0 } };
	return judge(d, r, &e);
}

int document_xml(const struct document *d, const char *const *names, xml_subtree_fn fn, void *ctx)
{
	struct lc_err e = { 0 };
	if (is_silent(d))
		return 0;
	return judge(d, xml_read(d->bytes, names, NULL, fn, ctx, &e), &e);
}
