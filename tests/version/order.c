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

static bool check_line(enum version_scheme s, struct lc_slice line)
{
	struct lc_slice a = { NULL, 0 };
	struct lc_slice op = { NULL, 0 };
	struct lc_slice b = { NULL, 0 };
	struct lc_slice rest = lc_trim(line);
	if (!rest.n || rest.p[0] == '#' || lc_starts(rest, LC_S("//")))
		return false;
	if (!lc_cut(rest, ' ', &a, &rest) || !lc_cut(rest, ' ', &op, &b) || op.n != 1)
		fail_msg("no pair: %.*s", LC_FMT(line));
	check_pair(s, a, (char)op.p[0], b);
	return true;
}

size_t order_check_file(enum version_scheme s, const char *path)
{
	struct lc_buf text;
	struct lc_slice line;
	lc_buf_init(&text, 4U << 20);
	data_read(path, &text);

	size_t n = 0;
	struct lc_slice rest = lc_buf_get(&text);
	while (lc_line(&rest, &line))
		n += check_line(s, line);
	lc_buf_done(&text);
	return n;
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

static const char *const semver_pieces[] = { "0", "1", "2",  "10",    "01",     ".",
					     ".", ".", "-",  "-rc.1", "-alpha", "a",
					     "b", "Z", "+b", "-0",    "rc2",    ".9" };

struct pieces {
	const char *const *v;
	size_t n;
};

#define PIECES(table) ((struct pieces){ (table), sizeof(table) / sizeof(*(table)) })

static struct pieces pieces_of(enum version_scheme s)
{
	if (s == VERSION_DEB)
		return PIECES(deb_pieces);
	if (s == VERSION_SEMVER || s == VERSION_GO)
		return PIECES(semver_pieces);
	return s == VERSION_APK ? PIECES(apk_pieces) : PIECES(rpm_pieces);
}

void order_random_version(struct order_random *r, enum version_scheme s, char *buf, size_t size)
{
	struct pieces p = pieces_of(s);
	size_t count = order_random_below(r, 9);
	size_t len = (size_t)snprintf(buf, size, "%u", (unsigned)order_random_below(r, 4));
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
