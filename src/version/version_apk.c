/*
 * apk: digits{.digits}[letter[digits]]{_suffix[digits]}[~hash][-rdigits]
 *
 * A version is a row of tokens, and two versions compare as their rows do: by the first token that
 * differs, an end being a token, too. The enum below is that order. Text outside the grammar is a
 * token of its own and closes the row, so every text has its place and the order is total.
 *
 * Numbers behind a dot follow apk-tools 2.14 where they begin with zeros: below all others, more
 * zeros lower, then by value (1.2.00 < 1.2.0 < 1.2.01 < 1.2.1). apk-tools 3 compares those as text,
 * which differs when zeros or lengths are unlike (it has 1.2.0 < 1.2.00). Text outside the grammar
 * stands where apk-tools 3 puts it: below the same version without it.
 */
#include "version/version.h"

#include "version/number.h"

enum apk_rank {
	APK_ALPHA,
	APK_BETA,
	APK_PRE,
	APK_RC,
	APK_INVALID,   /* outside the grammar: nothing behind it counts */
	APK_NO_NUMBER, /* a number was due and there is none: "1..2", "1.r2" */
	APK_END,
	APK_REVISION,
	APK_HASH,
	APK_SUFFIX_NUMBER,
	APK_CVS,
	APK_SVN,
	APK_GIT,
	APK_HG,
	APK_P,
	APK_LETTER,
	APK_NUMBER,
};

/* How far into the grammar a row has come: what may follow is what stands further down. */
enum apk_stage {
	APK_AT_START,
	APK_IN_NUMBERS,
	APK_AFTER_LETTER,
	APK_AFTER_SUFFIX,
	APK_AFTER_SUFFIX_NUMBER,
	APK_AFTER_HASH,
	APK_AFTER_REVISION,
};

struct apk_lexer {
	struct lc_slice rest;
	enum apk_stage stage;
};

struct apk_token {
	enum apk_rank rank;
	size_t zeros; /* of a number behind a dot: how many lead it */
	struct lc_slice text;
};

static const struct apk_suffix {
	struct lc_slice name;
	enum apk_rank rank;
} apk_suffixes[] = {
	{ LC_S_INIT("alpha"), APK_ALPHA }, { LC_S_INIT("beta"), APK_BETA },
	{ LC_S_INIT("pre"), APK_PRE },     { LC_S_INIT("rc"), APK_RC },
	{ LC_S_INIT("cvs"), APK_CVS },     { LC_S_INIT("svn"), APK_SVN },
	{ LC_S_INIT("git"), APK_GIT },     { LC_S_INIT("hg"), APK_HG },
	{ LC_S_INIT("p"), APK_P },
};

static bool apk_is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool apk_is_hex(uint8_t c)
{
	return lc_is_digit(c) || (c >= 'a' && c <= 'f');
}

static struct apk_token apk_number(struct apk_lexer *l, enum apk_rank rank, enum apk_stage stage)
{
	struct apk_token t = { rank, 0, version_digits(&l->rest) };
	l->stage = stage;
	return t;
}

static struct apk_token apk_dotted(struct apk_lexer *l)
{
	l->rest = lc_skip(l->rest, 1);
	struct apk_token t = apk_number(l, APK_NUMBER, APK_IN_NUMBERS);
	if (!t.text.n)
		t.rank = APK_NO_NUMBER;
	while (t.zeros < t.text.n && t.text.p[t.zeros] == '0')
		t.zeros++;
	return t;
}

static struct apk_token apk_letter(struct apk_lexer *l)
{
	struct apk_token t = { APK_LETTER, 0, lc_sub(l->rest, 0, 1) };
	l->rest = lc_skip(l->rest, 1);
	l->stage = APK_AFTER_LETTER;
	return t;
}

static struct apk_token apk_suffix(struct apk_lexer *l)
{
	l->rest = lc_skip(l->rest, 1);
	struct lc_slice name = version_take(&l->rest, apk_is_lower);
	l->stage = APK_AFTER_SUFFIX;
	for (size_t i = 0; i < sizeof(apk_suffixes) / sizeof(*apk_suffixes); i++)
		if (lc_eq(name, apk_suffixes[i].name))
			return (struct apk_token){ apk_suffixes[i].rank, 0, { NULL, 0 } };
	return (struct apk_token){ APK_INVALID, 0, { NULL, 0 } };
}

static struct apk_token apk_hash(struct apk_lexer *l)
{
	l->rest = lc_skip(l->rest, 1);
	struct apk_token t = { APK_HASH, 0, version_take(&l->rest, apk_is_hex) };
	l->stage = APK_AFTER_HASH;
	if (!t.text.n)
		t.rank = APK_INVALID;
	return t;
}

/* "-r" alone is revision 0 to apk 2; a word that begins with r is none. */
static struct apk_token apk_revision(struct apk_lexer *l)
{
	l->rest = lc_skip(l->rest, 2);
	if (l->rest.n && lc_is_alpha(l->rest.p[0]))
		return (struct apk_token){ APK_INVALID, 0, { NULL, 0 } };
	return apk_number(l, APK_REVISION, APK_AFTER_REVISION);
}

static struct apk_token apk_next(struct apk_lexer *l)
{
	enum apk_stage at = l->stage;
	int c = version_peek(l->rest);
	if (at == APK_AT_START) {
		struct apk_token t = apk_number(l, APK_NUMBER, APK_IN_NUMBERS);
		if (!t.text.n)
			t.rank = APK_NO_NUMBER;
		return t;
	}
	if (c < 0)
		return (struct apk_token){ APK_END, 0, { NULL, 0 } };
	if (c == '.' && at == APK_IN_NUMBERS)
		return apk_dotted(l);
	if (apk_is_lower((uint8_t)c) && at == APK_IN_NUMBERS)
		return apk_letter(l);
	if (lc_is_digit((uint8_t)c) && at == APK_AFTER_LETTER)
		return apk_number(l, APK_NUMBER, APK_IN_NUMBERS);
	if (lc_is_digit((uint8_t)c) && at == APK_AFTER_SUFFIX)
		return apk_number(l, APK_SUFFIX_NUMBER, APK_AFTER_SUFFIX_NUMBER);
	if (c == '_' && at <= APK_AFTER_SUFFIX_NUMBER)
		return apk_suffix(l);
	if (c == '~' && at < APK_AFTER_HASH)
		return apk_hash(l);
	if (lc_starts(l->rest, LC_S("-r")) && at < APK_AFTER_REVISION)
		return apk_revision(l);
	return (struct apk_token){ APK_INVALID, 0, { NULL, 0 } };
}

static int apk_token_cmp(const struct apk_token *a, const struct apk_token *b)
{
	if (a->rank != b->rank)
		return version_sign(a->rank > b->rank, a->rank < b->rank);
	if (a->zeros != b->zeros)
		return a->zeros < b->zeros ? 1 : -1;
	if (a->rank != APK_HASH && a->rank != APK_LETTER)
		return version_number_cmp(a->text, b->text);
	int c = lc_cmp(a->text, b->text);
	return version_sign(c > 0, c < 0);
}

static bool apk_closes(enum apk_rank rank)
{
	return rank == APK_END || rank == APK_INVALID;
}

int version_cmp_apk(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct apk_lexer la = { a, APK_AT_START };
	struct apk_lexer lb = { b, APK_AT_START };
	if (!a.n || !b.n || version_has_control(a) || version_has_control(b))
		return LC_EBAD;

	for (;;) {
		struct apk_token ta = apk_next(&la);
		struct apk_token tb = apk_next(&lb);
		int c = apk_token_cmp(&ta, &tb);
		if (c || apk_closes(ta.rank)) {
			*ret = c;
			return 0;
		}
	}
}

/*
 * Real fix versions leave the grammar ("10.2.26.r0", "4.10-1-r1") and apk orders them all the same:
 * to pass them over would leave the flaw unfixed for good. A word, though, is no version.
 */
bool version_valid_apk(struct lc_slice v)
{
	return v.n && lc_is_digit(v.p[0]) && !version_has_control(v);
}
