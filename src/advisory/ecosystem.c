#include "advisory/ecosystem.h"

#include "advisory/source.h"

/* ---- how an ecosystem compares and spells names ---- */

enum spelling { SPELL_AS_IS, SPELL_LOWER, SPELL_PYPI, SPELL_URL };

struct family {
	struct lc_slice name;
	enum version_scheme scheme;
	enum spelling spelling;
};

/* Source: OSV schema 1.7, "Defined ecosystems"; names by the registries' own rules (PEP 503, NuGet
 * and Composer without case, Swift by repository URL). */
static const struct family families[] = {
	{ LC_S_INIT("AlmaLinux"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Alpaquita"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("Alpine"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("Amazon Linux"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Arch Linux"), VERSION_ALPM, SPELL_AS_IS },
	{ LC_S_INIT("Azure Linux"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("BellSoft Hardened Containers"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("Bioconductor"), VERSION_CRAN, SPELL_AS_IS },
	{ LC_S_INIT("Bitnami"), VERSION_BITNAMI, SPELL_LOWER },
	{ LC_S_INIT("Bottlerocket"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("CBL-Mariner"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("CRAN"), VERSION_CRAN, SPELL_AS_IS },
	{ LC_S_INIT("Chainguard"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("CocoaPods"), VERSION_GEM, SPELL_AS_IS },
	{ LC_S_INIT("ConanCenter"), VERSION_CONAN, SPELL_LOWER },
	{ LC_S_INIT("Debian"), VERSION_DEB, SPELL_AS_IS },
	{ LC_S_INIT("Echo"), VERSION_DEB, SPELL_AS_IS },
	{ LC_S_INIT("Fedora"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("GHC"), VERSION_HACKAGE, SPELL_AS_IS },
	{ LC_S_INIT("GitHub Actions"), VERSION_SEMVER, SPELL_LOWER },
	{ LC_S_INIT("Go"), VERSION_GO, SPELL_AS_IS },
	{ LC_S_INIT("Hackage"), VERSION_HACKAGE, SPELL_AS_IS },
	{ LC_S_INIT("Hex"), VERSION_HEX, SPELL_LOWER },
	{ LC_S_INIT("Julia"), VERSION_JULIA, SPELL_AS_IS },
	{ LC_S_INIT("Mageia"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Maven"), VERSION_MAVEN, SPELL_AS_IS },
	{ LC_S_INIT("MinimOS"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("NuGet"), VERSION_NUGET, SPELL_LOWER },
	{ LC_S_INIT("Oracle Linux"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Packagist"), VERSION_COMPOSER, SPELL_LOWER },
	{ LC_S_INIT("Photon OS"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Pub"), VERSION_PUB, SPELL_AS_IS },
	{ LC_S_INIT("PyPI"), VERSION_PEP440, SPELL_PYPI },
	{ LC_S_INIT("Red Hat"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("Rocky Linux"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("RubyGems"), VERSION_GEM, SPELL_AS_IS },
	{ LC_S_INIT("SUSE"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("SwiftURL"), VERSION_SWIFT, SPELL_URL },
	{ LC_S_INIT("Ubuntu"), VERSION_DEB, SPELL_AS_IS },
	{ LC_S_INIT("VSCode"), VERSION_SEMVER, SPELL_LOWER },
	{ LC_S_INIT("Wolfi"), VERSION_APK, SPELL_AS_IS },
	{ LC_S_INIT("crates.io"), VERSION_SEMVER, SPELL_AS_IS },
	{ LC_S_INIT("npm"), VERSION_SEMVER, SPELL_AS_IS },
	{ LC_S_INIT("opam"), VERSION_DEB, SPELL_AS_IS }, /* its order is Debian's */
	{ LC_S_INIT("openEuler"), VERSION_RPM, SPELL_AS_IS },
	{ LC_S_INIT("openSUSE"), VERSION_RPM, SPELL_AS_IS },
};

static const struct family *family_of(struct lc_slice ecosystem)
{
	struct lc_slice name = source_family(ecosystem);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (lc_eq(families[i].name, name))
			return &families[i];
	return NULL;
}

enum version_scheme adv_ecosystem_scheme(struct lc_slice ecosystem)
{
	const struct family *f = family_of(ecosystem);
	return f ? f->scheme : VERSION_NONE;
}

static bool is_dash(uint8_t c)
{
	return c == '-' || c == '_' || c == '.';
}

static struct lc_slice lower(struct lc_slice name, bool dashes, struct lc_arena *a)
{
	uint8_t *p = lc_arena_alloc(a, name.n + 1);
	size_t n = 0;
	if (!p)
		return (struct lc_slice){ NULL, 0 };
	for (size_t i = 0; i < name.n; i++) {
		if (!dashes || !is_dash(name.p[i]))
			p[n++] = lc_lower(name.p[i]);
		else if (!i || !is_dash(name.p[i - 1]))
			p[n++] = '-'; /* a run of them is one */
	}
	return lc_slice_of(p, n);
}

struct lc_slice adv_normal_name(struct lc_slice ecosystem, struct lc_slice name, struct lc_arena *a)
{
	const struct family *f = family_of(ecosystem);
	switch (f ? f->spelling : SPELL_AS_IS) {
	case SPELL_LOWER:
		return lower(name, false, a);
	case SPELL_PYPI:
		return lower(name, true, a);
	case SPELL_URL:
		if (!lc_chop_prefix(&name, LC_S("https://")))
			(void)lc_chop_prefix(&name, LC_S("http://")); /* either, or none */
		(void)lc_chop_suffix(&name, LC_S(".git"));            /* absent as a rule */
		return lower(name, false, a);
	default:
		return name;
	}
}

/* ---- releases ---- */

struct lc_slice adv_debian_release(struct lc_slice codename)
{
	static const struct {
		struct lc_slice codename, number;
	} releases[] = {
		{ LC_S_INIT("woody"), LC_S_INIT("3") },
		{ LC_S_INIT("sarge"), LC_S_INIT("3") },
		{ LC_S_INIT("etch"), LC_S_INIT("4") },
		{ LC_S_INIT("lenny"), LC_S_INIT("5") },
		{ LC_S_INIT("squeeze"), LC_S_INIT("6") },
		{ LC_S_INIT("wheezy"), LC_S_INIT("7") },
		{ LC_S_INIT("jessie"), LC_S_INIT("8") },
		{ LC_S_INIT("stretch"), LC_S_INIT("9") },
		{ LC_S_INIT("buster"), LC_S_INIT("10") },
		{ LC_S_INIT("bullseye"), LC_S_INIT("11") },
		{ LC_S_INIT("bookworm"), LC_S_INIT("12") },
		{ LC_S_INIT("trixie"), LC_S_INIT("13") },
		{ LC_S_INIT("forky"), LC_S_INIT("14") },
		{ LC_S_INIT("duke"), LC_S_INIT("15") },
	};
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (lc_eq(releases[i].codename, codename))
			return releases[i].number;
	return (struct lc_slice){ NULL, 0 };
}

/* Every second April's release. */
bool adv_ubuntu_is_lts(struct lc_slice version)
{
	uint64_t year;
	struct lc_slice head;
	struct lc_slice tail;
	return lc_cut(version, '.', &head, &tail) && lc_eq(tail, LC_S("04")) &&
	       lc_u64(head, 10, 99, &year) && year % 2 == 0;
}
