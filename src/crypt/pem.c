#include "crypt/pem.h"

#include "base/arith.h"
#include "base/shim.h"
#include "crypt/secret.h"
#include "format/base64.h"

static const size_t block_bytes_max = (size_t)1 << 20;

static const struct lc_slice begin = LC_S_INIT("-----BEGIN ");
static const struct lc_slice end = LC_S_INIT("-----END ");
static const struct lc_slice dashes = LC_S_INIT("-----");

/* The label of a line that begins or ends a block. */
static bool label_of(struct lc_slice line, struct lc_slice mark, struct lc_slice *ret)
{
	line = lc_trim(line);
	if (!lc_chop_prefix(&line, mark) || !lc_chop_suffix(&line, dashes) || line.n == 0)
		return false;
	*ret = line;
	return true;
}

/* The text of a block up to its end, without line breaks; private keys go through here. */
static int collect(struct lc_slice *rest, struct lc_slice label, struct lc_buf *text,
		   struct lc_err *e)
{
	struct lc_slice line;
	struct lc_slice closing;
	while (lc_line(rest, &line)) {
		if (label_of(line, end, &closing)) {
			if (lc_eq(closing, label))
				return 0;
			return lc_fail(e, LC_EBAD, "PEM block '%s' is closed by another label",
				       lc_quote(label).s);
		}
		if (lc_find(line, ':') != SIZE_MAX)
			return lc_fail(e, LC_EUNSUP,
				       "PEM block '%s' has headers: encrypted in an "
				       "old way; convert it with openssl pkcs8",
				       lc_quote(label).s);
		if (lc_buf_slice(text, lc_trim(line)))
			return lc_fail(e, text->err, "PEM block '%s' is too large",
				       lc_quote(label).s);
	}
	return lc_fail(e, LC_ETRUNC, "PEM block '%s' has no end", lc_quote(label).s);
}

static int read_block(struct lc_slice *rest, struct lc_arena *a, struct pem_block *ret,
		      struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(secret_buf_done) = { 0 };
	struct lc_buf der LC_CLEANUP(secret_buf_done) = { 0 };
	lc_buf_init(&text, block_bytes_max);
	lc_buf_init(&der, block_bytes_max);
	/* Reserved at once: growing would leave pieces of a key behind. */
	int rc = lc_buf_reserve(&text, lc_min(rest->n, block_bytes_max));
	rc = rc ? rc : lc_buf_reserve(&der, lc_min(rest->n, block_bytes_max));
	if (rc)
		return lc_fail(e, rc, "no memory for a PEM block");
	rc = collect(rest, ret->label, &text, e);
	if (rc)
		return rc;
	rc = base64_decode(lc_buf_get(&text), &der);
	if (rc || der.n == 0)
		return lc_fail(e, rc ? rc : LC_EBAD, "PEM block '%s' is not base64",
			       lc_quote(ret->label).s);
	rc = lc_arena_dup(a, lc_buf_get(&der), &ret->der);
	return rc ? lc_fail(e, rc, "no memory for a PEM block") : 0;
}

int pem_next(struct lc_slice *rest, struct lc_arena *a, struct pem_block *ret, struct lc_err *e)
{
	struct pem_block block = { 0 };
	struct lc_slice line;
	while (lc_line(rest, &line)) {
		if (!label_of(line, begin, &block.label))
			continue;
		int rc = read_block(rest, a, &block, e);
		if (!rc)
			*ret = block;
		return rc;
	}
	return LC_ENOTFOUND;
}

int pem_write(struct lc_buf *out, const char *label, struct lc_slice der)
{
	(void)lc_buf_fmt(out, "-----BEGIN %s-----\n", label);
	while (der.n) {
		struct lc_slice line = lc_sub(der, 0, 48);
		(void)base64_encode(line, out);
		(void)lc_buf_byte(out, '\n');
		der = lc_skip(der, line.n);
	}
	(void)lc_buf_fmt(out, "-----END %s-----\n", label);
	return lc_buf_err(out);
}
