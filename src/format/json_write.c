#include "format/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/base64.h"
#include "format/json_node.h"
#include "format/json_scan.h"

enum {
	DOUBLE_DIGITS = 17, /* enough for every double */
	DOUBLE_CHARS = 48,
	/* As ECMAScript and Go's encoding/json lay numbers out. */
	FIXED_EXPONENT_MIN = -6,
	FIXED_EXPONENT_END = 21,
};

void json_writer_init(struct json_writer *w, struct lc_buf *out, unsigned indent)
{
	*w = (struct json_writer){ .out = out, .indent = indent };
}

void json_writer_apart(struct json_writer *w, struct lc_buf *out, const struct json_writer *of)
{
	*w = *of;
	w->out = out;
	w->after_key = true; /* what goes before the value is written with it */
}

int json_writer_err(const struct json_writer *w)
{
	return w->err ? w->err : lc_buf_err(w->out);
}

/* A writer fails once and stays failed: all others do nothing from then on. */
static void put(struct json_writer *w, const void *p, size_t n)
{
	int rc = lc_buf_add(w->out, p, n);
	if (rc && !w->err)
		w->err = rc;
}

static void put_byte(struct json_writer *w, uint8_t c)
{
	int rc = lc_buf_byte(w->out, c);
	if (rc && !w->err)
		w->err = rc;
}

/* Room for n bytes to be filled, or NULL. */
static uint8_t *room_for(struct json_writer *w, size_t n)
{
	uint8_t *at = lc_buf_grow(w->out, n);
	if (!at && !w->err)
		w->err = lc_buf_err(w->out);
	return at;
}

/* ---- layout ---- */

static void new_line(struct json_writer *w)
{
	size_t n = 1 + (size_t)w->indent * w->depth; /* both are small */
	uint8_t *at = w->indent ? room_for(w, n) : NULL;
	if (!at)
		return;
	memset(at, ' ', n);
	at[0] = '\n';
}

/* What stands between the last value and the next value or key. */
static void separate(struct json_writer *w)
{
	if (!w->depth)
		return;
	bool comma = w->any[w->depth - 1];
	size_t spaces = (size_t)w->indent * w->depth; /* both are small */
	uint8_t *at = room_for(w, (w->indent ? 1 + spaces : 0) + (comma ? 1 : 0));
	w->any[w->depth - 1] = true;
	if (!at)
		return;
	if (comma)
		*at++ = ',';
	if (w->indent) {
		*at++ = '\n';
		memset(at, ' ', spaces);
	}
}

static void before_value(struct json_writer *w)
{
	if (w->after_key)
		w->after_key = false;
	else
		separate(w);
}

static void begin(struct json_writer *w, uint8_t c)
{
	if (!w->err && w->depth == JSON_WRITE_DEPTH)
		w->err = LC_ELIMIT;
	if (w->err)
		return;
	before_value(w);
	put_byte(w, c);
	w->any[w->depth++] = false;
}

static void end(struct json_writer *w, uint8_t c)
{
	if (w->err)
		return;
	assert(w->depth && !w->after_key);
	w->depth--;
	if (w->any[w->depth])
		new_line(w);
	put_byte(w, c);
}

void json_begin_object(struct json_writer *w)
{
	begin(w, '{');
}

void json_end_object(struct json_writer *w)
{
	end(w, '}');
}

void json_begin_array(struct json_writer *w)
{
	begin(w, '[');
}

void json_end_array(struct json_writer *w)
{
	end(w, ']');
}

/* ---- strings ---- */

static void put_unicode(struct json_writer *w, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	char s[6] = { '\\', 'u' };
	for (unsigned i = 0; i < 4; i++)
		s[2 + i] = hex[cp >> (12 - 4 * i) & 0xF];
	put(w, s, sizeof(s));
}

/* ASCII that is not plain, or that html_safe wants escaped. */
static void put_ascii(struct json_writer *w, uint8_t c)
{
	static const char letter[0x80] = {
		['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
		['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
	};
	if (letter[c]) {
		put_byte(w, '\\');
		put_byte(w, (uint8_t)letter[c]);
	} else {
		put_unicode(w, c);
	}
}

/* Bytes that need no look. */
static size_t plain_run(const struct json_writer *w, struct lc_slice s)
{
	return w->html_safe ? json_html_run(s.p, s.n) : json_plain_run(s.p, s.n);
}

/* Write what s starts with, one character beyond plain ASCII: the bytes it takes. */
static size_t put_character(struct json_writer *w, struct lc_slice s)
{
	uint32_t cp;
	size_t n;
	if (s.p[0] < 0x80) {
		put_ascii(w, s.p[0]);
		return 1;
	}
	n = lc_utf8(s, &cp);
	if (!n)
		cp = 0xFFFD;
	if (w->html_safe && (cp == 0x2028 || cp == 0x2029 || !n))
		put_unicode(w, cp);
	else if (n)
		put(w, s.p, n);
	else
		put(w, "\xEF\xBF\xBD", 3);
	return n ? n : 1;
}

static void put_string(struct json_writer *w, struct lc_slice s)
{
	size_t run = plain_run(w, s);
	if (run == s.n) {
		uint8_t *at = room_for(w, run + 2); /* a slice is in memory: no wrap */
		if (!at)
			return;
		at[0] = '"';
		if (run)
			memcpy(at + 1, s.p, run);
		at[run + 1] = '"';
		return;
	}
	put_byte(w, '"');
	while (s.n) {
		run = plain_run(w, s);
		if (run)
			put(w, s.p, run);
		s = lc_skip(s, run);
		if (s.n)
			s = lc_skip(s, put_character(w, s));
	}
	put_byte(w, '"');
}

void json_write_key_slice(struct json_writer *w, struct lc_slice key)
{
	if (w->err)
		return;
	assert(w->depth && !w->after_key);
	separate(w);
	put_string(w, key);
	put(w, ": ", w->indent ? 2 : 1);
	w->after_key = true;
}

void json_write_key(struct json_writer *w, const char *key)
{
	json_write_key_slice(w, lc_str(key));
}

void json_write_str(struct json_writer *w, struct lc_slice s)
{
	if (w->err)
		return;
	before_value(w);
	put_string(w, s);
}

void json_write_cstr(struct json_writer *w, const char *s)
{
	json_write_str(w, lc_str(s));
}

/* ---- other values ---- */

void json_write_raw(struct json_writer *w, struct lc_slice text)
{
	if (w->err)
		return;
	before_value(w);
	put(w, text.p, text.n);
}

void json_write_bool(struct json_writer *w, bool v)
{
	json_write_raw(w, v ? LC_S("true") : LC_S("false"));
}

void json_write_null(struct json_writer *w)
{
	json_write_raw(w, LC_S("null"));
}

static void write_magnitude(struct json_writer *w, bool negative, uint64_t v)
{
	char s[24];
	size_t at = sizeof(s);
	do {
		s[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	if (negative)
		s[--at] = '-';
	json_write_raw(w, lc_slice_of(s + at, sizeof(s) - at));
}

void json_write_u64(struct json_writer *w, uint64_t v)
{
	write_magnitude(w, false, v);
}

void json_write_i64(struct json_writer *w, int64_t v)
{
	write_magnitude(w, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* Significant digits, without trailing zeros, and the power of ten of the first. */
struct decimal {
	char digits[DOUBLE_DIGITS];
	int n;
	int exponent;
};

/* v > 0 in count digits. printf writes the point of the user's locale, so digits are picked out. */
static struct decimal decimal_of(double v, int count)
{
	char s[DOUBLE_CHARS];
	struct decimal d = { .n = 0 };
	const char *p = s;
	bool down;
	(void)snprintf(s, sizeof(s), "%.*e", count - 1, v);
	for (; *p && *p != 'e'; p++)
		if (lc_is_digit((uint8_t)*p) && d.n < DOUBLE_DIGITS)
			d.digits[d.n++] = *p;
	down = p[0] == 'e' && p[1] == '-';
	for (; *p; p++)
		if (lc_is_digit((uint8_t)*p))
			d.exponent = d.exponent * 10 + (*p - '0');
	if (down)
		d.exponent = -d.exponent;
	while (d.n > 1 && d.digits[d.n - 1] == '0')
		d.n--;
	return d;
}

/* Without a point in it, the text reads the same in every locale. */
static bool reads_back(const struct decimal *d, double v)
{
	char s[DOUBLE_CHARS];
	(void)snprintf(s, sizeof(s), "%.*se%d", d->n, d->digits, d->exponent - d->n + 1);
	return strtod(s, NULL) == v;
}

static struct decimal shortest(double v)
{
	struct decimal d = decimal_of(v, 1);
	for (int count = 2; count <= DOUBLE_DIGITS && !reads_back(&d, v); count++)
		d = decimal_of(v, count);
	return d;
}

static int layout_exponent(const struct decimal *d, char *s, size_t n)
{
	return snprintf(s, n, "%c%s%.*se%+d", d->digits[0], d->n > 1 ? "." : "", d->n - 1,
			d->digits + 1, d->exponent);
}

static int layout_fixed(const struct decimal *d, char *s, size_t n)
{
	static const char zeros[] = "00000000000000000000";
	int whole = d->exponent + 1;
	if (whole <= 0)
		return snprintf(s, n, "0.%.*s%.*s", -whole, zeros, d->n, d->digits);
	if (whole >= d->n)
		return snprintf(s, n, "%.*s%.*s", d->n, d->digits, whole - d->n, zeros);
	return snprintf(s, n, "%.*s.%.*s", whole, d->digits, d->n - whole, d->digits + whole);
}

void json_write_double(struct json_writer *w, double v)
{
	char s[DOUBLE_CHARS] = "-0";
	char *p = s + 1;
	struct decimal d;
	int n = 1;
	if (!isfinite(v)) {
		json_write_null(w);
		return;
	}
	if (fabs(v) > 0) {
		d = shortest(fabs(v));
		if (d.exponent < FIXED_EXPONENT_MIN || d.exponent >= FIXED_EXPONENT_END)
			n = layout_exponent(&d, p, sizeof(s) - 1);
		else
			n = layout_fixed(&d, p, sizeof(s) - 1);
	}
	if (signbit(v)) {
		p--;
		n++;
	}
	json_write_raw(w, lc_slice_of(p, (size_t)n));
}

/* ---- parsed nodes ---- */

static void write_leaf(struct json_writer *w, const struct json_doc *d, json_ref r)
{
	if (json_is_str(d, r))
		json_write_str(w, json_str(d, r));
	else
		json_write_raw(w, json_raw(d, r));
}

static void close_level(struct json_writer *w, const struct json_doc *d, json_ref container)
{
	if (json_type_of(d, container) == JSON_OBJECT)
		json_end_object(w);
	else
		json_end_array(w);
}

/* Write r, or only begin it: true when it is a container whose children are to come. */
static bool write_or_begin(struct json_writer *w, const struct json_doc *d, json_ref r)
{
	enum json_type type = json_type_of(d, r);
	if (type == JSON_OBJECT)
		json_begin_object(w);
	else if (type == JSON_ARRAY)
		json_begin_array(w);
	else
		write_leaf(w, d, r);
	return type == JSON_OBJECT || type == JSON_ARRAY;
}

void json_write_node(struct json_writer *w, const struct json_doc *d, json_ref r)
{
	json_ref open[JSON_WRITE_DEPTH];
	uint32_t depth = 0;
	json_ref next;
	if (r >= d->count) {
		json_write_null(w);
		return;
	}
	if (!write_or_begin(w, d, r))
		return;
	open[depth++] = r;
	next = json_first(d, r);
	while (depth && !w->err) {
		json_ref child = next;
		if (child == JSON_NONE) {
			close_level(w, d, open[--depth]);
			next = depth ? json_next(d, open[depth]) : JSON_NONE;
			continue;
		}
		if (json_type_of(d, open[depth - 1]) == JSON_OBJECT)
			json_write_key_slice(w, json_key(d, child));
		next = json_next(d, child);
		if (write_or_begin(w, d, child) && !w->err) {
			open[depth++] = child; /* the writer failed before this could overflow */
			next = json_first(d, child);
		}
	}
}

/* ---- members ---- */

void json_member_str(struct json_writer *w, const char *key, struct lc_slice s)
{
	json_write_key(w, key);
	json_write_str(w, s);
}

void json_member_str_opt(struct json_writer *w, const char *key, struct lc_slice s)
{
	if (s.n)
		json_member_str(w, key, s);
}

void json_member_strs(struct json_writer *w, const char *key, const struct lc_slice *v, size_t n)
{
	json_write_key(w, key);
	json_begin_array(w);
	for (size_t i = 0; i < n; i++)
		json_write_str(w, v[i]);
	json_end_array(w);
}

void json_member_strs_opt(struct json_writer *w, const char *key, const struct lc_slice *v,
			  size_t n)
{
	if (n)
		json_member_strs(w, key, v, n);
}

void json_member_cstr(struct json_writer *w, const char *key, const char *s)
{
	json_member_str(w, key, lc_str(s));
}

void json_write_base64(struct json_writer *w, struct lc_slice bytes)
{
	struct lc_buf b;
	lc_buf_init(&b, bytes.n / 3 * 4 + 4); /* bytes are in memory: no wrap */
	if (base64_encode(bytes, &b) && !w->err)
		w->err = b.err;
	json_write_str(w, lc_buf_get(&b));
	lc_buf_done(&b);
}

void json_member_base64(struct json_writer *w, const char *key, struct lc_slice bytes)
{
	json_write_key(w, key);
	json_write_base64(w, bytes);
}

void json_member_i64(struct json_writer *w, const char *key, int64_t v)
{
	json_write_key(w, key);
	json_write_i64(w, v);
}

void json_member_u64(struct json_writer *w, const char *key, uint64_t v)
{
	json_write_key(w, key);
	json_write_u64(w, v);
}

void json_member_u64_opt(struct json_writer *w, const char *key, uint64_t v)
{
	if (v)
		json_member_u64(w, key, v);
}

void json_member_double(struct json_writer *w, const char *key, double v)
{
	json_write_key(w, key);
	json_write_double(w, v);
}

void json_member_bool(struct json_writer *w, const char *key, bool v)
{
	json_write_key(w, key);
	json_write_bool(w, v);
}

void json_member_true_opt(struct json_writer *w, const char *key, bool v)
{
	if (v)
		json_member_bool(w, key, true);
}
