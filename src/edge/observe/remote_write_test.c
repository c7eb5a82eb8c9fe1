#include "edge/observe/remote_write.h"

#include <snappy-c.h>

#include "base/buf.h"
#include "base/hash.h"
#include "test.h"

static const char vector_hex[] =
    "0a2f0a0e0a085f5f6e616d655f5f120275700a0b0a036a6f62120477656972121009000000000000f83f1080e6c98cdf33";

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static str vector(struct arena *a)
{
    str raw;
    CHECK_OK(hex_bytes(str_of(vector_hex), a, &raw));
    return raw;
}

static void check_vector(const struct batch *b)
{
    CHECK_I64(b->series_count, 1);
    CHECK_I64(b->point_count, 1);
    CHECK_STR(b->series[0].name, "up");
    CHECK_I64(b->series[0].label_count, 1);
    CHECK_STR(b->series[0].labels[0].name, "job");
    CHECK_STR(b->series[0].labels[0].value, "weir");
    CHECK(b->points[0].value == 1.5);
    CHECK_I64(b->points[0].time, INT64_C(1777874400000000));
}

TEST(the_published_vector_decodes)
{
    struct arena a = arena_init(1 << 20);
    struct batch b;
    str body;
    CHECK_OK(hex_bytes(str_fmt(&a, "31c0%s", vector_hex), &a, &body));
    CHECK_OK(remote_write_decode(body, &a, &b));
    check_vector(&b);
    arena_done(&a);
}

TEST(every_cut_of_the_vector_is_an_error_or_a_smaller_message)
{
    struct arena a = arena_init(1 << 20);
    str raw = vector(&a);
    for (size_t n = 0; n < raw.len; n++) {
        struct batch b;
        err e = remote_write_decode_raw(str_cut(raw, 0, n), &a, &b);
        CHECK(n == 0 ? !e.code : e.code == ERR_INPUT);
    }
    arena_done(&a);
}

TEST(a_declared_length_over_the_cap_is_refused_before_allocating)
{
    struct arena a = arena_init(1 << 16); /* far too small for what the header declares */
    struct batch b;
    CHECK_ERR(remote_write_decode(STR("\xff\xff\xff\xff\x0f\x00x"), &a, &b), ERR_LIMIT);
    CHECK_ERR(remote_write_decode(STR(""), &a, &b), ERR_INPUT);
    CHECK_ERR(remote_write_decode(STR("\x05\x00"), &a, &b), ERR_INPUT);
    CHECK_I64(a.used, 16); /* nothing but the five bytes of the last case */
    arena_done(&a);
}

TEST(a_stale_marker_keeps_its_bits)
{
    struct arena a = arena_init(1 << 20);
    struct batch b;
    str body;
    CHECK_OK(hex_bytes(STR("0a1f0a0b0a085f5f6e616d655f5f120a0275701210090200000000000af07f10d00f"), &a,
                       &body)); /* lengths wrong on purpose */
    CHECK_ERR(remote_write_decode_raw(body, &a, &b), ERR_INPUT);
    CHECK_OK(hex_bytes(STR("0a1e0a0e0a085f5f6e616d655f5f12027570120c09020000000000f07f10d00f"), &a, &body));
    CHECK_OK(remote_write_decode_raw(body, &a, &b));
    CHECK_I64(b.point_count, 1);
    double stale = stale_marker();
    CHECK(memcmp(&b.points[0].value, &stale, sizeof stale) == 0);
    CHECK_I64(b.points[0].time, 2000 * 1000);
    arena_done(&a);
}

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

static void put_label(struct buf *series, str name, str value)
{
    struct buf l = buf_init(4096);
    put_bytes(&l, 1, name);
    put_bytes(&l, 2, value);
    put_bytes(series, 1, buf_view(&l));
    buf_done(&l);
}

static void put_sample(struct buf *series, double value, int64_t ms)
{
    struct buf s = buf_init(64);
    char bits[8];
    memcpy(bits, &value, 8);
    buf_char(&s, 9);
    buf_add(&s, (str){ bits, 8 });
    buf_char(&s, 16);
    put_varint(&s, (uint64_t)ms);
    put_bytes(series, 2, buf_view(&s));
    buf_done(&s);
}

TEST(a_bad_series_is_refused_with_its_index_and_the_rest_kept)
{
    struct arena a = arena_init(1 << 20);
    struct buf body = buf_init(1 << 16), s = buf_init(1 << 12);
    put_label(&s, STR("__name__"), STR("good"));
    put_sample(&s, 1, 1000);
    put_sample(&s, 2, -5); /* before 1970: refused, the other sample stays */
    put_bytes(&body, 1, buf_view(&s));
    buf_clear(&s);
    put_label(&s, STR("job"), STR("nameless"));
    put_sample(&s, 1, 1000);
    put_bytes(&body, 1, buf_view(&s));
    buf_clear(&s);
    put_label(&s, STR("z"), STR("1"));
    put_label(&s, STR("__name__"), STR("unsorted"));
    put_label(&s, STR("a"), STR("1"));
    put_sample(&s, 3, 3000);
    put_bytes(&body, 1, buf_view(&s));
    struct batch b;
    CHECK_OK(remote_write_decode_raw(buf_view(&body), &a, &b));
    CHECK_I64(b.series_count, 2);
    CHECK_I64(b.point_count, 2);
    CHECK_I64(b.refused->total, 2);
    CHECK_I64(b.refused->items[0].index, 0);
    CHECK_I64(b.refused->items[1].index, 1);
    CHECK_STR(b.refused->items[1].reason, "the series has no name");
    CHECK_STR(b.series[1].labels[0].name, "a");
    CHECK(b.points[b.series[1].first].value == 3);
    buf_done(&s);
    buf_done(&body);
    arena_done(&a);
}

TEST(unknown_fields_metadata_and_histograms_are_skipped)
{
    struct arena a = arena_init(1 << 20);
    struct buf body = buf_init(1 << 16), s = buf_init(1 << 12);
    put_bytes(&body, 3, STR("metadata of some kind"));
    put_label(&s, STR("__name__"), STR("up"));
    put_bytes(&s, 4, STR("a native histogram"));
    put_bytes(&s, 3, STR("an exemplar"));
    put_varint(&s, 15 << 3 | 0);
    put_varint(&s, UINT64_MAX);
    put_sample(&s, 1.5, 7);
    put_bytes(&body, 1, buf_view(&s));
    struct batch b;
    CHECK_OK(remote_write_decode_raw(buf_view(&body), &a, &b));
    CHECK_I64(b.series_count, 1);
    CHECK_I64(b.points[0].time, 7000);
    buf_done(&s);
    buf_done(&body);
    arena_done(&a);
}

/* Whatever is flipped in a valid message, the decoder stays inside it and gives an error or a consistent batch. */
TEST(mutated_messages_never_escape_their_bounds)
{
    uint64_t seed = 20260504;
    (void)printf("# seed %llu\n", (unsigned long long)seed);
    struct arena a = arena_init(1 << 20);
    int rounds = test_count(20000, 500000);
    for (int i = 0; i < rounds; i++) {
        arena_reset(&a);
        str raw = vector(&a);
        char *copy = malloc(raw.len); /* of exact size, so that a sanitizer sees one byte too many */
        memcpy(copy, raw.ptr, raw.len);
        for (uint64_t n = next_random(&seed) % 4 + 1; n > 0; n--)
            copy[next_random(&seed) % raw.len] = (char)next_random(&seed);
        struct batch b;
        err e = remote_write_decode_raw((str){ copy, raw.len }, &a, &b);
        for (size_t s = 0; !e.code && s < b.series_count; s++)
            CHECK(b.series[s].first + b.series[s].count <= b.point_count);
        free(copy);
    }
    arena_done(&a);
}

TEST(a_snappy_body_roundtrips_many_series)
{
    struct arena a = arena_init(64 << 20);
    struct buf body = buf_init(8 << 20), s = buf_init(1 << 12);
    for (int i = 0; i < 2000; i++) {
        char instance[32];
        (void)snprintf(instance, sizeof instance, "host-%d", i);
        buf_clear(&s);
        put_label(&s, STR("__name__"), STR("http_requests_total"));
        put_label(&s, STR("instance"), str_of(instance));
        put_label(&s, STR("job"), STR("api"));
        put_sample(&s, i, 1000 + i);
        put_bytes(&body, 1, buf_view(&s));
    }
    size_t len = snappy_max_compressed_length(body.len);
    char *packed = arena_new(&a, len);
    CHECK(snappy_compress(body.ptr, body.len, packed, &len) == SNAPPY_OK);
    struct batch b;
    CHECK_OK(remote_write_decode((str){ packed, len }, &a, &b));
    CHECK_I64(b.series_count, 2000);
    CHECK_STR(b.series[1999].labels[0].value, "host-1999");
    CHECK(b.series[1999].kind == SERIES_COUNTER);
    CHECK(b.points[1999].value == 1999);
    buf_done(&s);
    buf_done(&body);
    arena_done(&a);
}
