#include "finding/match_impl.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

struct said {
	const char *source;
	enum severity severity;
};

/* One finding: what the advisory says, what vendors say, what is chosen. */
struct severity_case {
	const char *id, *data_source;
	struct said package; /* of the package, by the advisory; source NULL: nothing */
	struct said vendors[3];
	struct said general; /* the vulnerability's own */
	const char *asked;   /* comma-separated, NULL automatic */
	enum severity want;
	const char *want_source;
	bool want_of_package, want_borrowed;
};

static const struct severity_case cases[] = {
	{ "CVE-1",
	  "debian",
	  { "debian", SEVERITY_LOW },
	  { { "debian", SEVERITY_HIGH } },
	  { 0 },
	  NULL,
	  SEVERITY_LOW,
	  "debian",
	  true,
	  false },
	{ "CVE-1",
	  "debian",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH }, { "debian", SEVERITY_MEDIUM } },
	  { 0 },
	  NULL,
	  SEVERITY_MEDIUM,
	  "debian",
	  false,
	  false },
	{ "GHSA-1",
	  "osv",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH }, { "ghsa", SEVERITY_LOW } },
	  { 0 },
	  NULL,
	  SEVERITY_LOW,
	  "ghsa",
	  false,
	  false },
	{ "CVE-1",
	  "osv",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH }, { "ghsa", SEVERITY_LOW } },
	  { 0 },
	  NULL,
	  SEVERITY_HIGH,
	  "nvd",
	  false,
	  false },
	{ "CVE-1",
	  "alpine",
	  { 0 },
	  { { "ghsa", SEVERITY_LOW } },
	  { "ghsa", SEVERITY_LOW },
	  NULL,
	  SEVERITY_LOW,
	  "ghsa",
	  false,
	  true },
	{ "CVE-1", "alpine", { 0 }, { { 0 } }, { 0 }, NULL, SEVERITY_UNKNOWN, "", false, false },
	{ "CVE-1",
	  "alpine",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH }, { "redhat", SEVERITY_LOW } },
	  { 0 },
	  "ubuntu,redhat",
	  SEVERITY_LOW,
	  "redhat",
	  false,
	  false },
	{ "CVE-1",
	  "alpine",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH } },
	  { 0 },
	  "ubuntu",
	  SEVERITY_UNKNOWN,
	  "",
	  false,
	  false },
	{ "CVE-1",
	  "alpine",
	  { 0 },
	  { { "nvd", SEVERITY_HIGH } },
	  { 0 },
	  "ubuntu,auto",
	  SEVERITY_HIGH,
	  "nvd",
	  false,
	  false },
	{ "CVE-1",
	  "debian",
	  { "debian", SEVERITY_LOW },
	  { { "nvd", SEVERITY_HIGH } },
	  { 0 },
	  "nvd,debian",
	  SEVERITY_HIGH,
	  "nvd",
	  false,
	  false },
	{ "CVE-1",
	  "debian",
	  { "debian", SEVERITY_LOW },
	  { { "nvd", SEVERITY_HIGH } },
	  { 0 },
	  "debian,nvd",
	  SEVERITY_LOW,
	  "debian",
	  true,
	  false },
};

static void split_list(const char *s, struct lc_arena *a, struct lc_slices *ret)
{
	struct lc_slice rest = lc_str(s);
	struct lc_slice item;
	while (s && lc_split(&rest, ',', &item))
		*(struct lc_slice *)lc_vec_push(a, ret) = item;
}

static void check(const struct severity_case *c)
{
	struct lc_arena a = { 0 };
	struct lc_slices asked = { 0 };
	struct vulnerability v = { .severity = c->general.severity,
				   .severity_source = lc_str(c->general.source) };
	struct finding_evidence ev = { .source = lc_str(c->data_source) };
	if (c->package.source) {
		ev.has_severity = true;
		ev.severity = c->package.severity;
		ev.source = lc_str(c->package.source);
	}
	for (size_t i = 0; i < 3 && c->vendors[i].source; i++) {
		__typeof__(v.vendor_severity.v) at = lc_vec_push(&a, &v.vendor_severity);
		at->source = lc_str(c->vendors[i].source);
		at->severity = c->vendors[i].severity;
	}
	struct finding f = {
		.id = lc_str(c->id),
		.data_source = lc_str(c->data_source),
		.evidence = { &ev, 1, 1 },
		.vulnerability = &v,
	};
	split_list(c->asked, &a, &asked);
	match_severity(&f, &asked);
	assert_int_equal(f.severity, c->want);
	assert_slice(f.severity_source, lc_str(c->want_source));
	assert_int_equal(f.severity_of_package, c->want_of_package);
	assert_int_equal(f.severity_borrowed, c->want_borrowed);
	lc_arena_done(&a);
}

static void the_first_source_in_order_is_chosen(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++)
		check(&cases[i]);
}

static void an_id_that_nobody_describes_is_unknown(void **state)
{
	const struct lc_slices none = { 0 };
	struct finding f = { .id = LC_S("CVE-1"), .severity = SEVERITY_HIGH };
	(void)state;
	match_severity(&f, &none);
	assert_int_equal(f.severity, SEVERITY_UNKNOWN);
	assert_int_equal(f.severity_source.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_source_in_order_is_chosen),
		cmocka_unit_test(an_id_that_nobody_describes_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
