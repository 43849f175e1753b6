/*
 * A repository in a registry: requests with the right credentials. Private to oci/.
 *
 * Sources: OCI distribution-spec 1.1; distribution's token authentication specification.
 */
#pragma once

#include <pthread.h>

#include "io/credentials.h"
#include "io/http.h"
#include "oci/reference.h"
#include "oci/remote.h"

/* Where a registry is reached, and what to know there. */
struct registry_host {
	struct lc_slice url; /* "https://registry-1.docker.io", no slash behind */
	struct http_tls tls;
	bool plain; /* it speaks http:// */
};

struct registry {
	const struct oci_remote *remote;
	struct http_client *client; /* owned */
	struct lc_arena arena;
	struct oci_reference ref;
	struct registry_host host;
	pthread_mutex_t lock;
	char *authorization; /* guarded by lock: what the last challenge was answered with */
	unsigned generation; /* guarded by lock: how often it was made anew */
	bool asked_files;    /* guarded by lock: own was looked up */
	bool write;          /* ask for more than to read */
	struct io_credential own;
};

/** Find out how to reach it. Release in any case. */
int registry_open(struct registry *r, const struct oci_remote *remote,
		  const struct oci_reference *ref, const struct lc_limits *limits,
		  struct lc_err *e) LC_MUST_CHECK;
void registry_done(struct registry *r);

/** A request; what is borrowed outlives registry_request(). */
struct registry_request {
	const char *method;       /* NULL: GET */
	struct lc_slice location; /* "/v2/…", or a URL that the registry gave */
	const struct http_header *headers;
	size_t headers_n;
	struct lc_slice body;
	struct lc_stream *upload; /* in place of body, sent once */
	uint64_t upload_size;
};
/**
 * Send, answering challenges. A URL of another origin gets no credentials, and plain HTTP only
 * where the registry itself speaks it.
 * @return as registry_send()
 */
int registry_request(struct registry *r, const struct registry_request *q,
		     struct http_response **ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * GET below the registry's URL ("/v2/…"), answering challenges.
 * @return 0 with any status but 401; LC_EAUTH; what http_send() says
 */
int registry_send(struct registry *r, const char *path, const struct http_header *headers,
		  size_t headers_n, struct http_response **ret, struct lc_err *e) LC_MUST_CHECK;

/** URL, trust and client certificate of a registry. */
int registry_host_find(struct registry *r, struct lc_err *e) LC_MUST_CHECK;

/** Make a new authorization after a 401; harmless when another thread just did. */
int registry_authorize(struct registry *r, const struct http_response *refused, unsigned generation,
		       struct lc_err *e) LC_MUST_CHECK;
/** Were credentials given, or does a file know some? One that cannot be read knows none. */
bool registry_knows_us(struct registry *r);
/** Heap copy for one request (NULL none), and its generation. Wiped and freed by the caller. */
int registry_authorization(struct registry *r, char **ret, unsigned *ret_generation,
			   struct lc_err *e) LC_MUST_CHECK;

/**
 * A token server's answer: its "token" or "access_token".
 * @return 0, a slice of text or arena; LC_EBAD
 */
int registry_token_parse(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret_token,
			 struct lc_err *e) LC_MUST_CHECK;
