#include "inventory/fact.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "inventory/fact_stream.h"
#include "inventory/owned.h"
#include "inventory/presence.h"

int inv_sink_init(struct inv_sink *s, const struct lc_limits *limits)
{
	*s = (struct inv_sink){ 0 };
	size_t max;
	if (!lc_size(limits->facts_bytes_max, &max))
		max = SIZE_MAX;
	lc_buf_init(&s->out, max);
	s->err = lc_buf_slice(&s->out, INV_STREAM_MAGIC);
	return s->err;
}

void inv_sink_done(struct inv_sink *s)
{
	if (!s)
		return;
	lc_buf_done(&s->out);
	*s = (struct inv_sink){ 0 };
}

/* ---- records ---- */

/* Gives where the payload starts. Failures show in the buffer, which stays failed. */
static size_t begin(struct inv_sink *s, enum inv_record kind)
{
	(void)lc_buf_byte(&s->out, (uint8_t)kind); /* sticky: finish() looks */
	uint8_t *length = lc_buf_grow(&s->out, INV_LENGTH_BYTES);
	if (length)
		memset(length, 0, INV_LENGTH_BYTES);
	return s->out.n;
}

static int finish(struct inv_sink *s, size_t start)
{
	if (lc_buf_err(&s->out)) {
		s->err = lc_buf_err(&s->out);
		return s->err;
	}
	size_t n = s->out.n - start;
	uint8_t *length = s->out.p + start - INV_LENGTH_BYTES;
	for (unsigned i = 0; i < INV_LENGTH_BYTES; i++) {
		uint8_t more = i + 1 < INV_LENGTH_BYTES ? 0x80 : 0;
		length[i] = (uint8_t)((n >> (7 * i) & 0x7f) | more);
	}
	return 0;
}

static void put_number(struct inv_sink *s, uint64_t v)
{
	(void)lc_buf_uleb(&s->out, v); /* sticky: finish() looks */
}

static void put(struct inv_sink *s, struct lc_slice text)
{
	(void)lc_buf_uleb(&s->out, text.n); /* sticky: finish() looks */
	(void)lc_buf_slice(&s->out, text);
}

static void put_slices(struct inv_sink *s, const struct lc_slices *list)
{
	put_number(s, list->n);
	for (size_t i = 0; i < list->n; i++)
		put(s, list->v[i]);
}

static void put_owned(struct inv_sink *s, const struct inv_owned_list *list)
{
	put_number(s, list->n);
	for (size_t i = 0; i < list->n; i++)
		owned_pack(&s->out, &list->v[i]); /* sticky: finish() looks */
}

static void put_attributes(struct inv_sink *s, const struct inv_attribute_list *list)
{
	put_number(s, list->n);
	for (size_t i = 0; i < list->n; i++) {
		put(s, list->v[i].key);
		put(s, list->v[i].value);
	}
}

/* A record of texts alone. */
static int put_texts(struct inv_sink *s, enum inv_record kind, const struct lc_slice *text,
		     size_t n)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, kind);
	for (size_t i = 0; i < n; i++)
		put(s, text[i]);
	return finish(s, start);
}

/* ---- facts ---- */

int inv_sink_file(struct inv_sink *s, struct lc_slice path, struct lc_slice analyser)
{
	s->in_file = true;
	s->troubles = 0;
	if (s->on_file)
		s->on_file(s->on_file_ctx, path, analyser);
	return put_texts(s, INV_RECORD_FILE, (struct lc_slice[]){ path, analyser }, 2);
}

static void put_lines(struct inv_sink *s, const struct inv_lines_list *list)
{
	put_number(s, list->n);
	for (size_t i = 0; i < list->n; i++) {
		put_number(s, list->v[i].start);
		put_number(s, list->v[i].end);
	}
}

int inv_sink_package(struct inv_sink *s, const struct inv_package *p)
{
	if (s->err || (s->without_dev && p->flags & INV_DEV))
		return s->err;
	size_t start = begin(s, INV_RECORD_PACKAGE);
	put(s, p->type);
	put(s, p->name);
	put(s, p->version);
	put(s, p->arch);
	put(s, p->source_name);
	put(s, p->source_version);
	put_slices(s, &p->licences);
	put(s, p->maintainer);
	put(s, p->digest);
	put_slices(s, &p->depends_on);
	put_owned(s, &p->owned);
	put_attributes(s, &p->attributes);
	put_number(s, p->line_start);
	put_number(s, p->line_end);
	put_lines(s, &p->more_lines);
	put_number(s, p->flags);
	put_number(s, p->relationship);
	return finish(s, start);
}

int inv_sink_owned_by(struct inv_sink *s, const struct inv_owned_by *o)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_OWNED_BY);
	put(s, o->type);
	put(s, o->package);
	put(s, o->arch);
	put_owned(s, &o->owned);
	put_slices(s, &o->licences);
	return finish(s, start);
}

int inv_sink_os(struct inv_sink *s, const struct inv_os *os)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_OS);
	put(s, os->family);
	put(s, os->version);
	put(s, os->codename);
	put(s, os->pretty);
	put_number(s, os->extended);
	put_number(s, os->weight);
	return finish(s, start);
}

int inv_sink_repository(struct inv_sink *s, const struct inv_repository *r)
{
	return put_texts(s, INV_RECORD_REPOSITORY, (struct lc_slice[]){ r->family, r->release }, 2);
}

int inv_sink_build(struct inv_sink *s, const struct inv_build *b)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_BUILD);
	put_slices(s, &b->content_sets);
	put(s, b->nvr);
	put(s, b->arch);
	return finish(s, start);
}

const char *inv_relationship_name(enum inv_relationship r)
{
	static const char *const names[INV_REL_N] = {
		[INV_REL_UNKNOWN] = "unknown",     [INV_REL_ROOT] = "root",
		[INV_REL_WORKSPACE] = "workspace", [INV_REL_DIRECT] = "direct",
		[INV_REL_INDIRECT] = "indirect",
	};
	return (unsigned)r < INV_REL_N ? names[r] : NULL;
}

/* ---- trouble ---- */

static const char *const trouble_names[] = {
	[INV_MALFORMED] = "malformed",   [INV_TRUNCATED] = "truncated",
	[INV_TOO_LARGE] = "too-large",   [INV_UNSUPPORTED] = "unsupported",
	[INV_UNREADABLE] = "unreadable",
};
static_assert(sizeof(trouble_names) / sizeof(trouble_names[0]) == INV_TROUBLE_N, "a name for each");

const char *inv_trouble_name(enum inv_trouble t)
{
	return (unsigned)t < INV_TROUBLE_N ? trouble_names[t] : "unknown";
}

enum inv_trouble inv_trouble_of(int code)
{
	switch (code) {
	case LC_ETRUNC:
		return INV_TRUNCATED;
	case LC_ELIMIT:
		return INV_TOO_LARGE;
	case LC_EUNSUP:
		return INV_UNSUPPORTED;
	case LC_EIO:
		return INV_UNREADABLE;
	default:
		return INV_MALFORMED;
	}
}

/* Path and analyser empty: those of the file in context, if any (facts_read.c fills them in). */
static int put_trouble(struct inv_sink *s, const struct inv_diagnostic *d)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_DIAGNOSTIC);
	put_number(s, d->trouble);
	put(s, d->message);
	put(s, d->path);
	put(s, d->analyser);
	return finish(s, start);
}

int inv_sink_trouble(struct inv_sink *s, enum inv_trouble t, const char *fmt, ...)
{
	if (s->in_file && s->troubles > INV_TROUBLES_MAX)
		return s->err;
	char text[LC_ERR_MSG_MAX];
	if (s->in_file && s->troubles++ == INV_TROUBLES_MAX) {
		t = INV_MALFORMED;
		(void)snprintf(text, sizeof(text), "more of the kind"); /* fits */
	} else {
		va_list ap;
		va_start(ap, fmt);
		(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut message still says what */
		va_end(ap);
	}
	struct inv_diagnostic d = { .trouble = t, .message = lc_str(text) };
	return put_trouble(s, &d);
}

int inv_sink_diagnostic(struct inv_sink *s, const struct inv_diagnostic *d)
{
	/* Ends the context: a diagnostic with neither path nor analyser speaks of the layer. */
	s->in_file = false;
	int r = put_texts(s, INV_RECORD_FILE, (struct lc_slice[]){ LC_S(""), LC_S("") }, 2);
	return r ? r : put_trouble(s, d);
}

/* ---- what a layer does to lower ones ---- */

int inv_sink_whiteout(struct inv_sink *s, struct lc_slice path)
{
	return put_texts(s, INV_RECORD_WHITEOUT, &path, 1);
}

int inv_sink_opaque(struct inv_sink *s, struct lc_slice dir)
{
	return put_texts(s, INV_RECORD_OPAQUE, &dir, 1);
}

int inv_sink_link(struct inv_sink *s, const struct inv_link *l)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_LINK);
	put(s, l->path);
	put(s, l->target);
	put_number(s, l->hard);
	put_number(s, l->wanted.n);
	for (size_t i = 0; i < l->wanted.n; i++) {
		const struct inv_wanted *w = &l->wanted.v[i];
		put(s, w->below);
		put(s, w->analyser);
		put_number(s, (w->dir ? INV_PLACE_DIR : 0u) | (w->behind ? INV_PLACE_BEHIND : 0u));
	}
	return finish(s, start);
}

int inv_sink_presence(struct inv_sink *s, const struct inv_presence *p)
{
	if (s->err)
		return s->err;
	size_t start = begin(s, INV_RECORD_PRESENCE);
	(void)lc_buf_le64(&s->out, p->key[0]); /* sticky: finish() looks */
	(void)lc_buf_le64(&s->out, p->key[1]);
	size_t bytes;
	if (!lc_mul(p->n, 8, &bytes) || lc_buf_reserve(&s->out, bytes))
		return finish(s, start);
	for (size_t i = 0; i < p->n; i++)
		(void)lc_buf_le64(&s->out, p->v[i]);
	return finish(s, start);
}

int inv_sink_append(struct inv_sink *s, const struct inv_sink *part)
{
	s->in_file = false;
	if (s->err == 0)
		s->err = part->err;
	if (s->err == 0)
		s->err = lc_buf_slice(&s->out, lc_skip(lc_buf_get(&part->out), INV_STREAM_MAGIC.n));
	return s->err;
}

int inv_sink_end(struct inv_sink *s)
{
	return put_texts(s, INV_RECORD_END, NULL, 0);
}
