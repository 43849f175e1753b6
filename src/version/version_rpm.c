/*
 * rpm: [epoch:]version[-release]
 *
 *	epoch    digits before the first byte that is none, when that is ':'; absent or empty is 0
 *	release  behind the last '-'; absent sorts before every release, the empty one included
 *	parts    rpmvercmp: runs of digits or of ASCII letters; all else but '~' and '^' merely
 *	         separates; '~' sorts below the end, '^' above it and below any further run
 *
 * rpm itself refuses nothing; empty texts and control bytes are LC_EBAD here.
 */
#include "version/version.h"

#include "version/number.h"

void version_split_rpm(struct lc_slice v, struct lc_slice *ret_epoch, struct lc_slice *ret_version,
		       struct lc_slice *ret_release)
{
	struct lc_slice rest = v;
	struct lc_slice epoch = version_digits(&rest);
	if (version_peek(rest) == ':') {
		v = lc_skip(rest, 1);
		*ret_epoch = epoch;
	} else {
		*ret_epoch = lc_sub(v, 0, 0);
	}

	size_t dash = lc_rfind(v, '-');
	*ret_version = dash == SIZE_MAX ? v : lc_sub(v, 0, dash);
	*ret_release = dash == SIZE_MAX ? lc_skip(v, v.n) : lc_skip(v, dash + 1);
}

static bool rpm_separates(uint8_t c)
{
	return !lc_is_digit(c) && !lc_is_alpha(c) && c != '~' && c != '^';
}

/* What stands at the front, lowest first: two fronts of unlike kind are decided by it alone. */
enum rpm_front { RPM_TILDE, RPM_END, RPM_CARET, RPM_LETTERS, RPM_DIGITS };

static enum rpm_front rpm_front(struct lc_slice s)
{
	if (!s.n)
		return RPM_END;
	if (s.p[0] == '~')
		return RPM_TILDE;
	if (s.p[0] == '^')
		return RPM_CARET;
	return lc_is_digit(s.p[0]) ? RPM_DIGITS : RPM_LETTERS;
}

/* Both stand at the same kind of run: order of the runs, which are taken. */
static int rpm_run_cmp(enum rpm_front kind, struct lc_slice *a, struct lc_slice *b)
{
	if (kind == RPM_DIGITS)
		return version_number_cmp(version_digits(a), version_digits(b));
	if (kind == RPM_LETTERS)
		return lc_cmp(version_take(a, lc_is_alpha), version_take(b, lc_is_alpha));
	*a = lc_skip(*a, 1);
	*b = lc_skip(*b, 1);
	return 0;
}

int version_rpmvercmp(struct lc_slice a, struct lc_slice b)
{
	for (;;) {
		(void)version_take(&a, rpm_separates); /* separators carry no order */
		(void)version_take(&b, rpm_separates);
		enum rpm_front fa = rpm_front(a);
		enum rpm_front fb = rpm_front(b);
		if (fa != fb)
			return version_sign(fa > fb, fa < fb);
		if (fa == RPM_END)
			return 0;

		int c = rpm_run_cmp(fa, &a, &b);
		if (c)
			return version_sign(c > 0, c < 0);
	}
}

static bool rpm_takes(struct lc_slice v)
{
	return v.n && !version_has_control(v);
}

static bool rpm_has_release(struct lc_slice v)
{
	return lc_rfind(v, '-') != SIZE_MAX;
}

int version_cmp_rpm(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct lc_slice ea;
	struct lc_slice va;
	struct lc_slice ra;
	struct lc_slice eb;
	struct lc_slice vb;
	struct lc_slice rb;
	if (!rpm_takes(a) || !rpm_takes(b))
		return LC_EBAD;

	version_split_rpm(a, &ea, &va, &ra);
	version_split_rpm(b, &eb, &vb, &rb);
	int c = version_number_cmp(ea, eb);
	if (!c)
		c = version_rpmvercmp(va, vb);
	if (!c)
		c = (int)rpm_has_release(a) - (int)rpm_has_release(b);
	*ret = c ? c : version_rpmvercmp(ra, rb);
	return 0;
}

static bool rpm_in_grammar(uint8_t c)
{
	return !rpm_separates(c) || c == '.' || c == '_' || c == '+';
}

/* The characters that rpmbuild lets into version and release. */
bool version_valid_rpm(struct lc_slice v)
{
	struct lc_slice epoch;
	struct lc_slice version;
	struct lc_slice release;
	version_split_rpm(v, &epoch, &version, &release);
	bool some = version.n && (release.n || !rpm_has_release(v));
	(void)version_take(&version, rpm_in_grammar); /* what is left over matters, not the front */
	(void)version_take(&release, rpm_in_grammar);
	return some && !version.n && !release.n;
}
