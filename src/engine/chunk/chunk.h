/* Runs of samples in few bytes, as in Gorilla (Pelkonen et al., VLDB 2015): a time is stored as the change of its
 * distance to the one before, a value as the bits in which it differs from the one before. A steady series costs 2 bits
 * a sample, a noisy one about 8 bytes.
 *
 * Layout: one byte version, two bytes count (little endian), then a bit stream, high bits first. The first sample is
 * 64 bits of time and 64 of value. After that, per sample:
 *   time    0 | 10 s14 | 110 s20 | 1110 s32 | 1111 s64     the change of the distance in microseconds, biased
 *   value   0 (same bits) | 10 bits (in the window of the last 11) | 11 lead:5 length-1:6 bits
 * Any time and any 64 bits of a double survive unchanged: time may go backwards, NaN keeps its payload. Pure; no
 * allocation. */
#ifndef WEIR_ENGINE_CHUNK_H
#define WEIR_ENGINE_CHUNK_H

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum {
    CHUNK_HEADER_LEN = 3,
    CHUNK_MIN_CAP = CHUNK_HEADER_LEN + 16, /* header and first sample */
    CHUNK_COUNT_MAX = UINT16_MAX,
    CHUNK_VERSION = 1
};

struct chunk_writer {
    uint8_t *bytes; /* the caller's */
    size_t cap;     /* how many there are */
    size_t bits;    /* used, including the header */
    uint32_t count;
    uint64_t time, step, value; /* of the last sample; step is the distance to the one before it */
    uint8_t lead, length;       /* the window of differing bits; length 0: none yet */
};

/* Start an empty chunk in `bytes`, which must outlive the writer. cap >= CHUNK_MIN_CAP (asserted). */
void chunk_writer_init(struct chunk_writer *w, uint8_t *bytes, size_t cap);
/* False when the sample does not fit any more (bytes or CHUNK_COUNT_MAX): nothing changed, start the next chunk. */
bool chunk_append(struct chunk_writer *w, usec t, double v);
/* The chunk so far; valid and complete after every append. Borrowed from the caller's bytes. */
str chunk_bytes(const struct chunk_writer *w);

struct chunk_reader {
    const uint8_t *bytes;
    size_t bits_total, bit;
    uint32_t count, seen;
    uint64_t time, step, value;
    uint8_t lead, length;
    bool corrupt;
};

/* Read a chunk from anywhere. Errors: ERR_CORRUPT (too short, or no chunk), ERR_TOO_NEW. */
MUST_USE err chunk_reader_init(struct chunk_reader *r, str bytes);
/* The next sample; false at the end, or where the bytes stop making sense (then r->corrupt). */
bool chunk_reader_next(struct chunk_reader *r, usec *t, double *v);

#endif
