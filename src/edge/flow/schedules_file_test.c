#include "edge/flow/schedules_file.h"

#include "core/flow/schedule.h"
#include "test.h"

static err load(const char *text, struct arena *a, struct config **out)
{
    struct config_opts opts = { .path = STR("/etc/weir.yaml"), .text = str_of(text), .data_dir = STR("/data") };
    return config_load(&opts, a, NULL, out);
}

static void check_says(const char *text, const char *want)
{
    struct arena a = arena_init(1 << 20);
    struct config *c = NULL;
    err e = load(text, &a, &c);
    if (!strstr(e.msg, want)) test_failed(__FILE__, __LINE__, "'%s' does not say '%s'", e.msg, want);
    config_free(c);
    arena_done(&a);
}

static json *document(const char *text, struct arena *a)
{
    struct config *c = NULL;
    str out = STR("");
    json *v = NULL;
    CHECK_OK(load(text, a, &c));
    CHECK_OK(schedules_document(c, a, &out));
    CHECK_OK(json_parse(out, a, &v));
    CHECK_OK(schedules_check(v, a));
    config_free(c);
    return v;
}

static json *spec_of(json *v, const char *name, struct arena *a)
{
    struct schedule_rule rule;
    json *spec = NULL;
    CHECK_OK(schedule_read(v, str_of(name), a, &rule, &spec));
    return spec;
}

TEST(the_built_in_ones_are_there_and_rest_without_inquiries)
{
    static const char *const names[] = { "daily_ingestion", "batch_classify_inquiries", "model_retraining" };
    struct arena a = arena_init(8 << 20);
    json *none = document("", &a), *desk = document("inquiries:\n  folder: /in\n", &a),
         *said = document("schedules:\n  - name: daily_ingestion\n    paused: no\n", &a);
    for (int i = 0; i < 3; i++) {
        CHECK(!json_bool(json_get(spec_of(none, names[i], &a), "on"), true));
        CHECK(json_bool(json_get(spec_of(desk, names[i], &a), "on"), false));
    }
    CHECK(json_bool(json_get(spec_of(said, "daily_ingestion", &a), "on"), false));
    CHECK_STR(json_get_str(spec_of(none, "daily_ingestion", &a), "cron"), "@daily");
    CHECK_STR(json_get_str(spec_of(none, "batch_classify_inquiries", &a), "cron"), "@hourly");
    CHECK_STR(json_get_str(spec_of(none, "model_retraining", &a), "cron"), "@weekly");
    arena_done(&a);
}

TEST(an_own_schedule_has_its_step_and_zone)
{
    struct arena a = arena_init(8 << 20);
    json *v =
        document("timezone: Asia/Kolkata\nschedules:\n  - name: report\n    cron: '30 2 * * mon-fri'\n"
                 "    timezone: Europe/Berlin\n    argv: [python3, report.py]\n    env: {A: b}\n    timeout: 90s\n"
                 "    retries: 2\n    retry_after: 5m\n    missed: skip\n",
                 &a);
    json *s = spec_of(v, "report", &a), *step = json_get(s, "step");
    CHECK_STR(json_get_str(s, "does"), "command");
    CHECK_STR(json_get_str(s, "zone"), "Europe/Berlin");
    CHECK_I64(json_get_i64(s, "retries", 0), 2);
    CHECK_I64(json_get_i64(s, "retry_us", 0), 5 * USEC_MINUTE);
    CHECK(!json_bool(json_get(s, "catch_up"), true) && json_bool(json_get(s, "on"), false));
    CHECK_STR(json_get_str(step, "name"), "report");
    CHECK_STR(json_get_str(step, "cwd"), "/etc");
    CHECK_I64(json_get_i64(step, "timeout_us", 0), 90 * USEC_SECOND);
    CHECK_STR(json_str(yyjson_arr_get(json_get(step, "argv"), 1), STR("")), "report.py");
    CHECK_STR(json_get_str(spec_of(v, "daily_ingestion", &a), "zone"), "Asia/Kolkata");
    CHECK_I64(yyjson_obj_size(json_get(v, "zones")), 2);
    arena_done(&a);
}

TEST(mistakes_are_told_with_their_place)
{
    check_says("schedules:\n  - name: a\n    cron: '61 * * * *'\n    argv: [x]\n",
               "/etc/weir.yaml:3:12: minute: expected 0 to 59");
    check_says("schedules:\n  - name: a\n    cron: '0 0 30 2 *'\n    argv: [x]\n", "never comes");
    check_says("schedules:\n  - name: a\n    argv: [x]\n", "cron");
    check_says("schedules:\n  - name: a\n    cron: '@daily'\n", "argv");
    check_says("schedules:\n  - name: a\n    cron: '@daily'\n    argv: sh x\n", "without a shell");
    check_says("schedules:\n  - cron: '@daily'\n    argv: [x]\n", "name");
    check_says("schedules:\n  - name: a\n    cron: '@daily'\n    timezone: Mars/Base\n    argv: [x]\n",
               "there is no timezone 'Mars/Base'");
    check_says("schedules:\n  - name: a\n    cron: '@daily'\n    argv: [x]\n    retrys: 3\n", "retries");
    check_says("schedules:\n  - name: a\n    cron: '@daily'\n    argv: [x]\n  - name: a\n    cron: '@daily'\n    argv: "
               "[x]\n",
               "stands above already, on line 2");
    check_says("schedules:\n  - name: model_retraining\n    argv: [x]\n", "is built in");
    check_says("schedules:\n  - name: model_retraining\n    missed: never\n", "once");
    check_says("schedules: 7\n", "list");
    check_says("schedules:\n  - 7\n", "/etc/weir.yaml:2:5");
}
