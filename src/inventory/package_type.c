#include "inventory/package_type.h"

#define OS(name, purl_type, scheme)                                                 \
	{                                                                           \
		name, NULL, NULL, purl_type, NULL, scheme, true, NAMED_WHOLE, ID_AT \
	}
#define LANGUAGE(name, target, purl_type, ecosystem, scheme, naming, id)            \
	{                                                                           \
		name, name, target, purl_type, ecosystem, scheme, false, naming, id \
	}

/* Sorted by name. The name is the Type of reports for packages that no OS has. */
const struct package_type package_types[] = {
	OS("apk", "apk", VERSION_APK),
	LANGUAGE("binary", NULL, "generic", "Bitnami", VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("bitnami", NULL, "bitnami", "Bitnami", VERSION_BITNAMI, NAMED_WHOLE_LOWER, ID_AT),
	LANGUAGE("bun", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("bundler", NULL, "gem", "RubyGems", VERSION_GEM, NAMED_WHOLE, ID_AT),
	LANGUAGE("cabal", NULL, "hackage", "Hackage", VERSION_HACKAGE, NAMED_WHOLE, ID_AT),
	LANGUAGE("cargo", NULL, "cargo", "crates.io", VERSION_SEMVER, NAMED_WHOLE, ID_AT),
	LANGUAGE("cocoapods", NULL, "cocoapods", "CocoaPods", VERSION_GEM, NAMED_SUBSPEC, ID_AT),
	LANGUAGE("composer", NULL, "composer", "Packagist", VERSION_COMPOSER, NAMED_PATH_LOWER,
		 ID_AT),
	LANGUAGE("composer-vendor", NULL, "composer", "Packagist", VERSION_COMPOSER,
		 NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("conan", NULL, "conan", "ConanCenter", VERSION_CONAN, NAMED_WHOLE, ID_SLASH),
	LANGUAGE("conda-environment", NULL, "conda", "PyPI", VERSION_CONDA, NAMED_WHOLE, ID_NONE),
	LANGUAGE("conda-pkg", "Conda", "conda", "PyPI", VERSION_CONDA, NAMED_WHOLE, ID_NONE),
	LANGUAGE("cpan", NULL, "cpan", NULL, VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("deno", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("dotnet-core", NULL, "nuget", "NuGet", VERSION_NUGET, NAMED_WHOLE, ID_SLASH),
	OS("dpkg", "deb", VERSION_DEB),
	LANGUAGE("gemspec", "Ruby", "gem", "RubyGems", VERSION_GEM, NAMED_WHOLE, ID_AT),
	LANGUAGE("github-actions", NULL, "github", "GitHub Actions", VERSION_SEMVER,
		 NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("gleam", NULL, "hex", "Hex", VERSION_HEX, NAMED_WHOLE_LOWER, ID_AT),
	LANGUAGE("gobinary", NULL, "golang", "Go", VERSION_GO, NAMED_PATH_LOWER, ID_GO),
	LANGUAGE("gomod", NULL, "golang", "Go", VERSION_GO, NAMED_PATH_LOWER, ID_GO),
	LANGUAGE("gradle", NULL, "maven", "Maven", VERSION_MAVEN, NAMED_GROUP, ID_COLON),
	LANGUAGE("hex", NULL, "hex", "Hex", VERSION_HEX, NAMED_WHOLE_LOWER, ID_AT),
	LANGUAGE("jar", "Java", "maven", "Maven", VERSION_MAVEN, NAMED_GROUP, ID_COLON),
	LANGUAGE("javascript", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("julia", NULL, "julia", "Julia", VERSION_JULIA, NAMED_WHOLE, ID_AT),
	LANGUAGE("kubernetes", NULL, "k8s", NULL, VERSION_SEMVER, NAMED_PATH, ID_AT),
	LANGUAGE("luarocks", NULL, "luarocks", NULL, VERSION_GENERIC, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("nix", NULL, "nix", NULL, VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("node-pkg", "Node.js", "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("npm", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("nuget", NULL, "nuget", "NuGet", VERSION_NUGET, NAMED_WHOLE, ID_AT),
	LANGUAGE("opam", NULL, "opam", "opam", VERSION_DEB, NAMED_WHOLE, ID_AT),
	OS("opkg", "opkg", VERSION_DEB), /* opkg has dpkg's comparison */
	LANGUAGE("packages-props", NULL, "nuget", "NuGet", VERSION_NUGET, NAMED_WHOLE, ID_AT),
	OS("pacman", "alpm", VERSION_ALPM),
	LANGUAGE("paket", NULL, "nuget", "NuGet", VERSION_NUGET, NAMED_WHOLE, ID_AT),
	LANGUAGE("pdm", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_AT),
	LANGUAGE("pear", NULL, "pear", NULL, VERSION_COMPOSER, NAMED_PATH, ID_AT),
	LANGUAGE("perl-pkg", "Perl", "cpan", NULL, VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("pip", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_NONE),
	LANGUAGE("pipenv", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_NONE),
	LANGUAGE("pnpm", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("poetry", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_AT),
	LANGUAGE("pom", NULL, "maven", "Maven", VERSION_MAVEN, NAMED_GROUP, ID_COLON),
	LANGUAGE("pub", NULL, "pub", "Pub", VERSION_PUB, NAMED_WHOLE_LOWER, ID_AT),
	LANGUAGE("pylock", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_AT),
	LANGUAGE("python-pkg", "Python", "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_NONE),
	LANGUAGE("r-pkg", "R", "cran", "CRAN", VERSION_CRAN, NAMED_WHOLE, ID_AT),
	LANGUAGE("rebar", NULL, "hex", "Hex", VERSION_HEX, NAMED_WHOLE_LOWER, ID_AT),
	LANGUAGE("renv", NULL, "cran", "CRAN", VERSION_CRAN, NAMED_WHOLE, ID_AT),
	OS("rpm", "rpm", VERSION_RPM),
	LANGUAGE("rustbinary", NULL, "cargo", "crates.io", VERSION_SEMVER, NAMED_WHOLE, ID_AT),
	LANGUAGE("sbt", NULL, "maven", "Maven", VERSION_MAVEN, NAMED_GROUP, ID_COLON),
	LANGUAGE("snap", NULL, "snap", NULL, VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("stack", NULL, "hackage", "Hackage", VERSION_HACKAGE, NAMED_WHOLE, ID_AT),
	LANGUAGE("swift", NULL, "swift", "SwiftURL", VERSION_SWIFT, NAMED_PATH, ID_AT),
	LANGUAGE("terraform", NULL, "terraform", NULL, VERSION_SEMVER, NAMED_PATH, ID_AT),
	LANGUAGE("uv", NULL, "pypi", "PyPI", VERSION_PEP440, NAMED_PYPI, ID_AT),
	LANGUAGE("vcpkg", NULL, "vcpkg", NULL, VERSION_GENERIC, NAMED_WHOLE, ID_AT),
	LANGUAGE("vscode", "Visual Studio Code", "vscode-extension", "VSCode", VERSION_SEMVER,
		 NAMED_PATH_LOWER, ID_AT),
	LANGUAGE("wordpress", "WordPress", "wordpress", NULL, VERSION_COMPOSER, NAMED_PATH, ID_AT),
	LANGUAGE("yarn", NULL, "npm", "npm", VERSION_SEMVER, NAMED_PATH_LOWER, ID_AT),
};
const size_t package_types_n = sizeof(package_types) / sizeof(package_types[0]);

const struct package_type *package_type_of(struct lc_slice name)
{
	size_t from = 0;
	size_t to = package_types_n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int c = lc_cmp(name, lc_str(package_types[middle].name));
		if (c == 0)
			return &package_types[middle];
		if (c < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

void package_version_split(const struct package_type *t, struct lc_slice version,
			   uint64_t *ret_epoch, struct lc_slice *ret_version,
			   struct lc_slice *ret_release)
{
	struct lc_slice epoch = LC_S("");
	*ret_epoch = 0;
	*ret_version = version;
	*ret_release = LC_S("");
	if (t->scheme == VERSION_DEB)
		version_split_deb(version, &epoch, ret_version, ret_release);
	else if (t->scheme == VERSION_RPM || t->scheme == VERSION_ALPM)
		version_split_rpm(version, &epoch, ret_version, ret_release);
	if (epoch.n && !lc_u64(epoch, 10, INT32_MAX, ret_epoch)) {
		/* No epoch at all, then: the text is the version. */
		*ret_version = version;
		*ret_release = LC_S("");
	}
}

struct lc_slice package_attribute(const struct inv_package *p, struct lc_slice key)
{
	for (size_t i = 0; i < p->attributes.n; i++) {
		if (lc_eq(p->attributes.v[i].key, key))
			return p->attributes.v[i].value;
	}
	return LC_S("");
}

struct lc_slice package_version_plain(struct lc_slice version)
{
	size_t i = 0;
	while (i < version.n && lc_is_digit(version.p[i]))
		i++;
	return i < version.n && version.p[i] == ':' ? lc_skip(version, i + 1) : version;
}

static const char *id_separator(const struct package_type *t)
{
	switch (t ? t->id : ID_AT) {
	case ID_SLASH:
		return "/";
	case ID_COLON:
		return ":";
	case ID_GO:
		return "@v";
	default:
		return "@";
	}
}

/* rpm: several architectures live side by side, and the epoch is left out. */
static void put_id(struct lc_buf *b, const struct inv_package *p)
{
	const struct package_type *t = package_type_of(p->type);
	bool rpm = t && t->scheme == VERSION_RPM;
	struct lc_slice text = rpm ? package_version_plain(p->version) : p->version;
	if (t && t->id == ID_NONE)
		return;
	if (t && t->id == ID_GO)
		(void)lc_chop_prefix(&text, LC_S("v")); /* the separator has it */
	(void)lc_buf_slice(b, p->name);                 /* sticky: the caller looks */
	if (text.n) {
		(void)lc_buf_str(b, id_separator(t)); /* sticky, as above */
		(void)lc_buf_slice(b, text);
	}
	if (rpm && text.n && p->arch.n) {
		(void)lc_buf_byte(b, '.'); /* sticky, as above */
		(void)lc_buf_slice(b, p->arch);
	}
}

struct lc_slice package_id(const struct inv_package *p, struct lc_arena *a)
{
	struct lc_slice id;
	struct lc_buf b;
	lc_buf_init(&b, p->name.n + p->version.n + p->arch.n + 3);
	put_id(&b, p);
	int r = lc_buf_err(&b);
	if (r && !a->err)
		a->err = r;
	if (r || lc_arena_dup(a, lc_buf_get(&b), &id))
		id = lc_slice_of(NULL, 0);
	lc_buf_done(&b);
	return id;
}
