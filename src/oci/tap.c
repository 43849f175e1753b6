#include "oci/tap.h"

#include "base/arith.h"
#include "base/shim.h"

enum { TAP_BYTES = 128 * 1024 };

/* What came from below counts. */
static int count(struct oci_tap *t, struct lc_slice s, struct lc_err *e)
{
	t->end = s.n == 0;
	t->bytes += s.n;
	if (t->bytes > t->bytes_max)
		return lc_fail(e, LC_EBAD, "more bytes than its descriptor says (%llu)",
			       (unsigned long long)t->bytes_max);
	if (t->digester && s.n)
		digester_add(t->digester, s.p, s.n);
	return 0;
}

static int take(struct oci_tap *t, struct lc_slice *ret, struct lc_err *e)
{
	size_t n = 0;
	if (t->from->lend)
		return t->from->lend(t->from, ret, e);
	int rc = lc_stream_read(t->from, t->buf, TAP_BYTES, &n, e);
	*ret = lc_slice_of(t->buf, n);
	return rc;
}

static bool is_late(const struct oci_tap *t, struct lc_err *e)
{
	return t->limits && lc_limits_expired(t->limits) &&
	       lc_fail(e, LC_ECANCEL, "deadline passed");
}

static int fill(struct oci_tap *t, struct lc_err *e)
{
	struct lc_slice got = LC_S("");
	if (is_late(t, e))
		return LC_ECANCEL;
	int rc = take(t, &got, e);
	rc = rc ? rc : count(t, got, e);
	t->have = rc ? LC_S("") : got;
	return rc;
}

/* Bytes at hand, after taking more when there are none; none at the end. */
static int ready(struct oci_tap *t, struct lc_err *e)
{
	if (t->err)
		return lc_fail(e, t->err, "read after a failure");
	if (t->have.n == 0 && !t->end)
		t->err = fill(t, e);
	return t->err;
}

/* Straight into the reader's own large buffer. */
static int read_large(struct oci_tap *t, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	size_t got = 0;
	if (is_late(t, e))
		return LC_ECANCEL;
	int rc = lc_stream_read(t->from, buf, n, &got, e);
	rc = rc ? rc : count(t, lc_slice_of(buf, got), e);
	if (rc == 0)
		*ret_n = got;
	return rc;
}

static int tap_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct oci_tap *t = (struct oci_tap *)s;
	if (!t->err && !t->end && t->have.n == 0 && n >= TAP_BYTES)
		return t->err = read_large(t, buf, n, ret_n, e);
	int rc = ready(t, e);
	if (rc)
		return rc;
	n = lc_min(t->have.n, n);
	if (n)
		memcpy(buf, t->have.p, n);
	t->have = lc_skip(t->have, n);
	*ret_n = n;
	return 0;
}

static int tap_lend(struct lc_stream *s, struct lc_slice *ret, struct lc_err *e)
{
	struct oci_tap *t = (struct oci_tap *)s;
	int rc = ready(t, e);
	if (rc)
		return rc;
	*ret = t->have;
	t->have = LC_S("");
	return 0;
}

static int tap_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct oci_tap *t = (struct oci_tap *)s;
	uint64_t done = 0;
	while (done < n) {
		int rc = ready(t, e);
		if (rc)
			return rc;
		if (t->have.n == 0)
			break;
		size_t k = (size_t)lc_min64(t->have.n, n - done);
		t->have = lc_skip(t->have, k);
		done += k;
	}
	*ret_n = done;
	return 0;
}

int oci_tap_init(struct oci_tap *t, struct lc_stream *from, bool hash, enum digest_algorithm a,
		 uint64_t bytes_max, const struct lc_limits *limits, struct lc_err *e)
{
	t->base = (struct lc_stream){ .read = tap_read, .skip = tap_skip, .lend = tap_lend };
	t->from = from;
	t->bytes_max = bytes_max;
	t->limits = limits;
	if (!from->lend)
		t->buf = lc_alloc(TAP_BYTES);
	if (!from->lend && !t->buf)
		return lc_fail(e, LC_ENOMEM, "no memory for a read buffer");
	return hash ? digester_new(a, &t->digester, e) : 0;
}

void oci_tap_done(struct oci_tap *t)
{
	digester_free(t->digester);
	lc_free(t->buf);
	t->digester = NULL;
	t->buf = NULL;
}

int oci_tap_drain(struct oci_tap *t, struct lc_err *e)
{
	uint64_t n = 0;
	return tap_skip(&t->base, UINT64_MAX, &n, e);
}
