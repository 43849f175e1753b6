/*
 * Tables of text: columns as wide as they need or as the terminal lets them, cells wrapped, equal
 * neighbours in a column merged. For the writers of report/; view/ takes grid_safe() from here.
 *
 * Texts are fit for a terminal before they come here (grid_safe): valid UTF-8 without control
 * bytes. Widths are columns of a terminal as Unicode's East Asian Width has them.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"

enum { GRID_COLUMNS_MAX = 8 };

enum grid_colour {
	GRID_PLAIN,
	GRID_CYAN,
	GRID_BLUE,
	GRID_YELLOW,
	GRID_BRIGHT_RED,
	GRID_RED,
	GRID_COLOUR_N
};

struct grid_cell {
	struct lc_slice text;
	struct lc_slice link; /* on lines of its own below the text; may be empty */
	enum grid_colour colour;
};

struct grid {
	struct lc_arena *a;
	size_t columns;
	const char *headers[GRID_COLUMNS_MAX]; /* ASCII or UTF-8, centred */
	bool centred[GRID_COLUMNS_MAX];
	bool merge; /* equal cells, one below the other, become one */
	struct {
		struct grid_cell *v; /* columns cells a row */
		size_t n, room;
	} cells;
};

struct grid_style {
	unsigned width; /* 0: as wide as it takes */
	bool box;
	bool colour;
};

/** Append a row of cells; LC_ENOMEM or LC_ELIMIT. */
int grid_row(struct grid *g, const struct grid_cell *cells);
int grid_draw(const struct grid *g, const struct grid_style *style, struct lc_buf *out);

/**
 * Text that a terminal can take: control bytes, bidi marks and broken UTF-8 become \xNN (\u{…} for
 * code points); the text itself where it is clean. p NULL with n 0 when out of memory.
 */
struct lc_slice grid_safe(struct lc_slice s, struct lc_arena *a);
/** Columns of a safe text without line ends. */
size_t grid_width(struct lc_slice s);
/** Split a safe text into lines of at most width columns, at spaces where there are some; 0: at no
 * place. */
int grid_wrap(struct lc_slice s, size_t width, struct lc_arena *a, struct lc_slices *ret);
