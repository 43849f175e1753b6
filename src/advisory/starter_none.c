/* What the starter database's own builder links in the place of the starter: nothing. */
#include "advisory/starter.h"

const uint8_t adv_starter_data[1] = { 0 };
const uint32_t adv_starter_ends[1] = { 0 };
const size_t adv_starter_inflated = 0;
