#include "cli/value.h"

#include "cli/talk.h"

static const struct {
	const char *word;
	bool value;
} bools[] = {
	{ "1", true },    { "t", true },      { "T", true },      { "true", true },
	{ "TRUE", true }, { "True", true },   { "0", false },     { "f", false },
	{ "F", false },   { "false", false }, { "FALSE", false }, { "False", false },
};

bool cli_bool(struct lc_slice s, bool *ret)
{
	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++) {
		if (!lc_eq(s, lc_str(bools[i].word)))
			continue;
		*ret = bools[i].value;
		return true;
	}
	return false;
}

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60 * 1000000000LL },
	{ "h", 3600 * 1000000000LL },
};

/* In any case: "10gb" is what the neighbours' users write. */
static const struct unit size_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "k", 1000 },
	{ "kB", 1000 },
	{ "KiB", 1LL << 10 },
	{ "M", 1000000 },
	{ "MB", 1000000 },
	{ "MiB", 1LL << 20 },
	{ "G", 1000000000 },
	{ "GB", 1000000000 },
	{ "GiB", 1LL << 30 },
	{ "T", 1000000000000 },
	{ "TB", 1000000000000 },
	{ "TiB", 1LL << 40 },
};

static const struct unit *time_unit(struct lc_slice name)
{
	for (size_t i = 0; i < sizeof(time_units) / sizeof(time_units[0]); i++)
		if (lc_eq(name, lc_str(time_units[i].name)))
			return &time_units[i];
	return NULL;
}

static const struct unit *size_unit(struct lc_slice name)
{
	for (size_t i = 0; i < sizeof(size_units) / sizeof(size_units[0]); i++)
		if (lc_eq_nocase(name, lc_str(size_units[i].name)))
			return &size_units[i];
	return NULL;
}

static size_t span_digits(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n && lc_is_digit(s.p[n]))
		n++;
	return n;
}

/* ".5" of a unit, to the precision the unit has. */
static int64_t fraction_of(struct lc_slice digits, int64_t factor)
{
	int64_t sum = 0;
	for (size_t i = 0; i < digits.n && factor >= 10; i++) {
		factor /= 10;
		sum += factor * (digits.p[i] - '0');
	}
	return sum;
}

/* One "12.5unit" at the front of *s, added to *sum. */
static bool take_quantity(struct lc_slice *s, const struct unit *(*unit_of)(struct lc_slice),
			  int64_t *sum)
{
	struct lc_slice whole = lc_sub(*s, 0, span_digits(*s));
	struct lc_slice part = { NULL, 0 };
	*s = lc_skip(*s, whole.n);
	if (lc_chop_prefix(s, LC_S("."))) {
		part = lc_sub(*s, 0, span_digits(*s));
		*s = lc_skip(*s, part.n);
	}
	if (whole.n + part.n == 0)
		return false;
	size_t len = 0;
	while (len < s->n && !lc_is_digit(s->p[len]) && s->p[len] != '.')
		len++;
	const struct unit *u = unit_of(lc_sub(*s, 0, len));
	*s = lc_skip(*s, len);
	uint64_t count = 0;
	if (!u || (whole.n && !lc_u64(whole, 10, INT64_MAX, &count)))
		return false;
	int64_t add;
	return !__builtin_mul_overflow((int64_t)count, u->factor, &add) &&
	       !__builtin_add_overflow(add, fraction_of(part, u->factor), &add) &&
	       !__builtin_add_overflow(*sum, add, sum);
}

bool cli_duration(struct lc_slice s, int64_t *ret_ns)
{
	int64_t sum = 0;
	if (lc_eq(s, LC_S("0"))) {
		*ret_ns = 0;
		return true;
	}
	if (s.n == 0)
		return false;
	while (s.n)
		if (!take_quantity(&s, time_unit, &sum))
			return false;
	*ret_ns = sum;
	return true;
}

bool cli_size(struct lc_slice s, int64_t *ret_bytes)
{
	int64_t sum = 0;
	if (!take_quantity(&s, size_unit, &sum) || s.n)
		return false;
	*ret_bytes = sum;
	return true;
}

bool cli_choice(const char *choices, struct lc_slice word, struct lc_slice *ret)
{
	struct lc_slice rest = lc_str(choices);
	struct lc_slice one;
	while (lc_split(&rest, ',', &one)) {
		if (!lc_eq_nocase(one, word))
			continue;
		*ret = one;
		return true;
	}
	return false;
}

enum { DISTANCE_MAX = 64 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

unsigned cli_distance(struct lc_slice a, struct lc_slice b)
{
	unsigned row[3][DISTANCE_MAX + 1];
	if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX)
		return UINT32_MAX;
	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3];
		const unsigned *last = row[(i + 2) % 3];
		const unsigned *before = row[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned same = a.p[i - 1] == b.p[j - 1] ? 0 : 1;
			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return row[a.n % 3][b.n];
}

static int bad(struct lc_err *e, const char *as_written, struct lc_slice text, const char *want)
{
	return lc_fail(e, LC_EUSAGE, _("%s: \"%s\" is not %s"), as_written, lc_quote(text).s, want);
}

static int set_list(const struct cli_option *o, struct lc_slice text, const char *as_written,
		    struct lc_arena *a, struct cli_value *v, struct lc_err *e)
{
	struct lc_slice rest = text;
	struct lc_slice one;
	while (lc_split(&rest, ',', &one)) {
		one = lc_trim(one);
		if (one.n == 0)
			continue;
		if (o->choices && !cli_choice(o->choices, one, &one))
			return lc_fail(e, LC_EUSAGE, _("%s: \"%s\" is none of %s"), as_written,
				       lc_quote(one).s, o->choices);
		struct lc_slice *item = lc_vec_push(a, &v->list);
		if (!item)
			return lc_fail(e, lc_arena_err(a), _("no memory for options"));
		*item = one;
	}
	/* "--severity=" must not mean that no severity counts. */
	if (o->def && v->list.n == 0)
		return lc_fail(e, LC_EUSAGE, _("%s needs a value"), as_written);
	return 0;
}

static int set_int(const struct cli_option *o, struct lc_slice text, const char *as_written,
		   struct cli_value *v, struct lc_err *e)
{
	uint64_t n;
	if (!lc_u64(text, 10, (uint64_t)o->max, &n) || (int64_t)n < o->min)
		return lc_fail(e, LC_EUSAGE, _("%s: \"%s\" is not a number from %lld to %lld"),
			       as_written, lc_quote(text).s, (long long)o->min, (long long)o->max);
	v->number = (int64_t)n;
	return 0;
}

int cli_value_set(const struct cli_option *o, struct lc_slice text, const char *as_written,
		  enum cli_set_by by, struct lc_arena *a, struct cli_value *v, struct lc_err *e)
{
	if (by > v->set_by)
		v->list = (struct lc_slices){ NULL, 0, 0 };
	v->set_by = by;
	v->text = text;
	switch (o->type) {
	case CLI_FLAG:
		return cli_bool(text, &v->flag) ? 0 : bad(e, as_written, text, _("true or false"));
	case CLI_STRING:
	case CLI_PATH:
		return 0;
	case CLI_INT:
		return set_int(o, text, as_written, v, e);
	case CLI_DURATION:
		return cli_duration(text, &v->number)
			       ? 0
			       : bad(e, as_written, text, _("a time like 5m0s"));
	case CLI_SIZE:
		return cli_size(text, &v->number)
			       ? 0
			       : bad(e, as_written, text, _("a size like 500MB or 1GiB"));
	case CLI_ENUM:
		if (cli_choice(o->choices, text, &v->text))
			return 0;
		return lc_fail(e, LC_EUSAGE, _("%s: \"%s\" is none of %s"), as_written,
			       lc_quote(text).s, o->choices);
	case CLI_LIST:
		return set_list(o, text, as_written, a, v, e);
	case CLI_REPEAT: {
		struct lc_slice *item = lc_vec_push(a, &v->list);
		if (!item)
			return lc_fail(e, lc_arena_err(a), _("no memory for options"));
		*item = text;
		return 0;
	}
	}
	return 0;
}
