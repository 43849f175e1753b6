/*
 * A signer's certificate: whom it names, who vouches for it, and the proof that its issuing was
 * logged. Rules C1 to C5 and I1, I2. Sources: sigstore/fulcio docs/oid-info.md; RFC 5280; RFC 6962.
 */
#pragma once

#include "trust/trusted_root.h"
#include "trust/x509.h"

enum certificate_name_kind { CERTIFICATE_URI, CERTIFICATE_EMAIL, CERTIFICATE_OTHER };

enum { CERTIFICATE_EXTENSIONS = 25 }; /* numbers 1 to 24 of 1.3.6.1.4.1.57264.1 */

struct certificate {
	X509 *x;                  /* owned */
	struct crypt_public *key; /* owned */
	struct lc_slice der;      /* borrowed */
	enum certificate_name_kind name_kind;
	struct lc_slice name;   /* the one subject alternative name; "" when there is none */
	size_t names;           /* how many there are */
	struct lc_slice issuer; /* of the identity: extension 8, else 1; "" none */
	struct lc_slice extensions[CERTIFICATE_EXTENSIONS]; /* by number, decoded; "" none */
};

/** der outlives it; texts are copied to the arena. Release with certificate_done(). */
int certificate_read(struct lc_slice der, struct lc_arena *a, struct certificate *ret,
		     struct trust_why *w) LC_MUST_CHECK;
void certificate_done(struct certificate *c);
/** Is this e-mail address, to the letter, among its names? */
bool certificate_has_email(const struct certificate *c, struct lc_slice email);
/** Is it for this host or IP address by its names, whose wildcards stand for one label? */
bool certificate_has_host(const struct certificate *c, struct lc_slice host);

/**
 * Find who issued it: a path to a CA of the root with the leaf fit for code signing (C1, C4).
 * Times come later: certificate_valid_at().
 */
struct certificate_issued {
	const struct trust_authority *ca;
	struct x509_path path;
};
enum { CERTIFICATE_ISSUERS_MAX = 8 };
/** All CAs of the root that have a path. */
int certificate_issuers(const struct certificate *c, const struct trusted_root *root,
			struct certificate_issued ret[CERTIFICATE_ISSUERS_MAX], size_t *ret_n,
			struct trust_why *w) LC_MUST_CHECK;
/** The CA in use (C2) and every certificate of the path valid (C3) at t. */
int certificate_valid_at(const struct certificate_issued *i, int64_t t,
			 struct trust_why *w) LC_MUST_CHECK;
/** A signed certificate timestamp inside the certificate, of a known log, holds (C5). */
int certificate_logged(const struct certificate *c, const struct certificate_issued *i,
		       const struct trusted_root *root, struct trust_why *w) LC_MUST_CHECK;
