/*
 * bzip2 as a stream filter, for documents that vendors publish so; images never are (io_inflate
 * refuses it). libbz2 is opened when it is first used. All streams of a file are read, one after
 * the other. Source: bzip2 1.0.8, "bzlib.h".
 *
 * Output is bounded by limits->layer_bytes_max.
 */
#pragma once

#include "base/limits.h"
#include "base/stream.h"

/**
 * @param from  borrowed
 * @param ret   owned by the caller, close with lc_stream_close(); from is not closed
 * @return 0; LC_EUNSUP without libbz2, LC_ENOMEM. Reading: LC_EBAD, LC_ETRUNC, LC_ELIMIT
 */
int io_bzip2_open(struct lc_stream *from, const struct lc_limits *limits, struct lc_stream **ret,
		  struct lc_err *e) LC_MUST_CHECK;
