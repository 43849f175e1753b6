#include "trust/statement.h"

static const struct json_limits limits = { .depth_max = 64, .nodes_max = 8 << 20 };

const struct lc_slice statement_sign_type = LC_S_INIT("https://sigstore.dev/cosign/sign/v1");

static const struct lc_slice type_v1 = LC_S_INIT("https://in-toto.io/Statement/v1");
static const struct lc_slice type_v01 = LC_S_INIT("https://in-toto.io/Statement/v0.1");

/* ---- predicate types ---- */

static const struct {
	const char *name, *uri;
} predicate_types[] = {
	{ "", "https://cosign.sigstore.dev/attestation/v1" },
	{ "custom", "https://cosign.sigstore.dev/attestation/v1" },
	{ "slsaprovenance", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance02", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
	{ "link", "https://in-toto.io/Link/v1" },
	{ "spdx", "https://spdx.dev/Document" },
	{ "spdxjson", "https://spdx.dev/Document" },
	{ "cyclonedx", "https://cyclonedx.org/bom" },
	{ "vuln", "https://cosign.sigstore.dev/attestation/vuln/v1" },
	{ "openvex", "https://openvex.dev/ns" },
};

bool statement_predicate_type(struct lc_slice name, struct lc_slice *ret)
{
	for (size_t i = 0; i < sizeof(predicate_types) / sizeof(predicate_types[0]); i++)
		if (lc_eq(name, lc_str(predicate_types[i].name))) {
			*ret = lc_str(predicate_types[i].uri);
			return true;
		}
	size_t colon = lc_find(name, ':');
	if (colon == SIZE_MAX || colon == 0 || colon + 1 == name.n)
		return false;
	*ret = name;
	return true;
}

/* ---- reading ---- */

static int check_subject(const struct json_doc *d, json_ref r, size_t nth, struct lc_err *e)
{
	json_ref digests = json_get(d, r, "digest");
	uint32_t n = json_count(d, digests);
	if (digests == JSON_NONE || json_type_of(d, digests) != JSON_OBJECT || n == 0)
		return lc_fail(e, LC_EBAD, "statement: subject %zu has no digest", nth);
	if (n > STATEMENT_DIGESTS_MAX)
		return lc_fail(e, LC_ELIMIT,
			       "statement: subject %zu has %u digests, at most %d "
			       "are read",
			       nth, n, STATEMENT_DIGESTS_MAX);
	json_each(d, digests, child)
		if (!json_is_str(d, child))
			return lc_fail(e, LC_EBAD, "statement: a digest of subject %zu is no text",
				       nth);
	return 0;
}

static int check_subjects(const struct statement *s, struct lc_err *e)
{
	const struct json_doc *d = &s->doc;
	uint32_t n = json_count(d, s->subjects);
	size_t nth = 0;
	if (s->subjects == JSON_NONE || json_type_of(d, s->subjects) != JSON_ARRAY || n == 0)
		return lc_fail(e, LC_EBAD, "statement: no subject");
	if (n > STATEMENT_SUBJECTS_MAX)
		return lc_fail(e, LC_ELIMIT, "statement: %u subjects, at most %d are read", n,
			       STATEMENT_SUBJECTS_MAX);
	json_each(d, s->subjects, child) {
		int rc = check_subject(d, child, ++nth, e);
		if (rc)
			return rc;
	}
	return 0;
}

int statement_parse(struct lc_slice text, struct lc_arena *a, struct statement *ret,
		    struct lc_err *e)
{
	struct statement s = { 0 };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &s.doc, e);
	if (rc)
		return lc_wrap(e, rc, "statement");
	json_ref root = json_root(&s.doc);
	struct lc_slice type = json_get_str(&s.doc, root, "_type");
	if (!lc_eq(type, type_v1) && !lc_eq(type, type_v01))
		return lc_fail(e, LC_EBAD, "not an in-toto statement: _type is '%s'",
			       lc_quote(type).s);
	s.predicate_type = json_get_str(&s.doc, root, "predicateType");
	if (s.predicate_type.n == 0)
		return lc_fail(e, LC_EBAD, "statement: no predicateType");
	s.subjects = json_get(&s.doc, root, "subject");
	s.predicate = json_get(&s.doc, root, "predicate");
	rc = check_subjects(&s, e);
	if (!rc)
		*ret = s;
	return rc;
}

static bool has_digest(const struct json_doc *d, json_ref digests, const struct digest *want)
{
	char hex[DIGEST_TEXT_MAX];
	struct lc_slice got = json_get_str(d, digests, digest_name(want->algorithm));
	return got.n && lc_eq(got, lc_str(digest_hex(want, hex)));
}

bool statement_is_about(const struct statement *s, const struct digest *digests, size_t n)
{
	json_each(&s->doc, s->subjects, child)
		for (size_t i = 0; i < n; i++)
			if (has_digest(&s->doc, json_get(&s->doc, child, "digest"), &digests[i]))
				return true;
	return false;
}

/* ---- writing ---- */

static void write_subject(struct json_writer *w, const struct statement_subject *s,
			  const struct json_doc *extra)
{
	char hex[DIGEST_TEXT_MAX];
	json_begin_object(w);
	json_member_str_opt(w, "name", s->name);
	json_write_key(w, "digest");
	json_begin_object(w);
	json_member_cstr(w, digest_name(s->digest.algorithm), digest_hex(&s->digest, hex));
	json_end_object(w);
	if (s->annotations != JSON_NONE) {
		json_write_key(w, "annotations");
		json_write_node(w, extra, s->annotations);
	}
	json_end_object(w);
}

int statement_write(bool v01, const struct statement_subject *subjects, size_t n,
		    struct lc_slice predicate_type, struct lc_slice predicate,
		    const struct json_doc *extra, struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	w.html_safe = true; /* as Go writes, whose bytes some compare */
	json_begin_object(&w);
	json_member_str(&w, "_type", v01 ? type_v01 : type_v1);
	json_write_key(&w, "subject");
	json_begin_array(&w);
	for (size_t i = 0; i < n; i++)
		write_subject(&w, &subjects[i], extra);
	json_end_array(&w);
	json_member_str(&w, "predicateType", predicate_type);
	json_write_key(&w, "predicate");
	json_write_raw(&w, predicate.n ? predicate : LC_S("{}"));
	json_end_object(&w);
	return json_writer_err(&w);
}
