#include "base/str.h"

#include "base/arena.h"
#include "base/buf.h"
#include "test.h"

TEST(numbers_are_whole_strings)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        { "0", true, 0 },          { "-12", true, -12 },   { "9223372036854775807", true, INT64_MAX },
        { "", false, 0 },          { " 1", false, 0 },     { "1x", false, 0 },
        { "9223372036854775808", false, 0 },               { "1.5", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t v = 0;
        err e = str_to_i64(str_of(cases[i].text), &v);
        CHECK(!e.code == cases[i].ok);
        if (cases[i].ok) CHECK_I64(v, cases[i].value);
    }
}

TEST(next_gives_every_part_also_empty_ones)
{
    str rest = STR("a,,b,"), part;
    CHECK(str_next(&rest, ',', &part) && STR_IS(part, "a"));
    CHECK(str_next(&rest, ',', &part) && part.len == 0);
    CHECK(str_next(&rest, ',', &part) && STR_IS(part, "b"));
    CHECK(str_next(&rest, ',', &part) && part.len == 0);
    CHECK(!str_next(&rest, ',', &part));
}

TEST(utf8_prefix_never_splits_a_character)
{
    str s = STR("a\xc3\xa9\xe2\x82\xac");
    CHECK_STR(str_utf8_prefix(s, 2), "a");
    CHECK_STR(str_utf8_prefix(s, 3), "a\xc3\xa9");
    CHECK_STR(str_utf8_prefix(s, 5), "a\xc3\xa9");
    CHECK(str_utf8_valid(s));
    CHECK(!str_utf8_valid(STR("\xed\xa0\x80")));
    CHECK(!str_utf8_valid(STR("\xc0\xaf")));
    CHECK(!str_utf8_valid(STR("\xf5\x80\x80\x80")));
}

TEST(distance_counts_edits)
{
    CHECK_I64(str_distance(STR("retention"), STR("retentoin")), 2);
    CHECK_I64(str_distance(STR(""), STR("abc")), 3);
    CHECK_I64(str_distance(STR("same"), STR("same")), 0);
}

TEST(arena_refuses_past_its_cap_and_can_be_used_again)
{
    struct arena a = arena_init(10000);
    CHECK(arena_try(&a, 6000));
    CHECK(!arena_try(&a, 6000));
    CHECK(a.full);
    CHECK(!arena_try(&a, SIZE_MAX));
    arena_reset(&a);
    CHECK(arena_try(&a, 9000));
    arena_done(&a);
    CHECK_STR(str_fmt(&a, "%d-%s", 7, "x"), "7-x");
    arena_done(&a);
}

TEST(an_arena_can_live_in_the_callers_memory)
{
    char memory[1000];
    memset(memory, 7, sizeof memory);
    struct arena a = arena_over(memory + 1, sizeof memory - 1);
    for (int round = 0; round < 2; round++) { /* the second after arena_reset or arena_done: the same memory again */
        char *p = arena_try(&a, 100);
        CHECK(p && p > memory && p + 100 < memory + sizeof memory && (uintptr_t)p % 16 == 0 && p[0] == 0 && p[99] == 0);
        CHECK(arena_try(&a, 700));
        CHECK(!arena_try(&a, 200) && a.full);
        if (round) arena_done(&a);
        else arena_reset(&a);
    }
    CHECK(arena_try(&a, 100));
    a = arena_over(memory, 20); /* not even room for itself */
    CHECK(!arena_try(&a, 1));
    a = arena_over(NULL, 0);
    CHECK(!arena_try(&a, 1));
    arena_done(&a);
}

TEST(buf_is_sticky_past_its_maximum)
{
    struct buf b = buf_init(8);
    buf_add(&b, STR("12345"));
    buf_add(&b, STR("6789"));
    CHECK(b.full);
    buf_add(&b, STR("6"));
    CHECK_STR(buf_view(&b), "12345");
    buf_done(&b);
}

TEST(what_a_buf_held_lives_on_in_the_arena)
{
    struct arena a = arena_init(4096);
    struct buf b = buf_init(64);
    buf_fmt(&b, "%d rows", 12);
    str text = buf_take(&b, &a);
    CHECK_STR(text, "12 rows");
    CHECK(b.len == 0 && !b.ptr);
    CHECK_STR(buf_take(&b, &a), "");
    arena_done(&a);
}

TEST(an_arena_goes_back_to_a_mark)
{
    struct arena a = arena_init(1 << 20);
    struct arena_mark empty = arena_mark(&a);
    char *kept = arena_new(&a, 100);
    memset(kept, 'k', 100);
    struct arena_mark mark = arena_mark(&a);
    for (int round = 0; round < 1000; round++) { /* far more in all than the arena may hold */
        CHECK(arena_try(&a, 3000) && arena_try(&a, 500000));
        arena_rewind(&a, mark);
    }
    CHECK(a.used == mark.used && kept[0] == 'k' && kept[99] == 'k');
    char *next = arena_new(&a, 16);
    CHECK(next[0] == 0);
    arena_rewind(&a, empty);
    CHECK(a.used == 0);
    char memory[4096];
    struct arena fixed = arena_over(memory, sizeof memory);
    mark = arena_mark(&fixed);
    for (int round = 0; round < 10; round++) {
        CHECK(arena_try(&fixed, 3000));
        arena_rewind(&fixed, mark);
    }
    arena_done(&a);
}
