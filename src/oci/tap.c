#include "oci/tap.h"

#include "base/arith.h"
#include "base/shim.h"

enum { TAP_BYTES = 128 * 1024 };

static int fill(struct oci_tap *t, struct lc_err *e)
{
	t->at = t->n = 0;
	if (t->limits && lc_limits_expired(t->limits))
		return lc_fail(e, LC_ECANCEL, "deadline passed");
	int rc = lc_stream_read(t->from, t->buf, TAP_BYTES, &t->n, e);
	if (rc) {
		t->n = 0;
		return rc;
	}
	t->end = t->n == 0;
	t->bytes += t->n;
	if (t->bytes > t->bytes_max)
		return lc_fail(e, LC_EBAD, "more bytes than its descriptor says (%llu)",
			       (unsigned long long)t->bytes_max);
	if (t->digester && t->n)
		digester_add(t->digester, t->buf, t->n);
	return 0;
}

/* Bytes at hand, after reading more when there are none; 0 at the end. */
static int ready(struct oci_tap *t, size_t *ret_n, struct lc_err *e)
{
	if (t->err)
		return lc_fail(e, t->err, "read after a failure");
	if (t->at == t->n && !t->end)
		t->err = fill(t, e);
	if (t->err)
		return t->err;
	*ret_n = t->n - t->at;
	return 0;
}

static int tap_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct oci_tap *t = (struct oci_tap *)s;
	size_t have = 0;
	int rc = ready(t, &have, e);
	if (rc)
		return rc;
	have = lc_min(have, n);
	if (have)
		memcpy(buf, t->buf + t->at, have);
	t->at += have;
	*ret_n = have;
	return 0;
}

static int tap_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct oci_tap *t = (struct oci_tap *)s;
	uint64_t done = 0;
	while (done < n) {
		size_t have = 0;
		int rc = ready(t, &have, e);
		if (rc)
			return rc;
		if (have == 0)
			break;
		have = (size_t)lc_min64(have, n - done);
		t->at += have;
		done += have;
	}
	*ret_n = done;
	return 0;
}

int oci_tap_init(struct oci_tap *t, struct lc_stream *from, bool hash, enum digest_algorithm a,
		 uint64_t bytes_max, const struct lc_limits *limits, struct lc_err *e)
{
	t->base = (struct lc_stream){ .read = tap_read, .skip = tap_skip };
	t->from = from;
	t->bytes_max = bytes_max;
	t->limits = limits;
	t->buf = lc_alloc(TAP_BYTES);
	if (!t->buf)
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
