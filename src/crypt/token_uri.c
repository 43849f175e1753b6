#include "crypt/token_uri.h"

#include "crypt/secret.h"

/*
 * pk11-URI = "pkcs11:" path [ "?" query ]
 * path     = [ name "=" value *( ";" name "=" value ) ]
 * query    = [ name "=" value *( "&" name "=" value ) ]
 * value    = *( unreserved / reserved that the part allows / "%" 2HEXDIG )
 */

enum { URI_BYTES_MAX = 4096 };

static const struct {
	const char *name;
	bool query;
} attributes[] = {
	[TOKEN_LABEL] = { "token" },
	[TOKEN_MANUFACTURER] = { "manufacturer" },
	[TOKEN_MODEL] = { "model" },
	[TOKEN_SERIAL] = { "serial" },
	[TOKEN_SLOT_ID] = { "slot-id" },
	[TOKEN_SLOT_DESCRIPTION] = { "slot-description" },
	[TOKEN_SLOT_MANUFACTURER] = { "slot-manufacturer" },
	[TOKEN_LIBRARY_DESCRIPTION] = { "library-description" },
	[TOKEN_LIBRARY_MANUFACTURER] = { "library-manufacturer" },
	[TOKEN_LIBRARY_VERSION] = { "library-version" },
	[TOKEN_OBJECT] = { "object" },
	[TOKEN_ID] = { "id" },
	[TOKEN_TYPE] = { "type" },
	[TOKEN_MODULE_NAME] = { "module-name", true },
	[TOKEN_MODULE_PATH] = { "module-path", true },
	[TOKEN_PIN_SOURCE] = { "pin-source", true },
	[TOKEN_PIN_VALUE] = { "pin-value", true },
};
_Static_assert(sizeof(attributes) / sizeof(attributes[0]) == TOKEN_ATTRIBUTE_N, "one row each");

static const struct lc_slice scheme = LC_S_INIT("pkcs11:");

bool token_uri_is(struct lc_slice text)
{
	return lc_starts(text, scheme);
}

struct lc_slice token_uri_shown(struct lc_slice text)
{
	size_t query = lc_find(text, '?');
	return query == SIZE_MAX ? text : lc_sub(text, 0, query);
}

/* ---- reading ---- */

/* What may stand as it is: unreserved, and the delimiters that RFC 7512 allows in each part. */
static bool is_plain(uint8_t c, bool query)
{
	static const char path_marks[] = "-._~:[]@!$'()*+,=&";
	static const char query_marks[] = "-._~:[]@!$'()*+,=/?|";
	if (lc_is_alpha(c) || lc_is_digit(c))
		return true;
	return c && strchr(query ? query_marks : path_marks, c);
}

static int decode(const char *name, bool query, struct lc_slice text, struct lc_arena *a,
		  struct lc_slice *ret, struct lc_err *e)
{
	uint8_t *out = lc_arena_alloc(a, text.n + 1);
	size_t n = 0;
	if (!out)
		return lc_fail(e, lc_arena_err(a), "no memory for a name");
	for (size_t i = 0; i < text.n; i++) {
		uint64_t v = text.p[i];
		if (v == '%') {
			struct lc_slice hex = lc_sub(text, i + 1, 2);
			if (hex.n != 2 || !lc_u64(hex, 16, 255, &v))
				return lc_fail(e, LC_EUSAGE,
					       "%s: a %% without two hexadecimal digits behind it",
					       name);
			i += 2;
		} else if (!is_plain(text.p[i], query)) {
			return lc_fail(e, LC_EUSAGE, "%s: a byte that must be written as %%%02X",
				       name, text.p[i]);
		}
		out[n++] = (uint8_t)v;
	}
	*ret = lc_slice_of(out, n);
	return 0;
}

static int check_value(enum token_attribute at, struct token_uri *u, struct lc_err *e)
{
	struct lc_slice v = u->v[at];
	if (at != TOKEN_ID && v.n && memchr(v.p, '\0', v.n))
		return lc_fail(e, LC_EUSAGE, "%s: a NUL in it", attributes[at].name);
	if (at == TOKEN_SLOT_ID && !lc_u64(v, 10, UINT64_MAX, &u->slot_id))
		return lc_fail(e, LC_EUSAGE, "slot-id: no number");
	if (at == TOKEN_TYPE && !lc_eq(v, LC_S("private")) && !lc_eq(v, LC_S("public")) &&
	    !lc_eq(v, LC_S("cert")))
		return lc_fail(e, LC_EUSAGE, "type: private, public or cert");
	if (at == TOKEN_MODULE_PATH && !lc_starts(v, LC_S("/")))
		return lc_fail(e, LC_EUSAGE, "module-path: an absolute path is expected");
	return 0;
}

static int take(struct lc_slice part, bool query, struct lc_arena *a, struct token_uri *u,
		struct lc_err *e)
{
	struct lc_slice name = part;
	struct lc_slice value = { NULL, 0 };
	enum token_attribute at = 0;
	if (!lc_cut(part, '=', &name, &value))
		return lc_fail(e, LC_EUSAGE, "'%s' has no value",
			       query ? "something behind ?" : lc_quote(name).s);
	while (at < TOKEN_ATTRIBUTE_N &&
	       (attributes[at].query != query || !lc_eq(name, lc_str(attributes[at].name))))
		at++;
	if (at == TOKEN_ATTRIBUTE_N)
		return lc_fail(e, LC_EUSAGE, "%s is no attribute that is known %s ?",
			       lc_quote(name).s, query ? "behind" : "before");
	if (u->has[at])
		return lc_fail(e, LC_EUSAGE, "%s stands there twice", attributes[at].name);
	u->has[at] = true;
	int rc = decode(attributes[at].name, query, value, a, &u->v[at], e);
	return rc ? rc : check_value(at, u, e);
}

static int take_all(struct lc_slice text, bool query, struct lc_arena *a, struct token_uri *u,
		    struct lc_err *e)
{
	struct lc_slice part;
	int rc = 0;
	if (!text.n)
		return 0;
	while (!rc && text.p && lc_split(&text, query ? '&' : ';', &part))
		rc = take(part, query, a, u, e);
	return rc;
}

int token_uri_parse(struct lc_slice text, struct lc_arena *a, struct token_uri *ret,
		    struct lc_err *e)
{
	struct token_uri u = { 0 };
	struct lc_slice path = token_uri_shown(text);
	struct lc_slice query = lc_skip(text, path.n);
	if (text.n > URI_BYTES_MAX)
		return lc_fail(e, LC_EUSAGE, "a name of over %d bytes", URI_BYTES_MAX);
	if (!lc_chop_prefix(&path, scheme))
		return lc_fail(e, LC_EUSAGE, "it does not begin with pkcs11:");
	int rc = take_all(path, false, a, &u, e);
	rc = rc ? rc : take_all(lc_skip(query, 1), true, a, &u, e);
	if (!rc && u.has[TOKEN_PIN_SOURCE] && u.has[TOKEN_PIN_VALUE])
		rc = lc_fail(e, LC_EUSAGE, "pin-source and pin-value: not both");
	if (rc) {
		token_uri_wipe(&u);
		return rc;
	}
	*ret = u;
	return 0;
}

void token_uri_wipe(struct token_uri *u)
{
	struct lc_slice pin = u->v[TOKEN_PIN_VALUE];
	secret_wipe((void *)(uintptr_t)pin.p, pin.n);
	u->v[TOKEN_PIN_VALUE] = (struct lc_slice){ NULL, 0 };
	u->has[TOKEN_PIN_VALUE] = false;
}

/* ---- writing ---- */

static void put_value(enum token_attribute at, struct lc_slice v, struct lc_buf *out)
{
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];
		bool plain = lc_is_alpha(c) || lc_is_digit(c) || (c && strchr("-._~/", c));
		/* An id is bytes, as RFC 7512 advises; "/" needs no code behind "?". */
		if (plain && at != TOKEN_ID && (c != '/' || attributes[at].query))
			(void)lc_buf_byte(out, c); /* it keeps its failure */
		else
			(void)lc_buf_fmt(out, "%%%02X", c);
	}
}

int token_uri_write(const struct token_uri *u, struct lc_buf *out)
{
	const char *before[2] = { "", "?" };
	(void)lc_buf_slice(out, scheme); /* it keeps its failure */
	for (unsigned at = 0; at < TOKEN_ATTRIBUTE_N; at++) {
		bool query = attributes[at].query;
		if (!u->has[at] || at == TOKEN_PIN_VALUE)
			continue;
		(void)lc_buf_fmt(out, "%s%s=", before[query], attributes[at].name);
		put_value(at, u->v[at], out);
		before[query] = query ? "&" : ";";
	}
	return lc_buf_err(out);
}
