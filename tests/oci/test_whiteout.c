#include "oci/whiteout.h"

#include "support/slice_assert.h"

static void tells_whiteouts_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		enum whiteout_kind kind;
		const char *directory, *name;
	} rows[] = {
		{ "", WHITEOUT_NONE, "", "" },
		{ "a", WHITEOUT_NONE, "", "" },
		{ "a/b", WHITEOUT_NONE, "a", "" },
		{ "a/wh.b", WHITEOUT_NONE, "a", "" },
		{ "a/.whb", WHITEOUT_NONE, "a", "" },
		{ "a/.WH.b", WHITEOUT_NONE, "a", "" },
		{ "a/x.wh.b", WHITEOUT_NONE, "a", "" },
		{ ".wh.a", WHITEOUT_REMOVE, "", "a" },
		{ "a/b/.wh.c", WHITEOUT_REMOVE, "a/b", "c" },
		{ "a/.wh.b/c", WHITEOUT_NONE, "a/.wh.b", "" },
		{ ".wh.a.wh.b", WHITEOUT_REMOVE, "", "a.wh.b" },
		{ ".wh..a", WHITEOUT_REMOVE, "", ".a" },
		{ ".wh..hidden", WHITEOUT_REMOVE, "", ".hidden" },
		{ ".wh..wh", WHITEOUT_REMOVE, "", ".wh" },
		{ ".wh....", WHITEOUT_REMOVE, "", "..." },
		{ ".wh..wh..opq", WHITEOUT_OPAQUE, "", "" },
		{ "a/b/.wh..wh..opq", WHITEOUT_OPAQUE, "a/b", "" },
		{ ".wh..wh..opqx", WHITEOUT_AUFS, "", "" },
		{ ".wh..wh.aufs", WHITEOUT_AUFS, "", "" },
		{ ".wh..wh.plnk", WHITEOUT_AUFS, "", "" },
		{ ".wh..wh.plnk/12.34", WHITEOUT_AUFS, ".wh..wh.plnk", "" },
		{ ".wh..wh.orph/b/c", WHITEOUT_AUFS, ".wh..wh.orph/b", "" },
		{ "a/.wh..wh.orph/b/c", WHITEOUT_NONE, "a/.wh..wh.orph/b", "" },
		{ ".wh..wh.plnk/.wh.x", WHITEOUT_AUFS, ".wh..wh.plnk", "" },
		{ ".wh.", WHITEOUT_BAD, "", "" },
		{ "a/.wh.", WHITEOUT_BAD, "a", "" },
		{ ".wh..", WHITEOUT_BAD, "", "" },
		{ "a/.wh...", WHITEOUT_BAD, "a", "" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct whiteout w = whiteout_of(lc_str(rows[k].path));
		if (w.kind != rows[k].kind)
			print_error("# %s\n", rows[k].path);
		assert_int_equal(w.kind, rows[k].kind);
		assert_slice(w.directory, lc_str(rows[k].directory));
		assert_slice(w.name, lc_str(rows[k].name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tells_whiteouts_by_name) };
	return cmocka_run_group_tests_name("oci-whiteout", tests, NULL, NULL);
}
