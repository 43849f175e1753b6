/* Writer: ustar headers, a pax header before those whose values do not fit. */
#include "format/tar_impl.h"

#include <stdio.h>

#include "base/arith.h"

enum { SIZE_OCTAL_MAX_BITS = 33, ID_OCTAL_MAX_BITS = 21, PAX_BODY_MAX = 1 << 20 };

static bool fits(uint64_t v, unsigned bits)
{
	return v >> bits == 0;
}

/* n - 1 octal digits and a NUL; 0 where the value lives in the pax header. */
static void put_octal(uint8_t *to, size_t n, uint64_t v)
{
	if (!fits(v, (unsigned)(3 * (n - 1))))
		v = 0;
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		to[i] = (uint8_t)('0' + (v & 7));
	to[n - 1] = '\0';
}

static void put_text(uint8_t *to, size_t n, struct lc_slice s)
{
	if (s.n)
		memcpy(to, s.p, lc_min(n, s.n));
}

static uint8_t flag_of(enum tar_type type)
{
	static const char flags[] = {
		[TAR_FILE] = '0', [TAR_HARDLINK] = '1', [TAR_SYMLINK] = '2', [TAR_DIR] = '5',
		[TAR_CHAR] = '3', [TAR_BLOCK] = '4',    [TAR_FIFO] = '6',    [TAR_OTHER] = '0',
	};

	return (uint8_t)flags[type];
}

static int put_block(struct lc_buf *out, uint8_t flag, struct lc_slice name, uint64_t size,
		     const struct tar_entry *entry)
{
	uint8_t b[TAR_BLOCK_BYTES] = { 0 };

	put_text(b, 100, name);
	put_octal(b + 100, 8, entry->mode & 07777);
	put_octal(b + 108, 8, entry->uid);
	put_octal(b + 116, 8, entry->gid);
	put_octal(b + 124, 12, size);
	put_octal(b + 136, 12, entry->mtime > 0 ? (uint64_t)entry->mtime : 0);
	b[156] = flag;
	put_text(b + 157, 100, entry->target);
	put_text(b + 257, 8, LC_S("ustar\00000"));
	put_octal(b + 329, 8, 0);
	put_octal(b + 337, 8, 0);
	tar_checksum_put(b);
	return lc_buf_add(out, b, sizeof(b));
}

static size_t digits_of(size_t n)
{
	size_t d = 1;

	for (; n > 9; n /= 10)
		d++;
	return d;
}

/* The length counts its own digits. */
static int put_record(struct lc_buf *body, const char *key, struct lc_slice value)
{
	size_t rest = strlen(key) + value.n + 3; /* space, '=', newline */
	size_t n = rest + digits_of(rest);

	n = rest + digits_of(n);
	(void)lc_buf_fmt(body, "%zu %s=", n, key);
	(void)lc_buf_slice(body, value);
	return lc_buf_byte(body, '\n'); /* the buffer keeps the first failure */
}

static int put_number(struct lc_buf *body, const char *key, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	return put_record(body, key, lc_str(text));
}

static int put_records(struct lc_buf *body, const struct tar_entry *entry, struct lc_slice name)
{
	if (name.n > 100)
		(void)put_record(body, "path", name);
	if (entry->target.n > 100)
		(void)put_record(body, "linkpath", entry->target);
	if (!fits(entry->size, SIZE_OCTAL_MAX_BITS))
		(void)put_number(body, "size", (int64_t)entry->size);
	if (!fits(entry->uid, ID_OCTAL_MAX_BITS))
		(void)put_number(body, "uid", (int64_t)entry->uid);
	if (!fits(entry->gid, ID_OCTAL_MAX_BITS))
		(void)put_number(body, "gid", (int64_t)entry->gid);
	if (entry->mtime < 0 || !fits((uint64_t)entry->mtime, SIZE_OCTAL_MAX_BITS))
		(void)put_number(body, "mtime", entry->mtime);
	return lc_buf_err(body);
}

static int put_pax(struct lc_buf *out, const struct tar_entry *entry, struct lc_slice name)
{
	struct tar_entry plain = { .mode = 0644 };
	struct lc_buf body;
	int rc;

	lc_buf_init(&body, PAX_BODY_MAX);
	rc = put_records(&body, entry, name);
	if (!rc && body.n) {
		rc = put_block(out, 'x', LC_S("PaxHeaders/entry"), body.n, &plain);
		if (!rc)
			rc = lc_buf_slice(out, lc_buf_get(&body));
		if (!rc)
			rc = tar_write_pad(&(struct tar_writer){ out }, body.n);
	}
	lc_buf_done(&body);
	return rc;
}

/* A directory's name ends in a slash, the root's is "./". */
static int full_name(const struct tar_entry *entry, struct lc_buf *name)
{
	(void)lc_buf_slice(name, entry->name);
	if (entry->type == TAR_DIR)
		(void)lc_buf_str(name, name->n ? "/" : "./");
	return lc_buf_err(name);
}

int tar_write_header(struct tar_writer *w, const struct tar_entry *entry)
{
	uint64_t size = entry->type == TAR_FILE || entry->type == TAR_OTHER ? entry->size : 0;
	struct tar_entry shown = *entry;
	struct lc_buf name;
	int rc;

	if (entry->size > INT64_MAX || entry->uid > INT64_MAX || entry->gid > INT64_MAX)
		return LC_EUSAGE;
	shown.size = size;
	lc_buf_init(&name, PAX_BODY_MAX);
	rc = full_name(entry, &name);
	if (!rc)
		rc = put_pax(w->out, &shown, lc_buf_get(&name));
	if (!rc)
		rc = put_block(w->out, flag_of(entry->type), lc_buf_get(&name), size, &shown);
	lc_buf_done(&name);
	return rc;
}

static int put_zeros(struct lc_buf *out, size_t n)
{
	static const uint8_t zeros[TAR_BLOCK_BYTES];

	return lc_buf_add(out, zeros, n);
}

int tar_write_pad(struct tar_writer *w, uint64_t size)
{
	return put_zeros(w->out, (TAR_BLOCK_BYTES - size % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES);
}

int tar_write_end(struct tar_writer *w)
{
	int rc = put_zeros(w->out, TAR_BLOCK_BYTES);

	return rc ? rc : put_zeros(w->out, TAR_BLOCK_BYTES);
}
