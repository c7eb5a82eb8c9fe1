#include "engine/chunk/chunk.h"

#include <math.h>

#include "test.h"

enum { CAP = 4096, SAMPLES_MAX = 40000 };

struct sample {
    usec t;
    double v;
};

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static double any_double(uint64_t *s)
{
    static const double odd[] = { 0, -0.0, 1, -1, 1e308, -1e308, 5e-324, INFINITY, -INFINITY, NAN, 0.1, 1e-300 };
    uint64_t r = next_random(s);
    if (r % 4 == 0) return odd[(r >> 8) % (sizeof odd / sizeof *odd)];
    if (r % 4 == 1) return (double)(int64_t)(r >> 40);
    double v;
    r = next_random(s);
    memcpy(&v, &r, sizeof v);
    return v;
}

static usec any_step(uint64_t *s)
{
    uint64_t r = next_random(s);
    if (r % 5 < 3) return 60 * USEC_SECOND;
    if (r % 5 == 3) return (usec)(r >> (r >> 8) % 60) - (usec)(next_random(s) >> 50);
    return (usec)next_random(s);
}

/* What goes in comes out, for any times and any bits of a double, and a full chunk refuses without a trace. */
TEST(any_samples_come_back_bit_for_bit)
{
    static struct sample in[SAMPLES_MAX];
    static uint8_t bytes[CAP];
    for (int seed = 1; seed <= test_count(300, 20000); seed++) {
        uint64_t s = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15);
        size_t cap = CHUNK_MIN_CAP + next_random(&s) % (CAP - CHUNK_MIN_CAP), n = 0;
        struct chunk_writer w;
        chunk_writer_init(&w, bytes, cap);
        uint64_t t = next_random(&s);
        while (n < SAMPLES_MAX) {
            in[n] = (struct sample){ (usec)t, n && next_random(&s) % 3 == 0 ? in[n - 1].v : any_double(&s) };
            if (!chunk_append(&w, in[n].t, in[n].v)) break;
            n++;
            t += (uint64_t)any_step(&s);
        }
        struct chunk_reader r;
        CHECK_OK(chunk_reader_init(&r, chunk_bytes(&w)));
        usec rt;
        double rv;
        for (size_t i = 0; i < n; i++)
            if (!chunk_reader_next(&r, &rt, &rv) || rt != in[i].t || !same_bits(rv, in[i].v))
                test_failed(__FILE__, __LINE__, "seed %d sample %zu differs", seed, i);
        CHECK(!chunk_reader_next(&r, &rt, &rv));
        CHECK(!r.corrupt);
    }
}

TEST(a_steady_series_costs_two_bits_a_sample)
{
    static uint8_t bytes[CAP];
    struct chunk_writer w;
    chunk_writer_init(&w, bytes, sizeof bytes);
    size_t n = 0;
    while (chunk_append(&w, (usec)n * 15 * USEC_SECOND, 42.5)) n++;
    CHECK(n > (CAP - 32) * 4);
}

TEST(the_count_has_a_limit)
{
    static uint8_t bytes[CAP * 8];
    struct chunk_writer w;
    chunk_writer_init(&w, bytes, sizeof bytes);
    uint32_t n = 0;
    while (chunk_append(&w, (usec)n, 1)) n++;
    CHECK_I64(n, CHUNK_COUNT_MAX);
    struct chunk_reader r;
    CHECK_OK(chunk_reader_init(&r, chunk_bytes(&w)));
    usec t = 0;
    double v;
    while (chunk_reader_next(&r, &t, &v)) n--;
    CHECK_I64(n, 0);
    CHECK_I64(t, CHUNK_COUNT_MAX - 1);
}

TEST(what_is_no_chunk_is_refused)
{
    struct chunk_reader r;
    CHECK_ERR(chunk_reader_init(&r, STR("")), ERR_CORRUPT);
    CHECK_ERR(chunk_reader_init(&r, STR("\x01\x01")), ERR_CORRUPT);
    CHECK_ERR(chunk_reader_init(&r, STR("\0\1\0")), ERR_CORRUPT);
    CHECK_ERR(chunk_reader_init(&r, STR("\x02\1\0")), ERR_TOO_NEW);
}

/* A cut chunk gives the samples that are whole and says that there is more missing. */
TEST(a_cut_chunk_gives_its_head_and_says_so)
{
    uint8_t bytes[256];
    struct chunk_writer w;
    chunk_writer_init(&w, bytes, sizeof bytes);
    int n = 0;
    while (chunk_append(&w, n * USEC_SECOND + n % 3, n * 0.37)) n++;
    str all = chunk_bytes(&w);
    for (size_t cut = CHUNK_HEADER_LEN; cut < all.len; cut++) {
        struct chunk_reader r;
        CHECK_OK(chunk_reader_init(&r, str_cut(all, 0, cut)));
        usec t;
        double v;
        int i = 0;
        for (; chunk_reader_next(&r, &t, &v); i++) CHECK(t == i * USEC_SECOND + i % 3 && v == i * 0.37);
        CHECK(i < n);
        CHECK(r.corrupt);
    }
}

TEST(hostile_bytes_end_in_bounded_time)
{
    for (int seed = 1; seed <= test_count(3000, 300000); seed++) {
        uint64_t s = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15);
        char bytes[300];
        size_t len = next_random(&s) % sizeof bytes;
        for (size_t i = 0; i < len; i++) bytes[i] = (char)next_random(&s);
        if (len > 2) bytes[0] = CHUNK_VERSION;
        struct chunk_reader r;
        if (chunk_reader_init(&r, (str){ bytes, len }).code) continue;
        usec t;
        double v;
        uint32_t n = 0;
        while (chunk_reader_next(&r, &t, &v)) n++;
        if (n != r.seen || r.bit > len * 8) test_failed(__FILE__, __LINE__, "seed %d", seed);
    }
}
