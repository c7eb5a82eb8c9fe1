/* Samples a second of processor time through remote write: decoding alone, the whole way in (decode, find the series, write the log), and
 * until every sample is judged. 2,000 series of 10 labels, 1 or 20 samples of each in a request, as Prometheus sends them. */
#include <ftw.h>
#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "core/core.h"
#include "edge/observe/ingest.h"
#include "edge/observe/remote_write.h"

enum { SERIES = 2000, LABELS = 9, REQUESTS = 60, BODY_MAX = 16 << 20 };

static void put_varint(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) buf_char(b, (char)(v | 0x80));
    buf_char(b, (char)v);
}

static void put_bytes(struct buf *b, unsigned number, str s)
{
    put_varint(b, number << 3 | 2);
    put_varint(b, s.len);
    buf_add(b, s);
}

static void put_label(struct buf *out, struct buf *scratch, str name, str value)
{
    buf_clear(scratch);
    put_bytes(scratch, 1, name);
    put_bytes(scratch, 2, value);
    put_bytes(out, 1, buf_view(scratch));
}

static void put_sample(struct buf *out, struct buf *scratch, double v, int64_t ms)
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

/* One request as it comes over the wire. */
static str make_request(int64_t first_ms, int per_series, struct arena *a)
{
    struct buf body = buf_init(BODY_MAX), series = buf_init(1 << 16), scratch = buf_init(1 << 12);
    char name[32], value[64];
    for (int s = 0; s < SERIES; s++) {
        buf_clear(&series);
        put_label(&series, &scratch, STR("__name__"), STR("http_server_request_duration_seconds"));
        for (int l = 0; l < LABELS; l++) {
            (void)snprintf(name, sizeof name, "label_%d_name", l);
            (void)snprintf(value, sizeof value, "some-value-%d-%d", l, l == 3 ? s : l);
            put_label(&series, &scratch, str_of(name), str_of(value));
        }
        for (int i = 0; i < per_series; i++) put_sample(&series, &scratch, 100 + (s * 31 + i * 17) % 23, first_ms + i * 15000);
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

static void must(err e)
{
    if (!e.code) return;
    (void)fprintf(stderr, "bench_ingest: %s\n", e.msg);
    exit(3);
}

static err no_core(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    (void)ctx;
    (void)tx;
    (void)in;
    *seq = 1;
    return OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

/* Processor time of this thread, or of all: the machine may be busy with other things. */
static usec cpu(clockid_t which)
{
    struct timespec t;
    (void)clock_gettime(which, &t);
    return (usec)t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

static void run(int per_series)
{
    struct env env = env_os();
    struct arena a = arena_init((size_t)1 << 30), work = arena_init(256 << 20);
    struct store *store = NULL;
    struct ingest *in = NULL;
    struct batch b;
    struct ingest_result got;
    str requests[REQUESTS];
    char dir[] = "/tmp/weir-bench-XXXXXX";
    if (!mkdtemp(dir)) abort();
    int64_t start = env.wall(&env) / 1000 - (int64_t)REQUESTS * per_series * 15000;
    for (int i = 0; i < REQUESTS; i++) requests[i] = make_request(start + (int64_t)i * per_series * 15000, per_series, &a);
    double samples = (double)REQUESTS * SERIES * per_series;
    usec t0 = cpu(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < REQUESTS; i++) {
        must(remote_write_decode(requests[i], &work, &b));
        arena_reset(&work);
    }
    usec t1 = cpu(CLOCK_THREAD_CPUTIME_ID);
    must(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &store));
    must(ingest_open(&(struct ingest_opts){ .dir = str_of(dir), .threads = 1, .lag_max = INT64_C(1) << 40, .disk_floor = -1, .apply = no_core }, store, &env, &in));
    must(remote_write_decode(requests[0], &work, &b)); /* makes the series; what counts is the steady state */
    must(ingest_samples(in, STR("bench"), &b, &got));
    must(ingest_drain(in, 600 * USEC_SECOND));
    samples -= SERIES * per_series;
    usec t2 = cpu(CLOCK_THREAD_CPUTIME_ID), all = cpu(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 1; i < REQUESTS; i++) {
        must(remote_write_decode(requests[i], &work, &b));
        must(ingest_samples(in, STR("bench"), &b, &got));
        if (got.accepted != b.point_count) (void)fprintf(stderr, "only %zu of %zu samples taken\n", got.accepted, b.point_count);
        arena_reset(&work);
    }
    usec t3 = cpu(CLOCK_THREAD_CPUTIME_ID);
    must(ingest_drain(in, 600 * USEC_SECOND));
    usec t4 = cpu(CLOCK_PROCESS_CPUTIME_ID);
    (void)printf("%2d samples a series: decode %.2f, decode + log %.2f, until judged %.2f million samples/s of one core\n", per_series,
                 (samples + SERIES * per_series) / (double)(t1 - t0), samples / (double)(t3 - t2), samples / (double)(t4 - all));
    ingest_close(in);
    store_close(store);
    arena_done(&work);
    arena_done(&a);
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    run(1);
    run(20);
    return 0;
}
