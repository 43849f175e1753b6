/* The ordered lists of the sample data, each pair both ways round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"
#include "support/fixture.h"

static void check(enum version_scheme s, const char *const *files, size_t pairs, size_t different)
{
	struct order_lists l;
	data_need();
	order_lists_init(&l, s);
	for (size_t i = 0; files[i]; i++)
		order_lists_check(&l, files[i]);
	order_lists_done(&l);
	assert_int_equal(l.pairs, pairs);
	assert_int_equal(l.different, different);
}

#define LISTS(name, scheme, pairs, different, ...)                        \
	static void name(void **state)                                    \
	{                                                                 \
		static const char *const files[] = { __VA_ARGS__, NULL }; \
		(void)state;                                              \
		check(scheme, files, pairs, different);                   \
	}

LISTS(python, VERSION_PEP440, 12412, 0, "versions/pypi-versions.txt",
      "versions/pypi-versions-generated.txt")
LISTS(maven, VERSION_MAVEN, 14854, 19, "versions/maven-versions.txt",
      "versions/maven-versions-generated.txt")
LISTS(rubygems, VERSION_GEM, 4123, 2, "versions/rubygems-versions.txt",
      "versions/rubygems-versions-generated.txt")
LISTS(packagist, VERSION_COMPOSER, 10725, 16, "versions/packagist-versions.txt",
      "versions/packagist-versions-generated.txt")
LISTS(nuget, VERSION_NUGET, 35, 0, "versions/nuget-versions.txt")
LISTS(pub, VERSION_PUB, 100, 0, "versions/pub-versions.txt")
LISTS(semver, VERSION_SEMVER, 86, 0, "versions/semver-versions.txt")
LISTS(cran, VERSION_CRAN, 78, 0, "versions/cran-versions.txt",
      "versions/cran-versions-generated.txt")
LISTS(hackage, VERSION_HACKAGE, 11, 0, "versions/hackage-versions.txt")

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(python),    cmocka_unit_test(maven), cmocka_unit_test(rubygems),
		cmocka_unit_test(packagist), cmocka_unit_test(nuget), cmocka_unit_test(pub),
		cmocka_unit_test(semver),    cmocka_unit_test(cran),  cmocka_unit_test(hackage),
	};
	return cmocka_run_group_tests_name("version/pairs", tests, NULL, NULL);
}
