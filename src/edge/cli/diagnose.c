/* weir diagnose: the causes of a recorded case, without a server. */
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/diagnose.h"
#include "edge/cli/table.h"
#include "edge/recorded/recorded.h"
#include "engine/detect/log_diff.h"
#include "engine/detect/log_say.h"

enum { DIAGNOSE_MEMORY = 1 << 30, JSON_MOST = 64 << 20, SUSPECTS_SHOWN = 5, LINES_SHOWN = 8, LINE_SHOWN = 400 };

struct diagnosis {
    struct recorded_case c;
    struct recorded_facts facts;
    struct recorded_suspects suspects;
    struct log_diff log; /* between both runs, where both are there */
    struct cause_list causes;
    size_t top;
};

static err read_paths(struct cli *cli, struct recorded_paths *out)
{
    *out = (struct recorded_paths){ .path = cli_arg(cli, 0),
                                    .normal = cli_str(cli, "normal"),
                                    .graph = cli_str(cli, "graph"),
                                    .changes = cli_str(cli, "changes"),
                                    .log = cli_str(cli, "log"),
                                    .pass = cli_str(cli, "pass"),
                                    .target = cli_str(cli, "target") };
    str at = cli_str(cli, "at");
    double seconds;
    if (!at.len) return OK;
    if (str_to_f64(at, &seconds).code) return err_wrap(time_parse(at, &out->at), "--at");
    if (!(seconds > 0 && seconds < 1e11)) return err_make(ERR_INPUT, "--at: seconds since 1970 or a date");
    out->at = (usec)(seconds * 1e6);
    return OK;
}

static err diagnose(struct cli *cli, const struct recorded_paths *p, struct arena *a, struct diagnosis *d)
{
    err e = recorded_load(p, a, &d->c);
    if (e.code) return e;
    recorded_measure(&d->c, a, &d->facts);
    recorded_suspects(&d->facts, a, &d->suspects);
    if (d->c.passed.len) e = log_diff(d->c.passed, d->c.output, a, &d->log);
    if (e.code) return e;
    return recorded_causes(&d->facts, cli_env(cli), a, &d->causes);
}

/* --- For programs --- */

static void write_cause(struct jw *w, const struct cause *c)
{
    jw_open(w, NULL);
    jw_strz(w, "kind", cause_text(c->kind));
    jw_str(w, "service", c->pipeline);
    jw_f64(w, "confidence", c->score);
    jw_str(w, "title", c->title);
    jw_array(w, "evidence");
    for (size_t i = 0; i < c->evidence_count; i++) jw_str(w, NULL, c->evidence[i].text);
    jw_array_end(w);
    jw_close(w);
}

static void write_suspect(struct jw *w, const struct recorded_suspect *s)
{
    const struct deviation *d = &s->symptom->s.d;
    char onset[TIME_TEXT_MAX];
    jw_open(w, NULL);
    jw_str(w, "service", s->symptom->service);
    jw_str(w, "metric", s->symptom->metric);
    jw_f64(w, "weight", s->sure);
    jw_f64(w, "usually", d->middle);
    jw_f64(w, "value", d->middle + d->shift);
    jw_f64(w, "spreads", d->score);
    jw_f64(w, "excess", s->symptom->s.excess);
    jw_str(w, "onset", time_text(s->symptom->onset, onset));
    jw_close(w);
}

static void write_log_line(struct jw *w, const struct log_diff_line *l)
{
    jw_open(w, NULL);
    jw_i64(w, "line", l->row);
    jw_f64(w, "score", l->score);
    jw_str(w, "text", str_utf8_prefix(l->text, LINE_SHOWN));
    jw_close(w);
}

static void print_json(const struct diagnosis *d)
{
    struct buf out = buf_init(JSON_MOST);
    struct jw w = jw_init(&out);
    jw_open(&w, NULL);
    jw_str(&w, "target", d->c.target);
    jw_array(&w, "causes");
    for (size_t i = 0; i < d->causes.count && i < d->top; i++) write_cause(&w, &d->causes.items[i]);
    jw_array_end(&w);
    jw_array(&w, "suspects");
    for (size_t i = 0; i < d->suspects.count; i++) write_suspect(&w, &d->suspects.items[i]);
    jw_array_end(&w);
    jw_array(&w, "log");
    for (size_t i = 0; i < d->log.ranked_count; i++) write_log_line(&w, &d->log.ranked[i]);
    jw_array_end(&w);
    jw_close(&w);
    (void)printf(STR_FMT "\n", (int)out.len, out.ptr);
    buf_done(&out);
}

/* --- For people --- */

static size_t count_off(const struct recorded_facts *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->symptom_count; i++) n += f->symptoms[i].s.d.score >= BLAME_SCORE_MIN;
    return n;
}

static void print_log(struct cli *cli, const struct diagnosis *d)
{
    struct arena *a = cli_arena(cli);
    if (!d->log.ranked_count) return;
    card_head(stdout, "New in the failed run, best first (all of it: weir logs diff)", cli_color(cli));
    for (size_t i = 0; i < d->log.ranked_count && i < LINES_SHOWN; i++) {
        str said = plain_text(a, str_utf8_prefix(str_trim(log_said(d->log.ranked[i].text)), LINE_SHOWN));
        card_item(stdout, a, 2, str_fmt(a, "line %u: " STR_FMT, d->log.ranked[i].row, STR_ARG(said)));
    }
}

static const char *log_known(const struct recorded_case *c)
{
    if (!c->output.len) return "";
    return c->passed.len ? ", the outputs of a failed run and of the last good one" : ", the output of a failed run";
}

static void print_window(struct cli *cli, const struct diagnosis *d)
{
    struct arena *a = cli_arena(cli);
    const struct recorded_rows *w = &d->c.window, *n = &d->c.normal;
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    if (w->table)
        card_line(stdout, a, "window",
                  str_fmt(a, "%.19s to %.19s, %zu rows against %zu usual ones",
                          time_text(w->table->time[w->from], from).ptr, time_text(w->table->time[w->to - 1], to).ptr,
                          w->to - w->from, n->to - n->from));
    if (d->c.target.len)
        card_line(
            stdout, a, "hurts at",
            str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(d->c.target), d->c.metric.len ? ", " : "", STR_ARG(d->c.metric)));
    card_line(stdout, a, "knows",
              str_fmt(a, "%zu series that are off, %zu calls, %zu changes%s", count_off(&d->facts), d->c.call_count,
                      d->c.change_count, log_known(&d->c)));
}

static void print_causes(struct cli *cli, const struct diagnosis *d)
{
    struct arena *a = cli_arena(cli);
    card_head(stdout, "Causes, best first", cli_color(cli));
    if (!d->causes.count) card_item(stdout, a, 2, STR("unknown: the evidence names none"));
    for (size_t i = 0; i < d->causes.count && i < d->top; i++) {
        const struct cause *c = &d->causes.items[i];
        card_item(stdout, a, 2,
                  plain_text(a, str_fmt(a, STR_FMT "  [%s, %.2f]", STR_ARG(c->title), cause_text(c->kind), c->score)));
        for (size_t e = 0; e < c->evidence_count; e++) card_item(stdout, a, 6, plain_text(a, c->evidence[e].text));
    }
}

static void print_suspects(struct cli *cli, const struct diagnosis *d)
{
    static const char *const heads[] = { "SERVICE", "METRIC", ">USUALLY", ">NOW", ">SPREADS", "SINCE", NULL };
    struct arena *a = cli_arena(cli);
    struct table t = table_init(a, heads, cli_color(cli));
    for (size_t i = 0; i < d->suspects.count && i < SUSPECTS_SHOWN; i++) {
        const struct recorded_symptom *s = d->suspects.items[i].symptom;
        char onset[TIME_TEXT_MAX];
        str at = time_text(s->onset, onset);
        table_row(&t, (const str[]){ s->service, s->metric, str_fmt(a, "%.4g", s->s.d.middle),
                                     str_fmt(a, "%.4g", s->s.d.middle + s->s.d.shift), str_fmt(a, "%.1f", s->s.d.score),
                                     str_cut(at, 11, 8) });
    }
    if (!t.rows) return;
    card_head(stdout, "Most off, weighed against each other", cli_color(cli));
    table_print(&t, stdout);
}

static int run(struct cli *cli)
{
    struct recorded_paths paths;
    struct diagnosis d = { 0 };
    int64_t top;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "give one folder or file");
    err e = cli_i64(cli, "top", &top);
    if (!e.code && top < 1) e = err_make(ERR_INPUT, "--top must be 1 or more");
    if (!e.code) e = read_paths(cli, &paths);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    d.top = (size_t)top;
    struct arena a = arena_init(DIAGNOSE_MEMORY);
    e = diagnose(cli, &paths, &a, &d);
    if (!e.code && cli_json(cli)) print_json(&d);
    else if (!e.code) {
        print_window(cli, &d);
        print_causes(cli, &d);
        print_log(cli, &d);
        print_suspects(cli, &d);
    }
    arena_done(&a);
    if (e.code) return cli_fail_err(cli, e);
    return d.causes.count ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "normal", 0, "FILE", NULL, "Metrics of normal operation, when they are in a file of their own." },
    { "at", 0, "TIME", NULL, "When it began to hurt (a date or seconds since 1970); else it is found." },
    { "target", 0, "SERVICE[.METRIC[.STATISTIC]]", NULL,
      "Where it hurts; causes are then looked for in what it calls." },
    { "graph", 0, "FILE", NULL, "Who calls whom: an adjacency matrix as CSV, or a JSON list of [caller, callee]." },
    { "changes", 0, "FILE", NULL, "JSON list of changes: time, service, kind, summary." },
    { "log", 0, "FILE", NULL, "Output of the run that failed." },
    { "pass", 0, "FILE", NULL, "Output of the last good run: what it said, too, is not what this one failed of." },
    { "top", 'n', "N", "3", "Name at most this many causes." },
    { 0 },
};

const struct command command_diagnose = {
    .name = "diagnose",
    .args = "FOLDER|FILE",
    .summary = "Name the causes of a recorded case, without a server.",
    .about =
        "Reads metrics from CSV (time, then a column SERVICE.METRIC each; or three header rows: service, metric, "
        "statistic), compares "
        "the window in which it hurts with normal operation, and ranks causes, each with its evidence, or says "
        "unknown.\n\n"
        "A folder is read by the names of its files: metrics.csv or anomalous.csv (the window), normal.csv or "
        "../noissue/metrics.csv, "
        "graph.csv or graph.json, target.json, changes.json, fail.log and pass.log (the output of the run that failed "
        "and of the last "
        "good one; with these alone no metrics are needed). One file alone is cut at --at, else where it breaks.\n\n"
        "Exit code: 0 unknown, 1 a cause was named.",
    .options = options,
    .run = run,
};
