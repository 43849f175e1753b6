/*
 * Versions that Go programs have in other words: the toolchain's own, and what the linker was told.
 */
#include "base/vec.h"
#include "inventory/binary/go.h"

/* ---- the toolchain ---- */

static size_t digits(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n && lc_is_digit(s.p[n]))
		n++;
	return n;
}

/* "1.21" or "1.21.5" at the start of *rest, which moves past it. */
static bool take_numbers(struct lc_slice *rest, struct lc_slice *ret, int *ret_dots)
{
	size_t n = digits(*rest);
	int dots = 0;
	if (n == 0)
		return false;
	while (dots < 2 && n + 1 < rest->n && rest->p[n] == '.' && digits(lc_skip(*rest, n + 1))) {
		n += 1 + digits(lc_skip(*rest, n + 1));
		dots++;
	}
	*ret = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	*ret_dots = dots;
	return true;
}

struct lc_slice go_toolchain_version(struct lc_slice text, struct lc_arena *a)
{
	struct lc_slice numbers;
	struct lc_slice rest = text;
	bool devel = lc_chop_prefix(&rest, LC_S("devel "));
	int dots = 0;
	if (!lc_chop_prefix(&rest, LC_S("go")) || !take_numbers(&rest, &numbers, &dots) || !dots)
		return lc_slice_of(NULL, 0);
	const char *zero = dots < 2 ? ".0" : "";
	for (int i = 0; i < 2; i++) {
		const char *word = i ? "beta" : "rc";
		struct lc_slice number = rest;
		if (lc_chop_prefix(&number, lc_str(word)) && digits(number))
			return lc_arena_fmt(a, "v%.*s%s-%s.%.*s", LC_FMT(numbers), zero, word,
					    (int)digits(number), (const char *)number.p);
	}
	if (devel) /* on the way to it */
		return lc_arena_fmt(a, "v%.*s%s-devel", LC_FMT(numbers), zero);
	return lc_arena_fmt(a, "v%.*s", LC_FMT(numbers));
}

/* ---- the linker's flags ---- */

/* Where a version was set: the nearer to the main package, the more it says. */
enum place { PLACE_COMMAND, PLACE_USUAL, PLACE_ANY, PLACE_N };

struct found {
	struct lc_slice version[PLACE_N];
	bool several[PLACE_N];
};

static bool is_semver(struct lc_slice s)
{
	struct lc_slice numbers;
	int dots;
	(void)lc_chop_prefix(&s, LC_S("v"));
	if (!take_numbers(&s, &numbers, &dots) || dots < 2)
		return false;
	if (s.n && s.p[0] != '-' && s.p[0] != '+')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!lc_is_alpha(c) && !lc_is_digit(c) && c != '-' && c != '+' && c != '.')
			return false;
	}
	return s.n != 1;
}

static bool is_one_of(struct lc_slice s, const char *const *words)
{
	for (; *words; words++) {
		if (lc_eq_nocase(s, lc_str(*words)))
			return true;
	}
	return false;
}

static enum place place_of(struct lc_slice package, struct lc_slice module)
{
	static const char *const usual[] = { "main", "common", "version", "cmd", NULL };
	struct lc_slice rest = package;
	if (module.n && lc_chop_prefix(&rest, module) && lc_starts(rest, LC_S("/cmd/")))
		return PLACE_COMMAND;
	return is_one_of(lc_path_name(package), usual) ? PLACE_USUAL : PLACE_ANY;
}

/* "main.version=1.2.3" */
static void note(struct found *f, struct lc_slice setting, struct lc_slice module)
{
	static const char *const names[] = { "version", "ver", NULL };
	struct lc_slice key;
	struct lc_slice value;
	if (!lc_cut(setting, '=', &key, &value) || !is_semver(value))
		return;
	size_t dot = lc_rfind(key, '.');
	if (dot == SIZE_MAX || !is_one_of(lc_skip(key, dot + 1), names))
		return;
	enum place place = place_of(lc_sub(key, 0, dot), module);
	struct lc_slice *known = &f->version[place];
	f->several[place] |= known->n && !lc_eq(*known, value);
	*known = value;
}

/* The next word of a command line; quotes of both kinds hold it together and are left out. */
static bool next_word(struct lc_slice *rest, struct lc_buf *word)
{
	uint8_t quote = 0;
	size_t i = 0;
	lc_buf_clear(word);
	*rest = lc_trim(*rest);
	if (rest->n == 0)
		return false;
	for (; i < rest->n; i++) {
		uint8_t c = rest->p[i];
		if (quote ? c == quote : c == '\'' || c == '"')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\t' || c == '\n'))
			break;
		else
			(void)lc_buf_byte(word, c); /* sticky: a word that is too long is none */
	}
	*rest = lc_skip(*rest, i);
	return true;
}

enum { WORD_BYTES_MAX = 4096 };

struct lc_slice go_version_of_flags(struct lc_slice flags, struct lc_slice module,
				    struct lc_arena *a)
{
	struct found f = { .several = { false } };
	struct lc_buf word;
	bool set = false;
	lc_buf_init(&word, WORD_BYTES_MAX);
	while (next_word(&flags, &word)) {
		struct lc_slice s;
		if (lc_buf_err(&word) || lc_arena_dup(a, lc_buf_get(&word), &s)) {
			set = false;
			continue;
		}
		if (lc_eq(s, LC_S("-X")) || lc_eq(s, LC_S("--X"))) {
			set = true;
			continue;
		}
		if (set || lc_chop_prefix(&s, LC_S("-X=")) || lc_chop_prefix(&s, LC_S("--X=")))
			note(&f, s, module);
		set = false;
	}
	lc_buf_done(&word);
	for (int i = 0; i < PLACE_N; i++) {
		if (f.version[i].n)
			return f.several[i] ? LC_S("") : f.version[i];
	}
	return LC_S("");
}
