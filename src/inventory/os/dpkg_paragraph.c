#include "inventory/os/dpkg_paragraph.h"

/* Field names are printable ASCII without the colon; "#" and "-" do not start one. */
static bool is_name(struct lc_slice s)
{
	if (s.n == 0 || s.p[0] == '-' || s.p[0] == '#')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

enum dpkg_line dpkg_next(struct dpkg_reader *r, struct dpkg_field *ret)
{
	struct lc_slice line;
	struct lc_slice value;
	if (!lc_line(&r->rest, &line))
		return DPKG_END;
	r->line++;
	if (lc_trim(line).n == 0)
		return DPKG_BLANK;
	if (line.p[0] == ' ' || line.p[0] == '\t') {
		*ret = (struct dpkg_field){ .value = lc_skip(line, 1) };
		return DPKG_CONTINUED;
	}
	if (!lc_cut(line, ':', &ret->name, &value) || !is_name(ret->name))
		return DPKG_BAD;
	ret->value = lc_trim(value);
	return DPKG_FIELD;
}
