/*
 * What Nix and Guix build: directories of their stores, named after what is in them. Source: the
 * Nix manual, "Store Path"; builtins.parseDrvName.
 *
 *	nix/store/HASH-openssl-3.0.11-bin
 *
 * The version begins behind the first "-" that no letter follows; behind it may stand which of the
 * outputs it is. What has no version (sources, scripts, configuration) is no package.
 */
#include "inventory/language/analysers.h"

enum { HASH_BYTES = 32 };

static const char *const outputs[] = { "bin",  "dev",  "lib",  "out",   "man",    "doc",
				       "info", "data", "dist", "debug", "static", "devdoc" };

static bool is_hash(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!lc_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z'))
			return false;
	}
	return s.n == HASH_BYTES;
}

/* "openssl-3.0.11-bin" */
static bool split_name(struct lc_slice text, struct inv_package *p, struct lc_slice *ret_output)
{
	for (size_t i = 1; i + 1 < text.n; i++) {
		if (text.p[i] != '-' || !lc_is_digit(text.p[i + 1]))
			continue;
		p->name = lc_sub(text, 0, i);
		p->version = lc_skip(text, i + 1);
		size_t dash = lc_rfind(p->version, '-');
		struct lc_slice last =
			lc_skip(p->version, dash == SIZE_MAX ? p->version.n : dash + 1);
		for (size_t k = 0; k < sizeof(outputs) / sizeof(outputs[0]); k++) {
			if (lc_eq(last, lc_str(outputs[k]))) {
				*ret_output = last;
				p->version = lc_sub(p->version, 0, dash);
			}
		}
		return true;
	}
	return false;
}

static int put(const struct inv_file *f, struct inv_sink *out)
{
	struct lc_slice base = f->path;
	struct inv_attribute output = { LC_S("output"), LC_S("") };
	struct inv_package p = { .type = LC_S("nix") };
	base = lc_path_name(base);
	if (!is_hash(lc_sub(base, 0, HASH_BYTES)) || base.n <= HASH_BYTES ||
	    base.p[HASH_BYTES] != '-' ||
	    !split_name(lc_skip(base, HASH_BYTES + 1), &p, &output.value))
		return 0;
	p.attributes = (struct inv_attribute_list){ &output, output.value.n > 0, 1 };
	return inv_sink_package(out, &p);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	int r = put(f, out);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_DIRECTORY, .text = "nix/store" },
	{ .kind = INV_WANT_DIRECTORY, .text = "gnu/store" },
};

const struct inv_analyser inv_nix_store = {
	.name = "nix",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INV_TARGET_IMAGE,
	.access = INV_STREAMED,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
