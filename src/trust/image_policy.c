#include "trust/image_policy.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/shim.h"
#include "format/base64.h"
#include "format/json.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 18 };

struct reader {
	struct json_doc d;
	struct lc_arena *a;
	struct lc_err *e;
};

const char *policy_kind_name(enum policy_kind k)
{
	static const char *const names[POLICY_KIND_N] = {
		[POLICY_ACCEPT] = "insecureAcceptAnything",
		[POLICY_REJECT] = "reject",
		[POLICY_SIGNED_BY] = "signedBy",
		[POLICY_SIGNED_BASE_LAYER] = "signedBaseLayer",
		[POLICY_SIGSTORE_SIGNED] = "sigstoreSigned",
	};
	return names[k];
}

/* ---- members ---- */

static int __attribute__((format(printf, 3, 4)))
bad(struct reader *r, json_ref at, const char *fmt, ...)
{
	char text[LC_ERR_MSG_MAX];
	uint32_t line = 0;
	uint32_t column = 0;
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args); /* cut is fine */
	va_end(args);
	json_where(&r->d, at, &line, &column);
	return lc_fail(r->e, LC_EBAD, "line %u, column %u: %s", line, column, text);
}

static int no_memory(struct reader *r)
{
	return lc_fail(r->e, lc_arena_err(r->a), "no memory for a policy");
}

static bool is_among(const char *const *names, struct lc_slice key)
{
	for (; *names; names++)
		if (lc_eq(lc_str(*names), key))
			return true;
	return false;
}

/* An object of these members alone. */
static int check_object(struct reader *r, json_ref o, const char *what, const char *const *names)
{
	if (json_type_of(&r->d, o) != JSON_OBJECT)
		return bad(r, o, "%s is no object", what);
	json_each(&r->d, o, member)
		if (!is_among(names, json_key(&r->d, member)))
			return bad(r, member, "%s has an unknown member '%s'", what,
				   lc_quote(json_key(&r->d, member)).s);
	return 0;
}

/* An empty one is as good as none, for the tools as well. */
static int read_text(struct reader *r, json_ref o, const char *name, struct lc_slice *ret)
{
	json_ref at = json_get(&r->d, o, name);
	if (at == JSON_NONE)
		return 0;
	*ret = json_str(&r->d, at);
	return json_is_str(&r->d, at) ? 0 : bad(r, at, "'%s' is no text", name);
}

static int need_text(struct reader *r, json_ref o, const char *what, const char *name,
		     struct lc_slice *ret)
{
	int rc = read_text(r, o, name, ret);
	return rc || ret->n ? rc : bad(r, o, "%s needs '%s'", what, name);
}

/* ---- keys and certificates ---- */

struct source_names { /* NULL: there is no such form */
	const char *path, *paths, *data, *datas;
	bool of_openpgp; /* its lists may be empty, and nothing is ever trusted by that */
};

static int push_data(struct reader *r, json_ref at, const char *name, struct policy_source *s)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice text = json_str(&r->d, at);
	struct lc_slice *item = lc_vec_push(r->a, &s->data);
	lc_buf_init(&b, text.n + 4);
	int rc = json_is_str(&r->d, at) ? base64_decode(text, &b) : LC_EBAD;
	if (rc == LC_EBAD)
		return bad(r, at, "'%s' is no base64", name);
	return !item || rc || lc_arena_dup(r->a, lc_buf_get(&b), item) ? no_memory(r) : 0;
}

static int push_path(struct reader *r, json_ref at, const char *name, struct policy_source *s)
{
	struct lc_slice path = json_str(&r->d, at);
	struct lc_slice *item = lc_vec_push(r->a, &s->paths);
	if (!item)
		return no_memory(r);
	*item = path;
	return path.n ? 0 : bad(r, at, "'%s' is no path, or empty", name);
}

typedef int push_fn(struct reader *, json_ref, const char *, struct policy_source *);

/* An empty path is as good as none; empty data are data. */
static int read_one(struct reader *r, json_ref o, const char *name, push_fn *push,
		    struct policy_source *s)
{
	json_ref at = name ? json_get(&r->d, o, name) : JSON_NONE;
	if (at == JSON_NONE ||
	    (push == push_path && json_is_str(&r->d, at) && !json_str(&r->d, at).n))
		return 0;
	if (s->given)
		return bad(r, at, "'%s' beside another form of the same: give one", name);
	s->given = true;
	return push(r, at, name, s);
}

static int read_list(struct reader *r, json_ref o, const char *name, bool may_be_empty,
		     push_fn *push, struct policy_source *s)
{
	json_ref at = name ? json_get(&r->d, o, name) : JSON_NONE;
	int rc = 0;
	if (at == JSON_NONE)
		return 0;
	if (s->given)
		return bad(r, at, "'%s' beside another form of the same: give one", name);
	if (json_type_of(&r->d, at) != JSON_ARRAY || (!json_count(&r->d, at) && !may_be_empty))
		return bad(r, at, "'%s' is no list, or empty", name);
	s->given = true;
	json_each(&r->d, at, item) {
		rc = push(r, item, name, s);
		if (rc)
			break;
	}
	return rc;
}

static int read_source(struct reader *r, json_ref o, const struct source_names *names,
		       struct policy_source *s)
{
	int rc = read_one(r, o, names->path, push_path, s);
	rc = rc ? rc : read_list(r, o, names->paths, names->of_openpgp, push_path, s);
	rc = rc ? rc : read_one(r, o, names->data, push_data, s);
	return rc ? rc : read_list(r, o, names->datas, names->of_openpgp, push_data, s);
}

/* ---- under which name ---- */

static const char *const *identity_members(enum identity_match m)
{
	static const char *const plain[] = { "type", NULL };
	static const char *const reference[] = { "type", "dockerReference", NULL };
	static const char *const repository[] = { "type", "dockerRepository", NULL };
	static const char *const remap[] = { "type", "prefix", "signedPrefix", NULL };
	switch (m) {
	case IDENTITY_EXACT_REFERENCE:
		return reference;
	case IDENTITY_EXACT_REPOSITORY:
		return repository;
	case IDENTITY_REMAP:
		return remap;
	default:
		return plain;
	}
}

static int read_exact(struct reader *r, json_ref o, const char *name, struct image_identity *ret)
{
	int rc = need_text(r, o, "signedIdentity", name, &ret->name);
	struct lc_err why = { 0 };
	if (rc)
		return rc;
	rc = oci_reference_parse(ret->name, r->a, &ret->reference, &why);
	if (rc == LC_ENOMEM || rc == LC_ELIMIT)
		return no_memory(r);
	if (rc)
		return bad(r, json_get(&r->d, o, name), "'%s': %s", name, why.msg);
	if (ret->match == IDENTITY_EXACT_REFERENCE && !ret->reference.tag.n &&
	    !ret->reference.digest.n)
		return bad(r, json_get(&r->d, o, name), "'%s' names no tag and no digest", name);
	return 0;
}

static int read_prefix(struct reader *r, json_ref o, const char *name, struct lc_slice *ret)
{
	int rc = need_text(r, o, "signedIdentity", name, ret);
	if (rc)
		return rc;
	return image_identity_prefix_ok(*ret, r->a)
		       ? 0
		       : bad(r, json_get(&r->d, o, name), "'%s' is no HOST[/NAMESPACE] without tag",
			     name);
}

static int read_identity(struct reader *r, json_ref o, struct image_identity *ret)
{
	unsigned m = 0;
	struct lc_slice type = json_get_str(&r->d, o, "type");
	if (o == JSON_NONE)
		return 0; /* zeroed: the one that is meant then */
	while (m < IDENTITY_MATCH_N && !lc_eq(type, lc_str(identity_match_name(m))))
		m++;
	if (m == IDENTITY_MATCH_N)
		return bad(r, o, "signedIdentity of unknown type '%s'", lc_quote(type).s);
	ret->match = (enum identity_match)m;
	int rc = check_object(r, o, "signedIdentity", identity_members(ret->match));
	if (!rc && ret->match == IDENTITY_EXACT_REFERENCE)
		rc = read_exact(r, o, "dockerReference", ret);
	if (!rc && ret->match == IDENTITY_EXACT_REPOSITORY)
		rc = read_exact(r, o, "dockerRepository", ret);
	if (!rc && ret->match == IDENTITY_REMAP)
		rc = read_prefix(r, o, "prefix", &ret->prefix);
	if (!rc && ret->match == IDENTITY_REMAP)
		rc = read_prefix(r, o, "signedPrefix", &ret->signed_prefix);
	return rc;
}

/* ---- requirements ---- */

static int read_plain(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "type", NULL };
	return check_object(r, o, policy_kind_name(ret->kind), names);
}

static int read_base_layer(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "type", "baseLayerIdentity", NULL };
	json_ref identity = json_get(&r->d, o, "baseLayerIdentity");
	int rc = check_object(r, o, "signedBaseLayer", names);
	if (!rc && identity == JSON_NONE)
		rc = bad(r, o, "signedBaseLayer needs 'baseLayerIdentity'");
	return rc ? rc : read_identity(r, identity, &ret->identity);
}

static int read_signed_by(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "type",    "keyType",        "keyPath", "keyPaths",
					     "keyData", "signedIdentity", NULL };
	static const char *const types[] = { "GPGKeys", "signedByGPGKeys", "X509Certificates",
					     "signedByX509CAs", NULL };
	static const struct source_names keys = { "keyPath", "keyPaths", "keyData", NULL, true };
	int rc = check_object(r, o, "signedBy", names);
	rc = rc ? rc : need_text(r, o, "signedBy", "keyType", &ret->key_type);
	if (!rc && !is_among(types, ret->key_type))
		rc = bad(r, json_get(&r->d, o, "keyType"), "unknown keyType '%s'",
			 lc_quote(ret->key_type).s);
	rc = rc ? rc : read_source(r, o, &keys, &ret->keys);
	if (!rc && !ret->keys.given)
		rc = bad(r, o, "signedBy needs one of 'keyPath', 'keyPaths' and 'keyData'");
	return rc ? rc : read_identity(r, json_get(&r->d, o, "signedIdentity"), &ret->identity);
}

static int read_fulcio(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "caPath", "caData", "oidcIssuer", "subjectEmail",
					     NULL };
	static const struct source_names roots = { "caPath", NULL, "caData", NULL, false };
	ret->fulcio = true;
	int rc = check_object(r, o, "fulcio", names);
	rc = rc ? rc : read_source(r, o, &roots, &ret->roots);
	if (!rc && !ret->roots.given)
		rc = bad(r, o, "fulcio needs one of 'caPath' and 'caData'");
	rc = rc ? rc : need_text(r, o, "fulcio", "oidcIssuer", &ret->issuer);
	return rc ? rc : need_text(r, o, "fulcio", "subjectEmail", &ret->email);
}

static int read_pki(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "caRootsPath",
					     "caRootsData",
					     "caIntermediatesPath",
					     "caIntermediatesData",
					     "subjectEmail",
					     "subjectHostname",
					     NULL };
	static const struct source_names roots = { "caRootsPath", NULL, "caRootsData", NULL,
						   false };
	static const struct source_names below = { "caIntermediatesPath", NULL,
						   "caIntermediatesData", NULL, false };
	ret->pki = true;
	int rc = check_object(r, o, "pki", names);
	rc = rc ? rc : read_source(r, o, &roots, &ret->roots);
	if (!rc && !ret->roots.given)
		rc = bad(r, o, "pki needs one of 'caRootsPath' and 'caRootsData'");
	rc = rc ? rc : read_source(r, o, &below, &ret->intermediates);
	rc = rc ? rc : read_text(r, o, "subjectEmail", &ret->email);
	rc = rc ? rc : read_text(r, o, "subjectHostname", &ret->hostname);
	if (!rc && !ret->email.n && !ret->hostname.n)
		rc = bad(r, o, "pki needs 'subjectEmail' or 'subjectHostname'");
	return rc;
}

static int check_sigstore(struct reader *r, json_ref o, const struct policy_requirement *q)
{
	if (q->keys.given + q->fulcio + q->pki != 1)
		return bad(r, o,
			   "sigstoreSigned needs exactly one of 'keyPath', 'keyPaths', 'keyData', "
			   "'keyDatas', 'fulcio' and 'pki'");
	if (q->fulcio && !q->logs.given)
		return bad(r, o, "fulcio needs a key of the log: 'rekorPublicKeyPath'");
	if (q->pki && q->logs.given)
		return bad(r, o, "pki and a key of the log do not go together");
	return 0;
}

static int read_sigstore(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static const char *const names[] = { "type",
					     "keyPath",
					     "keyPaths",
					     "keyData",
					     "keyDatas",
					     "fulcio",
					     "pki",
					     "rekorPublicKeyPath",
					     "rekorPublicKeyPaths",
					     "rekorPublicKeyData",
					     "rekorPublicKeyDatas",
					     "signedIdentity",
					     NULL };
	static const struct source_names keys = { "keyPath", "keyPaths", "keyData", "keyDatas",
						  false };
	static const struct source_names logs = { "rekorPublicKeyPath", "rekorPublicKeyPaths",
						  "rekorPublicKeyData", "rekorPublicKeyDatas",
						  false };
	json_ref fulcio = json_get(&r->d, o, "fulcio");
	json_ref pki = json_get(&r->d, o, "pki");
	int rc = check_object(r, o, "sigstoreSigned", names);
	rc = rc ? rc : read_source(r, o, &keys, &ret->keys);
	if (!rc && fulcio != JSON_NONE)
		rc = read_fulcio(r, fulcio, ret);
	if (!rc && pki != JSON_NONE && !ret->fulcio)
		rc = read_pki(r, pki, ret);
	rc = rc ? rc : read_source(r, o, &logs, &ret->logs);
	if (!rc && fulcio != JSON_NONE && pki != JSON_NONE)
		rc = bad(r, o, "'fulcio' and 'pki' do not go together");
	rc = rc ? rc : check_sigstore(r, o, ret);
	return rc ? rc : read_identity(r, json_get(&r->d, o, "signedIdentity"), &ret->identity);
}

static int read_requirement(struct reader *r, json_ref o, struct policy_requirement *ret)
{
	static int (*const read[POLICY_KIND_N])(struct reader *, json_ref,
						struct policy_requirement *) = {
		[POLICY_ACCEPT] = read_plain,
		[POLICY_REJECT] = read_plain,
		[POLICY_SIGNED_BY] = read_signed_by,
		[POLICY_SIGNED_BASE_LAYER] = read_base_layer,
		[POLICY_SIGSTORE_SIGNED] = read_sigstore,
	};
	struct lc_slice type = json_get_str(&r->d, o, "type");
	unsigned k = 0;
	while (k < POLICY_KIND_N && !lc_eq(type, lc_str(policy_kind_name(k))))
		k++;
	if (k == POLICY_KIND_N)
		return bad(r, o, "a requirement of unknown type '%s'", lc_quote(type).s);
	ret->kind = (enum policy_kind)k;
	return read[k](r, o, ret);
}

static int read_requirements(struct reader *r, json_ref list, struct policy_requirements *ret)
{
	if (json_type_of(&r->d, list) != JSON_ARRAY || !json_count(&r->d, list))
		return bad(r, list, "requirements are a list that is not empty");
	json_each(&r->d, list, o) {
		struct policy_requirement *q = lc_vec_push(r->a, ret);
		int rc = q ? read_requirement(r, o, q) : no_memory(r);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- the document ---- */

static int read_transport(struct reader *r, json_ref o, struct image_policy *p)
{
	struct lc_slice transport = json_key(&r->d, o);
	if (json_type_of(&r->d, o) != JSON_OBJECT)
		return bad(r, o, "a transport is an object of scopes");
	json_each(&r->d, o, list) {
		struct policy_scope *s = lc_vec_push(r->a, p);
		struct lc_slice scope = json_key(&r->d, list);
		const char *wrong = scope.n ? image_scope_wrong(transport, scope) : NULL;
		if (!s)
			return no_memory(r);
		if (wrong)
			return bad(r, list, "scope '%s': %s", lc_quote(scope).s, wrong);
		s->transport = transport;
		s->scope = scope;
		int rc = read_requirements(r, list, &s->requirements);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_document(struct reader *r, struct image_policy *p)
{
	static const char *const names[] = { "default", "transports", NULL };
	json_ref root = json_root(&r->d);
	json_ref transports = json_get(&r->d, root, "transports");
	int rc = check_object(r, root, "a policy", names);
	if (!rc && json_get(&r->d, root, "default") == JSON_NONE)
		rc = bad(r, root, "a policy needs 'default'");
	rc = rc ? rc : read_requirements(r, json_get(&r->d, root, "default"), &p->fallback);
	if (!rc && transports != JSON_NONE && json_type_of(&r->d, transports) != JSON_OBJECT)
		rc = bad(r, transports, "'transports' is no object");
	json_each(&r->d, transports, transport) {
		if (rc)
			break;
		rc = read_transport(r, transport, p);
	}
	return rc;
}

int image_policy_parse(struct lc_slice text, struct lc_arena *a, struct image_policy *ret,
		       struct lc_err *e)
{
	struct lc_err why = { 0 };
	struct reader r = { .a = a, .e = e ? e : &why };
	struct image_policy p = { 0 };
	if (text.n > IMAGE_POLICY_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "a policy of %zu bytes", text.n);
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &r.d, r.e);
	rc = rc ? rc : read_document(&r, &p);
	if (!rc)
		*ret = p;
	return rc;
}

/* ---- look-up ---- */

static const struct policy_scope *find(const struct image_policy *p, struct lc_slice transport,
				       struct lc_slice scope)
{
	for (size_t i = 0; i < p->n; i++)
		if (lc_eq(p->v[i].transport, transport) && lc_eq(p->v[i].scope, scope))
			return &p->v[i];
	return NULL;
}

struct policy_choice image_policy_find(const struct image_policy *p, const struct image_scope *s)
{
	const struct policy_scope *found = NULL;
	for (size_t i = 0; i < s->scopes.n && !found; i++)
		found = find(p, s->transport, s->scopes.v[i]);
	if (!found)
		found = find(p, s->transport, LC_S(""));
	return (struct policy_choice){ found ? &found->requirements : &p->fallback, found };
}
