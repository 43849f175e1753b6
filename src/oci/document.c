#include "oci/document.h"

static const struct json_limits document_limits = { .depth_max = 32, .nodes_max = 1u << 20 };

int document_missing(struct oci_image *i, struct lc_slice location, const char *what,
		     struct lc_err *e)
{
	i->source->incomplete = true;
	if (i->source->no_end)
		return lc_fail(e, LC_ETRUNC,
			       "%s %s is missing and the archive has no end mark: "
			       "it was cut off, copy or save it again",
			       what, lc_quote(location).s);
	return lc_fail(e, LC_EBAD, "%s %s is missing: the image is incomplete, save it again", what,
		       lc_quote(location).s);
}

int document_verify(const struct oci_descriptor *d, struct lc_slice text, const char *what,
		    struct lc_err *e)
{
	char want[DIGEST_TEXT_MAX];
	char have[DIGEST_TEXT_MAX];
	struct digest got;
	(void)digest_text(&d->digest, want);
	if (d->has_size && d->size != text.n)
		return lc_fail(e, LC_EBAD, "%s %s: %zu bytes where its descriptor says %llu", what,
			       want, text.n, (unsigned long long)d->size);
	int rc = digest_of(d->digest.algorithm, text, &got, e);
	if (rc)
		return rc;
	if (!digest_eq(&got, &d->digest))
		return lc_fail(e, LC_EBAD,
			       "%s %s: digest does not hold, its bytes are %s; "
			       "the image is corrupt or was altered",
			       what, want, digest_text(&got, have));
	return 0;
}

int document_read(struct oci_image *i, const struct oci_descriptor *d, const char *what,
		  struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_slice location = oci_blob_location(&d->digest, &i->arena);
	if (!location.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a path");
	bool manifest = i->source->manifest && strcmp(what, "config") != 0;
	int rc = (manifest ? i->source->manifest : i->source->document)(i->source, location,
									&i->arena, &text, e);
	if (rc == LC_ENOTFOUND)
		return document_missing(i, location, what, e);
	if (rc)
		return lc_wrap(e, rc, "%s", what);
	rc = document_verify(d, text, what, e);
	if (rc == 0)
		*ret = text;
	return rc;
}

int document_parse(struct oci_image *i, struct lc_slice text, enum json_type root, const char *what,
		   struct json_doc *ret, struct lc_err *e)
{
	struct json_doc doc;
	int rc = json_parse(text, JSON_DUP_REFUSE, &document_limits, &i->arena, &doc, e);
	if (rc)
		return lc_wrap(e, rc, "%s", what);
	if (json_type_of(&doc, json_root(&doc)) != root)
		return lc_fail(e, LC_EBAD, "%s: not a JSON %s", what,
			       root == JSON_ARRAY ? "array" : "object");
	*ret = doc;
	return 0;
}

int document_push(struct oci_image *i, struct lc_slices *list, struct lc_slice s, struct lc_err *e)
{
	struct lc_slice *slot = lc_vec_push(&i->arena, list);
	if (!slot || lc_arena_dup(&i->arena, s, slot))
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for the image's names");
	return 0;
}

int document_note(struct oci_image *i, struct lc_slice note, struct lc_err *e)
{
	if (!note.p)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a note");
	return document_push(i, &i->notes, note, e);
}
