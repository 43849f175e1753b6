/*
 * Go's build information. Source: Go, src/debug/buildinfo/buildinfo.go, src/runtime/runtime1.go.
 *
 *	32 bytes, 16-aligned: 0xff " Go buildinf:", size of a pointer u8, flags u8
 *	flags & 2 (since 1.18)  behind them two strings: length uvarint, bytes
 *	else                    at 16 two pointers to string headers { pointer, length };
 *	                        flags & 1: big-endian
 *
 * The first string is the toolchain's version, the second the modules between two marks of 16
 * bytes.
 */
#include "base/arith.h"
#include "inventory/binary/go.h"

enum {
	HEADER_BYTES = 32,
	ALIGNMENT = 16,
	MARK_BYTES = 16,
	VERSION_BYTES_MAX = 1024,
	MODULES_BYTES_MAX = 8 << 20,
	SEARCH_BYTES_MAX = 256 << 20,
	STEP = 64 << 10,
	FLAG_BIG = 1,
	FLAG_INLINE = 2,
};
#define MAGIC LC_S("\xff Go buildinf:")

/* Where it may be: its section, else the first segment of data. */
static const struct executable_part *place_of(const struct executable *x)
{
	const struct executable_part *p = executable_section(
		x, x->kind == EXECUTABLE_MACHO ? LC_S("__go_buildinfo") : LC_S(".go.buildinfo"));
	if (p || (x->sections.n && x->kind != EXECUTABLE_PE))
		return p;
	for (size_t i = 0; i < x->segments.n; i++) {
		unsigned flags = x->segments.v[i].flags;
		bool data = x->kind == EXECUTABLE_ELF
				    ? (flags & EXECUTABLE_WRITE) && !(flags & EXECUTABLE_RUN)
				    : (flags & EXECUTABLE_DATA) != 0;
		if (data)
			return &x->segments.v[i];
	}
	return NULL;
}

static size_t find_aligned(struct lc_slice s)
{
	for (size_t from = 0;;) {
		size_t at = lc_find_slice(lc_skip(s, from), MAGIC);
		if (at == SIZE_MAX)
			return SIZE_MAX;
		from += at;
		if (from % ALIGNMENT == 0)
			return from;
		from++;
	}
}

static int find_header(const struct executable *x, const struct executable_part *p, uint64_t *ret,
		       struct lc_err *e)
{
	uint8_t buf[STEP];
	uint64_t end = p->off + lc_min64(p->size, SEARCH_BYTES_MAX);
	for (uint64_t at = p->off; at < end && end - at >= HEADER_BYTES;) {
		size_t n = (size_t)lc_min64(STEP, end - at);
		int r = lc_content_read(&x->content, at, buf, n, e);
		if (r)
			return r;
		size_t found = find_aligned(lc_slice_of(buf, n));
		if (found != SIZE_MAX) {
			*ret = at + found;
			return 0;
		}
		if (n < STEP)
			break;
		at += STEP - ALIGNMENT; /* one may begin in the last bytes */
	}
	return LC_ENOTFOUND;
}

/* ---- strings ---- */

static int inline_string(const struct binary *b, uint64_t *at, size_t max, struct lc_slice *ret,
			 struct lc_err *e)
{
	uint8_t bytes[10];
	size_t n = (size_t)lc_min64(sizeof(bytes), b->x->content.size - *at);
	int r = lc_content_read(&b->x->content, *at, bytes, n, e);
	struct lc_rd rd = lc_rd_of(lc_slice_of(bytes, n));
	uint64_t size = lc_rd_uleb(&rd);
	if (r || rd.bad)
		return r ? r : lc_fail(e, LC_ETRUNC, "Go build information: a length is cut short");
	if (size > max)
		return lc_fail(e, LC_ELIMIT, "Go build information of %llu bytes",
			       (unsigned long long)size);
	*at += rd.off;
	r = executable_bytes(b->x, *at, (size_t)size, b->arena, ret, e);
	*at += size;
	return r ? lc_wrap(e, r, "Go build information") : 0;
}

static uint64_t pointer(struct lc_rd *r, uint8_t size, bool big)
{
	if (size == 8)
		return big ? lc_rd_be64(r) : lc_rd_le64(r);
	return big ? lc_rd_be32(r) : lc_rd_le32(r);
}

/* A pointer to a string header. */
static int string_at(const struct binary *b, uint64_t addr, uint8_t size, bool big, size_t max,
		     struct lc_slice *ret, struct lc_err *e)
{
	uint64_t off;
	uint64_t n;
	struct lc_slice header;
	*ret = LC_S("");
	if (addr == 0)
		return 0;
	if (!executable_locate(b->x, addr, &off, &n) || n < 2u * size)
		return lc_fail(e, LC_EBAD, "Go build information points to no segment");
	int r = executable_bytes(b->x, off, 2u * size, b->arena, &header, e);
	struct lc_rd rd = lc_rd_of(header);
	uint64_t data = pointer(&rd, size, big);
	uint64_t length = pointer(&rd, size, big);
	if (r || length == 0)
		return r;
	if (length > max)
		return lc_fail(e, LC_ELIMIT, "Go build information of %llu bytes",
			       (unsigned long long)length);
	if (!executable_locate(b->x, data, &off, &n) || n < length)
		return lc_fail(e, LC_EBAD, "Go build information points to no segment");
	return executable_bytes(b->x, off, (size_t)length, b->arena, ret, e);
}

/* The modules stand between marks, by which programs find themselves. */
static struct lc_slice without_marks(struct lc_slice s)
{
	if (s.n >= 2 * MARK_BYTES + 1 && s.p[s.n - MARK_BYTES - 1] == '\n')
		return lc_sub(s, MARK_BYTES, s.n - (size_t)2 * MARK_BYTES);
	return LC_S("");
}

int go_build_read(const struct binary *b, struct go_build *ret, struct lc_err *e)
{
	const struct executable_part *place = place_of(b->x);
	uint64_t at = 0;
	uint8_t bytes[HEADER_BYTES];
	int r = place ? find_header(b->x, place, &at, e) : LC_ENOTFOUND;
	r = r ? r : lc_content_read(&b->x->content, at, bytes, sizeof(bytes), e);
	if (r)
		return r;
	uint8_t size = bytes[14];
	uint8_t flags = bytes[15];
	*ret = (struct go_build){ .version = LC_S("") };
	if (flags & FLAG_INLINE) {
		at += HEADER_BYTES;
		r = inline_string(b, &at, VERSION_BYTES_MAX, &ret->version, e);
		r = r ? r : inline_string(b, &at, MODULES_BYTES_MAX, &ret->modules, e);
	} else if (size != 4 && size != 8) {
		return lc_fail(e, LC_EBAD, "Go build information with pointers of %u bytes", size);
	} else {
		struct lc_rd rd = lc_rd_of(lc_slice_of(bytes, sizeof(bytes)));
		bool big = flags & FLAG_BIG;
		lc_rd_seek(&rd, 16);
		uint64_t version = pointer(&rd, size, big);
		uint64_t modules = pointer(&rd, size, big);
		r = string_at(b, version, size, big, VERSION_BYTES_MAX, &ret->version, e);
		r = r ? r : string_at(b, modules, size, big, MODULES_BYTES_MAX, &ret->modules, e);
	}
	ret->modules = without_marks(ret->modules);
	return r;
}
