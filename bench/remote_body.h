/* Remote write requests as Prometheus sends them, for benches: series of 10 labels, snappy. */
#ifndef WEIR_BENCH_REMOTE_BODY_H
#define WEIR_BENCH_REMOTE_BODY_H

#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

struct remote_body {
    int first, series, per_series; /* series [first, first + series), samples of each */
    int64_t first_ms;              /* time of the first samples; the others 15 s apart */
};

static inline void put_varint(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) buf_char(b, (char)(v | 0x80));
    buf_char(b, (char)v);
}

static inline void put_bytes(struct buf *b, unsigned number, str s)
{
    put_varint(b, number << 3 | 2);
    put_varint(b, s.len);
    buf_add(b, s);
}

static inline void put_label(struct buf *out, struct buf *scratch, str name, str value)
{
    buf_clear(scratch);
    put_bytes(scratch, 1, name);
    put_bytes(scratch, 2, value);
    put_bytes(out, 1, buf_view(scratch));
}

static inline void put_sample(struct buf *out, struct buf *scratch, double v, int64_t ms)
{
    char bits[8];
    memcpy(bits, &v, 8);
    buf_clear(scratch);
    buf_char(scratch, 9);
    buf_add(scratch, (str){ bits, 8 });
    buf_char(scratch, 16);
    put_varint(scratch, (uint64_t)ms);
    put_bytes(out, 2, buf_view(scratch));
}

/* One request as it comes over the wire. Labels are sorted by name, which a receiver may insist on. */
static inline str remote_body_make(const struct remote_body *r, struct arena *a)
{
    enum { LABELS = 9 };
    struct buf body = buf_init(16 << 20), series = buf_init(1 << 16), scratch = buf_init(1 << 12);
    char name[32], value[64];
    for (int s = r->first; s < r->first + r->series; s++) {
        buf_clear(&series);
        put_label(&series, &scratch, STR("__name__"), STR("http_server_request_duration_seconds"));
        for (int l = 0; l < LABELS; l++) {
            (void)snprintf(name, sizeof name, "label_%d_name", l);
            (void)snprintf(value, sizeof value, "some-value-%d-%d", l, l == 3 ? s : l);
            put_label(&series, &scratch, str_of(name), str_of(value));
        }
        for (int i = 0; i < r->per_series; i++)
            put_sample(&series, &scratch, 100 + (s * 31 + i * 17) % 23, r->first_ms + i * 15000);
        put_bytes(&body, 1, buf_view(&series));
    }
    size_t len = snappy_max_compressed_length(body.len);
    char *packed = arena_new(a, len);
    if (snappy_compress(body.ptr, body.len, packed, &len) != SNAPPY_OK) abort();
    buf_done(&scratch);
    buf_done(&series);
    buf_done(&body);
    return (str){ packed, len };
}

#endif
