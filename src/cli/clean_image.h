/* lacre clean IMAGE, which has its name from cosign: remove what is attached. Private to cli/. */
#pragma once

#include "cli/command.h"

/** The first argument names the image. Exit status. */
int cli_clean_image(const struct cli_values *v, struct cli_io *io);
