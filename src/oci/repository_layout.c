#include <stdio.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"
#include "oci/descriptor.h"
#include "oci/layout_documents.h"
#include "oci/layout_store.h"
#include "oci/repository_impl.h"
#include "oci/source_remote.h"

/* oci-layout, index.json and blobs/ALGORITHM/HEX, in a directory or an archive. */
struct layout_repository {
	struct oci_repository base;
	struct layout_store *store;
	struct layout_leaving leaving; /* of what was deleted */
};

static struct layout_repository *layout_of(struct oci_repository *r)
{
	return (struct layout_repository *)r;
}

struct lc_slice layout_blob_name(const struct digest *d, struct layout_blob_name *to)
{
	char hex[DIGEST_TEXT_MAX];
	(void)snprintf(to->s, sizeof(to->s), "blobs/%s/%s", digest_name(d->algorithm),
		       digest_hex(d, hex)); /* they fit */
	return lc_str(to->s);
}

static int read_index(const struct layout_repository *r, struct lc_arena *a, struct json_doc *ret,
		      struct lc_err *e)
{
	struct lc_slice text;
	int rc = r->store->read(r->store, LC_S("index.json"), OCI_DOCUMENT_MAX, a, &text, e);
	return rc ? rc : repository_parse(text, a, "index.json", ret, e);
}

/* ---- finding an entry ---- */

/* What `cosign save` calls an entry, for a tag that names it. */
static bool is_of_kind(struct lc_slice kind, struct lc_slice tag)
{
	if (!lc_chop_prefix(&kind, LC_S("dev.cosignproject.cosign/")))
		return false;
	if (lc_ends(tag, LC_S(".sig")))
		return lc_eq(kind, LC_S("sigs"));
	if (lc_ends(tag, LC_S(".att")))
		return lc_eq(kind, LC_S("atts"));
	return tag.n == 0 && (lc_eq(kind, LC_S("image")) || lc_eq(kind, LC_S("imageIndex")));
}

static bool fits(const struct json_doc *d, json_ref entry, struct lc_slice name)
{
	json_ref notes = json_get(d, entry, "annotations");
	struct lc_slice tag = json_get_str(d, notes, "org.opencontainers.image.ref.name");
	if (lc_find(name, ':') != SIZE_MAX)
		return lc_eq(json_get_str(d, entry, "digest"), name);
	if (tag.n && name.n) /* ours have both; cosign's have no names */
		return lc_eq(tag, name);
	return is_of_kind(json_get_str(d, notes, "kind"), name);
}

/* By the tag or kind that signers give what they put beside an image. */
static bool is_attached(const struct json_doc *d, json_ref entry)
{
	json_ref notes = json_get(d, entry, "annotations");
	struct lc_slice tag = json_get_str(d, notes, "org.opencontainers.image.ref.name");
	struct lc_slice kind = json_get_str(d, notes, "kind");
	return is_of_kind(kind, LC_S(".sig")) || is_of_kind(kind, LC_S(".att")) ||
	       ((lc_starts(tag, LC_S("sha256-")) || lc_starts(tag, LC_S("sha512-"))) &&
		(lc_ends(tag, LC_S(".sig")) || lc_ends(tag, LC_S(".att")) ||
		 lc_ends(tag, LC_S(".sbom"))));
}

/* The entry of that name; for "" the only image there is. */
static json_ref find_entry(const struct json_doc *d, struct lc_slice name)
{
	json_ref all = json_get(d, json_root(d), "manifests");
	json_ref only = JSON_NONE;
	unsigned images = 0;
	json_each(d, all, entry) {
		if (fits(d, entry, name))
			return entry;
		if (is_attached(d, entry))
			continue;
		only = entry;
		images++;
	}
	return name.n == 0 && images == 1 ? only : JSON_NONE;
}

static int read_document(struct layout_repository *r, const struct digest *d, struct lc_arena *a,
			 struct oci_document *ret, struct lc_err *e)
{
	struct layout_blob_name name;
	struct digest got;
	char text[DIGEST_TEXT_MAX];
	int rc = r->store->read(r->store, layout_blob_name(d, &name), OCI_DOCUMENT_MAX, a,
				&ret->bytes, e);
	rc = rc ? rc : digest_of(d->algorithm, ret->bytes, &got, e);
	if (!rc && !digest_eq(&got, d))
		return lc_fail(e, LC_EBAD, "%s: its content has another digest",
			       digest_text(d, text));
	ret->digest = *d;
	return rc;
}

static int layout_manifest(struct oci_repository *base, struct lc_slice name, struct lc_arena *a,
			   struct oci_document *ret, struct lc_err *e)
{
	struct layout_repository *r = layout_of(base);
	struct oci_descriptor desc = { 0 };
	struct json_doc d;
	int rc = read_index(r, a, &d, e);
	if (rc)
		return rc;
	json_ref entry = find_entry(&d, name);
	if (entry != JSON_NONE) {
		rc = descriptor_parse(&d, entry, "index.json", &desc, e);
		ret->media_type = desc.media_type;
	} else if (lc_find(name, ':') != SIZE_MAX) {
		rc = digest_parse(name, &desc.digest, e); /* below an index, or a referrer */
	} else {
		return LC_ENOTFOUND;
	}
	rc = rc ? rc : read_document(r, &desc.digest, a, ret, e);
	if (rc == LC_ENOTFOUND && entry != JSON_NONE) /* listed: a hole, and not "none" */
		rc = lc_fail(e, LC_EBAD, "listed in index.json, but not there");
	return rc;
}

/* ---- blobs ---- */

static int layout_blob(struct oci_repository *base, const struct digest *d, struct lc_stream **ret,
		       struct lc_err *e)
{
	struct layout_store *s = layout_of(base)->store;
	struct layout_blob_name name;
	return s->stream(s, layout_blob_name(d, &name), ret, e);
}

static int layout_has_blob(struct oci_repository *base, const struct digest *d, bool *ret,
			   struct lc_err *e)
{
	struct layout_store *s = layout_of(base)->store;
	struct layout_blob_name name;
	uint64_t size;
	int rc = s->find(s, layout_blob_name(d, &name), &size, e);
	*ret = rc == 0;
	return rc == LC_ENOTFOUND ? 0 : rc;
}

static int layout_put_blob(struct oci_repository *base, const struct digest *d,
			   struct lc_slice bytes, struct lc_stream *from, uint64_t size,
			   struct lc_err *e)
{
	struct layout_store *s = layout_of(base)->store;
	struct layout_blob_name name;
	struct lc_slice to = layout_blob_name(d, &name);
	return from ? s->put_stream(s, to, d, from, size, e) : s->put(s, to, bytes, e);
}

/* ---- lists ---- */

static int layout_referrers(struct oci_repository *base, const struct digest *d, struct lc_arena *a,
			    struct oci_referrers *ret, struct lc_err *e)
{
	return layout_documents_about(layout_of(base)->store, d, a, ret, e);
}

static int layout_tags(struct oci_repository *base, struct lc_arena *a, struct lc_slices *ret,
		       struct lc_err *e)
{
	struct json_doc d;
	int rc = read_index(layout_of(base), a, &d, e);
	json_each(&d, rc ? JSON_NONE : json_get(&d, json_root(&d), "manifests"), entry) {
		struct lc_slice tag = json_get_str(&d, json_get(&d, entry, "annotations"),
						   "org.opencontainers.image.ref.name");
		struct lc_slice *item = tag.n ? lc_vec_push(a, ret) : NULL;
		if (item)
			*item = tag;
		else if (tag.n)
			return lc_fail(e, lc_arena_err(a), "no memory for tags");
	}
	return rc;
}

/* ---- index.json ---- */

/* What cosign finds them by, which reads no tags in a layout. */
static const char *cosign_kind(struct lc_slice media_type, struct lc_slice tag)
{
	if (lc_ends(tag, LC_S(".sig")))
		return "dev.cosignproject.cosign/sigs";
	if (lc_ends(tag, LC_S(".att")))
		return "dev.cosignproject.cosign/atts";
	return media_kind_of(media_type) == MEDIA_INDEX ? "dev.cosignproject.cosign/imageIndex"
							: "dev.cosignproject.cosign/image";
}

static void put_entry(struct json_writer *w, struct lc_slice media_type, const struct digest *d,
		      size_t size, struct lc_slice tag)
{
	char text[DIGEST_TEXT_MAX];
	json_begin_object(w);
	json_member_str(w, "mediaType", media_type);
	json_member_u64(w, "size", size);
	json_member_cstr(w, "digest", digest_text(d, text));
	if (tag.n) {
		json_write_key(w, "annotations");
		json_begin_object(w);
		if (!lc_ends(tag, LC_S(".sbom")))
			json_member_cstr(w, "kind", cosign_kind(media_type, tag));
		json_member_str(w, "org.opencontainers.image.ref.name", tag);
		json_end_object(w);
	}
	json_end_object(w);
}

struct change {
	json_ref drop;              /* the entry that goes, JSON_NONE none */
	struct lc_slice drop_all;   /* and all with this tag or digest, "" no more */
	const struct digest *add;   /* NULL nothing comes */
	struct lc_slice media_type; /* of what comes */
	size_t size;
	struct lc_slice tag;
};

static bool goes(const struct json_doc *d, json_ref entry, const struct change *c)
{
	json_ref notes = json_get(d, entry, "annotations");
	struct lc_slice own = lc_find(c->drop_all, ':') != SIZE_MAX
				      ? json_get_str(d, entry, "digest")
				      : json_get_str(d, notes, "org.opencontainers.image.ref.name");
	return entry == c->drop || (c->drop_all.n && lc_eq(own, c->drop_all));
}

static int write_index(struct layout_repository *r, const struct json_doc *d,
		       const struct change *c, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&b, OCI_DOCUMENT_MAX);
	json_writer_init(&w, &b, 0);
	json_begin_object(&w);
	json_each(d, json_root(d), member)
		if (!lc_eq(json_key(d, member), LC_S("manifests"))) {
			json_write_key_slice(&w, json_key(d, member));
			json_write_node(&w, d, member);
		}
	json_write_key(&w, "manifests");
	json_begin_array(&w);
	json_each(d, json_get(d, json_root(d), "manifests"), entry)
		if (!goes(d, entry, c))
			json_write_node(&w, d, entry);
	if (c->add)
		put_entry(&w, c->media_type, c->add, c->size, c->tag);
	json_end_array(&w);
	json_end_object(&w);
	int rc = json_writer_err(&w) ? lc_fail(e, LC_ELIMIT, "index.json is full") : 0;
	return rc ? rc : r->store->put(r->store, LC_S("index.json"), lc_buf_get(&b), e);
}

static int layout_put_manifest(struct oci_repository *base, struct lc_slice tag,
			       const struct digest *digest, struct lc_slice media_type,
			       struct lc_slice bytes, bool *ret_indexed, struct lc_err *e)
{
	struct layout_repository *r = layout_of(base);
	struct lc_arena a = { 0 };
	struct json_doc d;
	int fd = -1;
	int rc = oci_repository_put_blob(base, digest, bytes, e);
	*ret_indexed = true; /* who is about whom is read from the blobs themselves */
	if (rc || !tag.n)
		return rc;
	rc = r->store->lock(r->store, &fd, e);
	rc = rc ? rc : read_index(r, &a, &d, e);
	if (!rc) {
		struct change c = { .drop = find_entry(&d, tag),
				    .add = digest,
				    .media_type = media_type,
				    .size = bytes.n,
				    .tag = tag };
		rc = write_index(r, &d, &c, e);
	}
	if (fd >= 0)
		(void)close(fd); /* a lock file: nothing was written */
	lc_arena_done(&a);
	return rc;
}

/* Who comes by an index that is left must find what it lists. */
static int may_be_deleted(struct layout_repository *r, const struct json_doc *index,
			  const struct digest *d, struct lc_err *e)
{
	char text[DIGEST_TEXT_MAX];
	struct digest by;
	int rc = layout_documents_listing(r->store, index, d, &by, e);
	return rc || digest_eq(&by, d)
		       ? rc
		       : lc_fail(e, LC_EUNSUP, "it stays, since the index %s there lists it",
				 digest_text(&by, text));
}

/* What the entries that go name. */
static int note_leaving(struct layout_repository *r, const struct json_doc *d,
			const struct change *c, struct lc_err *e)
{
	struct digest digest;
	int rc = 0;
	if (digest_parse(c->drop_all, &digest, NULL) == 0)
		return layout_leaving_add(&r->leaving, r->store, &digest, e);
	json_each(d, json_get(d, json_root(d), "manifests"), entry)
		if (!rc && goes(d, entry, c) &&
		    digest_parse(json_get_str(d, entry, "digest"), &digest, NULL) == 0)
			rc = layout_leaving_add(&r->leaving, r->store, &digest, e);
	return rc;
}

/* Its bytes say whom it is about: while they are there it is attached. */
static int delete_blob(struct layout_repository *r, const struct digest *d, bool was_listed,
		       struct lc_err *e)
{
	struct layout_blob_name name;
	int rc = r->store->remove(r->store, layout_blob_name(d, &name), e);
	return rc == LC_ENOTFOUND && was_listed ? 0 : rc;
}

/* By a tag its entry alone: what it named goes when it is swept. By its digest all of it. */
static int layout_delete(struct oci_repository *base, struct lc_slice name, struct lc_err *e)
{
	struct layout_repository *r = layout_of(base);
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct digest digest;
	int fd = -1;
	bool by_digest = digest_parse(name, &digest, NULL) == 0;
	int rc = r->store->lock(r->store, &fd, e);
	rc = rc ? rc : read_index(r, &a, &d, e);
	json_ref entry = rc ? JSON_NONE : find_entry(&d, name);
	const struct change c = { .drop = entry, .drop_all = name };
	if (!rc && by_digest)
		rc = may_be_deleted(r, &d, &digest, e);
	else if (!rc && entry == JSON_NONE)
		rc = LC_ENOTFOUND;
	rc = rc ? rc : note_leaving(r, &d, &c, e);
	if (!rc && entry != JSON_NONE)
		rc = write_index(r, &d, &c, e);
	if (!rc && by_digest)
		rc = delete_blob(r, &digest, entry != JSON_NONE, e);
	if (fd >= 0)
		(void)close(fd); /* a lock file: nothing was written */
	lc_arena_done(&a);
	return rc;
}

static int layout_repository_sweep(struct oci_repository *base, const struct digest *keep,
				   struct oci_swept *ret, struct lc_err *e)
{
	struct layout_repository *r = layout_of(base);
	int fd = -1;
	int rc = r->store->lock(r->store, &fd, e);
	rc = rc ? rc : layout_sweep(r->store, &r->leaving, keep, ret, e);
	if (fd >= 0)
		(void)close(fd); /* a lock file: nothing was written */
	return rc;
}

/* ---- opening ---- */

static int layout_commit(struct oci_repository *base, struct lc_err *e)
{
	struct layout_store *s = layout_of(base)->store;
	return s->commit(s, e);
}

static void layout_close(struct oci_repository *base)
{
	struct layout_repository *r = layout_of(base);
	if (r->store)
		r->store->close(r->store);
	layout_leaving_done(&r->leaving);
	lc_free(r);
}

/* What is there stays. */
static int put_file(struct layout_store *s, struct lc_slice name, struct lc_slice text,
		    struct lc_err *e)
{
	uint64_t size;
	int rc = s->find(s, name, &size, e);
	return rc == LC_ENOTFOUND ? s->put(s, name, text, e) : rc;
}

static int make_layout(struct layout_store *s, struct lc_err *e)
{
	uint64_t size;
	int rc = s->find(s, LC_S("oci-layout"), &size, e);
	if (rc != LC_ENOTFOUND)
		return rc;
	rc = put_file(s, LC_S("index.json"), LC_S("{\"schemaVersion\":2,\"manifests\":[]}"), e);
	return rc ? rc : put_file(s, LC_S("oci-layout"), LC_S(OCI_LAYOUT_TEXT), e);
}

/* Takes the store over. */
static int open_store(struct layout_store *s, const char *path, bool write,
		      const struct lc_limits *limits, struct oci_repository **ret, struct lc_err *e)
{
	struct layout_repository *r = lc_alloc0(1, sizeof(*r));
	if (!r) {
		s->close(s);
		return lc_fail(e, LC_ENOMEM, "no memory for a layout");
	}
	r->store = s;
	r->base = (struct oci_repository){
		.manifest = layout_manifest,
		.blob = layout_blob,
		.referrers = layout_referrers,
		.tags = layout_tags,
		.has_blob = layout_has_blob,
		.put_blob = layout_put_blob,
		.put_manifest = layout_put_manifest,
		.delete = layout_delete,
		.sweep = layout_repository_sweep,
		.commit = s->commit ? layout_commit : NULL,
		.close = layout_close,
		.limits = limits,
		.layout = true,
		.docker = s->docker,
	};
	uint64_t size;
	int rc = write ? make_layout(s, e) : 0;
	rc = rc ? rc : s->find(s, LC_S("index.json"), &size, e);
	if (rc == LC_ENOTFOUND)
		rc = lc_fail(e, LC_ENOTFOUND, "%s: no OCI layout there (no index.json)",
			     lc_quote(lc_str(path)).s);
	if (rc) {
		layout_close(&r->base);
		return rc;
	}
	*ret = &r->base;
	return 0;
}

int oci_repository_open_archive(const char *path, bool write, const struct lc_slice *docker,
				const struct lc_limits *limits, struct oci_repository **ret,
				struct lc_err *e)
{
	struct layout_store *s = NULL;
	limits = limits ? limits : &lc_limits_default;
	int rc = layout_store_tar(path, write, docker, limits, &s, e);
	return rc ? rc : open_store(s, path, write, limits, ret, e);
}

int oci_repository_open_layout(const char *path, bool write, const struct lc_limits *limits,
			       struct oci_repository **ret, struct lc_err *e)
{
	struct layout_store *s = NULL;
	bool is_dir = true;
	limits = limits ? limits : &lc_limits_default;
	if (io_exists(path, &is_dir) && !is_dir)
		return oci_repository_open_archive(path, write, NULL, limits, ret, e);
	int rc = layout_store_dir(path, write, limits, &s, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, rc, "%s: no OCI layout there (no index.json)",
			       lc_quote(lc_str(path)).s);
	return rc ? rc : open_store(s, path, write, limits, ret, e);
}
