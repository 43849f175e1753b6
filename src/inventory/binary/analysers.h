/*
 * Analysers of programs and of what they ship with. The one list of all analysers is in scan/.
 */
#pragma once

#include "inventory/analyser.h"

extern const struct inv_analyser inv_executable; /* ELF, PE and Mach-O */
