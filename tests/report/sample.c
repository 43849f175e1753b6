#include "report/sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"
#include "finding/match_impl.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

static const char config_text[] =
	"{\"architecture\":\"amd64\",\"unknown\":{\"a\":1},\"created\":\"2026-01-01T00:00:00.5Z\","
	"\"config\":{\"Labels\":{\"z\":\"<last>\",\"a\":\"first & \\\"quoted\\\"\"},"
	"\"Cmd\":[\"/bin/sh\"],\"Env\":[\"PATH=/bin\"],\"ExposedPorts\":{\"80/tcp\":{}},"
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":5000000000},\"Tty\":false,"
	"\"User\":\"\"},\"history\":[{\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":"
	"\"ADD file in /\"},{\"empty_layer\":true,\"created_by\":\"CMD [\\\"/bin/sh\\\"]\"}],"
	"\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:"
	"1111111111111111111111111111111111111111111111111111111111111111\"]}}";

#define HARM  "\x1b[31m\xe2\x80\xae<b>&\xff\r\n"
#define ID(c) LC_S("sha256:" c c c c c c c c c c c c c c c c)

static struct lc_slice harm(unsigned flags, struct lc_slice s, struct lc_arena *a)
{
	struct lc_slice ret = s;
	if (flags & SAMPLE_HOSTILE) {
		char *text = lc_arena_alloc(a, s.n + sizeof(HARM));
		memcpy(text, s.p, s.n);
		memcpy(text + s.n, HARM, sizeof(HARM));
		ret = lc_slice_of(text, s.n + sizeof(HARM) - 1);
	}
	return ret;
}

static void kept_free(void *kept)
{
	struct oci_image *i = kept;
	lc_arena_done(&i->arena);
	lc_free(i);
}

static void add_image(struct report *r, unsigned flags)
{
	struct oci_image *i = lc_alloc0(1, sizeof(*i));
	assert_non_null(i);
	memset(i->config_digest.bytes, 0xab, 32);
	i->config = lc_str(config_text);
	assert_int_equal(json_parse(i->config, 0, NULL, &i->arena, &i->config_doc, NULL), 0);
	*(struct lc_slice *)lc_vec_push(&i->arena, &i->repo_tags) =
		harm(flags, LC_S("example.org/app:1"), &r->arena);
	r->image = i;
	r->kept = i;
	r->kept_free = kept_free;
	r->reference = LC_S("example.org/app:1");
}

static void add_layers(struct report *r, unsigned flags)
{
	r->layers = lc_new_array(&r->arena, struct report_layer, 2);
	r->layers_n = 2;
	r->layers[0] = (struct report_layer){
		.digest = ID("0a0a"),
		.diff_id = ID("1b1b"),
		.created_by = harm(flags, LC_S("ADD file in /"), &r->arena),
		.size = 5843968,
		.stored = 2790000,
		.compression = "gzip",
		.read = true,
	};
	r->layers[1] = (struct report_layer){
		.diff_id = ID("2c2c"),
		.stored = 100,
		.compression = "zstd",
		.trouble = harm(flags, LC_S("the digest does not hold"), &r->arena),
	};
	r->size = 5843968;
	r->coverage = (struct report_coverage){
		.bytes_stored = 2790100,
		.bytes_inflated = 5843968,
		.entries = 4000,
		.files_read = 3,
		.not_understood = 1,
		.layers = 2,
		.layers_unreadable = 1,
		.partial = true,
	};
}

static struct inv_found_package package(const char *type, const char *name, const char *version,
					const char *file)
{
	return (struct inv_found_package){
		.package = { .type = lc_str(type),
			     .name = lc_str(name),
			     .version = lc_str(version),
			     .arch = LC_S("x86_64") },
		.file = lc_str(file),
		.analyser = lc_str(type),
	};
}

static void add_packages(struct report *r, unsigned flags, uint64_t seed)
{
	struct inv_found_package all[] = {
		package("apk", "libcrypto1.1", "1.1.1c-r0", "lib/apk/db/installed"),
		package("apk", "libssl1.1", "1.1.1c-r0", "lib/apk/db/installed"),
		package("apk", "musl", "1.1.22-r3", "lib/apk/db/installed"),
		package("npm", "left-pad", "1.0.0", "app/package-lock.json"),
	};
	static struct lc_slice needs[] = { LC_S_INIT("musl"), LC_S_INIT("libcrypto1.1"),
					   LC_S_INIT("no-such"), LC_S_INIT("musl@1.1.22-r3") };
	static struct inv_owned owned[] = { { LC_S_INIT("lib/libssl.so.1.1"), { NULL, 0 } } };
	static struct lc_slice licences[] = { LC_S_INIT("OpenSSL") };
	all[1].package.depends_on = (struct lc_slices){ needs, 4, 4 };
	all[1].package.owned = (struct inv_owned_list){ .v = owned, .n = 1 };
	all[1].package.licences = (struct lc_slices){ licences, 1, 1 };
	all[1].package.source_name = LC_S("openssl");
	all[1].package.source_version = LC_S("1.1.1c-r0");
	all[1].package.maintainer = harm(flags, LC_S("Some One <one@example.org>"), &r->arena);
	all[1].package.digest = LC_S("sha1:00ff");
	all[3].package.flags = INV_DEV;
	all[3].package.relationship = INV_REL_INDIRECT;
	all[3].package.line_start = 3;
	all[3].package.line_end = 9;
	all[3].package.name = harm(flags, all[3].package.name, &r->arena);
	for (size_t i = 3; seed && i > 0; i--) {
		size_t k = next_below(&seed, i + 1);
		struct inv_found_package t = all[i];
		all[i] = all[k];
		all[k] = t;
	}
	for (size_t i = 0; i < 4; i++)
		*(struct inv_found_package *)lc_vec_push(&r->arena, &r->inventory.packages) =
			all[i];
	r->coverage.packages = 4;
}

static const struct inv_found_package *find_package(struct report *r, const char *name)
{
	for (size_t i = 0; i < r->inventory.packages.n; i++) {
		if (lc_starts(r->inventory.packages.v[i].package.name, lc_str(name)))
			return &r->inventory.packages.v[i];
	}
	fail();
	return NULL;
}

static struct vulnerability *facts(struct report *r, const char *id, unsigned flags)
{
	struct vulnerability *v = lc_new(&r->arena, struct vulnerability);
	v->id = lc_str(id);
	v->title = flags & SAMPLE_WIDE
			   ? LC_S("漏洞 in libcrypto: 情報漏えい, e\xcc\x81tat")
			   : LC_S("openssl: one two three four five six seven eight nine "
				  "ten eleven twelve");
	v->title = harm(flags, v->title, &r->arena);
	v->title_source = LC_S("nvd");
	v->description = harm(flags, LC_S("What happens in <b>detail</b>."), &r->arena);
	v->published = LC_S("2019-09-10T17:15:00Z");
	v->modified = LC_S("2021-07-31T08:15:00Z");
	__typeof__(v->vendor_severity.v) s = lc_vec_push(&r->arena, &v->vendor_severity);
	s->source = LC_S("redhat");
	s->severity = SEVERITY_LOW;
	s = lc_vec_push(&r->arena, &v->vendor_severity);
	s->source = LC_S("nvd");
	s->severity = SEVERITY_MEDIUM;
	struct advisory_cvss *c = lc_vec_push(&r->arena, &v->cvss);
	*c = (struct advisory_cvss){ .source = LC_S("nvd"),
				     .v2 = LC_S("AV:N/AC:L/Au:N/C:P/I:N/A:N"),
				     .v3 = LC_S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"),
				     .v2_score = 5,
				     .v3_score = 5.3 };
	*(struct lc_slice *)lc_vec_push(&r->arena, &v->cwes) = LC_S("CWE-330");
	*(struct lc_slice *)lc_vec_push(&r->arena, &v->references) =
		LC_S("https://example.org/?a=1&b=2");
	v->has_epss = true;
	v->epss = 0.00125;
	v->epss_percentile = 0.4;
	v->kev_added = LC_S("2026-01-01");
	v->kev_ransomware = true;
	return v;
}

static struct finding *add_finding(struct report *r, const char *package_name, const char *id,
				   const char *fixed, enum severity severity)
{
	struct finding *f = lc_vec_push(&r->arena, &r->findings);
	struct finding_evidence *ev = lc_vec_push(&r->arena, &f->evidence);
	f->package = find_package(r, package_name);
	f->package_id = package_id(&f->package->package, &r->arena);
	f->id = lc_str(id);
	f->severity = severity;
	f->severity_source = LC_S("nvd");
	*ev = (struct finding_evidence){
		.advisory = lc_str(id),
		.source = LC_S("alpine"),
		.ecosystem = LC_S("Alpine:v3.10"),
		.name = LC_S("openssl"),
		.version = f->package->package.version,
		.scheme = VERSION_APK,
		.by_source = true,
		.proof = { .verdict = VERSION_AFFECTED,
			   .introduced = LC_S("0"),
			   .fixed = lc_str(fixed) },
	};
	if (fixed)
		*(struct lc_slice *)lc_vec_push(&r->arena, &f->fixed_versions) = lc_str(fixed);
	f->status = fixed ? ADVISORY_FIXED : ADVISORY_WILL_NOT_FIX;
	f->data_source = LC_S("alpine");
	f->data_ecosystem = LC_S("Alpine:v3.10");
	return f;
}

static void add_findings(struct report *r, unsigned flags)
{
	static const char *const libraries[] = { "libcrypto1.1", "libssl1.1" };
	for (size_t i = 0; i < 2; i++) {
		add_finding(r, libraries[i], "CVE-2019-1549", "1.1.1d-r0", SEVERITY_MEDIUM)
			->vulnerability = facts(r, "CVE-2019-1549", flags);
		add_finding(r, libraries[i], "CVE-2019-1551", "1.1.1d-r2", SEVERITY_CRITICAL)
			->vulnerability = facts(r, "CVE-2019-1551", flags & SAMPLE_HOSTILE);
	}
	struct finding *f = add_finding(r, "libssl1.1", "CVE-2019-0001", NULL, SEVERITY_UNKNOWN);
	f->severity_source = LC_S("");
	f = add_finding(r, "libssl1.1", "CVE-2019-0002", NULL, SEVERITY_HIGH);
	f->suppression = FINDING_IGNORED;
	f->suppressed_by = harm(flags, LC_S(".trivyignore:3"), &r->arena);
	f->statement = harm(flags, LC_S("not reachable"), &r->arena);
	f = add_finding(r, "musl", "CVE-2019-0003", NULL, SEVERITY_LOW);
	f->suppression = FINDING_FILTERED;
	f = add_finding(r, "left-pad", "GHSA-aaaa-bbbb-cccc", "1.0.1", SEVERITY_HIGH);
	f->severity_borrowed = true;
	f->severity_source = LC_S("ghsa");
	f->data_source = LC_S("ghsa");
	f->data_ecosystem = LC_S("npm");
	*(struct lc_slice *)lc_vec_push(&r->arena, &f->vendor_ids) = LC_S("NPM-1");
	qsort(r->findings.v, r->findings.n, sizeof(*r->findings.v), match_order);
	r->match = (struct match_stats){ .packages = 4, .without_severity = 1, .without_title = 4 };
	r->judged = (struct judge_stats){ .shown = 6, .by_filter = 1, .by_rule = 1 };
}

static void add_notes(struct report *r, unsigned flags)
{
	struct report_warning *w = lc_vec_push(&r->arena, &r->warnings);
	*w = (struct report_warning){ "{0} {1} is past its end of life",
				      { harm(flags, LC_S("alpine"), &r->arena), LC_S("3.10.2") } };
	struct inv_found_diagnostic *d = lc_vec_push(&r->arena, &r->inventory.diagnostics);
	d->diagnostic = (struct inv_diagnostic){
		.path = harm(flags, LC_S("lib/apk/db/installed"), &r->arena),
		.analyser = LC_S("apk"),
		.trouble = INV_MALFORMED,
		.message = harm(flags, LC_S("line 812 has no key"), &r->arena),
	};
}

static void add_database(struct report *r)
{
	r->db = (struct adv_db_info){ .schema = 1,
				      .starter = true,
				      .built_at = LC_S("2026-01-02T00:00:00Z"),
				      .data_date = LC_S("2026-01-01T10:00:00Z"),
				      .digest = ID("3d3d"),
				      .packages = 10,
				      .advisories = 20,
				      .vulnerabilities = 15 };
	struct advisory_source *s = lc_vec_push(&r->arena, &r->db.sources);
	*s = (struct advisory_source){ .id = LC_S("alpine"),
				       .ecosystem = LC_S("Alpine"),
				       .name = LC_S("Alpine Secdb"),
				       .url = LC_S("https://secdb.alpinelinux.org/"),
				       .licence = LC_S("facts"),
				       .date = LC_S("2026-01-01"),
				       .records = 20 };
}

struct report *sample_report(unsigned flags, uint64_t seed)
{
	struct report *r = lc_alloc0(1, sizeof(*r));
	assert_non_null(r);
	r->version = LC_S("0.0.0-test");
	r->created_at = LC_S("2026-01-03T00:00:00Z");
	r->reproducible = true;
	r->sandbox = (struct report_sandbox){ true, 7, true };
	r->artifact_name = harm(flags, LC_S("app.tar"), &r->arena);
	r->artifact_type = LC_S("container_image");
	r->groups = INV_GROUP_OS | INV_GROUP_LIBRARY;
	add_image(r, flags);
	if (!(flags & SAMPLE_EMPTY)) {
		r->inventory.has_os = true;
		r->inventory.os =
			(struct inv_os){ .family = LC_S("alpine"), .version = LC_S("3.10.2") };
		r->eol = REPORT_EOL_YES;
		r->eol_cycle =
			(struct eol_cycle){ .cycle = LC_S("3.10"), .eol = LC_S("2021-05-01") };
		add_layers(r, flags);
		add_packages(r, flags, seed);
		add_findings(r, flags);
		add_notes(r, flags);
		add_database(r);
	}
	struct lc_err e = { 0 };
	int rc = report_identify(r, &e);
	if (!rc)
		rc = report_assemble(r, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
	return r;
}

struct report_write_options sample_options(void)
{
	struct report_write_options o = { .list_all_pkgs = true, .show_suppressed = true };
	for (int i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	return o;
}

void assert_golden(const char *name, struct lc_slice got)
{
	struct lc_buf want;
	char path[512];
	const char *root = getenv("LACRE_SOURCE_ROOT");
	snprintf(path, sizeof(path), "%s/tests/data/report/%s", root ? root : ".", name);
	if (getenv("LACRE_REMAKE")) {
		FILE *f = fopen(path, "wb");
		assert_non_null(f);
		assert_int_equal(fwrite(got.p, 1, got.n, f), got.n);
		assert_int_equal(fclose(f), 0);
		return;
	}
	lc_buf_init(&want, 16 << 20);
	snprintf(path, sizeof(path), "tests/data/report/%s", name);
	source_read(path, &want);
	if (!lc_eq(got, lc_buf_get(&want)))
		print_error("# %s differs; LACRE_REMAKE=1 writes it anew\n", path);
	assert_true(lc_eq(got, lc_buf_get(&want)));
	lc_buf_done(&want);
}
