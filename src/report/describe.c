/*
 * Small texts that several writers show alike.
 */
#include "report/report.h"

struct lc_slice report_version(const struct inv_package *p)
{
	struct lc_slice v = p->version;
	const struct package_type *t = package_type_of(p->type);
	if (t && t->os)
		(void)lc_chop_prefix(&v, LC_S("0:")); /* most have none */
	return v;
}

const char *report_sandbox_level(const struct report_sandbox *s)
{
	if (!s->used)
		return "off";
	return s->landlock && s->seccomp ? "full" : "reduced";
}

/* Where the vendors publish, by source: the first reference below one of these is the page to show.
 */
static const struct {
	const char *source;
	const char *prefix;
} pages[] = {
	{ "debian", "http://www.debian.org" },
	{ "debian", "https://www.debian.org" },
	{ "debian", "https://security-tracker.debian.org" },
	{ "ubuntu", "http://www.ubuntu.com" },
	{ "ubuntu", "https://usn.ubuntu.com" },
	{ "ubuntu", "https://ubuntu.com/security" },
	{ "redhat", "https://access.redhat.com" },
	{ "suse-cvrf", "http://lists.opensuse.org" },
	{ "suse-cvrf", "https://lists.opensuse.org" },
	{ "oracle-oval", "http://linux.oracle.com/errata" },
	{ "oracle-oval", "https://linux.oracle.com/errata" },
	{ "nodejs-security-wg", "https://www.npmjs.com" },
	{ "nodejs-security-wg", "https://hackerone.com" },
	{ "ruby-advisory-db", "https://groups.google.com" },
};

static struct lc_slice page_of(const struct finding *f)
{
	const struct vulnerability *v = f->vulnerability;
	for (size_t i = 0; v && i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (!lc_eq(f->data_source, lc_str(pages[i].source)))
			continue;
		for (size_t k = 0; k < v->references.n; k++) {
			if (lc_starts(v->references.v[k], lc_str(pages[i].prefix)))
				return v->references.v[k];
		}
	}
	return (struct lc_slice){ NULL, 0 };
}

struct lc_slice report_primary_url(const struct finding *f, struct lc_arena *a)
{
	static const struct {
		struct lc_slice id;
		const char *url;
	} known[] = {
		{ LC_S_INIT("CVE-"), "https://avd.aquasec.com/nvd/" },
		{ LC_S_INIT("RUSTSEC-"), "https://osv.dev/vulnerability/" },
		{ LC_S_INIT("GHSA-"), "https://github.com/advisories/" },
		{ LC_S_INIT("TEMP-"), "https://security-tracker.debian.org/tracker/" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!lc_starts(f->id, known[i].id))
			continue;
		size_t base = strlen(known[i].url);
		uint8_t *p = lc_arena_alloc(a, base + f->id.n + 1);
		if (!p)
			return (struct lc_slice){ NULL, 0 };
		memcpy(p, known[i].url, base);
		for (size_t k = 0; k < f->id.n; k++)
			p[base + k] = i == 0 ? lc_lower(f->id.p[k]) : f->id.p[k];
		return (struct lc_slice){ p, base + f->id.n };
	}
	return page_of(f);
}

struct lc_slice report_fixed_versions(const struct finding *f, struct lc_arena *a)
{
	const struct lc_slices *l = &f->fixed_versions;
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].n + 2;
	uint8_t *p = l->n ? lc_arena_alloc(a, n) : NULL;
	if (!p)
		return (struct lc_slice){ NULL, 0 };
	n = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (i) {
			memcpy(p + n, ", ", 2);
			n += 2;
		}
		memcpy(p + n, l->v[i].p, l->v[i].n);
		n += l->v[i].n;
	}
	return (struct lc_slice){ p, n };
}

struct lc_slice report_package_path(const struct report_result *res,
				    const struct inv_found_package *p)
{
	struct lc_slice inner = package_attribute(&p->package, LC_S("path"));
	if (inner.n)
		return inner; /* inside the file that proved it */
	return res->aggregated ? p->file : (struct lc_slice){ NULL, 0 };
}
