/*
 * Ignore files as the neighbours' users keep them:
 *
 *	# a comment
 *	CVE-2024-1 exp:2027-01-31  # why
 *
 * one id a line, the day on which the rule ends, and what else the line says as its reason.
 */
#include "base/time.h"
#include "finding/ignore_impl.h"

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct lc_slice word(struct lc_slice *rest)
{
	size_t n = 0;
	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	struct lc_slice w = lc_sub(*rest, 0, n);
	*rest = lc_trim(lc_skip(*rest, n));
	return w;
}

bool ignore_is_text(struct lc_slice s)
{
	while (s.n) {
		uint32_t cp;
		size_t n = lc_utf8(s, &cp);
		if (!n || (lc_cp_unsafe(cp) && cp != '\t'))
			return false;
		s = lc_skip(s, n);
	}
	return true;
}

bool ignore_is_id(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '#')
			return false;
	}
	return s.n > 0;
}

static bool is_date(struct lc_slice s)
{
	return s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
}

static int expiry(struct ignore_parse *p, struct ignore_rule *r, struct lc_slice day)
{
	uint32_t ns;
	if (r->expires != INT64_MAX)
		return IGNORE_BAD(p, "a rule ends once, not twice");
	if (!is_date(day) || !lc_time_parse(day, &r->expires, &ns))
		return IGNORE_BAD(p, "\"exp:%s\" is no date: write exp:YYYY-MM-DD",
				  lc_quote(day).s);
	return 0;
}

/*
 * What is behind the id: a day and the reason, with or without a '#'. The day may stand anywhere,
 * behind a '#', too, as the neighbours read it: a rule must not outlive what its line says.
 */
static int tail(struct ignore_parse *p, struct ignore_rule *r, struct lc_slice rest)
{
	struct lc_slice words = rest;
	while (words.n) {
		struct lc_slice w = word(&words);
		int rc = lc_chop_prefix(&w, LC_S("exp:")) ? expiry(p, r, w) : 0;
		if (rc)
			return rc;
	}
	while (lc_starts(rest, LC_S("exp:")))
		(void)word(&rest); /* read above */
	while (rest.n && rest.p[0] == '#')
		rest = lc_trim(lc_skip(rest, 1));
	return lc_arena_dup(p->a, rest, &r->statement);
}

int ignore_no_memory(struct ignore_parse *p)
{
	return lc_fail(p->e, lc_arena_err(p->a), "no memory for ignore rules");
}

int ignore_add(struct ignore_parse *p, const struct ignore_rule *r)
{
	struct lc_slice origin = lc_arena_fmt(p->a, "%s:%zu", lc_quote(p->file).s, p->line);
	if (!origin.p)
		return ignore_no_memory(p);
	if (p->rules->n >= IGNORE_RULES_MAX)
		return lc_fail(p->e, LC_ELIMIT, "%s: more than %d rules", lc_quote(p->file).s,
			       IGNORE_RULES_MAX);
	struct ignore_rule *at = lc_vec_push(p->a, p->rules);
	if (!at)
		return ignore_no_memory(p);
	*at = *r;
	at->origin = origin;
	return 0;
}

static int rule(struct ignore_parse *p, struct lc_slice line)
{
	struct ignore_rule r = { .expires = INT64_MAX };
	struct lc_slice id = word(&line);
	if (!ignore_is_id(id))
		return IGNORE_BAD(p, "\"%s\" is no vulnerability id", lc_quote(id).s);
	int rc = tail(p, &r, line);
	if (rc == LC_EBAD)
		return rc;
	if (rc || lc_arena_dup(p->a, id, &r.id))
		return ignore_no_memory(p);
	return ignore_add(p, &r);
}

static int line(struct ignore_parse *p, struct lc_slice text)
{
	if (text.n > IGNORE_LINE_MAX)
		return IGNORE_BAD(p, "the line is longer than %d bytes", IGNORE_LINE_MAX);
	if (!ignore_is_text(text))
		return IGNORE_BAD(p, "control characters or bytes that are no UTF-8");
	text = lc_trim(text);
	return text.n && text.p[0] != '#' ? rule(p, text) : 0;
}

static int parse_lines(struct ignore_parse *p, struct lc_slice text)
{
	(void)lc_chop_prefix(&text, LC_S("\xef\xbb\xbf")); /* an editor's mark says nothing */
	struct lc_slice next;
	int rc = 0;
	while (!rc && lc_line(&text, &next)) {
		p->line++;
		rc = line(p, next);
	}
	return rc;
}

int ignore_parse(struct lc_slice text, struct lc_slice file_name, struct lc_arena *a,
		 struct ignore_rules *ret, struct lc_err *e)
{
	struct ignore_rules rules = *ret;
	struct ignore_parse p = { .file = file_name, .a = a, .rules = &rules, .e = e };
	bool yaml = lc_ends(file_name, LC_S(".yaml")) || lc_ends(file_name, LC_S(".yml"));
	if (text.n > IGNORE_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "%s: larger than %d bytes", lc_quote(file_name).s,
			       IGNORE_BYTES_MAX);
	int rc = yaml ? ignore_parse_yaml(&p, text) : parse_lines(&p, text);
	if (!rc)
		*ret = rules;
	return rc;
}
