#include "oci/repository.h"

#include "base/shim.h"
#include "oci/descriptor.h"
#include "oci/repository_impl.h"

static const struct lc_slice index_type = LC_S_INIT("application/vnd.oci.image.index.v1+json");

void oci_repository_close(struct oci_repository *r)
{
	if (r)
		r->close(r);
}

int oci_repository_commit(struct oci_repository *r, struct lc_err *e)
{
	return r->commit ? r->commit(r, e) : 0;
}

void oci_repository_closep(struct oci_repository **r)
{
	oci_repository_close(*r);
}

struct lc_slice oci_repository_name(const struct oci_repository *r)
{
	return r->name;
}

bool oci_repository_defers(const struct oci_repository *r)
{
	return r->commit;
}

bool oci_repository_is_layout(const struct oci_repository *r)
{
	return r->layout;
}

bool oci_repository_is_docker(const struct oci_repository *r)
{
	return r->docker;
}

struct lc_slice oci_attachment_tag(const struct digest *d, const char *suffix, struct lc_arena *a)
{
	char hex[DIGEST_TEXT_MAX];
	return lc_arena_fmt(a, "%s-%s%s", digest_name(d->algorithm), digest_hex(d, hex), suffix);
}

/* ---- reading ---- */

int repository_parse(struct lc_slice bytes, struct lc_arena *a, const char *what,
		     struct json_doc *ret, struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 32, .nodes_max = 1 << 20 };
	int rc = json_parse(bytes, JSON_DUP_REFUSE, &limits, a, ret, e);
	if (!rc && json_type_of(ret, json_root(ret)) != JSON_OBJECT)
		rc = lc_fail(e, LC_EBAD, "not an object");
	return rc ? lc_wrap(e, rc, "%s", what) : 0;
}

/* Names come from documents as well, and become part of a path on the registry's host. */
static int check_name(const struct oci_repository *r, struct lc_slice name, struct lc_err *e)
{
	struct digest d;
	if (lc_find(name, ':') != SIZE_MAX)
		return digest_parse(name, &d, e);
	for (size_t i = 0; !r->layout && i < name.n; i++) {
		uint8_t c = name.p[i];
		if (!lc_is_alpha(c) && !lc_is_digit(c) && c != '_' && c != '.' && c != '-')
			return lc_fail(e, LC_EBAD, "'%s' is neither a tag nor a digest",
				       lc_quote(name).s);
	}
	return 0;
}

int oci_repository_manifest(struct oci_repository *r, struct lc_slice name, struct lc_arena *a,
			    struct oci_document *ret, struct lc_err *e)
{
	struct json_doc d;
	struct oci_document m = { 0 };
	int rc = check_name(r, name, e);
	rc = rc ? rc : r->manifest(r, name, a, &m, e);
	if (rc || m.media_type.n)
		goto out;
	rc = repository_parse(m.bytes, a, "manifest", &d, e);
	if (!rc)
		m.media_type = json_get_str(&d, json_root(&d), "mediaType");
out:
	if (!rc)
		*ret = m;
	return rc;
}

int oci_repository_blob_stream(struct oci_repository *r, const struct digest *d,
			       struct lc_stream **ret, struct lc_err *e)
{
	return r->blob(r, d, ret, e);
}

/* All of a stream that has no more than max bytes. */
static int read_all(struct lc_stream *s, size_t max, struct lc_buf *out, struct lc_err *e)
{
	size_t n = 1;
	while (n) {
		uint8_t piece[16384];
		int rc = lc_stream_read(s, piece, sizeof(piece), &n, e);
		if (rc)
			return rc;
		if (lc_buf_add(out, piece, n))
			return lc_fail(e, out->err, "more than %zu bytes", max);
	}
	return 0;
}

int oci_repository_blob(struct oci_repository *r, const struct digest *d, size_t max,
			struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	LC_AUTOSTREAM struct lc_stream *s = NULL;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct digest got;
	char text[DIGEST_TEXT_MAX];
	lc_buf_init(&b, max);
	int rc = r->blob(r, d, &s, e);
	if (rc)
		return rc;
	rc = read_all(s, max, &b, e);
	rc = rc ? rc : digest_of(d->algorithm, lc_buf_get(&b), &got, e);
	if (!rc && !digest_eq(&got, d))
		rc = lc_fail(e, LC_EBAD, "its content has another digest");
	if (rc)
		return lc_wrap(e, rc, "blob %s", digest_text(d, text));
	rc = lc_arena_dup(a, lc_buf_get(&b), ret);
	return rc ? lc_fail(e, rc, "no memory for a blob") : 0;
}

int oci_repository_signature(struct oci_repository *r, const struct digest *instance, unsigned n,
			     struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	return r->signature ? r->signature(r, instance, n, a, ret, e) : LC_ENOTFOUND;
}

int oci_repository_tags(struct oci_repository *r, struct lc_arena *a, struct lc_slices *ret,
			struct lc_err *e)
{
	return r->tags(r, a, ret, e);
}

/* ---- referrers ---- */

int repository_referrer_of(const struct json_doc *d, json_ref entry, struct lc_arena *a,
			   struct oci_referrer *ret, struct lc_err *e)
{
	struct oci_descriptor desc = { 0 };
	int rc = descriptor_parse(d, entry, "referrer", &desc, e);
	if (rc)
		return rc;
	*ret = (struct oci_referrer){ .digest = desc.digest, .size = desc.size };
	rc = lc_arena_dup(a, desc.media_type, &ret->media_type);
	rc = rc ? rc : lc_arena_dup(a, json_get_str(d, entry, "artifactType"), &ret->artifact_type);
	return rc ? lc_fail(e, rc, "no memory for referrers") : 0;
}

int repository_referrers_in(struct lc_slice index, struct lc_arena *a, struct oci_referrers *ret,
			    struct lc_err *e)
{
	struct json_doc d;
	int rc = repository_parse(index, a, "no list of manifests", &d, e);
	if (rc && rc != LC_ENOMEM)
		return lc_wrap(e, LC_EREMOTE, "its answer");
	json_ref all = rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests");
	/* Some write null for none; without it, or with a text, it is some other answer. */
	bool is_list = all != JSON_NONE &&
		       (json_type_of(&d, all) == JSON_ARRAY || json_type_of(&d, all) == JSON_NULL);
	if (!rc && !is_list)
		return lc_fail(e, LC_EREMOTE, "referrers: the answer is no list of manifests");
	json_each(&d, all, entry) {
		if (ret->n >= OCI_REFERRERS_MAX)
			return lc_fail(e, LC_ELIMIT, "over %d referrers", OCI_REFERRERS_MAX);
		struct oci_referrer *item = lc_vec_push(a, ret);
		rc = item ? repository_referrer_of(&d, entry, a, item, e)
			  : lc_fail(e, lc_arena_err(a), "no memory for referrers");
		if (rc)
			return rc;
	}
	return rc;
}

int oci_repository_referrers(struct oci_repository *r, const struct digest *d, struct lc_arena *a,
			     struct oci_referrers *ret, struct lc_err *e)
{
	struct oci_referrers all = { 0 };
	struct oci_document index;
	int rc = r->referrers(r, d, a, &all, e);
	if (rc == LC_EUNSUP) {
		struct lc_slice tag = oci_attachment_tag(d, "", a);
		lc_err_clear(e);
		rc = tag.p ? r->manifest(r, tag, a, &index, e)
			   : lc_fail(e, lc_arena_err(a), "no memory for a tag");
		rc = rc ? rc : repository_referrers_in(index.bytes, a, &all, e);
		if (rc == LC_ENOTFOUND) {
			lc_err_clear(e);
			rc = 0;
		}
	}
	if (!rc)
		*ret = all;
	return rc;
}

/* ---- writing ---- */

static int put(struct oci_repository *r, const struct digest *d, struct lc_slice bytes,
	       struct lc_stream *from, uint64_t size, struct lc_err *e)
{
	bool there = false;
	int rc = r->has_blob(r, d, &there, e);
	return rc || there ? rc : r->put_blob(r, d, bytes, from, size, e);
}

int oci_repository_has_blob(struct oci_repository *r, const struct digest *d, bool *ret,
			    struct lc_err *e)
{
	return r->has_blob(r, d, ret, e);
}

int oci_repository_put_blob(struct oci_repository *r, const struct digest *d, struct lc_slice bytes,
			    struct lc_err *e)
{
	return put(r, d, bytes, NULL, bytes.n, e);
}

int oci_repository_put_stream(struct oci_repository *r, const struct digest *d, uint64_t size,
			      struct lc_stream *from, struct lc_err *e)
{
	return put(r, d, (struct lc_slice){ NULL, 0 }, from, size, e);
}

int oci_repository_takes(const struct oci_repository *r, struct lc_slice tag,
			 enum digest_algorithm named_by, struct lc_err *e)
{
	if (!tag.n || r->layout || named_by == DIGEST_SHA256)
		return 0;
	return lc_fail(e, LC_EUSAGE,
		       "its digest is a %s, and registries give what has a tag a sha256: put it "
		       "by its digest, NAME@%s:…, without a tag",
		       digest_name(named_by), digest_name(named_by));
}

int oci_repository_put_manifest(struct oci_repository *r, struct lc_slice tag,
				enum digest_algorithm named_by, struct lc_slice media_type,
				struct lc_slice bytes, bool *ret_indexed, struct lc_err *e)
{
	struct digest d;
	bool indexed = false;
	int rc = check_name(r, tag, e);
	rc = rc ? rc : oci_repository_takes(r, tag, named_by, e);
	rc = rc ? rc : digest_of(named_by, bytes, &d, e);
	rc = rc ? rc : r->put_manifest(r, tag, &d, media_type, bytes, &indexed, e);
	if (!rc && ret_indexed)
		*ret_indexed = indexed;
	return rc;
}

int oci_repository_delete(struct oci_repository *r, struct lc_slice name, struct lc_err *e)
{
	int rc = check_name(r, name, e);
	return rc ? rc : r->delete (r, name, e);
}

int oci_repository_sweep(struct oci_repository *r, const struct digest *keep, struct oci_swept *ret,
			 struct lc_err *e)
{
	*ret = (struct oci_swept){ 0 };
	return r->sweep ? r->sweep(r, keep, ret, e) : 0;
}

/* ---- the tag schema of registries without the API ---- */

struct entry {
	struct digest digest;
	size_t size;
	struct lc_slice media_type, artifact_type;
};

static bool lists(const struct json_doc *d, json_ref all, const struct digest *want)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice digest = lc_str(digest_text(want, text));
	json_each(d, all, entry)
		if (lc_eq(json_get_str(d, entry, "digest"), digest))
			return true;
	return false;
}

static bool is_entry_of(const struct json_doc *d, json_ref entry, const struct digest *of)
{
	char text[DIGEST_TEXT_MAX];
	return of && lc_eq(json_get_str(d, entry, "digest"), lc_str(digest_text(of, text)));
}

/* The index as it is with one entry more, or less; either may be NULL. */
static int put_index(const struct json_doc *d, json_ref all, const struct entry *add,
		     const struct digest *drop, struct lc_buf *out)
{
	char text[DIGEST_TEXT_MAX];
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_member_str(&w, "mediaType", index_type);
	json_write_key(&w, "manifests");
	json_begin_array(&w);
	if (all != JSON_NONE)
		json_each(d, all, entry)
			if (!is_entry_of(d, entry, drop))
				json_write_node(&w, d, entry);
	if (add) {
		json_begin_object(&w);
		json_member_str(&w, "mediaType", add->media_type);
		json_member_u64(&w, "size", add->size);
		json_member_cstr(&w, "digest", digest_text(&add->digest, text));
		json_member_str_opt(&w, "artifactType", add->artifact_type);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	return json_writer_err(&w);
}

/* 0 with *ret_there: it is listed now; else it was written just now, and is to be looked for. */
static int list_once(struct oci_repository *r, struct lc_slice tag, const struct entry *add,
		     struct lc_arena *a, bool *ret_there, struct lc_err *e)
{
	struct oci_document index = { 0 };
	struct json_doc d = { 0 };
	json_ref all = JSON_NONE;
	int rc = r->manifest(r, tag, a, &index, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
	} else if (!rc) {
		rc = repository_parse(index.bytes, a, "referrers", &d, e);
		all = rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests");
	}
	if (rc && rc != LC_ENOTFOUND)
		return rc;
	*ret_there = all != JSON_NONE && lists(&d, all, &add->digest);
	if (*ret_there)
		return 0;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&b, OCI_DOCUMENT_MAX);
	if (put_index(&d, all, add, NULL, &b))
		return lc_fail(e, LC_ELIMIT, "the list of referrers is full");
	return oci_repository_put_manifest(r, tag, DIGEST_SHA256, index_type, lc_buf_get(&b), NULL,
					   e);
}

/* Two writers may lose one: whoever does not find its own afterwards writes again. */
static int list_by_tag(struct oci_repository *r, const struct digest *subject,
		       const struct entry *add, struct lc_err *e)
{
	enum { TRIES = 5 };
	for (unsigned i = 0; i < TRIES; i++) {
		struct lc_arena a;
		bool there = false;
		lc_arena_init(&a, (size_t)64 << 20);
		struct lc_slice tag = oci_attachment_tag(subject, "", &a);
		int rc = tag.p ? list_once(r, tag, add, &a, &there, e)
			       : lc_fail(e, lc_arena_err(&a), "no memory for a tag");
		lc_arena_done(&a);
		if (rc || there)
			return rc;
	}
	return lc_fail(e, LC_EREMOTE,
		       "others write the list of referrers at the same time: try "
		       "again");
}

int oci_repository_attach(struct oci_repository *r, const struct digest *subject,
			  enum digest_algorithm named_by, struct lc_slice media_type,
			  struct lc_slice artifact_type, struct lc_slice bytes, struct lc_err *e)
{
	struct entry add = { .size = bytes.n,
			     .media_type = media_type,
			     .artifact_type = artifact_type };
	bool indexed = false;
	int rc = digest_of(named_by, bytes, &add.digest, e);
	rc = rc ? rc
		: oci_repository_put_manifest(r, (struct lc_slice){ NULL, 0 }, named_by, media_type,
					      bytes, &indexed, e);
	return rc || indexed ? rc : list_by_tag(r, subject, &add, e);
}

/* Layouts need no such index: one that cannot be read is not in the way there. */
static bool is_passed_over(const struct oci_repository *r, int rc)
{
	return rc == LC_ENOTFOUND || (r->layout && (rc == LC_EBAD || rc == LC_ELIMIT));
}

/* Whoever reads the index meanwhile must not find what is gone: the entry goes first. */
static int unlist(struct oci_repository *r, struct lc_slice tag, const struct digest *subject,
		  const struct digest *manifest, struct lc_arena *a, struct lc_err *e)
{
	struct oci_document index = { 0 };
	struct json_doc d;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	int rc = r->manifest(r, tag, a, &index, e);
	rc = rc ? rc : repository_parse(index.bytes, a, "referrers", &d, e);
	if (is_passed_over(r, rc)) {
		lc_err_clear(e);
		return 0;
	}
	json_ref all = rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests");
	if (rc || !lists(&d, all, manifest) || digest_eq(&index.digest, subject))
		return rc;
	if (json_count(&d, all) == 1)
		return r->delete (r, tag, e);
	lc_buf_init(&b, OCI_DOCUMENT_MAX);
	if (put_index(&d, all, NULL, manifest, &b))
		return lc_fail(e, LC_ENOMEM, "no memory for the list of referrers");
	rc = r->layout ? r->delete (r, tag, e) : 0; /* so that the old one is swept */
	if (rc)
		return rc;
	return oci_repository_put_manifest(r, tag, DIGEST_SHA256, index_type, lc_buf_get(&b), NULL,
					   e);
}

int oci_repository_detach(struct oci_repository *r, const struct digest *subject,
			  const struct digest *manifest, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_arena a;
	lc_arena_init(&a, (size_t)64 << 20);
	struct lc_slice tag = oci_attachment_tag(subject, "", &a);
	int rc = tag.p ? 0 : lc_fail(e, lc_arena_err(&a), "no memory for a tag");
	rc = rc ? rc : unlist(r, tag, subject, manifest, &a, e);
	lc_arena_done(&a);
	return rc ? rc : r->delete (r, lc_str(digest_text(manifest, text)), e);
}
