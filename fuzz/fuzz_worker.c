/*
 * What a layer's process that was taken over may say to the scan: messages, each behind its length
 * (u16 little endian), the first of them what it writes into the memory that both share.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/arith.h"
#include "base/shim.h"
#include "oci/part.h"
#include "scan/workers_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATIENCE_MS = 50 };

/* Layer 0: flags 0, no blob digest or size, a diff id of zeros by algorithm 0, location "x". */
static const uint8_t description[2 + 1 + 32 + 2] = { [35] = 1, [36] = 'x' };
static const uint8_t stored[] = "what the layer's blob holds";
static struct worker_shared shared;
static struct worker_slots slots;

static void close_blob(struct lc_stream *s)
{
	lc_free(s);
}

static int open_blob(void *ctx, struct lc_stream **ret, struct lc_err *e)
{
	struct lc_content_stream *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return lc_fail(e, LC_ENOMEM, "no memory for a stream");
	lc_content_stream_init(s, ctx, 0, sizeof(stored));
	s->base.close = close_blob;
	*ret = &s->base;
	return 0;
}

static struct lc_slice next(struct lc_rd *r)
{
	return lc_rd_take(r, lc_min(lc_rd_le16(r), lc_rd_left(r)));
}

/* What it asked for is given before it says more: what follows may then be believed. */
static void hear_bytes(int fd)
{
	static struct io_message m;
	uint64_t v[3] = { 0, 0, 1 };
	uint8_t kind = 0;
	while (kind != WORKER_FAIL && v[2] && io_message_wait(fd, PATIENCE_MS)) {
		if (io_message_receive(fd, false, &m, NULL) || m.n == 0)
			return;
		struct lc_rd r = lc_rd_of(lc_slice_of(m.bytes, m.n));
		kind = lc_rd_u8(&r);
		if (kind == WORKER_DATA && !worker_numbers(&r, v, 3))
			return;
	}
}

struct speaker {
	int fd;
	struct lc_rd rest;
};

static void *say_all(void *ctx)
{
	struct speaker *s = ctx;
	while (lc_rd_left(&s->rest) && !s->rest.bad) {
		struct lc_slice m = next(&s->rest);
		if (m.n && io_message_send(s->fd, m, LC_S(""), NULL, 0, NULL))
			break; /* nobody listens any more */
		if (m.n && m.p[0] == WORKER_OPEN)
			hear_bytes(s->fd);
	}
	(void)shutdown(s->fd, SHUT_WR); /* of a socket of ours */
	return NULL;
}

static void hear_all(struct scan_workers *w, const struct oci_image *image)
{
	struct scan_layer layer = { .cached = false };
	int rc = worker_ask(w, 0, image, 0, &layer);
	struct inv_layer_facts facts;
	if (rc != layer.err.code || (rc && layer.sink.out.n))
		abort();
	/* No diff id is of zeros alone, whatever it says of compression. */
	if (layer.bound != (rc ? SCAN_BOUND_TO_NOTHING : SCAN_BOUND_TO_BLOB))
		abort();
	for (struct lc_slice text = lc_str(layer.err.msg); text.n;) {
		uint32_t cp = 0;
		size_t n = lc_utf8(text, &cp);
		if (!n || lc_cp_unsafe(cp))
			abort();
		text = lc_skip(text, n);
	}
	lc_arena_init(&layer.arena, (size_t)64 << 20);
	if (rc == 0 && inv_facts_read(lc_buf_get(&layer.sink.out), &layer.arena, &facts, NULL))
		rc = LC_EBAD; /* then the layer is the one that is lost */
	lc_arena_done(&layer.arena);
	inv_sink_done(&layer.sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_content content = lc_content_slice(lc_slice_of(stored, sizeof(stored)));
	const struct oci_part_opener from = { open_blob, NULL, &content };
	const struct scan_request q = { .limits = &lc_limits_default };
	struct worker_place place = { .state = WORKER_BUSY, .shared = &shared, .written = &slots };
	struct scan_workers w = { .q = &q, .sealed = true, .places = &place, .numbers_n = 1 };
	struct oci_image *image = NULL;
	struct lc_rd r = lc_rd_of(lc_slice_of(data, size));
	struct lc_slice written = next(&r);
	size_t number;
	int talk[2];
	int ward[2];
	if (oci_part_image(lc_slice_of(description, sizeof(description)), &from, &lc_limits_default,
			   &image, &number, NULL) ||
	    io_message_pair(talk, NULL) || io_message_pair(ward, NULL))
		abort();
	memset(&shared, 0, sizeof(shared));
	if (written.n)
		memcpy((uint8_t *)&shared + offsetof(struct worker_shared, analyser_n), written.p,
		       lc_min(written.n,
			      sizeof(shared) - offsetof(struct worker_shared, analyser_n)));
	place.worker = (struct io_worker){ talk[0], ward[0] };
	(void)fcntl(talk[0], F_SETFL, O_NONBLOCK); /* as io_worker_spawn() does */
	io_message_close(&ward[1]);
	struct speaker speaker = { talk[1], r };
	pthread_t thread;
	if (pthread_create(&thread, NULL, say_all, &speaker))
		abort();
	hear_all(&w, image);
	io_worker_done(&place.worker);
	(void)pthread_join(thread, NULL); /* ours, joined once */
	io_message_close(&talk[1]);
	oci_close(image);
	return 0;
}
