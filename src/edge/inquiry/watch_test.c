/* The desk watches itself: when an alarm begins and ends, and whether what people write has changed. */
#include "edge/inquiry/watch.h"

#include <stdlib.h>
#include <unistd.h>

#include "edge/edge_kit.h"
#include "edge/inquiry/classify.h"
#include "edge/inquiry/desk_drift.h"
#include "edge/inquiry/reference.h"
#include "edge/model/model_file.h"

#include "test.h"

static usec wall_of(int minute)
{
    return INT64_C(1777874400) * USEC_SECOND + minute * USEC_MINUTE;
}

/* ---- the looks ---- */

/* Minutes from..to, each with so much more; gives the last alarm, and how many there were. */
static size_t minutes(struct desk_looks *s, struct desk_counts *c, const struct desk_counts *more, int from, int to,
                      struct desk_alarm *last)
{
    size_t n = 0;
    for (int m = from; m < to; m++) {
        struct desk_alarm out[WATCH_ALARMS];
        c->requests += more->requests, c->errors += more->errors, c->submits += more->submits, c->slow += more->slow;
        c->received += more->received, c->confidence += more->confidence, c->escalated += more->escalated;
        c->looks += more->looks, c->looks_failed += more->looks_failed;
        size_t k = desk_look(s, c, wall_of(m), out);
        if (k) *last = out[k - 1];
        n += k;
    }
    return n;
}

static const struct desk_counts well = { 100, 4, 100, 4, 10, 6100, 1, 2, 1 };

static void check_cause(const char *name, struct desk_counts bad)
{
    struct desk_looks s = { 0 };
    struct desk_counts c = { 0 };
    struct desk_alarm alarm = { 0 };
    struct arena a = arena_init(1 << 16);
    CHECK_I64(minutes(&s, &c, &well, 0, 100, &alarm), 0);
    CHECK_I64(minutes(&s, &c, &bad, 100, 300, &alarm), 1);
    CHECK(alarm.began && strcmp(desk_cause_name(alarm.cause), name) == 0);
    CHECK(alarm.start >= wall_of(100) && alarm.of > 0);
    CHECK(str_find(desk_alarm_text(&alarm, &a), STR("expected"), 0) > 0);
    CHECK_I64(minutes(&s, &c, &well, 300, 500, &alarm), 1);
    CHECK(!alarm.began && strcmp(desk_cause_name(alarm.cause), name) == 0);
    arena_done(&a);
}

TEST(each_cause_begins_once_and_ends_when_it_is_over)
{
    check_cause("errors", (struct desk_counts){ 100, 6, 100, 4, 10, 6100, 1, 2, 1 });
    check_cause("slow", (struct desk_counts){ 100, 4, 100, 6, 10, 6100, 1, 2, 1 });
    check_cause("confidence", (struct desk_counts){ 100, 4, 100, 4, 10, 5900, 1, 2, 1 });
    check_cause("escalations", (struct desk_counts){ 100, 4, 100, 4, 10, 6100, 3, 2, 1 });
    check_cause("intake", (struct desk_counts){ 100, 4, 100, 4, 10, 6100, 1, 2, 2 });
}

TEST(a_moment_and_a_handful_raise_nothing)
{
    struct desk_looks s = { 0 };
    struct desk_counts c = { 0 };
    struct desk_alarm alarm = { 0 };
    static const struct desk_counts few = { 1, 1, 1, 1, 0, 0, 0, 0, 0 }, burst = { 100, 60, 0, 0, 0, 0, 0, 0, 0 };
    CHECK_I64(minutes(&s, &c, &few, 0, 100, &alarm), 0); /* five of five, and of five nothing is said */
    CHECK_I64(minutes(&s, &c, &well, 100, 200, &alarm), 0);
    CHECK_I64(minutes(&s, &c, &burst, 200, 201, &alarm), 0);
    static const struct desk_counts busy = { 3000, 0, 0, 0, 0, 0, 0, 0, 0 };
    CHECK_I64(minutes(&s, &c, &busy, 201, 300, &alarm), 0);
}

/* ---- drift ---- */

struct drift_world {
    struct env env;
    struct store *store;
    struct core *core;
    struct inquiry_desk *desk;
    struct desk_watch *watch;
    int people;
    char last[3][4096]; /* bodies of the newest finding, finding.ended, inquiries.compared */
    int told[3];
};

static err take_input(void *ctx, const char *kind, str subject, str body)
{
    static const char *const kinds[] = { "finding", "finding.ended", "inquiries.compared" };
    struct drift_world *w = ctx;
    for (int i = 0; i < 3; i++)
        if (strcmp(kind, kinds[i]) == 0) {
            (void)snprintf(w->last[i], sizeof w->last[i], STR_FMT, STR_ARG(body));
            w->told[i]++;
        }
    return kit_put(w->store, w->core, kind, subject, body);
}

static void world_open(struct drift_world *w)
{
    *w = (struct drift_world){ .env = env_os(), .core = core_new() };
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, &w->env, &w->store));
    struct desk_opts opts = { .data_dir = STR(""), .rules = STR(""), .store = w->store, .env = &w->env,
                              .apply = kit_apply, .ctx = w->core };
    CHECK_OK(desk_open(&opts, &w->desk));
    struct desk_watch_opts watch = {
        .desk = w->desk, .store = w->store, .env = &w->env, .reference = STR(""), .input = take_input, .ctx = w
    };
    desk_watch_new(&watch, &w->watch);
}

static void world_close(struct drift_world *w)
{
    desk_watch_close(w->watch);
    desk_close(w->desk);
    store_close(w->store);
    core_free(w->core);
}

static const char *const usual[] = { "my invoice", "the order", "a refund", "our contract", "the delivery",
                                     "this bill", "the price list", "a payment" };
static const char *const usual_ends[] = { "is wrong", "did not arrive", "was charged twice", "needs a new address",
                                          "is not what we agreed", "was changed without notice" };
static const char *const odd[] = { "the telescope", "a mirror", "the mount", "our eyepiece", "the tripod" };
static const char *const odd_ends[] = { "vibrates at night", "lost its alignment", "shows two stars for one" };

#define PICK(list, i) list[(size_t)(i) % (sizeof list / sizeof *list)]

static void body_of(char *to, size_t room, int k, bool strange)
{
    (void)snprintf(to, room, "Dear team, %s %s, and %s %s. Case %d, Mrs Zwetschgenbaum%d writes.",
                   strange ? PICK(odd, k) : PICK(usual, k),
                   strange ? PICK(odd_ends, k / 5) : PICK(usual_ends, k / 8), PICK(usual, k / 3),
                   PICK(usual_ends, k / 7), k * 7919, k);
}

static void write_some(struct drift_world *w, int n, bool strange)
{
    for (int i = 0; i < n; i++) {
        char body[400], sender[64];
        int64_t seq = 0;
        int k = w->people++;
        (void)snprintf(sender, sizeof sender, "person%d@example.com", k);
        body_of(body, sizeof body, k, strange);
        struct inquiry_mail m = { .channel = STR("api"), .subject = STR("Question"), .body = str_of(body),
                                  .sender_email = str_of(sender), .sender_name = STR("") };
        CHECK_OK(desk_take(w->desk, &m, STR("test"), &seq));
    }
}

TEST(what_is_written_as_before_is_no_drift_and_what_is_new_is_one_finding_that_ends)
{
    static struct drift_world w;
    world_open(&w);
    write_some(&w, 150, false);
    CHECK_ERR(desk_watch_drift(w.watch), ERR_INPUT); /* nothing to compare with */
    write_some(&w, 2 * DESK_DRIFT_NEWEST, false);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[2], 1);
    CHECK_I64(w.told[0], 0);
    write_some(&w, DESK_DRIFT_NEWEST, true);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_OK(desk_watch_drift(w.watch)); /* it goes on: nothing new is told */
    CHECK_I64(w.told[0], 1);
    CHECK(strstr(w.last[0], "\"drift\"") && strstr(w.last[0], "inquiry-desk") && strstr(w.last[0], "AUC"));
    CHECK(strstr(w.last[2], "\"vibrates\"") && strstr(w.last[2], "\"wrong\""));
    CHECK(!strstr(w.last[0], "Zwetschgenbaum") && !strstr(w.last[2], "Zwetschgenbaum")); /* one person's own word */
    CHECK(!strstr(w.last[2], "example.com"));
    CHECK_I64(w.told[1], 0);
    write_some(&w, DESK_DRIFT_NEWEST, false);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[1], 1);
    world_close(&w);
}

/* What training leaves beside the model is enough: likeness is no drift, a new matter opens an incident. */
static size_t incidents_of_the_desk(struct drift_world *w)
{
    struct tx *tx = NULL;
    size_t n = 0;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, SQL_API_INCIDENTS, V(INT64_MAX), V("active"), V(DESK_PIPELINE), V((int64_t)10));
    while (rows_next(r)) n++;
    rows_end(r);
    store_read_end(tx);
    return n;
}

static void train_on_usual(struct drift_world *w, const char *path)
{
    struct arena a = arena_init(64 << 20);
    struct reference_row *row = ARENA_ARRAY(&a, struct reference_row, 1200);
    struct buf b = buf_init(REFERENCE_FILE_MAX);
    for (int i = 0; i < 1200; i++) {
        char body[400];
        struct desk_verdict v;
        struct judged_by by;
        struct arena judging = arena_init(8 << 20);
        body_of(body, sizeof body, 5000 + i, false);
        inquiry_classify(desk_classifier(w->desk), STR("Question"), str_of(body), &judging, &v, &by);
        str said = str_dup(&a, desk_said(STR("Question"), str_of(body), &judging));
        row[i] = (struct reference_row){ str_dup(&a, v.category.items[0].label),
                                         str_dup(&a, v.language.len ? v.language : STR("und")), said,
                                         reference_length(said) };
        arena_done(&judging);
    }
    CHECK_OK(reference_write(row, 1200, &a, &b));
    CHECK(str_find(buf_view(&b), STR("wetschgenbaum"), 0) < 0); /* each had a name of her own */
    CHECK_OK(model_file_write(str_of(path), buf_view(&b)));
    buf_done(&b);
    arena_done(&a);
}

TEST(what_training_left_beside_the_model_is_enough_to_open_an_incident)
{
    static struct drift_world w;
    char path[] = "/tmp/weir-reference-XXXXXX" REFERENCE_ENDS;
    int fd = mkstemps(path, sizeof REFERENCE_ENDS - 1);
    CHECK(fd >= 0);
    (void)close(fd);
    world_open(&w);
    train_on_usual(&w, path);
    struct desk_watch_opts with = {
        .desk = w.desk, .store = w.store, .env = &w.env, .reference = str_of(path), .input = take_input, .ctx = &w
    };
    desk_watch_close(w.watch);
    desk_watch_new(&with, &w.watch);
    write_some(&w, 300, false);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK(strstr(w.last[2], "\"examples\"") && strstr(w.last[2], "\"current_rows\":300"));
    CHECK_I64(w.told[0], 0);
    CHECK_I64(incidents_of_the_desk(&w), 0);
    write_some(&w, DESK_DRIFT_NEWEST, true);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[0], 1);
    CHECK_I64(incidents_of_the_desk(&w), 1);
    CHECK(strstr(w.last[2], "\"vibrates\"")); /* the new word has its name again */
    CHECK(strstr(w.last[2], "\"fewer\":[\""));
    CHECK(!strstr(w.last[2], "Zwetschgenbaum") && !strstr(w.last[2], "\xc2\xa7"));
    write_some(&w, DESK_DRIFT_NEWEST, false);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[1], 1);
    (void)unlink(path);
    world_close(&w);
}

TEST(an_alarm_of_an_earlier_life_is_ended_by_the_next)
{
    static struct drift_world w;
    world_open(&w);
    write_some(&w, 2 * DESK_DRIFT_NEWEST, false);
    write_some(&w, DESK_DRIFT_NEWEST, true);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[0], 1);
    struct desk_watch_opts again = {
        .desk = w.desk, .store = w.store, .env = &w.env, .reference = STR(""), .input = take_input, .ctx = &w
    };
    desk_watch_close(w.watch);
    desk_watch_new(&again, &w.watch);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[0], 1); /* known, not told again */
    write_some(&w, DESK_DRIFT_NEWEST, false);
    CHECK_OK(desk_watch_drift(w.watch));
    CHECK_I64(w.told[1], 1);
    world_close(&w);
}

TEST(what_drifted_is_told_in_one_line)
{
    struct arena a = arena_init(1 << 16);
    struct desk_drift_report r = { .reference = 355, .current = 500, .auc = 0.8, .texts = true, .drift = true,
                                   .fewer = { STR_INIT("to"), STR_INIT("in"), STR_INIT("please"), STR_INIT("of") },
                                   .fewer_count = 4 };
    r.column[1].name = "language";
    r.column[1].drift = true;
    r.column[1].says = STR("\"en\" 52 %, was 94 %; \"es\" 14 %, was 2.0 %");
    r.column[2].name = "length";
    r.column[2].says = STR("as it was");
    CHECK_STR(desk_drift_text(&r, &a), "the newest 500 inquiries differ from the oldest ones: texts (AUC 0.80; fewer: "
                                       "to, in, please), language (\"en\" 52 %, was 94 %)");
    r.texts = false;
    r.examples = true;
    r.column[2].drift = true;
    r.column[2].says = STR("mean 7.3, was 8.3 (-1.4 sd)");
    CHECK_STR(desk_drift_text(&r, &a), "the newest 500 inquiries differ from the examples that were learned from: "
                                       "language (\"en\" 52 %, was 94 %), length (mean 7.3, was 8.3)");
    arena_done(&a);
}
