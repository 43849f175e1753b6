/*
 * usr/share/doc/PACKAGE/copyright. Two kinds are understood: machine-readable ones (their License
 * fields), and prose that points at texts under usr/share/common-licenses.
 * Source: Debian "Machine-readable debian/copyright file" 1.0 (DEP-5); Debian Policy 12.5.
 *
 * In prose trivy's users know both from the same file: License lines and mentions count together.
 */
#include "inventory/os/analysers.h"

enum { NAME_BYTES_MAX = 128, LICENCES_MAX = 256 };

struct parser {
	const struct inv_file *file;
	struct lc_slices found;
};

static bool is_known(const struct parser *p, struct lc_slice name)
{
	for (size_t i = 0; i < p->found.n; i++) {
		if (lc_eq(p->found.v[i], name))
			return true;
	}
	return false;
}

/* A sentence is no name: "The main library is licensed under …". Exceptions may be wordy. */
static bool is_sentence(struct lc_slice s)
{
	enum { WORDS_MAX = 4 };
	size_t words = 1;
	for (size_t i = 0; i < s.n; i++)
		words += s.p[i] == ' ';
	return words > WORDS_MAX && lc_find_slice(s, LC_S("xception")) == SIZE_MAX;
}

static int add(struct parser *p, struct lc_slice name)
{
	if (is_sentence(name))
		return 0;
	if (name.n == 0 || name.n > NAME_BYTES_MAX || p->found.n == LICENCES_MAX ||
	    is_known(p, name))
		return 0;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < ' ' || name.p[i] > '~')
			return 0;
	}
	struct lc_slice *place = lc_vec_push(p->file->scratch, &p->found);
	if (!place)
		return lc_arena_err(p->file->scratch);
	*place = name;
	return 0;
}

/* Up to the first joint; *text moves past it. One pass: texts may be long and without end. */
static struct lc_slice take_one(struct lc_slice *text)
{
	static const struct lc_slice joints[] = {
		LC_S_INIT(" and/or "),
		LC_S_INIT(" and "),
		LC_S_INIT(" or "),
		LC_S_INIT(", "),
	};
	struct lc_slice whole = *text;
	for (size_t at = 0; at < whole.n; at++) {
		struct lc_slice rest = lc_skip(whole, at);
		for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++) {
			if (!lc_starts(rest, joints[i]))
				continue;
			*text = lc_skip(rest, joints[i].n);
			return lc_sub(whole, 0, at);
		}
	}
	*text = lc_skip(whole, whole.n);
	return whole;
}

/* "GPL-2+ and/or MIT, and Expat": one item each; "with … exception" stays with its licence. */
static int add_expression(struct parser *p, struct lc_slice text)
{
	while (text.n) {
		struct lc_slice one = lc_trim(take_one(&text));
		(void)lc_chop_suffix(&one, LC_S(","));
		bool joint = lc_eq(one, LC_S("and")) || lc_eq(one, LC_S("or"));
		int r = joint ? 0 : add(p, one);
		if (r)
			return r;
		(void)lc_chop_prefix(&text, LC_S("and ")); /* ", and " */
		(void)lc_chop_prefix(&text, LC_S("or "));
	}
	return 0;
}

static bool is_name_byte(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || c == '-' || c == '.' || c == '+' || c == '_';
}

/* "…/common-licenses/GPL-2." names GPL-2; the sentence's full stop does not belong to it. */
static int add_mentions(struct parser *p, struct lc_slice line)
{
	static const struct lc_slice dir = LC_S_INIT("/usr/share/common-licenses/");
	for (;;) {
		size_t at = lc_find_slice(line, dir);
		if (at == SIZE_MAX)
			return 0;
		line = lc_skip(line, at + dir.n);
		size_t n = 0;
		while (n < line.n && is_name_byte(line.p[n]))
			n++;
		struct lc_slice name = lc_sub(line, 0, n);
		while (lc_chop_suffix(&name, LC_S(".")) || lc_chop_suffix(&name, LC_S("-")))
			;
		int r = add(p, name);
		if (r)
			return r;
	}
}

static int read_line(struct parser *p, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	if (lc_cut(line, ':', &key, &value) && lc_eq_nocase(key, LC_S("License")))
		return add_expression(p, lc_trim(value));
	return add_mentions(p, line);
}

static bool package_of(struct lc_slice path, struct lc_slice *ret)
{
	return lc_chop_prefix(&path, LC_S("usr/share/doc/")) &&
	       lc_chop_suffix(&path, LC_S("/copyright")) && path.n > 0 &&
	       lc_find(path, '/') == SIZE_MAX && (*ret = path, true);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .file = f };
	struct inv_owned_by by = { .type = LC_S("dpkg") };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	if (!package_of(f->path, &by.package)) /* deeper: no package's own file */
		return 0;
	while (r == 0 && lc_line(&rest, &line))
		r = read_line(&p, line);
	by.licences = p.found;
	r = r || p.found.n == 0 ? r : inv_sink_owned_by(out, &by);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_UNDER, "usr/share/doc", "/copyright", 0 },
};

const struct inv_analyser inv_dpkg_copyright = {
	.name = "dpkg-copyright",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = 1,
	.size_max = (uint64_t)8 << 20,
	.parse = parse,
};
