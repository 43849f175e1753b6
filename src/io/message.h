/*
 * Messages between our own processes, over pairs of SOCK_SEQPACKET sockets: each arrives whole and
 * in order, with descriptors when some were sent along. No message is empty. Receivers treat what
 * a confined process sends as hostile. One end, one thread.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

enum { IO_MESSAGE_BYTES_MAX = 64 * 1024, IO_MESSAGE_FDS_MAX = 2 };

/** Two connected ends, closed on exec, none of them a standard stream. */
int io_message_pair(int ret[2], struct lc_err *e) LC_MUST_CHECK;

/** Close and forget. */
void io_message_close(int *fd);

/**
 * Send two parts as one message, with n descriptors, which stay the caller's.
 * @return 0; LC_ETRUNC the peer is gone, which receiving tells, too; LC_EIO
 */
int io_message_send(int to, struct lc_slice head, struct lc_slice body, const int *fds, size_t n,
		    struct lc_err *e);

struct io_message {
	uint8_t bytes[IO_MESSAGE_BYTES_MAX];
	size_t n;                    /* 0: the peer is gone */
	int fds[IO_MESSAGE_FDS_MAX]; /* the receiver's from here on; -1 none */
};

/**
 * Wait for the next message. Descriptors are taken only when with_fds; others are dropped.
 * @return 0 also at the end; LC_EBAD a message of impossible size; LC_EIO
 */
int io_message_receive(int from, bool with_fds, struct io_message *ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** Is there something to receive (a message, the end) within ms? Also false when a signal came. */
bool io_message_wait(int from, int ms);
