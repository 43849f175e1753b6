#include "inventory/os/analysers.h"
#include "scan/scan.h"

const struct inv_analyser *const scan_analysers[] = {
	&inv_dpkg_status,
};

const size_t scan_analysers_n = sizeof(scan_analysers) / sizeof(scan_analysers[0]);
