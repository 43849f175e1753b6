#include "version/number.h"

struct lc_slice version_take(struct lc_slice *rest, bool (*is)(uint8_t c))
{
	size_t n = 0;
	while (n < rest->n && is(rest->p[n]))
		n++;
	struct lc_slice front = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	return front;
}

struct lc_slice version_digits(struct lc_slice *rest)
{
	return version_take(rest, lc_is_digit);
}

static struct lc_slice without_zeros(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] == '0')
		n++;
	return lc_skip(s, n);
}

int version_number_cmp(struct lc_slice a, struct lc_slice b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	int c = lc_cmp(a, b);
	return version_sign(c > 0, c < 0);
}

bool version_has_control(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

bool version_is_number(struct lc_slice s)
{
	(void)version_digits(&s); /* what is left over matters */
	return !s.n;
}

bool version_take_word(struct lc_slice *rest, struct lc_slice word)
{
	if (rest->n < word.n || !lc_eq_nocase(lc_sub(*rest, 0, word.n), word))
		return false;
	*rest = lc_skip(*rest, word.n);
	return true;
}

int version_text_cmp(struct lc_slice a, struct lc_slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	for (size_t i = 0; i < n; i++) {
		uint8_t ca = lc_lower(a.p[i]);
		uint8_t cb = lc_lower(b.p[i]);
		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return version_sign(a.n > b.n, a.n < b.n);
}

int version_identifier_cmp(struct lc_slice a, struct lc_slice b)
{
	bool na = version_is_number(a);
	bool nb = version_is_number(b);
	if (na != nb)
		return na ? -1 : 1;
	if (na)
		return version_number_cmp(a, b);
	int c = lc_cmp(a, b);
	return version_sign(c > 0, c < 0);
}

int version_identifiers_cmp(struct lc_slice a, struct lc_slice b, bool nocase)
{
	int c = 0;
	while (!c && a.n && b.n) {
		struct lc_slice ia = a;
		struct lc_slice ib = b;
		(void)lc_split(&a, '.', &ia); /* there is one */
		(void)lc_split(&b, '.', &ib);
		if (nocase && !version_is_number(ia) && !version_is_number(ib))
			c = version_text_cmp(ia, ib);
		else
			c = version_identifier_cmp(ia, ib);
	}
	return c ? c : version_sign(a.n > 0 && !b.n, b.n > 0 && !a.n);
}

int version_numbers_cmp(struct lc_slice a, struct lc_slice b, bool strict)
{
	int c = 0;
	while (!c && (a.n || b.n)) {
		if (strict && (!a.n || !b.n))
			return a.n ? 1 : -1;
		struct lc_slice na = version_digits(&a);
		struct lc_slice nb = version_digits(&b);
		c = version_number_cmp(na, nb);
		a = lc_skip(a, 1);
		b = lc_skip(b, 1);
	}
	return c;
}
