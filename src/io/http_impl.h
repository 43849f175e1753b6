/*
 * Inside of the HTTP client: libcurl's functions, connections kept for reuse, and one exchange.
 * For this room and its tests.
 */
#pragma once

#define CURL_DISABLE_TYPECHECK /* its macros call the functions by name */
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>

#include "io/http.h"

/* The functions of libcurl, found when first needed. */
struct curl_table {
	__typeof__(&curl_global_init) global_init;
	__typeof__(&curl_easy_init) easy_init;
	__typeof__(&curl_easy_cleanup) easy_cleanup;
	__typeof__(&curl_easy_reset) easy_reset;
	__typeof__(&curl_easy_setopt) easy_setopt;
	__typeof__(&curl_easy_getinfo) easy_getinfo;
	__typeof__(&curl_easy_pause) easy_pause;
	__typeof__(&curl_easy_strerror) easy_strerror;
	__typeof__(&curl_multi_init) multi_init;
	__typeof__(&curl_multi_cleanup) multi_cleanup;
	__typeof__(&curl_multi_add_handle) multi_add_handle;
	__typeof__(&curl_multi_remove_handle) multi_remove_handle;
	__typeof__(&curl_multi_perform) multi_perform;
	__typeof__(&curl_multi_poll) multi_poll;
	__typeof__(&curl_multi_info_read) multi_info_read;
	__typeof__(&curl_slist_append) slist_append;
	__typeof__(&curl_slist_free_all) slist_free_all;
	__typeof__(&curl_url) url;
	__typeof__(&curl_url_cleanup) url_cleanup;
	__typeof__(&curl_url_set) url_set;
	__typeof__(&curl_url_get) url_get;
	__typeof__(&curl_free) free_text;
};
extern struct curl_table http_curl;
/** Open libcurl once; the table is read-only after that. */
int http_curl_load(struct lc_err *e) LC_MUST_CHECK;

/* A connection or several to one peer, for one exchange at a time. */
struct http_lane {
	CURLM *multi;
	CURL *easy;
	struct http_lane *next;
};

enum { HTTP_LANES_MAX = 16 };

struct http_client {
	struct http_options o;
	pthread_mutex_t lock;
	struct http_lane *idle; /* guarded by lock */
	unsigned idle_n;        /* guarded by lock */
};

int http_lane_take(struct http_client *c, struct http_lane **ret, struct lc_err *e) LC_MUST_CHECK;
/** Keep for the next exchange. */
void http_lane_give(struct http_client *c, struct http_lane *l);

/* A URL taken apart by the parser that will also fetch it. */
struct http_url {
	CURLU *u;
	struct lc_slice scheme, host,
		port;          /* in the arena; host as for a connection, in lower case */
	struct lc_slice shown; /* scheme://host[:port]/path, without query */
};
int http_url_parse(const char *text, struct lc_arena *a, struct http_url *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Resolve a Location against *u, in place. */
int http_url_move(struct http_url *u, struct lc_slice location, struct lc_arena *a,
		  struct lc_err *e) LC_MUST_CHECK;
bool http_url_same_origin(const struct http_url *a, const struct http_url *b);
void http_url_done(struct http_url *u);

enum { HTTP_RING_BYTES = 256 * 1024, HTTP_CURL_BYTES = 128 * 1024 };

struct http_exchange {
	struct lc_stream body; /* first: this is the response's stream */
	struct http_client *client;
	struct http_response *response;
	struct http_lane *lane;
	struct curl_slist *fields;
	struct lc_slice host;     /* for messages; in the response's arena */
	struct lc_stream *upload; /* borrowed */
	struct lc_slice send;     /* what is left of a body in memory */
	uint8_t *ring;            /* bytes ready at at..n */
	size_t at, n;
	uint8_t *into; /* a reader's own buffer, filled before the ring; NULL none waits */
	size_t into_n, into_max;
	uint64_t moved; /* bytes in either direction, for the stall clock */
	bool head, done, paused;
	bool to_socket;    /* the peer is a local socket */
	const char *proxy; /* of the environment, "" none */
	int err;           /* first failure; it stays */
	struct lc_err why; /* of a callback */
	CURLcode result;
	char curl_says[CURL_ERROR_SIZE];
};

/** Start one exchange and wait for the answer's head. The url stays the caller's. */
int http_exchange_open(struct http_client *c, const struct http_request *q,
		       const struct http_url *u, bool with_authorization,
		       struct http_response **ret, struct lc_err *e) LC_MUST_CHECK;
/** A curl failure as one line: cause and way out. */
int http_curl_fail(const struct http_exchange *x, CURLcode code, struct lc_err *e);
/** Failures that may be gone when tried again carry EAGAIN. */
static inline int http_passing(struct lc_err *e, int code)
{
	if (e)
		e->sys = EAGAIN;
	return code;
}
/** Which proxy a URL goes by: text for curl, "" for none. */
const char *http_proxy_of(char **environment, const struct http_url *u);
/** Is host:port in a NO_PROXY list? */
bool http_no_proxy(struct lc_slice list, struct lc_slice host, struct lc_slice port);
/** A curl failure that is the proxy's: its code and message; 0 when it is not. */
int http_proxy_fail(const struct http_exchange *x, CURLcode code, struct lc_err *e);

/** How long to wait before try number tries + 1 (from 1): grows, with jitter, at most 30 s. */
int64_t http_backoff_ns(unsigned tries);
/** Sleep, in steps that see the deadline; LC_ECANCEL. */
int http_pause(const struct http_client *c, int64_t ns, struct lc_err *e) LC_MUST_CHECK;
