/*
 * Mach-O. Source: Apple, loader.h and fat.h.
 *
 *	fat       magic u32, n u32, n × { cpu, subtype u32, offset, size (u32, in the wide form
 *	          u64), align u32 …}, all big-endian
 *	header    magic, cpu, subtype, file type, commands, bytes of commands, flags u32
 *	          (, reserved u32)
 *	command   kind u32, size u32, …; of a segment: name[16], addr, vmsize, offset, size words,
 *	          maxprot, initprot, sections, flags u32
 *	section   name[16], segment[16], addr, size words, offset u32, … 68 or 80 bytes in all
 */
#include "base/arith.h"
#include "format/executable_impl.h"

enum {
	HEADER_BYTES = 28,
	SEGMENT = 0x1,
	SEGMENT_WIDE = 0x19,
	SECTION_BYTES = 68,
	SECTION_BYTES_WIDE = 80,
	COMMANDS_BYTES_MAX = 16 << 20,
};

int executable_fat(struct executable *x, struct lc_arena *a, struct lc_err *e)
{
	struct lc_slice bytes;
	bool wide;
	int r = executable_bytes(x, 0, 8 + 16, a, &bytes, e);
	struct lc_rd rd = lc_rd_of(bytes);
	if (r) /* a Java class has the same magic */
		return lc_fail(e, LC_EUNSUP, "neither ELF, PE nor Mach-O");
	wide = lc_rd_be32(&rd) == 0xcafebabf;
	uint32_t n = lc_rd_be32(&rd);
	if (n == 0 || n > 30)
		return lc_fail(e, LC_EUNSUP, "neither ELF, PE nor Mach-O");
	r = executable_bytes(x, 8, wide ? 32 : 20, a, &bytes, e);
	if (r)
		return lc_wrap(e, r, "fat Mach-O");
	rd = lc_rd_of(bytes);
	(void)lc_rd_be64(&rd); /* which processor */
	uint64_t off = wide ? lc_rd_be64(&rd) : lc_rd_be32(&rd);
	uint64_t size = wide ? lc_rd_be64(&rd) : lc_rd_be32(&rd);
	if (off > x->content.size || size > x->content.size - off)
		return lc_fail(e, LC_ETRUNC, "fat Mach-O: the first architecture passes the end");
	if (x->content.mem.p)
		x->content.mem = lc_sub(x->content.mem, (size_t)off, (size_t)size);
	else
		x->content.off += off;
	x->content.size = size;
	return 0;
}

struct macho {
	struct executable *x;
	struct lc_arena *a;
	struct lc_err *e;
};

static int read_section(struct macho *f, struct executable_rd *r, bool wide, unsigned flags)
{
	struct executable_part p = { .flags = flags };
	p.name = executable_fixed(lc_rd_take(&r->rd, 16));
	(void)lc_rd_take(&r->rd, 16);
	p.addr = executable_word(r, wide);
	p.size = executable_word(r, wide);
	p.off = executable_u32(r);
	(void)lc_rd_take(&r->rd, wide ? SECTION_BYTES_WIDE - 52 : SECTION_BYTES - 44);
	return r->rd.bad ? lc_fail(f->e, LC_ETRUNC, "Mach-O section passes its segment's command")
			 : executable_add(f->x, &f->x->sections, &p, f->a, f->e);
}

static int read_segment(struct macho *f, struct executable_rd *r, bool wide)
{
	struct executable_part p = { .name = LC_S("") };
	(void)lc_rd_take(&r->rd, 16);
	p.addr = executable_word(r, wide);
	(void)executable_word(r, wide);
	p.off = executable_word(r, wide);
	p.size = executable_word(r, wide);
	uint32_t most = executable_u32(r);
	uint32_t first = executable_u32(r);
	uint32_t sections = executable_u32(r);
	(void)executable_u32(r);
	if (r->rd.bad)
		return lc_fail(f->e, LC_ETRUNC, "Mach-O segment passes its command");
	p.flags = (first & 1 ? EXECUTABLE_READ : 0u) | (first & 2 ? EXECUTABLE_WRITE : 0u) |
		  (first & 4 ? EXECUTABLE_RUN : 0u) |
		  (first == 3 && most == 3 ? EXECUTABLE_DATA : 0u);
	int rc = executable_add(f->x, &f->x->segments, &p, f->a, f->e);
	/* Each takes bytes of the command, so a count that lies runs out of them. */
	for (uint32_t i = 0; i < sections && rc == 0; i++)
		rc = read_section(f, r, wide, p.flags);
	return rc;
}

static int read_commands(struct macho *f, struct executable_rd *all, uint32_t n)
{
	int rc = 0;
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		uint32_t kind = executable_u32(all);
		uint32_t size = executable_u32(all);
		if (all->rd.bad || size < 8)
			return lc_fail(f->e, all->rd.bad ? LC_ETRUNC : LC_EBAD,
				       "Mach-O command %u of %u has %u bytes", i + 1, n, size);
		struct executable_rd r = { lc_rd_of(lc_rd_take(&all->rd, size - 8)), all->big };
		if (all->rd.bad)
			return lc_fail(f->e, LC_ETRUNC, "Mach-O command %u of %u passes the others",
				       i + 1, n);
		if (kind == SEGMENT || kind == SEGMENT_WIDE)
			rc = read_segment(f, &r, kind == SEGMENT_WIDE);
	}
	return rc;
}

int executable_macho(struct executable *x, struct lc_arena *a, struct lc_err *e)
{
	struct macho f = { x, a, e };
	struct lc_slice bytes;
	int rc = executable_bytes(x, 0, HEADER_BYTES, a, &bytes, e);
	if (rc)
		return lc_wrap(e, rc, "Mach-O header");
	struct executable_rd r = { lc_rd_of(bytes), false };
	uint32_t magic = lc_rd_be32(&r.rd);
	x->big_endian = r.big = magic == 0xfeedface || magic == 0xfeedfacf;
	x->wide = magic == 0xfeedfacf || magic == 0xcffaedfe;
	(void)lc_rd_take(&r.rd, 12);
	uint32_t n = executable_u32(&r);
	uint32_t size = executable_u32(&r);
	if (size > COMMANDS_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "Mach-O commands of %u bytes", size);
	rc = executable_bytes(x, x->wide ? HEADER_BYTES + 4 : HEADER_BYTES, size, a, &bytes, e);
	if (rc)
		return lc_wrap(e, rc, "Mach-O commands");
	r.rd = lc_rd_of(bytes);
	return read_commands(&f, &r, n);
}
