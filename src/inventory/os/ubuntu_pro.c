/*
 * var/lib/ubuntu-advantage/status.json: what Ubuntu Pro's client last knew of its services.
 *
 *	{ "services": [ { "name": "esm-infra", "status": "enabled", … }, … ], … }
 *
 * "esm-infra" is the extended support of the system itself; "esm-apps" is that of the community's
 * packages, on systems that have the standard support still, too, and ends no day later for it.
 */
#include "format/json.h"
#include "inventory/os/analysers.h"
#include "inventory/os/os_weight.h"

static bool is_enabled(const struct json_doc *d, struct lc_slice name)
{
	json_each(d, json_get(d, json_root(d), "services"), service) {
		if (lc_eq(json_get_str(d, service, "name"), name))
			return lc_eq(json_get_str(d, service, "status"), LC_S("enabled"));
	}
	return false;
}

static int read_status(const struct json_doc *d, struct inv_sink *out)
{
	/* Says nothing of the release: squash adds it to what other files tell. */
	struct inv_os os = { .family = LC_S("ubuntu"), .weight = OS_WEIGHT_ASIDE };
	os.extended = is_enabled(d, LC_S("esm-infra"));
	if (json_type_of(d, json_root(d)) != JSON_OBJECT)
		return inv_sink_trouble(out, INV_MALFORMED, "not the status of Ubuntu Pro");
	return os.extended ? inv_sink_os(out, &os) : 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct json_doc d;
	struct lc_err own = { 0 };
	int r = json_parse(f->bytes, 0, NULL, f->scratch, &d, &own);
	if (r == 0)
		r = read_status(&d, out);
	else if (r != LC_ENOMEM)
		r = inv_sink_trouble(out, r == LC_ETRUNC ? INV_TRUNCATED : INV_MALFORMED, "%s",
				     own.msg);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "var/lib/ubuntu-advantage/status.json", NULL, 0 },
};

const struct inv_analyser inv_ubuntu_pro = {
	.name = "ubuntu-pro",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.size_max = (uint64_t)1 << 20,
	.parse = parse,
};
