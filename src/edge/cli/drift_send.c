/* A drift as a finding of a pipeline, sent to a running server. */
#include "edge/cli/client.h"
#include "edge/cli/drift.h"

enum { SENT_COLUMNS = 20, NAMED_COLUMNS = 3, BODY_MAX = 1 << 20 };

/* "3 of 12 columns of sales.csv drifted: amount (mean 12, was 10 (+0.7 sd)), ..." */
static str summary_of(const struct drift_report *r, str dataset, const struct drift_column **loud, size_t n, struct arena *a)
{
    str text = str_fmt(a, "%zu of %zu columns of " STR_FMT " drifted", r->drifted, r->count, STR_ARG(str_utf8_prefix(dataset, 120)));
    for (size_t i = 0; i < n && i < NAMED_COLUMNS; i++)
        text = str_fmt(a, STR_FMT "%s" STR_FMT " (" STR_FMT ")", STR_ARG(text), i ? ", " : ": ", STR_ARG(str_utf8_prefix(loud[i]->name, 60)),
                       STR_ARG(loud[i]->sentence));
    return n > NAMED_COLUMNS ? str_fmt(a, STR_FMT ", ...", STR_ARG(text)) : text;
}

static void evidence(struct jw *w, const struct drift_names *names, const struct drift_report *r, const struct drift_column **loud, size_t n)
{
    jw_open(w, "evidence");
    jw_str(w, "reference", names->ref);
    jw_str(w, "current", names->cur);
    jw_i64(w, "rows_reference", (int64_t)r->rows[0]);
    jw_i64(w, "rows_current", (int64_t)r->rows[1]);
    jw_i64(w, "drifted", (int64_t)r->drifted);
    jw_i64(w, "columns", (int64_t)r->count);
    jw_array(w, "drifts");
    for (size_t i = 0; i < n; i++) {
        const struct drift_column *c = loud[i];
        bool tested = c->numbers || c->counts;
        jw_open(w, NULL);
        jw_str(w, "column", c->name);
        jw_strz(w, "part", c->kind == COLUMN_REMOVED ? "removed" : c->kind == COLUMN_ADDED ? "added" : drift_part_text(c->verdict.loudest));
        jw_str(w, "what", c->sentence);
        if (tested) jw_f64(w, "chance", c->verdict.adjusted);
        if (tested) jw_f64(w, "effect", c->verdict.part[c->verdict.loudest].effect);
        jw_close(w);
    }
    jw_array_end(w);
    jw_close(w);
}

/* A column that is gone stops what reads it; so many changed that it is hardly the same table. */
static const char *severity_of_drift(const struct drift_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->columns[i].kind == COLUMN_REMOVED) return "HIGH";
    return 2 * r->drifted > r->count && r->count > 2 ? "HIGH" : "MEDIUM";
}

static void body_of(struct cli *cli, const struct drift_names *names, const struct drift_report *r, struct buf *b)
{
    struct arena *a = cli_arena(cli);
    const struct drift_column *loud[SENT_COLUMNS];
    size_t n = drift_loudest(r, loud, SENT_COLUMNS);
    str dataset = cli_str(cli, "dataset");
    if (!dataset.len) dataset = names->cur;
    usec now = cli_env(cli)->wall(cli_env(cli));
    struct jw w = jw_init(b);
    jw_open(&w, NULL);
    jw_strz(&w, "kind", "drift");
    jw_str(&w, "pipeline", cli_str(cli, "pipeline"));
    jw_str(&w, "series", str_utf8_prefix(dataset, 300));
    if (cli_has(cli, "step")) jw_str(&w, "step", cli_str(cli, "step"));
    if (cli_has(cli, "run")) jw_str(&w, "run", cli_str(cli, "run"));
    jw_strz(&w, "severity", severity_of_drift(r));
    jw_i64(&w, "start", now);
    jw_f64(&w, "value", r->count ? (double)r->drifted / (double)r->count : 0);
    jw_str(&w, "summary", str_utf8_prefix(summary_of(r, dataset, loud, n, a), 600));
    evidence(&w, names, r, loud, n);
    jw_close(&w);
}

int drift_send(struct cli *cli, const struct drift_names *names, const struct drift_report *r)
{
    struct client c;
    struct answer answer;
    int code = client_open(cli, &c);
    if (code != EXIT_FINE) return code;
    struct buf b = buf_init(BODY_MAX);
    body_of(cli, names, r, &b);
    code = client_call(&c, "POST", STR("/api/v1/findings"), buf_view(&b), &answer);
    buf_done(&b);
    if (code == EXIT_FINE && !cli_json(cli)) (void)printf("\nsent to " STR_FMT "\n", STR_ARG(c.server));
    return code;
}
