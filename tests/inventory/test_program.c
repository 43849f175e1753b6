/* Programs: modules and functions of Go, crates of Rust, in files that hold nothing else. */
#include "inventory/binary/analysers.h"

#include <zlib.h>

#include "format/executable_make.h"
#include "inventory/binary/go.h"
#include "inventory/binary/go_functions.h"
#include "inventory/facts_text.h"
#include "inventory/package_type.h"
#include "support/slice_assert.h"

#define MARK   "0123456789abcdef"
#define HEADER "\xff Go buildinf:"
#define ZERO16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Since Go 1.18: strings in the section. */
static void put_inline(struct lc_buf *b, const char *version, const char *modules)
{
	lc_buf_slice(b, LC_S(HEADER "\x08\x02" ZERO16));
	lc_buf_uleb(b, strlen(version));
	lc_buf_str(b, version);
	lc_buf_uleb(b, modules[0] ? strlen(modules) + 2 * strlen(MARK) : 0);
	if (modules[0])
		lc_buf_fmt(b, MARK "%s" MARK, modules);
}

static void check_program(const struct make_executable *m, const char *what, const char *want)
{
	struct lc_buf file;
	struct facts f;
	lc_buf_init(&file, 1 << 20);
	make_executable(&file, m);
	facts_of(&f, &inv_executable, "usr/bin/x", lc_buf_get(&file));
	const char *got = facts_text(&f);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n%s\nwanted:\n%s", what, got, want);
	facts_done(&f);
	lc_buf_done(&file);
}

struct go_row {
	const char *what, *version, *modules, *want;
};

static const struct go_row go_rows[] = {
	{ "a program with a replacement", "go1.22.1",
	  "path\texample.org/x/cmd/x\nmod\texample.org/x\t(devel)\t\n"
	  "dep\texample.org/a\tv1.2.3\th1:x=\ndep\texample.org/b\tv1.0.0\n"
	  "=>\texample.net/b\tv1.0.1\th1:y=\ndep\texample.org/c\tv1.0.0\n=>\t../c\t(devel)\t\n"
	  "build\tCGO_ENABLED=0\n",
	  "p gobinary stdlib v1.22.1 direct lines=0-0\n"
	  "p gobinary example.org/a v1.2.3 lines=0-0\n"
	  "p gobinary example.net/b v1.0.1 lines=0-0\n"
	  "p gobinary example.org/c lines=0-0\n"
	  "p gobinary example.org/x dep=stdlib@v1.22.1,example.org/a@v1.2.3,example.net/b@v1.0.1,"
	  "example.org/c root lines=0-0\n" },
	{ "a version by the linker", "go1.26.8 X:nogreenteagc",
	  "mod\texample.org/x\t(devel)\t\n"
	  "build\t-ldflags=\"-s -w -X 'main.version=2.3.4'\"\n",
	  "p gobinary stdlib v1.26.8 direct lines=0-0\n"
	  "p gobinary example.org/x v2.3.4 dep=stdlib@v1.26.8 root lines=0-0\n" },
	{ "a release is one whatever the linker says", "go1.20",
	  "mod\texample.org/x\tv1.0.0\th1:\nbuild\t-ldflags=-X=main.version=2.3.4\n",
	  "p gobinary stdlib v1.20 direct lines=0-0\n"
	  "p gobinary example.org/x v1.0.0 dep=stdlib@v1.20 root lines=0-0\n" },
	{ "a commit gives way to the linker", "go1.20",
	  "mod\texample.org/x\tv0.0.0-20231012003039-104605ab7028+dirty\t\n"
	  "build\t-ldflags=-X=main.version=v2.3.4\n",
	  "p gobinary stdlib v1.20 direct lines=0-0\n"
	  "p gobinary example.org/x v2.3.4 dep=stdlib@v1.20 root lines=0-0\n" },
	{ "no modules", "go1.18", "", "p gobinary stdlib v1.18 direct lines=0-0\n" },
	{ "lines that are none", "go1.18", "\n\t\t\ndep\nmod\n=>\tx\ty\nbuild\nbuild\tx\n",
	  "p gobinary stdlib v1.18 direct lines=0-0\n" },
	{ "an unknown toolchain", "gccgo 12", "dep\ta\tv1\n",
	  "p gobinary stdlib direct lines=0-0\np gobinary a v1 lines=0-0\n"
	  "! unsupported: Go version gccgo 12\n" },
};

static void reads_the_modules_of_go_programs(void **state)
{
	static const struct make_executable kinds[] = {
		{ .format = MAKE_ELF, .wide = true, .section = ".go.buildinfo" },
		{ .format = MAKE_ELF, .big = true, .section = ".go.buildinfo" },
		{ .format = MAKE_PE, .wide = true, .section = ".data" },
		{ .format = MAKE_MACHO, .wide = true, .section = "__go_buildinfo" },
		{ .format = MAKE_MACHO, .fat = true, .section = "__go_buildinfo" },
	};
	(void)state;
	for (size_t i = 0; i < N(go_rows) * N(kinds); i++) {
		const struct go_row *row = &go_rows[i / N(kinds)];
		struct make_executable m = kinds[i % N(kinds)];
		struct lc_buf b;
		lc_buf_init(&b, 1 << 16);
		put_inline(&b, row->version, row->modules);
		m.bytes = lc_buf_get(&b);
		check_program(&m, row->what, row->want);
		lc_buf_done(&b);
	}
}

/* Before Go 1.18: pointers to string headers. */
static void follows_the_pointers_of_old_programs(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct lc_buf b;
		uint64_t words[] = { MAKE_ADDR + 32, MAKE_ADDR + 48, MAKE_ADDR + 64, 8,
				     MAKE_ADDR + 80, 32 + 17 };
		lc_buf_init(&b, 1 << 16);
		lc_buf_slice(&b, LC_S(HEADER "\x08"));
		lc_buf_byte(&b, (uint8_t)big);
		for (size_t i = 0; i < N(words); i++)
			lc_buf_le64(&b, big ? __builtin_bswap64(words[i]) : words[i]);
		lc_buf_slice(&b, LC_S("go1.16.5\0\0\0\0\0\0\0\0"));
		lc_buf_str(&b, MARK "dep\tx.org/a\tv1.0\n" MARK);
		struct make_executable m = { .format = MAKE_ELF,
					     .wide = true,
					     .big = big,
					     .section = ".go.buildinfo",
					     .bytes = lc_buf_get(&b) };
		check_program(&m, "pointers",
			      "p gobinary stdlib v1.16.5 direct lines=0-0\n"
			      "p gobinary x.org/a v1.0 lines=0-0\n");
		lc_buf_done(&b);
	}
}

struct broken {
	const char *what;
	struct lc_slice section;
	const char *want;
};

#define BROKEN(what, in, want)            \
	{                                 \
		what, LC_S_INIT(in), want \
	}
static const struct broken broken[] = {
	BROKEN("nothing", "", ""),
	BROKEN("another's section", "no magic here at all, but text that goes on", ""),
	BROKEN("a magic that is not aligned", "12345678" HEADER "\x08\x02" ZERO16 "\6go1.20\0", ""),
	BROKEN("a length past the end", HEADER "\x08\x02" ZERO16 "\xff\x07go1.20",
	       "! truncated: Go build information: 1023 bytes at 154 pass the end at 442\n"),
	BROKEN("a version of a megabyte", HEADER "\x08\x02" ZERO16 "\xff\xff\x40",
	       "! too-large: Go build information of 1064959 bytes\n"),
	BROKEN("pointers of three bytes", HEADER "\x03\x00" ZERO16 ZERO16,
	       "! malformed: Go build information with pointers of 3 bytes\n"),
	BROKEN("pointers to nowhere",
	       HEADER "\x08\x00"
		      "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0" ZERO16,
	       "! malformed: Go build information points to no segment\n"),
};

static void tells_of_broken_build_information(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(broken); i++) {
		struct make_executable m = { .format = MAKE_ELF,
					     .wide = true,
					     .section = ".go.buildinfo",
					     .bytes = broken[i].section };
		check_program(&m, broken[i].what, broken[i].want);
	}
}

/* ---- versions ---- */

static void names_toolchains_versions(void **state)
{
	static const char *const rows[][2] = {
		{ "go1.21.5", "v1.21.5" },
		{ "go1.21rc2", "v1.21.0-rc.2" },
		{ "go1.21.0-beta1", "v1.21.0" },
		{ "go1.9beta1", "v1.9.0-beta.1" },
		{ "go1.20.4-google", "v1.20.4" },
		{ "go1.19.6 (Red Hat 1.19.6-1.el9)", "v1.19.6" },
		{ "devel go1.22-abc Tue", "v1.22.0-devel" },
		{ "go1.22.1 X:boringcrypto", "v1.22.1" },
		{ "go1", "" },
		{ "1.22", "" },
		{ "go", "" },
		{ "", "" },
		{ "devel +abc", "" },
		{ "go1.", "" },
	};
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 0);
	for (size_t i = 0; i < N(rows); i++)
		assert_slice(go_toolchain_version(lc_str(rows[i][0]), &a), lc_str(rows[i][1]));
	lc_arena_done(&a);
}

static void finds_versions_in_the_linkers_flags(void **state)
{
	static const char *const rows[][2] = {
		{ "-X main.version=1.2.3", "1.2.3" },
		{ "-s -w -X=example.org/m/pkg/info.Version=v1.2.3-rc.1+b", "v1.2.3-rc.1+b" },
		{ "-X 'main.version=1.2.3' -X main.commit=4.5.6", "1.2.3" },
		{ "-X main.version=1.2.3 -X main.Version=1.2.4", "" },
		{ "-X a/b.version=9.9.9 -X main.version=1.2.3", "1.2.3" },
		{ "-X example.org/m/cmd/m.version=3.0.0 -X main.version=1.2.3", "3.0.0" },
		{ "-X main.version=unstable", "" },
		{ "-X main.version=1.2", "" },
		{ "-X main.goversion=1.2.3", "" },
		{ "-X", "" },
		{ "-X main.version", "" },
		{ "-X version=1.2.3", "" },
		{ "'-X main.version=1.2.3", "" },
		{ "", "" },
	};
	struct lc_arena a;
	(void)state;
	lc_arena_init(&a, 0);
	for (size_t i = 0; i < N(rows); i++)
		assert_slice(go_version_of_flags(lc_str(rows[i][0]), LC_S("example.org/m"), &a),
			     lc_str(rows[i][1]));
	lc_arena_done(&a);
}

/* ---- functions ---- */

#define NAMES                                                                             \
	"runtime.main\0main.main\0example.org/m/p.(*T).Method\0example.org/m/p.F.func1\0" \
	"gopkg.in/yaml%2ev3.(*G[go.shape.struct { x/y.Z }]).Do-fm\0net/http.Get\0"        \
	"vendor/golang.org/x/net/idna.ToASCII\0"

static void put_table(struct lc_buf *b, uint32_t magic, bool big)
{
	uint64_t words[6] = { 7, 3, 0x401000, 64, 64 + sizeof(NAMES) - 1, 0 };
	size_t from = magic == 0xfffffffa;
	lc_buf_le32(b, big ? __builtin_bswap32(magic) : magic);
	lc_buf_slice(b, LC_S("\0\0\1\x08"));
	for (size_t i = 0; i < 6; i++) {
		size_t k = i < 2 ? i : lc_min(i + from, 5);
		lc_buf_le64(b, big ? __builtin_bswap64(words[k]) : words[k]);
	}
	lc_buf_slice(b, LC_S("\0\0\0\0\0\0\0\0"));
	lc_buf_slice(b, LC_S(NAMES "\0\1\2junk"));
}

static const char *const modules =
	"mod\texample.org/x\tv1.0.0\t\ndep\texample.org/m\tv1.0.0\n=>\texample.net/fork\tv1.1.0\n"
	"dep\tgopkg.in/yaml.v3\tv3.0.0\ndep\texample.org/other\tv1.0.0\n";

static enum go_linked linked(const struct facts *f, const char *module, const char *symbol)
{
	const struct inv_file_facts *file = &f->facts.files.v[0];
	struct lc_slice asked = lc_str(symbol);
	for (size_t i = 0; i < file->packages.n; i++) {
		if (lc_eq(file->packages.v[i].name, lc_str(module)))
			return go_functions_any(
				package_attribute(&file->packages.v[i], LC_S(GO_FUNCTIONS)), &asked,
				1);
	}
	fail_msg("no module %s", module);
	return GO_UNKNOWN;
}

static void check_functions(const struct make_executable *m, bool known)
{
	static const struct {
		const char *module, *symbol;
		enum go_linked want;
	} rows[] = {
		{ "stdlib", "net/http Get", GO_LINKED },
		{ "stdlib", "net/http Post", GO_NOT_LINKED },
		{ "stdlib", "net/http Post Head Get", GO_LINKED },
		{ "stdlib", "net/http", GO_LINKED },
		{ "stdlib", "net/smtp", GO_NOT_LINKED },
		{ "stdlib", "golang.org/x/net/idna ToASCII", GO_LINKED },
		{ "example.org/x", "main main", GO_LINKED },
		{ "example.net/fork", "example.net/fork/p T.Method", GO_LINKED },
		{ "example.net/fork", "example.net/fork/p F", GO_LINKED },
		{ "example.net/fork", "example.net/fork/p T.Other", GO_NOT_LINKED },
		{ "gopkg.in/yaml.v3", "gopkg.in/yaml.v3 G.Do", GO_LINKED },
		{ "gopkg.in/yaml.v3", "gopkg.in/yaml.v3 G.Undo", GO_NOT_LINKED },
		{ "example.org/other", "example.org/other", GO_NOT_LINKED },
	};
	struct lc_buf file;
	struct facts f;
	lc_buf_init(&file, 1 << 20);
	make_executable(&file, m);
	facts_of(&f, &inv_executable, "x", lc_buf_get(&file));
	for (size_t i = 0; i < N(rows); i++) {
		enum go_linked got = linked(&f, rows[i].module, rows[i].symbol);
		if (got != (known ? rows[i].want : GO_UNKNOWN))
			fail_msg("%s: %s: %d", rows[i].module, rows[i].symbol, got);
	}
	facts_done(&f);
	lc_buf_done(&file);
}

static void knows_which_functions_were_linked(void **state)
{
	static const uint32_t magics[] = { 0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1,
					   0xfffffff2 };
	(void)state;
	for (size_t i = 0; i < N(magics) * 4; i++) {
		struct lc_buf info;
		struct lc_buf table;
		bool big = i & 1;
		bool named = i & 2;
		uint32_t magic = magics[i / 4];
		lc_buf_init(&info, 1 << 16);
		lc_buf_init(&table, 1 << 16);
		put_inline(&info, "go1.20", modules);
		put_table(&table, magic, big);
		struct make_executable m = {
			.format = MAKE_ELF,
			.wide = true,
			.big = big,
			.section = ".go.buildinfo",
			.bytes = lc_buf_get(&info),
			.other = named ? ".gopclntab" : ".other",
			.other_bytes = lc_buf_get(&table),
		};
		bool known = named && magic != 0xfffffff2 && !(big && magic == 0xfffffffb);
		check_functions(&m, known);
		lc_buf_done(&info);
		lc_buf_done(&table);
	}
}

static void trusts_no_table_without_the_runtime(void **state)
{
	(void)state;
	struct lc_buf info;
	struct lc_buf table;
	lc_buf_init(&info, 1 << 16);
	lc_buf_init(&table, 1 << 16);
	put_inline(&info, "go1.20", modules);
	put_table(&table, 0xfffffff1, false);
	table.p[64] = 'X'; /* no runtime.main */
	struct make_executable m = {
		.format = MAKE_ELF,
		.wide = true,
		.section = ".go.buildinfo",
		.bytes = lc_buf_get(&info),
		.other = ".gopclntab",
		.other_bytes = lc_buf_get(&table),
	};
	check_functions(&m, false);
	lc_buf_done(&info);
	lc_buf_done(&table);
}

/* ---- Rust ---- */

static const char *const crates[][2] = {
	{ "{\"packages\":[{\"name\":\"a\",\"version\":\"1.0.0\",\"source\":\"registry\"},"
	  "{\"name\":\"b\",\"version\":\"2.0.0\",\"kind\":\"build\"},"
	  "{\"name\":\"x\",\"version\":\"0.1.0\",\"root\":true,\"dependencies\":[0,1]}]}",
	  "p rustbinary a 1.0.0 direct lines=0-0\n"
	  "p rustbinary x 0.1.0 dep=a@1.0.0 root lines=0-0\n" },
	{ "{\"packages\":[{\"name\":\"a\",\"version\":\"1\",\"dependencies\":[0,7]}]}",
	  "p rustbinary a 1 dep=a@1 indirect lines=0-0\n"
	  "! malformed: a depends on a crate that is not listed\n" },
	{ "{\"packages\":[{\"name\":\"a\"},{\"version\":\"1\"},7]}",
	  "! malformed: crate 1 has no version\n! malformed: crate 2 has no name\n"
	  "! malformed: crate 3 has no name\n" },
	{ "{\"packages\":7}", "! malformed: list of crates: no packages\n" },
	{ "[]", "! malformed: list of crates: no packages\n" },
	{ "{", "! truncated: list of crates: line 1, column 2: the text ends too early\n" },
};

static void reads_the_crates_of_rust_programs(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(crates); i++) {
		Bytef packed[4096];
		uLongf n = sizeof(packed);
		assert_int_equal(
			compress(packed, &n, (const Bytef *)crates[i][0], strlen(crates[i][0])),
			Z_OK);
		struct make_executable m = { .format = MAKE_ELF,
					     .wide = true,
					     .section = ".dep-v0",
					     .bytes = lc_slice_of(packed, n) };
		check_program(&m, crates[i][0], crates[i][1]);
	}
}

static void tells_of_a_broken_list_of_crates(void **state)
{
	(void)state;
	struct make_executable m = { .format = MAKE_ELF,
				     .section = ".dep-v0",
				     .bytes = LC_S("not zlib at all") };
	check_program(&m, "no zlib", "! malformed: list of crates: zlib: incorrect header check\n");
	m.bytes = LC_S("x\x9c");
	check_program(&m, "cut short",
		      "! truncated: list of crates: zlib: the stream ends too early\n");
	m.bytes = LC_S("");
	check_program(&m, "empty", "");
}

/* ---- other files ---- */

static const struct row others[] = {
	ROW("a script", "#!/bin/sh\n", ""),
	ROW("a DOS program", "MZ and then nothing that counts, for some sixty-four bytes in all...",
	    ""),
	ROW("an ELF cut short",
	    "\x7f"
	    "ELF\2\1\1",
	    "! truncated: ELF header of 7 bytes\n"),
	ROW("a packed program",
	    "\x7f"
	    "ELF\2\1\1\0\0\0\0\0\0\0\0\0"
	    "\2\0\76\0\1\0\0\0" ZERO16 "\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\x40\0\x38\0\0\0\x40\0\0\0\0\0"
	    "UPX!",
	    "! unsupported: packed by UPX: what it holds cannot be told\n"),
};

static void says_nothing_of_what_is_no_program(void **state)
{
	(void)state;
	facts_check(&inv_executable, "x", others, N(others));
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	struct lc_buf info;
	struct lc_buf table;
	struct lc_buf file;
	lc_buf_init(&info, 1 << 16);
	lc_buf_init(&table, 1 << 16);
	lc_buf_init(&file, 1 << 20);
	put_inline(&info, "go1.20", modules);
	put_table(&table, 0xfffffff1, false);
	struct make_executable m = {
		.format = MAKE_ELF,
		.wide = true,
		.section = ".go.buildinfo",
		.bytes = lc_buf_get(&info),
		.other = ".gopclntab",
		.other_bytes = lc_buf_get(&table),
	};
	make_executable(&file, &m);
	struct facts_try tries[] = { { &inv_executable, "x", lc_buf_get(&file) } };
	facts_alloc(tries, 1);
	lc_buf_done(&info);
	lc_buf_done(&table);
	lc_buf_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_modules_of_go_programs),
		cmocka_unit_test(follows_the_pointers_of_old_programs),
		cmocka_unit_test(tells_of_broken_build_information),
		cmocka_unit_test(names_toolchains_versions),
		cmocka_unit_test(finds_versions_in_the_linkers_flags),
		cmocka_unit_test(knows_which_functions_were_linked),
		cmocka_unit_test(trusts_no_table_without_the_runtime),
		cmocka_unit_test(reads_the_crates_of_rust_programs),
		cmocka_unit_test(tells_of_a_broken_list_of_crates),
		cmocka_unit_test(says_nothing_of_what_is_no_program),
		cmocka_unit_test(survives_any_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
