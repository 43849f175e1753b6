/* Referrers of an OCI layout, which keeps no list of them: what is stored says whom it is about. */
#include "base/shim.h"
#include "format/json.h"
#include "oci/descriptor.h"
#include "oci/layout_documents.h"
#include "oci/repository_impl.h"

static bool is_about(const struct json_doc *d, const struct digest *subject)
{
	char text[DIGEST_TEXT_MAX];
	json_ref subject_of = json_get(d, json_root(d), "subject");
	return lc_eq(json_get_str(d, subject_of, "digest"), lc_str(digest_text(subject, text)));
}

/* Does a JSON object seem to begin there? */
static int begins_as_object(struct layout_store *s, struct lc_slice name, bool *ret,
			    struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *from = NULL;
	uint8_t first = 0;
	size_t n = 0;
	int rc = s->stream(s, name, &from, e);
	rc = rc ? rc : lc_stream_read(from, &first, 1, &n, e);
	*ret = !rc && first == '{';
	return rc;
}

/* Most blobs are layers, too large or no JSON: then *ret is empty. */
static int read_if_document(struct layout_store *s, const struct digest *d, struct lc_arena *a,
			    struct lc_slice *ret, struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct layout_blob_name buffer;
	struct lc_slice name = layout_blob_name(d, &buffer);
	uint64_t size = 0;
	bool object = false;
	int rc = s->find(s, name, &size, &why);
	if (rc == LC_ENOTFOUND || rc == LC_EUNSUP)
		return 0; /* gone meanwhile, or no file */
	if (!rc && size && size <= OCI_DOCUMENT_MAX)
		rc = begins_as_object(s, name, &object, &why);
	if (!rc && object)
		rc = s->read(s, name, OCI_DOCUMENT_MAX, a, ret, &why);
	if (rc && e)
		*e = why;
	return rc;
}

static int take_if_referrer(struct layout_store *s, enum digest_algorithm named_by,
			    struct lc_slice hex, const struct digest *subject, struct lc_arena *a,
			    struct oci_referrers *ret, struct lc_err *e)
{
	struct lc_slice name = lc_arena_fmt(a, "%s:%.*s", digest_name(named_by), LC_FMT(hex));
	struct lc_slice bytes = { NULL, 0 };
	struct json_doc d;
	struct digest digest;
	if (!name.p || digest_parse(name, &digest, NULL))
		return 0; /* no blob of ours */
	/* What cannot be read may be what is looked for. */
	int rc = read_if_document(s, &digest, a, &bytes, e);
	/* Its digest is looked at when it is opened: what was changed must not be passed over. */
	if (rc || !bytes.n || repository_parse(bytes, a, "", &d, NULL) || !is_about(&d, subject))
		return rc;
	struct oci_referrer *item = lc_vec_push(a, ret);
	if (!item)
		return lc_fail(e, lc_arena_err(a), "no memory for referrers");
	*item = (struct oci_referrer){
		.digest = digest,
		.size = bytes.n,
		.media_type = json_get_str(&d, json_root(&d), "mediaType"),
		.artifact_type = json_get_str(&d, json_root(&d), "artifactType"),
	};
	return 0;
}

static int list_blobs(struct layout_store *s, enum digest_algorithm named_by, struct lc_arena *a,
		      struct lc_slices *ret, struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct lc_slice folder = lc_arena_fmt(a, "blobs/%s", digest_name(named_by));
	int rc = folder.p ? s->list(s, folder, a, ret, &why)
			  : lc_fail(&why, lc_arena_err(a), "no memory for names");
	if (rc == LC_ENOTFOUND)
		return 0;
	if (rc && e)
		*e = why;
	return rc;
}

static int push_referrer(const struct oci_referrer *found, struct lc_arena *a,
			 struct oci_referrers *ret, struct lc_err *e)
{
	struct oci_referrer *item;
	if (ret->n >= OCI_REFERRERS_MAX)
		return lc_fail(e, LC_ELIMIT, "over %d referrers", OCI_REFERRERS_MAX);
	item = lc_vec_push(a, ret);
	if (item)
		*item = *found;
	if (!item || lc_arena_dup(a, found->media_type, &item->media_type) ||
	    lc_arena_dup(a, found->artifact_type, &item->artifact_type))
		return lc_fail(e, lc_arena_err(a), "no memory for referrers");
	return 0;
}

/* A referrer need not be named by the algorithm that its subject is named by. */
int layout_documents_about(struct layout_store *s, const struct digest *d, struct lc_arena *a,
			   struct oci_referrers *ret, struct lc_err *e)
{
	static const enum digest_algorithm algorithms[] = { DIGEST_SHA256, DIGEST_SHA512 };
	int rc = 0;
	for (size_t k = 0; !rc && k < sizeof(algorithms) / sizeof(algorithms[0]); k++) {
		struct lc_slices names = { 0 };
		rc = list_blobs(s, algorithms[k], a, &names, e);
		for (size_t i = 0; !rc && i < names.n; i++) {
			struct lc_arena scratch;
			struct oci_referrers found = { 0 };
			lc_arena_init(&scratch, (size_t)64 << 20);
			rc = take_if_referrer(s, algorithms[k], names.v[i], d, &scratch, &found, e);
			if (!rc && found.n)
				rc = push_referrer(&found.v[0], a, ret, e);
			lc_arena_done(&scratch);
		}
	}
	return rc;
}

/* ---- who lists a manifest ---- */

enum { INDEXES_MAX = 1000 };

struct listing {
	struct lc_arena a;
	struct lc_map known; /* digest texts, in the order they are looked at in */
	struct lc_slice want;
	bool found;
};

/* What an index lists, but for images: those list nothing. */
static int look_at_entries(struct listing *w, const struct json_doc *d, struct lc_err *e)
{
	json_each(d, json_get(d, json_root(d), "manifests"), entry) {
		struct lc_slice digest = json_get_str(d, entry, "digest");
		bool is_new;
		if (lc_eq(digest, w->want))
			w->found = true;
		else if (media_kind_of(json_get_str(d, entry, "mediaType")) == MEDIA_MANIFEST)
			continue;
		else if (lc_arena_dup(&w->a, digest, &digest) ||
			 lc_map_add(&w->known, digest, NULL, &is_new))
			return lc_fail(e, LC_ENOMEM, "no memory for an index");
		if (w->known.n > INDEXES_MAX)
			return lc_fail(e, LC_ELIMIT, "over %d indexes", INDEXES_MAX);
	}
	return 0;
}

/* What is no document that could be read lists nothing. */
static int look_at_index(struct listing *w, struct layout_store *s, const struct digest *d,
			 struct lc_err *e)
{
	struct lc_arena a;
	struct lc_slice bytes = { NULL, 0 };
	struct json_doc doc;
	lc_arena_init(&a, (size_t)64 << 20);
	int rc = read_if_document(s, d, &a, &bytes, e);
	if (rc == LC_EBAD || rc == LC_ELIMIT)
		rc = 0;
	else if (!rc && bytes.n && !repository_parse(bytes, &a, "", &doc, NULL))
		rc = look_at_entries(w, &doc, e);
	lc_arena_done(&a);
	return rc;
}

int layout_documents_listing(struct layout_store *s, const struct json_doc *index,
			     const struct digest *d, struct digest *ret_by, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct listing w = { .want = lc_str(digest_text(d, text)) };
	lc_arena_init(&w.a, (size_t)16 << 20);
	int rc = look_at_entries(&w, index, e);
	w.found = false; /* in index.json */
	for (size_t i = 0; !rc && !w.found && i < w.known.n; i++)
		if (digest_parse(w.known.items[i].key, ret_by, NULL) == 0)
			rc = look_at_index(&w, s, ret_by, e);
	if (!w.found)
		*ret_by = *d;
	lc_map_done(&w.known);
	lc_arena_done(&w.a);
	return rc;
}
