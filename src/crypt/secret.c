#include "crypt/secret.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arith.h"

/* Whole pages, so that no neighbour is unlocked or dumped with them. */
static size_t pages(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	return (n / page + 1) * page; /* n is at most SECRET_BYTES_MAX: no wrap */
}

int secret_new(size_t n, struct secret *ret, struct lc_err *e)
{
	if (n > SECRET_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "a secret of %zu bytes is too large", n);
	size_t room = pages(n);
	void *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return lc_fail(e, LC_ENOMEM, "no memory for a secret");
	(void)mlock(p, room); /* best effort: containers may allow none */
	(void)madvise(p, room, MADV_DONTDUMP);
	*ret = (struct secret){ p, n, room };
	return 0;
}

int secret_copy(struct lc_slice s, struct secret *ret, struct lc_err *e)
{
	int rc = secret_new(s.n, ret, e);
	if (!rc && s.n)
		memcpy(ret->p, s.p, s.n);
	return rc;
}

void secret_done(struct secret *s)
{
	if (s->p) {
		OPENSSL_cleanse(s->p, s->room);
		(void)munmap(s->p, s->room); /* of our own mapping: cannot fail */
	}
	*s = (struct secret){ NULL, 0, 0 };
}

void secret_wipe(void *p, size_t n)
{
	if (n)
		OPENSSL_cleanse(p, n);
}

void secret_buf_done(struct lc_buf *b)
{
	secret_wipe(b->p, b->p ? b->room : 0);
	lc_buf_done(b);
}

bool secret_eq(struct lc_slice a, struct lc_slice b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
