#include "base/json.h"

#include <math.h>

#include "test.h"

TEST(what_is_written_reads_back)
{
    struct buf out = buf_init(4096);
    struct jw w = jw_init(&out);
    jw_open(&w, NULL);
    jw_str(&w, "text", STR("a\"b\\c\n\x01\xc3\xa9"));
    jw_i64(&w, "int", INT64_MIN);
    jw_f64(&w, "real", 0.1);
    jw_f64(&w, "nan", NAN);
    jw_array(&w, "list");
    jw_bool(&w, NULL, true);
    jw_open(&w, NULL);
    jw_close(&w);
    jw_array_end(&w);
    jw_close(&w);
    CHECK_STR(buf_view(&out), "{\"text\":\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\",\"int\":-9223372036854775808,\"real\":0.1,"
                              "\"nan\":null,\"list\":[true,{}]}");
    struct arena a = arena_init(1 << 20);
    json *v = NULL;
    CHECK_OK(json_parse(buf_view(&out), &a, &v));
    CHECK_STR(json_get_str(v, "text"), "a\"b\\c\n\x01\xc3\xa9");
    CHECK(json_get_i64(v, "int", 0) == INT64_MIN);
    CHECK(json_get_f64(v, "real", 0) == 0.1);
    arena_done(&a);
    buf_done(&out);
}

TEST(bad_utf8_becomes_the_replacement_character)
{
    struct buf out = buf_init(64);
    json_quote(&out, STR("a\xff" "b"));
    CHECK_STR(buf_view(&out), "\"a\xef\xbf\xbd" "b\"");
    buf_done(&out);
}

TEST(hostile_documents_are_errors)
{
    static const struct {
        const char *text;
        enum err_code code;
    } cases[] = {
        { "", ERR_INPUT },         { "{", ERR_INPUT },        { "{\"a\":1,}", ERR_INPUT },
        { "[1] 2", ERR_INPUT },    { "NaN", ERR_INPUT },      { "\"\xff\"", ERR_INPUT },
    };
    struct arena a = arena_init(1 << 16);
    json *v;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_ERR(json_parse(str_of(cases[i].text), &a, &v), cases[i].code);
    char deep[300];
    memset(deep, '[', sizeof deep);
    CHECK_ERR(json_parse((str){ deep, sizeof deep }, &a, &v), ERR_LIMIT);
    arena_done(&a);
    struct arena tiny = arena_init(64);
    CHECK_ERR(json_parse(STR("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"), &tiny, &v), ERR_LIMIT);
    arena_done(&tiny);
}

TEST(readers_take_absent_and_wrong_types)
{
    struct arena a = arena_init(1 << 16);
    json *v;
    CHECK_OK(json_parse(STR("{\"n\":\"x\",\"f\":2.0,\"big\":18446744073709551615}"), &a, &v));
    CHECK_I64(json_get_i64(v, "n", 7), 7);
    CHECK_I64(json_get_i64(v, "f", 7), 2);
    CHECK_I64(json_get_i64(v, "big", 7), 7);
    CHECK_I64(json_get_i64(NULL, "n", 7), 7);
    CHECK(json_get_str(json_get(v, "none"), "deeper").len == 0);
    arena_done(&a);
}

TEST(one_text_or_a_list_of_them)
{
    struct arena a = arena_init(1 << 16);
    json *v;
    str *texts;
    CHECK_OK(json_parse(STR("{\"one\":\"x\",\"many\":[\"a\",7,\"b\"],\"none\":[]}"), &a, &v));
    CHECK_I64(json_texts(json_get(v, "one"), &a, &texts), 1);
    CHECK(STR_IS(texts[0], "x"));
    CHECK_I64(json_texts(json_get(v, "many"), &a, &texts), 3);
    CHECK(STR_IS(texts[0], "a") && texts[1].len == 0 && STR_IS(texts[2], "b"));
    CHECK_I64(json_texts(json_get(v, "none"), &a, &texts), 0);
    CHECK_I64(json_texts(NULL, &a, &texts), 1);
    CHECK(texts[0].len == 0);
    arena_done(&a);
}
