/*
 * pip's requirements.txt. Source: pip's documentation, requirements file format; PEP 508.
 *
 *	# a comment
 *	Name[extra] == 1.2 ; marker \
 *	    --hash=sha256:…
 *	-r other.txt                 an option: not followed
 *
 * What is not pinned is no package: nobody knows which version would be installed; a comprehensive
 * scan takes the least one. The text may begin with a BOM, of UTF-16 too, as Windows' tools write
 * it.
 */
#include "base/buf.h"
#include "inventory/language/analysers.h"
#include "inventory/language/python.h"

struct requirements {
	const struct inv_file *file;
	struct packages packages;
	struct lc_buf joined; /* lines that go on */
};

/* ---- text ---- */

static void put_code_point(struct lc_buf *b, uint32_t cp)
{
	/* Names and versions are ASCII: what is beyond it only has to be told apart from them. */
	(void)lc_buf_byte(b, cp < 0x80 ? (uint8_t)cp : '?'); /* sticky: the caller looks */
}

/* The text without its BOM; UTF-16 becomes ASCII in the arena. */
static int decode(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	struct lc_buf b;
	bool big = lc_chop_prefix(&text, LC_S("\xfe\xff"));
	*ret = text;
	if (lc_chop_prefix(ret, LC_S("\xef\xbb\xbf")))
		return 0;
	if (!big && !lc_chop_prefix(&text, LC_S("\xff\xfe")))
		return 0;
	lc_buf_init(&b, text.n);
	for (size_t i = 0; i + 1 < text.n; i += 2)
		put_code_point(&b, (uint32_t)text.p[i + !big] << 8 | text.p[i + big]);
	int r = lc_buf_err(&b);
	r = r ? r : lc_arena_dup(a, lc_buf_get(&b), ret);
	lc_buf_done(&b);
	return r;
}

/* Without comment and options of its own. */
static struct lc_slice requirement_of(struct lc_slice line)
{
	line = lc_sub(line, 0, lc_find(line, '#'));
	line = lc_sub(line, 0, lc_find_slice(line, LC_S(" --")));
	return lc_trim(line);
}

/* ---- lines ---- */

static int read_requirement(struct requirements *q, struct lc_slice line, uint32_t start,
			    uint32_t end)
{
	struct inv_package p = { .type = LC_S("pip"), .line_start = start, .line_end = end };
	struct lc_slice copy;
	int r = 0;
	if (!(q->file->options->comprehensive ? python_least : python_pinned)(requirement_of(line),
									      &p.name, &p.version))
		return 0;
	r = lc_arena_dup(q->file->scratch, p.name, &copy);
	p.name = copy;
	r = r ? r : lc_arena_dup(q->file->scratch, p.version, &copy);
	p.version = copy;
	return r ? r : packages_add(&q->packages, &p, NULL);
}

static int read_lines(struct requirements *q, struct lc_slice text)
{
	struct lc_slice line;
	uint32_t start = 1;
	int r = 0;
	lc_buf_init(&q->joined, text.n + 1);
	for (uint32_t number = 1; r == 0 && lc_line(&text, &line); number++) {
		bool more = lc_chop_suffix(&line, LC_S("\\"));
		(void)lc_buf_slice(&q->joined, line); /* fits; else told below */
		if (more && text.n)
			continue;
		r = lc_buf_err(&q->joined);
		r = r ? r : read_requirement(q, lc_buf_get(&q->joined), start, number);
		lc_buf_clear(&q->joined);
		start = number + 1;
	}
	lc_buf_done(&q->joined);
	return r;
}

static bool is_binary(struct lc_slice text)
{
	return lc_find(text, 0) != SIZE_MAX;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct requirements q = { .file = f };
	struct lc_slice text = { NULL, 0 };
	packages_init(&q.packages, f->scratch, out);
	int r = decode(f->bytes, f->scratch, &text);
	if (r == 0 && is_binary(text))
		r = inv_sink_trouble(out, INV_MALFORMED, "not a text");
	else if (r == 0)
		r = read_lines(&q, text);
	r = r ? r : packages_put(&q.packages);
	packages_done(&q.packages);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = { { .kind = INV_WANT_NAME, .text = "requirements.txt" } };

const struct inv_analyser inv_requirements = {
	.name = "pip",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
