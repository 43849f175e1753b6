#include "oci/image.h"

#include <sys/utsname.h>

/* Names as Go and so the image specification spell them, and how else people write them. */
static const struct {
	struct lc_slice from, architecture, variant;
} spellings[] = {
	{ LC_S_INIT("x86_64"), LC_S_INIT("amd64"), { NULL, 0 } },
	{ LC_S_INIT("x86-64"), LC_S_INIT("amd64"), { NULL, 0 } },
	{ LC_S_INIT("aarch64"), LC_S_INIT("arm64"), { NULL, 0 } },
	{ LC_S_INIT("armhf"), LC_S_INIT("arm"), LC_S_INIT("v7") },
	{ LC_S_INIT("armel"), LC_S_INIT("arm"), LC_S_INIT("v6") },
	{ LC_S_INIT("armv7l"), LC_S_INIT("arm"), LC_S_INIT("v7") },
	{ LC_S_INIT("armv6l"), LC_S_INIT("arm"), LC_S_INIT("v6") },
	{ LC_S_INIT("i386"), LC_S_INIT("386"), { NULL, 0 } },
	{ LC_S_INIT("i686"), LC_S_INIT("386"), { NULL, 0 } },
	{ LC_S_INIT("loongarch64"), LC_S_INIT("loong64"), { NULL, 0 } },
};

static const struct lc_slice architectures[] = {
	LC_S_INIT("amd64"),    LC_S_INIT("arm64"),  LC_S_INIT("arm"),    LC_S_INIT("386"),
	LC_S_INIT("ppc64le"),  LC_S_INIT("ppc64"),  LC_S_INIT("s390x"),  LC_S_INIT("riscv64"),
	LC_S_INIT("mips64le"), LC_S_INIT("mips64"), LC_S_INIT("mipsle"), LC_S_INIT("mips"),
	LC_S_INIT("loong64"),  LC_S_INIT("wasm"),
};

static const struct lc_slice systems[] = {
	LC_S_INIT("linux"),   LC_S_INIT("windows"), LC_S_INIT("darwin"),  LC_S_INIT("freebsd"),
	LC_S_INIT("netbsd"),  LC_S_INIT("openbsd"), LC_S_INIT("solaris"), LC_S_INIT("aix"),
	LC_S_INIT("android"), LC_S_INIT("wasip1"),
};

/* What a missing variant stands for. */
static const struct {
	struct lc_slice architecture, variant;
} defaults[] = {
	{ LC_S_INIT("arm64"), LC_S_INIT("v8") },
	{ LC_S_INIT("arm"), LC_S_INIT("v7") },
	{ LC_S_INIT("amd64"), LC_S_INIT("v1") },
};

enum { PART_MAX = 32 };

static const struct lc_slice *find(const struct lc_slice *table, size_t n, struct lc_slice s)
{
	for (size_t i = 0; i < n; i++) {
		if (lc_eq_nocase(table[i], s))
			return &table[i];
	}
	return NULL;
}

#define FIND(table, s) find((table), sizeof(table) / sizeof((table)[0]), (s))

static bool part_ok(struct lc_slice s)
{
	if (s.n == 0 || s.n > PART_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!lc_is_digit(c) && !lc_is_alpha(c) && c != '_' && c != '-' && c != '.')
			return false;
	}
	return true;
}

static void respell(struct oci_platform *p)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!lc_eq_nocase(spellings[i].from, p->architecture))
			continue;
		p->architecture = spellings[i].architecture;
		if (p->variant.n == 0)
			p->variant = spellings[i].variant;
		return;
	}
	const struct lc_slice *known = FIND(architectures, p->architecture);
	if (known)
		p->architecture = *known;
	known = FIND(systems, p->os);
	if (known)
		p->os = *known;
}

/* One word alone is an architecture or a system. */
static bool single(struct lc_slice word, struct oci_platform *p)
{
	p->architecture = word;
	respell(p);
	if (FIND(architectures, p->architecture))
		return true;
	p->architecture = (struct lc_slice){ NULL, 0 };
	const struct lc_slice *os = FIND(systems, word);
	if (!os)
		return false;
	p->os = *os;
	return true;
}

int oci_platform_parse(struct lc_slice s, struct oci_platform *ret, struct lc_err *e)
{
	struct oci_platform p = { 0 };
	struct lc_slice part[3] = { { NULL, 0 } };
	struct lc_slice rest = s;
	size_t n = 0;
	bool ok = s.n > 0;
	while (ok && n < 3 && rest.p && lc_split(&rest, '/', &part[n]))
		ok = part_ok(part[n++]);
	ok = ok && !rest.p;
	if (ok && n == 1) {
		ok = single(part[0], &p);
	} else if (ok) {
		p = (struct oci_platform){ part[0], part[1], part[2] };
		respell(&p);
	}
	if (!ok)
		return lc_fail(e, LC_EBAD,
			       "%s: not a platform; write os/architecture[/variant], "
			       "such as linux/amd64 or linux/arm/v7",
			       lc_quote(s).s);
	*ret = p;
	return 0;
}

struct oci_platform oci_platform_host(void)
{
	struct oci_platform p = { .os = LC_S("linux"), .architecture = LC_S("amd64") };
	struct utsname u;
	if (uname(&u) != 0)
		return p;
	struct lc_slice machine = lc_str(u.machine);
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		if (!lc_eq(spellings[i].from, machine))
			continue;
		p.architecture = spellings[i].architecture;
		p.variant = spellings[i].variant;
		return p;
	}
	const struct lc_slice *known = FIND(architectures, machine);
	if (known)
		p.architecture = *known;
	return p;
}

static struct lc_slice full_variant(const struct oci_platform *p)
{
	struct lc_slice v = p->variant;
	if (v.n)
		return v;
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		if (lc_eq(defaults[i].architecture, p->architecture))
			return defaults[i].variant;
	}
	return v;
}

static bool variant_eq(struct lc_slice a, struct lc_slice b)
{
	(void)lc_chop_prefix(&a, LC_S("v")); /* "7" and "v7" are both found in the wild */
	(void)lc_chop_prefix(&b, LC_S("v"));
	return lc_eq(a, b);
}

bool oci_platform_match(const struct oci_platform *want, const struct oci_platform *have)
{
	struct oci_platform w = *want;
	struct oci_platform h = *have;
	respell(&w);
	respell(&h);
	if (w.os.n && !lc_eq(w.os, h.os))
		return false;
	if (w.architecture.n && !lc_eq(w.architecture, h.architecture))
		return false;
	return w.variant.n == 0 || variant_eq(full_variant(&w), full_variant(&h));
}

struct lc_quoted oci_platform_text(const struct oci_platform *p)
{
	char text[3 * PART_MAX + 3];
	size_t n = 0;
	const struct lc_slice parts[] = { p->os, p->architecture, p->variant };
	for (size_t i = 0; i < 3; i++) {
		struct lc_slice part = lc_sub(parts[i], 0, PART_MAX);
		if (i == 2 && part.n == 0)
			break;
		if (i)
			text[n++] = '/';
		if (part.n == 0)
			part = LC_S("unknown");
		memcpy(text + n, part.p, part.n);
		n += part.n;
	}
	return lc_quote(lc_slice_of(text, n));
}
