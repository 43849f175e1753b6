/*
 * Decompression as a stream filter: gzip (all members, CRC checked), zstd (all frames, skippable
 * ones too), or plain, told apart by the first bytes. ISA-L where it is built in, zlib elsewhere;
 * libzstd. Sources: RFC 1952, RFC 8878.
 *
 * Output is bounded by limits->layer_bytes_max and ratio_max. A zstd window over
 * limits->window_bytes_max is LC_ELIMIT; windows over 8 MiB are taken one at a time in the process
 * (a lock), so that memory stays bounded whatever the number of threads. bzip2, xz, lz4 and others
 * are LC_EUNSUP, named in the message.
 */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "base/stream.h"

enum io_compression { IO_PLAIN, IO_GZIP, IO_ZSTD, IO_BZIP2, IO_XZ, IO_LZ4, IO_COMPRESSION_N };

/** "gzip", "zstd", … */
const char *io_compression_name(enum io_compression c);
/** By magic; fewer than 6 bytes may do. IO_PLAIN when none fits. */
enum io_compression io_sniff(struct lc_slice head);

/**
 * @param from    borrowed, read from where it stands; read-ahead may take more than the compressed
 * data needs
 * @param limits  outlive the stream, whose work stops when their deadline passes or is moved
 * @param ret     owned by the caller, close with lc_stream_close(); from is not closed
 */
int io_inflate_open(struct lc_stream *from, const struct lc_limits *limits, struct lc_stream **ret,
		    enum io_compression *ret_kind, struct lc_err *e) LC_MUST_CHECK;

/**
 * Does this stream of io_inflate_open() hold the turn of large windows? Other threads wait for it
 * until the frame ends or the stream is closed: such a stream is not to be kept unused.
 */
bool io_inflate_is_large(const struct lc_stream *s);

/** One-shot: all of a compressed (or plain) slice into buf, at most its cap. */
int io_inflate_all(struct lc_slice in, const struct lc_limits *limits, struct lc_buf *buf,
		   struct lc_err *e) LC_MUST_CHECK;
/** One-shot: a zlib stream (RFC 1950) into buf, at most its cap; what follows it is ignored. */
int io_zlib_all(struct lc_slice in, struct lc_buf *buf, struct lc_err *e) LC_MUST_CHECK;
