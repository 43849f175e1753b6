/*
 * Terraform's .terraform.lock.hcl: the providers of a configuration. Source: Terraform's
 * documentation, "Dependency Lock File".
 *
 *	provider "registry.terraform.io/hashicorp/aws" {
 *	  version     = "4.0.0"
 *	  constraints = "~> 4.0"
 *	}
 *
 * Written by the program alone, a field a line.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static bool quoted(struct lc_slice text, struct lc_slice *ret)
{
	text = lc_trim(text);
	return lc_chop_prefix(&text, LC_S("\"")) && lc_cut(text, '"', ret, &text) && ret->n;
}

struct terraform {
	struct lock *lock;
	struct inv_package open; /* without name: between providers */
};

static int close_provider(struct terraform *t, uint32_t line)
{
	struct inv_package p = t->open;
	t->open = (struct inv_package){ .name = LC_S("") };
	p.line_end = line;
	if (p.name.n == 0)
		return 0;
	if (p.version.n == 0)
		return inv_sink_trouble(t->lock->out, INV_MALFORMED,
					"line %u: provider without a version", p.line_start);
	return lock_add(t->lock, &p, NULL);
}

static int read_line(struct terraform *t, struct lc_slice line, uint32_t number)
{
	struct lc_slice text = lc_trim(line);
	struct lc_slice key;
	struct lc_slice value;
	if (lc_chop_prefix(&text, LC_S("provider "))) {
		int r = close_provider(t, number);
		t->open.line_start = number;
		return r || quoted(text, &t->open.name)
			       ? r
			       : inv_sink_trouble(t->lock->out, INV_MALFORMED,
						  "line %u: provider without a name", number);
	}
	if (lc_eq(line, LC_S("}")))
		return close_provider(t, number);
	if (lc_cut(text, '=', &key, &value) && lc_eq(lc_trim(key), LC_S("version")))
		(void)quoted(value, &t->open.version); /* else it has none, as told at its end */
	return 0;
}

static int read_lock(struct lock *l)
{
	struct terraform t = { .lock = l };
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	uint32_t number = 0;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line))
		r = read_line(&t, line, ++number);
	if (r == 0 && t.open.name.n)
		r = inv_sink_trouble(l->out, INV_TRUNCATED, "line %u: no end of the provider",
				     t.open.line_start);
	return r ? r : close_provider(&t, number);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "terraform", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = ".terraform.lock.hcl" },
};

const struct inv_analyser inv_terraform_lock = {
	.name = "terraform",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
