#include "advisory/source.h"

struct row {
	struct lc_slice id;
	struct lc_slice family; /* empty: any */
	struct lc_slice name;
	struct lc_slice url;
	struct lc_slice licence;
};

#define ROW(id, family, name, url, licence)                                        \
	{                                                                          \
		LC_S_INIT(id), LC_S_INIT(family), LC_S_INIT(name), LC_S_INIT(url), \
			LC_S_INIT(licence)                                         \
	}
#define GHSA(family, name, query)                             \
	ROW("ghsa", family, "GitHub Security Advisory " name, \
	    "https://github.com/advisories?query=type%3Areviewed+ecosystem%3A" query, "CC-BY-4.0")

static const struct row rows[] = {
	ROW("alma", "", "AlmaLinux Product Errata", "https://errata.almalinux.org/", "MIT"),
	ROW("alpine", "", "Alpine Secdb", "https://secdb.alpinelinux.org/", "facts"),
	ROW("amazon", "", "Amazon Linux Security Center", "https://alas.aws.amazon.com/", ""),
	ROW("arch-linux", "", "Arch Linux Vulnerable issues", "https://security.archlinux.org/",
	    ""),
	ROW("azure", "", "Azure Linux Vulnerability Data",
	    "https://github.com/microsoft/AzureLinuxVulnerabilityData", "MIT"),
	ROW("bitnami", "", "Bitnami Vulnerability Database", "https://github.com/bitnami/vulndb",
	    "Apache-2.0"),
	ROW("bottlerocket", "", "Bottlerocket Advisories", "https://advisories.bottlerocket.aws/",
	    "Apache-2.0"),
	ROW("chainguard", "", "Chainguard Security Data", "https://images.chainguard.dev/security",
	    ""),
	ROW("debian", "", "Debian Security Tracker",
	    "https://salsa.debian.org/security-tracker-team/security-tracker", "facts"),
	ROW("echo", "", "Echo", "https://advisory.echohq.com/", ""),
	ROW("endoflife", "", "endoflife.date", "https://endoflife.date/", "MIT"),
	ROW("epss", "", "Exploit Prediction Scoring System", "https://www.first.org/epss/", ""),
	ROW("fedora", "", "Fedora Updates", "https://bodhi.fedoraproject.org/", ""),
	GHSA("npm", "Npm", "npm"),
	GHSA("PyPI", "Pip", "pip"),
	GHSA("Maven", "Maven", "maven"),
	GHSA("NuGet", "Nuget", "nuget"),
	GHSA("RubyGems", "RubyGems", "rubygems"),
	GHSA("Packagist", "Composer", "composer"),
	GHSA("Go", "Go", "go"),
	GHSA("crates.io", "Rust", "rust"),
	GHSA("Hex", "Erlang", "erlang"),
	GHSA("Pub", "Pub", "pub"),
	GHSA("SwiftURL", "Swift", "swift"),
	ROW("govulndb", "", "The Go Vulnerability Database", "https://pkg.go.dev/vuln/",
	    "CC-BY-4.0"),
	ROW("julia", "", "Julia Ecosystem Security Advisories",
	    "https://github.com/JuliaLang/SecurityAdvisories.jl", "CC-BY-4.0"),
	ROW("kev", "", "CISA Known Exploited Vulnerabilities Catalog",
	    "https://www.cisa.gov/known-exploited-vulnerabilities-catalog", "CC0-1.0"),
	ROW("malicious-packages", "", "OpenSSF Malicious Packages",
	    "https://github.com/ossf/malicious-packages", "Apache-2.0"),
	ROW("minimos", "", "MinimOS Security Data", "https://www.minimus.io/", ""),
	ROW("nodejs-security-wg", "", "Node.js Ecosystem Security Working Group",
	    "https://github.com/nodejs/security-wg", "MIT"),
	ROW("osv", "PyPI", "Python Packaging Advisory Database",
	    "https://github.com/pypa/advisory-db", "CC-BY-4.0"),
	ROW("osv", "crates.io", "RustSec Advisory Database",
	    "https://github.com/RustSec/advisory-db", "CC0-1.0"),
	ROW("osv", "", "Open Source Vulnerabilities", "https://osv.dev/", ""),
	ROW("php-security-advisories", "", "PHP Security Advisories Database",
	    "https://github.com/FriendsOfPHP/security-advisories", "Unlicense"),
	ROW("rocky", "", "Rocky Linux Errata", "https://errata.rockylinux.org/", ""),
	ROW("ruby-advisory-db", "", "Ruby Advisory Database",
	    "https://github.com/rubysec/ruby-advisory-db", "public domain"),
	ROW("suse-cvrf", "", "SUSE Security Advisories", "https://www.suse.com/support/update/",
	    ""),
	ROW("ubuntu", "", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker",
	    "facts"),
	ROW("wolfi", "", "Wolfi Secdb", "https://github.com/wolfi-dev/advisories", "Apache-2.0"),
};

struct lc_slice source_family(struct lc_slice ecosystem)
{
	struct lc_slice head;
	struct lc_slice tail;
	return lc_cut(ecosystem, ':', &head, &tail) ? head : ecosystem;
}

void source_describe(struct lc_slice id, struct lc_slice ecosystem, struct advisory_source *ret)
{
	struct lc_slice family = source_family(ecosystem);
	*ret = (struct advisory_source){ .id = id, .ecosystem = family, .name = id };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!lc_eq(rows[i].id, id) || (rows[i].family.n && !lc_eq(rows[i].family, family)))
			continue;
		ret->name = rows[i].name;
		ret->url = rows[i].url;
		ret->licence = rows[i].licence;
		return;
	}
}

/* Source: the neighbours' fixed order of sources; national and vendor trackers before aggregators.
 */
static const struct lc_slice order[] = {
	LC_S_INIT("nvd"),
	LC_S_INIT("redhat"),
	LC_S_INIT("redhat-oval"),
	LC_S_INIT("debian"),
	LC_S_INIT("ubuntu"),
	LC_S_INIT("alpine"),
	LC_S_INIT("amazon"),
	LC_S_INIT("oracle-oval"),
	LC_S_INIT("suse-cvrf"),
	LC_S_INIT("photon"),
	LC_S_INIT("arch-linux"),
	LC_S_INIT("alma"),
	LC_S_INIT("rocky"),
	LC_S_INIT("cbl-mariner"),
	LC_S_INIT("azure"),
	LC_S_INIT("ruby-advisory-db"),
	LC_S_INIT("php-security-advisories"),
	LC_S_INIT("nodejs-security-wg"),
	LC_S_INIT("ghsa"),
	LC_S_INIT("glad"),
	LC_S_INIT("aqua"),
	LC_S_INIT("osv"),
	LC_S_INIT("k8s"),
	LC_S_INIT("wolfi"),
	LC_S_INIT("chainguard"),
	LC_S_INIT("bitnami"),
	LC_S_INIT("govulndb"),
	LC_S_INIT("julia"),
	LC_S_INIT("bottlerocket"),
	LC_S_INIT("echo"),
	LC_S_INIT("minimos"),
	LC_S_INIT("rootio"),
};

unsigned source_rank(struct lc_slice id)
{
	unsigned n = sizeof(order) / sizeof(order[0]);
	for (unsigned i = 0; i < n; i++)
		if (lc_eq(order[i], id))
			return i;
	return n;
}

struct rule {
	struct lc_slice key;
	struct lc_slice source;
};

#define RULE(key, source)                         \
	{                                         \
		LC_S_INIT(key), LC_S_INIT(source) \
	}

static const struct rule by_word[] = {
	RULE("GitHub Advisory Database", "ghsa"),
	RULE("rubysec/ruby-advisory-db", "ruby-advisory-db"),
	RULE("nodejs/security-wg", "nodejs-security-wg"),
	RULE("FriendsOfPHP/security-advisories", "php-security-advisories"),
};

static const struct rule by_prefix[] = {
	RULE("GHSA-", "ghsa"),   RULE("MAL-", "malicious-packages"),
	RULE("GO-", "govulndb"), RULE("BIT-", "bitnami"),
	RULE("JLSEC-", "julia"),
};

static const struct rule by_family[] = {
	RULE("AlmaLinux", "alma"),    RULE("Alpine", "alpine"),    RULE("Amazon Linux", "amazon"),
	RULE("Azure Linux", "azure"), RULE("Bitnami", "bitnami"),  RULE("Chainguard", "chainguard"),
	RULE("Debian", "debian"),     RULE("Echo", "echo"),        RULE("Go", "govulndb"),
	RULE("MinimOS", "minimos"),   RULE("Photon OS", "photon"), RULE("Red Hat", "redhat"),
	RULE("Rocky Linux", "rocky"), RULE("SUSE", "suse-cvrf"),   RULE("openSUSE", "suse-cvrf"),
	RULE("Ubuntu", "ubuntu"),     RULE("Wolfi", "wolfi"),
};

struct lc_slice source_of_record(struct lc_slice id, struct lc_slice says,
				 struct lc_slice ecosystem)
{
	struct lc_slice family = source_family(ecosystem);
	for (size_t i = 0; i < sizeof(by_word) / sizeof(by_word[0]); i++)
		if (lc_eq(by_word[i].key, says))
			return by_word[i].source;
	for (size_t i = 0; i < sizeof(by_prefix) / sizeof(by_prefix[0]); i++)
		if (lc_starts(id, by_prefix[i].key))
			return by_prefix[i].source;
	for (size_t i = 0; i < sizeof(by_family) / sizeof(by_family[0]); i++)
		if (lc_eq(by_family[i].key, family))
			return by_family[i].source;
	return LC_S("osv");
}
