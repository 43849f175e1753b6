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
	{ LC_S_INIT("Julia"), VERSION_SEMVER, SPELL_AS_IS },
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

/* ---- from an operating system to its ecosystem ---- */

enum release_part { PART_NONE, PART_MAJOR, PART_MINOR, PART_WHOLE };

struct os_row {
	struct lc_slice family;
	struct lc_slice prefix; /* of the ecosystem, the release follows */
	enum release_part part;
	bool by_source;
	bool source_row; /* some statements are of source packages: "source:NAME" */
};

#define OS(family, prefix, part, by_source)                                  \
	{                                                                    \
		LC_S_INIT(family), LC_S_INIT(prefix), part, by_source, false \
	}
#define OS_BOTH(family, prefix, part)                                   \
	{                                                               \
		LC_S_INIT(family), LC_S_INIT(prefix), part, false, true \
	}

/* Source: the reference table of matching keys. Red Hat and SUSE go by product; the products that
 * make up the operating system of one release are one ecosystem here (docs/database.md). */
static const struct os_row os_rows[] = {
	OS("alma", "AlmaLinux:", PART_MAJOR, false),
	OS("alpine", "Alpine:v", PART_MINOR, true),
	OS("amazon", "Amazon Linux:", PART_MAJOR, false),
	OS("arch", "Arch Linux", PART_NONE, false),
	OS("azurelinux", "Azure Linux:", PART_MAJOR, true),
	OS("bottlerocket", "Bottlerocket", PART_NONE, false),
	OS("cbl-mariner", "CBL-Mariner:", PART_MINOR, true),
	OS_BOTH("centos", "Red Hat:", PART_MAJOR),
	OS("chainguard", "Chainguard", PART_NONE, true),
	OS("debian", "Debian:", PART_MAJOR, true),
	OS("echo", "Echo", PART_NONE, true),
	OS_BOTH("fedora", "Fedora:", PART_MAJOR),
	OS("mageia", "Mageia:", PART_MAJOR, true),
	OS("manjaro", "Arch Linux", PART_NONE, false), /* its packages, some days later */
	OS("minimos", "MinimOS", PART_NONE, true),
	OS("opensuse-leap", "openSUSE:Leap ", PART_MINOR, false),
	OS("opensuse-tumbleweed", "openSUSE:Tumbleweed", PART_NONE, false),
	OS("oracle", "Oracle Linux:", PART_MAJOR, false),
	OS("photon", "Photon OS:", PART_MINOR, false),
	OS("raspbian", "Debian:", PART_MAJOR, true), /* its sources, built for another processor */
	OS_BOTH("redhat", "Red Hat:", PART_MAJOR),
	OS("rocky", "Rocky Linux:", PART_MAJOR, false),
	OS("slem", "SUSE:Linux Enterprise Micro ", PART_MINOR, false),
	OS("sles", "SUSE:Linux Enterprise ", PART_MINOR, false),
	OS("ubuntu", "Ubuntu:", PART_MINOR, true),
	OS("wolfi", "Wolfi", PART_NONE, true),
};

/* "12.5" to "12" or "12.5"; as far as it is made of digits, so that "3.18.9_rc1" gives "3.18". */
static struct lc_slice release_part(struct lc_slice version, enum release_part part)
{
	size_t dots = 0;
	size_t n = 0;
	if (part == PART_WHOLE)
		return version;
	while (n < version.n) {
		uint8_t c = version.p[n];
		if (c == '.' && (part == PART_MAJOR || dots++))
			break;
		if (c != '.' && !lc_is_digit(c))
			break;
		n++;
	}
	struct lc_slice s = lc_sub(version, 0, n);
	(void)lc_chop_suffix(&s, LC_S(".")); /* absent as a rule */
	return s;
}

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

/* Debian before its release has a codename and no number. */
static struct lc_slice debian_number(struct lc_slice version, struct lc_slice codename)
{
	struct lc_slice number = release_part(version, PART_MAJOR);
	struct lc_slice head;
	struct lc_slice tail;
	if (number.n)
		return number;
	if (lc_cut(version, '/', &head, &tail)) /* "bookworm/sid" */
		codename = head;
	return adv_debian_release(codename);
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

static struct lc_slice os_release(const struct os_row *row, const struct inv_os *os,
				  const struct inv_repository *repository)
{
	if (lc_eq(row->family, LC_S("debian")))
		return debian_number(os->version, os->codename);
	/* Its versions were dates before they were numbers. */
	if (lc_eq(row->family, LC_S("amazon")) && lc_starts(os->version, LC_S("201")))
		return LC_S("1");
	if (repository && repository->release.n && lc_eq(repository->family, row->family)) {
		struct lc_slice release = repository->release;
		(void)lc_chop_prefix(&release, LC_S("v")); /* "edge" has none */
		return lc_eq(release, LC_S("edge")) ? release : release_part(release, row->part);
	}
	return release_part(os->version, row->part);
}

static const struct os_row *os_row_of(const struct inv_os *os)
{
	for (size_t i = 0; os && i < sizeof(os_rows) / sizeof(os_rows[0]); i++)
		if (lc_eq(os_rows[i].family, os->family))
			return &os_rows[i];
	return NULL;
}

static int os_ecosystem(const struct os_row *row, const struct inv_os *os,
			const struct inv_repository *repository, struct lc_arena *a,
			struct lc_slice *ret)
{
	if (row->part == PART_NONE) {
		*ret = row->prefix;
		return 0;
	}
	struct lc_slice release = os_release(row, os, repository);
	if (!release.n)
		return 0;
	struct lc_slice prefix = row->prefix;
	if (lc_eq(release, LC_S("edge")))
		(void)lc_chop_suffix(&prefix, LC_S("v")); /* "Alpine:edge" */
	bool lts = lc_eq(row->family, LC_S("ubuntu")) && adv_ubuntu_is_lts(release);
	*ret = lc_arena_fmt(a, "%.*s%.*s%s", LC_FMT(prefix), LC_FMT(release), lts ? ":LTS" : "");
	return ret->p ? 0 : lc_arena_err(a);
}

/* Ubuntu tells of a flaw in one of the two, by which pocket has or will have its fix. */
static int extended_ecosystem(const struct inv_os *os, struct lc_slice ecosystem,
			      struct lc_arena *a, struct lc_slice *ret)
{
	if (!os->extended || !lc_chop_prefix(&ecosystem, LC_S("Ubuntu:")))
		return 0;
	*ret = lc_arena_fmt(a, "Ubuntu:Pro:%.*s", LC_FMT(ecosystem));
	return ret->p ? 0 : lc_arena_err(a);
}

static int os_key(const struct inv_package *p, const struct inv_os *os,
		  const struct inv_repository *repository, struct lc_arena *a, struct adv_key *ret)
{
	const struct os_row *row = os_row_of(os);
	if (!row || (p->flags & (INV_THIRD_PARTY | INV_VIRTUAL)))
		return 0;
	int rc = os_ecosystem(row, os, repository, a, &ret->ecosystem);
	rc = rc ? rc : extended_ecosystem(os, ret->ecosystem, a, &ret->also);
	ret->by_source = row->by_source && p->source_name.n;
	if (ret->by_source) {
		ret->name = p->source_name;
		if (p->source_version.n)
			ret->version = p->source_version;
	}
	if (!rc && row->source_row) {
		struct lc_slice source = p->source_name.n ? p->source_name : p->name;
		ret->source_row = lc_arena_fmt(a, "source:%.*s", LC_FMT(source));
		rc = ret->source_row.p ? 0 : lc_arena_err(a);
	}
	return rc;
}

/* The rows behind those that are there. */
static int add_rows(struct adv_db *db, struct lc_slice ecosystem, struct lc_slice name,
		    struct lc_arena *a, struct advisory_list *list, struct lc_err *e)
{
	struct advisory_list more = { 0 };
	int rc = adv_db_lookup(db, ecosystem, name, a, &more, e);
	if (rc || !more.n)
		return rc;
	struct advisory *v = lc_arena_grow(a, list->v, list->n, list->n + more.n, sizeof(*v));
	if (!v)
		return lc_fail(e, lc_arena_err(a), "advisories of %s", lc_quote(name).s);
	memcpy(v + list->n, more.v, more.n * sizeof(*v));
	*list = (struct advisory_list){ v, list->n + more.n, list->n + more.n };
	return 0;
}

int adv_key_lookup(struct adv_db *db, const struct adv_key *key, struct lc_arena *a,
		   struct advisory_list *ret, struct lc_err *e)
{
	struct advisory_list list = { 0 };
	int rc = adv_db_lookup(db, key->ecosystem, key->name, a, &list, e);
	if (!rc && key->also.n)
		rc = add_rows(db, key->also, key->name, a, &list, e);
	if (!rc && key->source_row.n)
		rc = add_rows(db, key->ecosystem, key->source_row, a, &list, e);
	if (!rc)
		*ret = list;
	return rc;
}

struct lc_slice adv_ecosystem_name(struct lc_slice given, struct lc_arena *a)
{
	struct lc_slice release = given;
	if (lc_eq(given, LC_S("cargo")))
		return LC_S("crates.io");
	if (lc_chop_prefix(&release, LC_S("Ubuntu:")) && adv_ubuntu_is_lts(release))
		return lc_arena_fmt(a, "%.*s:LTS", LC_FMT(given));
	return given;
}

/* Names of conda's packages are PyPI's where the build is one for Python, and may be anything's
 * else. */
static bool is_keyed(const struct package_type *type, const struct inv_package *p)
{
	return type->ecosystem && (type->scheme != VERSION_CONDA ||
				   lc_starts(package_attribute(p, LC_S("build")), LC_S("py")));
}

int adv_key_of(const struct inv_package *p, const struct inv_os *os,
	       const struct inv_repository *repository, struct lc_arena *a, struct adv_key *ret,
	       struct lc_err *e)
{
	const struct package_type *type = package_type_of(p->type);
	struct adv_key key = { .name = p->name, .version = p->version };
	int rc = 0;
	if (type && type->os) {
		rc = os_key(p, os, repository, a, &key);
	} else if (type && is_keyed(type, p)) {
		key.ecosystem = lc_str(type->ecosystem);
		key.name = adv_normal_name(key.ecosystem, p->name, a);
		if (p->name.n && !key.name.p)
			rc = lc_arena_err(a);
	}
	if (rc)
		return lc_fail(e, rc, "key of %s", lc_quote(p->name).s);
	key.scheme = adv_ecosystem_scheme(key.ecosystem);
	*ret = key;
	return 0;
}
