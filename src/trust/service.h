/*
 * One question to a service that stands beside a signature: certificate authority, transparency
 * log, timestamp authority. Answers are bounded; which are good is the caller's business, but for
 * their status. Private to trust/.
 */
#pragma once

#include "base/arena.h"
#include "io/http.h"

struct service_request {
	struct http_client *http;
	const char *what;    /* "certificate authority": for messages */
	struct lc_slice url; /* of the service */
	const char *path;    /* below it, with a slash in front; NULL the URL is whole */
	const char *type;    /* of the body; NULL a question without one */
	const char *wants;   /* type of the answer */
	struct lc_slice body;
	struct lc_slice authorization; /* header's value; "" none */
	bool conflict;                 /* 409 is an answer, too */
};

struct service_answer {
	unsigned status;          /* 2xx; 409 */
	struct lc_slice body;     /* in the arena */
	struct lc_slice location; /* the header; "" none */
};

/** @return 0; what http_send() and http_refusal() give, with the service in front; LC_ELIMIT */
int service_ask(const struct service_request *q, struct lc_arena *a, struct service_answer *ret,
		struct lc_err *e) LC_MUST_CHECK;
