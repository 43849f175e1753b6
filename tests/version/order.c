#include "order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/fixture.h"

char order_of(enum version_scheme s, struct lc_slice a, struct lc_slice b)
{
	int c = 77;
	int r = version_cmp(s, a, b, &c);
	if (r) {
		assert_int_equal(c, 77); /* untouched on failure */
		return '!';
	}
	if (c == 0)
		return '=';
	return c < 0 ? '<' : '>';
}

char order_of_str(enum version_scheme s, const char *a, const char *b)
{
	return order_of(s, lc_str(a), lc_str(b));
}

static char turned(char op)
{
	if (op == '<')
		return '>';
	return op == '>' ? '<' : op;
}

static void check_pair(enum version_scheme s, struct lc_slice a, char op, struct lc_slice b)
{
	char got = order_of(s, a, b);
	char back = order_of(s, b, a);
	if (got != op || back != turned(op))
		fail_msg("%s: %.*s %c %.*s: got %c, and %c turned around", version_scheme_name(s),
			 LC_FMT(a), op, LC_FMT(b), got, back);
}

void order_check_rows(enum version_scheme s, const struct order_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_pair(s, lc_str(rows[i].a), rows[i].op[0], lc_str(rows[i].b));
}

struct line {
	struct lc_slice a, op, b, rest;
};

static bool is_comment(struct lc_slice line)
{
	return !line.n || line.p[0] == '#' || lc_starts(line, LC_S("//"));
}

/* "a op b", and what stands behind. */
static void read_line(struct lc_slice text, struct line *ret)
{
	struct lc_slice rest = text;
	*ret = (struct line){ .rest = LC_S("") };
	if (!lc_split(&rest, ' ', &ret->a) || !lc_split(&rest, ' ', &ret->op) ||
	    !lc_split(&rest, ' ', &ret->b) || ret->op.n != 1 || !ret->b.n)
		fail_msg("no pair: %.*s", LC_FMT(text));
	ret->rest = rest;
}

/* The order here of a pair that is listed as different, or 0. */
static char listed(const struct order_lists *l, const struct line *pair)
{
	struct lc_slice scheme = lc_str(version_scheme_name(l->scheme));
	struct lc_slice rest = lc_buf_get(&l->differences);
	struct lc_slice text;
	while (lc_line(&rest, &text)) {
		struct lc_slice name;
		struct line row;
		if (is_comment(text) || !lc_split(&text, ' ', &name) || !lc_eq(name, scheme))
			continue;
		read_line(text, &row);
		if (lc_eq(row.a, pair->a) && lc_eq(row.op, pair->op) && lc_eq(row.b, pair->b))
			return (char)row.rest.p[0];
	}
	return '\0';
}

static void check_line(struct order_lists *l, struct lc_slice text)
{
	struct line pair;
	read_line(lc_trim(text), &pair);
	char op = listed(l, &pair);
	l->pairs++;
	l->different += op != '\0';
	check_pair(l->scheme, pair.a, op ? op : (char)pair.op.p[0], pair.b);
}

void order_lists_init(struct order_lists *l, enum version_scheme s)
{
	*l = (struct order_lists){ .scheme = s };
	lc_buf_init(&l->differences, 1U << 20);
	source_read("tests/data/versions/differences.txt", &l->differences);
}

void order_lists_check(struct order_lists *l, const char *path)
{
	struct lc_buf text;
	struct lc_slice line;
	lc_buf_init(&text, 4U << 20);
	data_read(path, &text);
	struct lc_slice rest = lc_buf_get(&text);
	while (lc_line(&rest, &line))
		if (!is_comment(lc_trim(line)))
			check_line(l, line);
	lc_buf_done(&text);
}

void order_lists_done(struct order_lists *l)
{
	lc_buf_done(&l->differences);
}

size_t order_check_file(enum version_scheme s, const char *path)
{
	struct order_lists l;
	data_need();
	order_lists_init(&l, s);
	order_lists_check(&l, path);
	order_lists_done(&l);
	return l.pairs;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t order_random_below(struct order_random *r, uint64_t n)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15U;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31)) % n;
}

/* Pieces, so that what is made has a shape; single bytes among them, so that the shape breaks. */
static const char *const deb_pieces[] = { "0",  "1",   "2",        "10", "00", "09",     ".", ".",
					  "-",  "-",   "+",        "~",  "~",  "a",      "b", "Z",
					  "rc", "+b1", "~deb12u1", ":",  "1:", "ubuntu", "_" };
static const char *const apk_pieces[] = { "0",    "1", "2",    "10",     "00",  "01",  ".",
					  ".",    ".", "_",    "_alpha", "_rc", "_p",  "_git",
					  "_pre", "a", "b",    "c",      "-r",  "-r0", "-r10",
					  "-r01", "~", "~ab1", "-",      "A" };
static const char *const rpm_pieces[] = { "0", "1",  "2",   "10",  "00",  "01", ".", ".",
					  "_", "-",  "-",   "+",   "~",   "^",  "a", "b",
					  "Z", "rc", "el9", "el7", "git", "1:", ":", "\xce\xb1" };

static const char *const semver_pieces[] = { "0",    "1",    "2",     "10",     "01",  ".", ".",
					     ".",    "-",    "-rc.1", "-alpha", "a",   "b", "Z",
					     ".1.0", ".0.2", "+b",    "-0",     "rc2", ".9" };

static const char *const pep440_pieces[] = { "0",     "1",     "2",  "10",    "01",   ".",  ".",
					     "-",     "_",     "a",  "b1",    "rc",   "c2", "r3",
					     ".post", ".dev",  "-1", "+l1",   "+1.a", "!",  "1!",
					     "pre",   "alpha", "v",  "final", "zz" };
static const char *const maven_pieces[] = { "0",        "1",  "2",   "10", "01",    ".",
					    ".",        "-",  "-",   "a",  "b",     "m1",
					    "alpha",    "rc", "CR",  "sp", "Final", "ga",
					    "SNAPSHOT", "x",  "jre", "_",  "-1",    ".RELEASE" };
static const char *const gem_pieces[] = { "0", "1", "2",  "10",  "01", ".",    ".",    ".",
					  "-", "a", ".b", ".rc", "Z",  ".pre", "-x86", ".0" };
static const char *const composer_pieces[] = { "0",    ".1",     ".2",    ".10",    ".01", ".x",
					       "-dev", "-RC1",   "alpha", "b2",     "p1",  "-patch",
					       "pl",   "+b",     ".0",    "2023",   "-",   "_rc",
					       ".3",   "stable", ".1.2",  "-beta.3" };
static const char *const nuget_pieces[] = { "0",  "1",  "2", "10", ".",  ".",  ".1", "-A",
					    "-b", ".c", "-", "+m", ".0", "rc", "01", "B" };
static const char *const generic_pieces[] = { "0",    "1",  "2", "10",    "01", ".",   ".",
					      "-",    "a",  "b", "rc1",   "-1", "-r2", "+b",
					      ".cci", "p1", "_", "-rc.1", "z" };
static const char *const numbers_pieces[] = { "0", "1", "2", "10", "01", ".", ".", ".", "-", ".0" };
static const char *const conda_pieces[] = { "0",  "1", "2", "10", "01",    ".",    ".",
					    "_",  "-", "a", "*",  ".dev1", "post", "+1",
					    "rc", "!", "Z", "_",  ".0",    "1!" };

struct pieces {
	const char *const *v;
	size_t n;
};

#define PIECES(table)                                     \
	{                                                 \
		(table), sizeof(table) / sizeof(*(table)) \
	}

static struct pieces pieces_of(enum version_scheme s)
{
	static const struct pieces table[VERSION_SCHEME_N] = {
		[VERSION_DEB] = PIECES(deb_pieces),
		[VERSION_APK] = PIECES(apk_pieces),
		[VERSION_RPM] = PIECES(rpm_pieces),
		[VERSION_SEMVER] = PIECES(semver_pieces),
		[VERSION_GO] = PIECES(semver_pieces),
		[VERSION_HEX] = PIECES(semver_pieces),
		[VERSION_SWIFT] = PIECES(semver_pieces),
		[VERSION_PUB] = PIECES(semver_pieces),
		[VERSION_JULIA] = PIECES(semver_pieces),
		[VERSION_PEP440] = PIECES(pep440_pieces),
		[VERSION_MAVEN] = PIECES(maven_pieces),
		[VERSION_GEM] = PIECES(gem_pieces),
		[VERSION_COMPOSER] = PIECES(composer_pieces),
		[VERSION_NUGET] = PIECES(nuget_pieces),
		[VERSION_CONAN] = PIECES(generic_pieces),
		[VERSION_BITNAMI] = PIECES(generic_pieces),
		[VERSION_GENERIC] = PIECES(generic_pieces),
		[VERSION_CRAN] = PIECES(numbers_pieces),
		[VERSION_HACKAGE] = PIECES(numbers_pieces),
		[VERSION_CONDA] = PIECES(conda_pieces),
	};
	return table[s].n ? table[s] : table[VERSION_RPM];
}

void order_random_version(struct order_random *r, enum version_scheme s, char *buf, size_t size)
{
	struct pieces p = pieces_of(s);
	size_t count = order_random_below(r, 9);
	bool three = p.v == semver_pieces && order_random_below(r, 3);
	size_t len = (size_t)snprintf(buf, size, three ? "%u.1.0" : "%u",
				      (unsigned)order_random_below(r, 4));
	for (size_t i = 0; i < count; i++) {
		const char *piece = p.v[order_random_below(r, p.n)];
		if (len + strlen(piece) < size)
			len += (size_t)snprintf(buf + len, size - len, "%s", piece);
	}
}

void order_random_neighbour(struct order_random *r, enum version_scheme s, const char *from,
			    char *buf, size_t size)
{
	struct pieces p = pieces_of(s);
	size_t len = strlen(from);
	size_t at = 1 + order_random_below(r, len);
	size_t drop = order_random_below(r, 3);
	if (drop > len - at)
		drop = len - at;
	const char *piece = order_random_below(r, 3) ? p.v[order_random_below(r, p.n)] : "";
	(void)snprintf(buf, size, "%.*s%s%s", (int)at, from, piece,
		       from + at + drop); /* cut is fine */
}
