#include "edge/act/tail.h"

#include "test.h"

static struct arena arena;

static str text_of(const char *printed)
{
    struct tail t = { .total = 0 };
    arena_done(&arena);
    arena = arena_init(1 << 20);
    tail_add(&t, str_of(printed));
    return tail_text(&t, &arena);
}

TEST(text_is_kept_and_noise_left_out)
{
    CHECK_STR(text_of(""), "");
    CHECK_STR(text_of("a\n\tb\r\n"), "a\n\tb\n");
    CHECK_STR(text_of("\x1b[31;1mred\x1b[0m \x1b]0;title\aplain\x1b(B"), "red plainB");
    CHECK_STR(text_of("gr\xc3\xbc\xc3\x9f \xff\xc3"), "gr\xc3\xbc\xc3\x9f ??");
    CHECK_STR(text_of("\x1b["), "");
    CHECK_STR(text_of("\x1b"), "");
}

TEST(the_end_is_kept_from_a_line_start)
{
    struct tail t = { .total = 0 };
    char line[32];
    for (int i = 0; i < 5000; i++) {
        int n = snprintf(line, sizeof line, "line %d\n", i);
        tail_add(&t, (str){ line, (size_t)n });
    }
    arena_done(&arena);
    arena = arena_init(1 << 20);
    str s = tail_text(&t, &arena);
    CHECK(s.len <= TAIL_MAX && s.len > TAIL_MAX - 16);
    CHECK(str_starts(s, STR("line ")));
    CHECK(str_ends(s, STR("line 4998\nline 4999\n")));
    arena_done(&arena);
}

/* However the output is cut into pieces, the text is the same, valid, and no longer than promised. */
TEST(pieces_make_no_difference)
{
    unsigned seed = 20240501;
    (void)printf("# seed %u\n", seed);
    for (int round = 0; round < 200; round++) {
        struct tail one = { .total = 0 }, many = { .total = 0 };
        static char bytes[40000];
        size_t len = (size_t)rand_r(&seed) % sizeof bytes;
        for (size_t i = 0; i < len; i++) bytes[i] = (char)(rand_r(&seed) >> 5);
        tail_add(&one, (str){ bytes, len });
        for (size_t at = 0; at < len;) {
            size_t n = 1 + (size_t)rand_r(&seed) % 9000;
            if (n > len - at) n = len - at;
            tail_add(&many, (str){ bytes + at, n });
            at += n;
        }
        arena_done(&arena);
        arena = arena_init(1 << 20);
        str a = tail_text(&one, &arena), b = tail_text(&many, &arena);
        CHECK(str_eq(a, b) && a.len <= TAIL_MAX && str_utf8_valid(a));
        arena_done(&arena);
    }
}
