/*
 * Programs and libraries: opened once, then read for what toolchains and makers left in them.
 */
#include "inventory/binary/analysers.h"
#include "inventory/binary/binary.h"

/* Where the packer's mark stands: behind the headers, or in the name of a section. */
enum { PACKED_BYTES = 4096 };

int binary_trouble(const struct binary *b, int r, const struct lc_err *e, const char *what)
{
	if (r == LC_ENOMEM || r == LC_EIO || (r == LC_ELIMIT && b->arena->err))
		return r;
	return inv_sink_trouble(b->out, inv_trouble_of(r), "%s%s", what,
				e->msg[0] ? e->msg : lc_code_name(r));
}

static int is_packed(const struct binary *b, bool *ret, struct lc_err *e)
{
	uint8_t head[PACKED_BYTES];
	size_t n = 0;
	*ret = executable_section(b->x, LC_S("UPX0")) != NULL;
	if (b->x->kind != EXECUTABLE_ELF || b->x->sections.n)
		return 0;
	int r = lc_content_some(&b->x->content, 0, head, sizeof(head), &n, e);
	*ret = r == 0 && lc_find_slice(lc_slice_of(head, n), LC_S("UPX!")) != SIZE_MAX;
	return r;
}

static int read_all(const struct binary *b, struct lc_err *e)
{
	bool packed = false;
	int r = is_packed(b, &packed, e);
	if (r == 0 && packed)
		return inv_sink_trouble(b->out, INV_UNSUPPORTED,
					"packed by UPX: what it holds cannot be told");
	r = r ? r : go_binary(b, e);
	r = r ? r : rust_binary(b, e);
	return r ? r : known_binary(b, e);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct executable x;
	struct lc_err why = { 0 };
	struct binary b = { .file = f, .x = &x, .arena = f->scratch, .out = out };
	int r = executable_open(f->content, f->scratch, &x, &why);
	if (r == LC_EUNSUP)
		return 0;
	r = r ? binary_trouble(&b, r, &why, "") : read_all(&b, e);
	/* Names and versions that were put together: what had no memory must not pass for "". */
	if (!r && f->scratch->err == LC_ENOMEM)
		r = LC_ENOMEM;
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

#define MAGIC(bytes)                                                            \
	{                                                                       \
		.kind = INV_WANT_MAGIC, .text = (bytes), .n = sizeof(bytes) - 1 \
	}

/* By content alone: plugins and copied programs have no execute bit. A fat Mach-O by its number of
 * architectures: Java classes begin the same. */
static const struct inv_want wants[] = {
	MAGIC("\x7f"
	      "ELF"),
	MAGIC("MZ"),
	MAGIC("\xfe\xed\xfa\xce"),
	MAGIC("\xfe\xed\xfa\xcf"),
	MAGIC("\xce\xfa\xed\xfe"),
	MAGIC("\xcf\xfa\xed\xfe"),
	MAGIC("\xca\xfe\xba\xbe\0\0\0\1"),
	MAGIC("\xca\xfe\xba\xbe\0\0\0\2"),
	MAGIC("\xca\xfe\xba\xbe\0\0\0\3"),
	MAGIC("\xca\xfe\xba\xbe\0\0\0\4"),
};

const struct inv_analyser inv_executable = {
	.name = "executable",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = INV_TARGET_IMAGE | INV_TARGET_ROOTFS,
	.access = INV_SEEKABLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
