#include "trust/legacy.h"

#include "crypt/pem.h"
#include "trust/file_signature.h"

/* The leaf alone: intermediates come from the trusted root. */
static int read_certificate(struct lc_slice pem, struct lc_arena *a, struct bundle *b,
			    struct trust_why *w)
{
	struct pem_block block;
	struct lc_slice rest = pem;
	struct lc_slice *der = lc_vec_push(a, &b->certificates);
	int rc = der ? pem_next(&rest, a, &block, trust_err(w)) : lc_arena_err(a);
	if (rc == LC_ENOMEM)
		return rc;
	if (rc || !lc_eq(block.label, LC_S("CERTIFICATE")))
		return trust_fail(w, "F4", LC_EBAD,
				  "the annotation with the certificate holds none");
	*der = block.der;
	b->material = BUNDLE_CERTIFICATE;
	return 0;
}

static int read_content(const struct attached *what, struct lc_slice content, struct lc_arena *a,
			struct bundle *b, struct trust_why *w)
{
	if (what->kind == ATTACHED_SIGNATURE)
		return signature_base64(what->signature, "the signature", a, &b->signature, w);
	int rc = dsse_parse(content, a, &b->envelope, trust_err(w));
	if (rc)
		return rc == LC_ENOMEM ? rc : trust_rule(w, "F1", LC_EBAD);
	if (b->envelope.signatures_n != 1)
		return trust_fail(w, "F5", LC_EBAD, "an envelope of %zu signatures, not one",
				  b->envelope.signatures_n);
	b->has_envelope = true;
	b->envelope_text = content;
	return 0;
}

int legacy_bundle(const struct attached *what, struct lc_slice content, struct lc_arena *a,
		  struct bundle *ret, struct trust_why *w)
{
	struct bundle b = { .version = BUNDLE_V03, .material = BUNDLE_KEY };
	int rc = read_content(what, content, a, &b, w);
	if (!rc && what->certificate.n)
		rc = read_certificate(what->certificate, a, &b, w);
	if (!rc && what->log_bundle.n)
		rc = log_bundle_read(what->log_bundle, a, &b, w);
	if (!rc && what->timestamp.n)
		rc = timestamp_read(what->timestamp, a, &b, w);
	if (!rc)
		*ret = b;
	return rc;
}
