/*
 * Feeds over HTTP, for adv_update(): conditional requests, transfers that go on where they were
 * cut. Policy of redirects, retries and proxies is the client's (io/http.h).
 */
#pragma once

#include "advisory/update.h"
#include "io/http.h"

struct adv_http {
	struct http_client *client;
	bool plain_http; /* to any host, not to loopback alone */
};

/** As adv_fetch_fn; ctx is a struct adv_http, which outlives the bodies. LC_ENOTFOUND for 404 and
 * 410. */
int adv_fetch_http(void *ctx, const struct adv_fetch *what, struct lc_arena *a,
		   struct adv_fetched *ret, struct lc_err *e) LC_MUST_CHECK;
