/* Prometheus remote write 1.0: a snappy block around a protobuf WriteRequest. */
#ifndef WEIR_EDGE_OBSERVE_REMOTE_WRITE_H
#define WEIR_EDGE_OBSERVE_REMOTE_WRITE_H

#include "edge/observe/batch.h"

enum { REMOTE_WRITE_RAW_MAX = 32 << 20 }; /* bytes after decompression */

/* Decode one request body. Labels are views into memory of `a`; exemplars, native histograms and metadata are skipped.
 * A series whose labels are not valid is refused with its index, the others are kept.
 * Errors: ERR_INPUT (not snappy, not a WriteRequest; names the byte), ERR_LIMIT.  Thread: any. */
MUST_USE err remote_write_decode(str body, struct arena *a, struct batch *out);
/* The same without the snappy layer. */
MUST_USE err remote_write_decode_raw(str raw, struct arena *a, struct batch *out);

#endif
