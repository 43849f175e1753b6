#include "trust/sign.h"

#include "base/shim.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "trust/bundle_sign.h"
#include "trust/file_signature.h"
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
	struct lc_slice payload;  /* simple signing, or a statement */
	struct bundle b;          /* all of it, in whatever form it is attached */
	struct lc_slice envelope; /* as an older attestation is stored */
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

/* What signs another image, or is no claim, would never count. */
static int check_payload(struct work *k)
{
	struct simple_signing claim;
	struct trust_why why = { 0 };
	int rc = simple_signing_parse(k->s->payload, &k->a, &claim, &why);
	rc = rc ? rc : simple_signing_check(&claim, &k->image->digest, NULL, 0, &why);
	if (rc)
		return lc_fail(k->e, rc == LC_EBAD ? LC_EUSAGE : rc, "the payload (%s): %s",
			       why.rule ? why.rule : "-", why.err.msg);
	k->payload = k->s->payload;
	return 0;
}

static int write_payload(struct work *k)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	int rc = 0;
	if (k->s->payload.n)
		return check_payload(k);
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
	const struct witness *w = k->s->witness;
	const struct image_demand d = {
		.who = {
			.keys = &k->s->signer->key,
			.keys_n = 1,
			.root = w ? w->root : NULL,
			.ignore_tlog = !w || !w->logs_n,
			.need_timestamp = w && w->tsas_n,
		},
		.attestations = k->s->attestation,
		.predicate = k->s->predicate_type,
		.tags_prefix = k->s->tags_prefix,
	};
	struct lc_arena a;
	*ret = false;
	if (w && w->certificate.n)
		return 0; /* each certificate is of a key of its own */
	lc_arena_init(&a, (size_t)512 << 20);
	int rc = trust_verify_image(k->r, &k->image->digest, &d, &a, &j, k->e);
	for (size_t i = 0; !rc && i < j.n; i++)
		*ret = *ret || (j.v[i].rc == 0 && lc_eq(j.v[i].payload, k->payload) &&
				(j.v[i].what->kind == ATTACHED_BUNDLE) == k->s->bundle);
	lc_arena_done(&a);
	return rc;
}

/* ---- signing ---- */

static int to_base64(struct work *k, struct lc_slice bytes, struct lc_slice *ret)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&b, 1 << 20);
	return base64_encode(bytes, &b) || lc_arena_dup(&k->a, lc_buf_get(&b), ret) ? no_memory(k)
										    : 0;
}

/* An older attestation is the text of its envelope, which timestamps are over. */
static int write_envelope(struct work *k)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&text, SIGNED_BYTES_MAX);
	json_writer_init(&w, &text, 0);
	if (dsse_write(&k->b.envelope, &w) || lc_arena_dup(&k->a, lc_buf_get(&text), &k->envelope))
		return no_memory(k);
	k->b.envelope_text = k->envelope;
	return 0;
}

static int make_signature(struct work *k)
{
	bool envelope = k->s->bundle || k->s->attestation;
	struct crypt_signer *signer = k->s->signer;
	enum crypt_scheme scheme = witness_scheme(k->s->witness, signer->key, envelope);
	struct crypt_message artefact = crypt_message_of(k->payload);
	int rc = envelope ? bundle_sign_statement(signer, scheme, k->payload, &k->a, &k->b, k->e)
			  : bundle_sign_message(signer, scheme, &artefact, &k->a, &k->b, k->e);
	if (!rc && envelope && !k->s->bundle)
		rc = write_envelope(k);
	if (rc || !k->s->witness)
		return rc;
	if (envelope)
		artefact = (struct crypt_message){ .digests = &k->image->digest, .digests_n = 1 };
	return witness_finish(k->s->witness, signer->key, scheme, &artefact, &k->a, &k->b, k->e);
}

/* ---- attaching ---- */

static int attach_bundle(struct work *k)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&text, SIGNED_BYTES_MAX);
	if (bundle_write(&k->b, &text))
		return no_memory(k);
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

/* What the older form says beside the signature, each in an annotation. */
struct notes {
	struct trust_annotation v[6];
	size_t n;
};

static int add_note(struct work *k, struct notes *to, const char *key, const struct lc_buf *text)
{
	struct trust_annotation *note = &to->v[to->n++];
	note->key = lc_str(key);
	return text->err || lc_arena_dup(&k->a, lc_buf_get(text), &note->value) ? no_memory(k) : 0;
}

static int note_certificates(struct work *k, struct notes *to)
{
	struct lc_buf leaf LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf above LC_CLEANUP(lc_buf_done) = { 0 };
	const struct lc_slices *chain = &k->s->witness->chain;
	lc_buf_init(&leaf, 1 << 18);
	lc_buf_init(&above, 1 << 20);
	(void)pem_write(&leaf, "CERTIFICATE", chain->v[0]); /* buffers keep their failure */
	for (size_t i = 1; i < chain->n; i++)
		(void)pem_write(&above, "CERTIFICATE", chain->v[i]);
	int rc = add_note(k, to, attached_certificate_note, &leaf);
	return rc || chain->n < 2 ? rc : add_note(k, to, attached_chain_note, &above);
}

static int note_witnesses(struct work *k, struct notes *to)
{
	struct lc_buf entry LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf time LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	int rc = k->s->witness->chain.n ? note_certificates(k, to) : 0;
	lc_buf_init(&entry, 1 << 20);
	lc_buf_init(&time, 1 << 20);
	if (!rc && k->b.entries_n) {
		rc = log_bundle_write(&k->b.entries[0], &entry);
		rc = rc ? lc_fail(k->e, rc, "a log entry that the older form cannot hold")
			: add_note(k, to, attached_log_note, &entry);
	}
	if (!rc && k->b.timestamps.n) {
		json_writer_init(&w, &time, 0);
		json_begin_object(&w);
		json_member_base64(&w, "SignedRFC3161Timestamp", k->b.timestamps.v[0]);
		json_end_object(&w);
		rc = add_note(k, to, attached_timestamp_note, &time);
	}
	return rc;
}

static int attach_older(struct work *k)
{
	bool attestation = k->s->attestation;
	struct notes notes = { .v = { { .key = lc_str(attached_signature_note) } }, .n = 1 };
	struct attach_layer l = {
		.media_type = attestation ? attached_envelope_type : simple_signing_media_type,
		.content = attestation ? k->envelope : k->payload,
		.annotations = notes.v,
	};
	int rc = attestation ? 0 : to_base64(k, k->b.signature, &notes.v[0].value);
	if (attestation)
		notes.v[notes.n++] =
			(struct trust_annotation){ LC_S("predicateType"), k->s->predicate_type };
	if (!rc && k->s->witness)
		rc = note_witnesses(k, &notes);
	l.annotations_n = notes.n;
	return rc ? rc : attach_layer_of(k, &l);
}

/* The older form has room for one of each, and none for a log without promises. */
int trust_sign_fits(const struct image_signing *s, struct lc_err *e)
{
	const struct witness *w = s->witness;
	if (s->bundle || !w ||
	    (w->logs_n <= 1 && w->tsas_n <= 1 && (!w->logs_n || w->logs[0].version == 1)))
		return 0;
	return lc_fail(
		e, LC_EUSAGE,
		"the form before bundles holds one log entry of version 1 and one timestamp: "
		"name fewer services, or write bundles");
}

int trust_sign_image(struct oci_repository *r, const struct oci_document *image,
		     const struct image_signing *s, bool *ret_again, struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct work k = { .r = r, .image = image, .s = s, .e = e ? e : &why };
	bool again = false;
	lc_arena_init(&k.a, (size_t)512 << 20);
	int rc = trust_sign_fits(s, k.e);
	rc = rc ? rc : write_payload(&k);
	rc = rc ? rc : look(&k, &again);
	if (!rc && !again) {
		rc = make_signature(&k);
		if (!rc)
			rc = s->bundle ? attach_bundle(&k) : attach_older(&k);
	}
	lc_arena_done(&k.a);
	if (!rc)
		*ret_again = again;
	return rc;
}
