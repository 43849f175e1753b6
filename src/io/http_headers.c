#include "io/http_headers.h"

#include "base/arith.h"
#include "base/err.h"
#include "base/time.h"

/* ---- fields ---- */

int http_headers_add(struct http_headers *h, struct lc_slice line, struct lc_arena *a,
		     struct lc_err *e)
{
	struct lc_slice name;
	struct lc_slice value;
	bool is_field = lc_cut(line, ':', &name, &value) && name.n;
	h->bytes += line.n; /* of other lines, too: they would never end */
	if ((is_field && h->n >= HTTP_HEADERS_MAX) || h->bytes > HTTP_HEADER_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "an answer with more than %d header fields or %d KiB",
			       HTTP_HEADERS_MAX, HTTP_HEADER_BYTES_MAX / 1024);
	if (!is_field)
		return 0;
	struct http_header *f = lc_vec_push(a, h);
	int rc = f ? lc_arena_dup(a, name, &f->name) : lc_arena_err(a);
	if (rc == 0)
		rc = lc_arena_dup(a, lc_trim(value), &f->value);
	return rc ? lc_fail(e, rc, "no memory for header fields") : 0;
}

struct lc_slice http_header_get(const struct http_headers *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++) {
		if (lc_eq_nocase(h->v[i].name, lc_str(name)))
			return h->v[i].value;
	}
	return (struct lc_slice){ NULL, 0 };
}

/* ---- dates and numbers ---- */

static bool month_of(struct lc_slice s, uint8_t *ret)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (uint8_t i = 0; i < 12; i++) {
		if (lc_eq(s, lc_slice_of(names + (size_t)i * 3, 3))) {
			*ret = (uint8_t)(i + 1);
			return true;
		}
	}
	return false;
}

static bool two_digits(struct lc_slice s, size_t at, uint64_t max, uint8_t *ret)
{
	uint64_t v;
	if (!lc_u64(lc_sub(s, at, 2), 10, max, &v))
		return false;
	*ret = (uint8_t)v;
	return true;
}

bool http_date(struct lc_slice s, int64_t *ret)
{
	struct lc_civil c = { 0 };
	uint64_t year;
	/* 01234567890123456789012345678
	 * Sun, 06 Nov 1994 08:49:37 GMT */
	if (s.n != 29 || s.p[3] != ',' || s.p[19] != ':' || s.p[22] != ':' ||
	    !lc_ends(s, LC_S(" GMT")))
		return false;
	if (!two_digits(s, 5, 31, &c.day) || !month_of(lc_sub(s, 8, 3), &c.month) ||
	    !lc_u64(lc_sub(s, 12, 4), 10, 9999, &year) || !two_digits(s, 17, 23, &c.hour) ||
	    !two_digits(s, 20, 59, &c.minute) || !two_digits(s, 23, 60, &c.second) || c.day == 0)
		return false;
	c.year = (int32_t)year;
	*ret = lc_civil_seconds(&c);
	return true;
}

bool http_retry_after(struct lc_slice value, int64_t now, uint64_t *ret_seconds)
{
	int64_t when;
	value = lc_trim(value);
	if (lc_u64(value, 10, UINT32_MAX, ret_seconds))
		return true;
	if (!http_date(value, &when))
		return false;
	*ret_seconds = when > now ? (uint64_t)(when - now) : 0;
	return true;
}

bool http_content_range(struct lc_slice value, uint64_t *ret_from, uint64_t *ret_to,
			uint64_t *ret_total)
{
	struct lc_slice range;
	struct lc_slice total_text;
	struct lc_slice from_text;
	struct lc_slice to_text;
	uint64_t from;
	uint64_t to;
	uint64_t total = UINT64_MAX;
	if (!lc_chop_prefix(&value, LC_S("bytes ")) || !lc_cut(value, '/', &range, &total_text) ||
	    !lc_cut(range, '-', &from_text, &to_text))
		return false;
	if (!lc_u64(from_text, 10, INT64_MAX, &from) || !lc_u64(to_text, 10, INT64_MAX, &to))
		return false;
	if (!lc_eq(total_text, LC_S("*")) && !lc_u64(total_text, 10, INT64_MAX, &total))
		return false;
	if (to < from || to >= total)
		return false;
	*ret_from = from;
	*ret_to = to;
	*ret_total = total;
	return true;
}

/* ---- challenges ---- */

/*
 * challenge  = scheme [ 1*SP ( token68 / [ param *( OWS "," OWS param ) ] ) ]
 * param      = token BWS "=" BWS ( token / quoted-string )
 * A word after a comma that no "=" follows begins the next challenge.
 */

static bool is_token(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || (c && memchr("!#$%&'*+-.^_`|~", c, 15));
}

static void skip_blank(struct lc_slice *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = lc_skip(*s, 1);
}

static struct lc_slice take_token(struct lc_slice *s)
{
	size_t n = 0;
	while (n < s->n && is_token(s->p[n]))
		n++;
	struct lc_slice t = lc_sub(*s, 0, n);
	*s = lc_skip(*s, n);
	return t;
}

/* Length of the quoted string at the start of s with both quotes, 0 when it does not end. */
static size_t quoted_length(struct lc_slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		i += s.p[i] == '\\';
	}
	return 0;
}

static bool take_quoted(struct lc_slice *s, struct lc_arena *a, struct lc_slice *ret)
{
	size_t len = quoted_length(*s);
	uint8_t *out = len ? lc_arena_alloc(a, len) : NULL;
	size_t n = 0;
	if (!out)
		return false;
	for (size_t i = 1; i + 1 < len; i++) {
		i += s->p[i] == '\\';
		out[n++] = s->p[i];
	}
	*ret = lc_slice_of(out, n);
	*s = lc_skip(*s, len);
	return true;
}

/* name "=" value; false with *s untouched when that does not stand here. */
static bool take_param(struct lc_slice *s, struct lc_arena *a, struct http_header *ret)
{
	struct lc_slice at = *s;
	ret->name = take_token(&at);
	skip_blank(&at);
	if (ret->name.n == 0 || !lc_chop_prefix(&at, LC_S("=")))
		return false;
	skip_blank(&at);
	if (at.n && at.p[0] == '"') {
		if (!take_quoted(&at, a, &ret->value))
			return false;
	} else {
		ret->value = take_token(&at);
		skip_blank(&at);
		if (ret->value.n == 0 || (at.n && at.p[0] != ','))
			return false; /* "abc==": a token68 */
	}
	*s = at;
	return true;
}

static void skip_commas(struct lc_slice *s)
{
	skip_blank(s);
	while (s->n && s->p[0] == ',') {
		*s = lc_skip(*s, 1);
		skip_blank(s);
	}
}

static void take_params(struct lc_slice *rest, struct lc_arena *a, struct http_challenge *c)
{
	struct http_header h;
	while (c->params_n < sizeof(c->params) / sizeof(c->params[0]) && take_param(rest, a, &h)) {
		c->params[c->params_n++] = h;
		skip_blank(rest);
		if (rest->n && rest->p[0] != ',')
			break;
		skip_commas(rest);
	}
}

bool http_challenge_next(struct lc_slice *rest, struct lc_arena *a, struct http_challenge *ret)
{
	struct http_challenge c = { 0 };
	skip_commas(rest);
	c.scheme = take_token(rest);
	if (c.scheme.n == 0 || (rest->n && rest->p[0] != ' ' && rest->p[0] != ',')) {
		*rest = (struct lc_slice){ NULL, 0 };
		return false;
	}
	skip_blank(rest);
	take_params(rest, a, &c);
	if (c.params_n == 0 && rest->n && rest->p[0] != ',') {
		size_t end = lc_find(*rest, ',');
		c.token = lc_trim(lc_sub(*rest, 0, end));
		*rest = lc_skip(*rest, end == SIZE_MAX ? rest->n : end);
	}
	*ret = c;
	return true;
}

struct lc_slice http_challenge_param(const struct http_challenge *c, const char *name)
{
	for (size_t i = 0; i < c->params_n; i++) {
		if (lc_eq_nocase(c->params[i].name, lc_str(name)))
			return c->params[i].value;
	}
	return (struct lc_slice){ NULL, 0 };
}
