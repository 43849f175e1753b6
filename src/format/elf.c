/*
 * ELF. Source: System V ABI, chapters 4 (sections) and 5 (program header).
 *
 *	header    magic, class u8, data u8, … phoff, shoff, … phentsize, phnum, shentsize, shnum,
 *	          shstrndx u16
 *	section   name u32, type u32, flags, addr, offset, size, link u32, info u32, align, entsize
 *	segment   64: type, flags u32, offset, vaddr, paddr, filesz, memsz, align
 *	          32: type u32, offset, vaddr, paddr, filesz, memsz, flags, align
 *
 * With 0xff00 sections and more their number, and the index of their names, stand in section 0.
 */
#include "base/arith.h"
#include "format/executable_impl.h"

enum {
	HEADER_BYTES = 64,
	SECTION_BYTES = 40, /* the least of a class */
	SECTION_BYTES_WIDE = 64,
	SEGMENT_BYTES = 32,
	SEGMENT_BYTES_WIDE = 56,
	TYPE_LOAD = 1,
	TYPE_NOBITS = 8,
	INDEX_ELSEWHERE = 0xffff,
	NAMES_BYTES_MAX = 16 << 20,
};

struct elf {
	struct executable *x;
	struct lc_arena *a;
	struct lc_err *e;
	uint64_t phoff, shoff;
	uint32_t phentsize, phnum, shentsize, shnum, names;
};

struct section {
	uint32_t name, type, link;
	uint64_t flags, addr, off, size;
};

static int read_header(struct elf *f)
{
	uint8_t bytes[HEADER_BYTES];
	size_t n = 0;
	while (n < sizeof(bytes)) {
		size_t got = 0;
		int r = lc_content_some(&f->x->content, n, bytes + n, sizeof(bytes) - n, &got,
					f->e);
		if (r)
			return r;
		if (got == 0)
			break;
		n += got;
	}
	struct executable_rd r = { lc_rd_of(lc_slice_of(bytes, n)), false };
	(void)lc_rd_take(&r.rd, 4);
	uint8_t class = lc_rd_u8(&r.rd);
	uint8_t order = lc_rd_u8(&r.rd);
	if (!r.rd.bad && (class - 1u > 1 || order - 1u > 1))
		return lc_fail(f->e, LC_EBAD, "ELF of class %u in byte order %u", class, order);
	f->x->wide = class == 2;
	f->x->big_endian = r.big = order == 2;
	(void)lc_rd_take(&r.rd, 10 + 2 + 2 + 4); /* ident; type, machine, version */
	(void)executable_word(&r, f->x->wide);   /* entry */
	f->phoff = executable_word(&r, f->x->wide);
	f->shoff = executable_word(&r, f->x->wide);
	(void)lc_rd_take(&r.rd, 4 + 2); /* flags, size of this header */
	f->phentsize = executable_u16(&r);
	f->phnum = executable_u16(&r);
	f->shentsize = executable_u16(&r);
	f->shnum = executable_u16(&r);
	f->names = executable_u16(&r);
	return r.rd.bad ? lc_fail(f->e, LC_ETRUNC, "ELF header of %zu bytes", n) : 0;
}

/* ---- tables ---- */

static int read_table(struct elf *f, const char *what, uint64_t off, uint32_t entry, uint32_t least,
		      uint32_t n, struct executable_rd *ret)
{
	struct lc_slice bytes;
	if (entry < least)
		return lc_fail(f->e, LC_EBAD, "ELF %s of %u bytes each", what, entry);
	if (n > EXECUTABLE_PARTS_MAX)
		return lc_fail(f->e, LC_ELIMIT, "more than %d ELF %s", EXECUTABLE_PARTS_MAX, what);
	int r = executable_bytes(f->x, off, (size_t)entry * n, f->a, &bytes, f->e);
	*ret = (struct executable_rd){ lc_rd_of(bytes), f->x->big_endian };
	return r ? lc_wrap(f->e, r, "ELF %s", what) : 0;
}

static int read_segments(struct elf *f)
{
	struct executable_rd table;
	bool wide = f->x->wide;
	if (f->phnum == 0)
		return 0;
	int r = read_table(f, "segments", f->phoff, f->phentsize,
			   wide ? SEGMENT_BYTES_WIDE : SEGMENT_BYTES, f->phnum, &table);
	for (uint32_t i = 0; i < f->phnum && r == 0; i++) {
		struct executable_rd s = { lc_rd_of(lc_rd_take(&table.rd, f->phentsize)),
					   table.big };
		uint32_t type = executable_u32(&s);
		uint32_t flags = wide ? executable_u32(&s) : 0;
		struct executable_part p = { .off = executable_word(&s, wide) };
		p.addr = executable_word(&s, wide);
		(void)executable_word(&s, wide);
		p.size = executable_word(&s, wide);
		(void)executable_word(&s, wide);
		flags = wide ? flags : executable_u32(&s);
		p.flags = (flags & 4 ? EXECUTABLE_READ : 0u) | (flags & 2 ? EXECUTABLE_WRITE : 0u) |
			  (flags & 1 ? EXECUTABLE_RUN : 0u);
		if (type == TYPE_LOAD)
			r = executable_add(f->x, &f->x->segments, &p, f->a, f->e);
	}
	return r;
}

static struct section section_of(struct executable_rd *table, uint32_t entry, bool wide)
{
	struct executable_rd r = { lc_rd_of(lc_rd_take(&table->rd, entry)), table->big };
	struct section s = { .name = executable_u32(&r) };
	s.type = executable_u32(&r);
	s.flags = executable_word(&r, wide);
	s.addr = executable_word(&r, wide);
	s.off = executable_word(&r, wide);
	s.size = executable_word(&r, wide);
	s.link = executable_u32(&r);
	return s;
}

static int read_names(struct elf *f, const struct executable_rd *table, struct lc_slice *ret)
{
	struct executable_rd r = *table;
	*ret = LC_S("");
	if (f->names >= f->shnum)
		return 0;
	lc_rd_seek(&r.rd, (size_t)f->shentsize * f->names);
	struct section s = section_of(&r, f->shentsize, f->x->wide);
	if (s.type == TYPE_NOBITS || s.off >= f->x->content.size)
		return 0;
	size_t n = (size_t)lc_min64(lc_min64(s.size, f->x->content.size - s.off), NAMES_BYTES_MAX);
	return executable_bytes(f->x, s.off, n, f->a, ret, f->e);
}

/* The numbers that do not fit into the header. */
static int read_section_zero(struct elf *f)
{
	struct executable_rd table;
	if (f->shnum && f->names != INDEX_ELSEWHERE)
		return 0;
	int r = read_table(f, "sections", f->shoff, f->shentsize,
			   f->x->wide ? SECTION_BYTES_WIDE : SECTION_BYTES, 1, &table);
	if (r)
		return r;
	struct section zero = section_of(&table, f->shentsize, f->x->wide);
	if (f->shnum == 0 && zero.size > EXECUTABLE_PARTS_MAX)
		return lc_fail(f->e, LC_ELIMIT, "more than %d ELF sections", EXECUTABLE_PARTS_MAX);
	if (f->shnum == 0)
		f->shnum = (uint32_t)zero.size;
	if (f->names == INDEX_ELSEWHERE)
		f->names = zero.link;
	return 0;
}

static int read_sections(struct elf *f)
{
	struct executable_rd table;
	struct lc_slice names;
	bool wide = f->x->wide;
	if (f->shoff == 0)
		return 0;
	int r = read_section_zero(f);
	if (r || f->shnum == 0)
		return r;
	r = read_table(f, "sections", f->shoff, f->shentsize,
		       wide ? SECTION_BYTES_WIDE : SECTION_BYTES, f->shnum, &table);
	r = r ? r : read_names(f, &table, &names);
	for (uint32_t i = 0; i < f->shnum && r == 0; i++) {
		struct section s = section_of(&table, f->shentsize, wide);
		struct executable_part p = {
			.name = executable_name(names, s.name),
			.addr = s.addr,
			.off = s.off,
			.size = s.type == TYPE_NOBITS ? 0 : s.size,
			.flags = EXECUTABLE_READ | (s.flags & 1 ? EXECUTABLE_WRITE : 0u) |
				 (s.flags & 4 ? EXECUTABLE_RUN : 0u),
		};
		if (s.type) /* 0: unused */
			r = executable_add(f->x, &f->x->sections, &p, f->a, f->e);
	}
	return r;
}

int executable_elf(struct executable *x, struct lc_arena *a, struct lc_err *e)
{
	struct elf f = { .x = x, .a = a, .e = e };
	int r = read_header(&f);
	r = r ? r : read_segments(&f);
	return r ? r : read_sections(&f);
}
