#include "format/executable_make.h"

#include <string.h>

struct maker {
	struct lc_buf *out;
	bool big, wide;
};

static void put(struct maker *m, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		lc_buf_byte(m->out, (uint8_t)(v >> 8 * (m->big ? bytes - 1 - i : i)));
}

static void word(struct maker *m, uint64_t v)
{
	put(m, v, m->wide ? 8 : 4);
}

static void fixed(struct maker *m, const char *name, size_t width)
{
	for (size_t i = 0; i < width; i++)
		lc_buf_byte(m->out, i < strlen(name) ? (uint8_t)name[i] : 0);
}

/* ---- ELF ---- */

static void elf_section(struct maker *m, uint32_t name, uint32_t type, uint64_t addr, uint64_t off,
			uint64_t size)
{
	put(m, name, 4);
	put(m, type, 4);
	word(m, addr ? 3 : 0);
	word(m, addr);
	word(m, off);
	word(m, size);
	put(m, 0, 4);
	put(m, 0, 4);
	word(m, 1);
	word(m, 0);
}

static void make_elf(struct maker *m, const struct make_executable *x)
{
	size_t header = m->wide ? 64 : 52;
	size_t segment = m->wide ? 56 : 32;
	size_t names_n = 1 + strlen(x->section) + 1 + (x->other ? strlen(x->other) : 0) + 1 + 10;
	size_t data = header + segment;
	size_t other = data + x->bytes.n;
	size_t names = other + x->other_bytes.n;
	size_t table = names + names_n;
	lc_buf_add(m->out,
		   "\x7f"
		   "ELF",
		   4);
	put(m, m->wide ? 2 : 1, 1);
	put(m, m->big ? 2 : 1, 1);
	fixed(m, "\1", 10);
	put(m, 2, 2);
	put(m, 62, 2);
	put(m, 1, 4);
	word(m, MAKE_ADDR);
	word(m, header);
	word(m, table);
	put(m, 0, 4);
	put(m, header, 2);
	put(m, segment, 2);
	put(m, 1, 2);
	put(m, m->wide ? 64 : 40, 2);
	put(m, 4, 2);
	put(m, 3, 2);
	put(m, 1, 4); /* the segment */
	if (m->wide)
		put(m, 6, 4);
	word(m, data);
	word(m, MAKE_ADDR);
	word(m, MAKE_ADDR);
	word(m, x->bytes.n);
	word(m, x->bytes.n);
	if (!m->wide)
		put(m, 6, 4);
	word(m, 1);
	lc_buf_slice(m->out, x->bytes);
	lc_buf_slice(m->out, x->other_bytes);
	lc_buf_byte(m->out, 0);
	fixed(m, x->section, strlen(x->section) + 1);
	fixed(m, x->other ? x->other : "", (x->other ? strlen(x->other) : 0) + 1);
	fixed(m, ".shstrtab", 10);
	uint32_t at = (uint32_t)(1 + strlen(x->section) + 1);
	elf_section(m, 0, 0, 0, 0, 0);
	elf_section(m, 1, 1, MAKE_ADDR, data, x->bytes.n);
	elf_section(m, at, x->other ? 1 : 0, 0, other, x->other_bytes.n);
	elf_section(m, (uint32_t)(names_n - 10), 3, 0, names, names_n);
}

/* ---- PE ---- */

static void pe_section(struct maker *m, const char *name, uint64_t addr, uint64_t off,
		       uint64_t size, uint64_t characteristics)
{
	fixed(m, name, 8);
	put(m, size, 4);
	put(m, addr, 4);
	put(m, size, 4);
	put(m, off, 4);
	fixed(m, "", 12);
	put(m, characteristics, 4);
}

static void make_pe(struct maker *m, const struct make_executable *x)
{
	size_t optional = m->wide ? 32 : 32;
	size_t sections = x->other ? 2 : 1;
	size_t data = 64 + 24 + optional + sections * 40;
	fixed(m, "MZ", 60);
	put(m, 64, 4);
	fixed(m, "PE", 4);
	put(m, 0x8664, 2);
	put(m, sections, 2);
	put(m, 0, 4);
	put(m, 0, 4);
	put(m, 0, 4);
	put(m, optional, 2);
	put(m, 2, 2);
	put(m, m->wide ? 0x20b : 0x10b, 2);
	fixed(m, "", m->wide ? 22 : 26);
	put(m, 0x400000, m->wide ? 8 : 4);
	pe_section(m, x->section, MAKE_ADDR - 0x400000, data, x->bytes.n, 0xc0000040);
	if (x->other)
		pe_section(m, x->other, 0x9000, data + x->bytes.n, x->other_bytes.n, 0x40000040);
	lc_buf_slice(m->out, x->bytes);
	lc_buf_slice(m->out, x->other_bytes);
}

/* ---- Mach-O ---- */

static void macho_section(struct maker *m, const char *name, uint64_t addr, size_t off, size_t size)
{
	fixed(m, name, 16);
	fixed(m, "__DATA", 16);
	word(m, addr);
	word(m, size);
	put(m, off, 4);
	fixed(m, "", m->wide ? 28 : 24);
}

static void make_macho(struct maker *m, const struct make_executable *x)
{
	size_t header = m->wide ? 32 : 28;
	size_t sections = x->other ? 2 : 1;
	size_t command = (m->wide ? 72 : 56) + sections * (m->wide ? 80 : 68);
	size_t data = header + command;
	put(m, m->wide ? 0xfeedfacf : 0xfeedface, 4);
	fixed(m, "", 12);
	put(m, 1, 4);
	put(m, command, 4);
	put(m, 0, 4);
	if (m->wide)
		put(m, 0, 4);
	put(m, m->wide ? 0x19 : 1, 4);
	put(m, command, 4);
	fixed(m, "__DATA", 16);
	word(m, MAKE_ADDR);
	word(m, x->bytes.n);
	word(m, data);
	word(m, x->bytes.n);
	put(m, 3, 4);
	put(m, 3, 4);
	put(m, sections, 4);
	put(m, 0, 4);
	macho_section(m, x->section, MAKE_ADDR, data, x->bytes.n);
	if (x->other)
		macho_section(m, x->other, 0, data + x->bytes.n, x->other_bytes.n);
	lc_buf_slice(m->out, x->bytes);
	lc_buf_slice(m->out, x->other_bytes);
}

static void make_fat(struct maker *m, const struct make_executable *x)
{
	struct lc_buf thin;
	struct maker inner = { &thin, x->big, x->wide };
	lc_buf_init(&thin, 1 << 20);
	make_macho(&inner, x);
	m->big = true;
	put(m, 0xcafebabe, 4);
	put(m, 1, 4);
	put(m, 7, 4);
	put(m, 3, 4);
	put(m, 64, 4);
	put(m, thin.n, 4);
	put(m, 6, 4);
	fixed(m, "", 64 - 28);
	lc_buf_slice(m->out, lc_buf_get(&thin));
	lc_buf_done(&thin);
}

void make_executable(struct lc_buf *out, const struct make_executable *x)
{
	struct maker m = { out, x->big, x->wide };
	if (x->format == MAKE_ELF)
		make_elf(&m, x);
	else if (x->format == MAKE_PE)
		make_pe(&m, x);
	else if (x->fat)
		make_fat(&m, x);
	else
		make_macho(&m, x);
}
