/* weir detect backtest: what the detector, or a threshold, would have fired over the samples that are stored. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"
#include "edge/observe/backtest.h"
#include "edge/observe/judge.h"

enum { PAGE = 200, LINES_MAX = 10000, SHOWN_MAX = 20, OUT_MAX = 256 << 20 };

struct test {
    struct cli *cli;
    struct arena *a;
    struct samples_db *db;
    struct detect_config config;
    usec from, to, margin;
    struct backtest_incidents incidents;
    struct backtest_tally total;
    int64_t series;
    struct line {
        str text;
        struct backtest_tally tally;
    } * lines;         /* a series each */
    size_t line_count; /* the first LINES_MAX */
    struct told {
        str series, incident;
        enum backtest_label label;
        struct detect_alarm alarm;
    } * told;
    size_t told_count;
};

static err number(const struct test *t, const char *option, double *out)
{
    str s = cli_str(t->cli, option);
    return s.len ? err_wrap(str_to_f64(s, out), "--%s", option) : OK;
}

static err moment(const struct test *t, const char *option, usec *out)
{
    str s = cli_str(t->cli, option);
    return s.len ? err_wrap(time_parse(s, out), "--%s", option) : OK;
}

/* --above and --below replace the learned parts; --sensitivity tunes them. */
static err settings(struct test *t)
{
    struct detect_threshold limit = { .above = NAN, .below = NAN };
    str hold = cli_str(t->cli, "for"), margin = cli_str(t->cli, "margin");
    t->config = detect_config_default();
    err e = number(t, "above", &limit.above);
    if (!e.code) e = number(t, "below", &limit.below);
    if (!e.code) e = number(t, "sensitivity", &t->config.sensitivity);
    if (!e.code && hold.len) e = err_wrap(duration_parse(hold, &limit.hold), "--for");
    if (!e.code) e = err_wrap(duration_parse(margin, &t->margin), "--margin");
    if (!e.code) e = moment(t, "from", &t->from);
    if (!e.code) e = moment(t, "to", &t->to);
    if (e.code) return e;
    bool limited = !isnan(limit.above) || !isnan(limit.below);
    if (limited && cli_has(t->cli, "sensitivity"))
        return err_make(ERR_INPUT, "--sensitivity is for the learned detector: expected it, or --above and --below");
    if (hold.len && !limited) return err_make(ERR_INPUT, "--for belongs to --above or --below");
    if (t->from > t->to) return err_make(ERR_INPUT, "--from is after --to");
    if (limited) {
        t->config.adaptive = false;
        t->config.thresholds[t->config.threshold_count++] = limit;
    }
    return detect_config_check(&t->config);
}

static void keep_alarm(void *ctx, const struct series_info *series, const struct backtest_alarm *alarm)
{
    struct test *t = ctx;
    if (t->told_count == BACKTEST_ALARMS_MAX) return; /* counted all the same */
    const struct backtest_incident *x = alarm->incident;
    t->told[t->told_count++] = (struct told){ str_dup(t->a, series->text), x ? x->id : STR(""),
                                              x ? x->label : BACKTEST_UNLABELLED, alarm->alarm };
}

static void add_tally(struct backtest_tally *sum, const struct backtest_tally *x)
{
    sum->samples += x->samples;
    sum->alarms += x->alarms;
    sum->hits += x->hits;
    sum->false_alarms += x->false_alarms;
    sum->outside += x->outside;
}

static err test_one(struct test *t, const struct series_info *s)
{
    struct backtest_tally tally = { 0 };
    struct detect_config config = t->config;
    config.counter = s->kind == SERIES_COUNTER;
    err e = backtest_series(t->db, s, &config, t->from, t->to, &t->incidents, keep_alarm, t, &tally);
    if (e.code || !tally.samples) return e;
    t->series++;
    add_tally(&t->total, &tally);
    if (t->line_count < LINES_MAX) t->lines[t->line_count++] = (struct line){ str_dup(t->a, s->text), tally };
    return OK;
}

static err test_all(struct test *t)
{
    str after = STR("");
    bool show = isatty(STDERR_FILENO) && !cli_json(t->cli);
    for (size_t got = PAGE; got == PAGE;) {
        struct arena page = arena_init(64 << 20);
        struct series_list list = { 0 };
        err e = samples_db_list(t->db, cli_str(t->cli, "pipeline"), cli_str(t->cli, "name"), after, PAGE, &page, &list);
        for (size_t i = 0; !e.code && i < list.count; i++) {
            if (judge_wanted(list.items[i].name)) e = test_one(t, &list.items[i]);
            if (show)
                (void)fprintf(stderr, "\r%lld series, %lld samples", (long long)t->series, (long long)t->total.samples);
        }
        got = list.count;
        if (got) after = str_dup(t->a, list.items[got - 1].text);
        arena_done(&page);
        if (e.code) return e;
    }
    if (show) (void)fputc('\n', stderr);
    return OK;
}

static err test_named(struct test *t)
{
    for (size_t i = 0; i < cli_arg_count(t->cli); i++) {
        struct series_info s;
        err e = samples_db_series(t->db, cli_arg(t->cli, i), t->a, &s);
        if (!e.code) e = test_one(t, &s);
        if (e.code) return e;
    }
    return OK;
}

/* The labels of the incidents; history without a store has none. */
static err read_incidents(struct test *t)
{
    struct store *store = NULL;
    struct tx *tx = NULL;
    str dir = str_fmt(t->a, STR_FMT "/" STORE_FOLDER, STR_ARG(cli_data_dir(t->cli)));
    err e = store_open_reader(dir, cli_env(t->cli), &store);
    if (!e.code) e = store_read(store, &tx);
    if (!e.code)
        e = backtest_incidents(tx, t->from, t->to, t->margin, cli_str(t->cli, "pipeline"), t->a, &t->incidents);
    store_read_end(tx);
    store_close(store);
    return e;
}

static err run_test(struct test *t)
{
    str dir = str_fmt(t->a, STR_FMT "/samples", STR_ARG(cli_data_dir(t->cli)));
    t->lines = arena_new(t->a, LINES_MAX * sizeof *t->lines);
    t->told = arena_new(t->a, BACKTEST_ALARMS_MAX * sizeof *t->told);
    err e = samples_db_open_reader(dir, cli_env(t->cli), &t->db);
    if (!e.code) e = read_incidents(t);
    if (!e.code) e = cli_arg_count(t->cli) ? test_named(t) : test_all(t);
    samples_db_close(t->db);
    return e;
}

/* --- Telling --- */

static const char *label_text(enum backtest_label label)
{
    static const char *const texts[] = {
        [BACKTEST_UNLABELLED] = NULL, [BACKTEST_REAL] = "real", [BACKTEST_FALSE] = "false"
    };
    return texts[label];
}

static void json_tally(struct jw *w, const struct backtest_tally *x)
{
    jw_i64(w, "samples", x->samples);
    jw_i64(w, "alarms", x->alarms);
    jw_i64(w, "hits", x->hits);
    jw_i64(w, "false_alarms", x->false_alarms);
    jw_i64(w, "outside", x->outside);
}

static void json_alarm(struct jw *w, const struct told *x)
{
    jw_open(w, NULL);
    jw_str(w, "series", x->series);
    jw_i64(w, "time", x->alarm.end);
    jw_i64(w, "start", x->alarm.start);
    jw_strz(w, "part", detect_part_text(x->alarm.part));
    jw_f64(w, "value", x->alarm.value);
    jw_f64(w, "low", x->alarm.low);
    jw_f64(w, "high", x->alarm.high);
    jw_f64(w, "score", x->alarm.score);
    jw_str(w, "incident", x->incident);
    jw_strz(w, "label", label_text(x->label));
    jw_close(w);
}

static void print_json(struct test *t)
{
    struct backtest_score s = backtest_score(&t->incidents, &t->total);
    struct buf b = buf_init(OUT_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "series_judged", t->series);
    json_tally(&w, &t->total);
    jw_i64(&w, "incidents_real", s.real);
    jw_i64(&w, "incidents_caught", s.caught);
    jw_f64(&w, "precision", s.precision);
    jw_f64(&w, "recall", s.recall);
    jw_array(&w, "series");
    for (size_t i = 0; i < t->line_count; i++) {
        jw_open(&w, NULL);
        jw_str(&w, "series", t->lines[i].text);
        json_tally(&w, &t->lines[i].tally);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_array(&w, "fired");
    for (size_t i = 0; i < t->told_count; i++) json_alarm(&w, &t->told[i]);
    jw_array_end(&w);
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
}

static int louder(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return (x->tally.alarms < y->tally.alarms) - (x->tally.alarms > y->tally.alarms);
}

static str count(struct test *t, int64_t n)
{
    return str_fmt(t->a, "%lld", (long long)n);
}

static void print_series(struct test *t)
{
    static const char *const heads[] = { "SERIES", ">SAMPLES", ">ALARMS", ">HITS", ">FALSE", ">OTHER", NULL };
    struct table table = table_init(t->a, heads, cli_color(t->cli));
    qsort(t->lines, t->line_count, sizeof *t->lines, louder);
    for (size_t i = 0; i < t->line_count && i < SHOWN_MAX; i++) {
        const struct backtest_tally *x = &t->lines[i].tally;
        table_row(&table, (const str[]){ t->lines[i].text, count(t, x->samples), count(t, x->alarms), count(t, x->hits),
                                         count(t, x->false_alarms), count(t, x->outside) });
    }
    table_print(&table, stdout);
    if (t->series > SHOWN_MAX)
        (void)printf("and %lld series with as many alarms or fewer (--json)\n", (long long)t->series - SHOWN_MAX);
}

static void print_text(struct test *t)
{
    struct backtest_score s = backtest_score(&t->incidents, &t->total);
    const struct backtest_tally *x = &t->total;
    if (!t->series) {
        (void)puts("no samples in this time");
        return;
    }
    print_series(t);
    (void)puts("");
    card_line(stdout, t->a, "alarms",
              str_fmt(t->a, "%lld on %lld series: %lld in incidents that were real, %lld in false ones, %lld elsewhere",
                      (long long)x->alarms, (long long)t->series, (long long)x->hits, (long long)x->false_alarms,
                      (long long)x->outside));
    if (!isnan(s.precision))
        card_line(stdout, t->a, "precision",
                  str_fmt(t->a, "%.2f of the alarms inside labelled incidents", s.precision));
    if (!isnan(s.recall))
        card_line(stdout, t->a, "recall",
                  str_fmt(t->a, "%.2f: %lld of %lld real incidents", s.recall, (long long)s.caught, (long long)s.real));
    if (isnan(s.precision) && isnan(s.recall))
        card_line(stdout, t->a, "labels",
                  STR("none in this time: say what incidents were with weir incidents label ID real|false"));
    if (t->incidents.more) (void)printf("only the newest %d incidents were looked at\n", BACKTEST_INCIDENTS_MAX);
}

static int run_backtest(struct cli *cli)
{
    struct test t = { .cli = cli, .a = cli_arena(cli), .to = USEC_MAX };
    err e = settings(&t);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    e = run_test(&t);
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli))
        print_json(&t);
    else
        print_text(&t);
    return EXIT_FINE;
}

static const struct cli_option backtest_options[] = {
    { "pipeline", 'p', "NAME", NULL, "Only series of this pipeline." },
    { "name", 0, "METRIC", NULL, "Only series of this metric." },
    { "sensitivity", 0, "X", NULL, "Try the learned detector with this sensitivity, 0.25 to 4 (1)." },
    { "above", 0, "X", NULL, "Try a threshold: alarm above X." },
    { "below", 0, "X", NULL, "Try a threshold: alarm below X." },
    { "for", 0, "DURATION", NULL, "How long the value must be beyond the threshold (0)." },
    { "from", 0, "TIME", NULL, "Count alarms from here; earlier samples only teach." },
    { "to", 0, "TIME", NULL, "Stop here." },
    { "margin", 0, "DURATION", "30m", "How far from an incident an alarm still belongs to it." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_detect_backtest = {
    "detect backtest",
    "[SERIES...]",
    "What the detector, or a threshold, would have fired.",
    "Judges the stored samples of the data folder again, each series from its start with a fresh detector, beside a "
    "running "
    "server or without one. Alarms are compared with the incidents of that time: weir incidents label says which were "
    "real.",
    backtest_options,
    run_backtest,
};
