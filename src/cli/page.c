#include "cli/page.h"

unsigned cli_page_columns(struct lc_slice s)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

void cli_page_pad(struct lc_buf *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		lc_buf_byte(b, ' ');
}

/* One line of the source text, which holds no line feed. */
static void wrap_line(struct lc_buf *b, struct lc_slice line, unsigned at, unsigned indent,
		      unsigned width)
{
	struct lc_slice rest = line;
	struct lc_slice word;
	bool first = true;
	while (rest.n && lc_split(&rest, ' ', &word)) {
		unsigned columns = cli_page_columns(word);
		if (!word.n)
			continue;
		if (!first && at + 1 + columns > width) {
			lc_buf_byte(b, '\n');
			cli_page_pad(b, indent);
			at = indent;
		} else if (!first) {
			lc_buf_byte(b, ' ');
			at++;
		}
		lc_buf_slice(b, word);
		at += columns;
		first = false;
	}
	lc_buf_byte(b, '\n');
}

void cli_page_wrap(struct lc_buf *b, const char *text, unsigned at, unsigned indent, unsigned width)
{
	struct lc_slice rest = lc_str(text);
	struct lc_slice line;
	while (lc_line(&rest, &line)) {
		wrap_line(b, line, at, indent, width);
		if (rest.n)
			cli_page_pad(b, indent);
		at = indent;
	}
}
