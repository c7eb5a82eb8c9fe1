/* Schedules in a world whose clock stands until it is moved: due, late, twice at once, paused, restarted, replayed. */
#include "core/flow/flow.h"

#include "core/core_kit.h"
#include "core/flow/schedule.h"

enum { RUN_STATE = 1, RUN_ATTEMPT = 2 };

static const char hourly[] =
    "{\"schedules\":[{\"name\":\"load\",\"does\":\"command\",\"argv\":[\"true\"],\"cron\":\"0 * * * *\",\"zone\":"
    "\"UTC\",\"retries\":2,\"retry_us\":60000000}],\"zones\":{}}";

/* The world begins at 06:00:00. */
static struct world begin_with(const char *document)
{
    struct world w = world_ready();
    load_document(&w, "schedules", str_of(document));
    return w;
}

static const char *run_now(struct world *w)
{
    static char id[64];
    (void)snprintf(id, sizeof id, STR_FMT, STR_ARG(newest(w, "schedule.due")));
    return id;
}

static void work(struct world *w, const char *outcome)
{
    CHECK_OK(give(w, "schedule.started", run_now(w), "{\"pid\":7,\"pid_start\":8}"));
    CHECK_OK(give(w, "schedule.finished", run_now(w), outcome));
}

#define GOOD "{\"ok\":true,\"summary\":\"done\"}"
#define BAD "{\"ok\":false,\"summary\":\"exit code 1\"}"

/* Replay makes the same, and that was it. */
static void end_as_replayed(struct world *w)
{
    check_replay(w);
    world_done(w);
}

TEST(a_run_is_due_at_its_minute_and_not_before)
{
    struct world w = begin_with(hourly);
    pass(&w, 59 * USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 0);
    pass(&w, USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    work(&w, GOOD);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "ok");
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 2);
    end_as_replayed(&w);
}

TEST(a_failed_run_is_tried_again_later_each_time_and_then_no_more)
{
    struct world w = begin_with(hourly);
    pass(&w, USEC_HOUR);
    work(&w, BAD);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "again");
    CHECK_ERR(give(&w, "schedule.started", run_now(&w), "{}"), ERR_CONFLICT);
    pass(&w, 59 * USEC_SECOND);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "again");
    pass(&w, USEC_SECOND);
    work(&w, BAD);
    pass(&w, USEC_MINUTE);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "again");
    pass(&w, USEC_MINUTE);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_ATTEMPT), "3");
    work(&w, BAD);
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "failed");
    pass(&w, 30 * USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 3);
    end_as_replayed(&w);
}

TEST(what_cannot_be_mended_by_trying_is_not_tried_again)
{
    struct world w = begin_with(hourly);
    pass(&w, USEC_HOUR);
    work(&w, "{\"ok\":false,\"summary\":\"no such program\",\"again\":false}");
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "failed");
    end_as_replayed(&w);
}

TEST(one_run_at_a_time_and_one_that_hangs_is_an_incident)
{
    struct world w = begin_with(hourly);
    pass(&w, USEC_HOUR);
    CHECK_OK(give(&w, "schedule.started", run_now(&w), "{}"));
    CHECK_ERR(give(&w, "schedule.asked", "load", "{}"), ERR_CONFLICT);
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    CHECK_I64(count_entries(&w, "schedule.skipped"), 1);
    CHECK_I64(count_entries(&w, "finding.judged"), 1);
    CHECK_I64(count_entries(&w, "incident.opened"), 1);
    CHECK_OK(give(&w, "schedule.finished", run_now(&w), GOOD));
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 2);
    end_as_replayed(&w);
}

/* Weir was down from half past six until ten past ten: four instants have passed, one run makes up for them. */
TEST(after_a_time_without_weir_there_is_one_run_and_the_others_are_counted)
{
    struct world w = begin_with(hourly);
    w.now += 4 * USEC_HOUR + 10 * USEC_MINUTE;
    pass(&w, 0);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    CHECK_STR(one(&w, SQL_API_SCHEDULE, "load", 8), "3");
    work(&w, GOOD);
    pass(&w, 50 * USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 2);
    end_as_replayed(&w);
}

TEST(a_schedule_may_let_go_what_was_missed)
{
    struct world w = begin_with("{\"schedules\":[{\"name\":\"load\",\"cron\":\"0 * * * *\",\"catch_up\":false}]}");
    w.now += 4 * USEC_HOUR + 10 * USEC_MINUTE;
    pass(&w, 0);
    CHECK_I64(count_entries(&w, "schedule.due"), 0);
    CHECK_I64(count_entries(&w, "schedule.skipped"), 1);
    CHECK_STR(one(&w, SQL_API_SCHEDULE, "load", 8), "4");
    pass(&w, 50 * USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    end_as_replayed(&w);
}

TEST(a_person_asks_pauses_and_resumes)
{
    struct world w = begin_with(hourly);
    CHECK_OK(give(&w, "schedule.asked", "load", "{}"));
    work(&w, GOOD);
    CHECK_OK(give(&w, "schedule.paused", "load", "{}"));
    CHECK_ERR(give(&w, "schedule.paused", "load", "{}"), ERR_CONFLICT);
    pass(&w, 5 * USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    CHECK_OK(give(&w, "schedule.resumed", "load", "{}"));
    CHECK_ERR(give(&w, "schedule.resumed", "load", "{}"), ERR_CONFLICT);
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 2);
    CHECK_ERR(give(&w, "schedule.asked", "unload", "{}"), ERR_NOT_FOUND);
    end_as_replayed(&w);
}

TEST(a_paused_schedule_stays_paused_when_its_times_change)
{
    struct world w = begin_with(hourly);
    CHECK_OK(give(&w, "schedule.paused", "load", "{}"));
    load_document(&w, "schedules", STR("{\"schedules\":[{\"name\":\"load\",\"cron\":\"*/5 * * * *\"}]}"));
    pass(&w, 2 * USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 0);
    CHECK_OK(give(&w, "schedule.resumed", "load", "{}"));
    pass(&w, 5 * USEC_MINUTE);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    end_as_replayed(&w);
}

TEST(one_that_is_declared_off_runs_when_a_person_says_so)
{
    struct world w = begin_with("{\"schedules\":[{\"name\":\"load\",\"cron\":\"0 * * * *\",\"on\":false}]}");
    pass(&w, 2 * USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 0);
    CHECK_I64(count_entries(&w, "pipeline.seen"), 1); /* "orders", declared by the kit */
    CHECK_OK(give(&w, "schedule.resumed", "load", "{}"));
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    end_as_replayed(&w);
}

TEST(a_schedule_that_goes_drops_what_waits_and_comes_back_anew)
{
    struct world w = begin_with(hourly);
    pass(&w, USEC_HOUR);
    load_document(&w, "schedules", STR("{\"schedules\":[]}"));
    CHECK_STR(one(&w, SQL_SCHEDULE_RUN_GET, run_now(&w), RUN_STATE), "dropped");
    CHECK_ERR(give(&w, "schedule.started", run_now(&w), "{}"), ERR_CONFLICT);
    pass(&w, 3 * USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    load_document(&w, "schedules", str_of(hourly));
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 2);
    end_as_replayed(&w);
}

/* The same declaration at every start: the instant that passed meanwhile is not forgotten. */
TEST(a_restart_with_the_same_declaration_changes_nothing)
{
    struct world w = begin_with(hourly);
    w.now += 90 * USEC_MINUTE;
    load_document(&w, "schedules", str_of(hourly));
    pass(&w, 0);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    end_as_replayed(&w);
}

TEST(after_a_restore_nothing_begins_before_resume)
{
    struct world w = begin_with(hourly);
    CHECK_OK(give(&w, "store.restored", "", "{}"));
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 0);
    CHECK_ERR(give(&w, "schedule.asked", "load", "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "store.resumed", "", "{}"));
    pass(&w, USEC_HOUR);
    CHECK_I64(count_entries(&w, "schedule.due"), 1);
    end_as_replayed(&w);
}

TEST(documents_that_are_wrong_are_refused)
{
    static const char *const wrong[] = {
        "{\"schedules\":[{\"name\":\"\",\"cron\":\"@daily\"}]}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"61 * * * *\"}]}",
        "{\"schedules\":[{\"name\":\"a\"}]}",
        "{\"schedules\":[{\"cron\":\"@daily\"}]}",
        "{\"schedules\":[7]}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"@daily\",\"zone\":\"Europe/Berlin\"}]}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"@daily\",\"zone\":\"X\"}],\"zones\":{\"X\":\"AAAA\"}}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"@daily\"},{\"name\":\"a\",\"cron\":\"@daily\"}]}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"@daily\",\"retries\":1000}]}",
        "{\"schedules\":[{\"name\":\"a\",\"cron\":\"@daily\",\"retry_us\":-1}]}",
    };
    struct world w = world_ready();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buf b = buf_init(1 << 16);
        struct jw j = jw_init(&b);
        jw_open(&j, NULL);
        jw_strz(&j, "text", wrong[i]);
        jw_close(&j);
        buf_char(&b, 0);
        if (!give(&w, "document.loaded", "schedules", b.ptr).code)
            test_failed(__FILE__, __LINE__, "taken: %s", wrong[i]);
        buf_done(&b);
    }
    world_done(&w);
}

TEST(waits_double_up_to_six_hours)
{
    struct schedule_rule r = { .retry = 5 * USEC_MINUTE };
    CHECK_I64(schedule_wait(&r, 1), 5 * USEC_MINUTE);
    CHECK_I64(schedule_wait(&r, 2), 10 * USEC_MINUTE);
    CHECK_I64(schedule_wait(&r, 3), 20 * USEC_MINUTE);
    CHECK_I64(schedule_wait(&r, 20), 6 * USEC_HOUR);
}

TEST(what_was_missed_is_counted_up_to_a_limit)
{
    struct schedule_rule r = { .tz = tz_utc(), .catch_up = true };
    CHECK_OK(cron_parse(STR("* * * * *"), &r.cron));
    usec from = INT64_C(1777874400) * USEC_SECOND;
    struct schedule_due d = schedule_due(&r, from, from);
    CHECK_I64(d.missed, 0);
    CHECK(d.run && d.planned == from && d.next == from + USEC_MINUTE);
    d = schedule_due(&r, from, from + 30 * USEC_DAY + USEC_SECOND);
    CHECK_I64(d.missed, SCHEDULE_MISSED_MAX);
    CHECK_I64(d.next, from + 30 * USEC_DAY + USEC_MINUTE);
}
