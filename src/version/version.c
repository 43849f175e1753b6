#include "version/version.h"

#include <assert.h>

static const struct version_row {
	struct lc_slice name;
	int (*cmp)(struct lc_slice a, struct lc_slice b, int *ret); /* NULL: not built in */
	bool (*valid)(struct lc_slice v);
} rows[] = {
	[VERSION_NONE] = { LC_S_INIT("none"), NULL, NULL },
	[VERSION_DEB] = { LC_S_INIT("deb"), version_cmp_deb, version_valid_deb },
	[VERSION_APK] = { LC_S_INIT("apk"), version_cmp_apk, version_valid_apk },
	[VERSION_RPM] = { LC_S_INIT("rpm"), version_cmp_rpm, version_valid_rpm },
	[VERSION_SEMVER] = { LC_S_INIT("semver"), version_cmp_semver, version_valid_semver },
	[VERSION_GO] = { LC_S_INIT("go"), version_cmp_go, version_valid_go },
	[VERSION_PEP440] = { LC_S_INIT("pep440"), version_cmp_pep440, version_valid_pep440 },
	[VERSION_MAVEN] = { LC_S_INIT("maven"), version_cmp_maven, version_valid_maven },
	[VERSION_GEM] = { LC_S_INIT("gem"), version_cmp_gem, version_valid_gem },
	[VERSION_COMPOSER] = { LC_S_INIT("composer"), version_cmp_composer,
			       version_valid_composer },
	[VERSION_NUGET] = { LC_S_INIT("nuget"), version_cmp_nuget, version_valid_nuget },
	[VERSION_HEX] = { LC_S_INIT("hex"), version_cmp_semver, version_valid_semver },
	[VERSION_PUB] = { LC_S_INIT("pub"), version_cmp_pub, version_valid_semver },
	[VERSION_SWIFT] = { LC_S_INIT("swift"), version_cmp_semver, version_valid_semver },
	[VERSION_CONAN] = { LC_S_INIT("conan"), version_cmp_conan, version_valid_conan },
	[VERSION_BITNAMI] = { LC_S_INIT("bitnami"), version_cmp_bitnami, version_valid_generic },
	[VERSION_CRAN] = { LC_S_INIT("cran"), version_cmp_cran, version_valid_cran },
	[VERSION_HACKAGE] = { LC_S_INIT("hackage"), version_cmp_hackage, version_valid_hackage },
	[VERSION_GENERIC] = { LC_S_INIT("generic"), version_cmp_generic, version_valid_generic },
	[VERSION_ALPM] = { LC_S_INIT("alpm"), version_cmp_alpm, version_valid_alpm },
	[VERSION_JULIA] = { LC_S_INIT("julia"), version_cmp_julia, version_valid_julia },
	[VERSION_CONDA] = { LC_S_INIT("conda"), version_cmp_conda, version_valid_conda },
};

static_assert(sizeof(rows) / sizeof(*rows) == VERSION_SCHEME_N, "one row a scheme");

static bool in_table(enum version_scheme s)
{
	return (unsigned)s < VERSION_SCHEME_N;
}

const char *version_scheme_name(enum version_scheme s)
{
	return in_table(s) ? (const char *)rows[s].name.p : NULL;
}

bool version_scheme_of(struct lc_slice name, enum version_scheme *ret)
{
	for (unsigned i = 0; i < VERSION_SCHEME_N; i++) {
		if (lc_eq(name, rows[i].name)) {
			*ret = (enum version_scheme)i;
			return true;
		}
	}
	return false;
}

bool version_scheme_built(enum version_scheme s)
{
	return in_table(s) && rows[s].cmp;
}

int version_cmp(enum version_scheme s, struct lc_slice a, struct lc_slice b, int *ret)
{
	if (!in_table(s) || (s != VERSION_NONE && !rows[s].cmp))
		return LC_EUNSUP;
	if (a.n > VERSION_BYTES_MAX || b.n > VERSION_BYTES_MAX)
		return LC_ELIMIT;
	if (!a.n || !b.n)
		return LC_EBAD;
	if (s != VERSION_NONE)
		return rows[s].cmp(a, b, ret);
	if (!lc_eq(a, b))
		return LC_EUNSUP;
	*ret = 0;
	return 0;
}

bool version_valid(enum version_scheme s, struct lc_slice v)
{
	if (!in_table(s) || !v.n || v.n > VERSION_BYTES_MAX)
		return false;
	return s == VERSION_NONE || (rows[s].valid && rows[s].valid(v));
}
