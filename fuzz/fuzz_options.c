/* Command lines: words with NUL between them parse or not; a refusal is one line. */
#include <stdlib.h>

#include "cli/commands.h"

enum { WORDS_MAX = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cli_values v; /* large */
	struct lc_slice rest = lc_slice_of(data, size);
	struct lc_slice word;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	char *argv[WORDS_MAX + 1] = { NULL };
	int argc = 0;

	while (size && argc < WORDS_MAX && lc_split(&rest, '\0', &word)) {
		argv[argc] = lc_arena_str(&a, word);
		if (!argv[argc++])
			abort();
	}
	int rc = cli_parse(&cli_command_image, argc, argv, NULL, &a, &v, &e);
	if (rc && (!e.msg[0] || strchr(e.msg, '\n') || strchr(e.msg, '\x1b')))
		abort();
	lc_arena_done(&a);
	return 0;
}
