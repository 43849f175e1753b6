/* Bills of materials: package URLs taken apart, SPDX and CycloneDX documents. */
#include "inventory/sbom/analysers.h"
#include "inventory/sbom/purl_read.h"

#include <stdio.h>

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

struct purl_row {
	const char *in, *want; /* "type name version [arch]"; "-" no URL, "" no package */
};

static const struct purl_row urls[] = {
	{ "pkg:npm/%40a/b@1.0.0", "node-pkg @a/b 1.0.0" },
	{ "pkg:npm/@a/b@1.0.0", "node-pkg @a/b 1.0.0" },
	{ "pkg:npm/@a/b", "node-pkg @a/b " },
	{ "PKG:npm/a", "-" },
	{ " pkg://NPM/a@1 ", "node-pkg a 1" },
	{ "pkg:pypi/django@2.2?x=y#sub", "python-pkg django 2.2" },
	{ "pkg:maven/g.h/a@1?type=jar", "jar g.h:a 1" },
	{ "pkg:golang/example.org/x/y@v1.2.3%2Bincompatible",
	  "gobinary example.org/x/y v1.2.3+incompatible" },
	{ "pkg:cocoapods/A@1#B/C", "cocoapods A/B/C 1" },
	{ "pkg:composer/a/b@1", "composer-vendor a/b 1" },
	{ "pkg:bitnami/a@1?arch=arm64&distro=x", "bitnami a 1 arm64" },
	{ "pkg:bitnami/a@1?distro=x&ARCH=amd%36", "bitnami a 1 amd6" },
	{ "pkg:gem/a@1%2", "gemspec a 1%2" },
	{ "pkg:gem/a@%zz", "gemspec a %zz" },
	{ "pkg:apk/alpine/a@1", "" },
	{ "pkg:generic/a@1", "" },
	{ "pkg:npm", "-" },
	{ "pkg:npm/", "-" },
	{ "pkg:/a", "-" },
	{ "npm/a@1", "-" },
	{ "", "-" },
};

static void package_urls_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(urls); i++) {
		struct lc_arena a;
		struct purl p;
		struct inv_package package;
		char got[256] = "-";
		lc_arena_init(&a, 1 << 16);
		int r = purl_read(lc_str(urls[i].in), &a, &p);
		assert_true(r == 0 || r == LC_EBAD);
		if (r == 0) {
			assert_int_equal(purl_package(&p, &a, &package), 0);
			(void)snprintf(got, sizeof(got), "%.*s %.*s %.*s%s%.*s",
				       LC_FMT(package.type), LC_FMT(package.name),
				       LC_FMT(package.version), package.arch.n ? " " : "",
				       LC_FMT(package.arch));
			if (package.type.n == 0)
				got[0] = '\0';
		}
		if (strcmp(got, urls[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", urls[i].in, got, urls[i].want);
		lc_arena_done(&a);
	}
}

static const struct row cyclonedx[] = {
	ROW("components in components, licences, who needs whom",
	    "{\"bomFormat\":\"CycloneDX\",\"metadata\":{\"component\":{\"bom-ref\":\"r\",\"purl\":"
	    "\"pkg:oci/x\"}},\"components\":[{\"bom-ref\":\"1\",\"purl\":\"pkg:npm/a@1\","
	    "\"licenses\":["
	    "{\"license\":{\"id\":\"MIT\"}},{\"license\":{\"name\":\"Own\"}}],\"components\":[{"
	    "\"bom-ref\":\"2\",\"purl\":\"pkg:npm/b@2\",\"licenses\":[{\"expression\":\"A OR B\"}"
	    "]}]},"
	    "{\"bom-ref\":\"3\",\"purl\":\"pkg:cargo/a@1\"},{\"bom-ref\":\"4\",\"purl\":"
	    "\"pkg:deb/debian/x@1\"},{\"name\":\"y\"},{\"bom-ref\":\"5\",\"purl\":\"pkg:npm/"
	    "a@1\"}],"
	    "\"dependencies\":[{\"ref\":\"1\",\"dependsOn\":[\"2\",\"3\",\"4\",\"none\"]},"
	    "{\"ref\":\"2\",\"dependsOn\":[\"1\",\"2\",\"5\"]}]}",
	    "p node-pkg a 1 lic=MIT|Own dep=a@1,b@2 lines=0-0\n"
	    "p node-pkg b 2 lic=A OR B dep=a@1 lines=0-0\np rustbinary a 1 lines=0-0\n"),
	ROW("URLs that are none",
	    "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"purl\":\"x\"},7]}",
	    "! malformed: no package URL: x\n"),
	ROW("names that are no text",
	    "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"purl\":\"pkg:npm/a%01@1\"}]}",
	    "! malformed: line 0: name or version that is no text: a\\x01\n"),
	ROW("another document", "{\"components\":[{\"purl\":\"pkg:npm/a@1\"}]}",
	    "! unsupported: no CycloneDX document\n"),
	ROW("other types", "{\"bomFormat\":\"CycloneDX\",\"components\":{},\"dependencies\":7}",
	    ""),
	ROW("cut short",
	    "{\"bomFormat\":", "! truncated: line 1, column 14: the text ends too early\n"),
};

static const struct row spdx[] = {
	ROW("packages and both directions",
	    "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"SPDXID\":\"A\",\"licenseDeclared\":"
	    "\"NOASSERTION\",\"licenseConcluded\":\"MIT\",\"externalRefs\":[{\"referenceType\":"
	    "\"cpe23Type\","
	    "\"referenceLocator\":\"cpe\"},{\"referenceType\":\"purl\",\"referenceLocator\":"
	    "\"pkg:npm/a@1\"}]},{\"SPDXID\":\"B\",\"licenseDeclared\":\"NONE\",\"externalRefs\":[{"
	    "\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/b@1\"}]},{\"SPDXID\":"
	    "\"C\"}],"
	    "\"relationships\":[{\"spdxElementId\":\"A\",\"relationshipType\":\"DEPENDS_ON\","
	    "\"relatedSpdxElement\":\"B\"},{\"spdxElementId\":\"A\",\"relationshipType\":"
	    "\"DEPENDENCY_OF\",\"relatedSpdxElement\":\"B\"},{\"spdxElementId\":\"A\","
	    "\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":\"B\"}]}",
	    "p node-pkg a 1 lic=MIT dep=b@1 lines=0-0\np node-pkg b 1 dep=a@1 lines=0-0\n"),
	ROW("another document", "{}", "! unsupported: no SPDX 2 document\n"),
	ROW("not UTF-8", "{\"spdxVersion\":\"\xff\"}",
	    "! malformed: line 1, column 17: invalid UTF-8\n"),
};

static const struct row tags[] = {
	ROW("tags and values",
	    "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n\nPackageName: a\nSPDXID: SPDXRef-a\n"
	    "PackageLicenseConcluded: MIT\nPackageLicenseDeclared: NOASSERTION\n"
	    "ExternalRef: SECURITY cpe23Type cpe:2.3:a\nExternalRef: PACKAGE-MANAGER purl pkg:"
	    "pypi/a@1\n"
	    "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\nPackageName: none\nPackageName: b\r\n"
	    "SPDXID: SPDXRef-b\r\nExternalRef: PACKAGE_MANAGER purl pkg:npm/b@2\r\n",
	    "p python-pkg a 1 lic=MIT dep=b@2 lines=0-0\np node-pkg b 2 lines=0-0\n"),
	ROW("files of a package",
	    "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\n"
	    "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1\n"
	    "FileName: ./a.py\nSPDXID: SPDXRef-file\nPackageName: b\nSPDXID: SPDXRef-b\n"
	    "ExternalRef: PACKAGE-MANAGER purl pkg:npm/b@2\nFileName: ./b.py\n"
	    "SPDXID: SPDXRef-file2\nRelationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n",
	    "p python-pkg a 1 dep=b@2 lines=0-0\np node-pkg b 2 lines=0-0\n"),
	ROW("on a type that has no ids",
	    "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\n"
	    "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1\nPackageName: b\nSPDXID: SPDXRef-b\n"
	    "ExternalRef: PACKAGE-MANAGER purl pkg:pypi/b@2\n"
	    "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n",
	    "p python-pkg a 1 lines=0-0\np python-pkg b 2 lines=0-0\n"),
	ROW("JSON by another name",
	    "\n{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"externalRefs\":[{\"referenceType\":"
	    "\"purl\","
	    "\"referenceLocator\":\"pkg:gem/a@1\"}]}]}",
	    "p gemspec a 1 lines=0-0\n"),
	ROW("another text", "x: y\n", "! unsupported: no SPDX 2 document\n"),
	ROW("broken relations", "SPDXVersion: SPDX-2.3\nRelationship:\nRelationship: a\n", ""),
};

static void documents_give_their_packages(void **state)
{
	static const struct row bitnami[] = { ROW("Bitnami's own", "{}", "") };
	(void)state;
	facts_check(&inv_cyclonedx, "app/bom.cdx.json", cyclonedx, N(cyclonedx));
	facts_check(&inv_spdx, "var/lib/db/sbom/a.spdx.json", spdx, N(spdx));
	facts_check(&inv_spdx, "a.spdx", tags, N(tags));
	facts_check(&inv_spdx, "opt/bitnami/a/.spdx-a.spdx", bitnami, N(bitnami));
}

static void components_nested_beyond_reason_end(void **state)
{
	struct lc_buf b;
	struct facts f;
	(void)state;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(lc_buf_str(&b, "{\"bomFormat\":\"CycloneDX\""), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(lc_buf_str(&b, ",\"components\":[{\"purl\":\"pkg:npm/a@1\""), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(lc_buf_str(&b, "}]"), 0);
	assert_int_equal(lc_buf_str(&b, "}"), 0);
	facts_of(&f, &inv_cyclonedx, "a.cdx", lc_buf_get(&b));
	assert_string_equal(facts_text(&f), "p node-pkg a 1 lines=0-0\n"
					    "! too-large: components in components, 17 deep\n");
	facts_done(&f);
	lc_buf_done(&b);
}

static void survives_any_failing_allocation(void **state)
{
	const struct facts_try tries[] = {
		{ &inv_cyclonedx, "a.cdx", cyclonedx[0].in },
		{ &inv_spdx, "a.spdx.json", spdx[0].in },
		{ &inv_spdx, "a.spdx", tags[0].in },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(package_urls_are_taken_apart),
		cmocka_unit_test(documents_give_their_packages),
		cmocka_unit_test(components_nested_beyond_reason_end),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests_name("sbom", tests, NULL, NULL);
}
