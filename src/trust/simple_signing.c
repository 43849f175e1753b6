#include "trust/simple_signing.h"

const struct lc_slice simple_signing_media_type =
	LC_S_INIT("application/vnd.dev.cosign.simplesigning.v1+json");

static const struct lc_slice cosign_type = LC_S_INIT("cosign container image signature");
static const struct lc_slice atomic_type = LC_S_INIT("atomic container signature");

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 16 };

/* ---- reading ---- */

/* What stands in "critical" is for whoever verifies to understand, or to refuse. */
static int only_known(const struct json_doc *d, json_ref r, const char *const *names,
		      struct trust_why *w)
{
	json_each(d, r, member) {
		size_t i = 0;
		while (names[i] && !lc_eq(json_key(d, member), lc_str(names[i])))
			i++;
		if (!names[i])
			return trust_fail(w, "P1", LC_EBAD,
					  "the payload's critical part has the unknown member '%s'",
					  lc_quote(json_key(d, member)).s);
	}
	return 0;
}

static int check_critical(const struct json_doc *d, json_ref critical, struct trust_why *w)
{
	static const char *const all[] = { "identity", "image", "type", NULL };
	static const char *const identity[] = { "docker-reference", NULL };
	static const char *const image[] = { "docker-manifest-digest", NULL };
	int rc = only_known(d, critical, all, w);
	rc = rc ? rc : only_known(d, json_get(d, critical, "identity"), identity, w);
	return rc ? rc : only_known(d, json_get(d, critical, "image"), image, w);
}

static int read_claim(struct simple_signing *s, struct trust_why *w)
{
	const struct json_doc *d = &s->doc;
	json_ref critical = json_get(d, json_root(d), "critical");
	json_ref image = json_get(d, critical, "image");
	struct lc_slice digest = json_get_str(d, image, "docker-manifest-digest");
	s->type = json_get_str(d, critical, "type");
	s->reference = json_get_str(d, json_get(d, critical, "identity"), "docker-reference");
	s->optional = json_get(d, json_root(d), "optional");
	if (!lc_eq(s->type, cosign_type) && !lc_eq(s->type, atomic_type))
		return trust_fail(w, "P1", LC_EBAD,
				  "the payload is no image signature: its type is '%s'",
				  lc_quote(s->type).s);
	int rc = check_critical(d, critical, w);
	if (rc)
		return rc;
	if (digest.n == 0)
		return trust_fail(w, "P1", LC_EBAD, "the payload names no manifest digest");
	rc = digest_parse(digest, &s->digest, trust_err(w));
	if (rc)
		return trust_rule(w, "P1",
				  lc_wrap(trust_err(w), LC_EBAD, "docker-manifest-digest"));
	if (s->optional != JSON_NONE && json_type_of(d, s->optional) != JSON_NULL &&
	    json_type_of(d, s->optional) != JSON_OBJECT)
		return trust_fail(w, "P1", LC_EBAD, "the payload's \"optional\" is no object");
	return 0;
}

int simple_signing_parse(struct lc_slice text, struct lc_arena *a, struct simple_signing *ret,
			 struct trust_why *w)
{
	struct simple_signing s = { 0 };
	if (text.n > SIMPLE_SIGNING_BYTES_MAX)
		return trust_fail(w, "P1", LC_EBAD, "a payload of %zu bytes", text.n);
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &s.doc, trust_err(w));
	if (rc == LC_ENOMEM)
		return rc;
	if (rc)
		return trust_rule(w, "P1", lc_wrap(trust_err(w), LC_EBAD, "payload"));
	rc = read_claim(&s, w);
	if (!rc)
		*ret = s;
	return rc;
}

static int only(const struct simple_signing *s, json_ref o, const char *const *names, size_t n,
		struct trust_why *w)
{
	size_t found = 0;
	json_each(&s->doc, o, member) {
		struct lc_slice key = json_key(&s->doc, member);
		bool known = false;
		for (size_t i = 0; i < n && !known; i++)
			known = lc_eq(key, lc_str(names[i]));
		if (!known)
			return trust_fail(w, "P1", LC_EBAD,
					  "the payload has an unknown member '%s'",
					  lc_quote(key).s);
		found++;
	}
	return found == n ? 0
			  : trust_fail(w, "P1", LC_EBAD, "the payload lacks a member beside '%s'",
				       names[0]);
}

int simple_signing_strict(const struct simple_signing *s, bool openpgp, struct trust_why *w)
{
	static const char *const top[] = { "critical", "optional" };
	static const char *const critical[] = { "type", "image", "identity" };
	static const char *const image[] = { "docker-manifest-digest" };
	static const char *const identity[] = { "docker-reference" };
	const struct json_doc *d = &s->doc;
	json_ref root = json_root(d);
	json_ref inner = json_get(d, root, "critical");
	json_ref creator = json_get(d, s->optional, "creator");
	json_ref time = json_get(d, s->optional, "timestamp");
	int64_t seconds;
	if (!lc_eq(s->type, openpgp ? atomic_type : cosign_type))
		return trust_fail(w, "P1", LC_EBAD, "the payload is of another type: '%s'",
				  lc_quote(s->type).s);
	int rc = only(s, root, top, 2, w);
	rc = rc ? rc : only(s, inner, critical, 3, w);
	rc = rc ? rc : only(s, json_get(d, inner, "image"), image, 1, w);
	rc = rc ? rc : only(s, json_get(d, inner, "identity"), identity, 1, w);
	if (!rc && openpgp && json_type_of(d, s->optional) != JSON_OBJECT)
		rc = trust_fail(w, "P1", LC_EBAD, "the payload's \"optional\" is no object");
	if (!rc && ((creator != JSON_NONE && !json_is_str(d, creator)) ||
		    (time != JSON_NONE && !json_i64(d, time, &seconds))))
		rc = trust_fail(w, "P1", LC_EBAD,
				"the payload's creator or timestamp is of another type");
	return rc;
}

int simple_signing_check(const struct simple_signing *s, const struct digest *d,
			 const struct trust_annotation *want, size_t n, struct trust_why *w)
{
	char text[DIGEST_TEXT_MAX];
	if (!digest_eq(&s->digest, d))
		return trust_fail(w, "P2", LC_EBAD, "it signs another image: %s",
				  digest_text(&s->digest, text));
	for (size_t i = 0; i < n; i++) {
		json_ref got = json_get_slice(&s->doc, s->optional, want[i].key);
		if (got == JSON_NONE)
			return trust_fail(w, "P3", LC_EBAD, "it has no annotation '%s'",
					  lc_quote(want[i].key).s);
		if (!json_is_str(&s->doc, got) || !lc_eq(json_str(&s->doc, got), want[i].value))
			return trust_fail(w, "P3", LC_EBAD, "its annotation '%s' is '%s', not '%s'",
					  lc_quote(want[i].key).s,
					  lc_quote(json_raw(&s->doc, got)).s,
					  lc_quote(want[i].value).s);
	}
	return 0;
}

/* ---- writing ---- */

static int compare(const void *a, const void *b)
{
	return lc_cmp(((const struct trust_annotation *)a)->key,
		      ((const struct trust_annotation *)b)->key);
}

/* Small lists: by insertion, which keeps the order of equal keys. */
struct trust_annotation *trust_annotations_sorted(const struct trust_annotation *pairs, size_t n,
						  struct lc_arena *a, size_t *ret_n)
{
	size_t out = 0;
	struct trust_annotation *v = lc_new_array(a, struct trust_annotation, n + 1);
	for (size_t i = 0; v && i < n; i++) {
		size_t k = out;
		while (k && compare(&v[k - 1], &pairs[i]) > 0)
			k--;
		if (k && compare(&v[k - 1], &pairs[i]) == 0) {
			v[k - 1] = pairs[i];
			continue;
		}
		memmove(&v[k + 1], &v[k], (out - k) * sizeof(*v));
		v[k] = pairs[i];
		out++;
	}
	*ret_n = out;
	return v;
}

int simple_signing_write(struct lc_slice reference, const struct digest *d,
			 const struct trust_annotation *pairs, size_t n, struct lc_arena *a,
			 struct lc_buf *out)
{
	char text[DIGEST_TEXT_MAX];
	struct json_writer w;
	struct trust_annotation *sorted = trust_annotations_sorted(pairs, n, a, &n);
	if (!sorted)
		return lc_arena_err(a);
	json_writer_init(&w, out, 0);
	w.html_safe = true; /* as Go writes: tools compare these bytes */
	json_begin_object(&w);
	json_write_key(&w, "critical");
	json_begin_object(&w);
	json_write_key(&w, "identity");
	json_begin_object(&w);
	json_member_str(&w, "docker-reference", reference);
	json_end_object(&w);
	json_write_key(&w, "image");
	json_begin_object(&w);
	json_member_cstr(&w, "docker-manifest-digest", digest_text(d, text));
	json_end_object(&w);
	json_member_str(&w, "type", cosign_type);
	json_end_object(&w);
	json_write_key(&w, "optional");
	if (n) {
		json_begin_object(&w);
		for (size_t i = 0; i < n; i++) {
			json_write_key_slice(&w, sorted[i].key);
			json_write_str(&w, sorted[i].value);
		}
		json_end_object(&w);
	} else {
		json_write_null(&w);
	}
	json_end_object(&w);
	return json_writer_err(&w);
}
