/* Is an entry's body about this signature? Rules L2, L8. Private to trust/. */
#pragma once

#include "trust/log_entry.h"

int log_body_check(const struct log_entry *entry, const struct log_subject *subject,
		   struct trust_why *w) LC_MUST_CHECK;
