#include "inventory/fact.h"

#include "inventory/fact_stream.h"
#include "inventory/owned.h"
#include "inventory/presence.h"

struct reading {
	struct lc_rd in;   /* the payload of the record at hand */
	struct lc_rd rest; /* the records behind it */
	struct lc_arena *arena;
	struct inv_layer_facts *facts;
	struct inv_file_facts *file; /* in context; NULL none */
	int err;                     /* of the arena */
};

/* ---- parts of records ---- */

static struct lc_slice get(struct reading *r)
{
	uint64_t n = lc_rd_uleb(&r->in);
	size_t size;
	if (!lc_size(n, &size))
		r->in.bad = true;
	return lc_rd_take(&r->in, r->in.bad ? 0 : size);
}

static uint64_t get_number(struct reading *r, uint64_t max)
{
	uint64_t v = lc_rd_uleb(&r->in);
	if (v > max)
		r->in.bad = true;
	return r->in.bad ? 0 : v;
}

/*
 * Array for as many items as the payload says and can hold, each taking at least item_bytes of it.
 * NULL with *ret_n 0 when there are none.
 */
static void *get_array(struct reading *r, size_t item_bytes, size_t size, size_t *ret_n)
{
	uint64_t n = lc_rd_uleb(&r->in);
	*ret_n = 0;
	if (r->in.bad || n > lc_rd_left(&r->in) / item_bytes) {
		r->in.bad = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	void *v = lc_arena_array(r->arena, (size_t)n, size);
	if (!v) {
		r->err = lc_arena_err(r->arena);
		r->in.bad = true;
		return NULL;
	}
	*ret_n = (size_t)n;
	return v;
}

static struct lc_slices get_slices(struct reading *r)
{
	struct lc_slices list = { 0 };
	list.v = get_array(r, 1, sizeof(*list.v), &list.n);
	list.room = list.n;
	for (size_t i = 0; i < list.n; i++)
		list.v[i] = get(r);
	return list;
}

static struct inv_owned_list get_owned(struct reading *r)
{
	uint64_t n = get_number(r, lc_rd_left(&r->in) / 2);
	size_t from = r->in.off;
	owned_skip(&r->in, (size_t)n);
	if (r->in.bad)
		return (struct inv_owned_list){ 0 };
	return (struct inv_owned_list){
		.n = (size_t)n,
		.packed = lc_sub(r->in.in, from, r->in.off - from),
	};
}

static struct inv_attribute_list get_attributes(struct reading *r)
{
	struct inv_attribute_list list = { 0 };
	list.v = get_array(r, 2, sizeof(*list.v), &list.n);
	list.room = list.n;
	for (size_t i = 0; i < list.n; i++) {
		list.v[i].key = get(r);
		list.v[i].value = get(r);
	}
	return list;
}

static struct inv_lines_list get_lines(struct reading *r)
{
	struct inv_lines_list list = { 0 };
	list.v = get_array(r, 2, sizeof(*list.v), &list.n);
	list.room = list.n;
	for (size_t i = 0; i < list.n; i++) {
		list.v[i].start = (uint32_t)get_number(r, UINT32_MAX);
		list.v[i].end = (uint32_t)get_number(r, UINT32_MAX);
	}
	return list;
}

/* Fresh item of a list of facts; an item that cannot be had ends the reading. */
#define push(r, list)                                                          \
	({                                                                     \
		__typeof__((list)->v) item_ = lc_vec_push((r)->arena, (list)); \
		if (!item_)                                                    \
			(r)->err = lc_arena_err((r)->arena);                   \
		item_;                                                         \
	})

/* ---- records ---- */

/* What the records that follow hold: each is known by its first byte and its length. */
static void count(struct lc_rd in, bool to_next_file, size_t n[INV_RECORD_N])
{
	while (!in.bad) {
		uint8_t kind = lc_rd_u8(&in);
		size_t bytes;
		if (kind == INV_RECORD_END || kind >= INV_RECORD_N ||
		    (to_next_file && kind == INV_RECORD_FILE) || !lc_size(lc_rd_uleb(&in), &bytes))
			break;
		(void)lc_rd_take(&in, bytes);
		/* Shorter than the shortest is malformed, and reserves nothing. */
		n[kind] += !in.bad && bytes >= (kind == INV_RECORD_PACKAGE ? 17 : 2);
	}
}

/* Arrays of the right size from the start: doubling would touch twice the memory. */
static void reserve(struct reading *r, struct inv_file_facts *f)
{
	size_t n[INV_RECORD_N] = { 0 };
	count(r->rest, true, n);
	r->err = lc_vec_reserve(r->arena, &f->packages, n[INV_RECORD_PACKAGE]);
	if (!r->err)
		r->err = lc_vec_reserve(r->arena, &f->owned, n[INV_RECORD_OWNED_BY]);
}

static void read_file(struct reading *r)
{
	struct lc_slice path = get(r);
	struct lc_slice analyser = get(r);
	r->file = NULL;
	if (path.n == 0 || r->in.bad)
		return;
	r->file = push(r, &r->facts->files);
	if (r->file) {
		r->file->path = path;
		r->file->analyser = analyser;
		reserve(r, r->file);
	}
}

static void read_package(struct reading *r)
{
	struct inv_package *p = push(r, &r->file->packages);
	if (!p)
		return;
	p->type = get(r);
	p->name = get(r);
	p->version = get(r);
	p->arch = get(r);
	p->source_name = get(r);
	p->source_version = get(r);
	p->licences = get_slices(r);
	p->maintainer = get(r);
	p->digest = get(r);
	p->depends_on = get_slices(r);
	p->owned = get_owned(r);
	p->attributes = get_attributes(r);
	p->line_start = (uint32_t)get_number(r, UINT32_MAX);
	p->line_end = (uint32_t)get_number(r, UINT32_MAX);
	p->more_lines = get_lines(r);
	p->flags = (unsigned)get_number(r, UINT32_MAX);
	p->relationship = (enum inv_relationship)get_number(r, INV_REL_N - 1);
}

static void read_owned_by(struct reading *r)
{
	struct inv_owned_by *o = push(r, &r->file->owned);
	if (!o)
		return;
	o->type = get(r);
	o->package = get(r);
	o->arch = get(r);
	o->owned = get_owned(r);
	o->licences = get_slices(r);
}

static void read_os(struct reading *r)
{
	struct inv_os *os = lc_new(r->arena, struct inv_os);
	if (!os) {
		r->err = lc_arena_err(r->arena);
		return;
	}
	os->family = get(r);
	os->version = get(r);
	os->codename = get(r);
	os->pretty = get(r);
	os->extended = get_number(r, 1);
	os->weight = (uint8_t)get_number(r, UINT8_MAX);
	r->file->os = os;
}

static void read_repository(struct reading *r)
{
	struct inv_repository *repository = lc_new(r->arena, struct inv_repository);
	if (!repository) {
		r->err = lc_arena_err(r->arena);
		return;
	}
	repository->family = get(r);
	repository->release = get(r);
	r->file->repository = repository;
}

static void read_build(struct reading *r)
{
	struct inv_build *build = lc_new(r->arena, struct inv_build);
	if (!build) {
		r->err = lc_arena_err(r->arena);
		return;
	}
	build->content_sets = get_slices(r);
	build->nvr = get(r);
	build->arch = get(r);
	r->file->build = build;
}

static void read_diagnostic(struct reading *r)
{
	struct inv_diagnostic *d = push(r, &r->facts->diagnostics);
	if (!d)
		return;
	d->trouble = (enum inv_trouble)get_number(r, INV_TROUBLE_N - 1);
	d->message = get(r);
	d->path = get(r);
	d->analyser = get(r);
	if (d->path.n == 0 && r->file) {
		d->path = r->file->path;
		d->analyser = r->file->analyser;
	}
}

static void read_path(struct reading *r, struct lc_slices *list)
{
	struct lc_slice *path = push(r, list);
	if (path)
		*path = get(r);
}

static void read_whiteout(struct reading *r)
{
	read_path(r, &r->facts->whiteouts);
}

static void read_opaque(struct reading *r)
{
	read_path(r, &r->facts->opaques);
}

static void read_link(struct reading *r)
{
	struct inv_link *l = push(r, &r->facts->links);
	if (!l)
		return;
	l->path = get(r);
	l->target = get(r);
	l->hard = get_number(r, 1);
	l->wanted.v = get_array(r, 3, sizeof(*l->wanted.v), &l->wanted.n);
	l->wanted.room = l->wanted.n;
	for (size_t i = 0; i < l->wanted.n; i++) {
		struct inv_wanted *w = &l->wanted.v[i];
		w->below = get(r);
		w->analyser = get(r);
		uint64_t place = get_number(r, INV_PLACE_ALL);
		w->dir = place & INV_PLACE_DIR;
		w->behind = place & INV_PLACE_BEHIND;
	}
}

/* Twice in a stream, or unsorted: nothing that our sink writes. */
static void read_presence(struct reading *r)
{
	struct inv_presence *p = lc_new(r->arena, struct inv_presence);
	size_t n = lc_rd_left(&r->in) / 8;
	r->in.bad |= r->facts->presence != NULL || n < 2 || lc_rd_left(&r->in) % 8 != 0;
	uint64_t *v = p && !r->in.bad ? lc_new_array(r->arena, uint64_t, n - 1) : NULL;
	if (!v) {
		r->err = r->in.bad ? 0 : lc_arena_err(r->arena);
		return;
	}
	p->key[0] = lc_rd_le64(&r->in);
	p->key[1] = lc_rd_le64(&r->in);
	p->v = v;
	p->n = n - 2;
	p->room = p->n;
	p->borrowed = true;
	for (size_t i = 0; i < p->n; i++) {
		p->v[i] = lc_rd_le64(&r->in);
		r->in.bad |= i > 0 && p->v[i] <= p->v[i - 1];
	}
	r->facts->presence = p;
}

static const struct {
	void (*read)(struct reading *r);
	bool in_file; /* needs a file's context */
} records[INV_RECORD_N] = {
	[INV_RECORD_FILE] = { read_file, false },
	[INV_RECORD_PACKAGE] = { read_package, true },
	[INV_RECORD_OWNED_BY] = { read_owned_by, true },
	[INV_RECORD_OS] = { read_os, true },
	[INV_RECORD_REPOSITORY] = { read_repository, true },
	[INV_RECORD_DIAGNOSTIC] = { read_diagnostic, false },
	[INV_RECORD_WHITEOUT] = { read_whiteout, false },
	[INV_RECORD_OPAQUE] = { read_opaque, false },
	[INV_RECORD_LINK] = { read_link, false },
	[INV_RECORD_PRESENCE] = { read_presence, false },
	[INV_RECORD_BUILD] = { read_build, true },
};

static int read_record(struct reading *r, uint8_t kind, size_t off, struct lc_err *e)
{
	if (kind >= INV_RECORD_N || !records[kind].read)
		return lc_fail(e, LC_EBAD, "facts: record of unknown kind %u at byte %zu", kind,
			       off);
	if (records[kind].in_file && !r->file)
		return lc_fail(e, LC_EBAD, "facts: record without a file at byte %zu", off);
	records[kind].read(r);
	if (r->err)
		return lc_fail(e, r->err, "facts: %s", lc_code_name(r->err));
	if (r->in.bad || lc_rd_left(&r->in) != 0)
		return lc_fail(e, LC_EBAD, "facts: malformed record at byte %zu", off);
	return 0;
}

int inv_facts_read(struct lc_slice stream, struct lc_arena *a, struct inv_layer_facts *ret,
		   struct lc_err *e)
{
	struct inv_layer_facts facts = { 0 };
	struct reading r = { .arena = a, .facts = &facts };
	struct lc_rd in = lc_rd_of(stream);
	if (!lc_eq(lc_rd_take(&in, INV_STREAM_MAGIC.n), INV_STREAM_MAGIC))
		return lc_fail(e, in.bad ? LC_ETRUNC : LC_EBAD, "facts: not a facts stream");
	size_t counted[INV_RECORD_N] = { 0 };
	count(in, false, counted);
	int err = lc_vec_reserve(a, &facts.files, counted[INV_RECORD_FILE]);
	if (err)
		return lc_fail(e, err, "facts: %s", lc_code_name(err));
	for (;;) {
		size_t off = in.off;
		uint8_t kind = lc_rd_u8(&in);
		size_t n;
		if (!lc_size(lc_rd_uleb(&in), &n))
			in.bad = true;
		r.in = lc_rd_of(lc_rd_take(&in, n));
		r.rest = in;
		if (in.bad)
			return lc_fail(e, LC_ETRUNC, "facts: end after byte %zu", off);
		if (kind == INV_RECORD_END)
			break;
		err = read_record(&r, kind, off, e);
		if (err)
			return err;
	}
	if (lc_rd_left(&r.in) || lc_rd_left(&in))
		return lc_fail(e, LC_EBAD, "facts: bytes behind the end");
	*ret = facts;
	return 0;
}

unsigned inv_facts_troubles(struct lc_slice stream)
{
	const unsigned all = (1u << INV_TROUBLE_N) - 1;
	unsigned found = 0;
	struct lc_rd in = lc_rd_of(stream);
	(void)lc_rd_take(&in, INV_STREAM_MAGIC.n);
	while (!in.bad) {
		uint8_t kind = lc_rd_u8(&in);
		size_t n;
		if (!lc_size(lc_rd_uleb(&in), &n))
			break;
		struct lc_rd payload = lc_rd_of(lc_rd_take(&in, n));
		if (in.bad || kind == INV_RECORD_END)
			break;
		if (kind != INV_RECORD_DIAGNOSTIC)
			continue;
		uint64_t trouble = lc_rd_uleb(&payload);
		found |= trouble < INV_TROUBLE_N ? 1u << trouble : all;
	}
	return in.bad || lc_rd_left(&in) ? all : found;
}
