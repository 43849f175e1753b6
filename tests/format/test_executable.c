/* ELF, PE and Mach-O: their sections and addresses, and files that lie. */
#include "format/executable.h"

#include <fcntl.h>
#include <unistd.h>

#include "format/executable_impl.h"
#include "format/executable_make.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct make_executable samples[] = {
	{ .format = MAKE_ELF, .wide = true },
	{ .format = MAKE_ELF, .wide = true, .big = true },
	{ .format = MAKE_ELF },
	{ .format = MAKE_ELF, .big = true },
	{ .format = MAKE_PE, .wide = true },
	{ .format = MAKE_PE },
	{ .format = MAKE_MACHO, .wide = true },
	{ .format = MAKE_MACHO, .big = true },
	{ .format = MAKE_MACHO, .wide = true, .fat = true },
};
enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void make(struct lc_buf *out, size_t i)
{
	struct make_executable m = samples[i];
	m.section = ".data";
	m.bytes = LC_S("0123456789abcdef");
	m.other = ".other";
	m.other_bytes = LC_S("OTHER");
	lc_buf_init(out, 1 << 20);
	make_executable(out, &m);
	assert_int_equal(lc_buf_err(out), 0);
}

static struct lc_slice bytes_of(const struct executable *x, const char *name, struct lc_arena *a)
{
	const struct executable_part *p = executable_section(x, lc_str(name));
	struct lc_slice s;
	assert_non_null(p);
	assert_int_equal(executable_bytes(x, p->off, (size_t)p->size, a, &s, NULL), 0);
	return s;
}

static void check_sample(const struct lc_content *c)
{
	struct lc_arena a;
	struct executable x;
	struct lc_err e = { 0 };
	uint64_t off;
	uint64_t n;
	struct lc_slice s;
	lc_arena_init(&a, 0);
	if (executable_open(c, &a, &x, &e))
		fail_msg("%s", e.msg);
	assert_true(lc_eq(bytes_of(&x, ".data", &a), LC_S("0123456789abcdef")));
	assert_true(lc_eq(bytes_of(&x, ".other", &a), LC_S("OTHER")));
	assert_null(executable_section(&x, LC_S(".none")));
	assert_true(executable_locate(&x, MAKE_ADDR + 10, &off, &n));
	assert_int_equal(n, 6);
	assert_int_equal(executable_bytes(&x, off, (size_t)n, &a, &s, &e), 0);
	assert_true(lc_eq(s, LC_S("abcdef")));
	assert_false(executable_locate(&x, MAKE_ADDR + 16, &off, &n));
	assert_false(executable_locate(&x, 1, &off, &n));
	assert_int_equal(executable_bytes(&x, x.content.size, 1, &a, &s, &e), LC_ETRUNC);
	lc_arena_done(&a);
}

static void finds_sections_and_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct lc_buf b;
		make(&b, i);
		struct lc_content c = lc_content_slice(lc_buf_get(&b));
		check_sample(&c);
		lc_buf_done(&b);
	}
}

static void finds_them_in_files_as_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct lc_buf b;
		struct lc_slice_stream from;
		struct lc_content c;
		make(&b, i);
		lc_slice_stream_init(&from, lc_buf_get(&b));
		assert_int_equal(lc_content_spool(&from.base, 1, 1 << 20, &c, NULL), 0);
		assert_null(c.mem.p);
		check_sample(&c);
		lc_content_done(&c);
		lc_buf_done(&b);
	}
}

/* Of any file that begins like one: opened or refused, and what is opened can be read. */
static void check_any(struct lc_slice s)
{
	struct lc_content c = lc_content_slice(s);
	struct lc_arena a;
	struct executable x;
	struct lc_err e = { 0 };
	struct lc_slice got;
	lc_arena_init(&a, (size_t)64 << 20);
	int r = executable_open(&c, &a, &x, &e);
	if (r)
		assert_true(e.msg[0]);
	for (size_t i = 0; r == 0 && i < x.sections.n; i++)
		assert_int_equal(executable_bytes(&x, x.sections.v[i].off,
						  (size_t)x.sections.v[i].size, &a, &got, &e),
				 0);
	lc_arena_done(&a);
}

static void stays_within_files_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct lc_buf b;
		make(&b, i);
		for (size_t n = 0; n <= b.n; n++)
			check_any(lc_sub(lc_buf_get(&b), 0, n));
		lc_buf_done(&b);
	}
}

static void stays_within_files_with_any_byte_wrong(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct lc_buf b;
		make(&b, i);
		for (size_t k = 0; k < b.n * sizeof(values); k++) {
			uint8_t old = b.p[k / sizeof(values)];
			b.p[k / sizeof(values)] = values[k % sizeof(values)];
			check_any(lc_buf_get(&b));
			b.p[k / sizeof(values)] = old;
		}
		lc_buf_done(&b);
	}
}

struct refused {
	const char *what;
	struct lc_slice in;
	int want;
	const char *says;
};

#define ELF64(rest) \
	"\x7f"      \
	"ELF\2\1\1\0\0\0\0\0\0\0\0\0" rest
#define ZERO8 "\0\0\0\0\0\0\0\0"
#define ENTRY "\2\0\76\0\1\0\0\0" ZERO8
#define REFUSED(what, in, want, says)           \
	{                                       \
		what, LC_S_INIT(in), want, says \
	}

static const struct refused refused[] = {
	REFUSED("nothing", "", LC_EUNSUP, "neither ELF, PE nor Mach-O"),
	REFUSED("a script", "#!/bin/sh\n", LC_EUNSUP, "neither ELF, PE nor Mach-O"),
	REFUSED("a DOS program", "MZ, and that is all there is to it", LC_EUNSUP, "MZ without PE"),
	REFUSED("a Java class",
		"\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", LC_EUNSUP,
		"neither ELF, PE nor Mach-O"),
	REFUSED("an ELF of no class",
		"\x7f"
		"ELF\3\1\1\0",
		LC_EBAD, "ELF of class 3 in byte order 1"),
	REFUSED("an ELF that ends", ELF64(""), LC_ETRUNC, "ELF header of 16 bytes"),
	REFUSED("segments past the end",
		ELF64(ENTRY "\xff\0\0\0\0\0\0\0" ZERO8 "\0\0\0\0\x40\0\x38\0\1\0\x40\0\0\0\0\0"),
		LC_ETRUNC, "ELF segments: 56 bytes at 255 pass the end at 64"),
	REFUSED("segments of no size",
		ELF64(ENTRY "\0\0\0\0\0\0\0\0" ZERO8 "\0\0\0\0\x40\0\0\0\1\0\x40\0\0\0\0\0"),
		LC_EBAD, "ELF segments of 0 bytes each"),
	REFUSED("sections at the end of all numbers",
		ELF64(ENTRY ZERO8 "\xff\xff\xff\xff\xff\xff\xff\xff"
				  "\0\0\0\0\x40\0\x38\0\0\0\x40\0\1\0\0\0"),
		LC_ETRUNC, "ELF sections: 64 bytes at 18446744073709551615 pass the end at 64"),
	REFUSED("a Mach-O without commands", "\xcf\xfa\xed\xfe\0\0\0\0", LC_ETRUNC,
		"Mach-O header: 28 bytes at 0 pass the end at 8"),
	REFUSED("a Mach-O command of no size",
		"\xcf\xfa\xed\xfe" ZERO8 "\0\0\0\0\1\0\0\0\x08\0\0\0" ZERO8 "\x19\0\0\0\0\0\0\0",
		LC_EBAD, "Mach-O command 1 of 1 has 0 bytes"),
	REFUSED("more Mach-O commands than bytes",
		"\xcf\xfa\xed\xfe" ZERO8 "\0\0\0\0\xff\xff\xff\xff\x08\0\0\0" ZERO8
		"\2\0\0\0\x08\0\0\0",
		LC_ETRUNC, "Mach-O command 2 of 4294967295 has 0 bytes"),
};

/* A table of names without an end is not read through for each section. */
static void looks_for_names_within_bounds(void **state)
{
	enum { LONG = 1 << 16 };
	static uint8_t table[LONG];
	(void)state;
	memset(table, 'a', sizeof(table) - 1);
	assert_int_equal(executable_name(lc_slice_of(table, LONG), 0).n, 0);
	assert_int_equal(executable_name(lc_slice_of(table, LONG), LONG - 5).n, 4);
	assert_int_equal(executable_name(lc_slice_of(table, LONG), LONG).n, 0);
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct lc_content c = lc_content_slice(refused[i].in);
		struct lc_arena a;
		struct executable x;
		struct lc_err e = { 0 };
		lc_arena_init(&a, 0);
		int r = executable_open(&c, &a, &x, &e);
		if (r != refused[i].want || strcmp(e.msg, refused[i].says) != 0)
			fail_msg("%s: %d %s", refused[i].what, r, e.msg);
		lc_arena_done(&a);
	}
}

static void reads_this_very_program(void **state)
{
	(void)state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	off_t size = lseek(fd, 0, SEEK_END);
	struct lc_content c = lc_content_range(fd, 0, (uint64_t)size);
	struct lc_arena a;
	struct executable x;
	struct lc_err e = { 0 };
	lc_arena_init(&a, 0);
	if (executable_open(&c, &a, &x, &e))
		fail_msg("%s", e.msg);
	const struct executable_part *text = executable_section(&x, LC_S(".text"));
	assert_non_null(text);
	assert_true(text->flags & EXECUTABLE_RUN);
	assert_non_null(executable_section(&x, LC_S(".rodata")));
	assert_int_equal(executable_section(&x, LC_S(".bss"))->size, 0);
	lc_arena_done(&a);
	(void)close(fd);
}

static int attempt(void *ctx)
{
	const struct lc_buf *b = ctx;
	struct lc_content c = lc_content_slice(lc_buf_get(b));
	struct lc_arena a;
	struct executable x;
	lc_arena_init(&a, 0);
	int r = executable_open(&c, &a, &x, NULL);
	lc_arena_done(&a);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct lc_buf b;
		make(&b, i);
		assert_true(alloc_fail_each(attempt, &b) > 0);
		lc_buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_sections_and_addresses),
		cmocka_unit_test(finds_them_in_files_as_well),
		cmocka_unit_test(stays_within_files_cut_anywhere),
		cmocka_unit_test(stays_within_files_with_any_byte_wrong),
		cmocka_unit_test(looks_for_names_within_bounds),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_this_very_program),
		cmocka_unit_test(survives_any_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
