/* Samples a second of processor time through remote write: decoding alone, the whole way in (decode, find the series,
 * write the log), and until every sample is judged. 2,000 series of 10 labels, 1 or 20 samples of each in a request, as
 * Prometheus sends them. */
#include <ftw.h>
#include <unistd.h>

#include "remote_body.h"
#include "core/core.h"
#include "edge/observe/ingest.h"
#include "edge/observe/remote_write.h"

enum { SERIES = 2000, REQUESTS = 60 };

static str make_request(int64_t first_ms, int per_series, struct arena *a)
{
    return remote_body_make(&(struct remote_body){ .series = SERIES, .per_series = per_series, .first_ms = first_ms },
                            a);
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
    for (int i = 0; i < REQUESTS; i++)
        requests[i] = make_request(start + (int64_t)i * per_series * 15000, per_series, &a);
    double samples = (double)REQUESTS * SERIES * per_series;
    usec t0 = cpu(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < REQUESTS; i++) {
        must(remote_write_decode(requests[i], &work, &b));
        arena_reset(&work);
    }
    usec t1 = cpu(CLOCK_THREAD_CPUTIME_ID);
    must(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &store));
    must(ingest_open(
        &(struct ingest_opts){
            .dir = str_of(dir), .threads = 1, .lag_max = INT64_C(1) << 40, .disk_floor = -1, .apply = no_core },
        store, &env, &in));
    must(remote_write_decode(requests[0], &work, &b)); /* makes the series; what counts is the steady state */
    must(ingest_samples(in, STR("bench"), &b, &got));
    must(ingest_drain(in, 600 * USEC_SECOND));
    samples -= SERIES * per_series;
    usec t2 = cpu(CLOCK_THREAD_CPUTIME_ID), all = cpu(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 1; i < REQUESTS; i++) {
        must(remote_write_decode(requests[i], &work, &b));
        must(ingest_samples(in, STR("bench"), &b, &got));
        if (got.accepted != b.point_count)
            (void)fprintf(stderr, "only %zu of %zu samples taken\n", got.accepted, b.point_count);
        arena_reset(&work);
    }
    usec t3 = cpu(CLOCK_THREAD_CPUTIME_ID);
    must(ingest_drain(in, 600 * USEC_SECOND));
    usec t4 = cpu(CLOCK_PROCESS_CPUTIME_ID);
    (void)printf(
        "%2d samples a series: decode %.2f, decode + log %.2f, until judged %.2f million samples/s of one core\n",
        per_series, (samples + SERIES * per_series) / (double)(t1 - t0), samples / (double)(t3 - t2),
        samples / (double)(t4 - all));
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
