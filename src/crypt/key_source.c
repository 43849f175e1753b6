#include "crypt/key_source.h"

#include "base/shim.h"
#include "crypt/key_file.h"
#include "io/environment.h"
#include "io/file.h"
#include "io/http.h"

static const size_t key_bytes_max = (size_t)1 << 18;

/* Schemes of services that keep keys: known, so that the answer is not "no such file". */
static const char *const services[] = {
	"awskms://",  "gcpkms://", "azurekms://", "hashivault://",
	"openbao://", "k8s://",    "gitlab://",   "github://",
};

static int of_variable(const struct key_source *s, struct lc_slice name, struct lc_buf *out,
		       struct lc_err *e)
{
	char copy[256];
	if (name.n == 0 || name.n >= sizeof(copy))
		return lc_fail(e, LC_EUSAGE, "env://: no name of a variable");
	memcpy(copy, name.p, name.n);
	copy[name.n] = '\0';
	const char *value = io_env(s->environment, copy);
	if (!value)
		return lc_fail(e, LC_ENOTFOUND, "variable %s is not set", lc_quote(name).s);
	return lc_buf_str(out, value);
}

static int of_url(const struct key_source *s, const char *url, struct lc_buf *out, struct lc_err *e)
{
	const struct http_options o = { .environment = s->environment, .limits = s->limits };
	struct http_client *client = NULL;
	struct http_response *answer = NULL;
	const struct http_request q = { .url = url };
	int rc = http_client_new(&o, &client, e);
	rc = rc ? rc : http_send(client, &q, &answer, e);
	if (!rc && answer->status != 200)
		rc = http_refusal(answer, e);
	rc = rc ? rc : http_read_all(answer, out, e);
	http_close(answer);
	http_client_free(client);
	return rc;
}

static int refuse_services(struct lc_slice reference, struct lc_err *e)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (lc_starts(reference, lc_str(services[i])))
			return lc_fail(e, LC_EUNSUP,
				       "keys at %s are not supported: give a file, "
				       "env://NAME or pkcs11:…",
				       services[i]);
	return 0;
}

/* The text behind a reference. */
static int load(const struct key_source *s, struct lc_slice reference, bool public,
		struct lc_buf *out, struct lc_err *e)
{
	struct lc_slice rest = reference;
	bool url = lc_starts(rest, LC_S("https://")) || lc_starts(rest, LC_S("http://"));
	int rc = refuse_services(reference, e);
	if (rc)
		return rc;
	if (lc_chop_prefix(&rest, LC_S("env://")))
		return of_variable(s, rest, out, e);
	if (url && !public)
		return lc_fail(e, LC_EUSAGE, "private keys are not fetched from URLs");
	LC_AUTOFREE char *copy = lc_alloc(reference.n + 1);
	if (!copy)
		return lc_fail(e, LC_ENOMEM, "no memory for a name");
	memcpy(copy, reference.p, reference.n);
	copy[reference.n] = '\0';
	return url ? of_url(s, copy, out, e) : io_read_file(copy, out, e);
}

static int public_of(struct lc_slice text, struct crypt_public **ret, struct lc_err *e)
{
	struct crypt_signer *signer = NULL;
	if (key_file_is(text))
		return lc_fail(e, LC_EUSAGE,
			       "this is a private key; the public one is asked for "
			       "(lacre public-key --key FILE shows it)");
	/* "PRIVATE KEY" in clear: whoever can sign can check. */
	if (lc_find_slice(text, LC_S("PRIVATE KEY-----")) == SIZE_MAX)
		return crypt_public_pem(text, ret, e);
	int rc = crypt_signer_pem(text, &signer, e);
	if (rc)
		return rc;
	*ret = crypt_public_ref(signer->key);
	crypt_signer_free(signer);
	return 0;
}

/* A name of a token may hold its PIN, which no message shows. */
static int failed(struct lc_slice reference, int rc, struct lc_err *e)
{
	if (token_uri_is(reference))
		reference = token_uri_shown(reference);
	return rc ? lc_wrap(e, rc, "key %s", lc_quote(reference).s) : 0;
}

static struct token_source tokens_of(const struct key_source *s)
{
	return (struct token_source){ .environment = s->environment, .pin = s->pin, .ctx = s->ctx };
}

int key_source_public(const struct key_source *s, struct lc_slice reference,
		      struct crypt_public **ret, struct lc_err *e)
{
	const struct token_source tokens = tokens_of(s);
	struct lc_buf text LC_CLEANUP(secret_buf_done) = { 0 };
	if (token_uri_is(reference))
		return failed(reference, token_public(&tokens, reference, ret, e), e);
	lc_buf_init(&text, key_bytes_max);
	int rc = load(s, reference, true, &text, e);
	rc = rc ? rc : public_of(lc_buf_get(&text), ret, e);
	return failed(reference, rc, e);
}

static int open_protected(const struct key_source *s, struct lc_slice text,
			  struct crypt_signer **ret, struct lc_err *e)
{
	struct secret password LC_CLEANUP(secret_done) = { 0 };
	if (!s->password)
		return lc_fail(e, LC_EAUTH, "protected by a password, and nobody to ask for it");
	int rc = s->password(s->ctx, &password, e);
	return rc ? rc : key_file_open(text, secret_get(&password), ret, e);
}

int key_source_signer(const struct key_source *s, struct lc_slice reference,
		      struct crypt_signer **ret, struct lc_err *e)
{
	const struct token_source tokens = tokens_of(s);
	struct lc_buf text LC_CLEANUP(secret_buf_done) = { 0 };
	if (token_uri_is(reference))
		return failed(reference, token_signer(&tokens, reference, ret, e), e);
	lc_buf_init(&text, key_bytes_max);
	int rc = load(s, reference, false, &text, e);
	if (!rc)
		rc = key_file_is(lc_buf_get(&text)) ? open_protected(s, lc_buf_get(&text), ret, e)
						    : crypt_signer_pem(lc_buf_get(&text), ret, e);
	return failed(reference, rc, e);
}

int key_source_generate(const struct key_source *s, struct lc_slice reference,
			enum crypt_key_type t, struct crypt_signer **ret, struct lc_buf *name,
			struct lc_err *e)
{
	const struct token_source tokens = tokens_of(s);
	int rc = refuse_services(reference, e);
	if (!rc && !token_uri_is(reference))
		rc = lc_fail(e, LC_EUNSUP, "keys are made on tokens (pkcs11:…) and in files alone");
	rc = rc ? rc : token_generate(&tokens, reference, t, ret, name, e);
	return failed(reference, rc, e);
}
