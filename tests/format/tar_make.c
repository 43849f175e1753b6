#include "tar_make.h"

#include <stdio.h>

#include "base/arith.h"
#include "format/tar_impl.h"
#include "support/slice_assert.h"

static size_t last_at; /* of the header made last; one archive at a time is made */

static void put_octal(uint8_t *to, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		to[i] = (uint8_t)('0' + (v & 7));
}

void make_header(struct lc_buf *out, enum make_magic magic, uint8_t flag, const char *name,
		 uint64_t size)
{
	static const struct lc_slice magics[] = {
		[MAKE_V7] = LC_S_INIT(""),
		[MAKE_USTAR] = LC_S_INIT("ustar\00000"),
		[MAKE_GNU] = LC_S_INIT("ustar  \0"),
		[MAKE_STAR] = LC_S_INIT("ustar\00000"),
	};
	uint8_t b[512] = { 0 };

	memcpy(b, name, lc_min(strlen(name), 100));
	put_octal(b + 100, 8, 0644);
	put_octal(b + 108, 8, 0);
	put_octal(b + 116, 8, 0);
	put_octal(b + 124, 12, size);
	put_octal(b + 136, 12, 0);
	b[156] = flag;
	if (magics[magic].n)
		memcpy(b + 257, magics[magic].p, magics[magic].n);
	if (magic == MAKE_STAR)
		memcpy(b + 508, "tar", 4);
	tar_checksum_put(b);
	last_at = out->n;
	assert_int_equal(lc_buf_add(out, b, sizeof(b)), 0);
}

void make_patch(struct lc_buf *out, size_t at, struct lc_slice bytes)
{
	memcpy(out->p + last_at + at, bytes.p, bytes.n);
	tar_checksum_put(out->p + last_at);
}

void make_data(struct lc_buf *out, struct lc_slice bytes)
{
	struct tar_writer w = { out };

	assert_int_equal(lc_buf_slice(out, bytes), 0);
	assert_int_equal(tar_write_pad(&w, bytes.n), 0);
}

void make_file(struct lc_buf *out, const char *name, const char *text)
{
	make_header(out, MAKE_USTAR, '0', name, strlen(text));
	make_data(out, lc_str(text));
}

void make_pax_raw(struct lc_buf *out, struct lc_slice body)
{
	make_header(out, MAKE_USTAR, 'x', "pax", body.n);
	make_data(out, body);
}

static void put_record(struct lc_buf *body, struct lc_slice text)
{
	size_t n = text.n + 2; /* the space and the newline; the digits follow */

	if (n + 1 < 10)
		n += 1;
	else if (n + 2 < 100)
		n += 2;
	else
		n += n + 3 < 1000 ? 3 : 4;
	lc_buf_fmt(body, "%zu ", n);
	lc_buf_slice(body, text);
	lc_buf_byte(body, '\n');
}

void make_pax(struct lc_buf *out, uint8_t flag, const char *records)
{
	struct lc_slice rest = lc_str(records);
	struct lc_slice line;
	struct lc_buf body;

	lc_buf_init(&body, 1 << 24);
	while (lc_line(&rest, &line))
		put_record(&body, line);
	make_header(out, MAKE_USTAR, flag, "pax", body.n);
	make_data(out, lc_buf_get(&body));
	lc_buf_done(&body);
}

void make_long(struct lc_buf *out, uint8_t flag, const char *text)
{
	make_header(out, MAKE_GNU, flag, "././@LongLink", strlen(text) + 1);
	make_data(out, lc_slice_of(text, strlen(text) + 1));
}

void make_end(struct lc_buf *out)
{
	assert_int_equal(tar_write_end(&(struct tar_writer){ out }), 0);
}

/* ---- telling ---- */

struct pieces {
	struct lc_stream base;
	struct lc_slice left;
	size_t step;
};

static int pieces_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct pieces *p = (struct pieces *)(void *)s;

	(void)e;
	n = lc_min(lc_min(n, p->step), p->left.n);
	if (n)
		memcpy(buf, p->left.p, n);
	p->left = lc_skip(p->left, n);
	*ret_n = n;
	return 0;
}

static int tell_content(struct tar_reader *t, uint64_t size, size_t step, struct lc_buf *out)
{
	uint8_t buf[64];
	uint64_t total = 0;
	size_t n = 1;

	lc_buf_str(out, " \"");
	while (n > 0) {
		int rc = lc_stream_read(tar_content(t), buf, lc_min(step, sizeof(buf)), &n, NULL);
		if (rc)
			return rc;
		for (size_t i = 0; i < n && size <= 40; i++)
			lc_buf_byte(out, buf[i] ? buf[i] : '.');
		total += n;
	}
	lc_buf_str(out, "\"");
	assert_true(total == size);
	return 0;
}

static int tell_entry(struct tar_reader *t, const struct tar_entry *entry, size_t step,
		      struct lc_buf *out)
{
	static const char letters[] = {
		[TAR_FILE] = 'f', [TAR_HARDLINK] = 'h', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd',
		[TAR_CHAR] = 'c', [TAR_BLOCK] = 'b',    [TAR_FIFO] = 'p',    [TAR_OTHER] = 'o',
	};
	int rc = 0;

	lc_buf_fmt(out, "%s%c %s", entry->unsafe ? "!" : "", letters[entry->type],
		   lc_quote(entry->name).s);
	if (entry->target.n)
		lc_buf_fmt(out, " -> %s", lc_quote(entry->target).s);
	if (entry->type == TAR_FILE) {
		lc_buf_fmt(out, " %llu%s", (unsigned long long)entry->size,
			   entry->sparse ? "*" : "");
		if (entry->size <= 1 << 20)
			rc = tell_content(t, entry->size, step, out);
	} else {
		assert_true(entry->size == 0);
	}
	lc_buf_str(out, "\n");
	return rc;
}

void tar_tell(struct lc_slice archive, const struct lc_limits *limits, size_t step,
	      struct lc_buf *out)
{
	struct pieces from = { { .read = pieces_read }, archive, step };
	struct tar_reader *t;
	struct tar_entry entry;
	int rc = tar_open(&from.base, limits, &t, NULL);

	assert_int_equal(rc, 0);
	while (!rc) {
		rc = tar_next(t, &entry, NULL);
		if (!rc)
			rc = tell_entry(t, &entry, step, out);
	}
	assert_int_equal(tar_next(t, &entry, NULL), rc); /* sticky */
	if (rc == LC_ENOTFOUND)
		lc_buf_str(out, "end");
	else
		lc_buf_fmt(out, "error %s", lc_code_name(rc));
	assert_int_equal(lc_buf_err(out), 0);
	tar_close(t);
}
