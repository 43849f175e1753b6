#include "report/write.h"

const struct report_format report_formats[] = {
	{ "table", report_write_table },
	{ "json", report_write_json },
};

const size_t report_formats_n = sizeof(report_formats) / sizeof(report_formats[0]);

const struct report_format *report_format_of(struct lc_slice name)
{
	for (size_t i = 0; i < report_formats_n; i++) {
		if (lc_eq(name, lc_str(report_formats[i].name)))
			return &report_formats[i];
	}
	return NULL;
}
