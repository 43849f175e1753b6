/*
 * The one HTTP client: one request, one answer, its body as a pull stream.
 *
 * libcurl does the protocol (HTTP/1.1, HTTP/2 with TLS, proxies) and is opened on first use; all
 * policy is here: redirects are followed one by one (never from https to http, never with
 * credentials to another origin), plain HTTP goes to loopback alone unless asked for, answers are
 * bounded, what stands still is given up. A client is thread-safe and keeps connections for reuse;
 * a response is used by one thread. The reader pulls: a body that is not read is not fetched beyond
 * a bounded buffer. Sources: RFC 9110, RFC 9112, RFC 6585.
 *
 * Errors: LC_ENET peer not reached or gone, TLS; LC_EBAD an answer that breaks the rules; LC_ELIMIT
 * an answer too large; LC_ECANCEL deadline; LC_EUSAGE no URL of ours; LC_EUNSUP no libcurl.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/stream.h"
#include "io/http_headers.h"

/** How a peer proves who it is, and we who we are. Borrowed. */
struct http_tls {
	struct lc_slice ca_pem; /* trusted besides the system's own; empty none */
	const char *cert_path;  /* client certificate and key in PEM, NULL none */
	const char *key_path;
	bool insecure; /* check nothing */
};

struct http_options {
	char **environment; /* proxies and SSL_CERT_FILE; NULL none; borrowed */
	struct http_tls tls;
	const struct lc_limits *limits; /* deadline; NULL none; borrowed */
	unsigned connect_ms;            /* 0: 15 s */
	unsigned stall_ms;              /* nothing came for so long; 0: 30 s */
	unsigned tries;                 /* of one request; 0: 4 */
};

struct http_client;
int http_client_new(const struct http_options *o, struct http_client **ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** All responses are closed before. Accepts NULL. */
void http_client_free(struct http_client *c);

/** All borrowed until http_send() returns, upload and tls until the response is closed. */
struct http_request {
	const char *method; /* NULL: GET */
	const char *url;
	const struct http_header *headers;
	size_t headers_n;
	struct lc_slice authorization; /* header's value; goes to the URL's own origin alone */
	struct lc_slice body;          /* with its type among the headers */
	struct lc_stream *upload;      /* in place of body; such a request is tried once */
	uint64_t upload_size;          /* UINT64_MAX unknown */
	const struct http_tls *tls;    /* NULL: the client's */
	const char *unix_socket;       /* path; the URL's host is a name only, nothing redirects */
	bool plain_http;               /* http:// to any host */
	bool once;                     /* not tried again: it changes something */
};

struct http_response {
	unsigned status; /* 200 to 599 */
	struct http_headers headers;
	uint64_t length;     /* of the body as announced; UINT64_MAX unknown */
	struct lc_slice url; /* that answered, after redirects, without its query */
	bool elsewhere;      /* by another origin than was asked: trust its challenges in nothing */
	struct lc_stream *body;  /* owned by the response */
	struct lc_arena arena;   /* of the above */
	struct http_exchange *x; /* internal */
};

/**
 * Send, follow redirects, and try again what may pass: lost connections, 408, 429, 5xx, with
 * growing pauses or those that Retry-After asks for.
 *
 * @return 0 with an answer of any status; release with http_close()
 */
int http_send(struct http_client *c, const struct http_request *q, struct http_response **ret,
	      struct lc_err *e) LC_MUST_CHECK;
/** After LC_ENET: the peer does not speak TLS. */
bool http_no_tls(const struct lc_err *e);
/** After LC_ENET: it may work when it is tried again. */
bool http_may_pass(const struct lc_err *e);
/** A body not read to its end costs the connection. Accepts NULL. */
void http_close(struct http_response *r);
void http_closep(struct http_response **r);

/** The rest of the body into buf, at most its cap (LC_ELIMIT past it). */
int http_read_all(struct http_response *r, struct lc_buf *buf, struct lc_err *e) LC_MUST_CHECK;

/**
 * What a status means as an error: 401 LC_EAUTH, 403 LC_EDENIED, 404 LC_ENOTFOUND, 429 LC_EBUSY,
 * 5xx LC_EREMOTE, others LC_EBAD. One line with the host and what it says in its body (at most a
 * little of it, quoted); e->sys stays 0.
 */
int http_refusal(struct http_response *r, struct lc_err *e);

/** Opens the rest of a body at offset from; *ret may have status 206 or 200. */
typedef int (*http_reopen_fn)(void *ctx, uint64_t from, struct http_response **ret,
			      struct lc_err *e);
/**
 * A body whose transfer goes on where it was cut. Digests are the caller's business.
 *
 * @param first   with status 200; taken over, also on failure
 * @param reopen  asks again, with a Range; NULL: a cut is an error
 * @param ctx     outlives the stream
 */
int http_resuming(struct http_client *c, struct http_response *first, http_reopen_fn reopen,
		  void *ctx, struct lc_stream **ret, struct lc_err *e) LC_MUST_CHECK;

/** "127.0.0.0/8", "::1", "localhost"; brackets and a port may stand. */
bool http_is_loopback(struct lc_slice host);
/** Appends percent-encoded text, as for one query value. */
void http_put_escaped(struct lc_buf *b, struct lc_slice s);
