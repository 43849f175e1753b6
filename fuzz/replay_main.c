/*
 * Runs a fuzz target over every file of its corpus as a TAP test, so that what fuzzing once found
 * stays checked where libFuzzer is not installed. An empty corpus is a failure: it would test
 * nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The copy is exactly as long as the file, so that a sanitizer sees the first byte read past it. */
static int replay(const char *dir, const char *name)
{
	char path[4096];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;

	FILE *f = fopen(path, "rbe");
	if (!f)
		return -errno;

	struct stat st;
	int r = fstat(fileno(f), &st) < 0 ? -errno : 0;
	size_t size = r ? 0 : (size_t)st.st_size;
	uint8_t *data = r ? NULL : malloc(size ? size : 1);
	if (!r && (!data || fread(data, 1, size, f) != size))
		r = -EIO;
	if (!r) /* the result is reserved by libFuzzer and carries nothing */
		(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	(void)fclose(f); /* read only: nothing to lose */
	return r;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
		return 2;
	}

	struct dirent **list = NULL;
	int n = scandir(argv[1], &list, is_visible, alphasort);
	if (n <= 0) {
		printf("1..1\nnot ok 1 - corpus %s: %s\n", argv[1],
		       n < 0 ? strerror(errno) : "empty");
		free(list);
		return 1;
	}

	int failed = 0;
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		/* Said first: when the target crashes, the last line names its input. */
		printf("# %s\n", list[i]->d_name);
		fflush(stdout);
		int r = replay(argv[1], list[i]->d_name);
		printf("%s %d - %s%s%s\n", r ? "not ok" : "ok", i + 1, list[i]->d_name,
		       r ? ": " : "", r ? strerror(-r) : "");
		failed += r != 0;
		free(list[i]);
	}
	free(list);
	return failed ? 1 : 0;
}
