#include "edge/cli/table.h"

#include "test.h"

static str printed(const struct table *t, struct arena *a)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    table_print(t, f);
    (void)fclose(f);
    str s = str_dup(a, (str){ text, len });
    free(text);
    return s;
}

TEST(columns_are_aligned_and_numbers_stand_to_the_right)
{
    struct arena a = arena_init(1 << 20);
    struct table t = table_init(&a, (const char *const[]){ "NAME", ">RUNS", "HEALTH", NULL }, false);
    table_row(&t, (const str[]){ STR("orders"), STR("7"), STR("ok") });
    table_row(&t, (const str[]){ STR("b\xc3\xbc" "cher"), STR("1200"), STR("failing") });
    CHECK_STR(printed(&t, &a), "NAME    RUNS  HEALTH\norders     7  ok\nb\xc3\xbc" "cher  1200  failing\n");
    arena_done(&a);
}

TEST(text_does_not_turn_round_what_is_shown)
{
    struct arena a = arena_init(1 << 16);
    CHECK_STR(plain_text(&a, STR("drop \xe2\x80\xaeselbat\xe2\x81\xa6 \xe2\x80\xa6 \xe2\x80")),
              "drop ???selbat??? \xe2\x80\xa6 \xe2\x80");
    arena_done(&a);
}

TEST(wide_tables_are_cut_to_80_columns_and_steer_no_terminal)
{
    struct arena a = arena_init(1 << 20);
    struct table t = table_init(&a, (const char *const[]){ "ID", "TITLE", "WHY", NULL }, false);
    char wide[200];
    memset(wide, 'x', sizeof wide);
    table_row(&t, (const str[]){ STR("inc-1"), { wide, 200 }, { wide, 100 } });
    table_row(&t, (const str[]){ STR("inc-2"), STR("a\x1b[31mb\nc"), STR("\xc2\x9b" "31m") });
    str text = printed(&t, &a), line;
    CHECK(!memchr(text.ptr, 0x1b, text.len) && str_find(text, STR("\xc2\x9b"), 0) < 0);
    CHECK(str_find(text, STR("a?[31mb c"), 0) > 0);
    while (str_next(&text, '\n', &line)) CHECK(text_columns(line) <= 80);
    arena_done(&a);
}

TEST(sentences_go_on_in_the_next_line)
{
    struct arena a = arena_init(1 << 20);
    struct table t = table_init(&a, (const char *const[]){ "ID", "~WHAT", ">N", NULL }, false);
    table_row(&t, (const str[]){
                      STR("inc-1"),
                      STR("the load of orders fails since the column amount is gone from the file of the shop, again"),
                      STR("7") });
    table_row(&t, (const str[]){ STR("inc-2"), STR("short"), STR("12") });
    CHECK_STR(printed(&t, &a), "ID     WHAT                                                                    N\n"
                               "inc-1  the load of orders fails since the column amount is gone from the       7\n"
                               "       file of the shop, again\n"
                               "inc-2  short                                                                  12\n");
    arena_done(&a);
}

TEST(what_is_copied_stays_whole_and_what_is_spare_goes_where_there_is_no_room)
{
    static const char *const heads[] = { "!ID", "~STEP", "?MORE", ">?ROWS", NULL };
    struct arena a = arena_init(1 << 20);
    struct table wide = table_init(&a, heads, false), narrow = table_init(&a, heads, false);
    table_row(&wide, (const str[]){ STR("01a1fe05-77eb-772b"), STR("load"), STR("twelve"), STR("7") });
    CHECK_STR(printed(&wide, &a), "ID                  STEP  MORE    ROWS\n01a1fe05-77eb-772b  load  twelve     7\n");
    table_row(&narrow, (const str[]){ STR("01a1fe05-77eb-772b-9d7f-0242ac120002-and-so-on"),
                                      STR("a_step_whose_name_never_ends_and_goes_on"), STR("more"), STR("7") });
    CHECK_STR(printed(&narrow, &a), "ID                                              STEP\n"
                                    "01a1fe05-77eb-772b-9d7f-0242ac120002-and-so-on  a_step_whose_name_never_ends_and\n"
                                    "                                                _goes_on\n");
    arena_done(&a);
}

TEST(shares_and_sizes_say_no_more_than_they_know)
{
    struct arena a = arena_init(1 << 16);
    CHECK_STR(sure_text(&a, 0.836), "84 %");
    CHECK_STR(sure_text(&a, 0.994), "99 %");
    CHECK_STR(sure_text(&a, 0.9996), "over 99 %");
    CHECK_STR(sure_text(&a, 1), "100 %");
    CHECK_STR(size_text(&a, 8614), "8.6 kB");
    CHECK_STR(size_text(&a, 23900000), "23.9 MB");
    arena_done(&a);
}
