#include "trust/attached.h"

#include "trust/bundle.h"
#include "trust/simple_signing.h"

const char attached_signature_note[] = "dev.cosignproject.cosign/signature";
const char attached_certificate_note[] = "dev.sigstore.cosign/certificate";
const char attached_chain_note[] = "dev.sigstore.cosign/chain";
const char attached_log_note[] = "dev.sigstore.cosign/bundle";
const char attached_timestamp_note[] = "dev.sigstore.cosign/rfc3161timestamp";

const struct lc_slice attached_envelope_type = LC_S_INIT("application/vnd.dsse.envelope.v1+json");

static const struct lc_slice bundle_prefix = LC_S_INIT("application/vnd.dev.sigstore.bundle");
static const struct lc_slice cosign_prefix = LC_S_INIT("application/vnd.dev.cosign.artifact.");
static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 18 };

struct find {
	struct oci_repository *r;
	const struct digest *image;
	struct lc_arena *a;
	struct attached_list *list;
	struct lc_err *e;
};

/* A failure of ours or of the look-up, and not of what was found. */
static bool is_fatal(int rc)
{
	return rc == LC_ENOMEM || rc == LC_EIO || rc == LC_ECANCEL || lc_code_is_remote(rc);
}

static struct attached *push(struct find *f, int *ret_rc)
{
	struct attached *item = f->list->n < ATTACHED_MAX ? lc_vec_push(f->a, f->list) : NULL;
	if (!item)
		*ret_rc = f->list->n < ATTACHED_MAX
				  ? lc_fail(f->e, lc_arena_err(f->a), "no memory for attachments")
				  : lc_fail(f->e, LC_ELIMIT, "over %d attachments", ATTACHED_MAX);
	return item;
}

/* ---- one manifest ---- */

/* SBOMs have any type, but for this one: then an image was given the tag of an SBOM. */
static bool is_image_layer(struct lc_slice media_type)
{
	return lc_starts(media_type, LC_S("application/vnd.oci.image.layer.")) ||
	       lc_starts(media_type, LC_S("application/vnd.docker.image.rootfs."));
}

static enum attached_kind kind_of(struct lc_slice media_type, bool sbom)
{
	if (lc_eq(media_type, simple_signing_media_type))
		return ATTACHED_SIGNATURE;
	if (lc_eq(media_type, attached_envelope_type))
		return ATTACHED_ENVELOPE;
	if (lc_starts(media_type, bundle_prefix))
		return ATTACHED_BUNDLE;
	return sbom && !is_image_layer(media_type) ? ATTACHED_SBOM : ATTACHED_OTHER;
}

static int read_layer(const struct json_doc *d, json_ref layer, struct attached *to,
		      struct trust_why *w)
{
	json_ref notes = json_get(d, layer, "annotations");
	int rc = digest_parse(json_get_str(d, layer, "digest"), &to->blob, trust_err(w));
	if (rc)
		return trust_rule(w, "A1", lc_wrap(trust_err(w), rc, "layer"));
	if (!json_u64(d, json_get(d, layer, "size"), &to->size))
		return trust_fail(w, "A1", LC_EBAD, "a layer without its size");
	to->media_type = json_get_str(d, layer, "mediaType");
	to->signature = json_get_str(d, notes, attached_signature_note);
	to->certificate = json_get_str(d, notes, attached_certificate_note);
	to->chain = json_get_str(d, notes, attached_chain_note);
	to->log_bundle = json_get_str(d, notes, attached_log_note);
	to->timestamp = json_get_str(d, notes, attached_timestamp_note);
	if (!to->predicate_type.n)
		to->predicate_type = json_get_str(d, notes, "predicateType");
	return 0;
}

/* A manifest's layers, each an attachment that begins as common says. */
static int read_layers(struct find *f, const struct oci_document *m, const struct attached *common,
		       bool sbom)
{
	struct json_doc d;
	int rc = 0;
	struct trust_why why = { 0 };
	int bad = json_parse(m->bytes, JSON_DUP_REFUSE, &limits, f->a, &d, &why.err);
	json_ref layers = bad ? JSON_NONE : json_get(&d, json_root(&d), "layers");
	if (is_fatal(bad))
		return lc_fail(f->e, bad, "no memory for attachments");
	/* Under a tag of ours an answer without any is no empty list, but another document. */
	if (!bad && common->tag.n &&
	    (layers == JSON_NONE || json_type_of(&d, layers) != JSON_ARRAY))
		bad = lc_fail(&why.err, LC_EBAD, "its manifest has no layers");
	if (bad || json_count(&d, layers) == 0) {
		struct attached *item = push(f, &rc);
		if (item) {
			*item = *common;
			item->kind = ATTACHED_OTHER;
			item->rc = bad;
			item->why = why;
			item->why.rule = bad ? "A1" : NULL;
		}
		return rc;
	}
	json_each(&d, layers, layer) {
		struct attached *item = push(f, &rc);
		if (!item)
			return rc;
		*item = *common;
		item->rc = read_layer(&d, layer, item, &item->why);
		item->kind = kind_of(item->media_type, sbom);
	}
	return 0;
}

/* ---- tags ---- */

static int find_tag(struct find *f, struct lc_slice prefix, const char *suffix)
{
	struct oci_document m = { 0 };
	struct attached common = { .kind = ATTACHED_OTHER };
	struct lc_err why = { 0 };
	struct lc_slice tag = oci_attachment_tag(f->image, suffix, f->a);
	if (tag.p && prefix.n)
		tag = lc_arena_fmt(f->a, "%.*s%.*s", LC_FMT(prefix), LC_FMT(tag));
	if (!tag.p)
		return lc_fail(f->e, lc_arena_err(f->a), "no memory for a tag");
	int rc = oci_repository_manifest(f->r, tag, f->a, &m, &why);
	common.tag = tag;
	if (rc == LC_ENOTFOUND)
		return 0;
	if (is_fatal(rc)) {
		*f->e = why;
		return lc_wrap(f->e, rc, "%.*s", LC_FMT(tag));
	}
	if (rc) { /* there, and broken */
		struct attached *item = push(f, &rc);
		if (!item)
			return rc;
		*item = common;
		item->rc = LC_EBAD;
		item->why = (struct trust_why){ .rule = "A1", .err = why };
		item->kind = lc_eq(lc_str(suffix), LC_S(".sig"))   ? ATTACHED_SIGNATURE
			     : lc_eq(lc_str(suffix), LC_S(".att")) ? ATTACHED_ENVELOPE
								   : ATTACHED_SBOM;
		return 0;
	}
	common.manifest = common.blob = m.digest;
	common.size = m.bytes.n;
	common.media_type = m.media_type;
	return read_layers(f, &m, &common, lc_eq(lc_str(suffix), LC_S(".sbom")));
}

/* ---- referrers ---- */

/* Registries need not say what an artifact is: those that might be ours are opened. */
static bool may_be_ours(const struct oci_referrer *r)
{
	struct lc_slice t = r->artifact_type;
	return t.n == 0 || lc_starts(t, bundle_prefix) || lc_starts(t, cosign_prefix) ||
	       lc_eq(t, LC_S("application/vnd.oci.empty.v1+json")) ||
	       lc_eq(t, LC_S("application/vnd.oci.image.config.v1+json"));
}

static bool refers_to(const struct json_doc *d, const struct digest *image)
{
	char text[DIGEST_TEXT_MAX];
	return lc_eq(json_get_str(d, json_get(d, json_root(d), "subject"), "digest"),
		     lc_str(digest_text(image, text)));
}

static int broken(struct find *f, struct attached *common, struct lc_err *why)
{
	int rc = 0;
	struct attached *item = push(f, &rc);
	if (!item)
		return rc;
	*item = *common;
	item->rc = LC_EBAD;
	item->why = (struct trust_why){ .rule = "A1", .err = *why };
	return 0;
}

static int open_referrer(struct find *f, const struct oci_referrer *from, struct attached *common)
{
	char text[DIGEST_TEXT_MAX];
	struct oci_document m = { 0 };
	struct json_doc d;
	struct lc_err why = { 0 };
	int rc = oci_repository_manifest(f->r, lc_str(digest_text(&from->digest, text)), f->a, &m,
					 &why);
	if (rc == LC_ENOTFOUND)
		(void)lc_fail(&why, rc, "listed, but not there");
	rc = rc ? rc : json_parse(m.bytes, JSON_DUP_REFUSE, &limits, f->a, &d, &why);
	if (!rc && !refers_to(&d, f->image))
		rc = lc_fail(&why, LC_EBAD, "listed, but it refers to another image");
	if (is_fatal(rc)) {
		*f->e = why;
		return lc_wrap(f->e, rc, "referrer %s", text);
	}
	if (rc)
		return broken(f, common, &why);
	json_ref notes = json_get(&d, json_root(&d), "annotations");
	common->predicate_type = json_get_str(&d, notes, "dev.sigstore.bundle.predicateType");
	return read_layers(f, &m, common, false);
}

static int find_referrers(struct find *f)
{
	struct oci_referrers all = { 0 };
	int rc = oci_repository_referrers(f->r, f->image, f->a, &all, f->e);
	if (rc)
		return lc_wrap(f->e, rc, "referrers");
	f->list->api = all.api;
	for (size_t i = 0; !rc && i < all.n; i++) {
		const struct oci_referrer *from = &all.v[i];
		struct attached common = {
			.kind = lc_starts(from->artifact_type, bundle_prefix) ? ATTACHED_BUNDLE
									      : ATTACHED_OTHER,
			.manifest = from->digest,
			.blob = from->digest,
			.size = from->size,
			.media_type = from->media_type,
			.artifact_type = from->artifact_type,
		};
		if (may_be_ours(from)) {
			rc = open_referrer(f, from, &common);
			continue;
		}
		struct attached *item = push(f, &rc);
		if (item)
			*item = common;
	}
	return rc;
}

int attached_find(struct oci_repository *r, const struct digest *image, struct lc_slice prefix,
		  struct lc_arena *a, struct attached_list *ret, struct lc_err *e)
{
	struct attached_list list = { 0 };
	struct lc_err why = { 0 };
	struct find f = { .r = r, .image = image, .a = a, .list = &list, .e = e ? e : &why };
	int rc = find_tag(&f, prefix, ".sig");
	rc = rc ? rc : find_tag(&f, prefix, ".att");
	rc = rc ? rc : find_tag(&f, prefix, ".sbom");
	rc = rc ? rc : find_referrers(&f);
	if (!rc)
		*ret = list;
	return rc;
}

int attached_find_signatures(struct oci_repository *r, const struct digest *image,
			     struct lc_arena *a, struct attached_list *ret, struct lc_err *e)
{
	struct attached_list list = { 0 };
	struct lc_err why = { 0 };
	struct find f = { .r = r, .image = image, .a = a, .list = &list, .e = e ? e : &why };
	int rc = find_tag(&f, LC_S(""), ".sig");
	if (!rc)
		*ret = list;
	return rc;
}

int attached_read(struct oci_repository *r, const struct attached *what, struct lc_arena *a,
		  struct lc_slice *ret, struct trust_why *w)
{
	size_t max = what->size < ATTACHED_BYTES_MAX ? (size_t)what->size : ATTACHED_BYTES_MAX;
	if (what->size > ATTACHED_BYTES_MAX)
		return trust_fail(w, "A1", LC_EBAD, "over %d MiB", ATTACHED_BYTES_MAX >> 20);
	int rc = oci_repository_blob(r, &what->blob, max, a, ret, trust_err(w));
	if (rc == LC_ENOTFOUND)
		return trust_fail(w, "A1", LC_EBAD, "its content is not there");
	if (rc && !is_fatal(rc))
		return trust_rule(w, "A1", LC_EBAD);
	return rc;
}
