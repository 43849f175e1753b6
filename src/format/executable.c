#include "format/executable.h"

#include "base/arith.h"
#include "base/vec.h"
#include "format/executable_impl.h"

/* ---- integers ---- */

uint16_t executable_u16(struct executable_rd *r)
{
	return r->big ? lc_rd_be16(&r->rd) : lc_rd_le16(&r->rd);
}

uint32_t executable_u32(struct executable_rd *r)
{
	return r->big ? lc_rd_be32(&r->rd) : lc_rd_le32(&r->rd);
}

uint64_t executable_u64(struct executable_rd *r)
{
	return r->big ? lc_rd_be64(&r->rd) : lc_rd_le64(&r->rd);
}

uint64_t executable_word(struct executable_rd *r, bool wide)
{
	return wide ? executable_u64(r) : executable_u32(r);
}

/* ---- parts ---- */

int executable_bytes(const struct executable *x, uint64_t off, size_t n, struct lc_arena *a,
		     struct lc_slice *ret, struct lc_err *e)
{
	if (off > x->content.size || n > x->content.size - off)
		return lc_fail(e, LC_ETRUNC, "%zu bytes at %llu pass the end at %llu", n,
			       (unsigned long long)off, (unsigned long long)x->content.size);
	if (x->content.mem.p) {
		*ret = lc_sub(x->content.mem, (size_t)off, n);
		return 0;
	}
	uint8_t *p = lc_arena_alloc(a, n);
	if (!p)
		return lc_fail(e, lc_arena_err(a), "no memory for %zu bytes", n);
	int r = lc_content_read(&x->content, off, p, n, e);
	if (r == 0)
		*ret = lc_slice_of(p, n);
	return r;
}

int executable_add(struct executable *x, struct executable_parts *list,
		   const struct executable_part *part, struct lc_arena *a, struct lc_err *e)
{
	if (list->n >= EXECUTABLE_PARTS_MAX)
		return lc_fail(e, LC_ELIMIT, "more than %d parts", EXECUTABLE_PARTS_MAX);
	struct executable_part *place = lc_vec_push(a, list);
	if (!place)
		return lc_fail(e, lc_arena_err(a), "no memory for its parts");
	*place = *part;
	place->off = lc_min64(part->off, x->content.size);
	place->size = lc_min64(part->size, x->content.size - place->off);
	return 0;
}

/* Of one section: without an end to look for, a table of names would be read for each. */
enum { NAME_BYTES_MAX = 4096 };

struct lc_slice executable_name(struct lc_slice table, uint64_t off)
{
	if (off >= table.n)
		return LC_S("");
	struct lc_slice rest = lc_sub(table, (size_t)off, NAME_BYTES_MAX);
	size_t end = lc_find(rest, 0);
	return end == SIZE_MAX ? LC_S("") : lc_sub(rest, 0, end);
}

struct lc_slice executable_fixed(struct lc_slice field)
{
	size_t end = lc_find(field, 0);
	return end == SIZE_MAX ? field : lc_sub(field, 0, end);
}

const struct executable_part *executable_section(const struct executable *x, struct lc_slice name)
{
	for (size_t i = 0; i < x->sections.n; i++) {
		if (lc_eq(x->sections.v[i].name, name))
			return &x->sections.v[i];
	}
	return NULL;
}

bool executable_locate(const struct executable *x, uint64_t addr, uint64_t *ret_off,
		       uint64_t *ret_n)
{
	if (addr < x->base)
		return false;
	addr -= x->base;
	for (size_t i = 0; i < x->segments.n; i++) {
		const struct executable_part *p = &x->segments.v[i];
		if (addr < p->addr || addr - p->addr >= p->size)
			continue;
		*ret_off = p->off + (addr - p->addr);
		*ret_n = p->size - (addr - p->addr);
		return true;
	}
	return false;
}

/* ---- the three ---- */

static int read_thin(struct executable *x, struct lc_slice head, struct lc_arena *a,
		     struct lc_err *e)
{
	struct lc_rd rd = lc_rd_of(head);
	switch (lc_rd_be32(&rd)) {
	case 0x7f454c46:
		x->kind = EXECUTABLE_ELF;
		return executable_elf(x, a, e);
	case 0xfeedface:
	case 0xfeedfacf:
	case 0xcefaedfe:
	case 0xcffaedfe:
		x->kind = EXECUTABLE_MACHO;
		return executable_macho(x, a, e);
	default:
		x->kind = EXECUTABLE_PE;
		if (!lc_starts(head, LC_S("MZ")))
			return lc_fail(e, LC_EUNSUP, "neither ELF, PE nor Mach-O");
		return executable_pe(x, a, e);
	}
}

static int read_head(const struct executable *x, uint8_t head[4], struct lc_slice *ret,
		     struct lc_err *e)
{
	if (x->content.size < 4)
		return lc_fail(e, LC_EUNSUP, "neither ELF, PE nor Mach-O");
	int r = lc_content_read(&x->content, 0, head, 4, e);
	*ret = lc_slice_of(head, 4);
	return r;
}

int executable_open(const struct lc_content *c, struct lc_arena *a, struct executable *ret,
		    struct lc_err *e)
{
	struct executable x = { .content = *c };
	struct lc_slice head = LC_S("");
	uint8_t bytes[4];
	x.content.own_mem = NULL; /* borrowed */
	x.content.own_fd = false;
	int r = read_head(&x, bytes, &head, e);
	bool fat = r == 0 &&
		   (lc_eq(head, LC_S("\xca\xfe\xba\xbe")) || lc_eq(head, LC_S("\xca\xfe\xba\xbf")));
	if (fat) {
		r = executable_fat(&x, a, e);
		r = r ? r : read_head(&x, bytes, &head, e);
	}
	r = r ? r : read_thin(&x, head, a, e);
	if (r == 0)
		*ret = x;
	return r;
}
