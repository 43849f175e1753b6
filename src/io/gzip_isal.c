/* ISA-L as the engine of gzip: twice as fast as zlib. Source: igzip_lib.h. */
#include "io/inflate_impl.h"

#include <isa-l/igzip_lib.h>

#include "base/arith.h"
#include "base/shim.h"

static void isal_start(struct inflate_state *s)
{
	/* Raw deflate, CRC-32 kept, header and trailer ours: then both engines obey the same rules.
	 */
	s->crc_flag = ISAL_GZIP_NO_HDR;
}

static void *isal_open(void)
{
	struct inflate_state *s = lc_alloc0(1, sizeof(*s));

	if (!s)
		return NULL;
	isal_inflate_init(s);
	isal_start(s);
	return s;
}

static void isal_reset(void *state)
{
	isal_inflate_reset(state);
	isal_start(state);
}

/* The engine loads up to 64 bits ahead; whole bytes behind the last block belong to the trailer. */
static void isal_give_back(const struct inflate_state *s, struct deflate_io *io)
{
	unsigned bits = s->read_in_length > 0 ? (unsigned)s->read_in_length : 0;
	uint64_t rest = s->read_in >> bits % 8;

	io->back_n = lc_min(bits / 8, sizeof(io->back));
	for (size_t i = 0; i < io->back_n; i++)
		io->back[i] = (uint8_t)(rest >> 8 * i);
}

static int isal_run(void *state, struct deflate_io *io)
{
	struct inflate_state *s = state;
	uint32_t in_n = (uint32_t)lc_min(io->in_n, INT32_MAX);
	uint32_t out_n = (uint32_t)lc_min(io->out_n, INT32_MAX);
	int rc;

	s->next_in = io->in;
	s->avail_in = in_n;
	s->next_out = io->out;
	s->avail_out = out_n;
	rc = isal_inflate(s);
	if (rc != ISAL_DECOMP_OK)
		return LC_EBAD;
	io->in += in_n - s->avail_in;
	io->in_n -= in_n - s->avail_in;
	io->out += out_n - s->avail_out;
	io->out_n -= out_n - s->avail_out;
	io->done = s->block_state == ISAL_BLOCK_FINISH;
	io->back_n = 0;
	if (io->done)
		isal_give_back(s, io);
	return 0;
}

static uint32_t isal_crc(const void *state)
{
	return ((const struct inflate_state *)state)->crc;
}

static void isal_close(void *state)
{
	lc_free(state);
}

const struct deflate_engine deflate_isal = {
	"isa-l", isal_open, isal_reset, isal_run, isal_crc, isal_close,
};
