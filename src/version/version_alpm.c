/*
 * pacman: [epoch:]pkgver[-pkgrel], as vercmp(8) and libalpm order them.
 *
 *	epoch    digits before the first byte that is none, when that is ':'; absent or empty is 0
 *	pkgrel   behind the last '-'; counts only where both sides have one
 *	parts    runs of digits or of ASCII letters, with separators between; more separators in
 * front of a run are newer than fewer; digits are newer than letters; what is left over on one side
 * makes it newer, unless that begins with a letter: 1.0rc < 1.0 < 1.0.a < 1.0.1
 *
 * No order in the strict sense: 1-1 and 1-2 are both equal to 1. '~' and '^' merely separate.
 */
#include "version/version.h"

#include "version/number.h"

static bool alpm_separates(uint8_t c)
{
	return !lc_is_digit(c) && !lc_is_alpha(c);
}

static bool at_letter(struct lc_slice s)
{
	return s.n && lc_is_alpha(s.p[0]);
}

/* One side at least is at its end. */
static int cmp_rest(struct lc_slice a, struct lc_slice b)
{
	if (!a.n && !b.n)
		return 0;
	if (!a.n)
		return at_letter(b) ? 1 : -1;
	return at_letter(a) ? -1 : 1;
}

/* Both stand at a run; the runs are taken. */
static int cmp_run(struct lc_slice *a, struct lc_slice *b)
{
	bool digits = lc_is_digit(a->p[0]);
	if (digits != lc_is_digit(b->p[0]))
		return digits ? 1 : -1;
	if (digits)
		return version_number_cmp(version_digits(a), version_digits(b));
	return lc_cmp(version_take(a, lc_is_alpha), version_take(b, lc_is_alpha));
}

static int cmp_part(struct lc_slice a, struct lc_slice b)
{
	while (a.n && b.n) {
		size_t between_a = version_take(&a, alpm_separates).n;
		size_t between_b = version_take(&b, alpm_separates).n;
		if (!a.n || !b.n)
			break;
		int c = version_sign(between_a > between_b, between_a < between_b);
		c = c ? c : cmp_run(&a, &b);
		if (c)
			return version_sign(c > 0, c < 0);
	}
	return cmp_rest(a, b);
}

static bool alpm_takes(struct lc_slice v)
{
	return v.n && !version_has_control(v);
}

int version_cmp_alpm(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct lc_slice ea;
	struct lc_slice va;
	struct lc_slice ra;
	struct lc_slice eb;
	struct lc_slice vb;
	struct lc_slice rb;
	if (!alpm_takes(a) || !alpm_takes(b))
		return LC_EBAD;
	version_split_rpm(a, &ea, &va, &ra); /* cut as rpm cuts them */
	version_split_rpm(b, &eb, &vb, &rb);
	int c = version_number_cmp(ea, eb);
	if (!c)
		c = cmp_part(va, vb);
	if (!c && lc_rfind(a, '-') != SIZE_MAX && lc_rfind(b, '-') != SIZE_MAX)
		c = cmp_part(ra, rb);
	*ret = c;
	return 0;
}

/* PKGBUILD(5): neither colon, slash, hyphen nor space. */
static bool in_grammar(uint8_t c)
{
	return c > ' ' && c <= '~' && c != ':' && c != '/' && c != '-';
}

bool version_valid_alpm(struct lc_slice v)
{
	struct lc_slice epoch;
	struct lc_slice version;
	struct lc_slice release;
	version_split_rpm(v, &epoch, &version, &release);
	bool some = version.n && (release.n || lc_rfind(v, '-') == SIZE_MAX);
	(void)version_take(&version, in_grammar); /* what is left over matters, not the front */
	(void)version_take(&release, in_grammar);
	return some && !version.n && !release.n;
}
