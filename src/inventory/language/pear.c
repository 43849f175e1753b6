/*
 * PHP's PEAR and PECL: the registry of what is installed, a file each. Source: PEAR,
 * PEAR/Registry.php; PHP, serialize().
 *
 *	php/.registry/archive_tar.reg
 *	    a:37:{s:4:"name";s:11:"Archive_Tar"; …
 *	php/.registry/.channel.pecl.php.net/redis.reg
 *	    … s:7:"version";a:2:{s:7:"release";s:5:"5.3.7"; …
 *
 * A value is s:BYTES:"…"; i:N; d:N; b:0; N; or a:COUNT:{ key value … }.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

enum { DEPTH_MAX = 32 };

struct pear {
	struct lc_rd rd;
	struct inv_package package;
	struct lc_slice api;
	bool broken;
};

static uint64_t take_number(struct pear *q, uint8_t end)
{
	uint64_t n = 0;
	struct lc_slice rest = lc_skip(q->rd.in, q->rd.off);
	size_t len = lc_find(rest, end);
	if (len == SIZE_MAX || !lc_u64(lc_sub(rest, 0, len), 10, UINT32_MAX, &n))
		q->broken = true;
	else
		(void)lc_rd_take(&q->rd, len + 1);
	return n;
}

static void expect(struct pear *q, struct lc_slice text)
{
	q->broken |= !lc_eq(lc_rd_take(&q->rd, text.n), text);
}

/* "…" and the mark behind it. */
static struct lc_slice take_text(struct pear *q)
{
	uint64_t n = take_number(q, ':');
	expect(q, LC_S("\""));
	struct lc_slice text = lc_rd_take(&q->rd, (size_t)n);
	expect(q, LC_S("\";"));
	return q->broken ? LC_S("") : text;
}

static void skip_scalar(struct pear *q)
{
	struct lc_slice rest = lc_skip(q->rd.in, q->rd.off);
	size_t len = lc_find(rest, ';');
	if (len == SIZE_MAX)
		q->broken = true;
	else
		(void)lc_rd_take(&q->rd, len + 1);
}

/* What is at a place: its key, and that of the array in which it is; "" are numbers. */
struct place {
	struct lc_slice key, above;
};

/* Depth 1 is the registry's own; logs of changes have versions, too, further down. */
static void note(struct pear *q, const struct place *at, unsigned depth, struct lc_slice text)
{
	bool top = depth == 1;
	if (top && lc_eq(at->key, LC_S("name")) && q->package.name.n == 0)
		q->package.name = text;
	else if (q->package.version.n)
		return;
	else if (depth == 2 && lc_eq(at->above, LC_S("version")) && lc_eq(at->key, LC_S("release")))
		q->package.version = text;
	else if (top && lc_eq(at->key, LC_S("version")))
		q->package.version = text; /* of the first format */
}

static void take_value(struct pear *q, const struct place *at, unsigned depth);

/* The recursion ends at DEPTH_MAX. */
static void take_array(struct pear *q, const struct place *at, unsigned depth)
{
	uint64_t n = take_number(q, ':');
	expect(q, LC_S("{"));
	for (uint64_t i = 0; i < n && !q->broken; i++) {
		struct place below = { .above = at->key };
		uint8_t kind = lc_rd_u8(&q->rd);
		expect(q, LC_S(":"));
		if (kind == 's')
			below.key = take_text(q);
		else if (kind == 'i')
			skip_scalar(q);
		else
			q->broken = true;
		take_value(q, &below, depth + 1);
	}
	expect(q, LC_S("}"));
}

static void take_value(struct pear *q, const struct place *at, unsigned depth)
{
	if (q->broken || q->rd.bad || depth > DEPTH_MAX) {
		q->broken = true;
		return;
	}
	uint8_t kind = lc_rd_u8(&q->rd);
	expect(q, kind == 'N' ? LC_S(";") : LC_S(":"));
	if (kind == 's')
		note(q, at, depth, take_text(q));
	else if (kind == 'a')
		take_array(q, at, depth);
	else if (kind == 'i' || kind == 'd' || kind == 'b')
		skip_scalar(q);
	else if (kind != 'N')
		q->broken = true;
}

static int read_registry(struct lock *l)
{
	struct pear q = { .rd = lc_rd_of(l->file->bytes) };
	take_value(&q, &(struct place){ .key = LC_S("") }, 0);
	if (q.package.name.n && q.package.version.n)
		return lock_add(l, &q.package, NULL);
	return inv_sink_trouble(l->out, q.rd.bad ? INV_TRUNCATED : INV_MALFORMED,
				"no name and version of a package");
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice dir = f->path;
	size_t at = lc_find_slice(dir, LC_S(".registry/"));
	if (at == SIZE_MAX || (at && dir.p[at - 1] != '/'))
		return 0;
	return lock_text(f, out, e, "pear", read_registry);
}

static const struct inv_want wants[] = { { .kind = INV_WANT_SUFFIX, .text = ".reg" } };

const struct inv_analyser inv_pear = {
	.name = "pear",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
