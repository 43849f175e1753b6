#include "cli/image_verdict.h"

#include "base/time.h"
#include "cli/talk.h"
#include "cli/verdict.h"

int cli_image_status(enum image_outcome o)
{
	static const int status[IMAGE_OUTCOME_N] = {
		[IMAGE_TRUSTED] = CLI_OK,
		[IMAGE_UNSIGNED] = CLI_NO_SIGNATURE,
		[IMAGE_NO_MATCH] = CLI_NO_MATCHING_SIGNATURE,
		[IMAGE_NO_CERTIFICATE] = CLI_NO_CERTIFICATE,
		[IMAGE_TAMPERED] = CLI_TAMPERED,
		[IMAGE_UNDECIDED] = CLI_NOT_LOOKED,
	};
	return status[o];
}

void cli_tally_add(struct cli_tally *t, enum image_outcome o)
{
	int status = cli_image_status(o);
	t->images++;
	t->trusted += status == CLI_OK;
	if (t->status == CLI_OK || status == CLI_TAMPERED ||
	    (t->status == CLI_NOT_LOOKED && status != CLI_OK))
		t->status = status;
}

bool cli_image_form_is(const struct cli_values *v, const char *form)
{
	struct lc_slice given = v->v[CLI_OPT_OUTPUT].text;
	return lc_eq(given.n ? given : LC_S("json"), lc_str(form));
}

int cli_image_form_check(const struct cli_values *v, struct lc_err *e)
{
	if (cli_image_form_is(v, "json") || cli_image_form_is(v, "text") ||
	    cli_image_form_is(v, "report"))
		return 0;
	return lc_fail(e, LC_EUSAGE, _("--output: %s is none of json, text, report"),
		       lc_quote(v->v[CLI_OPT_OUTPUT].text).s);
}

/* ---- for people ---- */

static const char *kind_text(const struct image_proof *p)
{
	switch (p->what->kind) {
	case ATTACHED_SBOM:
		return _("SBOM");
	case ATTACHED_OTHER:
		return _("artifact");
	default:
		return p->attestation ? _("attestation") : _("signature");
	}
}

static const char *form_of(const struct attached *a)
{
	switch (a->kind) {
	case ATTACHED_SIGNATURE:
		return "simple-signing";
	case ATTACHED_ENVELOPE:
		return "dsse";
	case ATTACHED_BUNDLE:
		return "bundle";
	default:
		return "none";
	}
}

static int64_t signed_at(const struct trust_signer *s)
{
	return s->times_n ? s->times[0] : 0;
}

static void put_signer(const struct trust_signer *s, struct lc_buf *b)
{
	char text[DIGEST_TEXT_MAX];
	char time[LC_TIME_MAX];
	if (s->key)
		lc_buf_fmt(b, _("by the key %s"), digest_text(&s->key_id, text));
	else
		lc_buf_fmt(b, _("by %s, as %s says"), lc_quote(s->name).s, lc_quote(s->issuer).s);
	lc_buf_fmt(b, " (%s)", crypt_scheme_name(s->scheme));
	if (!signed_at(s))
		return;
	lc_time_format(signed_at(s), 0, time);
	lc_buf_fmt(b, _(", at %s"), time);
}

static void put_proof(const struct image_proof *p, struct lc_buf *b)
{
	char text[DIGEST_TEXT_MAX];
	struct lc_slice blob = lc_str(digest_text(&p->what->blob, text));
	lc_buf_fmt(b, "  %s %s ", p->rc ? "-" : "+", kind_text(p));
	if (p->attestation && p->predicate_type.n)
		lc_buf_fmt(b, "%s ", lc_quote(p->predicate_type).s);
	lc_buf_fmt(b, "%.*s%s: ", LC_FMT(lc_sub(blob, 0, 19)),
		   p->what->tag.n ? "" : _(" (referrer)"));
	if (p->rc == 0)
		put_signer(&p->signer, b);
	else
		lc_buf_fmt(b, _("does not count, %s: %s"), p->why.rule ? p->why.rule : "-",
			   p->why.err.len ? p->why.err.msg : lc_code_name(p->rc));
	lc_buf_str(b, "\n");
}

static const char *outcome_text(enum image_outcome o, bool attestations)
{
	switch (o) {
	case IMAGE_TRUSTED:
		return attestations ? _("attested as asked for") : _("signed as asked for");
	case IMAGE_UNSIGNED:
		return attestations ? _("no such attestation") : _("no signature");
	case IMAGE_NO_CERTIFICATE:
		return _("signed by keys alone, and a signer's name was asked for");
	case IMAGE_TAMPERED:
		return _("not to be trusted: what a signature protects was changed");
	case IMAGE_UNDECIDED:
		return _("could not be told with what was given");
	default:
		return attestations ? _("no attestation by whom or as was asked for")
				    : _("no signature by whom or as was asked for");
	}
}

void cli_image_text(const struct image_judgement *j, struct lc_slice name, bool attestations,
		    struct lc_buf *out)
{
	char text[DIGEST_TEXT_MAX];
	lc_buf_fmt(out, "%s %s: %s\n", lc_quote(name).s, digest_text(&j->image, text),
		   outcome_text(j->outcome, attestations));
	if (j->outcome != IMAGE_TRUSTED && j->signers)
		lc_buf_fmt(out, _("  %zu signers count, and %zu are asked for\n"), j->signers,
			   j->threshold);
	for (size_t i = 0; i < j->n; i++)
		put_proof(&j->v[i], out);
}

/* ---- for programs ---- */

static void member_digest(struct json_writer *w, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT_MAX];
	json_member_cstr(w, key, digest_text(d, text));
}

static const char *kind_word(const struct image_proof *p)
{
	if (p->what->kind == ATTACHED_SBOM)
		return "sbom";
	if (p->what->kind == ATTACHED_OTHER)
		return "other";
	return p->attestation ? "attestation" : "signature";
}

static void write_proof(const struct image_proof *p, struct json_writer *w)
{
	json_begin_object(w);
	json_member_cstr(w, "Kind", kind_word(p));
	json_member_cstr(w, "Form", form_of(p->what));
	json_member_str_opt(w, "Tag", p->what->tag);
	member_digest(w, "Manifest", &p->what->manifest);
	member_digest(w, "Blob", &p->what->blob);
	json_member_str_opt(w, "PredicateType", p->predicate_type);
	json_member_bool(w, "Verified", p->rc == 0);
	if (p->rc) {
		json_member_cstr(w, "Rule", p->why.rule ? p->why.rule : "");
		json_member_cstr(w, "Reason", p->why.err.msg);
	} else {
		cli_verdict_write_signer(w, &p->signer);
	}
	json_end_object(w);
}

void cli_image_report(const struct image_judgement *j, struct lc_slice name, struct json_writer *w)
{
	json_begin_object(w);
	json_member_bool(w, "Verified", j->outcome == IMAGE_TRUSTED);
	json_member_i64(w, "ExitStatus", cli_image_status(j->outcome));
	json_member_str(w, "Artifact", name);
	member_digest(w, "Digest", &j->image);
	json_member_cstr(w, "Outcome", image_outcome_name(j->outcome));
	json_member_u64(w, "Counted", j->counted);
	json_member_u64(w, "Signers", j->signers);
	json_member_u64(w, "Threshold", j->threshold);
	json_write_key(w, "Signatures");
	json_begin_array(w);
	for (size_t i = 0; i < j->n; i++)
		write_proof(&j->v[i], w);
	json_end_array(w);
	json_end_object(w);
}

/* In the new form there is no such payload: cosign makes this one up of what it verified. */
static void write_made_up(const struct image_judgement *j, const struct image_proof *p,
			  struct lc_slice name, struct json_writer *w)
{
	json_begin_object(w);
	json_write_key(w, "critical");
	json_begin_object(w);
	json_write_key(w, "identity");
	json_begin_object(w);
	json_member_str(w, "docker-reference", name);
	json_end_object(w);
	json_write_key(w, "image");
	json_begin_object(w);
	member_digest(w, "docker-manifest-digest", &j->image);
	json_end_object(w);
	json_member_str(w, "type", p->predicate_type);
	json_end_object(w);
	json_write_key(w, "optional");
	json_begin_object(w);
	json_end_object(w);
	json_end_object(w);
}

void cli_image_payload(const struct image_judgement *j, const struct image_proof *p,
		       struct lc_slice name, struct json_writer *w)
{
	if (p->what->kind == ATTACHED_SIGNATURE)
		json_write_raw(w, lc_trim(p->payload));
	else if (!p->attestation)
		write_made_up(j, p, name, w);
	else if (dsse_write(&p->envelope, w) && !w->err)
		w->err = LC_ENOMEM;
}
