#include "trust/identity.h"

/* 0 fits, LC_ENOTFOUND does not. */
static int fits(const struct trust_pattern *p, struct lc_slice text, struct trust_why *w)
{
	bool found = false;
	if (!p->regexp)
		return lc_eq(p->text, text) ? 0 : LC_ENOTFOUND;
	int rc = lc_pattern_search(p->regexp, text, &found, trust_err(w));
	if (rc == LC_ELIMIT)
		return trust_rule(w, "I1", LC_EUNSUP);
	if (rc)
		return rc;
	return found ? 0 : LC_ENOTFOUND;
}

/* A later identity that fits in more replaces the reason of one before. */
static int check_one(const struct certificate *c, const struct trust_identity *id,
		     struct trust_why *w)
{
	int rc = fits(&id->name, c->name, w);
	if (rc == LC_ENOTFOUND)
		return trust_fail(w, "I1", LC_EBAD, "it is signed by '%s', not '%s'",
				  lc_quote(c->name).s, lc_quote(id->name.text).s);
	if (rc)
		return rc;
	rc = fits(&id->issuer, c->issuer, w);
	if (rc == LC_ENOTFOUND)
		return trust_fail(w, "I2", LC_EBAD, "the signer's name comes from '%s', not '%s'",
				  lc_quote(c->issuer).s, lc_quote(id->issuer.text).s);
	if (rc)
		return rc;
	for (unsigned i = 0; i < CERTIFICATE_EXTENSIONS; i++)
		if (id->extensions[i].n && !lc_eq(id->extensions[i], c->extensions[i]))
			return trust_fail(w, "I2", LC_EBAD,
					  "certificate extension 57264.1.%u is '%s', not '%s'", i,
					  lc_quote(c->extensions[i]).s,
					  lc_quote(id->extensions[i]).s);
	return 0;
}

int identity_check(const struct certificate *c, const struct trust_identity *ids, size_t n,
		   const struct trust_identity **ret, struct trust_why *w)
{
	int rc = LC_EBAD;
	if (c->names != 1 || c->name.n == 0)
		return trust_fail(w, "I1", LC_EBAD,
				  "the certificate names %zu signers: exactly one "
				  "name (URI, e-mail or other name) is expected",
				  c->names);
	for (size_t i = 0; i < n; i++) {
		rc = check_one(c, &ids[i], w);
		if (!rc) {
			*ret = &ids[i];
			return 0;
		}
	}
	return rc;
}
