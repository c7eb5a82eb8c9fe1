/* weir drift: is a table distributed as it was? */
#include "edge/cli/drift.h"

#include <math.h>
#include <stdio.h>

#include "edge/cli/table.h"

enum { SENT_COLUMNS = 20, MEMORY_MAX_MB = 1 << 20, NAMES_SHOWN = 400 };

static bool before(const struct drift_column *a, const struct drift_column *b)
{
    if (a->verdict.adjusted < b->verdict.adjusted || a->verdict.adjusted > b->verdict.adjusted)
        return a->verdict.adjusted < b->verdict.adjusted;
    return a->verdict.p < b->verdict.p;
}

size_t drift_loudest(const struct drift_report *report, const struct drift_column **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < report->count; i++) {
        const struct drift_column *c = &report->columns[i];
        if (!c->verdict.drift) continue;
        size_t at = n < max ? n++ : max;
        if (at == max && (max == 0 || !before(c, out[--at]))) continue;
        for (; at > 0 && before(c, out[at - 1]); at--) out[at] = out[at - 1];
        out[at] = c;
    }
    return n;
}

/* ---- for a terminal ---- */

struct drift_chance drift_chance(double p)
{
    struct drift_chance c;
    (void)snprintf(c.text, sizeof c.text, p < 1e-99 ? "<1e-99" : p < 0.001 ? "%.0e" : "%.3f", p);
    return c;
}

static str chance_text(const struct drift_column *c, struct arena *a)
{
    return c->numbers || c->counts ? str_dup(a, str_of(drift_chance(c->verdict.adjusted).text)) : STR("");
}

static void column_row(struct table *t, const struct drift_column *c, struct arena *a)
{
    table_row(t, (const str[]){ c->name, c->verdict.drift ? STR("drift") : STR("-"), c->sentence, chance_text(c, a) });
}

static void print_quiet(const struct drift_report *r, struct arena *a)
{
    str names = STR("");
    size_t more = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->columns[i].verdict.drift) continue;
        if (names.len > NAMES_SHOWN) more++;
        else
            names = str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(names), names.len ? ", " : "",
                            STR_ARG(plain_text(a, r->columns[i].name)));
    }
    if (more) names = str_fmt(a, STR_FMT " and %zu more", STR_ARG(names), more);
    if (names.len) card_line(stdout, a, "as before", names);
}

static void print_report(struct cli *cli, const struct drift_report *r)
{
    static const char *const heads[] = { "column", "verdict", "~what changed most", ">chance", NULL };
    struct arena *a = cli_arena(cli);
    struct table t = table_init(a, heads, cli_color(cli));
    const struct drift_column **loud = ARENA_ARRAY(a, const struct drift_column *, r->count + 1);
    size_t n = drift_loudest(r, loud, r->count), rough = 0;
    for (size_t i = 0; i < n; i++) column_row(&t, loud[i], a);
    for (size_t i = 0; i < r->count; i++) {
        rough += !r->columns[i].exact;
        if (cli_has(cli, "all") && !r->columns[i].verdict.drift) column_row(&t, &r->columns[i], a);
    }
    (void)printf("%zu of %zu column%s drifted; %llu rows now, %llu in the reference\n", r->drifted, r->count,
                 r->count == 1 ? "" : "s", (unsigned long long)r->rows[1], (unsigned long long)r->rows[0]);
    if (t.rows) {
        (void)putchar('\n');
        table_print(&t, stdout);
    }
    if (r->drifted < r->count && !cli_has(cli, "all")) {
        (void)putchar('\n');
        print_quiet(r, a);
    }
    if (rough)
        (void)printf("\n%zu column%s compared in bounded memory: ranks to 0.05 %%, rare values by bounds\n", rough,
                     rough == 1 ? "" : "s");
}

static void tell_refused(const struct drift_names *names, const struct drift_report *r)
{
    for (int k = 0; k < 2; k++)
        if (r->refused[k])
            (void)fprintf(stderr, "weir drift: " STR_FMT ": %llu rows could not be read\n",
                          STR_ARG(k ? names->cur : names->ref), (unsigned long long)r->refused[k]);
}

/* ---- for programs ---- */

static const char *const kinds[] = {
    [COLUMN_UNKNOWN] = "empty",   [COLUMN_NUMBERS] = "numbers", [COLUMN_WORDS] = "words",
    [COLUMN_RUNNING] = "running", [COLUMN_ADDED] = "added",     [COLUMN_REMOVED] = "removed"
};

static void side_json(struct jw *w, const char *key, const struct drift_side *s)
{
    static const char *const names[DRIFT_SUMMARY] = { "min", "p01", "p25", "p50", "p75", "p99", "max" };
    jw_open(w, key);
    jw_f64(w, "rows", s->rows);
    jw_f64(w, "missing", s->missing);
    jw_f64(w, "odd", s->odd);
    jw_f64(w, "mean", s->mean);
    jw_f64(w, "sd", s->sd);
    for (int k = 0; k < DRIFT_SUMMARY; k++) jw_f64(w, names[k], s->quantile[k]);
    if (s->distinct >= 0) jw_f64(w, "distinct", s->distinct);
    jw_close(w);
}

static void numbers_json(struct jw *w, const struct drift_numbers *d)
{
    side_json(w, "reference", &d->side[0]);
    side_json(w, "current", &d->side[1]);
    jw_f64(w, "ks", d->ks);
    jw_f64(w, "ks_p", d->ks_p);
    jw_f64(w, "kuiper", d->kuiper);
    jw_f64(w, "wasserstein", d->wasserstein);
    jw_f64(w, "psi", d->psi);
    jw_f64(w, "jensen_shannon", d->js);
    jw_f64(w, "below_range", d->below);
    jw_f64(w, "above_range", d->above);
}

static void counts_json(struct jw *w, const struct drift_counts *d)
{
    jw_f64(w, "distinct_reference", d->distinct[0]);
    jw_f64(w, "distinct_current", d->distinct[1]);
    jw_f64(w, "chi2", d->chi2);
    jw_f64(w, "chi2_p", d->chi2_p);
    jw_f64(w, "cramers_v", d->cramers_v);
    jw_f64(w, "psi", d->psi);
    jw_f64(w, "jensen_shannon", d->js);
    jw_f64(w, "moved", d->moved);
    jw_array(w, "values");
    for (size_t i = 0; i < d->top_count; i++) {
        jw_open(w, NULL);
        jw_str(w, "value", str_of(d->top[i].text));
        jw_f64(w, "reference", d->top[i].count[0]);
        jw_f64(w, "current", d->top[i].count[1]);
        jw_close(w);
    }
    jw_array_end(w);
}

static void parts_json(struct jw *w, const struct drift_verdict *v)
{
    jw_array(w, "parts");
    for (int k = 0; k < DRIFT_PARTS; k++) {
        if (!v->part[k].active) continue;
        jw_open(w, NULL);
        jw_strz(w, "part", drift_part_text((enum drift_part)k));
        jw_f64(w, "p", v->part[k].p);
        jw_f64(w, "effect", v->part[k].effect);
        jw_bool(w, "matters", v->part[k].big);
        jw_close(w);
    }
    jw_array_end(w);
}

static void column_json(struct jw *w, const struct drift_column *c)
{
    jw_open(w, NULL);
    jw_str(w, "name", c->name);
    jw_strz(w, "kind", kinds[c->kind]);
    jw_bool(w, "drift", c->verdict.drift);
    jw_str(w, "what", c->sentence);
    if (c->numbers || c->counts) {
        jw_strz(w, "part", drift_part_text(c->verdict.loudest));
        jw_f64(w, "p", c->verdict.p);
        jw_f64(w, "adjusted", c->verdict.adjusted);
        jw_bool(w, "exact", c->exact);
        if (c->numbers) numbers_json(w, c->numbers);
        else counts_json(w, c->counts);
        parts_json(w, &c->verdict);
    }
    jw_close(w);
}

/* All of a report as one JSON object. */
static void drift_json(const struct drift_names *names, const struct drift_report *r, const struct drift_config *config,
                       struct buf *out)
{
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    for (int k = 0; k < 2; k++) {
        jw_open(&w, k ? "current" : "reference");
        jw_str(&w, "file", k ? names->cur : names->ref);
        jw_i64(&w, "rows", (int64_t)r->rows[k]);
        jw_i64(&w, "refused", (int64_t)r->refused[k]);
        jw_close(&w);
    }
    jw_f64(&w, "alarm", config->alarm);
    jw_i64(&w, "drifted", (int64_t)r->drifted);
    jw_array(&w, "columns");
    for (size_t i = 0; i < r->count; i++) column_json(&w, &r->columns[i]);
    jw_array_end(&w);
    jw_close(&w);
}

/* ---- the command ---- */

static err make_page(struct cli *cli, const struct drift_names *names, const struct drift_report *r,
                     const struct drift_config *config)
{
    if (!cli_has(cli, "html")) return OK;
    struct buf page = buf_init(DRIFT_PAGE_MAX);
    drift_page(names, r, config, &page);
    err e = drift_page_write(cli, &page);
    buf_done(&page);
    return e;
}

/* A column that is gone stops what reads it; so many changed that it is hardly the same table. */
static bool is_severe(const struct drift_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->columns[i].kind == COLUMN_REMOVED) return true;
    return 2 * r->drifted > r->count && r->count > 2;
}

static struct drift_told told_of(const struct drift_column *c)
{
    struct drift_told t = { .name = c->name, .part = STR("added"), .what = c->sentence, .chance = NAN, .effect = NAN };
    if (c->kind == COLUMN_REMOVED) t.part = STR("removed");
    if (!c->numbers && !c->counts) return t;
    t.part = str_of(drift_part_text(c->verdict.loudest));
    t.chance = c->verdict.adjusted;
    t.effect = c->verdict.part[c->verdict.loudest].effect;
    return t;
}

static int send_report(struct cli *cli, const struct drift_names *names, const struct drift_report *r)
{
    const struct drift_column *loud[SENT_COLUMNS];
    struct drift_told told[SENT_COLUMNS];
    size_t n = drift_loudest(r, loud, SENT_COLUMNS);
    for (size_t i = 0; i < n; i++) told[i] = told_of(loud[i]);
    return drift_send(cli, names,
                      &(struct drift_finding){ .told = told,
                                               .count = n,
                                               .drifted = r->drifted,
                                               .of = r->count,
                                               .things = "columns",
                                               .severe = is_severe(r),
                                               .rows = { r->rows[0], r->rows[1] } });
}

static err read_options(struct cli *cli, struct drift_options *o)
{
    int64_t mb = 0;
    *o = (struct drift_options){ .config = drift_config_default(),
                                 .numbers = cli_str(cli, "numbers"),
                                 .words = cli_str(cli, "words") };
    err e = cli_i64(cli, "memory", &mb);
    if (!e.code && (mb < 0 || mb > MEMORY_MAX_MB))
        e = err_make(ERR_INPUT, "--memory is a number of MiB from 0 to %d", MEMORY_MAX_MB);
    o->memory = (size_t)mb << 20;
    if (!e.code) e = str_to_f64(cli_str(cli, "alarm"), &o->config.alarm);
    if (!e.code && !(o->config.alarm > 0 && o->config.alarm < 0.5))
        e = err_make(ERR_INPUT, "--alarm is a chance above 0 and below 0.5");
    return e;
}

static int print_json(struct cli *cli, const struct drift_names *names, const struct drift_report *r,
                      const struct drift_config *config)
{
    struct buf b = buf_init(DRIFT_PAGE_MAX);
    drift_json(names, r, config, &b);
    return cli_print_json(cli, &b);
}

static int drift_command(struct cli *cli)
{
    struct drift_options o;
    struct drift_report r;
    if (cli_arg_count(cli) != 2) return cli_fail(cli, EXIT_USAGE, "two files are needed: weir drift REF CUR");
    struct drift_names names = { cli_arg(cli, 0), cli_arg(cli, 1) };
    if (drift_model_asked(cli)) return drift_model(cli, &names);
    err e = read_options(cli, &o);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    struct arena a = arena_init((size_t)1 << 30);
    e = table_drift(names.ref, names.cur, &o, &a, &r);
    if (!e.code) e = make_page(cli, &names, &r, &o.config);
    int code = EXIT_FINE;
    if (e.code) {
        code = cli_fail_err(cli, e);
    } else {
        tell_refused(&names, &r);
        if (cli_json(cli)) code = print_json(cli, &names, &r, &o.config);
        else print_report(cli, &r);
        if (code == EXIT_FINE && r.drifted && cli_has(cli, "pipeline")) code = send_report(cli, &names, &r);
        if (code == EXIT_FINE && r.drifted) code = EXIT_FOUND;
    }
    arena_done(&a);
    return code;
}

static const struct cli_option options[] = {
    { "html", 0, "FILE", NULL, "Write a page with plots, in one file." },
    { "all", 0, NULL, NULL, "Show the columns that are as before, too." },
    { "alarm", 0, "P", "0.03", "Chance of any false alarm when nothing has changed." },
    { "numbers", 0, "COLUMNS", NULL, "Read these columns as numbers (names with commas between)." },
    { "words", 0, "COLUMNS", NULL, "Read these columns as words, such as codes written in digits." },
    { "memory", 0, "MB", "512", "Keep columns whole up to this; beyond, they are sketched." },
    { "pipeline", 'p', "NAME", NULL, "Send a drift to the server as a finding of this pipeline." },
    { "dataset", 0, "NAME", NULL, "What the tables are called in the finding. [CUR]" },
    { "step", 0, "NAME", NULL, "The step that made the table." },
    { "run", 0, "ID", NULL, "The run that made the table." },
    { "embedding", 0, "PREFIX", NULL, "Compare the vectors in the columns whose names begin so, as one." },
    { "text", 0, "COLUMN", NULL, "Compare texts by their words, and name those that differ." },
    { "error", 0, "COLUMN", NULL, "Watch the errors of a model (0 and 1, or sizes) from row to row." },
    { "proba", 0, "COLUMN", NULL, "Estimate how well a classifier does now, from its probabilities, ..." },
    { "label", 0, "COLUMN", NULL, "... having learned from the labels that REF has." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_drift = {
    .name = "drift",
    .args = "REF CUR",
    .summary = "Tell whether the columns of a table are distributed as they were.",
    .about = "Compares two files (CSV, JSON Lines, and Parquet when DuckDB's library is there) column by column: "
             "distribution, shape, tails, "
             "repeated, missing, new and vanished values. A column has drifted when the change is too unlikely to be "
             "chance, over all "
             "columns together, and big enough to matter.\n"
             "With --embedding, --text, --error or --proba and --label it looks at what a model saw and said instead.\n"
             "Files may be larger than memory. Exit 1 when a column has drifted, was added or is gone.",
    .options = options,
    .run = drift_command,
};
