/*
 * Python: [v][epoch!]release[{a|b|rc}N][.postN][.devN][+local], in any of the spellings that the
 * specification normalises. What is outside of that grammar is ordered as it was before there was
 * one, below everything in it. Source: PyPA "Version specifiers" (PEP 440); setuptools'
 * pkg_resources for the older order.
 *
 *	release  numbers, zeros at the end do not count
 *	pre      a < b < rc < none; a .dev without one sorts before them all
 *	post     none < post0;  dev: dev0 < none
 *	local    none lowest; numbers above words, more of them above fewer
 */
#include "version/version.h"

#include "version/number.h"

enum pre { PRE_DEV_ALONE, PRE_A, PRE_B, PRE_RC, PRE_NONE };

struct pep440 {
	struct lc_slice epoch, release, pre_n, post_n, dev_n, local;
	enum pre pre;
	bool post, dev;
};

static bool is_separator(int c)
{
	return c == '-' || c == '_' || c == '.';
}

static void skip_separator(struct lc_slice *rest)
{
	if (is_separator(version_peek(*rest)))
		*rest = lc_skip(*rest, 1);
}

/* [separator] word [separator] [digits] */
static bool take_part(struct lc_slice *rest, struct lc_slice word, struct lc_slice *ret_n)
{
	struct lc_slice r = *rest;
	skip_separator(&r);
	if (!version_take_word(&r, word))
		return false;
	skip_separator(&r); /* what follows needs none */
	*ret_n = version_digits(&r);
	*rest = r;
	return true;
}

static void take_pre(struct lc_slice *rest, struct pep440 *v)
{
	static const struct {
		struct lc_slice word;
		enum pre pre;
	} words[] = {
		{ LC_S_INIT("alpha"), PRE_A },    { LC_S_INIT("beta"), PRE_B },
		{ LC_S_INIT("preview"), PRE_RC }, { LC_S_INIT("pre"), PRE_RC },
		{ LC_S_INIT("rc"), PRE_RC },      { LC_S_INIT("a"), PRE_A },
		{ LC_S_INIT("b"), PRE_B },        { LC_S_INIT("c"), PRE_RC },
	};
	v->pre = PRE_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (take_part(rest, words[i].word, &v->pre_n)) {
			v->pre = words[i].pre;
			return;
		}
	}
}

static void take_post(struct lc_slice *rest, struct pep440 *v)
{
	struct lc_slice r = *rest;
	if (version_peek(r) == '-') {
		r = lc_skip(r, 1);
		v->post_n = version_digits(&r);
		v->post = v->post_n.n > 0;
	}
	if (v->post) {
		*rest = r;
		return;
	}
	v->post = take_part(rest, LC_S("post"), &v->post_n) ||
		  take_part(rest, LC_S("rev"), &v->post_n) ||
		  take_part(rest, LC_S("r"), &v->post_n);
}

static bool is_local(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c);
}

/* +part{separator part} to the end. */
static bool take_local(struct lc_slice *rest, struct lc_slice *ret)
{
	if (!rest->n)
		return true;
	if (version_peek(*rest) != '+')
		return false;
	*rest = lc_skip(*rest, 1);
	*ret = *rest;
	while (version_take(rest, is_local).n) {
		if (!rest->n)
			return true;
		if (!is_separator(version_peek(*rest)))
			return false;
		*rest = lc_skip(*rest, 1);
	}
	return false;
}

/* The digits between dots; zeros at the end are left to the comparison. */
static struct lc_slice take_release(struct lc_slice *rest)
{
	struct lc_slice whole = *rest;
	struct lc_slice r = *rest;
	size_t n = 0;
	while (version_digits(&r).n) {
		n = whole.n - r.n;
		if (version_peek(r) != '.')
			break;
		r = lc_skip(r, 1);
	}
	*rest = lc_skip(whole, n);
	return lc_sub(whole, 0, n);
}

static bool pep440_parse(struct lc_slice s, struct pep440 *ret)
{
	struct pep440 v = { .post = false };
	s = lc_trim(s);
	(void)version_take_word(&s, LC_S("v")); /* most have none */
	v.release = take_release(&s);
	if (version_peek(s) == '!') {
		if (lc_find(v.release, '.') != SIZE_MAX)
			return false;
		v.epoch = v.release;
		s = lc_skip(s, 1);
		v.release = take_release(&s);
	}
	if (!v.release.n)
		return false;
	take_pre(&s, &v);
	take_post(&s, &v);
	v.dev = take_part(&s, LC_S("dev"), &v.dev_n);
	if (v.pre == PRE_NONE && !v.post && v.dev)
		v.pre = PRE_DEV_ALONE;
	if (!take_local(&s, &v.local))
		return false;
	*ret = v;
	return true;
}

static int local_cmp(struct lc_slice a, struct lc_slice b)
{
	int c = 0;
	while (!c && a.n && b.n) {
		struct lc_slice pa = version_take(&a, is_local);
		struct lc_slice pb = version_take(&b, is_local);
		bool na = version_is_number(pa);
		bool nb = version_is_number(pb);
		if (na != nb)
			c = na ? 1 : -1;
		else
			c = na ? version_number_cmp(pa, pb) : version_text_cmp(pa, pb);
		a = lc_skip(a, 1);
		b = lc_skip(b, 1);
	}
	return c ? c : version_sign(a.n > 0 && !b.n, b.n > 0 && !a.n);
}

static int pep440_cmp(const struct pep440 *a, const struct pep440 *b)
{
	int c = version_number_cmp(a->epoch, b->epoch);
	c = c ? c : version_numbers_cmp(a->release, b->release, false);
	c = c ? c : version_sign(a->pre > b->pre, a->pre < b->pre);
	c = c ? c : version_number_cmp(a->pre_n, b->pre_n);
	c = c ? c : (int)a->post - (int)b->post;
	c = c ? c : version_number_cmp(a->post_n, b->post_n);
	c = c ? c : (int)b->dev - (int)a->dev;
	c = c ? c : version_number_cmp(a->dev_n, b->dev_n);
	return c ? c : local_cmp(a->local, b->local);
}

/* ---- the older order ---- */

/*
 * Parts are words, which are written with a star in front and so sort before numbers, and numbers
 * as text of at least eight digits. A word takes the zeros before it away, and one that comes
 * before "*final" also takes away the dashes.
 */
enum legacy_kind { LEGACY_WORD, LEGACY_NUMBER, LEGACY_END };

struct legacy_part {
	enum legacy_kind kind;
	struct lc_slice text;
};

struct legacy {
	struct lc_slice rest;
	size_t plain;  /* parts that are known to stay */
	bool finished; /* the "*final" of the end is out */
};

static bool is_other(uint8_t c)
{
	return !lc_is_digit(c) && !lc_is_alpha(c) && c != '.' && c != '-';
}

static struct lc_slice legacy_word(struct lc_slice w)
{
	if (lc_eq_nocase(w, LC_S("pre")) || lc_eq_nocase(w, LC_S("preview")) ||
	    lc_eq_nocase(w, LC_S("rc")))
		return LC_S("c");
	return lc_eq_nocase(w, LC_S("dev")) ? LC_S("@") : w;
}

static struct legacy_part legacy_raw(struct lc_slice *rest)
{
	while (version_peek(*rest) == '.')
		*rest = lc_skip(*rest, 1);
	if (!rest->n)
		return (struct legacy_part){ LEGACY_END, LC_S("final") };
	if (lc_is_digit(rest->p[0]))
		return (struct legacy_part){ LEGACY_NUMBER, version_digits(rest) };
	if (rest->p[0] == '-') {
		*rest = lc_skip(*rest, 1);
		return (struct legacy_part){ LEGACY_WORD, LC_S("final-") };
	}
	if (lc_is_alpha(rest->p[0]))
		return (struct legacy_part){ LEGACY_WORD,
					     legacy_word(version_take(rest, lc_is_alpha)) };
	return (struct legacy_part){ LEGACY_WORD, version_take(rest, is_other) };
}

/* Numbers as text behind eight zeros, one of which each digit takes the place of. */
static int legacy_number_cmp(struct lc_slice a, struct lc_slice b)
{
	size_t na = a.n < 8 ? 8 : a.n;
	size_t nb = b.n < 8 ? 8 : b.n;
	for (size_t i = 0; i < na && i < nb; i++) {
		uint8_t ca = i < na - a.n ? '0' : a.p[i - (na - a.n)];
		uint8_t cb = i < nb - b.n ? '0' : b.p[i - (nb - b.n)];
		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return version_sign(na > nb, na < nb);
}

static bool is_zero(const struct legacy_part *p)
{
	return p->kind == LEGACY_NUMBER && legacy_number_cmp(p->text, LC_S("0")) == 0;
}

static bool is_dash(const struct legacy_part *p)
{
	return p->kind == LEGACY_WORD && lc_eq(p->text, LC_S("final-"));
}

static bool is_early(const struct legacy_part *p)
{
	return p->kind == LEGACY_WORD && version_text_cmp(p->text, LC_S("final")) < 0;
}

/* How many parts stay for sure; what does not is skipped. */
static size_t legacy_settle(struct lc_slice *rest)
{
	for (;;) {
		struct lc_slice ahead = *rest;
		struct lc_slice behind = *rest;
		struct legacy_part p = legacy_raw(&ahead);
		bool zeros = is_zero(&p);
		size_t n = 0;
		if (!zeros && !is_dash(&p))
			return 1;
		while (zeros ? is_zero(&p) : is_dash(&p)) {
			behind = ahead;
			p = legacy_raw(&ahead);
			n++;
		}
		if (zeros ? p.kind == LEGACY_NUMBER : !is_early(&p))
			return n;
		*rest = behind;
	}
}

static struct legacy_part legacy_next(struct legacy *l)
{
	if (!l->plain)
		l->plain = legacy_settle(&l->rest);
	l->plain--;
	struct legacy_part p = legacy_raw(&l->rest);
	if (p.kind == LEGACY_END && !l->finished) {
		l->finished = true;
		p.kind = LEGACY_WORD;
	}
	return p;
}

static int legacy_part_cmp(const struct legacy_part *a, const struct legacy_part *b)
{
	if (a->kind == LEGACY_END || b->kind == LEGACY_END)
		return (int)(a->kind != LEGACY_END) - (int)(b->kind != LEGACY_END);
	if (a->kind != b->kind)
		return a->kind == LEGACY_WORD ? -1 : 1;
	return a->kind == LEGACY_WORD ? version_text_cmp(a->text, b->text)
				      : legacy_number_cmp(a->text, b->text);
}

static int legacy_cmp(struct lc_slice sa, struct lc_slice sb)
{
	struct legacy a = { .rest = sa };
	struct legacy b = { .rest = sb };
	for (;;) {
		struct legacy_part pa = legacy_next(&a);
		struct legacy_part pb = legacy_next(&b);
		int c = legacy_part_cmp(&pa, &pb);
		if (c || pa.kind == LEGACY_END)
			return c;
	}
}

/* ---- both ---- */

int version_cmp_pep440(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct pep440 va;
	struct pep440 vb;
	bool oka = pep440_parse(a, &va);
	bool okb = pep440_parse(b, &vb);
	if (oka && okb)
		*ret = pep440_cmp(&va, &vb);
	else if (oka || okb)
		*ret = oka ? 1 : -1;
	else
		*ret = legacy_cmp(a, b);
	return 0;
}

bool version_valid_pep440(struct lc_slice v)
{
	struct pep440 parsed;
	return pep440_parse(v, &parsed);
}
