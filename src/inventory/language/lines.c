#include "inventory/language/lines.h"

size_t lines_indent(struct lc_slice line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

int lines_init(struct lines *l, struct lc_slice text, struct lc_arena *a)
{
	size_t n = 1;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	size_t *starts = lc_new_array(a, size_t, n);
	if (!starts)
		return lc_arena_err(a);
	n = 1;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			starts[n++] = i + 1;
	}
	*l = (struct lines){ text, starts, n };
	return 0;
}

/* The last line that begins at or before the offset, from 1. */
static uint32_t line_of(const struct lines *l, size_t at)
{
	size_t from = 0;
	size_t to = l->n;
	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;
		if (l->starts[middle] <= at)
			from = middle;
		else
			to = middle;
	}
	return from < UINT32_MAX ? (uint32_t)from + 1 : UINT32_MAX;
}

struct inv_lines lines_of(const struct lines *l, struct lc_slice part)
{
	uintptr_t text = (uintptr_t)l->text.p;
	uintptr_t at = (uintptr_t)part.p;
	if (part.n == 0 || at < text || at - text >= l->text.n || part.n > l->text.n - (at - text))
		return (struct inv_lines){ 0, 0 };
	return (struct inv_lines){ line_of(l, at - text), line_of(l, at - text + part.n - 1) };
}
