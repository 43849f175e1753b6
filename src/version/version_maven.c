/*
 * Maven: items between dots, each dash and each change between digits and letters opening a list
 * of its own behind what came before; so a version is one chain of lists, and two versions are
 * compared item by item along it. Source: maven-artifact's ComparableVersion of Maven 3.8.7 and
 * 3.9.
 *
 *	words    alpha < beta < milestone < rc = cr < snapshot < "" = ga = final = release < sp <
 *	         any other by its bytes; a, b, m before a digit are short for the first three
 *	kinds    word < list < number
 *	missing  is 0 or ""; zeros and release words at the end of a list do not count
 *
 * No text is refused. The order is the tool's own, which is not transitive where a word stands
 * between dots (1 < 1.sp.1 < 1-alpha < 1); of versions that end in their words it is.
 */
#include "version/version.h"

#include "version/number.h"

enum { RAW_MAX = 3 };

enum item_kind { ITEM_END, ITEM_WORD, ITEM_LIST, ITEM_NUMBER };

struct item {
	enum item_kind kind;
	struct lc_slice text;
	bool before_digit;
};

/* Items as the text has them. One step reads up to three. */
struct lexer {
	struct lc_slice rest;
	struct item queue[RAW_MAX];
	uint8_t at, n;
	bool filled; /* the list has an item */
};

struct maven {
	struct lexer in;
	size_t lists; /* to come before the next item */
	size_t plain; /* items that are known to stay */
};

static void put(struct lexer *l, struct item i)
{
	l->queue[l->n++] = i;
	l->filled = i.kind != ITEM_LIST;
}

static void put_list(struct lexer *l)
{
	put(l, (struct item){ .kind = ITEM_LIST });
}

static bool is_letter(uint8_t c)
{
	return !lc_is_digit(c) && c != '.' && c != '-';
}

static void read_number(struct lexer *l)
{
	put(l, (struct item){ .kind = ITEM_NUMBER, .text = version_digits(&l->rest) });
	if (l->rest.n && is_letter(l->rest.p[0]))
		put_list(l);
}

static void read_word(struct lexer *l)
{
	struct item word = { .kind = ITEM_WORD, .text = version_take(&l->rest, is_letter) };
	int next = version_peek(l->rest);
	word.before_digit = next != -1 && next != '.' && next != '-';
	if ((next == -1 || word.before_digit) && l->filled)
		put_list(l); /* .X is as -X */
	put(l, word);
	if (word.before_digit)
		put_list(l);
}

static void read_separator(struct lexer *l)
{
	int c = version_peek(l->rest);
	if (c != '.' && c != '-')
		return;
	l->rest = lc_skip(l->rest, 1);
	if (c == '-')
		put_list(l);
}

static struct item raw(struct lexer *l)
{
	if (l->at == l->n) {
		l->at = l->n = 0;
		if (!l->rest.n)
			return (struct item){ .kind = ITEM_END };
		if (lc_is_digit(l->rest.p[0]))
			read_number(l);
		else if (is_letter(l->rest.p[0]))
			read_word(l);
		else
			put(l, (struct item){ .kind = ITEM_NUMBER, .text = LC_S("0") });
		read_separator(l);
	}
	return l->queue[l->at++];
}

enum rank { RANK_RELEASE = 5, RANK_OTHER = 7 };

static unsigned rank(const struct item *i)
{
	static const struct {
		struct lc_slice word;
		unsigned rank;
	} words[] = {
		{ LC_S_INIT("alpha"), 0 },
		{ LC_S_INIT("beta"), 1 },
		{ LC_S_INIT("milestone"), 2 },
		{ LC_S_INIT("rc"), 3 },
		{ LC_S_INIT("cr"), 3 },
		{ LC_S_INIT("snapshot"), 4 },
		{ LC_S_INIT("ga"), RANK_RELEASE },
		{ LC_S_INIT("final"), RANK_RELEASE },
		{ LC_S_INIT("release"), RANK_RELEASE },
		{ LC_S_INIT("sp"), 6 },
	};
	static const char *const letters = "abm";
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
		if (lc_eq_nocase(i->text, words[k].word))
			return words[k].rank;
	for (unsigned k = 0; i->before_digit && i->text.n == 1 && letters[k]; k++)
		if (lc_lower(i->text.p[0]) == (uint8_t)letters[k])
			return k;
	return RANK_OTHER;
}

static bool is_null(const struct item *i)
{
	if (i->kind == ITEM_NUMBER)
		return version_number_cmp(i->text, LC_S("0")) == 0;
	return i->kind == ITEM_WORD && rank(i) == RANK_RELEASE;
}

/*
 * What counts for nothing at the end of its list is passed over, and so are lists that this leaves
 * empty. Sets how many lists open before the next item, and how many items stay.
 */
static void settle(struct maven *m)
{
	struct lexer ahead = m->in;
	m->lists = 0;
	m->plain = 0;
	for (;;) {
		struct lexer before = ahead;
		struct item i = raw(&ahead);
		if (i.kind == ITEM_END) {
			m->in = before;
			m->plain = 1;
			m->lists = 0;
			return;
		}
		if (i.kind == ITEM_LIST) {
			m->lists++;
			m->plain = 0;
			m->in = ahead;
			continue;
		}
		m->plain++;
		if (!is_null(&i))
			return;
	}
}

static struct item next(struct maven *m)
{
	if (!m->plain)
		settle(m);
	if (m->lists) {
		m->lists--;
		return (struct item){ .kind = ITEM_LIST };
	}
	m->plain--;
	return raw(&m->in);
}

static int word_cmp(const struct item *a, const struct item *b)
{
	unsigned ra = rank(a);
	unsigned rb = rank(b);
	if (ra == RANK_OTHER && rb == RANK_OTHER)
		return version_text_cmp(a->text, b->text);
	return version_sign(ra > rb, ra < rb);
}

/* Against nothing: a list is what its items are. */
static int alone_cmp(const struct item *i)
{
	if (i->kind == ITEM_WORD)
		return version_sign(rank(i) > RANK_RELEASE, rank(i) < RANK_RELEASE);
	return i->kind == ITEM_NUMBER && !is_null(i);
}

static int item_cmp(const struct item *a, const struct item *b)
{
	if (b->kind == ITEM_END)
		return alone_cmp(a);
	if (a->kind == ITEM_END)
		return -alone_cmp(b);
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == ITEM_LIST)
		return 0;
	return a->kind == ITEM_WORD ? word_cmp(a, b) : version_number_cmp(a->text, b->text);
}

int version_cmp_maven(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct maven ma = { .in = { .rest = a } };
	struct maven mb = { .in = { .rest = b } };
	for (;;) {
		struct item ia = next(&ma);
		struct item ib = next(&mb);
		int c = item_cmp(&ia, &ib);
		if (c || (ia.kind == ITEM_END && ib.kind == ITEM_END)) {
			*ret = c;
			return 0;
		}
	}
}

/* The tool takes anything; a text without a digit is no version that anybody published. */
bool version_valid_maven(struct lc_slice v)
{
	bool digit = false;
	for (size_t i = 0; i < v.n; i++)
		digit = digit || lc_is_digit(v.p[i]);
	return digit && !version_has_control(v);
}
