/* The models document, and that the judge of a series takes its model. */
#include "edge/observe/models.h"

#include "edge/observe/judge.h"
#include "test.h"

static const struct model sample = { .series = STR_INIT("rows{step=\"load\"}"),
                                     .sensitivity = 0.5,
                                     .version = 3,
                                     .score = 0.75,
                                     .before = 0.25,
                                     .labels = 6,
                                     .held_back = 3,
                                     .from = 1,
                                     .to = 99,
                                     .data = STR_INIT("ab") };

static str text_of(struct arena *a)
{
    struct model items[] = { sample, { .series = STR("a"), .sensitivity = 2 } };
    return models_text(&(struct models){ .version = 3, .learned_to = 871, .items = items, .count = 2 }, a);
}

TEST(what_is_written_is_read)
{
    struct arena a = arena_init(1 << 20);
    struct models m;
    CHECK_OK(models_parse(text_of(&a), &a, &m));
    CHECK(m.version == 3 && m.learned_to == 871 && m.count == 2);
    const struct model *x = models_find(&m, sample.series);
    CHECK(x && x->sensitivity == 0.5 && x->version == 3 && x->score == 0.75 && x->before == 0.25 && x->labels == 6);
    CHECK(x->held_back == 3 && x->from == 1 && x->to == 99 && str_eq(x->data, sample.data));
    CHECK(models_find(&m, STR("a"))->sensitivity == 2 && !models_find(&m, STR("b")));
    arena_done(&a);
}

TEST(what_was_tried_keeps_its_why_and_the_newest_counts)
{
    struct arena a = arena_init(1 << 20);
    struct model old[3] = { sample, sample, sample }, new[3] = { sample, { .series = STR("") } };
    old[1].series = STR("b");
    old[2].series = STR("c");
    new[0].why = STR("lost");
    new[0].today = 1;
    struct models tried = { .items = new, .count = 1 }, before = { .items = old, .count = 3 },
                  promoted = { .items = &old[2], .count = 1 }, back, none = { 0 };
    models_add(&tried, &before, &promoted);
    CHECK_I64(tried.count, 2);
    CHECK_OK(models_parse(models_text(&tried, &a), &a, &back));
    const struct model *x = models_find(&back, sample.series);
    CHECK(x && str_eq(x->why, STR("lost")) && x->today == 1 && !models_find(&back, STR("b"))->why.len);
    CHECK(str_find(models_report(&none, &tried, &a), STR("\"series\":[],\"tried\":[{"), 0) > 0);
    arena_done(&a);
}

TEST(nothing_is_version_0_and_nonsense_is_refused)
{
    static const char *const bad[] = { "{", "{\"series\":[{}]}", "{\"series\":[{\"series\":\"x\",\"sensitivity\":9}]}",
                                       "{\"series\":[{\"series\":\"x\"}]}",
                                       "{\"series\":[{\"series\":\"\",\"sensitivity\":1}]}" };
    struct arena a = arena_init(1 << 20);
    struct models m;
    CHECK_OK(models_parse(STR(""), &a, &m));
    CHECK(m.version == 0 && m.count == 0 && !models_find(&m, STR("a")));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK_ERR(models_parse(str_of(bad[i]), &a, &m), ERR_INPUT);
    arena_done(&a);
}

TEST(a_series_is_judged_by_its_model)
{
    struct arena a = arena_init(1 << 20);
    struct judge_rules *plain, *learned;
    struct series_info s = {
        .text = sample.series, .name = STR("rows"), .labels = STR("{}"), .pipeline = STR("orders")
    };
    bool lost;
    CHECK_OK(judge_rules_parse(STR_NONE, STR_NONE, &plain));
    CHECK_OK(judge_rules_parse(STR_NONE, text_of(&a), &learned));
    CHECK_ERR(judge_rules_parse(STR_NONE, STR("{"), &(struct judge_rules *){ NULL }), ERR_INPUT);
    struct judge *j = judge_new(plain, &s, STR_NONE, &lost);
    CHECK(j->detect.config.sensitivity == 1);
    judge_set_rules(j, learned, &s);
    CHECK(j->detect.config.sensitivity == 0.5);
    judge_set_rules(j, plain, &s); /* taken back */
    CHECK(j->detect.config.sensitivity == 1);
    judge_free(j);
    judge_rules_drop(plain);
    judge_rules_drop(learned);
    arena_done(&a);
}
