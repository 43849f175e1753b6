/*
 * Conda: [epoch!]component{.component}[+local], '_' being a dot, and a dash one where no '_' is.
 *
 *	component  runs of digits and of letters, case aside; one that begins with letters has a
 *	           0 before it, so that numbers meet numbers; what is missing is 0
 *	runs       "*" < dev < "_" < words < numbers < post
 *	local      decides last, compared the same way
 *
 * Source: conda's models/version.py, VersionOrder.
 */
#include "version/version.h"

#include "version/number.h"

struct conda {
	struct lc_slice epoch, version, local;
	bool dashes; /* a dash separates, too */
};

static bool in_version(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '.' || c == '_' || c == '*' || c == '-';
}

/* Take one component with the separator behind it; a '_' at the very end is part of it. */
static struct lc_slice component(struct lc_slice *rest, bool dashes)
{
	size_t n = 0;
	while (n < rest->n && rest->p[n] != '.' && !(dashes && rest->p[n] == '-') &&
	       !(rest->p[n] == '_' && n + 1 < rest->n))
		n++;
	struct lc_slice s = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n + 1);
	return s;
}

static bool has_components(struct lc_slice s, bool dashes)
{
	if (!s.n || s.p[s.n - 1] == '.' || (dashes && s.p[s.n - 1] == '-'))
		return false;
	while (s.n)
		if (!component(&s, dashes).n)
			return false;
	return true;
}

static bool conda_parse(struct lc_slice v, struct conda *ret)
{
	struct lc_slice head;
	struct lc_slice tail;
	*ret = (struct conda){ .dashes = false };
	v = lc_trim(v);
	if (lc_cut(v, '!', &head, &tail)) {
		if (!head.n || !version_is_number(head))
			return false;
		ret->epoch = head;
		v = tail;
	}
	ret->version = v;
	if (lc_cut(v, '+', &head, &tail)) {
		ret->version = head;
		ret->local = tail;
		if (!tail.n)
			return false;
	}
	bool dash = lc_find(v, '-') != SIZE_MAX;
	ret->dashes = dash;
	if (dash && lc_find(v, '_') != SIZE_MAX)
		return false;
	struct lc_slice rest = ret->version;
	(void)version_take(&rest, in_version); /* what is left over matters */
	struct lc_slice local = ret->local;
	(void)version_take(&local, in_version);
	return !rest.n && !local.n && has_components(ret->version, ret->dashes) &&
	       (!ret->local.n || has_components(ret->local, ret->dashes));
}

enum run_kind { RUN_STAR, RUN_DEV, RUN_LINE, RUN_WORD, RUN_NUMBER, RUN_POST };

struct run {
	enum run_kind kind;
	struct lc_slice text;
};

static bool is_star(uint8_t c)
{
	return c == '*';
}

static bool is_word(uint8_t c)
{
	return !lc_is_digit(c) && c != '*';
}

/* What is missing is 0. */
static struct run next_run(struct lc_slice *rest)
{
	if (!rest->n || lc_is_digit(rest->p[0]))
		return (struct run){ RUN_NUMBER, version_digits(rest) };
	if (rest->p[0] == '*')
		return (struct run){ RUN_STAR, version_take(rest, is_star) };
	struct lc_slice word = version_take(rest, is_word);
	if (lc_eq_nocase(word, LC_S("post")))
		return (struct run){ RUN_POST, LC_S("") };
	if (lc_eq_nocase(word, LC_S("dev")))
		return (struct run){ RUN_DEV, LC_S("") };
	return (struct run){ word.p[0] == '_' ? RUN_LINE : RUN_WORD, word };
}

static int run_cmp(const struct run *a, const struct run *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->kind == RUN_NUMBER ? version_number_cmp(a->text, b->text)
				     : version_text_cmp(a->text, b->text);
}

static int component_cmp(struct lc_slice a, struct lc_slice b)
{
	struct run first_a = { RUN_NUMBER, version_digits(&a) };
	struct run first_b = { RUN_NUMBER, version_digits(&b) };
	int c = run_cmp(&first_a, &first_b);
	while (!c && (a.n || b.n)) {
		struct run ra = next_run(&a);
		struct run rb = next_run(&b);
		c = run_cmp(&ra, &rb);
	}
	return c;
}

static int components_cmp(struct lc_slice a, bool dashes_a, struct lc_slice b, bool dashes_b)
{
	int c = 0;
	while (!c && (a.n || b.n))
		c = component_cmp(component(&a, dashes_a), component(&b, dashes_b));
	return c;
}

int version_cmp_conda(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct conda ca;
	struct conda cb;
	if (!conda_parse(a, &ca) || !conda_parse(b, &cb))
		return LC_EBAD;
	int c = version_number_cmp(ca.epoch, cb.epoch);
	c = c ? c : components_cmp(ca.version, ca.dashes, cb.version, cb.dashes);
	*ret = c ? c : components_cmp(ca.local, ca.dashes, cb.local, cb.dashes);
	return 0;
}

bool version_valid_conda(struct lc_slice v)
{
	struct conda c;
	return conda_parse(v, &c) && lc_is_digit(c.version.p[0]);
}
