#include "trust/x509.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/arith.h"

/* 112 bits: RSA from 2048 bits on, SHA-2. */
enum { SECURITY_LEVEL = 2 };

int x509_parse(struct lc_slice der, X509 **ret, struct lc_err *e)
{
	if (der.n == 0 || der.n > X509_DER_MAX)
		return lc_fail(e, LC_EBAD, "a certificate of %zu bytes", der.n);
	const unsigned char *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	if (!x || p != der.p + der.n) {
		X509_free(x);
		ERR_clear_error();
		return lc_fail(e, LC_EBAD, "not a certificate");
	}
	*ret = x;
	return 0;
}

bool x509_self_signed(X509 *x)
{
	return X509_self_signed(x, 0) == 1;
}

bool x509_time(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = timegm(&tm);
	return true;
}

bool x509_valid_at(const X509 *x, int64_t t)
{
	int64_t from;
	int64_t to;
	return x509_time(X509_get0_notBefore(x), &from) && x509_time(X509_get0_notAfter(x), &to) &&
	       from <= t && t <= to;
}

struct lc_quoted x509_subject(const X509 *x)
{
	char text[LC_QUOTE_MAX];
	const X509_NAME *name = X509_get_subject_name(x);
	if (!name || !X509_NAME_oneline(name, text, sizeof(text)))
		text[0] = '\0';
	return lc_quote(lc_str(text));
}

/* ---- paths ---- */

/* A stack that borrows: freed without what is in it. */
static STACK_OF(X509) * stack_of(X509 *const *v, size_t n)
{
	STACK_OF(X509) *s = sk_X509_new_null();
	for (size_t i = 0; s && i < n; i++)
		if (!sk_X509_push(s, v[i])) {
			sk_X509_free(s);
			return NULL;
		}
	return s;
}

static int take_chain(X509_STORE_CTX *ctx, struct x509_path *ret, struct lc_err *e)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int n = sk_X509_num(chain);
	if (n < 1 || n > X509_PATH_MAX)
		return lc_fail(e, LC_ELIMIT, "a certificate path of %d", n);
	ret->n = (size_t)n;
	for (int i = 0; i < n; i++)
		ret->v[i] = sk_X509_value(chain, i);
	return 0;
}

static int run(X509_STORE_CTX *ctx, STACK_OF(X509) * anchors, struct x509_path *ret,
	       struct lc_err *e)
{
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
	X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
	/* Who is trusted by name is: also an intermediate. Times are the caller's. */
	if (X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) !=
	    1)
		return lc_fail(e, LC_ENOMEM, "no memory for a certificate path");
	X509_VERIFY_PARAM_set_auth_level(p, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_depth(p, X509_PATH_MAX - 2);
	int ok = X509_verify_cert(ctx);
	ERR_clear_error();
	if (ok == 1)
		return take_chain(ctx, ret, e);
	int why = X509_STORE_CTX_get_error(ctx);
	if (why == X509_V_ERR_OUT_OF_MEM)
		return lc_fail(e, LC_ENOMEM, "no memory for a certificate path");
	return lc_fail(e, LC_EBAD, "%s", X509_verify_cert_error_string(why));
}

int x509_find_path(X509 *leaf, X509 *const *intermediates, size_t intermediates_n,
		   X509 *const *anchors, size_t anchors_n, struct x509_path *ret, struct lc_err *e)
{
	STACK_OF(X509) *between = stack_of(intermediates, intermediates_n);
	STACK_OF(X509) *ends = stack_of(anchors, anchors_n);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc = between && ends && ctx && X509_STORE_CTX_init(ctx, NULL, leaf, between) == 1
			 ? run(ctx, ends, ret, e)
			 : lc_fail(e, LC_ENOMEM, "no memory for a certificate path");
	X509_STORE_CTX_free(ctx);
	sk_X509_free(between);
	sk_X509_free(ends);
	return rc;
}

bool x509_path_allows(const struct x509_path *p, uint32_t use)
{
	for (size_t i = 1; i < p->n; i++) {
		uint32_t uses = X509_get_extended_key_usage(p->v[i]);
		/* Without the extension everything is set. */
		if (uses != UINT32_MAX && !(uses & (use | XKU_ANYEKU)))
			return false;
	}
	return true;
}

int x509_path_valid_at(const struct x509_path *p, int64_t t, struct lc_err *e)
{
	for (size_t i = 0; i < p->n; i++)
		if (!x509_valid_at(p->v[i], t))
			return lc_fail(e, LC_EBAD,
				       "certificate %zu of the path (%s) is not valid "
				       "at that time",
				       i + 1, x509_subject(p->v[i]).s);
	return 0;
}
