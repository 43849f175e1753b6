#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>

#include "base/dl.h"
#include "base/shim.h"

LC_DL_NOTE("libpcre2-8.so.0", "pattern", "regular expressions in options and policies");

/* A search that backtracks without end stops after some tens of milliseconds. */
enum { STEPS_MAX = 1000 * 1000, DEPTH_MAX = 10 * 1000, HEAP_KIB_MAX = 8 * 1024 };
enum { NESTING_MAX = 64 };

static struct {
	pcre2_compile_context *(*compile_context_create)(pcre2_general_context *);
	void (*compile_context_free)(pcre2_compile_context *);
	int (*set_newline)(pcre2_compile_context *, uint32_t);
	int (*set_nesting)(pcre2_compile_context *, uint32_t);
	pcre2_code *(*compile)(PCRE2_SPTR, PCRE2_SIZE, uint32_t, int *, PCRE2_SIZE *,
			       pcre2_compile_context *);
	void (*code_free)(pcre2_code *);
	int (*error_message)(int, PCRE2_UCHAR *, PCRE2_SIZE);
	pcre2_match_context *(*match_context_create)(pcre2_general_context *);
	void (*match_context_free)(pcre2_match_context *);
	int (*set_match_limit)(pcre2_match_context *, uint32_t);
	int (*set_depth_limit)(pcre2_match_context *, uint32_t);
	int (*set_heap_limit)(pcre2_match_context *, uint32_t);
	pcre2_match_data *(*match_data_create)(uint32_t, pcre2_general_context *);
	void (*match_data_free)(pcre2_match_data *);
	int (*match)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t,
		     pcre2_match_data *, pcre2_match_context *);
} pcre;

static const struct lc_dl_library library = {
	.soname = "libpcre2-8.so.0",
	.package = "libpcre2-8-0",
	.purpose = "searching by regular expressions",
};

static const struct lc_dl_symbol symbols[] = {
	{ "pcre2_compile_context_create_8", &pcre.compile_context_create },
	{ "pcre2_compile_context_free_8", &pcre.compile_context_free },
	{ "pcre2_set_newline_8", &pcre.set_newline },
	{ "pcre2_set_parens_nest_limit_8", &pcre.set_nesting },
	{ "pcre2_compile_8", &pcre.compile },
	{ "pcre2_code_free_8", &pcre.code_free },
	{ "pcre2_get_error_message_8", &pcre.error_message },
	{ "pcre2_match_context_create_8", &pcre.match_context_create },
	{ "pcre2_match_context_free_8", &pcre.match_context_free },
	{ "pcre2_set_match_limit_8", &pcre.set_match_limit },
	{ "pcre2_set_depth_limit_8", &pcre.set_depth_limit },
	{ "pcre2_set_heap_limit_8", &pcre.set_heap_limit },
	{ "pcre2_match_data_create_8", &pcre.match_data_create },
	{ "pcre2_match_data_free_8", &pcre.match_data_free },
	{ "pcre2_match_8", &pcre.match },
};

struct lc_pattern {
	pcre2_code *code;
	pcre2_match_context *bounds; /* read-only once set */
};

static int load(struct lc_err *e)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static bool loaded;              /* guarded by lock */
	(void)pthread_mutex_lock(&lock); /* of an initialised default mutex: cannot fail */
	int rc = loaded ? 0 : lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(*symbols), e);
	loaded = rc == 0;
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

static int no_expression(struct lc_slice text, int why, size_t at, struct lc_err *e)
{
	PCRE2_UCHAR words[128];
	if (pcre.error_message(why, words, sizeof(words)) < 0 && words[0] == '\0')
		return lc_fail(e, LC_EBAD, "expression %s: error %d", lc_quote(text).s, why);
	return lc_fail(e, LC_EBAD, "expression %s: %s at character %zu", lc_quote(text).s,
		       (const char *)words, at + 1);
}

static int compile(struct lc_slice text, struct lc_pattern *p, struct lc_err *e)
{
	const uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
			       PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *c = pcre.compile_context_create(NULL);
	int why = 0;
	PCRE2_SIZE at = 0;
	if (!c)
		return lc_fail(e, LC_ENOMEM, "no memory for an expression");
	(void)pcre.set_newline(c, PCRE2_NEWLINE_LF); /* a value that it knows */
	(void)pcre.set_nesting(c, NESTING_MAX);      /* always 0 */
	p->code = pcre.compile(text.n ? text.p : (PCRE2_SPTR) "", text.n, flags, &why, &at, c);
	pcre.compile_context_free(c);
	if (p->code)
		return 0;
	return why == PCRE2_ERROR_HEAP_FAILED ? lc_fail(e, LC_ENOMEM, "no memory for an expression")
					      : no_expression(text, why, at, e);
}

static int bound(struct lc_pattern *p, struct lc_err *e)
{
	p->bounds = pcre.match_context_create(NULL);
	if (!p->bounds)
		return lc_fail(e, LC_ENOMEM, "no memory for an expression");
	(void)pcre.set_match_limit(p->bounds, STEPS_MAX); /* these always give 0 */
	(void)pcre.set_depth_limit(p->bounds, DEPTH_MAX);
	(void)pcre.set_heap_limit(p->bounds, HEAP_KIB_MAX);
	return 0;
}

int lc_pattern_new(struct lc_slice text, struct lc_pattern **ret, struct lc_err *e)
{
	if (text.n > LC_PATTERN_MAX)
		return lc_fail(e, LC_ELIMIT, "expression of %zu bytes, more than %d", text.n,
			       LC_PATTERN_MAX);
	int rc = load(e);
	struct lc_pattern *p = rc ? NULL : lc_alloc0(1, sizeof(*p));
	if (!p)
		return rc ? rc : lc_fail(e, LC_ENOMEM, "no memory for an expression");
	rc = compile(text, p, e);
	rc = rc ? rc : bound(p, e);
	if (rc) {
		lc_pattern_free(p);
		return rc;
	}
	*ret = p;
	return 0;
}

void lc_pattern_free(struct lc_pattern *p)
{
	if (!p)
		return;
	if (p->bounds)
		pcre.match_context_free(p->bounds);
	if (p->code)
		pcre.code_free(p->code);
	lc_free(p);
}

int lc_pattern_search(const struct lc_pattern *p, struct lc_slice subject, bool *ret,
		      struct lc_err *e)
{
	if (subject.n > LC_PATTERN_SUBJECT_MAX)
		return lc_fail(e, LC_ELIMIT, "text of %zu bytes, more than %d to search in",
			       subject.n, LC_PATTERN_SUBJECT_MAX);
	pcre2_match_data *found = pcre.match_data_create(1, NULL);
	if (!found)
		return lc_fail(e, LC_ENOMEM, "no memory to search by an expression");
	int n = pcre.match(p->code, subject.n ? subject.p : (PCRE2_SPTR) "", subject.n, 0, 0, found,
			   p->bounds);
	pcre.match_data_free(found);
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		return lc_fail(e, n == PCRE2_ERROR_NOMEMORY ? LC_ENOMEM : LC_ELIMIT,
			       "an expression that costs too much to search by: write it without "
			       "repeated repetitions");
	*ret = n >= 0;
	return 0;
}
