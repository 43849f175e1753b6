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
