#include "report/grid.h"

/* Lines of a row's cells after wrapping. */
struct lines {
	struct lc_slices all;
	size_t link_from; /* those from here on are the link's */
	bool merged;      /* one with the cell above: nothing is shown */
};

struct drawing {
	const struct grid *g;
	const struct grid_style *style;
	struct lc_buf *out;
	size_t width[GRID_COLUMNS_MAX];
	size_t least[GRID_COLUMNS_MAX]; /* below this a word would break */
};

/* What rules are made of: ASCII first, line-drawing characters second. */
enum mark {
	HORIZONTAL,
	VERTICAL,
	TOP_LEFT,
	TOP,
	TOP_RIGHT,
	LEFT,
	CROSS,
	RIGHT,
	BOTTOM_LEFT,
	BOTTOM,
	BOTTOM_RIGHT
};
static const char *const marks[2][11] = {
	{ "-", "|", "+", "+", "+", "+", "+", "+", "+", "+", "+" },
	{ "─", "│", "┌", "┬", "┐", "├", "┼", "┤", "└", "┴", "┘" },
};

static const char *const colours[GRID_COLOUR_N] = {
	"", "\033[36m", "\033[34m", "\033[33m", "\033[91m", "\033[31m",
};

enum { COLUMN_MIN = 4, WORD_MAX = 24 }; /* longer words (addresses) break sooner than others */

int grid_row(struct grid *g, const struct grid_cell *cells)
{
	for (size_t c = 0; c < g->columns; c++) {
		struct grid_cell *at = lc_vec_push(g->a, &g->cells);
		if (!at)
			return lc_arena_err(g->a);
		*at = cells[c];
	}
	return 0;
}

static const struct grid_cell *cell(const struct grid *g, size_t row, size_t column)
{
	return &g->cells.v[row * g->columns + column];
}

static size_t row_count(const struct grid *g)
{
	return g->cells.n / g->columns;
}

static void widen(size_t *width, size_t w)
{
	if (w > *width)
		*width = w;
}

static void widen_word(size_t *least, struct lc_slice s)
{
	struct lc_slice word;
	if (grid_width(s) <= *least)
		return;
	while (s.p && lc_split(&s, ' ', &word))
		widen(least, lc_min(grid_width(word), WORD_MAX));
}

static void natural_widths(struct drawing *d)
{
	const struct grid *g = d->g;
	for (size_t c = 0; c < g->columns; c++) {
		d->width[c] = 1;
		d->least[c] = COLUMN_MIN;
		widen(&d->width[c], grid_width(lc_str(g->headers[c])));
		widen_word(&d->least[c], lc_str(g->headers[c]));
		for (size_t r = 0; r < row_count(g); r++) {
			widen(&d->width[c], grid_width(cell(g, r, c)->text));
			widen(&d->width[c], grid_width(cell(g, r, c)->link));
			widen_word(&d->least[c], cell(g, r, c)->text);
			widen_word(&d->least[c], cell(g, r, c)->link);
		}
	}
}

/* Take from the widest column, one by one, until the table fits or no column has more to give. */
static size_t shrink(struct drawing *d, size_t total, const size_t *least)
{
	while (total > d->style->width) {
		size_t at = SIZE_MAX;
		for (size_t c = 0; c < d->g->columns; c++) {
			bool can = d->width[c] > least[c];
			/* The later of equals: titles stand last and wrap best. */
			if (can && (at == SIZE_MAX || d->width[c] >= d->width[at]))
				at = c;
		}
		if (at == SIZE_MAX)
			break;
		d->width[at]--;
		total--;
	}
	return total;
}

static void fit(struct drawing *d)
{
	static const size_t last_resort[GRID_COLUMNS_MAX] = {
		COLUMN_MIN, COLUMN_MIN, COLUMN_MIN, COLUMN_MIN,
		COLUMN_MIN, COLUMN_MIN, COLUMN_MIN, COLUMN_MIN,
	};
	size_t total = 1;
	size_t limit = d->style->width;
	if (!limit)
		return;
	for (size_t c = 0; c < d->g->columns; c++) {
		d->width[c] = lc_min(d->width[c], limit);
		total += d->width[c] + 3;
	}
	total = shrink(d, total, d->least);
	(void)shrink(d, total, last_resort); /* narrower still: the terminal breaks the lines */
}

static bool same(const struct grid_cell *a, const struct grid_cell *b)
{
	return lc_eq(a->text, b->text) && lc_eq(a->link, b->link);
}

/* Equal rows stay two rows: merging them would hide one. */
static void mark_merged(const struct grid *g, size_t row, struct lines *l)
{
	size_t equal = 0;
	for (size_t c = 0; c < g->columns; c++) {
		l[c].merged = g->merge && row && same(cell(g, row - 1, c), cell(g, row, c));
		equal += l[c].merged;
	}
	for (size_t c = 0; c < g->columns && equal == g->columns; c++)
		l[c].merged = false;
}

static const char *mark(const struct drawing *d, enum mark m)
{
	return marks[d->style->box][m];
}

static void repeat(struct drawing *d, const char *s, size_t n)
{
	size_t bytes = strlen(s);
	uint8_t *to = n ? lc_buf_grow(d->out, n * bytes) : NULL;
	for (size_t i = 0; to && i < n; i++) /* the buffer keeps its error; asked at the end */
		memcpy(to + i * bytes, s, bytes);
}

static void outer_rule(struct drawing *d, enum mark left, enum mark middle, enum mark right)
{
	repeat(d, mark(d, left), 1);
	for (size_t c = 0; c < d->g->columns; c++) {
		repeat(d, mark(d, HORIZONTAL), d->width[c] + 2);
		repeat(d, mark(d, c + 1 < d->g->columns ? middle : right), 1);
	}
	repeat(d, "\n", 1);
}

static enum mark joint(bool left, bool right)
{
	if (left && right)
		return CROSS;
	if (left)
		return RIGHT;
	return right ? LEFT : VERTICAL;
}

/* The rule above a row leaves out the columns whose cell goes on. */
static void inner_rule(struct drawing *d, const struct lines *l)
{
	size_t n = d->g->columns;
	for (size_t c = 0; c < n; c++) {
		repeat(d, mark(d, joint(c && !l[c - 1].merged, !l[c].merged)), 1);
		repeat(d, l[c].merged ? " " : mark(d, HORIZONTAL), d->width[c] + 2);
	}
	repeat(d, mark(d, joint(!l[n - 1].merged, false)), 1);
	repeat(d, "\n", 1);
}

static void put(struct drawing *d, size_t column, struct lc_slice s, enum grid_colour colour,
		bool centred)
{
	size_t w = grid_width(s);
	size_t space = w < d->width[column] ? d->width[column] - w : 0;
	size_t before = centred ? space / 2 : 0;
	bool painted = d->style->colour && colour != GRID_PLAIN && s.n;
	repeat(d, " ", before + 1);
	if (painted)
		(void)lc_buf_str(d->out, colours[colour]);
	(void)lc_buf_slice(d->out, s);
	if (painted)
		(void)lc_buf_str(d->out, "\033[0m");
	repeat(d, " ", space - before + 1);
}

static void put_line(struct drawing *d, size_t row, const struct lines *l, size_t line)
{
	const struct grid *g = d->g;
	for (size_t c = 0; c < g->columns; c++) {
		const struct grid_cell *from = cell(g, row, c);
		bool shown = !l[c].merged && line < l[c].all.n;
		struct lc_slice s = shown ? l[c].all.v[line] : (struct lc_slice){ NULL, 0 };
		repeat(d, mark(d, VERTICAL), 1);
		put(d, c, s, line >= l[c].link_from ? GRID_BLUE : from->colour, g->centred[c]);
	}
	repeat(d, mark(d, VERTICAL), 1);
	repeat(d, "\n", 1);
}

static int wrap_row(struct drawing *d, size_t row, struct lines *l, size_t *ret_height)
{
	const struct grid *g = d->g;
	size_t height = 1;
	int rc = 0;
	for (size_t c = 0; !rc && c < g->columns; c++) {
		const struct grid_cell *from = cell(g, row, c);
		if (from->text.n || !from->link.n)
			rc = grid_wrap(from->text, d->width[c], g->a, &l[c].all);
		l[c].link_from = l[c].all.n;
		if (!rc && from->link.n)
			rc = grid_wrap(from->link, d->width[c], g->a, &l[c].all);
		if (!l[c].merged && l[c].all.n > height)
			height = l[c].all.n;
	}
	*ret_height = height;
	return rc;
}

static int draw_row(struct drawing *d, size_t row)
{
	struct lines l[GRID_COLUMNS_MAX] = { 0 };
	size_t height = 0;
	mark_merged(d->g, row, l);
	int rc = wrap_row(d, row, l, &height);
	if (rc)
		return rc;
	inner_rule(d, l);
	for (size_t i = 0; i < height; i++)
		put_line(d, row, l, i);
	return 0;
}

static int draw_header(struct drawing *d)
{
	struct lines l[GRID_COLUMNS_MAX] = { 0 };
	size_t height = 1;
	for (size_t c = 0; c < d->g->columns; c++) {
		int rc = grid_wrap(lc_str(d->g->headers[c]), d->width[c], d->g->a, &l[c].all);
		if (rc)
			return rc;
		if (l[c].all.n > height)
			height = l[c].all.n;
	}
	outer_rule(d, TOP_LEFT, TOP, TOP_RIGHT);
	for (size_t i = 0; i < height; i++) {
		for (size_t c = 0; c < d->g->columns; c++) {
			bool shown = i < l[c].all.n;
			repeat(d, mark(d, VERTICAL), 1);
			put(d, c, shown ? l[c].all.v[i] : LC_S(""), GRID_PLAIN, true);
		}
		repeat(d, mark(d, VERTICAL), 1);
		repeat(d, "\n", 1);
	}
	return 0;
}

int grid_draw(const struct grid *g, const struct grid_style *style, struct lc_buf *out)
{
	struct drawing d = { .g = g, .style = style, .out = out };
	natural_widths(&d);
	fit(&d);
	int rc = draw_header(&d);
	for (size_t r = 0; !rc && r < row_count(g); r++)
		rc = draw_row(&d, r);
	if (!rc)
		outer_rule(&d, BOTTOM_LEFT, BOTTOM, BOTTOM_RIGHT);
	return rc ? rc : lc_buf_err(out);
}
