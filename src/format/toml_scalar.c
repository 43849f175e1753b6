/*
 * TOML's bools, numbers and dates: a run of bytes, checked against the grammar of each.
 *
 *	true   1_000  0xff  -1.5e+3  inf   1979-05-27T07:32:00.5Z  1979-05-27  07:32:00
 */
#include "format/toml_impl.h"

/* Digits of a base, single underscores between them; what is left of *s behind them. */
static bool take_digits(struct lc_slice *s, const char *digits)
{
	size_t n = 0;
	bool digit = false;
	for (; n < s->n; n++) {
		bool is = lc_find(lc_str(digits), lc_lower(s->p[n])) != SIZE_MAX;
		if (!is && (s->p[n] != '_' || !digit))
			break;
		digit = is;
	}
	*s = lc_skip(*s, n);
	return n > 0 && digit;
}

static bool take_sign(struct lc_slice *s)
{
	return lc_chop_prefix(s, LC_S("+")) || lc_chop_prefix(s, LC_S("-"));
}

/* An integer part has no zero in front of other digits. */
static bool take_whole(struct lc_slice *s)
{
	if (s->n > 1 && s->p[0] == '0' && (lc_is_digit(s->p[1]) || s->p[1] == '_'))
		return false;
	return take_digits(s, "0123456789");
}

static bool is_prefixed(struct lc_slice s)
{
	const char *digits = "01";
	if (lc_chop_prefix(&s, LC_S("0x")))
		digits = "0123456789abcdef";
	else if (lc_chop_prefix(&s, LC_S("0o")))
		digits = "01234567";
	else if (!lc_chop_prefix(&s, LC_S("0b")))
		return false;
	return take_digits(&s, digits) && s.n == 0;
}

static bool is_integer(struct lc_slice s)
{
	if (is_prefixed(s))
		return true;
	(void)take_sign(&s);
	return take_whole(&s) && s.n == 0;
}

static bool is_float(struct lc_slice s)
{
	(void)take_sign(&s);
	if (lc_eq(s, LC_S("inf")) || lc_eq(s, LC_S("nan")))
		return true;
	if (!take_whole(&s) || s.n == 0)
		return false;
	if (lc_chop_prefix(&s, LC_S(".")) && !take_digits(&s, "0123456789"))
		return false;
	if (lc_chop_prefix(&s, LC_S("e")) || lc_chop_prefix(&s, LC_S("E"))) {
		(void)take_sign(&s);
		if (!take_digits(&s, "0123456789"))
			return false;
	}
	return s.n == 0;
}

/* ---- dates, RFC 3339 ---- */

static bool take_number(struct lc_slice *s, size_t digits, uint64_t min, uint64_t max,
			uint64_t *ret)
{
	struct lc_slice text = lc_sub(*s, 0, digits);
	if (text.n < digits || !lc_u64(text, 10, max, ret) || *ret < min)
		return false;
	*s = lc_skip(*s, digits);
	return true;
}

static bool take_date(struct lc_slice *s)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year;
	uint64_t month;
	uint64_t day;
	if (!take_number(s, 4, 0, 9999, &year) || !lc_chop_prefix(s, LC_S("-")) ||
	    !take_number(s, 2, 1, 12, &month) || !lc_chop_prefix(s, LC_S("-")) ||
	    !take_number(s, 2, 1, days[month - 1], &day))
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month != 2 || day < 29 || leap;
}

static bool take_time(struct lc_slice *s)
{
	uint64_t v;
	if (!take_number(s, 2, 0, 23, &v) || !lc_chop_prefix(s, LC_S(":")) ||
	    !take_number(s, 2, 0, 59, &v) || !lc_chop_prefix(s, LC_S(":")) ||
	    !take_number(s, 2, 0, 60, &v))
		return false;
	if (!lc_chop_prefix(s, LC_S(".")))
		return true;
	size_t n = 0;
	while (n < s->n && lc_is_digit(s->p[n]))
		n++;
	*s = lc_skip(*s, n);
	return n > 0;
}

static bool take_offset(struct lc_slice *s)
{
	uint64_t v;
	if (lc_chop_prefix(s, LC_S("Z")) || lc_chop_prefix(s, LC_S("z")))
		return true;
	return take_sign(s) && take_number(s, 2, 0, 23, &v) && lc_chop_prefix(s, LC_S(":")) &&
	       take_number(s, 2, 0, 59, &v);
}

static bool is_date(struct lc_slice s, uint8_t *ret_type)
{
	*ret_type = TOML_TIME;
	struct lc_slice time = s;
	if (take_time(&time))
		return time.n == 0;
	*ret_type = TOML_DATE;
	if (!take_date(&s))
		return false;
	if (s.n == 0)
		return true;
	*ret_type = TOML_DATETIME_LOCAL;
	if ((!lc_chop_prefix(&s, LC_S("T")) && !lc_chop_prefix(&s, LC_S("t")) &&
	     !lc_chop_prefix(&s, LC_S(" "))) ||
	    !take_time(&s))
		return false;
	if (s.n == 0)
		return true;
	*ret_type = TOML_DATETIME;
	return take_offset(&s) && s.n == 0;
}

/* ---- all ---- */

static bool is_scalar_byte(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || (c && lc_find(LC_S("+-._:"), c) != SIZE_MAX);
}

/* A space between date and time belongs to them when a digit follows. */
static size_t scalar_bytes(const struct toml_reader *r)
{
	size_t n = 0;
	bool date = false;
	for (;; n++) {
		uint8_t c = toml_peek(r, n);
		date |= n == 10 && toml_peek(r, 4) == '-' && toml_peek(r, 7) == '-';
		if (is_scalar_byte(c))
			continue;
		if (c != ' ' || n != 10 || !date || !lc_is_digit(toml_peek(r, 11)))
			return n;
	}
}

int toml_read_scalar(struct toml_reader *r, struct lc_slice *ret, uint8_t *ret_type)
{
	struct lc_slice s = lc_sub(r->text, r->at, scalar_bytes(r));
	if (lc_eq(s, LC_S("true")) || lc_eq(s, LC_S("false")))
		*ret_type = TOML_BOOL;
	else if (is_integer(s))
		*ret_type = TOML_INTEGER;
	else if (is_float(s))
		*ret_type = TOML_FLOAT;
	else if (!is_date(s, ret_type))
		return toml_bad(r, s.n ? "no value of any type" : "no value");
	*ret = s;
	r->at += s.n;
	return 0;
}
