#include "advisory/cvss.h"

static bool value_allowed(const char *values, struct lc_slice value)
{
	struct lc_slice rest = lc_str(values);
	struct lc_slice word;
	while (lc_split(&rest, ' ', &word))
		if (lc_eq(word, value))
			return true;
	return false;
}

static int read_metric(struct lc_slice field, const struct cvss_metric *metrics, size_t n,
		       struct lc_slice *values, struct lc_err *e)
{
	struct lc_slice name;
	struct lc_slice value;
	if (!lc_cut(field, ':', &name, &value))
		return lc_fail(e, LC_EBAD, "cvss: %s is no metric", lc_quote(field).s);
	for (size_t i = 0; i < n; i++) {
		if (!lc_eq(lc_str(metrics[i].name), name))
			continue;
		if (values[i].n)
			return lc_fail(e, LC_EBAD, "cvss: %s stands twice", metrics[i].name);
		if (!value_allowed(metrics[i].values, value))
			return lc_fail(e, LC_EBAD, "cvss: %s has no value %s", metrics[i].name,
				       lc_quote(value).s);
		values[i] = value;
		return 0;
	}
	return lc_fail(e, LC_EBAD, "cvss: no metric %s", lc_quote(name).s);
}

int cvss_read(struct lc_slice vector, const struct cvss_metric *metrics, size_t n,
	      struct lc_slice *values, struct lc_err *e)
{
	if (vector.n > CVSS_VECTOR_MAX)
		return lc_fail(e, LC_ELIMIT, "cvss: vector longer than %d bytes", CVSS_VECTOR_MAX);
	for (size_t i = 0; i < n; i++)
		values[i] = (struct lc_slice){ NULL, 0 };

	struct lc_slice field;
	while (lc_split(&vector, '/', &field)) {
		int rc = read_metric(field, metrics, n, values, e);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < n; i++)
		if (metrics[i].base && !values[i].n)
			return lc_fail(e, LC_EBAD, "cvss: %s is missing", metrics[i].name);
	return 0;
}

static bool chop_parentheses(struct lc_slice *v)
{
	if (lc_chop_prefix(v, LC_S("(")))
		return lc_chop_suffix(v, LC_S(")"));
	return true;
}

int cvss_score(struct lc_slice vector, struct cvss *ret, struct lc_err *e)
{
	struct lc_slice v = lc_trim(vector);
	struct cvss c = { CVSS_2, 0 };
	int rc;
	if (lc_chop_prefix(&v, LC_S("CVSS:3.0/"))) {
		c.version = CVSS_30;
		rc = cvss3_score(v, true, &c.base, e);
	} else if (lc_chop_prefix(&v, LC_S("CVSS:3.1/"))) {
		c.version = CVSS_31;
		rc = cvss3_score(v, false, &c.base, e);
	} else if (lc_chop_prefix(&v, LC_S("CVSS:4.0/"))) {
		c.version = CVSS_40;
		rc = cvss4_score(v, &c.base, e);
	} else if (lc_starts(v, LC_S("CVSS:")) && !lc_chop_prefix(&v, LC_S("CVSS:2.0/"))) {
		return lc_fail(e, LC_EUNSUP, "cvss: version of %s", lc_quote(vector).s);
	} else if (!chop_parentheses(&v)) {
		return lc_fail(e, LC_EBAD, "cvss: no closing parenthesis");
	} else {
		rc = cvss2_score(v, &c.base, e);
	}
	if (!rc)
		*ret = c;
	return rc;
}
