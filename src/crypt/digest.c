#include "crypt/digest.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "base/shim.h"

struct digester {
	enum digest_algorithm algorithm;
	EVP_MD_CTX *ctx;
	bool bad; /* an update failed: the result must not be given */
};

static const struct {
	const char *name;
	size_t size;
	bool in_images; /* may stand in a descriptor */
} algorithms[] = {
	[DIGEST_SHA256] = { "sha256", 32, true },  [DIGEST_SHA512] = { "sha512", 64, true },
	[DIGEST_SHA1] = { "sha1", 20, false },     [DIGEST_MD5] = { "md5", 16, false },
	[DIGEST_SHA384] = { "sha384", 48, false },
};
_Static_assert(sizeof(algorithms) / sizeof(algorithms[0]) == DIGEST_ALGORITHM_N, "one row each");

size_t digest_size(enum digest_algorithm a)
{
	return (unsigned)a < DIGEST_ALGORITHM_N ? algorithms[a].size : 0;
}

const char *digest_name(enum digest_algorithm a)
{
	return (unsigned)a < DIGEST_ALGORITHM_N ? algorithms[a].name : "unknown";
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return a->algorithm == b->algorithm &&
	       memcmp(a->bytes, b->bytes, digest_size(a->algorithm)) == 0;
}

/* algorithm ::= component (separator component)*, component ::= [a-z0-9]+, separator ::= [+._-] */
static bool is_algorithm_text(struct lc_slice s)
{
	bool after_sign = true;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool word = lc_is_digit(c) || (c >= 'a' && c <= 'z');
		bool sign = c == '+' || c == '.' || c == '_' || c == '-';
		if (!word && (!sign || after_sign))
			return false;
		after_sign = sign;
	}
	return !after_sign;
}

static int hex_value(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_bytes(struct lc_slice hex, uint8_t *bytes)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		int high = hex_value(hex.p[i]);
		int low = hex_value(hex.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool find_algorithm(struct lc_slice name, enum digest_algorithm *ret)
{
	for (unsigned a = 0; a < DIGEST_ALGORITHM_N; a++)
		if (algorithms[a].in_images && lc_eq(name, lc_str(algorithms[a].name))) {
			*ret = (enum digest_algorithm)a;
			return true;
		}
	return false;
}

int digest_parse(struct lc_slice s, struct digest *ret, struct lc_err *e)
{
	struct digest d = { 0 };
	struct lc_slice name;
	struct lc_slice hex;

	if (!lc_cut(s, ':', &name, &hex) || !is_algorithm_text(name))
		return lc_fail(e, LC_EBAD, "digest '%s' is not algorithm:hex", lc_quote(s).s);
	if (!find_algorithm(name, &d.algorithm))
		return lc_fail(e, LC_EUNSUP, "digest algorithm '%s' is not supported",
			       lc_quote(name).s);
	if (hex.n != 2 * digest_size(d.algorithm))
		return lc_fail(e, LC_EBAD, "digest '%s' has the wrong length", lc_quote(s).s);
	if (!hex_bytes(hex, d.bytes))
		return lc_fail(e, LC_EBAD, "digest '%s' is not lower-case hex", lc_quote(s).s);
	*ret = d;
	return 0;
}

static char *put_hex(const struct digest *d, char *to)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = digest_size(d->algorithm);

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[d->bytes[i] >> 4];
		*to++ = digits[d->bytes[i] & 15];
	}
	*to = '\0';
	return to;
}

const char *digest_text(const struct digest *d, char ret[DIGEST_TEXT_MAX])
{
	const char *name = digest_name(d->algorithm);
	size_t n = strlen(name);

	memcpy(ret, name, n);
	ret[n] = ':';
	put_hex(d, ret + n + 1);
	return ret;
}

const char *digest_hex(const struct digest *d, char ret[DIGEST_TEXT_MAX])
{
	put_hex(d, ret);
	return ret;
}

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_MD *fetched[DIGEST_ALGORITHM_N]; /* written once under fetch_once; NULL: switched off */

static void fetch_all(void)
{
	(void)ERR_set_mark(); /* what is missing is told when it is asked for */
	for (unsigned a = 0; a < DIGEST_ALGORITHM_N; a++)
		fetched[a] = EVP_MD_fetch(NULL, algorithms[a].name, NULL);
	(void)ERR_pop_to_mark();
}

/* Looked up once: each time it would cost more than to hash an id. */
static int method_of(enum digest_algorithm a, const EVP_MD **ret, struct lc_err *e)
{
	if ((unsigned)a >= DIGEST_ALGORITHM_N)
		return lc_fail(e, LC_EUSAGE, "no such digest algorithm");
	(void)pthread_once(&fetch_once, fetch_all); /* fails for a bad object only */
	*ret = fetched[a];
	return *ret ? 0
		    : lc_fail(e, LC_EUNSUP, "%s is switched off in the crypto library",
			      digest_name(a));
}

static int cannot_finish(enum digest_algorithm a, struct lc_err *e)
{
	return lc_fail(e, LC_ENOMEM, "the crypto library could not finish a %s", digest_name(a));
}

int digester_new(enum digest_algorithm a, struct digester **ret, struct lc_err *e)
{
	const EVP_MD *method;
	int rc = method_of(a, &method, e);
	if (rc)
		return rc;
	struct digester *d = lc_alloc0(1, sizeof(*d));
	if (!d)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	d->algorithm = a;
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, method, NULL) != 1) {
		digester_free(d);
		return lc_fail(e, LC_ENOMEM, "out of memory");
	}
	*ret = d;
	return 0;
}

void digester_free(struct digester *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->ctx);
	lc_free(d);
}

void digester_add(struct digester *d, const void *p, size_t n)
{
	if (n && EVP_DigestUpdate(d->ctx, p, n) != 1)
		d->bad = true;
}

int digester_get(const struct digester *d, struct digest *ret, struct lc_err *e)
{
	struct digest out = { .algorithm = d->algorithm };
	EVP_MD_CTX *copy = EVP_MD_CTX_new(); /* so that more may be added to the original */
	bool fine = copy && !d->bad && EVP_MD_CTX_copy_ex(copy, d->ctx) == 1 &&
		    EVP_DigestFinal_ex(copy, out.bytes, NULL) == 1;

	EVP_MD_CTX_free(copy);
	if (!fine)
		return cannot_finish(d->algorithm, e);
	*ret = out;
	return 0;
}

int digest_of(enum digest_algorithm a, struct lc_slice s, struct digest *ret, struct lc_err *e)
{
	struct digest out = { .algorithm = a };
	const EVP_MD *method;
	int rc = method_of(a, &method, e);
	if (rc)
		return rc;
	if (EVP_Digest(s.n ? (const void *)s.p : "", s.n, out.bytes, NULL, method, NULL) != 1)
		return cannot_finish(a, e);
	*ret = out;
	return 0;
}

static int digest_stream_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n,
			      struct lc_err *e)
{
	struct digest_stream *d = (struct digest_stream *)(void *)s;
	size_t got;
	int rc = lc_stream_read(d->from, buf, n, &got, e);

	if (rc)
		return rc;
	digester_add(d->digester, buf, got);
	d->bytes += got;
	*ret_n = got;
	return 0;
}

int digest_stream_init(struct digest_stream *s, struct lc_stream *from, enum digest_algorithm a,
		       struct lc_err *e)
{
	struct digester *d;
	int rc = digester_new(a, &d, e);

	if (rc)
		return rc;
	*s = (struct digest_stream){
		.base = { .read = digest_stream_read },
		.from = from,
		.digester = d,
	};
	return 0;
}

void digest_stream_done(struct digest_stream *s)
{
	digester_free(s->digester);
	*s = (struct digest_stream){ 0 };
}
