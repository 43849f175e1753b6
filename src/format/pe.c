/*
 * PE. Source: Microsoft, PE Format.
 *
 *	0x3c      offset of "PE\0\0"; behind it machine u16, sections u16, time u32, symbols u32,
 *	          number of symbols u32, size of the optional header u16, characteristics u16
 *	optional  magic u16 (0x10b, 0x20b) … at 28 base u32, at 24 base u64
 *	section   name[8], virtual size, address, raw size, raw offset u32, 12 bytes,
 *	          characteristics u32
 *
 * A name "/123" stands in the table of strings behind the symbols, which have 18 bytes each.
 */
#include "base/arith.h"
#include "format/executable_impl.h"

enum {
	LOCATION = 0x3c,
	COFF_BYTES = 24,
	OPTIONAL_BYTES = 32, /* as far as we read */
	SECTION_BYTES = 40,
	SYMBOL_BYTES = 18,
	MAGIC_32 = 0x10b,
	MAGIC_64 = 0x20b,
	NAMES_BYTES_MAX = 1 << 20,
};

/* IMAGE_SCN_… */
#define INITIALISED UINT32_C(0x00000040)
#define ALIGNMENT   UINT32_C(0x00f00000)
#define RUN         UINT32_C(0x20000000)
#define READ        UINT32_C(0x40000000)
#define WRITE       UINT32_C(0x80000000)

struct pe {
	struct executable *x;
	struct lc_arena *a;
	struct lc_err *e;
	uint64_t sections_off;
	uint64_t names_off; /* 0 none */
	uint32_t sections_n;
	struct lc_slice names;
};

static int read_base(struct pe *f, uint64_t off, uint32_t size)
{
	struct lc_slice bytes;
	size_t n = lc_min(size, OPTIONAL_BYTES);
	int r = executable_bytes(f->x, off, n, f->a, &bytes, f->e);
	struct lc_rd rd = lc_rd_of(bytes);
	if (r || n == 0)
		return r;
	uint16_t magic = lc_rd_le16(&rd);
	if (magic != MAGIC_32 && magic != MAGIC_64)
		return lc_fail(f->e, LC_EBAD, "PE optional header of kind 0x%x", magic);
	f->x->wide = magic == MAGIC_64;
	lc_rd_seek(&rd, f->x->wide ? 24 : 28);
	f->x->base = f->x->wide ? lc_rd_le64(&rd) : lc_rd_le32(&rd);
	return rd.bad ? lc_fail(f->e, LC_ETRUNC, "PE optional header of %zu bytes", n) : 0;
}

static int read_header(struct pe *f)
{
	struct lc_slice bytes;
	uint8_t location[4];
	int r = f->x->content.size < LOCATION + 4
			? LC_EUNSUP
			: lc_content_read(&f->x->content, LOCATION, location, 4, f->e);
	if (r)
		return r == LC_EUNSUP ? lc_fail(f->e, r, "MZ without PE") : r;
	struct lc_rd rd = lc_rd_of(lc_slice_of(location, 4));
	uint64_t at = lc_rd_le32(&rd);
	if (at > f->x->content.size || f->x->content.size - at < COFF_BYTES)
		return lc_fail(f->e, LC_EUNSUP, "MZ without PE");
	r = executable_bytes(f->x, at, COFF_BYTES, f->a, &bytes, f->e);
	if (r)
		return r;
	if (!lc_starts(bytes, LC_S("PE\0\0")))
		return lc_fail(f->e, LC_EUNSUP, "MZ without PE");
	rd = lc_rd_of(lc_skip(bytes, 6));
	f->sections_n = lc_rd_le16(&rd);
	(void)lc_rd_le32(&rd);
	uint64_t symbols = lc_rd_le32(&rd);
	uint64_t symbols_n = lc_rd_le32(&rd);
	uint32_t size = lc_rd_le16(&rd);
	f->names_off = symbols ? symbols + symbols_n * SYMBOL_BYTES : 0; /* below 2^37 */
	f->sections_off = at + COFF_BYTES + size;
	return read_base(f, at + COFF_BYTES, size);
}

static int read_names(struct pe *f)
{
	uint64_t size = f->x->content.size;
	f->names = LC_S("");
	if (f->names_off == 0 || f->names_off >= size)
		return 0;
	return executable_bytes(f->x, f->names_off,
				(size_t)lc_min64(size - f->names_off, NAMES_BYTES_MAX), f->a,
				&f->names, f->e);
}

static struct lc_slice name_of(const struct pe *f, struct lc_slice field)
{
	struct lc_slice name = executable_fixed(field);
	struct lc_slice number = name;
	uint64_t off;
	if (lc_chop_prefix(&number, LC_S("/")) && lc_u64(number, 10, UINT32_MAX, &off))
		return executable_name(f->names, off);
	return name;
}

static unsigned flags_of(uint32_t characteristics)
{
	return (characteristics & READ ? EXECUTABLE_READ : 0u) |
	       (characteristics & WRITE ? EXECUTABLE_WRITE : 0u) |
	       (characteristics & RUN ? EXECUTABLE_RUN : 0u) |
	       ((characteristics & ~ALIGNMENT) == (INITIALISED | READ | WRITE) ? EXECUTABLE_DATA
									       : 0u);
}

static int read_sections(struct pe *f)
{
	struct lc_slice bytes;
	int r = executable_bytes(f->x, f->sections_off, (size_t)f->sections_n * SECTION_BYTES, f->a,
				 &bytes, f->e);
	r = r ? lc_wrap(f->e, r, "PE sections") : read_names(f);
	struct lc_rd rd = lc_rd_of(bytes);
	for (uint32_t i = 0; i < f->sections_n && r == 0; i++) {
		struct executable_part p = { .name = name_of(f, lc_rd_take(&rd, 8)) };
		(void)lc_rd_le32(&rd); /* size in memory */
		p.addr = lc_rd_le32(&rd);
		p.size = lc_rd_le32(&rd);
		p.off = lc_rd_le32(&rd);
		(void)lc_rd_take(&rd, 12);
		p.flags = flags_of(lc_rd_le32(&rd));
		r = executable_add(f->x, &f->x->sections, &p, f->a, f->e);
	}
	f->x->segments = f->x->sections;
	return r;
}

int executable_pe(struct executable *x, struct lc_arena *a, struct lc_err *e)
{
	struct pe f = { .x = x, .a = a, .e = e };
	int r = read_header(&f);
	return r ? r : read_sections(&f);
}
