/* Blobs of manifests that went go too, unless something else names them. In doubt they stay. */
#include "oci/layout_documents.h"

#include "base/shim.h"
#include "format/json.h"
#include "oci/repository_impl.h"

enum { SHA256_HEX = 64, SHA512_HEX = 128, PEEK_BYTES = 256 };

struct leaving {
	struct digest digest;
	bool named;  /* by something that stays */
	bool looked; /* then what it names was looked at, too */
	bool goes;   /* it is there, and not named */
};

struct sweep {
	struct layout_store *s;
	struct layout_leaving *l;
	struct lc_err *e;
};

/* ---- what may go ---- */

void layout_leaving_done(struct layout_leaving *l)
{
	lc_map_done(&l->blobs);
	lc_arena_done(&l->arena);
}

static int add(struct layout_leaving *l, const struct digest *d, struct lc_err *e)
{
	char hex[DIGEST_TEXT_MAX];
	bool is_new;
	struct lc_slice key;
	struct leaving *item = lc_new(&l->arena, struct leaving);
	int rc = item ? lc_arena_dup(&l->arena, lc_str(digest_hex(d, hex)), &key)
		      : lc_arena_err(&l->arena);
	if (!rc) {
		item->digest = *d;
		rc = lc_map_add(&l->blobs, key, item, &is_new);
	}
	return rc ? lc_fail(e, rc, "no memory for names of blobs") : 0;
}

static int add_descriptor(struct layout_leaving *l, const struct json_doc *d, json_ref desc,
			  struct lc_err *e)
{
	struct digest digest;
	return digest_parse(json_get_str(d, desc, "digest"), &digest, NULL) ? 0
									    : add(l, &digest, e);
}

/* What is no manifest, or not there, has nothing of its own. */
int layout_leaving_add(struct layout_leaving *l, struct layout_store *s, const struct digest *d,
		       struct lc_err *e)
{
	struct lc_arena a;
	struct layout_blob_name name;
	struct lc_slice text;
	struct json_doc doc;
	lc_arena_init(&a, (size_t)64 << 20);
	int rc = add(l, d, e);
	bool is_read = !rc &&
		       !s->read(s, layout_blob_name(d, &name), OCI_DOCUMENT_MAX, &a, &text, NULL) &&
		       !repository_parse(text, &a, "", &doc, NULL);
	if (is_read && json_get(&doc, json_root(&doc), "config") != JSON_NONE)
		rc = add_descriptor(l, &doc, json_get(&doc, json_root(&doc), "config"), e);
	json_each(&doc, is_read ? json_get(&doc, json_root(&doc), "layers") : JSON_NONE, layer)
		rc = rc ? rc : add_descriptor(l, &doc, layer, e);
	lc_arena_done(&a);
	return rc;
}

/* ---- who names them ---- */

static void mark(struct sweep *w, struct lc_slice hex)
{
	struct leaving *item = lc_map_get(&w->l->blobs, hex);
	if (item)
		item->named = true;
}

static bool is_hex(uint8_t c)
{
	return lc_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Wherever a digest may stand in it: behind its algorithm, in a path, in a tag. */
static void look_at_text(struct sweep *w, struct lc_slice s)
{
	size_t run = 0;
	for (size_t i = 0; i < s.n; i++) {
		run = is_hex(s.p[i]) ? run + 1 : 0;
		if (run >= SHA256_HEX)
			mark(w, lc_sub(s, i + 1 - SHA256_HEX, SHA256_HEX));
		if (run >= SHA512_HEX)
			mark(w, lc_sub(s, i + 1 - SHA512_HEX, SHA512_HEX));
	}
}

static int not_understood(struct sweep *w, struct lc_slice name, const char *why)
{
	return lc_fail(w->e, LC_EUNSUP, "%s: %s", lc_quote(name).s, why);
}

static int look_at_document(struct sweep *w, struct lc_slice name)
{
	static const struct json_limits limits = { .depth_max = 64, .nodes_max = 1 << 21 };
	struct lc_arena a;
	struct lc_slice text;
	struct json_doc d;
	lc_arena_init(&a, (size_t)128 << 20);
	int rc = w->s->read(w->s, name, OCI_DOCUMENT_MAX, &a, &text, w->e);
	if (rc == LC_ELIMIT)
		rc = not_understood(w, name, "a document that is too large to be looked at");
	else if (rc == LC_ENOTFOUND)
		rc = not_understood(w, name, "listed, and not to be had");
	if (!rc) {
		rc = json_parse(text, 0, &limits, &a, &d, NULL);
		if (rc && rc != LC_ENOMEM)
			rc = not_understood(w, name, "no JSON document");
		else if (rc)
			rc = lc_fail(w->e, rc, "no memory for a document");
	}
	for (json_ref r = 0; !rc && r < d.count; r++)
		look_at_text(w, json_str(&d, r)); /* keys are nodes, too */
	lc_arena_done(&a);
	return rc;
}

/* Names alone say nothing where a link gives a file another one. */
static int must_be(struct sweep *w, struct lc_slice name, enum layout_kind want)
{
	enum layout_kind kind;
	int rc = w->s->kind(w->s, name, &kind, w->e);
	if (rc || kind == want)
		return rc == LC_ENOTFOUND ? 0 : rc; /* gone meanwhile */
	return not_understood(w, name,
			      kind == LAYOUT_OTHER    ? "a link, or no file"
			      : kind == LAYOUT_FOLDER ? "a folder"
						      : "no folder");
}

/* Layers are archives, which name nothing; what begins as a document must be one. */
static int look_at_blob(struct sweep *w, struct lc_slice name)
{
	LC_AUTOSTREAM struct lc_stream *from = NULL;
	uint8_t begin[PEEK_BYTES];
	size_t n = 0;
	int rc = w->s->stream(w->s, name, &from, w->e);
	if (rc == LC_ENOTFOUND)
		return 0; /* gone meanwhile */
	rc = rc ? rc : lc_stream_read(from, begin, sizeof(begin), &n, w->e);
	struct lc_slice text = lc_trim(lc_slice_of(begin, n));
	if (rc || !n)
		return rc;
	return text.n && text.p[0] != '{' && text.p[0] != '[' ? 0 : look_at_document(w, name);
}

/* ---- all that is there ---- */

static int look_at_blobs(struct sweep *w, struct lc_slice algorithm, struct lc_arena *a)
{
	struct lc_slices names = { 0 };
	struct lc_slice folder = lc_arena_fmt(a, "blobs/%.*s", LC_FMT(algorithm));
	int rc = folder.p ? must_be(w, folder, LAYOUT_FOLDER)
			  : lc_fail(w->e, lc_arena_err(a), "no memory for names");
	rc = rc ? rc : w->s->list(w->s, folder, a, &names, w->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		struct digest d;
		struct layout_blob_name name;
		struct lc_slice digest =
			lc_arena_fmt(a, "%.*s:%.*s", LC_FMT(algorithm), LC_FMT(names.v[i]));
		if (!digest.p)
			rc = lc_fail(w->e, lc_arena_err(a), "no memory for names");
		else if (digest_parse(digest, &d, NULL))
			rc = not_understood(w, digest, "not the name of a blob");
		else
			rc = must_be(w, layout_blob_name(&d, &name), LAYOUT_FILE);
		if (!rc && !lc_map_has(&w->l->blobs, names.v[i]))
			rc = look_at_blob(w, layout_blob_name(&d, &name));
	}
	return rc;
}

static int look_at_all(struct sweep *w, struct lc_arena *a)
{
	struct lc_slices names = { 0 };
	struct lc_slices algorithms = { 0 };
	int rc = w->s->list(w->s, LC_S(""), a, &names, w->e);
	for (size_t i = 0; !rc && i < names.n; i++) {
		bool blobs = lc_eq(names.v[i], LC_S("blobs"));
		rc = must_be(w, names.v[i], blobs ? LAYOUT_FOLDER : LAYOUT_FILE);
		if (!rc && !blobs)
			rc = look_at_document(w, names.v[i]);
	}
	rc = rc ? rc : w->s->list(w->s, LC_S("blobs"), a, &algorithms, w->e);
	for (size_t i = 0; !rc && i < algorithms.n; i++)
		rc = look_at_blobs(w, algorithms.v[i], a);
	return rc;
}

/* What stays of them may name others of them. */
static int look_at_those_that_stay(struct sweep *w)
{
	bool more = true;
	int rc = 0;
	while (!rc && more) {
		more = false;
		for (size_t i = 0; !rc && i < w->l->blobs.n; i++) {
			struct leaving *item = w->l->blobs.items[i].value;
			struct layout_blob_name name;
			if (!item->named || item->looked)
				continue;
			item->looked = more = true;
			rc = look_at_blob(w, layout_blob_name(&item->digest, &name));
		}
	}
	return rc;
}

/* All are looked for before the first of them goes. */
static int find_others(struct sweep *w, struct oci_swept *ret)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < w->l->blobs.n; i++) {
		struct leaving *item = w->l->blobs.items[i].value;
		struct layout_blob_name name;
		uint64_t size = 0;
		if (!item->named)
			rc = w->s->find(w->s, layout_blob_name(&item->digest, &name), &size, w->e);
		item->goes = !item->named && !rc;
		ret->blobs += item->goes;
		ret->bytes += size;
		rc = rc == LC_ENOTFOUND ? 0 : rc;
	}
	return rc;
}

static int remove_others(struct sweep *w)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < w->l->blobs.n; i++) {
		const struct leaving *item = w->l->blobs.items[i].value;
		struct layout_blob_name name;
		if (item->goes)
			rc = w->s->remove(w->s, layout_blob_name(&item->digest, &name), w->e);
		rc = rc == LC_ENOTFOUND ? 0 : rc;
	}
	return rc;
}

int layout_sweep(struct layout_store *s, struct layout_leaving *l, const struct digest *keep,
		 struct oci_swept *ret, struct lc_err *e)
{
	char hex[DIGEST_TEXT_MAX];
	struct sweep w = { s, l, e };
	struct oci_swept swept = { 0 };
	struct lc_arena a;
	if (!l->blobs.n)
		return 0;
	lc_arena_init(&a, (size_t)64 << 20);
	if (keep)
		mark(&w, lc_str(digest_hex(keep, hex)));
	int rc = look_at_all(&w, &a);
	rc = rc ? rc : look_at_those_that_stay(&w);
	rc = rc ? rc : find_others(&w, &swept);
	if (rc == LC_EBAD || rc == LC_ELIMIT || rc == LC_ETRUNC)
		rc = lc_wrap(e, LC_EUNSUP, "not all is understood");
	rc = rc ? rc : remove_others(&w);
	lc_arena_done(&a);
	layout_leaving_done(l);
	*l = (struct layout_leaving){ 0 };
	if (!rc)
		*ret = swept;
	return rc;
}
