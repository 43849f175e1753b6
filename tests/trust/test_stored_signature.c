/* Signatures as the containers tools keep them: the forms of files, and the places they lie in. */
#include "trust/stored_signature.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/remove.h"
#include "support/slice_assert.h"
#include "trust/simple_signing.h"

#define SIGSTORE "\0sigstore-json\n"
#define MIME     "\"mimeType\":\"application/vnd.dev.cosign.simplesigning.v1+json\""
#define NOTES    "\"annotations\":{\"dev.cosignproject.cosign/signature\":\"AAAA\"}"

static void tells_forms_apart(void **state)
{
	static const struct {
		struct lc_slice bytes;
		enum stored_form form;
		const char *rule; /* NULL: fine */
	} rows[] = {
		{ LC_S_INIT("\xa3\x01"), STORED_OPENPGP, NULL },
		{ LC_S_INIT("\x90"), STORED_OPENPGP, NULL },
		{ LC_S_INIT("\x88"), STORED_OPENPGP, NULL },
		{ LC_S_INIT("\xc8"), STORED_OPENPGP, NULL },
		{ LC_S_INIT("\xc4"), STORED_OPENPGP, NULL },
		{ LC_S_INIT("\0simple-signing\n\xa3"), STORED_OPENPGP, NULL },
		{ LC_S_INIT(SIGSTORE "{" MIME ",\"payload\":\"e30=\"," NOTES "}"), STORED_SIGSTORE,
		  NULL },
		{ LC_S_INIT(SIGSTORE "{\"mimeType\":\"text/plain\",\"payload\":\"e30=\"}"),
		  STORED_OTHER, NULL },
		{ LC_S_INIT(""), STORED_OTHER, "G1" },
		{ LC_S_INIT("\0"), STORED_OTHER, "G1" },
		{ LC_S_INIT("\0\n"), STORED_OTHER, "G1" },
		{ LC_S_INIT("\0sigstore-json"), STORED_OTHER, "G1" },
		{ LC_S_INIT("\0sigstore\n{}"), STORED_OTHER, "G1" },
		{ LC_S_INIT("-----BEGIN PGP SIGNED MESSAGE-----"), STORED_OTHER, "G1" },
		{ LC_S_INIT("\x99\x01"), STORED_OTHER, "G1" }, /* a key */
		{ LC_S_INIT("{}"), STORED_OTHER, "G1" },
		{ LC_S_INIT(SIGSTORE), STORED_SIGSTORE, "F1" },
		{ LC_S_INIT(SIGSTORE "[]"), STORED_OTHER, "F1" },
		{ LC_S_INIT(SIGSTORE "{" MIME "}"), STORED_SIGSTORE, "F1" },
		{ LC_S_INIT(SIGSTORE "{" MIME ",\"payload\":\"e3\"}"), STORED_SIGSTORE, "F2" },
		{ LC_S_INIT(SIGSTORE "{" MIME "," MIME ",\"payload\":\"e30=\"}"), STORED_SIGSTORE,
		  "F1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct stored_signature s;
		assert_int_equal(stored_signature_parse(rows[i].bytes, LC_S("here"), &a, &s, NULL),
				 0);
		const char *rule = s.rc ? s.why.rule : NULL;
		if (s.form != rows[i].form || !rule != !rows[i].rule ||
		    (rule && strcmp(rule, rows[i].rule) != 0))
			fail_msg("row %zu: %s %s %s", i, stored_form_name(s.form),
				 rule ? rule : "fine", s.why.err.msg);
		lc_arena_done(&a);
	}
}

static void takes_annotations_of_a_sigstore_file(void **state)
{
	struct lc_arena a = { 0 };
	struct stored_signature s;
	(void)state;
	assert_int_equal(
		stored_signature_parse(LC_S(SIGSTORE "{" MIME ",\"payload\":\"e30=\"," NOTES "}"),
				       LC_S("here"), &a, &s, NULL),
		0);
	assert_text(s.content, "{}");
	assert_text(s.what.signature, "AAAA");
	assert_slice(s.what.media_type, simple_signing_media_type);
	lc_arena_done(&a);
}

/* ---- places ---- */

static char place[64];

static int make_place(void **state)
{
	(void)state;
	(void)snprintf(place, sizeof(place), "/tmp/lacre-stored-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int remove_place(void **state)
{
	(void)state;
	return io_remove_at(AT_FDCWD, place, NULL, NULL);
}

static void put(const char *name, const char *text)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", place, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static void reads_files_beside_a_manifest_until_one_is_missing(void **state)
{
	struct lc_arena a = { 0 };
	struct oci_repository *r = NULL;
	struct oci_document m = { 0 };
	struct stored_signatures all = { 0 };
	struct lc_slice other = LC_S("sha256:00000000000000000000000000000000"
				     "00000000000000000000000000000000");
	(void)state;
	put("manifest.json", "{}");
	put("signature-1", "\xa3");
	put("signature-2", "text");
	put("signature-4", "\xa3");
	assert_int_equal(oci_repository_open_dir(place, &lc_limits_default, &r, NULL), 0);
	assert_int_equal(oci_repository_manifest(r, LC_S(""), &a, &m, NULL), 0);
	assert_text(m.bytes, "{}");
	assert_int_equal(oci_repository_manifest(r, LC_S("tag"), &a, &m, NULL), LC_ENOTFOUND);
	assert_int_equal(oci_repository_manifest(r, other, &a, &m, NULL), LC_ENOTFOUND);
	assert_int_equal(stored_signatures_beside(r, NULL, &a, &all, NULL), 0);
	assert_int_equal(all.n, 2);
	assert_int_equal(all.v[0].form, STORED_OPENPGP);
	assert_text(all.v[1].where, "signature-2");
	assert_int_equal(all.v[1].rc, LC_EBAD);
	all = (struct stored_signatures){ 0 };
	assert_int_equal(stored_signatures_beside(r, &m.digest, &a, &all, NULL), 0);
	assert_int_equal(all.n, 0); /* those are of the images of an index */
	oci_repository_close(r);
	lc_arena_done(&a);
}

/* What leads out of the directory, or is no file, is not read. */
static void reads_no_links_out_and_no_pipes(void **state)
{
	char from[128];
	struct lc_arena a = { 0 };
	struct oci_repository *r = NULL;
	struct stored_signatures all = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	put("manifest.json", "{}");
	(void)snprintf(from, sizeof(from), "%s/signature-1", place);
	assert_int_equal(symlink("/etc/passwd", from), 0);
	assert_int_equal(oci_repository_open_dir(place, &lc_limits_default, &r, NULL), 0);
	assert_int_equal(stored_signatures_beside(r, NULL, &a, &all, &e), LC_EBAD);
	assert_int_equal(unlink(from), 0);
	assert_int_equal(mkfifo(from, 0600), 0);
	assert_int_not_equal(stored_signatures_beside(r, NULL, &a, &all, &e), 0);
	oci_repository_close(r);
	lc_arena_done(&a);
}

static void reads_a_lookaside_of_files(void **state)
{
	char path[256];
	char url[256];
	struct lc_arena a = { 0 };
	struct digest d = { .algorithm = DIGEST_SHA256 };
	struct stored_signatures all = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	(void)snprintf(url, sizeof(url), "file://%s", place);
	struct stored_lookaside l = { .url = lc_str(url), .repository = LC_S("team/app") };
	assert_int_equal(stored_signatures_aside(&l, &d, &a, &all, &e), 0);
	assert_int_equal(all.n, 0);
	(void)snprintf(path, sizeof(path), "%s/team", place);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/team/app@sha256=%064d", place, 0);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "team/app@sha256=%064d/signature-1", 0);
	put(path, "\xa3");
	assert_int_equal(stored_signatures_aside(&l, &d, &a, &all, &e), 0);
	assert_int_equal(all.n, 1);
	l.url = LC_S("ftp://host");
	assert_int_equal(stored_signatures_aside(&l, &d, &a, &all, &e), LC_EUSAGE);
	l.url = LC_S("file:relative");
	assert_int_equal(stored_signatures_aside(&l, &d, &a, &all, &e), LC_EUSAGE);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_forms_apart),
		cmocka_unit_test(takes_annotations_of_a_sigstore_file),
		cmocka_unit_test_setup_teardown(reads_files_beside_a_manifest_until_one_is_missing,
						make_place, remove_place),
		cmocka_unit_test_setup_teardown(reads_no_links_out_and_no_pipes, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(reads_a_lookaside_of_files, make_place,
						remove_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
