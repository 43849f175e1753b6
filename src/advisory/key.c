#include "advisory/key.h"

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

static bool same_place(const struct adv_place *a, const struct adv_place *b)
{
	return a->word == b->word && lc_eq(a->ecosystem, b->ecosystem);
}

/* ---- who speaks of a package ---- */

/* One place more, each once; nothing without an ecosystem. */
static void add_place(struct adv_key *key, struct lc_slice ecosystem, enum adv_word word,
		      const char *offer)
{
	struct adv_place fresh = { ecosystem, word, offer };
	for (size_t i = 0; i < key->places_n; i++)
		if (same_place(&key->places[i], &fresh))
			return;
	if (ecosystem.n && key->places_n < ADV_PLACES_MAX)
		key->places[key->places_n++] = fresh;
}

/*
 * Extended support has fixes of its own, and tells of flaws that the standard support has let go.
 * With it, its word goes first; without, its fixes are only offered.
 */
static void add_extended(struct adv_key *key, const struct inv_os *os, struct lc_slice ecosystem,
			 const char *offer)
{
	if (os->extended)
		add_place(key, ecosystem, ADV_WORD_WHOLE, NULL);
	add_place(key, key->ecosystem, ADV_WORD_WHOLE, NULL);
	if (!os->extended)
		add_place(key, ecosystem, ADV_WORD_OFFERED, offer);
}

/* A place of a name in passing: the name is copied when the place is new. */
static int add_stream(struct adv_key *key, struct lc_slice name, struct lc_arena *a)
{
	size_t n = key->places_n;
	add_place(key, name, ADV_WORD_WHOLE, NULL);
	return key->places_n == n ? 0 : lc_arena_dup(a, name, &key->places[n].ecosystem);
}

/*
 * What was built from the repositories of a stream is judged by the stream, but for the flaws that
 * the release has no fix for: those are told of the release as a whole. An image may name very many
 * repositories, and this is done for each of its packages: their names are not kept.
 */
static void add_repositories(struct adv_key *key, const struct inv_build *build, struct lc_arena *a)
{
	struct lc_arena passing;
	bool main = false;
	int rc = 0;
	lc_arena_init(&passing, (size_t)1 << 20);
	for (size_t i = 0; build && i < build->content_sets.n && rc == 0; i++) {
		struct lc_slice name = adv_redhat_repository(build->content_sets.v[i], &passing);
		if (lc_eq(name, key->ecosystem))
			main = true;
		else
			rc = add_stream(key, name, a);
	}
	if (passing.err && !a->err)
		a->err = passing.err;
	lc_arena_done(&passing);
	/* One is left for the release itself: more streams than that no image has. */
	if (key->places_n == ADV_PLACES_MAX)
		key->places_n--;
	main |= !key->places_n;
	add_place(key, key->ecosystem, main ? ADV_WORD_WHOLE : ADV_WORD_UNFIXED, NULL);
}

/* The two together, the second in capitals. */
static struct lc_slice with_capitals(struct lc_slice s, struct lc_slice t, struct lc_arena *a)
{
	uint8_t *p = lc_arena_alloc(a, s.n + t.n + 1);
	if (!p)
		return (struct lc_slice){ NULL, 0 };
	memcpy(p, s.p, s.n);
	for (size_t i = 0; i < t.n; i++)
		p[s.n + i] = t.p[i] >= 'a' && t.p[i] <= 'z' ? (uint8_t)(t.p[i] - 32) : t.p[i];
	return lc_slice_of(p, s.n + t.n);
}

/* "amzn2extra-php8.2" is the topic "PHP8.2". A topic's word goes before the core's, whose versions
 * are lower. */
static void add_extras(struct adv_key *key, const struct inv_build *build, struct lc_arena *a)
{
	size_t room = ADV_PLACES_MAX - 1;
	for (size_t i = 0; build && i < build->content_sets.n && key->places_n < room; i++) {
		struct lc_slice topic = build->content_sets.v[i];
		if (!lc_chop_prefix(&topic, LC_S("amzn2extra-")))
			continue;
		struct lc_slice name = lc_arena_fmt(a, "%.*s:", LC_FMT(key->ecosystem));
		if (name.p)
			add_place(key, with_capitals(name, topic, a), ADV_WORD_WHOLE, NULL);
	}
	add_place(key, key->ecosystem, ADV_WORD_WHOLE, NULL);
}

static int add_places(struct adv_key *key, const struct os_row *row, const struct adv_context *c,
		      struct lc_arena *a)
{
	struct lc_slice rest = key->ecosystem;
	if (!rest.n)
		return 0;
	if (lc_eq(row->family, LC_S("redhat")))
		add_repositories(key, c->build, a);
	else if (lc_eq(row->family, LC_S("amazon")))
		add_extras(key, c->build, a);
	else if (lc_eq(row->family, LC_S("sles")))
		add_extended(key, c->os, lc_arena_fmt(a, "%.*s:LTSS", LC_FMT(rest)), "SUSE LTSS");
	else if (lc_chop_prefix(&rest, LC_S("Ubuntu:")))
		add_extended(key, c->os, lc_arena_fmt(a, "Ubuntu:Pro:%.*s", LC_FMT(rest)),
			     "Ubuntu Pro");
	else
		add_place(key, key->ecosystem, ADV_WORD_WHOLE, NULL);
	return a->err;
}

static struct lc_slice source_row(struct lc_slice source, struct lc_arena *a)
{
	return lc_arena_fmt(a, "source:%.*s", LC_FMT(source));
}

static int os_key(const struct inv_package *p, const struct adv_context *c, struct lc_arena *a,
		  struct adv_key *ret)
{
	const struct os_row *row = os_row_of(c->os);
	if (!row || (p->flags & (INV_THIRD_PARTY | INV_VIRTUAL)))
		return 0;
	int rc = os_ecosystem(row, c->os, c->repository, a, &ret->ecosystem);
	rc = rc ? rc : add_places(ret, row, c, a);
	ret->by_source = row->by_source && p->source_name.n;
	if (ret->by_source) {
		ret->name = p->source_name;
		if (p->source_version.n)
			ret->version = p->source_version;
	}
	if (!rc && row->source_row) {
		ret->source_row = source_row(p->source_name.n ? p->source_name : p->name, a);
		rc = ret->source_row.p ? 0 : lc_arena_err(a);
	}
	return rc;
}

/* ---- keys ---- */

/*
 * The name that advisories know a package by; empty when they speak of none of its kind. Names of
 * conda's packages are PyPI's where the build is one for Python, and may be anything's else. Of
 * programs that nobody packaged their classifier says it.
 */
static struct lc_slice known_name(const struct package_type *type, const struct inv_package *p)
{
	if (!type->ecosystem || (type->scheme == VERSION_CONDA &&
				 !lc_starts(package_attribute(p, LC_S("build")), LC_S("py"))))
		return LC_S("");
	return lc_eq(p->type, LC_S("binary")) ? package_attribute(p, LC_S("bitnami")) : p->name;
}

int adv_key_of(const struct inv_package *p, const struct adv_context *c, struct lc_arena *a,
	       struct adv_key *ret, struct lc_err *e)
{
	const struct package_type *type = package_type_of(p->type);
	struct adv_key key = { .name = p->name, .version = p->version };
	struct lc_slice known = type && !type->os ? known_name(type, p) : LC_S("");
	int rc = 0;
	if (type && type->os) {
		rc = os_key(p, c, a, &key);
	} else if (known.n) {
		key.ecosystem = lc_str(type->ecosystem);
		key.name = adv_normal_name(key.ecosystem, known, a);
		add_place(&key, key.ecosystem, ADV_WORD_WHOLE, NULL);
		if (!key.name.p)
			rc = lc_arena_err(a);
	}
	if (rc)
		return lc_fail(e, rc, "key of %s", lc_quote(p->name).s);
	key.scheme = adv_ecosystem_scheme(key.ecosystem);
	*ret = key;
	return 0;
}

/* Do rows of this ecosystem speak of source packages, too? */
static bool has_source_rows(struct lc_slice ecosystem)
{
	for (size_t i = 0; i < sizeof(os_rows) / sizeof(os_rows[0]); i++)
		if (os_rows[i].source_row && lc_starts(ecosystem, os_rows[i].prefix))
			return true;
	return false;
}

int adv_key_named(struct lc_slice ecosystem, struct lc_slice name, struct lc_slice version,
		  struct lc_arena *a, struct adv_key *ret, struct lc_err *e)
{
	struct adv_key key = { .ecosystem = adv_ecosystem_name(ecosystem, a), .version = version };
	key.name = adv_normal_name(key.ecosystem, name, a);
	key.scheme = adv_ecosystem_scheme(key.ecosystem);
	add_place(&key, key.ecosystem, ADV_WORD_WHOLE, NULL);
	if (has_source_rows(key.ecosystem) && !lc_starts(name, LC_S("source:")))
		key.source_row = source_row(name, a);
	if (a->err)
		return lc_fail(e, a->err, "key of %s", lc_quote(name).s);
	*ret = key;
	return 0;
}

int adv_key_order(const struct adv_key *a, const struct adv_key *b)
{
	int c = lc_cmp(a->ecosystem, b->ecosystem);
	if (!c)
		c = (a->places_n > b->places_n) - (a->places_n < b->places_n);
	for (size_t i = 0; !c && i < a->places_n; i++) {
		c = lc_cmp(a->places[i].ecosystem, b->places[i].ecosystem);
		if (!c)
			c = (int)a->places[i].word - (int)b->places[i].word;
	}
	if (!c)
		c = lc_cmp(a->name, b->name);
	return c ? c : lc_cmp(a->source_row, b->source_row);
}

/* ---- looking up ---- */

static bool has_fix(const struct advisory *adv)
{
	for (size_t i = 0; i < adv->affected.ranges_n; i++)
		for (size_t k = 0; k < adv->affected.ranges[i].n; k++)
			if (adv->affected.ranges[i].events[k].kind == VERSION_FIXED)
				return true;
	return false;
}

/* The rows of a place behind those that are there. */
static int add_rows(struct adv_db *db, const struct adv_key *key, size_t place,
		    struct lc_slice name, struct lc_arena *a, struct advisory_list *list,
		    struct lc_err *e)
{
	struct advisory_list more = { 0 };
	const struct adv_place *from = &key->places[place];
	int rc = adv_db_lookup(db, from->ecosystem, name, a, &more, e);
	if (rc || !more.n)
		return rc;
	if (!list->n && !place && from->word != ADV_WORD_UNFIXED) {
		*list = more; /* nearly always: they say place 0 already */
		return 0;
	}
	struct advisory *v = lc_arena_grow(a, list->v, list->n, list->n + more.n, sizeof(*v));
	if (!v)
		return lc_fail(e, lc_arena_err(a), "advisories of %s", lc_quote(name).s);
	*list = (struct advisory_list){ v, list->n, list->n + more.n };
	for (size_t i = 0; i < more.n; i++) {
		if (from->word == ADV_WORD_UNFIXED && has_fix(&more.v[i]))
			continue;
		v[list->n] = more.v[i];
		v[list->n++].place = place;
	}
	return 0;
}

int adv_key_lookup(struct adv_db *db, const struct adv_key *key, struct lc_arena *a,
		   struct advisory_list *ret, struct lc_err *e)
{
	struct advisory_list list = { 0 };
	int rc = 0;
	for (size_t i = 0; !rc && i < key->places_n; i++) {
		rc = add_rows(db, key, i, key->name, a, &list, e);
		if (!rc && key->source_row.n)
			rc = add_rows(db, key, i, key->source_row, a, &list, e);
	}
	if (!rc)
		*ret = list;
	return rc;
}

int adv_key_covered(struct adv_db *db, const struct adv_key *key, bool *ret, struct lc_err *e)
{
	int rc = 0;
	*ret = false;
	for (size_t i = 0; !rc && !*ret && i < key->places_n; i++)
		rc = adv_db_covers(db, key->places[i].ecosystem, ret, e);
	return rc;
}
