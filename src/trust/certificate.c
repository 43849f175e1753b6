#include "trust/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* ---- names ---- */

static int copy_string(const ASN1_STRING *s, struct lc_arena *a, struct lc_slice *ret)
{
	int n = ASN1_STRING_length(s);
	return lc_arena_dup(a, lc_slice_of(ASN1_STRING_get0_data(s), n > 0 ? (size_t)n : 0), ret);
}

/* The user name of a SPIFFE-less, mail-less identity: UTF8String in 1.3.6.1.4.1.57264.1.7. */
static const ASN1_STRING *other_name(const GENERAL_NAME *name)
{
	char oid[64];
	const OTHERNAME *o = name->d.otherName;
	if (OBJ_obj2txt(oid, sizeof(oid), o->type_id, 1) <= 0 ||
	    strcmp(oid, "1.3.6.1.4.1.57264.1.7") != 0 || !o->value ||
	    o->value->type != V_ASN1_UTF8STRING)
		return NULL;
	return o->value->value.utf8string;
}

static const ASN1_STRING *name_of(const GENERAL_NAME *name, enum certificate_name_kind *ret)
{
	switch (name->type) {
	case GEN_URI:
		*ret = CERTIFICATE_URI;
		return name->d.uniformResourceIdentifier;
	case GEN_EMAIL:
		*ret = CERTIFICATE_EMAIL;
		return name->d.rfc822Name;
	case GEN_OTHERNAME:
		*ret = CERTIFICATE_OTHER;
		return other_name(name);
	default:
		return NULL;
	}
}

static int read_names(struct certificate *c, struct lc_arena *a, struct lc_err *e)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);
	int rc = 0;
	ERR_clear_error();
	for (int i = 0; !rc && i < sk_GENERAL_NAME_num(names); i++) {
		const ASN1_STRING *s = name_of(sk_GENERAL_NAME_value(names, i), &c->name_kind);
		c->names++;
		if (s && c->names == 1)
			rc = copy_string(s, a, &c->name);
	}
	GENERAL_NAMES_free(names);
	return rc ? lc_fail(e, rc, "no memory for a certificate's names") : 0;
}

/* ---- Fulcio's extensions ---- */

enum { RAW_LAST = 6, ISSUER_RAW = 1, ISSUER = 8 };

/* From 8 on a DER UTF8String inside of the extension, with nothing behind it. */
static int read_extension(const ASN1_OCTET_STRING *data, unsigned number, struct lc_arena *a,
			  struct lc_slice *ret, struct lc_err *e)
{
	if (number <= RAW_LAST)
		return copy_string(data, a, ret);
	const unsigned char *p = ASN1_STRING_get0_data(data);
	const unsigned char *end = p + ASN1_STRING_length(data);
	ASN1_UTF8STRING *s = d2i_ASN1_UTF8STRING(NULL, &p, end - p);
	ERR_clear_error();
	int rc = s && p == end ? copy_string(s, a, ret)
			       : lc_fail(e, LC_EBAD,
					 "certificate extension 57264.1.%u is not one "
					 "UTF8String",
					 number);
	ASN1_UTF8STRING_free(s);
	return rc;
}

static int read_extensions(struct certificate *c, struct lc_arena *a, struct lc_err *e)
{
	bool seen[CERTIFICATE_EXTENSIONS] = { false };
	struct lc_slice arc = LC_S("1.3.6.1.4.1.57264.1.");
	int n = X509_get_ext_count(c->x);
	for (int i = 0; i < n; i++) {
		X509_EXTENSION *x = X509_get_ext(c->x, i);
		char oid[64];
		uint64_t number;
		if (OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(x), 1) <= 0)
			continue;
		struct lc_slice s = lc_str(oid);
		if (!lc_chop_prefix(&s, arc) || !lc_u64(s, 10, CERTIFICATE_EXTENSIONS - 1, &number))
			continue;
		if (seen[number])
			return lc_fail(e, LC_EBAD, "certificate extension 57264.1.%u stands twice",
				       (unsigned)number);
		seen[number] = true;
		int rc = read_extension(X509_EXTENSION_get_data(x), (unsigned)number, a,
					&c->extensions[number], e);
		if (rc)
			return rc;
	}
	c->issuer = seen[ISSUER] ? c->extensions[ISSUER] : c->extensions[ISSUER_RAW];
	return 0;
}

int certificate_read(struct lc_slice der, struct lc_arena *a, struct certificate *ret,
		     struct trust_why *w)
{
	struct certificate c = { .der = der };
	struct lc_err *e = trust_err(w);
	int rc = x509_parse(der, &c.x, e);
	if (rc)
		return trust_rule(w, "F4", rc);
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c.x), &spki);
	rc = n > 0 ? crypt_public_der(lc_slice_of(spki, (size_t)n), &c.key, e)
		   : lc_fail(e, LC_EBAD, "certificate without a key");
	OPENSSL_free(spki);
	rc = rc ? rc : read_names(&c, a, e);
	rc = rc ? rc : read_extensions(&c, a, e);
	if (rc) {
		certificate_done(&c);
		return trust_rule(w, "F4", lc_wrap(e, rc, "certificate"));
	}
	*ret = c;
	return 0;
}

void certificate_done(struct certificate *c)
{
	X509_free(c->x);
	crypt_public_unref(c->key);
	c->x = NULL;
	c->key = NULL;
}

bool certificate_has_email(const struct certificate *c, struct lc_slice email)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	ERR_clear_error();
	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_STRING *s = name->type == GEN_EMAIL ? name->d.rfc822Name : NULL;
		int n = s ? ASN1_STRING_length(s) : 0;
		found = s &&
			lc_eq(lc_slice_of(ASN1_STRING_get0_data(s), n > 0 ? (size_t)n : 0), email);
	}
	GENERAL_NAMES_free(names);
	return found;
}

bool certificate_has_host(const struct certificate *c, struct lc_slice host)
{
	const unsigned flags =
		X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	char text[256];
	if (!host.n || host.n >= sizeof(text) || memchr(host.p, '\0', host.n))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	bool found = X509_check_ip_asc(c->x, text, flags) == 1 ||
		     X509_check_host(c->x, text, host.n, flags, NULL) == 1;
	ERR_clear_error();
	return found;
}

/* ---- who issued it ---- */

static int fit_to_sign(const struct certificate *c, struct trust_why *w)
{
	uint32_t usage = X509_get_extended_key_usage(c->x);
	/* Without the extension everything is set. */
	if (usage == UINT32_MAX || !(usage & XKU_CODE_SIGN))
		return trust_fail(w, "C4", LC_EBAD, "the certificate is not for code signing");
	if (!(X509_get_key_usage(c->x) & KU_DIGITAL_SIGNATURE))
		return trust_fail(w, "C4", LC_EBAD, "the certificate's key is not for signatures");
	return 0;
}

int certificate_issuers(const struct certificate *c, const struct trusted_root *root,
			struct certificate_issued ret[CERTIFICATE_ISSUERS_MAX], size_t *ret_n,
			struct trust_why *w)
{
	struct lc_err last = { 0 };
	size_t n = 0;
	int rc = fit_to_sign(c, w);
	if (rc)
		return rc;
	for (size_t i = 0; i < root->cas.n && n < CERTIFICATE_ISSUERS_MAX; i++) {
		const struct trust_authority *ca = &root->cas.v[i];
		rc = x509_find_path(c->x, ca->intermediates, ca->intermediates_n, &ca->anchor, 1,
				    &ret[n].path, &last);
		if (rc == LC_ENOMEM)
			return lc_fail(trust_err(w), rc, "%s", last.msg);
		if (!rc && !x509_path_allows(&ret[n].path, XKU_CODE_SIGN))
			rc = lc_fail(&last, LC_EBAD, "one above it is not for code signing");
		if (!rc)
			ret[n++].ca = ca;
	}
	*ret_n = n;
	if (n)
		return 0;
	return trust_fail(w, "C1", LC_EBAD,
			  "the certificate leads to no certificate authority of "
			  "the trusted root: %s",
			  last.len ? last.msg : "it has none");
}

int certificate_valid_at(const struct certificate_issued *i, int64_t t, struct trust_why *w)
{
	if (!trust_window_has(&i->ca->valid, t))
		return trust_fail(w, "C2", LC_EBAD,
				  "the certificate authority was not in use at "
				  "the time of signing");
	return trust_rule(w, "C3", x509_path_valid_at(&i->path, t, trust_err(w)));
}
