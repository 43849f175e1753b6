/*
 * os-release(5): shell-like assignments. Values may be quoted; inside double quotes a backslash
 * escapes $ " \ and `, outside quotes it escapes any byte. Comments start with "#".
 */
#include <inttypes.h>

#include "inventory/os/analysers.h"
#include "inventory/os/os_weight.h"

enum { VALUE_BYTES_MAX = 1024 };

enum key { K_ID, K_VERSION_ID, K_VERSION_CODENAME, K_PRETTY_NAME, K_NAME, K_N };

static const struct lc_slice keys[K_N] = {
	[K_ID] = LC_S_INIT("ID"),
	[K_VERSION_ID] = LC_S_INIT("VERSION_ID"),
	[K_VERSION_CODENAME] = LC_S_INIT("VERSION_CODENAME"),
	[K_PRETTY_NAME] = LC_S_INIT("PRETTY_NAME"),
	[K_NAME] = LC_S_INIT("NAME"),
};

static const struct {
	struct lc_slice id;     /* ID of the file */
	struct lc_slice family; /* as reports spell it */
	uint8_t weight;
} families[] = {
	{ LC_S_INIT("activestate"), LC_S_INIT("activestate"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("almalinux"), LC_S_INIT("alma"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("alpine"), LC_S_INIT("alpine"), OS_WEIGHT_COARSE },
	{ LC_S_INIT("amzn"), LC_S_INIT("amazon"), OS_WEIGHT_COARSE },
	{ LC_S_INIT("arch"), LC_S_INIT("arch"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("archarm"), LC_S_INIT("arch"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("azurelinux"), LC_S_INIT("azurelinux"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("bottlerocket"), LC_S_INIT("bottlerocket"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("centos"), LC_S_INIT("centos"), OS_WEIGHT_COARSE },
	{ LC_S_INIT("chainguard"), LC_S_INIT("chainguard"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("coreos"), LC_S_INIT("coreos"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("debian"), LC_S_INIT("debian"), OS_WEIGHT_GENERIC_ID },
	{ LC_S_INIT("echo"), LC_S_INIT("echo"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("fedora"), LC_S_INIT("fedora"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("kali"), LC_S_INIT("kali"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("mageia"), LC_S_INIT("mageia"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("manjaro"), LC_S_INIT("manjaro"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("mariner"), LC_S_INIT("cbl-mariner"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("minimos"), LC_S_INIT("minimos"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("ol"), LC_S_INIT("oracle"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("openEuler"), LC_S_INIT("openeuler"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("opensuse"), LC_S_INIT("opensuse-leap"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("opensuse-leap"), LC_S_INIT("opensuse-leap"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("opensuse-tumbleweed"), LC_S_INIT("opensuse-tumbleweed"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("openwrt"), LC_S_INIT("openwrt"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("photon"), LC_S_INIT("photon"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("raspbian"), LC_S_INIT("raspbian"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("rhel"), LC_S_INIT("redhat"), OS_WEIGHT_GENERIC_ID },
	{ LC_S_INIT("rocky"), LC_S_INIT("rocky"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("sl-micro"), LC_S_INIT("slem"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("sle-micro"), LC_S_INIT("slem"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("sle-micro-rancher"), LC_S_INIT("slem"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("sles"), LC_S_INIT("sles"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("ubuntu"), LC_S_INIT("ubuntu"), OS_WEIGHT_SPECIFIC },
	{ LC_S_INIT("wolfi"), LC_S_INIT("wolfi"), OS_WEIGHT_SPECIFIC },
};

/* Take the quotes and backslashes off; false: quotes that do not close, or too long. */
static bool unquote(struct lc_slice s, struct lc_buf *out)
{
	uint8_t quote = 0;
	lc_buf_clear(out);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == 0) {
			return false;
		} else if (c == quote) {
			quote = 0;
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
		} else if (!quote && (c == ' ' || c == '\t')) {
			break; /* a shell would take the rest for a command */
		} else if (c == '\\' && quote != '\'' && i + 1 < s.n &&
			   (!quote || lc_find(LC_S("$\"\\`"), s.p[i + 1]) != SIZE_MAX)) {
			(void)lc_buf_byte(out, s.p[++i]); /* sticky: the caller looks */
		} else {
			(void)lc_buf_byte(out, c);
		}
	}
	return quote == 0 && lc_buf_err(out) != LC_ELIMIT;
}

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	struct lc_slice value[K_N];
	struct lc_buf text;
	uint32_t line;
};

static int read_line(struct parser *p, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	size_t i = 0;
	line = lc_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if (!lc_cut(line, '=', &key, &value))
		return inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": no assignment",
					p->line);
	while (i < K_N && !lc_eq(key, keys[i]))
		i++;
	if (i == K_N)
		return 0;
	if (!unquote(value, &p->text))
		return inv_sink_trouble(p->out, INV_MALFORMED,
					"line %" PRIu32 ": value not understood", p->line);
	if (lc_buf_err(&p->text))
		return lc_buf_err(&p->text);
	return lc_arena_dup(p->file->scratch, lc_buf_get(&p->text), &p->value[i]);
}

/* The last of Debian's releases has no number: "trixie/sid" as its debian_version says. */
static int number_debian(struct parser *p, struct inv_os *os)
{
	if (os->version.n || os->codename.n == 0)
		return 0;
	os->version = os->codename;
	if (!lc_eq(os->codename, LC_S("sid")))
		os->version = lc_arena_fmt(p->file->scratch, "%.*s/sid", LC_FMT(os->codename));
	return os->version.p ? 0 : lc_arena_err(p->file->scratch);
}

static int put_os(struct parser *p)
{
	struct lc_slice id = p->value[K_ID];
	struct inv_os os = {
		.family = id,
		.version = p->value[K_VERSION_ID],
		.codename = p->value[K_VERSION_CODENAME],
		.pretty = p->value[K_PRETTY_NAME],
		.weight = OS_WEIGHT_UNKNOWN,
	};
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (lc_eq(id, families[i].id)) {
			os.family = families[i].family;
			os.weight = families[i].weight;
		}
	}
	if (lc_eq(id, LC_S("centos")) &&
	    lc_find_slice(p->value[K_NAME], LC_S("Stream")) != SIZE_MAX) {
		os.family = LC_S("centos-stream");
		os.weight = OS_WEIGHT_OWN_FILE + 1; /* its centos-release looks like CentOS */
	}
	int r = lc_eq(id, LC_S("debian")) ? number_debian(p, &os) : 0;
	return r || id.n == 0 ? r : inv_sink_os(p->out, &os);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .file = f, .out = out };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	lc_buf_init(&p.text, VALUE_BYTES_MAX);
	while (r == 0 && lc_line(&rest, &line)) {
		p.line++;
		r = read_line(&p, line);
	}
	r = r ? r : put_os(&p);
	lc_buf_done(&p.text);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "etc/os-release", NULL, 0 },
	{ INV_WANT_PATH, "usr/lib/os-release", NULL, 0 },
};

const struct inv_analyser inv_os_release = {
	.name = "os-release",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.size_max = (uint64_t)1 << 20,
	.parse = parse,
};
