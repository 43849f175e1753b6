#include "cli/verdict.h"

#include "base/shim.h"
#include "base/time.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "format/json.h"

enum { VERDICT_BYTES_MAX = 64 << 20 };

/* ---- exit status ---- */

static int status_of_rule(const struct trust_why *w)
{
	const char *r = w->rule;
	if (w->stranger || !r)
		return r ? CLI_NO_MATCHING_SIGNATURE : CLI_ERROR;
	if (lc_eq(lc_str(r), LC_S("F9")))
		return CLI_NO_CERTIFICATE;
	if (r[0] == 'T' || r[0] == 'C' || r[0] == 'I' || r[0] == 'D' ||
	    lc_eq(lc_str(r), LC_S("V3")) || lc_eq(lc_str(r), LC_S("L1")))
		return CLI_NO_MATCHING_SIGNATURE;
	return CLI_TAMPERED;
}

int cli_trust_status(int rc, const struct trust_why *w)
{
	switch (rc) {
	case 0:
		return CLI_OK;
	case LC_EBAD:
	case LC_ELIMIT:
	case LC_ETRUNC:
		return status_of_rule(w);
	case LC_EUSAGE:
		return CLI_USAGE;
	case LC_EUNSUP:
	case LC_EIO:
	case LC_ECANCEL:
	case LC_ENET:
	case LC_EAUTH:
	case LC_EDENIED:
	case LC_EBUSY:
	case LC_EREMOTE:
		return CLI_NOT_LOOKED;
	default:
		return CLI_ERROR;
	}
}

/* What could not be looked at might have held; what was changed goes before what is of others. */
static int worse(int a, int b)
{
	static const int order[] = { CLI_ERROR, CLI_NOT_LOOKED, CLI_TAMPERED, CLI_NO_CERTIFICATE,
				     CLI_NO_MATCHING_SIGNATURE };
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return b;
}

static int status_of(const struct cli_verdict *verdict)
{
	int status = CLI_NO_SIGNATURE;
	for (size_t i = 0; i < verdict->n; i++) {
		const struct cli_signature *s = &verdict->v[i];
		if (s->rc == 0)
			return CLI_OK;
		status = worse(status, cli_trust_status(s->rc, &s->why));
	}
	return status;
}

/* ---- text ---- */

static void put_time(struct lc_buf *b, int64_t t)
{
	char text[LC_TIME_MAX];
	lc_time_format(t, 0, text);
	lc_buf_str(b, text);
}

static void put_signer(struct lc_buf *b, const struct trust_signer *s)
{
	char id[DIGEST_TEXT_MAX];
	lc_buf_fmt(b, "  %s: ", _("signed by"));
	if (s->key)
		lc_buf_fmt(b, _("the key %s"), digest_text(&s->key_id, id));
	else
		lc_buf_fmt(b, _("%s, named by %s"), lc_quote(s->name).s, lc_quote(s->issuer).s);
	lc_buf_fmt(b, "\n  %s: %s\n", _("algorithm"), crypt_scheme_name(s->scheme));
	for (size_t i = 0; i < s->times_n; i++) {
		lc_buf_fmt(b, "  %s: ", _("signed at"));
		put_time(b, s->times[i]);
		lc_buf_byte(b, '\n');
	}
	if (s->log_entries)
		lc_buf_fmt(b, "  %s: %zu\n", _("entries in transparency logs"), s->log_entries);
	if (s->timestamps)
		lc_buf_fmt(b, "  %s: %zu\n", _("timestamps"), s->timestamps);
}

static void put_text(struct lc_buf *b, const struct cli_verdict *verdict)
{
	char text[DIGEST_TEXT_MAX];
	lc_buf_fmt(b, "%s: %s\n", lc_quote(verdict->artefact).s, _("Verified OK"));
	if (verdict->has_digest)
		lc_buf_fmt(b, "  %s: %s\n", _("digest"), digest_text(&verdict->digest, text));
	for (size_t i = 0; i < verdict->n; i++) {
		const struct cli_signature *s = &verdict->v[i];
		if (s->rc)
			continue;
		if (s->content.has_statement)
			lc_buf_fmt(b, "  %s: %s\n", _("attestation"),
				   lc_quote(s->content.statement.predicate_type).s);
		put_signer(b, &s->signer);
	}
}

static void tell_failed(struct cli_io *io, const struct cli_values *v,
			const struct cli_verdict *verdict, int status)
{
	for (size_t i = 0; i < verdict->n; i++) {
		const struct cli_signature *s = &verdict->v[i];
		if (s->rc == 0)
			continue;
		struct lc_quoted where = lc_quote(s->where);
		const char *rule = s->why.rule ? s->why.rule : lc_code_name(s->rc);
		if (status != CLI_OK && verdict->n == 1)
			(void)cli_error(io, status, _("%s: not verified (%s): %s"), where.s, rule,
					s->why.err.msg);
		else
			cli_warn(io, v, _("%s does not count (%s): %s"), where.s, rule,
				 s->why.err.msg);
	}
	if (verdict->n == 0)
		(void)cli_error(io, status, _("%s: there is no signature"),
				lc_quote(verdict->artefact).s);
	else if (status != CLI_OK && verdict->n > 1)
		(void)cli_error(io, status, _("%s: none of %zu signatures counts"),
				lc_quote(verdict->artefact).s, verdict->n);
}

/* ---- JSON ---- */

static void write_times(struct json_writer *w, const struct trust_signer *s)
{
	char text[LC_TIME_MAX];
	json_write_key(w, "SignedAt");
	json_begin_array(w);
	for (size_t i = 0; i < s->times_n; i++) {
		lc_time_format(s->times[i], 0, text);
		json_write_cstr(w, text);
	}
	json_end_array(w);
}

void cli_verdict_write_signer(struct json_writer *w, const struct trust_signer *s)
{
	char id[DIGEST_TEXT_MAX];
	json_write_key(w, "Signer");
	json_begin_object(w);
	json_member_cstr(w, "KeyID", digest_text(&s->key_id, id));
	json_member_cstr(w, "Algorithm", crypt_scheme_name(s->scheme));
	json_member_str_opt(w, "Identity", s->name);
	json_member_str_opt(w, "Issuer", s->issuer);
	write_times(w, s);
	json_member_u64(w, "LogEntries", s->log_entries);
	json_member_u64(w, "Timestamps", s->timestamps);
	json_end_object(w);
}

static void write_signature(struct json_writer *w, const struct cli_signature *s)
{
	json_begin_object(w);
	json_member_bool(w, "Verified", s->rc == 0);
	json_member_cstr(w, "Kind", s->kind);
	json_member_str_opt(w, "Where", s->where);
	if (s->rc == 0) {
		cli_verdict_write_signer(w, &s->signer);
		if (s->content.has_statement)
			json_member_str(w, "PredicateType", s->content.statement.predicate_type);
	} else {
		json_member_cstr(w, "Rule", s->why.rule ? s->why.rule : lc_code_name(s->rc));
		json_member_cstr(w, "Reason", s->why.err.msg);
	}
	json_end_object(w);
}

static void put_json(struct lc_buf *b, const struct cli_verdict *verdict, int status)
{
	char text[DIGEST_TEXT_MAX];
	struct json_writer w;
	json_writer_init(&w, b, 2);
	json_begin_object(&w);
	json_member_bool(&w, "Verified", status == CLI_OK);
	json_member_i64(&w, "ExitStatus", status);
	json_member_str(&w, "Artifact", verdict->artefact);
	if (verdict->has_digest)
		json_member_cstr(&w, "Digest", digest_text(&verdict->digest, text));
	json_write_key(&w, "Signatures");
	json_begin_array(&w);
	for (size_t i = 0; i < verdict->n; i++)
		write_signature(&w, &verdict->v[i]);
	json_end_array(&w);
	json_end_object(&w);
	lc_buf_byte(b, '\n');
}

/* ---- out ---- */

static bool is_format(struct lc_slice s)
{
	return lc_eq(s, LC_S("json")) || lc_eq(s, LC_S("text"));
}

bool cli_verdict_as_json(const struct cli_values *v)
{
	struct lc_slice output = v->v[CLI_OPT_OUTPUT].text;
	return lc_eq(is_format(output) ? output : v->v[CLI_OPT_FORMAT].text, LC_S("json"));
}

int cli_verdict_show(struct cli_io *io, const struct cli_values *v,
		     const struct cli_verdict *verdict)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	int status = status_of(verdict);
	bool json = cli_verdict_as_json(v);
	lc_buf_init(&b, VERDICT_BYTES_MAX);
	if (json)
		put_json(&b, verdict, status);
	else if (status == CLI_OK)
		put_text(&b, verdict);
	tell_failed(io, v, verdict, status);
	if (!json && (status != CLI_OK || v->v[CLI_OPT_QUIET].flag))
		return status;
	int written =
		is_format(v->v[CLI_OPT_OUTPUT].text) ? cli_put(io, &b) : cli_output(io, v, &b);
	return status == CLI_OK ? written : status;
}
