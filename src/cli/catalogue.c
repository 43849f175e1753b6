#include "cli/catalogue.h"

#include <stdio.h>

#include "cli/parse.h"

/*
 * magic 0x950412de, revision, count, offset of originals, offset of translations, ...
 * each table: count times { length without its NUL, offset of the text }
 */
enum { MO_MAGIC = (int)0x950412deu, MO_COUNT_MAX = 1 << 16 };

static uint32_t u32_at(const struct cli_catalogue *c, size_t off)
{
	struct lc_rd r = lc_rd_of(lc_skip(c->bytes, off));
	return lc_rd_le32(&r);
}

bool cli_catalogue_parse(struct lc_slice bytes, struct cli_catalogue *ret)
{
	struct lc_rd r = lc_rd_of(bytes);
	uint32_t magic = lc_rd_le32(&r);
	uint32_t revision = lc_rd_le32(&r);
	struct cli_catalogue c = { .bytes = bytes };
	c.count = lc_rd_le32(&r);
	c.originals = lc_rd_le32(&r);
	c.translations = lc_rd_le32(&r);
	if (r.bad || magic != (uint32_t)MO_MAGIC || revision >> 16 || c.count > MO_COUNT_MAX)
		return false;
	size_t table = (size_t)c.count * 8;
	if (c.originals > bytes.n || c.translations > bytes.n || table > bytes.n - c.originals ||
	    table > bytes.n - c.translations)
		return false;
	*ret = c;
	return true;
}

/* Text i of a table with its NUL behind it; p NULL when the file lies. */
static struct lc_slice text_at(const struct cli_catalogue *c, uint32_t table, uint32_t i)
{
	uint32_t length = u32_at(c, (size_t)table + (size_t)i * 8);
	uint32_t off = u32_at(c, (size_t)table + (size_t)i * 8 + 4);
	struct lc_slice s = lc_sub(c->bytes, off, (size_t)length + 1);
	if (s.n != (size_t)length + 1 || s.p[length] != '\0')
		return (struct lc_slice){ NULL, 0 };
	return lc_sub(s, 0, length);
}

const char *cli_catalogue_find(const struct cli_catalogue *c, const char *text)
{
	struct lc_slice want = lc_str(text);
	uint32_t low = 0;
	uint32_t high = want.n ? c->count : 0; /* the empty text is the header, not a message */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = lc_cmp(want, text_at(c, c->originals, middle));
		if (order == 0) {
			struct lc_slice t = text_at(c, c->translations, middle);
			return t.n ? (const char *)t.p : NULL;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const char *first_set(char **environment, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *v = cli_env_get(environment, names[i]);
		if (v && *v)
			return v;
	}
	return "";
}

static bool is_utf8(struct lc_slice codeset)
{
	return codeset.n == 0 || lc_eq_nocase(codeset, LC_S("UTF-8")) ||
	       lc_eq_nocase(codeset, LC_S("utf8"));
}

struct languages {
	char (*v)[CLI_LANGUAGE_MAX];
	unsigned n;
};

static void add(struct languages *l, struct lc_slice name)
{
	if (l->n >= CLI_LANGUAGES_MAX || name.n == 0 || name.n >= CLI_LANGUAGE_MAX)
		return;
	for (size_t i = 0; i < name.n; i++)
		if (!lc_is_alpha(name.p[i]) && name.p[i] != '_') /* a part of a path soon */
			return;
	memcpy(l->v[l->n], name.p, name.n);
	l->v[l->n++][name.n] = '\0';
}

/* "pt_BR.UTF-8@euro" as "pt_BR", "pt". False when the list ends here. */
static bool add_locale(struct languages *l, struct lc_slice locale)
{
	struct lc_slice rest;
	struct lc_slice codeset = { NULL, 0 };
	(void)lc_cut(locale, '@', &locale, &rest);
	if (lc_cut(locale, '.', &locale, &codeset) && !is_utf8(codeset))
		return false;
	struct lc_slice language = locale;
	(void)lc_cut(locale, '_', &language, &rest);
	if (lc_eq(language, LC_S("en")) || lc_eq(language, LC_S("C")) ||
	    lc_eq(language, LC_S("POSIX")))
		return false;
	add(l, locale);
	if (language.n != locale.n)
		add(l, language);
	if (lc_eq(language, LC_S("pt")) && !lc_eq(locale, LC_S("pt_BR")))
		add(l, LC_S("pt_BR"));
	return true;
}

unsigned cli_languages(char **environment, char ret[CLI_LANGUAGES_MAX][CLI_LANGUAGE_MAX])
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	struct languages l = { .v = ret };
	struct lc_slice locale = lc_str(first_set(environment, names, 3));
	if (locale.n == 0 || lc_eq(locale, LC_S("C")) || lc_eq(locale, LC_S("POSIX")))
		return 0;
	struct lc_slice list = lc_str(cli_env_get(environment, "LANGUAGE"));
	struct lc_slice one;
	while (list.n && lc_split(&list, ':', &one))
		if (one.n && !add_locale(&l, one))
			return l.n;
	(void)add_locale(&l, locale);
	return l.n;
}
