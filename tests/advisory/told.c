#include "told.h"

#include "advisory/record.h"

static int line(struct told *t, const char *kind, struct lc_slice a, struct lc_slice b)
{
	return lc_buf_fmt(&t->text, "%s %.*s %.*s ", kind, LC_FMT(a), LC_FMT(b));
}

static int end(struct told *t, const struct json_writer *w)
{
	lc_buf_byte(&t->text, '\n');
	return json_writer_err(w) ? json_writer_err(w) : lc_buf_err(&t->text);
}

static int on_record(void *ctx, struct lc_slice source, struct lc_slice ecosystem,
		     struct lc_slice date, struct lc_err *e)
{
	struct told *t = ctx;
	(void)e;
	if (!t->records)
		return 0;
	line(t, "record", source, ecosystem);
	lc_buf_slice(&t->text, date);
	return lc_buf_byte(&t->text, '\n');
}

static int on_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		      const struct advisory *adv, struct lc_err *e)
{
	struct told *t = ctx;
	struct json_writer w;
	(void)e;
	line(t, "package", ecosystem, name);
	json_writer_init(&w, &t->text, 0);
	advisory_write(&w, adv);
	return end(t, &w);
}

static int on_vulnerability(void *ctx, const struct vulnerability *v, struct lc_slice source,
			    struct lc_err *e)
{
	struct told *t = ctx;
	struct json_writer w;
	(void)e;
	line(t, "vulnerability", v->id, source);
	json_writer_init(&w, &t->text, 0);
	vulnerability_write(&w, v);
	return end(t, &w);
}

static int on_eol(void *ctx, struct lc_slice product, const struct eol_cycle *c, struct lc_err *e)
{
	struct told *t = ctx;
	struct json_writer w;
	(void)e;
	line(t, "eol", product, c->cycle);
	json_writer_init(&w, &t->text, 0);
	eol_write(&w, c);
	return end(t, &w);
}

void told_init(struct told *t)
{
	*t = (struct told){ .face = { on_record, on_package, on_vulnerability, on_eol, t } };
	lc_buf_init(&t->text, 16 << 20);
}

void told_done(struct told *t)
{
	lc_buf_done(&t->text);
}

const char *told_text(struct told *t)
{
	if (lc_buf_byte(&t->text, '\0'))
		return "";
	t->text.n--;
	return (const char *)t->text.p;
}

bool told_has(struct told *t, const char *want)
{
	struct lc_slice rest = lc_buf_get(&t->text);
	struct lc_slice got;
	while (lc_line(&rest, &got))
		if (lc_eq(got, lc_str(want)))
			return true;
	return false;
}
