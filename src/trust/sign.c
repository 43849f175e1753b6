#include "trust/sign.h"

#include "base/shim.h"
#include "format/base64.h"
#include "trust/image.h"

enum { SIGNED_BYTES_MAX = 128 << 20 };

static const struct lc_slice signature_artifact =
	LC_S_INIT("application/vnd.dev.cosign.artifact.sig.v1+json");
static const struct lc_slice attestation_artifact =
	LC_S_INIT("application/vnd.dev.cosign.artifact.att.v1+json");

struct work {
	struct oci_repository *r;
	const struct oci_document *image;
	const struct image_signing *s;
	struct lc_arena a;
	struct lc_slice payload;   /* simple signing, or a statement */
	struct lc_slice signature; /* raw */
	struct lc_err *e;
};

static int no_memory(struct work *k)
{
	return lc_fail(k->e, LC_ENOMEM, "no memory for a signature");
}

/* ---- what is signed ---- */

/* Pairs as a JSON object, which a statement carries beside the image's digest. */
static int annotations_doc(struct work *k, struct json_doc *ret, json_ref *ret_root)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	struct lc_slice text;
	size_t n = 0;
	struct trust_annotation *v =
		trust_annotations_sorted(k->s->annotations, k->s->annotations_n, &k->a, &n);
	*ret_root = JSON_NONE;
	if (!v)
		return no_memory(k);
	if (!n)
		return 0;
	lc_buf_init(&b, 1 << 20);
	json_writer_init(&w, &b, 0);
	json_begin_object(&w);
	for (size_t i = 0; i < n; i++) {
		json_write_key_slice(&w, v[i].key);
		json_write_str(&w, v[i].value);
	}
	json_end_object(&w);
	if (json_writer_err(&w) || lc_arena_dup(&k->a, lc_buf_get(&b), &text))
		return no_memory(k);
	int rc = json_parse(text, 0, NULL, &k->a, ret, k->e);
	*ret_root = json_root(ret);
	return rc;
}

static int write_statement(struct work *k, struct lc_buf *out)
{
	const struct image_signing *s = k->s;
	struct json_doc extra = { 0 };
	struct statement_subject subject = { .digest = k->image->digest };
	int rc = annotations_doc(k, &extra, &subject.annotations);
	if (s->attestation)
		subject.name = s->name;
	if (!rc && statement_write(s->attestation, &subject, 1,
				   s->attestation ? s->predicate_type : statement_sign_type,
				   s->predicate, &extra, out))
		rc = no_memory(k);
	return rc;
}

static int write_payload(struct work *k)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	int rc = 0;
	lc_buf_init(&b, SIGNED_BYTES_MAX);
	if (k->s->bundle || k->s->attestation)
		rc = write_statement(k, &b);
	else if (simple_signing_write(k->s->name, &k->image->digest, k->s->annotations,
				      k->s->annotations_n, &k->a, &b))
		rc = no_memory(k);
	if (!rc && lc_arena_dup(&k->a, lc_buf_get(&b), &k->payload))
		rc = no_memory(k);
	return rc;
}

/* ---- is it there already? ---- */

static int look(struct work *k, bool *ret)
{
	struct image_judgement j;
	const struct image_demand d = {
		.who = { .keys = &k->s->signer->key, .keys_n = 1, .ignore_tlog = true },
		.attestations = k->s->attestation,
		.predicate = k->s->predicate_type,
		.tags_prefix = k->s->tags_prefix,
	};
	struct lc_arena a;
	lc_arena_init(&a, (size_t)512 << 20);
	int rc = trust_verify_image(k->r, &k->image->digest, &d, &a, &j, k->e);
	*ret = false;
	for (size_t i = 0; !rc && i < j.n; i++)
		*ret = *ret || (j.v[i].rc == 0 && lc_eq(j.v[i].payload, k->payload) &&
				(j.v[i].what->kind == ATTACHED_BUNDLE) == k->s->bundle);
	lc_arena_done(&a);
	return rc;
}

/* ---- signing ---- */

static int make_signature(struct work *k)
{
	struct lc_buf pae LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf sig LC_CLEANUP(lc_buf_done) = { 0 };
	enum crypt_scheme schemes[CRYPT_SCHEMES_MAX];
	struct lc_slice bytes = k->payload;
	lc_buf_init(&pae, SIGNED_BYTES_MAX);
	lc_buf_init(&sig, 1 << 16);
	if (k->s->bundle || k->s->attestation) {
		if (dsse_pae(dsse_in_toto, k->payload, &pae))
			return no_memory(k);
		bytes = lc_buf_get(&pae);
	}
	struct crypt_message m = crypt_message_of(bytes);
	if (!crypt_schemes(k->s->signer->key, false, schemes))
		return lc_fail(k->e, LC_EUNSUP, "this kind of key does not sign");
	int rc = crypt_sign(k->s->signer, schemes[0], &m, &sig, k->e);
	if (!rc && lc_arena_dup(&k->a, lc_buf_get(&sig), &k->signature))
		rc = no_memory(k);
	return rc;
}

static int to_base64(struct work *k, struct lc_slice bytes, struct lc_slice *ret)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&b, 1 << 20);
	return base64_encode(bytes, &b) || lc_arena_dup(&k->a, lc_buf_get(&b), ret) ? no_memory(k)
										    : 0;
}

static struct dsse_envelope envelope_of(struct work *k, struct dsse_signature *one)
{
	*one = (struct dsse_signature){ .sig = k->signature };
	return (struct dsse_envelope){
		.payload_type = dsse_in_toto,
		.payload = k->payload,
		.signatures = one,
		.signatures_n = 1,
	};
}

static int attach_bundle(struct work *k)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	const struct digest *id = crypt_public_id(k->s->signer->key);
	struct dsse_signature one;
	struct bundle b = {
		.version = BUNDLE_V03,
		.material = BUNDLE_KEY,
		.has_envelope = true,
		.envelope = envelope_of(k, &one),
	};
	lc_buf_init(&text, SIGNED_BYTES_MAX);
	int rc = to_base64(k, lc_slice_of(id->bytes, digest_size(id->algorithm)), &b.key_hint);
	if (!rc && bundle_write(&b, &text))
		rc = no_memory(k);
	if (rc)
		return rc;
	const struct attach_referrer what = {
		.image = k->image,
		.artifact_type = bundle_media_type,
		.predicate_type = k->s->attestation ? k->s->predicate_type : statement_sign_type,
		.content_kind = LC_S("dsse-envelope"),
		.created = k->s->now,
		.layer = { .media_type = bundle_media_type, .content = lc_buf_get(&text) },
	};
	return attach_as_referrer(k->r, &what, k->e);
}

static int attach_layer_of(struct work *k, const struct attach_layer *l)
{
	bool attestation = k->s->attestation;
	if (k->s->referrers) {
		const struct attach_referrer what = {
			.image = k->image,
			.artifact_type = attestation ? attestation_artifact : signature_artifact,
			.created = k->s->now,
			.layer = *l,
			.cosign_config = true,
		};
		return attach_as_referrer(k->r, &what, k->e);
	}
	struct lc_slice tag =
		oci_attachment_tag(&k->image->digest, attestation ? ".att" : ".sig", &k->a);
	if (tag.p && k->s->tags_prefix.n)
		tag = lc_arena_fmt(&k->a, "%.*s%.*s", LC_FMT(k->s->tags_prefix), LC_FMT(tag));
	return tag.p ? attach_to_tag(k->r, tag, l, false, k->e) : no_memory(k);
}

static int attach_signature(struct work *k)
{
	struct trust_annotation note = { .key = lc_str(attached_signature_note) };
	struct attach_layer l = {
		.media_type = simple_signing_media_type,
		.content = k->payload,
		.annotations = &note,
		.annotations_n = 1,
	};
	int rc = to_base64(k, k->signature, &note.value);
	return rc ? rc : attach_layer_of(k, &l);
}

static int attach_attestation(struct work *k)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct dsse_signature one;
	struct dsse_envelope v = envelope_of(k, &one);
	struct json_writer w;
	const struct trust_annotation notes[] = {
		{ lc_str(attached_signature_note), LC_S("") },
		{ LC_S("predicateType"), k->s->predicate_type },
	};
	lc_buf_init(&text, SIGNED_BYTES_MAX);
	json_writer_init(&w, &text, 0);
	if (dsse_write(&v, &w))
		return no_memory(k);
	struct attach_layer l = {
		.media_type = attached_envelope_type,
		.content = lc_buf_get(&text),
		.annotations = notes,
		.annotations_n = 2,
	};
	return attach_layer_of(k, &l);
}

int trust_sign_image(struct oci_repository *r, const struct oci_document *image,
		     const struct image_signing *s, bool *ret_again, struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct work k = { .r = r, .image = image, .s = s, .e = e ? e : &why };
	bool again = false;
	lc_arena_init(&k.a, (size_t)512 << 20);
	int rc = write_payload(&k);
	rc = rc ? rc : look(&k, &again);
	if (!rc && !again) {
		rc = make_signature(&k);
		if (!rc && s->bundle)
			rc = attach_bundle(&k);
		else if (!rc)
			rc = s->attestation ? attach_attestation(&k) : attach_signature(&k);
	}
	lc_arena_done(&k.a);
	if (!rc)
		*ret_again = again;
	return rc;
}
