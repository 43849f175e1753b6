#include "advisory/feed_table.h"

enum { MARK_WITHIN = 64 << 10 };

static const struct adv_feed_format formats[] = {
	{ "amazon", ".xml", "Amazon Linux", feed_updateinfo },
	{ "arch", ".json", "\"AVG-", feed_arch },
	{ "azurelinux", ".xml", "oval:com.microsoft.", feed_oval_azure },
	{ "bottlerocket", ".xml", "Bottlerocket", feed_updateinfo },
	{ "debian-tracker", ".json", "\"releases\"", feed_debian },
	{ "fedora", ".json", "\"FEDORA-", feed_bodhi },
	{ "fedora", ".xml", "FEDORA-", feed_updateinfo },
	{ "nvd", ".json", "\"NVD_CVE\"", feed_nvd },
	{ "openeuler", ".xml", "openEuler", feed_cvrf },
	{ "oracle", ".xml", "oval:com.oracle.", feed_oval_oracle },
	{ "oracle", "", "oval:com.oracle.", feed_oval_oracle },
	{ "photon", ".json", "\"aff_ver\"", feed_photon },
	{ "photon", ".xml", "oval:com.vmware.", feed_oval_photon },
	{ "redhat", ".json", "\"csaf_version\"", feed_csaf },
	{ "redhat", ".xml", "oval:com.redhat.", feed_oval_redhat },
	{ "rocky", ".xml", "rockylinux.org", feed_updateinfo },
	{ "suse", ".xml", "oval:org.opensuse.", feed_oval_suse },
	{ "suse", ".xml", "SUSE", feed_cvrf },
	{ "ubuntu", ".json", "openvex.dev/ns", feed_ubuntu_vex },
	{ "ubuntu", ".json", "\"schema_version\"", NULL },
	{ "ubuntu", "", "Candidate: CVE-", feed_ubuntu_tracker },
};

const struct adv_feed_format *adv_feed_format_at(size_t i)
{
	return i < sizeof(formats) / sizeof(formats[0]) ? &formats[i] : NULL;
}

static struct lc_slice without_compression(struct lc_slice path)
{
	static const char *const ends[] = { ".gz", ".zst", ".bz2", ".xz" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (lc_chop_suffix(&path, lc_str(ends[i])))
			break;
	return path;
}

const struct adv_feed_format *adv_feed_format_of(struct lc_slice path, struct lc_slice bytes)
{
	struct lc_slice head = lc_sub(bytes, 0, MARK_WITHIN);
	path = without_compression(path);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (lc_ends(path, lc_str(formats[i].suffix)) &&
		    lc_find_slice(head, lc_str(formats[i].mark)) != SIZE_MAX)
			return &formats[i];
	return NULL;
}

bool adv_feed_is_native(struct lc_slice name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (lc_eq(lc_str(formats[i].feed), name))
			return true;
	return false;
}

#define AZURE_URL                                      \
	"https://raw.githubusercontent.com/microsoft/" \
	"AzureLinuxVulnerabilityData/main/"
#define NVD_URL "https://nvd.nist.gov/feeds/json/cve/2.0/"
#define OSV(name, place)                                                                          \
	{                                                                                         \
		"osv", name "/all.zip",                                                           \
			"https://storage.googleapis.com/osv-vulnerabilities/" place "/all.zip", 0 \
	}
#define SECDB(release)                                                                 \
	{ "alpine-secdb", "alpine-secdb/v" release "/main.json",                       \
	  "https://secdb.alpinelinux.org/v" release "/main.json", 0 },                 \
	{                                                                              \
		"alpine-secdb", "alpine-secdb/v" release "/community.json",            \
			"https://secdb.alpinelinux.org/v" release "/community.json", 0 \
	}
#define AZURE(file)                                                        \
	{                                                                  \
		"azurelinux", "native/azurelinux/" file, AZURE_URL file, 0 \
	}
#define SUSE(file)                                                                 \
	{                                                                          \
		"suse", "native/suse/" file,                                       \
			"https://ftp.suse.com/pub/projects/security/oval/" file, 0 \
	}
#define NVD(year)                                                           \
	{                                                                   \
		"nvd", "native/nvd/nvdcve-2.0-" year ".json.gz",            \
			NVD_URL "nvdcve-2.0-" year ".json.gz", ADV_FEED_OFF \
	}
#define PHOTON_URL "https://packages.broadcom.com/photon/photon_cve_metadata/"
#define PHOTON(release)                                                    \
	{                                                                  \
		"photon", "native/photon/cve_data_photon" release ".json", \
			PHOTON_URL "cve_data_photon" release ".json", 0    \
	}
#define ROCKY(release, repository)                                                          \
	{                                                                                   \
		"rocky", "native/rocky/" release "-" repository ".xml.gz",                  \
			"https://download.rockylinux.org/pub/rocky/" release "/" repository \
			"/x86_64/os/",                                                      \
			ADV_FEED_REPOSITORY | ADV_FEED_OFF                                  \
	}

/*
 * Licences are those of the data's own sources (source.c). NVD is large and says nothing of
 * packages, so it comes only when asked for; Rocky's repositories and Wolfi's secdb do as well,
 * since OSV has the same. Red Hat's archive holds every product.
 */
static const struct adv_feed_file files[] = {
	OSV("AlmaLinux", "AlmaLinux"),
	OSV("Bitnami", "Bitnami"),
	OSV("CRAN", "CRAN"),
	OSV("Chainguard", "Chainguard"),
	OSV("Debian", "Debian"),
	OSV("GitHub Actions", "GitHub%20Actions"),
	OSV("Go", "Go"),
	OSV("Hackage", "Hackage"),
	OSV("Hex", "Hex"),
	OSV("Julia", "Julia"),
	OSV("Maven", "Maven"),
	OSV("MinimOS", "MinimOS"),
	OSV("NuGet", "NuGet"),
	OSV("Packagist", "Packagist"),
	OSV("Pub", "Pub"),
	OSV("PyPI", "PyPI"),
	OSV("Rocky Linux", "Rocky%20Linux"),
	OSV("RubyGems", "RubyGems"),
	OSV("SwiftURL", "SwiftURL"),
	OSV("Ubuntu", "Ubuntu"),
	OSV("Wolfi", "Wolfi"),
	OSV("crates.io", "crates.io"),
	OSV("npm", "npm"),
	SECDB("3.10"),
	SECDB("3.11"),
	SECDB("3.12"),
	SECDB("3.13"),
	SECDB("3.14"),
	SECDB("3.15"),
	SECDB("3.16"),
	SECDB("3.17"),
	SECDB("3.18"),
	SECDB("3.19"),
	SECDB("3.20"),
	SECDB("3.21"),
	SECDB("3.22"),
	SECDB("3.23"),
	{ "amazon", "native/amazon/al2.xml.gz",
	  "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list", ADV_FEED_REPOSITORY },
	{ "amazon", "native/amazon/al2023.xml.gz",
	  "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list",
	  ADV_FEED_REPOSITORY },
	{ "arch", "native/arch/all.json", "https://security.archlinux.org/all.json", 0 },
	AZURE("azurelinux-3.0-oval.xml"),
	AZURE("cbl-mariner-2.0-oval.xml"),
	{ "bottlerocket", "native/bottlerocket/updateinfo.xml.gz",
	  "https://advisories.bottlerocket.aws/updateinfo.xml.gz", 0 },
	{ "debian-tracker", "native/debian-tracker/tracker.json",
	  "https://security-tracker.debian.org/tracker/data/json", 0 },
	{ "eol", "eol/endoflife.json", "https://endoflife.date/api/v1/products/full", 0 },
	{ "epss", "epss/epss_scores-current.csv.gz",
	  "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", 0 },
	{ "kev", "kev/known_exploited_vulnerabilities.json",
	  "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
	  0 },
	NVD("2020"),
	NVD("2021"),
	NVD("2022"),
	NVD("2023"),
	NVD("2024"),
	NVD("2025"),
	NVD("2026"),
	NVD("modified"),
	{ "oracle", "native/oracle/com.oracle.elsa-all.xml.bz2",
	  "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2", 0 },
	PHOTON("3.0"),
	PHOTON("4.0"),
	PHOTON("5.0"),
	{ "redhat", "native/redhat/csaf_vex.tar.zst",
	  "https://security.access.redhat.com/data/csaf/v2/vex/archive_latest.txt",
	  ADV_FEED_LATEST | ADV_FEED_SHA256 },
	ROCKY("8", "BaseOS"),
	ROCKY("8", "AppStream"),
	ROCKY("9", "BaseOS"),
	ROCKY("9", "AppStream"),
	SUSE("opensuse.leap.15.5.xml.gz"),
	SUSE("opensuse.leap.15.6.xml.gz"),
	SUSE("opensuse.tumbleweed.xml.gz"),
	SUSE("suse.linux.enterprise.server.12.xml.gz"),
	SUSE("suse.linux.enterprise.server.15.xml.gz"),
	{ "wolfi-secdb", "wolfi-secdb/security.json", "https://packages.wolfi.dev/os/security.json",
	  ADV_FEED_OFF },
};

const struct adv_feed_file *adv_feed_file_at(size_t i)
{
	return i < sizeof(files) / sizeof(files[0]) ? &files[i] : NULL;
}
