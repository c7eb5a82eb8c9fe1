#include "edge/inquiry/text_marks.h"

#include "base/arena.h"
#include "test.h"

static unsigned dice(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static str text_by_chance(struct arena *a, unsigned *state, size_t len)
{
    char *p = ARENA_ARRAY(a, char, len);
    for (size_t i = 0; i < len; i++) p[i] = "abcdefghijklmnopqrstuvwxyz      ABC\xc3\xa4"[dice(state) % 37];
    return (str){ p, len };
}

TEST(a_word_that_is_there_is_never_excluded_and_most_others_are)
{
    struct arena a = arena_init(16 << 20);
    struct text_marks *m = text_marks_new();
    unsigned state = 7, excluded = 0;
    enum { TEXTS = 3000 };
    str texts[TEXTS];
    for (int i = 0; i < TEXTS; i++) {
        texts[i] = text_by_chance(&a, &state, 10 + dice(&state) % 500);
        text_marks_add(m, 0, i + 1, (str[]){ STR("Subject"), texts[i] }, 2);
    }
    for (int i = 0; i < TEXTS; i++) {
        str word = str_cut(texts[i], dice(&state) % texts[i].len, 1 + dice(&state) % 12);
        CHECK(!text_marks_exclude(m, i + 1, (str[]){ word, STR("SUBject"), STR("") }, 3));
        excluded += text_marks_exclude(m, i + 1, (str[]){ STR("qzxjvq") }, 1);
    }
    CHECK(excluded > TEXTS * 98 / 100);
    CHECK(!text_marks_exclude(m, TEXTS + 1, (str[]){ STR("qzxjvq") }, 1)); /* nothing is known of it */
    CHECK_I64((int64_t)text_marks_count(m), TEXTS);
    text_marks_forget(m);
    CHECK_I64((int64_t)text_marks_count(m), 0);
    CHECK(!text_marks_exclude(m, 1, (str[]){ STR("qzxjvq") }, 1));
    text_marks_add(m, 0, 1, (str[]){ STR("opened before it was erased") }, 1);
    CHECK_I64((int64_t)text_marks_count(m), 0);
    text_marks_add(m, text_marks_age(m), 1, (str[]){ STR("opened after") }, 1);
    CHECK_I64((int64_t)text_marks_count(m), 1);
    text_marks_free(m);
    arena_done(&a);
}

TEST(more_texts_than_there_is_room_for_take_the_place_of_others)
{
    struct text_marks *m = text_marks_new();
    unsigned known = 0;
    enum { TEXTS = 70000, ROOM = 65536 };
    for (int i = 1; i <= TEXTS; i++) {
        text_marks_add(m, 0, i, (str[]){ i % 2 ? STR("odd number") : STR("even number") }, 1);
        if (i > ROOM) CHECK(text_marks_exclude(m, i, (str[]){ i % 2 ? STR("even") : STR("odd") }, 1));
    }
    for (int i = 1; i <= TEXTS; i++) {
        CHECK(!text_marks_exclude(m, i, (str[]){ i % 2 ? STR("odd") : STR("even") }, 1));
        known += text_marks_exclude(m, i, (str[]){ STR("nothing") }, 1);
    }
    CHECK_I64((int64_t)text_marks_count(m), ROOM);
    CHECK(known <= ROOM && known > ROOM * 9 / 10);
    text_marks_free(m);
}
