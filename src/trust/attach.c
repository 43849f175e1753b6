#include "trust/attach.h"

#include "base/shim.h"
#include "base/time.h"

enum { TRIES = 5 };

static const struct lc_slice manifest_type =
	LC_S_INIT("application/vnd.oci.image.manifest.v1+json");
static const struct lc_slice config_type = LC_S_INIT("application/vnd.oci.image.config.v1+json");
static const struct lc_slice empty_type = LC_S_INIT("application/vnd.oci.empty.v1+json");
static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 18 };

static void member_digest(struct json_writer *w, const struct digest *d)
{
	char text[DIGEST_TEXT_MAX];
	json_member_cstr(w, "digest", digest_text(d, text));
}

static void write_annotations(struct json_writer *w, const struct trust_annotation *v, size_t n)
{
	if (!n)
		return;
	json_write_key(w, "annotations");
	json_begin_object(w);
	for (size_t i = 0; i < n; i++) {
		json_write_key_slice(w, v[i].key);
		json_write_str(w, v[i].value);
	}
	json_end_object(w);
}

static void write_layer(struct json_writer *w, const struct attach_layer *l, const struct digest *d)
{
	json_begin_object(w);
	json_member_str(w, "mediaType", l->media_type);
	json_member_u64(w, "size", l->content.n);
	member_digest(w, d);
	write_annotations(w, l->annotations, l->annotations_n);
	json_end_object(w);
}

/* ---- the manifest under a tag ---- */

struct tag {
	struct oci_repository *r;
	const struct attach_layer *l;
	struct digest blob;
	struct lc_slice name;
	bool replace;
	struct lc_arena a;
	struct json_doc d; /* what is there; no nodes: nothing */
	json_ref layers;
	struct lc_buf config, manifest;
};

/* The same blob with the same annotations: a descriptor is what signs. */
static bool is_layer(const struct json_doc *d, json_ref layer, const struct tag *t)
{
	char text[DIGEST_TEXT_MAX];
	json_ref notes = json_get(d, layer, "annotations");
	bool same = lc_eq(json_get_str(d, layer, "digest"), lc_str(digest_text(&t->blob, text)));
	for (size_t i = 0; same && i < t->l->annotations_n; i++)
		same = lc_eq(json_str(d, json_get_slice(d, notes, t->l->annotations[i].key)),
			     t->l->annotations[i].value);
	return same;
}

static bool has_layer(const struct tag *t)
{
	json_each(&t->d, t->layers, layer)
		if (is_layer(&t->d, layer, t))
			return true;
	return false;
}

/* Nobody reads it; it lists the layers as an image's configuration would. */
static int write_config(struct tag *t)
{
	char text[DIGEST_TEXT_MAX];
	struct json_writer w;
	uint32_t n = json_count(&t->d, t->layers) + 1;
	json_writer_init(&w, &t->config, 0);
	json_begin_object(&w);
	json_member_cstr(&w, "architecture", "");
	json_member_cstr(&w, "created", "0001-01-01T00:00:00Z");
	json_write_key(&w, "history");
	json_begin_array(&w);
	for (uint32_t i = 0; i < n; i++) {
		json_begin_object(&w);
		json_member_cstr(&w, "created", "0001-01-01T00:00:00Z");
		json_end_object(&w);
	}
	json_end_array(&w);
	json_member_cstr(&w, "os", "");
	json_write_key(&w, "rootfs");
	json_begin_object(&w);
	json_member_cstr(&w, "type", "layers");
	json_write_key(&w, "diff_ids");
	json_begin_array(&w);
	json_each(&t->d, t->layers, layer)
		json_write_str(&w, json_get_str(&t->d, layer, "digest"));
	json_write_cstr(&w, digest_text(&t->blob, text));
	json_end_array(&w);
	json_end_object(&w);
	json_write_key(&w, "config");
	json_begin_object(&w);
	json_end_object(&w);
	json_end_object(&w);
	return json_writer_err(&w);
}

static int write_manifest(struct tag *t, const struct digest *config)
{
	struct json_writer w;
	json_writer_init(&w, &t->manifest, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_member_str(&w, "mediaType", manifest_type);
	json_write_key(&w, "config");
	json_begin_object(&w);
	json_member_str(&w, "mediaType", config_type);
	json_member_u64(&w, "size", t->config.n);
	member_digest(&w, config);
	json_end_object(&w);
	json_write_key(&w, "layers");
	json_begin_array(&w);
	json_each(&t->d, t->layers, layer)
		json_write_node(&w, &t->d, layer);
	write_layer(&w, t->l, &t->blob);
	json_end_array(&w);
	json_end_object(&w);
	return json_writer_err(&w);
}

static int read_there(struct tag *t, struct lc_err *e)
{
	struct oci_document m = { 0 };
	int rc = oci_repository_manifest(t->r, t->name, &t->a, &m, e);
	t->layers = JSON_NONE;
	t->d = (struct json_doc){ 0 };
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		return 0;
	}
	rc = rc ? rc : json_parse(m.bytes, JSON_DUP_REFUSE, &limits, &t->a, &t->d, e);
	if (!rc)
		t->layers = json_get(&t->d, json_root(&t->d), "layers");
	if (!rc && json_count(&t->d, t->layers) >= ATTACHED_MAX)
		rc = lc_fail(e, LC_ELIMIT, "it holds %u attachments already",
			     json_count(&t->d, t->layers));
	return rc;
}

/* 0 with *ret_there: it is there now; else it was written just now, and is to be looked for. */
static int attach_once(struct tag *t, bool *ret_there, struct lc_err *e)
{
	struct digest config;
	int rc = read_there(t, e);
	*ret_there = !rc && has_layer(t) && (!t->replace || json_count(&t->d, t->layers) == 1);
	if (rc || *ret_there)
		return rc;
	if (t->replace)
		t->layers = JSON_NONE;
	lc_buf_init(&t->config, OCI_DOCUMENT_MAX);
	lc_buf_init(&t->manifest, OCI_DOCUMENT_MAX);
	rc = write_config(t) ? lc_fail(e, LC_ELIMIT, "it is full") : 0;
	rc = rc ? rc : digest_of(DIGEST_SHA256, lc_buf_get(&t->config), &config, e);
	if (!rc && write_manifest(t, &config))
		rc = lc_fail(e, LC_ELIMIT, "it is full");
	rc = rc ? rc : oci_repository_put_blob(t->r, &config, lc_buf_get(&t->config), e);
	rc = rc ? rc
		: oci_repository_put_manifest(t->r, t->name, DIGEST_SHA256, manifest_type,
					      lc_buf_get(&t->manifest), NULL, e);
	lc_buf_done(&t->config);
	lc_buf_done(&t->manifest);
	return rc;
}

int attach_to_tag(struct oci_repository *r, struct lc_slice tag, const struct attach_layer *l,
		  bool replace, struct lc_err *e)
{
	struct tag t = { .r = r, .l = l, .name = tag, .replace = replace };
	bool there = false;
	int rc = digest_of(DIGEST_SHA256, l->content, &t.blob, e);
	rc = rc ? rc : oci_repository_put_blob(r, &t.blob, l->content, e);
	for (unsigned i = 0; !rc && !there && i < TRIES; i++) {
		lc_arena_init(&t.a, (size_t)64 << 20);
		rc = attach_once(&t, &there, e);
		lc_arena_done(&t.a);
	}
	if (!rc && !there)
		rc = lc_fail(e, LC_EREMOTE, "others write it at the same time: try again");
	return rc ? lc_wrap(e, rc, "%.*s", LC_FMT(tag)) : 0;
}

/* ---- referrers ---- */

static void write_referrer_annotations(struct json_writer *w, const struct attach_referrer *what)
{
	char time[LC_TIME_MAX];
	lc_time_format(what->created, 0, time);
	json_write_key(w, "annotations");
	json_begin_object(w);
	json_member_str_opt(w, "dev.sigstore.bundle.content", what->content_kind);
	json_member_str_opt(w, "dev.sigstore.bundle.predicateType", what->predicate_type);
	json_member_cstr(w, "org.opencontainers.image.created", time);
	json_end_object(w);
}

/* In the order that cosign writes. */
static int write_referrer(const struct attach_referrer *what, const struct digest *config,
			  const struct digest *blob, struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_u64(&w, "schemaVersion", 2);
	json_member_str(&w, "mediaType", manifest_type);
	json_write_key(&w, "config");
	json_begin_object(&w);
	json_member_str(&w, "mediaType", what->cosign_config ? what->artifact_type : empty_type);
	json_member_u64(&w, "size", 2);
	member_digest(&w, config);
	if (!what->cosign_config)
		json_member_str(&w, "artifactType", what->artifact_type);
	json_end_object(&w);
	json_write_key(&w, "layers");
	json_begin_array(&w);
	write_layer(&w, &what->layer, blob);
	json_end_array(&w);
	write_referrer_annotations(&w, what);
	json_write_key(&w, "subject");
	json_begin_object(&w);
	json_member_str(&w, "mediaType", what->image->media_type);
	json_member_u64(&w, "size", what->image->bytes.n);
	member_digest(&w, &what->image->digest);
	json_end_object(&w);
	if (!what->cosign_config)
		json_member_str(&w, "artifactType", what->artifact_type);
	json_end_object(&w);
	return json_writer_err(&w);
}

int attach_as_referrer(struct oci_repository *r, const struct attach_referrer *what,
		       struct lc_err *e)
{
	struct lc_buf manifest LC_CLEANUP(lc_buf_done) = { 0 };
	const struct lc_slice empty = LC_S("{}");
	struct digest config;
	struct digest blob;
	lc_buf_init(&manifest, OCI_DOCUMENT_MAX);
	int rc = digest_of(DIGEST_SHA256, empty, &config, e);
	rc = rc ? rc : digest_of(DIGEST_SHA256, what->layer.content, &blob, e);
	if (!rc && write_referrer(what, &config, &blob, &manifest))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a manifest");
	rc = rc ? rc : oci_repository_put_blob(r, &blob, what->layer.content, e);
	rc = rc ? rc : oci_repository_put_blob(r, &config, empty, e);
	return rc ? rc
		  : oci_repository_attach(r, &what->image->digest, DIGEST_SHA256, manifest_type,
					  what->artifact_type, lc_buf_get(&manifest), e);
}
