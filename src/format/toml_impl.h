/*
 * What the files of the TOML reader share: the node, the place in the text. Private to it.
 */
#pragma once

#include "format/toml.h"

enum toml_made { /* how a table or array came to be, which says what may be added to it */
		 TOML_BY_PATH,   /* as a step to another; a header may still define it */
		 TOML_BY_HEADER, /* [a], or the last part of it */
		 TOML_BY_DOTS,   /* a step of a dotted key */
		 TOML_BY_VALUE,  /* {…} or […]: complete */
		 TOML_BY_ITEM,   /* the array that [[a]] adds to */
};

struct toml_node {
	struct lc_slice key;  /* p NULL: none */
	struct lc_slice text; /* string: decoded; other scalars: as written */
	uint32_t start, end;  /* lines */
	toml_ref first, last; /* children */
	toml_ref next;        /* sibling */
	uint32_t count;
	uint32_t section; /* of the header under which dots made it */
	uint8_t type, made;
};

struct toml_reader {
	struct lc_slice text;
	size_t at;
	uint32_t line;
	size_t line_start;
	const struct toml_limits *limits;
	struct lc_arena *arena;
	struct lc_err *e;
};

/** LC_EBAD at the place that is read, or LC_ETRUNC where the text ends there. */
int toml_bad(const struct toml_reader *r, const char *what);

static inline bool toml_at_end(const struct toml_reader *r)
{
	return r->at >= r->text.n;
}

/** The byte ahead; 0 at the end (a NUL is refused before). */
static inline uint8_t toml_peek(const struct toml_reader *r, size_t ahead)
{
	return ahead < r->text.n - r->at ? r->text.p[r->at + ahead] : 0;
}

/** Are these bytes ahead? Moves past them when they are. */
bool toml_take(struct toml_reader *r, struct lc_slice bytes);
/** A line end ahead (LF or CRLF)? Moves past it when it is. */
bool toml_take_line(struct toml_reader *r);

/** A string of any of the four kinds, at its quote. multi: those of three quotes are meant, too. */
int toml_read_string(struct toml_reader *r, bool multi, struct lc_slice *ret) LC_MUST_CHECK;
/** A bool, number or date: the longest run of their bytes, checked. */
int toml_read_scalar(struct toml_reader *r, struct lc_slice *ret, uint8_t *ret_type) LC_MUST_CHECK;
