#include "inventory/walk.h"

#include <stdio.h>

#include "format/json.h"
#include "inventory/package_type.h"
#include "inventory/scan_image.h"
#include "io/file.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* Package lists of the data folder's images against what dpkg-query, apk and rpm say
 * (NAME.truth.json). */

struct kind {
	const char *truth; /* key in packages_final and packages_by_layer */
	const char *type;
	const char *source, *source_version; /* keys; NULL: the binary's version */
	const char *skip;                    /* listed, and no package */
};

static const struct kind kinds[] = {
	{ "apk", "apk", "origin", NULL },
	{ "deb", "dpkg", "source", "source_version" },
	{ "rpm", "rpm", NULL, NULL, "gpg-pubkey" },
};

/* Names stand in lists once for each architecture. */
static bool holds(const struct json_doc *d, json_ref list, const struct inv_package *p)
{
	json_each(d, list, item) {
		if (lc_eq(json_get_str(d, item, "name"), p->name) &&
		    lc_eq(json_get_str(d, item, "version"), p->version) &&
		    lc_eq(json_get_str(d, item, "arch"), p->arch))
			return true;
	}
	return false;
}

/* The first layer from which on every list of the kind has the package. */
static size_t origin_of(const struct json_doc *d, const char *kind, const struct inv_package *p)
{
	size_t origin = 0;
	size_t layer = 0;
	bool inside = false;
	json_each(d, json_get(d, json_root(d), "packages_by_layer"), at) {
		json_ref list = json_get(d, at, kind);
		if (list != JSON_NONE && holds(d, list, p)) {
			origin = inside ? origin : layer;
			inside = true;
		} else if (list != JSON_NONE) {
			inside = false;
		}
		layer++;
	}
	return origin;
}

static const struct inv_found_package *find(const struct inventory *inv, const char *type,
					    const struct json_doc *d, json_ref want)
{
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_package *p = &inv->packages.v[i].package;
		if (lc_eq(p->type, lc_str(type)) && lc_eq(p->name, json_get_str(d, want, "name")) &&
		    lc_eq(p->version, json_get_str(d, want, "version")) &&
		    lc_eq(p->arch, json_get_str(d, want, "arch")))
			return &inv->packages.v[i];
	}
	return NULL;
}

static void check_source(const struct inv_package *p, const struct kind *k,
			 const struct json_doc *d, json_ref want)
{
	assert_slice(p->source_name, json_get_str(d, want, k->source));
	assert_slice(p->source_version,
		     k->source_version ? json_get_str(d, want, k->source_version) : p->version);
}

static struct lc_slice attribute(const struct inv_package *p, const char *key)
{
	for (size_t i = 0; i < p->attributes.n; i++) {
		if (lc_eq(p->attributes.v[i].key, lc_str(key)))
			return p->attributes.v[i].value;
	}
	return LC_S("");
}

/* The truth's URLs have the ID of os-release as namespace, and no module labels. */
static void check_purl(const struct inv_package *p, const struct inv_os *os,
		       const struct json_doc *d, json_ref want)
{
	struct lc_arena a = { 0 };
	struct lc_slice truth = json_get_str(d, want, "purl");
	struct lc_slice purl = package_purl(p, os, &a);
	size_t from = lc_find_slice(truth, LC_S("/")) + 1;
	truth = lc_skip(truth, from + lc_find(lc_skip(truth, from), '/') + 1);
	purl = lc_skip(purl, from + lc_find(lc_skip(purl, from), '/') + 1);
	assert_slice(lc_sub(purl, 0, lc_find_slice(purl, LC_S("distro="))),
		     lc_sub(truth, 0, lc_find_slice(truth, LC_S("distro="))));
	assert_int_equal(lc_find_slice(purl, LC_S("&epoch=")) == SIZE_MAX,
			 lc_find_slice(truth, LC_S("&epoch=")) == SIZE_MAX);
	lc_arena_done(&a);
}

static void check_rpm(const struct inv_package *p, const struct inv_os *os,
		      const struct json_doc *d, json_ref want)
{
	char source[512];
	struct lc_slice vendor = json_get_str(d, want, "vendor");
	(void)snprintf(source, sizeof(source), "%.*s-%.*s.src.rpm", LC_FMT(p->source_name),
		       LC_FMT(package_version_plain(p->source_version)));
	assert_slice(lc_str(source), json_get_str(d, want, "source"));
	assert_slice(attribute(p, "vendor"), vendor);
	assert_slice(attribute(p, "modularitylabel"), json_get_str(d, want, "modularitylabel"));
	assert_int_equal(p->licences.n, 1);
	assert_slice(p->licences.v[0], json_get_str(d, want, "licence"));
	assert_int_equal(p->flags & INV_THIRD_PARTY,
			 lc_eq(vendor, LC_S("Example Corp")) ? INV_THIRD_PARTY : 0);
	check_purl(p, os, d, want);
}

static size_t check_kind(const struct inventory *inv, const struct kind *k,
			 const struct json_doc *d)
{
	size_t n = 0;
	json_each(d, json_at(d, json_root(d), "packages_final", k->truth, NULL), want) {
		const struct inv_found_package *p = find(inv, k->type, d, want);
		if (k->skip && lc_eq(json_get_str(d, want, "name"), lc_str(k->skip)))
			continue;
		if (!p)
			fail_msg("no %s", lc_quote(json_get_str(d, want, "name")).s);
		if (k->source)
			check_source(&p->package, k, d, want);
		else
			check_rpm(&p->package, &inv->os, d, want);
		assert_int_equal(p->layer, origin_of(d, k->truth, &p->package));
		n++;
	}
	return n;
}

static size_t check_image(const char *path, struct lc_slice truth)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct scanned *s = lc_new(&a, struct scanned);
	size_t n = 0;
	assert_int_equal(json_parse(truth, 0, NULL, &a, &d, NULL), 0);
	scan_path(path, s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		n += check_kind(&s->inventory, &kinds[i], &d);
	assert_int_equal(s->inventory.packages.n, n);
	if (s->inventory.diagnostics.n)
		fail_msg("%s: %s", path,
			 lc_quote(s->inventory.diagnostics.v[0].diagnostic.message).s);
	/* The release of the truth is os-release's; debian_version adds the point release. */
	struct lc_slice id = json_get_str(
		&d, json_at(&d, json_root(&d), "packages_final", "os", NULL), "VERSION_ID");
	if (id.n)
		assert_true(lc_starts(s->inventory.os.version, id));
	else
		assert_false(s->inventory.has_os);
	scan_done(s);
	lc_arena_done(&a);
	return n;
}

static void every_image_gives_its_packages_sources_and_layers(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_slices names = { 0 };
	char path[512];
	size_t packages = 0;
	data_need();
	(void)snprintf(path, sizeof(path), "%s/images", data_dir());
	assert_int_equal(io_list_dir(path, &a, 1000, &names, NULL), 0);
	for (size_t k = 0; k < names.n; k++) {
		struct lc_slice stem = names.v[k];
		struct lc_buf truth;
		char truth_path[256];
		if (!lc_chop_suffix(&stem, LC_S(".tar")))
			continue;
		lc_buf_init(&truth, 8 << 20);
		(void)snprintf(truth_path, sizeof(truth_path), "images/%.*s.truth.json",
			       LC_FMT(stem));
		data_read(truth_path, &truth);
		(void)snprintf(path, sizeof(path), "%s/images/%.*s", data_dir(),
			       LC_FMT(names.v[k]));
		packages += check_image(path, lc_buf_get(&truth));
		lc_buf_done(&truth);
	}
	assert_true(packages > 480);
	lc_arena_done(&a);
}

/* dpkg's own files tell paths, checksums and licences of packages that the status file names. */
static void packages_of_debian_own_paths_with_checksums(void **state)
{
	(void)state;
	char path[512];
	data_need();
	struct scanned *s = test_calloc(1, sizeof(*s));
	(void)snprintf(path, sizeof(path), "%s/images/debian-12.oci.tar", data_dir());
	scan_path(path, s);
	size_t without = 0;
	bool seen = false;
	for (size_t i = 0; i < s->inventory.packages.n; i++) {
		const struct inv_package *p = &s->inventory.packages.v[i].package;
		without += p->owned.n == 0 && !p->owned.next;
		struct inv_owned_cursor c = inv_owned_start(&p->owned);
		while (inv_owned_next(&c) && lc_eq(p->name, LC_S("libssl3"))) {
			char text[DIGEST_TEXT_MAX];
			if (lc_ends(c.path, LC_S("/libssl.so.3")))
				seen |= lc_starts(inv_owned_digest(&c, text), LC_S("md5:"));
		}
		if (lc_eq(p->name, LC_S("libssl3")))
			assert_text(p->depends_on.v[0], "libc6@2.36-9+deb12u14");
	}
	assert_true(seen);
	assert_int_equal(without, 0);
	assert_text(s->inventory.os.family, "debian");
	assert_text(s->inventory.os.codename, "bookworm");
	scan_done(s);
	test_free(s);
}

static void packages_of_debian_have_the_licences_of_their_copyright_files(void **state)
{
	(void)state;
	char path[512];
	data_need();
	struct scanned *s = test_calloc(1, sizeof(*s));
	(void)snprintf(path, sizeof(path), "%s/images/debian-12-unpatched.docker.tar", data_dir());
	scan_path(path, s);
	size_t with = 0;
	for (size_t i = 0; i < s->inventory.packages.n; i++) {
		const struct inv_package *p = &s->inventory.packages.v[i].package;
		with += p->licences.n > 0;
		if (lc_eq(p->name, LC_S("zlib1g")))
			assert_text(p->licences.v[0], "Zlib");
	}
	assert_true(with >= 90);
	scan_done(s);
	test_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_image_gives_its_packages_sources_and_layers),
		cmocka_unit_test(packages_of_debian_own_paths_with_checksums),
		cmocka_unit_test(packages_of_debian_have_the_licences_of_their_copyright_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
