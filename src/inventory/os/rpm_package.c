#include "inventory/os/rpm_package.h"

enum { TOKEN_BYTES_MAX = 512 };

bool rpm_is_token(struct lc_slice s)
{
	if (s.n == 0 || s.n > TOKEN_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

struct lc_slice rpm_version_text(bool has_epoch, uint32_t epoch, struct lc_slice version,
				 struct lc_slice release, struct lc_arena *a)
{
	if (has_epoch)
		return lc_arena_fmt(a, "%u:%.*s-%.*s", epoch, LC_FMT(version), LC_FMT(release));
	return lc_arena_fmt(a, "%.*s-%.*s", LC_FMT(version), LC_FMT(release));
}

bool rpm_split_source(struct lc_slice file, struct lc_slice *ret_name, struct lc_slice *ret_version)
{
	if (!rpm_is_token(file) || !lc_chop_suffix(&file, LC_S(".rpm")))
		return false;
	size_t arch = lc_rfind(file, '.'); /* "src" or "nosrc" */
	if (arch == SIZE_MAX)
		return false;
	file = lc_sub(file, 0, arch);
	size_t release = lc_rfind(file, '-');
	if (release == SIZE_MAX || release + 1 == file.n)
		return false;
	size_t version = lc_rfind(lc_sub(file, 0, release), '-');
	if (version == SIZE_MAX || version == 0 || version + 1 == release)
		return false;
	*ret_name = lc_sub(file, 0, version);
	*ret_version = lc_skip(file, version + 1);
	return true;
}
