#include "scan/workers_impl.h"

struct worker_head worker_head_of(enum worker_message kind, const uint64_t *numbers, size_t n)
{
	struct worker_head h = { .n = 0 };
	h.bytes[h.n++] = (uint8_t)kind;
	for (size_t i = 0; i < n && i < WORKER_NUMBERS_MAX; i++) {
		uint64_t v = numbers[i];
		do {
			uint8_t more = v > 0x7f ? 0x80 : 0;
			h.bytes[h.n++] = (uint8_t)((v & 0x7f) | more);
			v >>= 7;
		} while (v);
	}
	return h;
}

int worker_say(int fd, enum worker_message kind, const uint64_t *numbers, size_t n,
	       struct lc_slice rest, struct lc_err *e)
{
	const struct worker_head h = worker_head_of(kind, numbers, n);
	return io_message_send(fd, lc_slice_of(h.bytes, h.n), rest, NULL, 0, e);
}

bool worker_numbers(struct lc_rd *r, uint64_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = lc_rd_uleb(r);
	return !r->bad;
}

struct lc_slice worker_rest(struct lc_rd *r)
{
	return lc_rd_take(r, lc_rd_left(r));
}

void worker_err_put(const struct lc_err *e, int code, uint64_t ret[2])
{
	ret[0] = (uint64_t)-code;
	ret[1] = (uint64_t)(e->sys > 0 ? e->sys : 0);
}

/* Messages are fit to show already when they are honest: then this changes nothing. */
static void take_text(struct lc_slice text, struct lc_err *ret)
{
	size_t n = 0;
	while (text.n && n < LC_ERR_MSG_MAX - 1) {
		uint32_t cp = 0;
		size_t used = lc_utf8(text, &cp);
		bool fine = used && !lc_cp_unsafe(cp);
		if (fine && n + used > LC_ERR_MSG_MAX - 1)
			break;
		if (fine)
			memcpy(ret->msg + n, text.p, used);
		else
			ret->msg[n] = '?';
		n += fine ? used : 1;
		text = lc_skip(text, used ? used : 1);
	}
	ret->msg[n] = '\0';
	ret->len = n;
}

int worker_err_take(const uint64_t numbers[2], struct lc_slice text, struct lc_err *ret)
{
	int code = numbers[0] && numbers[0] <= (uint64_t)-LC_EREMOTE ? -(int)numbers[0] : LC_EBAD;
	*ret = (struct lc_err){ .code = code };
	ret->sys = numbers[1] < 4096 ? (int)numbers[1] : 0;
	take_text(text, ret);
	return code;
}
