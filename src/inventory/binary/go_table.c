/*
 * The names of a Go program's functions, from the table that its runtime prints stacks by: it
 * survives stripping. Source: Go, src/debug/gosym/pclntab.go, src/cmd/link/internal/ld/pcln.go.
 *
 *	magic u32, 0, 0, quantum u8 (1, 2, 4), size of a pointer u8
 *	0xfffffffb (1.2)   functions, then everything among each other
 *	0xfffffffa (1.16)  functions, files, offset of names, offset of what follows them, … words
 *	0xfffffff0 (1.18)  functions, files, start of text, offset of names, … words
 *	0xfffffff1 (1.20)  the same
 *
 * Names end with a NUL, those of functions that were inlined are among them. In the oldest form
 * they stand between other data, which never ends in other than a NUL before a name in little-
 * endian files of less than 16 MiB: texts are taken from all of it. What is no name does no harm
 * (go_functions.h).
 *
 * A name is PATH.FUNCTION, PATH.TYPE.METHOD or PATH.(*TYPE).METHOD; in the last element of PATH a
 * dot is %2e. Type arguments stand in brackets, closures have ".func1" behind the name of where
 * they stand.
 */
#include "base/arith.h"
#include "base/vec.h"
#include "inventory/binary/go.h"
#include "inventory/binary/go_functions.h"

enum {
	HEADER_BYTES = 8 + 8 * 5,
	NAME_BYTES_MAX = GO_FUNCTION_BYTES_MAX / 2,
	STEP = 64 << 10,
	OLD_BYTES_MAX = 16 << 20,
	TABLE_BYTES_MAX = 512 << 20,
	FUNCTIONS_MAX = 1 << 21,
	COMPARED_MAX = 1 << 28, /* modules with packages */
};

struct table {
	const struct binary *b;
	struct go_module *modules;
	size_t n, main;
	uint64_t off, size; /* of the names */
	bool runs;          /* a function that every program has is there */
	size_t functions;
	uint64_t compared;
	uint64_t search_left;                   /* bytes: segments may lie over each other */
	struct lc_slice last_package, last_own; /* as it is called, as it is reported */
	struct go_module *last_module;
	uint8_t package[NAME_BYTES_MAX], symbol[NAME_BYTES_MAX];
	struct lc_err *e;
};

/* ---- where it is ---- */

static bool is_header(struct lc_slice s, bool big)
{
	struct lc_rd rd = lc_rd_of(s);
	uint32_t magic = big ? lc_rd_be32(&rd) : lc_rd_le32(&rd);
	if (magic != 0xfffffffb && magic != 0xfffffffa && magic != 0xfffffff0 &&
	    magic != 0xfffffff1)
		return false;
	uint16_t zeros = lc_rd_be16(&rd);
	uint8_t quantum = lc_rd_u8(&rd);
	uint8_t pointer = lc_rd_u8(&rd);
	return !rd.bad && zeros == 0 && (quantum == 1 || quantum == 2 || quantum == 4) &&
	       (pointer == 4 || pointer == 8);
}

/* Programs without names of sections, and PE, where it is one part of read-only data. */
static int search(struct table *t, const struct executable_part *p, uint64_t *ret)
{
	uint8_t buf[STEP];
	const struct executable *x = t->b->x;
	uint64_t end = p->off + lc_min64(p->size, t->search_left);
	t->search_left -= end - p->off;
	for (uint64_t at = p->off; at < end && end - at >= 8;) {
		size_t n = (size_t)lc_min64(STEP, end - at);
		int r = lc_content_read(&x->content, at, buf, n, t->e);
		if (r)
			return r;
		for (size_t i = 0; i + 8 <= n; i += 4) {
			if ((buf[i] == 0xff || buf[i + 3] == 0xff) &&
			    is_header(lc_slice_of(buf + i, 8), x->big_endian)) {
				*ret = at + i;
				return 0;
			}
		}
		at += n & ~(size_t)3;
		if (n < STEP)
			break;
	}
	return LC_ENOTFOUND;
}

static int find_table(struct table *t, uint64_t *ret_off, uint64_t *ret_size)
{
	static const struct lc_slice names[] = {
		LC_S_INIT(".gopclntab"),
		LC_S_INIT(".data.rel.ro.gopclntab"),
		LC_S_INIT("__gopclntab"),
	};
	const struct executable *x = t->b->x;
	const struct executable_part *p = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !p; i++)
		p = executable_section(x, names[i]);
	if (p) {
		*ret_off = p->off;
		*ret_size = p->size;
		return 0;
	}
	for (size_t i = 0; i < x->segments.n; i++) {
		p = &x->segments.v[i];
		int r = p->flags & EXECUTABLE_RUN ? LC_ENOTFOUND : search(t, p, ret_off);
		if (r == 0)
			*ret_size = p->size - (*ret_off - p->off);
		if (r != LC_ENOTFOUND)
			return r;
	}
	return LC_ENOTFOUND;
}

static uint64_t word(struct lc_rd *r, uint8_t size, bool big)
{
	if (size == 8)
		return big ? lc_rd_be64(r) : lc_rd_le64(r);
	return big ? lc_rd_be32(r) : lc_rd_le32(r);
}

/* Where the names are: LC_ENOTFOUND for what is not understood. */
static int find_names(struct table *t)
{
	uint64_t off = 0;
	uint64_t size = 0;
	uint8_t bytes[HEADER_BYTES];
	bool big = t->b->x->big_endian;
	int r = find_table(t, &off, &size);
	if (r || size < sizeof(bytes))
		return r ? r : LC_ENOTFOUND;
	r = lc_content_read(&t->b->x->content, off, bytes, sizeof(bytes), t->e);
	struct lc_slice header = lc_slice_of(bytes, sizeof(bytes));
	if (r || !is_header(header, big))
		return r ? r : LC_ENOTFOUND;
	struct lc_rd rd = lc_rd_of(header);
	uint32_t magic = big ? lc_rd_be32(&rd) : lc_rd_le32(&rd);
	if (magic == 0xfffffffb) {
		t->off = off;
		t->size = size;
		return big || size > OLD_BYTES_MAX ? LC_ENOTFOUND : 0;
	}
	uint8_t pointer = bytes[7];
	lc_rd_seek(&rd, 8 + (size_t)pointer * (magic == 0xfffffffa ? 2 : 3));
	uint64_t from = word(&rd, pointer, big);
	uint64_t to = word(&rd, pointer, big);
	if (from >= to || to > size || to - from > TABLE_BYTES_MAX)
		return LC_ENOTFOUND;
	t->off = off + from;
	t->size = to - from;
	return 0;
}

/* ---- a name ---- */

/* Without type arguments, which nest. */
static struct lc_slice without_brackets(struct lc_slice name, uint8_t *buf)
{
	size_t n = 0;
	size_t depth = 0;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		depth += c == '[';
		if (depth == 0)
			buf[n++] = c;
		depth -= c == ']' && depth;
	}
	return lc_slice_of(buf, n);
}

static int hex(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	c = lc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct lc_slice unescaped(struct lc_slice path, uint8_t *buf)
{
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++) {
		bool escape = path.p[i] == '%' && path.n - i > 2 && hex(path.p[i + 1]) >= 0 &&
			      hex(path.p[i + 2]) >= 0;
		buf[n++] = escape ? (uint8_t)(hex(path.p[i + 1]) << 4 | hex(path.p[i + 2]))
				  : path.p[i];
		i += escape ? 2 : 0;
	}
	return lc_slice_of(buf, n);
}

/* "(*T).M" as "T.M"; what the compiler made of a function counts as the function. */
static struct lc_slice plain_symbol(struct lc_slice s, uint8_t *buf)
{
	static const struct lc_slice tails[] = {
		LC_S_INIT(".func"),
		LC_S_INIT(".gowrap"),
		LC_S_INIT(".deferwrap"),
		LC_S_INIT("-"),
	};
	size_t n = 0;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		size_t at = lc_find_slice(s, tails[i]);
		if (at != SIZE_MAX && at > 0)
			s = lc_sub(s, 0, at);
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '(' && s.p[i] != ')' && s.p[i] != '*')
			buf[n++] = s.p[i];
	}
	return lc_slice_of(buf, n);
}

static bool is_below(struct lc_slice package, struct lc_slice module)
{
	return lc_starts(package, module) &&
	       (package.n == module.n || package.p[module.n] == '/' || module.n == 0);
}

static struct go_module *module_of(struct table *t, struct lc_slice package)
{
	struct go_module *best = NULL;
	if (lc_eq(package, LC_S("main")))
		return &t->modules[t->main];
	for (size_t i = 0; i < t->n; i++) {
		struct go_module *m = &t->modules[i];
		if (is_below(package, m->path) && (!best || m->path.n > best->path.n))
			best = m;
	}
	return best;
}

static int add(struct table *t, struct go_module *m, struct lc_slice package,
	       struct lc_slice symbol)
{
	uint64_t *place = lc_vec_push(t->b->arena, &m->hashes);
	if (!place)
		return lc_fail(t->e, lc_arena_err(t->b->arena), "no memory for functions");
	*place = go_function_hash(package, symbol);
	return 0;
}

/* The package as the module's reported name has it. */
static struct lc_slice reported(struct table *t, const struct go_module *m, struct lc_slice package)
{
	if (m->path.n == 0 || lc_eq(m->path, m->name) || !is_below(package, m->path))
		return package;
	return lc_arena_fmt(t->b->arena, "%.*s%.*s", LC_FMT(m->name),
			    LC_FMT(lc_skip(package, m->path.n)));
}

/* Functions of a package stand together: its module is looked for once. */
static int note_package(struct table *t, struct lc_slice package)
{
	if (t->last_module && lc_eq(package, t->last_package))
		return 0;
	t->compared += t->n;
	if (t->compared > COMPARED_MAX)
		return LC_ENOTFOUND; /* as for functions */
	t->last_module = module_of(t, package);
	if (!t->last_module)
		return 0;
	if (lc_arena_dup(t->b->arena, package, &t->last_package))
		return lc_fail(t->e, lc_arena_err(t->b->arena), "no memory for functions");
	t->last_own = reported(t, t->last_module, t->last_package);
	return add(t, t->last_module, t->last_own, LC_S(""));
}

static int note_name(struct table *t, struct lc_slice name)
{
	uint8_t buf[NAME_BYTES_MAX];
	struct lc_slice package;
	struct lc_slice symbol;
	t->runs |= lc_eq(name, LC_S("runtime.main"));
	name = without_brackets(name, buf);
	size_t from = name.n - lc_path_name(name).n;
	size_t dot = lc_find(lc_path_name(name), '.');
	if (dot == SIZE_MAX || name.n == 0)
		return 0;
	package = unescaped(lc_sub(name, 0, from + dot), t->package);
	symbol = plain_symbol(lc_skip(name, from + dot + 1), t->symbol);
	int r = note_package(t, package);
	if (r || !t->last_module)
		return r;
	if (++t->functions > FUNCTIONS_MAX)
		return LC_ENOTFOUND;
	r = add(t, t->last_module, t->last_own, symbol);
	/* What the standard library has a copy of goes there by its own path as well. */
	if (r == 0 && lc_chop_prefix(&package, LC_S("vendor/")))
		r = add(t, t->last_module, package, symbol);
	return r;
}

/* ---- all names ---- */

struct name {
	uint8_t bytes[NAME_BYTES_MAX];
	size_t n;
	bool broken; /* it holds what no name holds, or is too long */
};

static int take_bytes(struct table *t, struct name *name, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c >= ' ' && c != 0x7f) {
			if (name->n == sizeof(name->bytes))
				return LC_ENOTFOUND; /* unknown is better than wrong */
			name->bytes[name->n++] = c;
			continue;
		}
		int r = c == 0 && name->n ? note_name(t, lc_slice_of(name->bytes, name->n)) : 0;
		if (r)
			return r;
		name->n = 0;
	}
	return 0;
}

static int read_names(struct table *t)
{
	uint8_t buf[STEP];
	struct name name = { .n = 0 };
	for (uint64_t done = 0; done < t->size;) {
		size_t n = (size_t)lc_min64(STEP, t->size - done);
		int r = lc_content_read(&t->b->x->content, t->off + done, buf, n, t->e);
		r = r ? r : take_bytes(t, &name, lc_slice_of(buf, n));
		if (r)
			return r;
		done += n;
	}
	return 0;
}

int go_table_read(const struct binary *b, struct go_module *modules, size_t n, size_t main,
		  struct lc_err *e)
{
	struct table *t = lc_new(b->arena, struct table);
	if (!t)
		return lc_fail(e, lc_arena_err(b->arena), "no memory for functions");
	*t = (struct table){ .b = b, .modules = modules, .n = n, .main = main, .e = e };
	t->search_left = TABLE_BYTES_MAX;
	int r = find_names(t);
	r = r ? r : read_names(t);
	return r == 0 && !t->runs ? LC_ENOTFOUND : r;
}
