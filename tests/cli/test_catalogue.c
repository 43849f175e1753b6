#include "cli/catalogue.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/slice_assert.h"

/* Texts "" (header), "no", "yes" with translations "h", "não", "sim". */
enum { COUNT = 3, HEADER = 28 };

static void build(struct lc_buf *b)
{
	static const char *const texts[] = { "", "no", "yes" };
	static const char *const translations[] = { "h", "n\xc3\xa3o", "sim" };
	uint32_t off = HEADER + COUNT * 16;
	lc_buf_init(b, 4096);
	lc_buf_le32(b, 0x950412de);
	lc_buf_le32(b, 0);
	lc_buf_le32(b, COUNT);
	lc_buf_le32(b, HEADER);
	lc_buf_le32(b, HEADER + COUNT * 8);
	lc_buf_le32(b, 0);
	lc_buf_le32(b, 0);
	for (int table = 0; table < 2; table++)
		for (int i = 0; i < COUNT; i++) {
			const char *s = table ? translations[i] : texts[i];
			lc_buf_le32(b, (uint32_t)strlen(s));
			lc_buf_le32(b, off);
			off += (uint32_t)strlen(s) + 1;
		}
	for (int table = 0; table < 2; table++)
		for (int i = 0; i < COUNT; i++) {
			const char *s = table ? translations[i] : texts[i];
			lc_buf_add(b, s, strlen(s) + 1);
		}
	assert_int_equal(lc_buf_err(b), 0);
}

static void finds_translations(void **state)
{
	struct lc_buf b;
	struct cli_catalogue c;
	(void)state;
	build(&b);
	assert_true(cli_catalogue_parse(lc_buf_get(&b), &c));
	assert_string_equal(cli_catalogue_find(&c, "yes"), "sim");
	assert_string_equal(cli_catalogue_find(&c, "no"), "n\xc3\xa3o");
	assert_null(cli_catalogue_find(&c, "maybe"));
	assert_null(cli_catalogue_find(&c, "yess"));
	assert_null(cli_catalogue_find(&c, ""));
	lc_buf_done(&b);
}

static void refuses_other_files(void **state)
{
	struct cli_catalogue c;
	struct lc_buf b;
	(void)state;
	assert_false(cli_catalogue_parse(LC_S(""), &c));
	assert_false(cli_catalogue_parse(LC_S("no catalogue at all, but long enough for one"), &c));
	build(&b);
	b.p[8] = 0xff;
	b.p[9] = 0xff;
	b.p[10] = 0xff;
	assert_false(cli_catalogue_parse(lc_buf_get(&b), &c));
	lc_buf_done(&b);
}

/* Any cut and any changed byte: no translation is better than a read outside the file. */
static void damaged_catalogues_stay_in_their_bounds(void **state)
{
	struct lc_buf b;
	struct cli_catalogue c;
	(void)state;
	build(&b);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *exact = malloc(n + 1); /* so that sanitizers see the end */
		assert_non_null(exact);
		memcpy(exact, b.p, n);
		if (cli_catalogue_parse(lc_slice_of(exact, n), &c)) {
			const char *got = cli_catalogue_find(&c, "yes");
			assert_true(!got || strcmp(got, "sim") == 0);
		}
		free(exact);
	}
	for (size_t i = 0; i < b.n; i++) {
		uint8_t kept = b.p[i];
		b.p[i] = 0xff;
		if (cli_catalogue_parse(lc_buf_get(&b), &c)) {
			const char *got = cli_catalogue_find(&c, "yes");
			assert_true(!got || (const uint8_t *)got + strlen(got) < b.p + b.n);
		}
		b.p[i] = kept;
	}
	lc_buf_done(&b);
}

static void languages_are(const char *a, const char *b, const char *const *want)
{
	char first[64];
	char second[64];
	char *environment[] = { first, second, NULL };
	char got[CLI_LANGUAGES_MAX][CLI_LANGUAGE_MAX];
	snprintf(first, sizeof(first), "%s", a);
	snprintf(second, sizeof(second), "%s", b);
	unsigned n = cli_languages(environment, got);
	unsigned i = 0;
	for (; want[i]; i++) {
		assert_true(i < n);
		assert_string_equal(got[i], want[i]);
	}
	assert_int_equal(i, n);
}

#define WANT(...) ((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static void chooses_languages_as_gettext_does(void **state)
{
	(void)state;
	languages_are("LANG=pt_BR.UTF-8", "X=", WANT("pt_BR", "pt"));
	languages_are("LANG=pt_BR", "X=", WANT("pt_BR", "pt"));
	languages_are("LANG=pt_PT.UTF-8", "X=", WANT("pt_PT", "pt", "pt_BR"));
	languages_are("LANG=de_DE.UTF-8", "LC_ALL=pt_BR.UTF-8", WANT("pt_BR", "pt"));
	languages_are("LANG=de_DE.UTF-8", "LC_MESSAGES=fr@euro", WANT("fr"));
	languages_are("LANG=de_DE.UTF-8", "LANGUAGE=pt_BR:fr",
		      WANT("pt_BR", "pt", "fr", "de_DE", "de"));
	languages_are("LANG=C.UTF-8", "LANGUAGE=pt_BR", WANT("pt_BR", "pt"));
	languages_are("LANG=pt_BR.UTF-8", "LANGUAGE=en:pt_BR", WANT());
	languages_are("LANG=C", "LANGUAGE=pt_BR", WANT());
	languages_are("X=", "LANGUAGE=pt_BR", WANT());
	languages_are("LANG=POSIX", "X=", WANT());
	languages_are("LANG=en_GB.UTF-8", "X=", WANT());
	languages_are("LANG=pt_BR.ISO-8859-1", "X=", WANT());
}

static void names_of_languages_are_no_paths(void **state)
{
	(void)state;
	languages_are("LANG=../../tmp", "X=", WANT());
	languages_are("LANG=/tmp/x", "X=", WANT());
	languages_are("LANG=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "X=", WANT());
	languages_are("LANG=pt_BR", "LANGUAGE=a:b:c:d:e:f:g:h:i:j",
		      WANT("a", "b", "c", "d", "e", "f", "g", "h"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_translations),
		cmocka_unit_test(refuses_other_files),
		cmocka_unit_test(damaged_catalogues_stay_in_their_bounds),
		cmocka_unit_test(chooses_languages_as_gettext_does),
		cmocka_unit_test(names_of_languages_are_no_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
