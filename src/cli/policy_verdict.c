#include "cli/policy_verdict.h"

#include "base/time.h"
#include "cli/talk.h"
#include "cli/verdict.h"

/* ---- for people ---- */

static void put_list(const struct policy_source *s, struct lc_buf *out)
{
	for (size_t i = 0; i < s->paths.n; i++)
		lc_buf_fmt(out, "%s%s", i ? ", " : " ", lc_quote(s->paths.v[i]).s);
	if (s->data.n)
		lc_buf_fmt(out, " %s", _("keys in the policy"));
}

static void put_requirement(const struct policy_requirement *q, struct lc_buf *out)
{
	lc_buf_str(out, policy_kind_name(q->kind));
	if (q->kind != POLICY_SIGNED_BY && q->kind != POLICY_SIGSTORE_SIGNED)
		return;
	put_list(&q->keys, out);
	if (q->fulcio || q->pki)
		lc_buf_fmt(out, " %s %s", q->fulcio ? "fulcio" : "pki",
			   lc_quote(q->email.n ? q->email : q->hostname).s);
	lc_buf_fmt(out, ", %s", identity_match_name(q->identity.match));
	if (q->identity.name.n)
		lc_buf_fmt(out, " %s", lc_quote(q->identity.name).s);
}

static void put_time(int64_t t, struct lc_buf *out)
{
	char text[LC_TIME_MAX];
	lc_time_format(t, 0, text);
	lc_buf_fmt(out, _(", at %s"), text);
}

static void put_signer(const struct policy_proof *p, struct lc_buf *out)
{
	char text[DIGEST_TEXT_MAX];
	const struct trust_signer *s = &p->signer;
	if (p->what->form == STORED_OPENPGP)
		lc_buf_fmt(out, _("by the OpenPGP key %s"), p->openpgp.fingerprint);
	else if (s->key)
		lc_buf_fmt(out, _("by the key %s"), digest_text(&s->key_id, text));
	else if (s->issuer.n)
		lc_buf_fmt(out, _("by %s, as %s says"), lc_quote(s->name).s, lc_quote(s->issuer).s);
	else
		lc_buf_fmt(out, _("by %s"), lc_quote(s->name).s);
	if (p->what->form == STORED_OPENPGP)
		put_time(p->openpgp.time, out);
	else if (s->times_n)
		put_time(s->times[0], out);
}

static const char *reason_of(const struct policy_proof *p)
{
	return p->why.err.len ? p->why.err.msg : lc_code_name(p->rc);
}

static void put_answer(const struct policy_answer *w, struct lc_buf *out)
{
	bool holds = w->outcome == IMAGE_TRUSTED;
	lc_buf_fmt(out, "  %s ", holds ? "+" : "-");
	put_requirement(w->requirement, out);
	if (w->why.rule)
		lc_buf_fmt(out, ": %s: %s", w->why.rule, w->why.err.msg);
	else if (!holds && w->outcome == IMAGE_UNSIGNED)
		lc_buf_fmt(out, ": %s", _("no such signature"));
	lc_buf_str(out, "\n");
	for (size_t i = 0; i < w->n; i++) {
		const struct policy_proof *p = &w->v[i];
		lc_buf_fmt(out, "    %s %s: ", p->rc ? "-" : "+", lc_quote(p->what->where).s);
		if (p->rc == 0)
			put_signer(p, out);
		else
			lc_buf_fmt(out, _("does not count, %s: %s"),
				   p->why.rule ? p->why.rule : "-", reason_of(p));
		lc_buf_str(out, "\n");
	}
}

static void put_scope(const struct policy_told *t, struct lc_buf *out)
{
	const struct policy_scope *s = t->judgement->choice.scope;
	if (s)
		lc_buf_fmt(out, "transports.%s.\"%s\"", lc_quote(s->transport).s,
			   s->scope.n ? lc_quote(s->scope).s : "");
	else
		lc_buf_str(out, "default");
}

static void put_places(const struct policy_told *t, struct lc_buf *out)
{
	const struct policy_looked *l = t->looked;
	if (t->judgement->outcome == IMAGE_TRUSTED || !l->looked || !l->lookaside.n)
		return;
	lc_buf_fmt(out, _("  looked for signatures in %s"), lc_quote(l->lookaside).s);
	lc_buf_fmt(out, "%s\n",
		   l->attachments ? _(" and among what is attached")
				  : _("; not among what is attached: registries.d does not say "
				      "use-sigstore-attachments"));
}

void cli_policy_text(const struct policy_told *t, struct lc_buf *out)
{
	char text[DIGEST_TEXT_MAX];
	bool passes = t->judgement->outcome == IMAGE_TRUSTED;
	lc_buf_fmt(out, "%s %s: %s ", lc_quote(t->name).s, digest_text(t->image, text),
		   passes ? _("passes") : _("does not pass"));
	lc_buf_fmt(out, "%s ", lc_quote(t->policy).s);
	put_scope(t, out);
	lc_buf_str(out, "\n");
	for (size_t i = 0; i < t->judgement->n; i++)
		put_answer(&t->judgement->v[i], out);
	put_places(t, out);
}

/* ---- for programs ---- */

static void write_requirement(const struct policy_requirement *q, struct json_writer *w)
{
	json_member_cstr(w, "Type", policy_kind_name(q->kind));
	if (q->kind != POLICY_SIGNED_BY && q->kind != POLICY_SIGSTORE_SIGNED)
		return;
	json_member_strs_opt(w, "Keys", q->keys.paths.v, q->keys.paths.n);
	json_member_str_opt(w, "Issuer", q->issuer);
	json_member_str_opt(w, "Email", q->email);
	json_member_str_opt(w, "Hostname", q->hostname);
	json_member_cstr(w, "SignedIdentity", identity_match_name(q->identity.match));
	json_member_str_opt(w, "SignedIdentityName", q->identity.name);
}

static void write_openpgp(const struct openpgp_signer *s, struct json_writer *w)
{
	char text[LC_TIME_MAX];
	lc_time_format(s->time, 0, text);
	json_write_key(w, "Signer");
	json_begin_object(w);
	json_member_cstr(w, "OpenPGPKey", s->fingerprint);
	json_member_cstr(w, "SignedAt", text);
	json_end_object(w);
}

static void write_proof(const struct policy_proof *p, struct json_writer *w)
{
	json_begin_object(w);
	json_member_cstr(w, "Form", stored_form_name(p->what->form));
	json_member_str(w, "Where", p->what->where);
	json_member_bool(w, "Verified", p->rc == 0);
	if (p->rc) {
		json_member_cstr(w, "Rule", p->why.rule ? p->why.rule : "");
		json_member_cstr(w, "Reason", reason_of(p));
	} else if (p->what->form == STORED_OPENPGP) {
		write_openpgp(&p->openpgp, w);
	} else {
		cli_verdict_write_signer(w, &p->signer);
	}
	if (!p->rc)
		json_member_str(w, "SignedName", p->claim.reference);
	json_end_object(w);
}

static void write_answer(const struct policy_answer *a, struct json_writer *w)
{
	json_begin_object(w);
	write_requirement(a->requirement, w);
	json_member_bool(w, "Satisfied", a->outcome == IMAGE_TRUSTED);
	json_member_cstr(w, "Outcome", image_outcome_name(a->outcome));
	if (a->why.rule) {
		json_member_cstr(w, "Rule", a->why.rule);
		json_member_cstr(w, "Reason", a->why.err.msg);
	}
	json_write_key(w, "Signatures");
	json_begin_array(w);
	for (size_t i = 0; i < a->n; i++)
		write_proof(&a->v[i], w);
	json_end_array(w);
	json_end_object(w);
}

static void write_policy(const struct policy_told *t, struct json_writer *w)
{
	const struct policy_scope *s = t->judgement->choice.scope;
	json_write_key(w, "Policy");
	json_begin_object(w);
	json_member_str(w, "File", t->policy);
	json_member_bool(w, "Default", !s);
	if (s) {
		json_member_str(w, "Transport", s->transport);
		json_member_str(w, "Scope", s->scope);
	}
	json_end_object(w);
}

void cli_policy_report(const struct policy_told *t, struct json_writer *w)
{
	char text[DIGEST_TEXT_MAX];
	const struct policy_judgement *j = t->judgement;
	json_begin_object(w);
	json_member_bool(w, "Verified", j->outcome == IMAGE_TRUSTED);
	json_member_i64(w, "ExitStatus", cli_image_status(j->outcome));
	json_member_str(w, "Artifact", t->name);
	json_member_cstr(w, "Digest", digest_text(t->image, text));
	json_member_cstr(w, "Outcome", image_outcome_name(j->outcome));
	write_policy(t, w);
	json_member_str_opt(w, "Lookaside", t->looked->lookaside);
	json_member_bool(w, "Attachments", t->looked->attachments);
	json_write_key(w, "Requirements");
	json_begin_array(w);
	for (size_t i = 0; i < j->n; i++)
		write_answer(&j->v[i], w);
	json_end_array(w);
	json_end_object(w);
}

/* A signature that two requirements count is one. */
static bool was_before(const struct policy_judgement *j, size_t requirement,
		       const struct policy_proof *p)
{
	for (size_t i = 0; i < requirement; i++)
		for (size_t k = 0; k < j->v[i].n; k++)
			if (j->v[i].v[k].what == p->what && j->v[i].v[k].rc == 0)
				return true;
	return false;
}

void cli_policy_payloads(const struct policy_judgement *j, struct json_writer *w)
{
	for (size_t i = 0; i < j->n; i++)
		for (size_t k = 0; k < j->v[i].n; k++) {
			const struct policy_proof *p = &j->v[i].v[k];
			if (p->rc == 0 && !was_before(j, i, p))
				json_write_raw(w, lc_trim(p->payload));
		}
}
