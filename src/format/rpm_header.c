/*
 * Header blob, big endian:
 *
 *	entries:4 bytes:4  entries × (tag:4 type:4 offset:4 count:4)  bytes of data
 *
 * Offsets count from the start of the data. Types: 2 int8, 3 int16, 4 int32, 5 int64, 6 string,
 * 7 bytes, 8 strings, 9 strings by language; a string ends with a NUL.
 */
#include "format/rpm_header.h"

#include "base/arith.h"

enum { ENTRIES_MAX = 65535, DATA_MAX = 256 << 20, ENTRY_BYTES = 16, INTRO_BYTES = 8 };

enum type {
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TYPE_BYTES = 7,
	TYPE_STRINGS = 8,
	TYPE_I18N = 9,
};

enum tag {
	TAG_DSAHEADER = 267,
	TAG_RSAHEADER = 268,
	TAG_SHA1HEADER = 269,
	TAG_SHA256HEADER = 273,
	TAG_SIGPGP = 259,
	TAG_SIGMD5 = 261,
	TAG_SIGGPG = 262,
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_INSTALLTIME = 1008,
	TAG_VENDOR = 1011,
	TAG_LICENSE = 1014,
	TAG_PACKAGER = 1015,
	TAG_ARCH = 1022,
	TAG_OLDFILENAMES = 1027,
	TAG_FILEMODES = 1030,
	TAG_FILEDIGESTS = 1035,
	TAG_SOURCERPM = 1044,
	TAG_DIRINDEXES = 1116,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
	TAG_FILEDIGESTALGO = 5011,
	TAG_MODULARITYLABEL = 5096,
};

/* What is asked for beside the lists of files. */
struct fields {
	struct rpm_entry name, version, release, epoch, arch, source_rpm, vendor, packager, licence;
	struct rpm_entry module, install_time, sig_md5, sha1, sha256, rsa, dsa, pgp, gpg;
};

static struct rpm_entry *place_of(uint32_t tag, struct fields *f, struct rpm_header *h)
{
	switch (tag) {
	case TAG_SIGPGP:
		return &f->pgp;
	case TAG_SIGMD5:
		return &f->sig_md5;
	case TAG_SIGGPG:
		return &f->gpg;
	case TAG_DSAHEADER:
		return &f->dsa;
	case TAG_RSAHEADER:
		return &f->rsa;
	case TAG_SHA1HEADER:
		return &f->sha1;
	case TAG_SHA256HEADER:
		return &f->sha256;
	case TAG_NAME:
		return &f->name;
	case TAG_VERSION:
		return &f->version;
	case TAG_RELEASE:
		return &f->release;
	case TAG_EPOCH:
		return &f->epoch;
	case TAG_INSTALLTIME:
		return &f->install_time;
	case TAG_VENDOR:
		return &f->vendor;
	case TAG_LICENSE:
		return &f->licence;
	case TAG_PACKAGER:
		return &f->packager;
	case TAG_ARCH:
		return &f->arch;
	case TAG_OLDFILENAMES:
		return &h->old_names;
	case TAG_FILEMODES:
		return &h->modes;
	case TAG_FILEDIGESTS:
		return &h->digests;
	case TAG_SOURCERPM:
		return &f->source_rpm;
	case TAG_DIRINDEXES:
		return &h->dir_indexes;
	case TAG_BASENAMES:
		return &h->base_names;
	case TAG_DIRNAMES:
		return &h->dir_names;
	case TAG_FILEDIGESTALGO:
		return &h->digest_algo;
	case TAG_MODULARITYLABEL:
		return &f->module;
	default:
		return NULL;
	}
}

/* ---- values ---- */

static bool is_text(const struct rpm_entry *en)
{
	return en->type == TYPE_STRING || en->type == TYPE_STRINGS || en->type == TYPE_I18N;
}

/* The text up to its NUL; of several the first. */
static bool next_string(struct lc_rd *r, struct lc_slice *ret)
{
	struct lc_slice rest = lc_skip(r->in, r->off);
	size_t n = lc_find(rest, '\0');
	if (r->bad || n == SIZE_MAX)
		return false;
	*ret = lc_rd_take(r, n);
	(void)lc_rd_u8(r); /* the NUL: it was found */
	return true;
}

static int get_text(const struct rpm_header *h, const struct rpm_entry *en, const char *what,
		    struct lc_slice *ret, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(h->data);
	*ret = lc_slice_of(NULL, 0);
	if (en->type == 0)
		return 0;
	lc_rd_seek(&r, en->offset);
	if (!is_text(en) || en->count == 0 || !next_string(&r, ret))
		return lc_fail(e, LC_EBAD, "header: %s is no text", what);
	return 0;
}

static int get_int32(const struct rpm_header *h, const struct rpm_entry *en, const char *what,
		     uint32_t *ret, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(h->data);
	*ret = 0;
	if (en->type == 0)
		return 0;
	lc_rd_seek(&r, en->offset);
	*ret = lc_rd_be32(&r);
	if (en->type != TYPE_INT32 || en->count == 0 || r.bad)
		return lc_fail(e, LC_EBAD, "header: %s is no number", what);
	return 0;
}

static struct lc_slice get_bytes(const struct rpm_header *h, const struct rpm_entry *en)
{
	struct lc_rd r = lc_rd_of(h->data);
	lc_rd_seek(&r, en->offset);
	return en->type == TYPE_BYTES ? lc_rd_take(&r, en->count) : lc_slice_of(NULL, 0);
}

/* ---- the whole ---- */

static int get_names(struct rpm_header *h, const struct fields *f, struct lc_err *e)
{
	int r = get_text(h, &f->name, "name", &h->name, e);
	r = r ? r : get_text(h, &f->version, "version", &h->version, e);
	r = r ? r : get_text(h, &f->release, "release", &h->release, e);
	r = r ? r : get_int32(h, &f->epoch, "epoch", &h->epoch, e);
	h->has_epoch = f->epoch.type != 0;
	if (r == 0 && (h->name.n == 0 || h->version.n == 0 || h->release.n == 0))
		return lc_fail(e, LC_EBAD, "header without name, version or release");
	return r;
}

static int get_rest(struct rpm_header *h, const struct fields *f, struct lc_err *e)
{
	uint32_t time;
	int r = get_text(h, &f->arch, "architecture", &h->arch, e);
	r = r ? r : get_text(h, &f->source_rpm, "source package", &h->source_rpm, e);
	r = r ? r : get_text(h, &f->vendor, "vendor", &h->vendor, e);
	r = r ? r : get_text(h, &f->packager, "packager", &h->packager, e);
	r = r ? r : get_text(h, &f->licence, "licence", &h->licence, e);
	r = r ? r : get_text(h, &f->module, "modularity label", &h->module, e);
	r = r ? r : get_text(h, &f->sha1, "SHA-1", &h->sha1, e);
	r = r ? r : get_text(h, &f->sha256, "SHA-256", &h->sha256, e);
	r = r ? r : get_int32(h, &f->install_time, "time of installation", &time, e);
	h->install_time = r ? 0 : time;
	return r;
}

/* Of the header's signatures; those over header and payload are older. */
static void get_signature(struct rpm_header *h, const struct fields *f)
{
	const struct rpm_entry *by_age[] = { &f->rsa, &f->dsa, &f->pgp, &f->gpg };
	h->sig_md5 = get_bytes(h, &f->sig_md5);
	if (h->sig_md5.n != 16)
		h->sig_md5 = lc_slice_of(NULL, 0);
	for (size_t i = 0; i < 4 && h->key_id.n == 0; i++)
		h->key_id = rpm_signature_key(get_bytes(h, by_age[i]));
}

static int check_size(struct lc_slice blob, uint32_t entries, uint32_t bytes, struct lc_err *e)
{
	uint64_t n = INTRO_BYTES + (uint64_t)entries * ENTRY_BYTES + bytes;
	if (entries > ENTRIES_MAX || bytes > DATA_MAX)
		return lc_fail(e, LC_ELIMIT, "header of %u entries and %u bytes", entries, bytes);
	if (n > blob.n)
		return lc_fail(e, LC_ETRUNC, "header ends after %zu of %llu bytes", blob.n,
			       (unsigned long long)n);
	if (n < blob.n)
		return lc_fail(e, LC_EBAD, "header of %llu bytes is followed by others",
			       (unsigned long long)n);
	return 0;
}

int rpm_header_parse(struct lc_slice blob, struct rpm_header *ret, struct lc_err *e)
{
	struct lc_rd r = lc_rd_of(blob);
	struct fields f = { 0 };
	struct rpm_header h = { 0 };
	uint32_t entries = lc_rd_be32(&r);
	uint32_t bytes = lc_rd_be32(&r);
	if (r.bad)
		return lc_fail(e, LC_ETRUNC, "header of %zu bytes", blob.n);
	int rc = check_size(blob, entries, bytes, e);
	if (rc)
		return rc;
	h.data = lc_skip(blob, INTRO_BYTES + (size_t)entries * ENTRY_BYTES);
	for (uint32_t i = 0; i < entries; i++) {
		struct rpm_entry *place = place_of(lc_rd_be32(&r), &f, &h);
		struct rpm_entry en;
		en.type = lc_rd_be32(&r);
		en.offset = lc_rd_be32(&r);
		en.count = lc_rd_be32(&r);
		if (place)
			*place = en;
	}
	rc = get_names(&h, &f, e);
	rc = rc ? rc : get_rest(&h, &f, e);
	if (rc)
		return rc;
	get_signature(&h, &f);
	*ret = h;
	return 0;
}
