#include "io/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

void io_message_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a socket: nothing is left to be written */
	*fd = -1;
}

/* A user may have closed standard streams: their numbers are not ours to take. */
static int above_streams(int *fd)
{
	if (*fd > STDERR_FILENO)
		return 0;
	int moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return -errno;
	(void)close(*fd);
	*fd = moved;
	return 0;
}

int io_message_pair(int ret[2], struct lc_err *e)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return lc_fail_sys(e, errno, "socket between processes");
	int rc = above_streams(&pair[0]);
	rc = rc ? rc : above_streams(&pair[1]);
	if (rc) {
		io_message_close(&pair[0]);
		io_message_close(&pair[1]);
		return lc_fail_sys(e, -rc, "socket between processes");
	}
	ret[0] = pair[0];
	ret[1] = pair[1];
	return 0;
}

/* Room for descriptors, aligned as the kernel wants it. */
union ancillary {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * IO_MESSAGE_FDS_MAX)];
};

static void attach(struct msghdr *m, union ancillary *a, const int *fds, size_t n)
{
	m->msg_control = a->room;
	m->msg_controllen = CMSG_SPACE(sizeof(int) * n);
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
}

static struct iovec part(struct lc_slice s)
{
	/* sendmsg(2) reads it, whatever the type of the member says. */
	return (struct iovec){ (void *)(uintptr_t)s.p, s.n };
}

int io_message_send(int to, struct lc_slice head, struct lc_slice body, const int *fds, size_t n,
		    struct lc_err *e)
{
	union ancillary a = { .room = { 0 } };
	struct iovec parts[] = { part(head), part(body) };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = body.n ? 2 : 1 };
	ssize_t put;
	if (n)
		attach(&m, &a, fds, n);
	do
		put = sendmsg(to, &m, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put >= 0)
		return 0;
	if (errno == EPIPE || errno == ECONNRESET)
		return lc_fail(e, LC_ETRUNC, "the process at the other end is gone");
	return lc_fail_sys(e, errno, "sending to a process");
}

static void take_fds(struct msghdr *m, struct io_message *ret)
{
	size_t n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t have = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < have && n < IO_MESSAGE_FDS_MAX; i++)
			memcpy(&ret->fds[n++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	}
}

int io_message_receive(int from, bool with_fds, struct io_message *ret, struct lc_err *e)
{
	union ancillary a;
	struct iovec all = { ret->bytes, sizeof(ret->bytes) };
	struct msghdr m = { .msg_iov = &all, .msg_iovlen = 1 };
	ssize_t got;
	if (with_fds) {
		m.msg_control = a.room;
		m.msg_controllen = sizeof(a.room);
	}
	for (size_t i = 0; i < IO_MESSAGE_FDS_MAX; i++)
		ret->fds[i] = -1;
	/* A peer that went with messages of ours unread is told of once; its own come before. */
	do
		got = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return lc_fail_sys(e, errno, "receiving from a process");
	if (with_fds)
		take_fds(&m, ret);
	ret->n = (size_t)got;
	return m.msg_flags & MSG_TRUNC ? lc_fail(e, LC_EBAD, "a message that is too long") : 0;
}

bool io_message_wait(int from, int ms)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	return poll(&p, 1, ms) > 0;
}
