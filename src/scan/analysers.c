#include "inventory/language/analysers.h"
#include "inventory/os/analysers.h"
#include "scan/scan.h"

const struct inv_analyser *const scan_analysers[] = {
	&inv_os_release,
	&inv_release_files,
	&inv_dpkg_status,
	&inv_dpkg_info,
	&inv_dpkg_copyright,
	&inv_apk_installed,
	&inv_apk_repositories,
	&inv_rpm,
	&inv_rpm_manifest,
	&inv_ubuntu_pro,
	&inv_pacman,
	&inv_opkg_status,
	&inv_opkg_info,
	&inv_redhat_build,
	&inv_amazon_extras,
	/* languages */
	&inv_npm_lock,
	&inv_yarn_lock,
	&inv_pnpm_lock,
	&inv_bun_lock,
	&inv_requirements,
	&inv_pipfile_lock,
	&inv_poetry_lock,
	&inv_pdm_lock,
	&inv_uv_lock,
	&inv_pylock,
	&inv_conda_environment,
	&inv_conda_installed,
	&inv_node_package,
	&inv_python_package,
	&inv_python_egg,
};

const size_t scan_analysers_n = sizeof(scan_analysers) / sizeof(scan_analysers[0]);
