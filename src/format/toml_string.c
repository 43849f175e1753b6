/*
 * TOML strings.
 *
 *	"basic\n"   'literal'   """multi-line basic \     '''multi-line
 *	                        joined"""                 literal'''
 */
#include "base/buf.h"
#include "format/toml_impl.h"

static int put_code_point(struct toml_reader *r, struct lc_buf *b, uint32_t cp)
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return toml_bad(r, "escape of what is no character");
	if (cp < 0x80)
		return lc_buf_byte(b, (uint8_t)cp);
	if (cp < 0x800)
		return lc_buf_add(
			b, (uint8_t[]){ (uint8_t)(0xc0 | cp >> 6), (uint8_t)(0x80 | (cp & 0x3f)) },
			2);
	if (cp < 0x10000)
		return lc_buf_add(b,
				  (uint8_t[]){ (uint8_t)(0xe0 | cp >> 12),
					       (uint8_t)(0x80 | (cp >> 6 & 0x3f)),
					       (uint8_t)(0x80 | (cp & 0x3f)) },
				  3);
	return lc_buf_add(
		b,
		(uint8_t[]){ (uint8_t)(0xf0 | cp >> 18), (uint8_t)(0x80 | (cp >> 12 & 0x3f)),
			     (uint8_t)(0x80 | (cp >> 6 & 0x3f)), (uint8_t)(0x80 | (cp & 0x3f)) },
		4);
}

static int read_hex(struct toml_reader *r, struct lc_buf *b, size_t digits)
{
	uint64_t cp;
	struct lc_slice text = lc_sub(r->text, r->at, digits);
	if (text.n < digits || !lc_u64(text, 16, UINT32_MAX, &cp))
		return toml_bad(r, "escape without its hexadecimal digits");
	r->at += digits;
	return put_code_point(r, b, (uint32_t)cp);
}

/* A backslash at the end of a line: it and all white space behind it stand for nothing. */
static bool skip_line_end(struct toml_reader *r)
{
	size_t at = r->at;
	while (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t')
		r->at++;
	if (!toml_take_line(r)) {
		r->at = at;
		return false;
	}
	while (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t' || toml_take_line(r)) {
		if (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t')
			r->at++;
	}
	return true;
}

static int read_escape(struct toml_reader *r, struct lc_buf *b, bool multi)
{
	static const struct lc_slice names = LC_S_INIT("btnfr\"\\");
	static const char values[] = "\b\t\n\f\r\"\\";
	r->at++;
	if (multi && skip_line_end(r))
		return 0;
	uint8_t c = toml_peek(r, 0);
	size_t i = lc_find(names, c);
	if (i == SIZE_MAX && c != 'u' && c != 'U')
		return toml_bad(r, "unknown escape");
	r->at++;
	if (c == 'u' || c == 'U')
		return read_hex(r, b, c == 'u' ? 4 : 8);
	return lc_buf_byte(b, (uint8_t)values[i]);
}

/* One byte or line end of the string, which is none of its delimiters. */
static int read_plain(struct toml_reader *r, struct lc_buf *b, bool multi)
{
	size_t at = r->at;
	uint8_t c = toml_peek(r, 0);
	if (toml_at_end(r))
		return toml_bad(r, "string without its end");
	if (multi && toml_take_line(r))
		return lc_buf_slice(b, lc_sub(r->text, at, r->at - at));
	if (c == '\n' || c == '\r')
		return toml_bad(r, "line end in a string");
	if ((c < ' ' && c != '\t') || c == 0x7f)
		return toml_bad(r, "control character in a string");
	r->at++;
	return lc_buf_byte(b, c);
}

/* Up to two quotes may stand before the three that end it. */
static bool ends(struct toml_reader *r, struct lc_buf *b, uint8_t quote, bool multi)
{
	size_t n = 0;
	if (toml_peek(r, 0) != quote)
		return false;
	if (!multi) {
		r->at++;
		return true;
	}
	while (n < 5 && toml_peek(r, n) == quote)
		n++;
	if (n < 3)
		return false;
	for (size_t i = 3; i < n; i++)
		(void)lc_buf_byte(b, quote); /* sticky: the caller looks */
	r->at += n;
	return true;
}

static int read_into(struct toml_reader *r, struct lc_buf *b, uint8_t quote, bool multi)
{
	while (!ends(r, b, quote, multi)) {
		int rc = quote == '"' && toml_peek(r, 0) == '\\' ? read_escape(r, b, multi)
								 : read_plain(r, b, multi);
		if (rc)
			return rc;
	}
	return lc_buf_err(b);
}

/* Most strings are one line without escapes: a slice of the text. */
static bool read_slice(struct toml_reader *r, uint8_t quote, struct lc_slice *ret)
{
	size_t n = 1;
	for (;; n++) {
		uint8_t c = toml_peek(r, n);
		if (c == quote)
			break;
		if ((c < ' ' && c != '\t') || c == 0x7f || (c == '\\' && quote == '"'))
			return false;
	}
	*ret = (struct lc_slice){ r->text.p + r->at + 1, n - 1 };
	r->at += n + 1;
	return true;
}

int toml_read_string(struct toml_reader *r, bool multi, struct lc_slice *ret)
{
	struct lc_buf b;
	uint8_t quote = toml_peek(r, 0);
	bool three = toml_peek(r, 1) == quote && toml_peek(r, 2) == quote;
	if (three && !multi)
		return toml_bad(r, "a key of several lines");
	if (!three && read_slice(r, quote, ret))
		return 0;
	lc_buf_init(&b, r->text.n); /* escapes are never shorter than what they stand for */
	r->at += three ? 3 : 1;
	if (three)
		(void)toml_take_line(r); /* right behind the quotes it does not count */
	int rc = read_into(r, &b, quote, three);
	if (rc == 0)
		rc = lc_arena_dup(r->arena, lc_buf_get(&b), ret);
	lc_buf_done(&b);
	return rc;
}
