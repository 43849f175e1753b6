/*
 * Slices of bytes, a bounded reader over them, and the text helpers parsers need.
 *
 * A slice is borrowed: its owner outlives it. Nothing here allocates, nothing needs a terminating
 * NUL. A reader fails once and stays failed, so a run of fetches needs one check at the end.
 * All functions are pure and thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct lc_slice {
	const uint8_t *p; /* may be NULL when n is 0 */
	size_t n;
};

/** Slice of a string literal. */
#define LC_S(lit) ((struct lc_slice){ (const uint8_t *)("" lit), sizeof(lit) - 1 })
/** Initialiser form of LC_S for static tables. */
#define LC_S_INIT(lit)                                     \
	{                                                  \
		(const uint8_t *)("" lit), sizeof(lit) - 1 \
	}
/** printf arguments for "%.*s". Only for bytes known to be clean; else lc_quote(). */
#define LC_FMT(s) (int)((s).n > 4096 ? 4096 : (s).n), (s).p ? (const char *)(s).p : ""

static inline struct lc_slice lc_slice_of(const void *p, size_t n)
{
	return (struct lc_slice){ (const uint8_t *)p, n };
}

/** Slice of a NUL-terminated string of our own; NULL gives the empty slice. */
static inline struct lc_slice lc_str(const char *s)
{
	return (struct lc_slice){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static inline bool lc_eq(struct lc_slice a, struct lc_slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/** Byte order, a shorter prefix first: <0, 0, >0. */
static inline int lc_cmp(struct lc_slice a, struct lc_slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/** Equal but for the case of ASCII letters. */
bool lc_eq_nocase(struct lc_slice a, struct lc_slice b);

static inline bool lc_starts(struct lc_slice s, struct lc_slice prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool lc_ends(struct lc_slice s, struct lc_slice suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

/** Bytes from..from+n, clipped to the slice. */
struct lc_slice lc_sub(struct lc_slice s, size_t from, size_t n);
/** All from offset on; empty past the end. */
struct lc_slice lc_skip(struct lc_slice s, size_t n);
/** Remove prefix when present: true and *s shortened. */
bool lc_chop_prefix(struct lc_slice *s, struct lc_slice prefix);
/** Remove suffix when present: true and *s shortened. */
bool lc_chop_suffix(struct lc_slice *s, struct lc_slice suffix);
/** Offset of the first / last byte c, or SIZE_MAX. */
size_t lc_find(struct lc_slice s, uint8_t c);
size_t lc_rfind(struct lc_slice s, uint8_t c);
/** What is behind the last "/" of a path, all of it without one: what a file is called. */
struct lc_slice lc_path_name(struct lc_slice path);
/** What is in front of the last "/", "" without one: the directory. */
struct lc_slice lc_path_dir(struct lc_slice path);
/** Offset of needle, or SIZE_MAX. An empty needle is at 0. */
size_t lc_find_slice(struct lc_slice s, struct lc_slice needle);
/** Without leading and trailing space, tab, CR and LF. */
struct lc_slice lc_trim(struct lc_slice s);

/**
 * Next line of *rest, without its LF or CRLF; *rest moves past it.
 * @return false at the end. A last line without LF counts; an empty input has no line.
 */
bool lc_line(struct lc_slice *rest, struct lc_slice *ret);

/**
 * Next field of *rest up to sep; *rest moves past it. "a,,b" gives three fields, "" one empty.
 * To tell "no more" from "a last empty field" *rest.p becomes NULL after the last one.
 */
bool lc_split(struct lc_slice *rest, uint8_t sep, struct lc_slice *ret);

/** Split once at the first sep: head and tail, or false and both untouched. */
bool lc_cut(struct lc_slice s, uint8_t sep, struct lc_slice *ret_head, struct lc_slice *ret_tail);

/** The whole of s as a number in base 8, 10 or 16, at most max; no sign, no space, not empty. */
bool lc_u64(struct lc_slice s, unsigned base, uint64_t max, uint64_t *ret);

static inline bool lc_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool lc_is_alpha(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline uint8_t lc_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* ---- bounded reader ---- */

struct lc_rd {
	struct lc_slice in;
	size_t off; /* invariant: off <= in.n */
	bool bad;   /* once true, every fetch gives zero bytes */
};

static inline struct lc_rd lc_rd_of(struct lc_slice s)
{
	return (struct lc_rd){ s, 0, false };
}

static inline size_t lc_rd_left(const struct lc_rd *r)
{
	return r->bad ? 0 : r->in.n - r->off;
}

static inline struct lc_slice lc_rd_take(struct lc_rd *r, size_t n)
{
	if (r->bad || n > r->in.n - r->off) { /* subtraction can't wrap; off + n could */
		r->bad = true;
		return (struct lc_slice){ NULL, 0 };
	}
	struct lc_slice s = { n ? r->in.p + r->off : NULL, n };
	r->off += n;
	return s;
}

/** Move to an absolute offset; past the end makes the reader bad. */
static inline void lc_rd_seek(struct lc_rd *r, size_t off)
{
	if (r->bad || off > r->in.n)
		r->bad = true;
	else
		r->off = off;
}

/* Fixed-size integers, big and little endian; 0 when the reader is or becomes bad. */
static inline uint8_t lc_rd_u8(struct lc_rd *r)
{
	struct lc_slice s = lc_rd_take(r, 1);
	return s.n == 1 ? s.p[0] : 0;
}
uint16_t lc_rd_be16(struct lc_rd *r);
uint32_t lc_rd_be32(struct lc_rd *r);
uint64_t lc_rd_be64(struct lc_rd *r);
uint16_t lc_rd_le16(struct lc_rd *r);
uint32_t lc_rd_le32(struct lc_rd *r);
uint64_t lc_rd_le64(struct lc_rd *r);
uint64_t lc_rd_long_uleb(struct lc_rd *r); /* for the next function alone */
/** Unsigned LEB128 of at most 10 bytes. */
static inline uint64_t lc_rd_uleb(struct lc_rd *r)
{
	if (!r->bad && r->off < r->in.n && r->in.p[r->off] < 0x80) /* one byte, nearly always */
		return r->in.p[r->off++];
	return lc_rd_long_uleb(r);
}

/* ---- text from outside, made fit to show ---- */

enum { LC_QUOTE_MAX = 256 };

struct lc_quoted {
	char s[LC_QUOTE_MAX];
};

/**
 * Bytes of unknown origin as printable ASCII-or-UTF-8 text for messages: control bytes, bidi marks
 * and invalid UTF-8 become \xNN, cut with "…" past the size of the result.
 * Use as: lc_fail(e, LC_EBAD, "%s: …", lc_quote(name).s)
 */
struct lc_quoted lc_quote(struct lc_slice s);

/** Length in bytes of the valid UTF-8 sequence at s (1 to 4), or 0. Stores the code point. */
size_t lc_utf8(struct lc_slice s, uint32_t *ret_cp);
/** True when a code point must not reach a terminal as it is: controls, bidi, format. */
bool lc_cp_unsafe(uint32_t cp);
