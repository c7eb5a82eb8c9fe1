/* A drift as a finding of a pipeline, sent to a running server. */
#include <math.h>

#include "edge/cli/client.h"
#include "edge/cli/drift.h"

enum { NAMED = 3, BODY_MAX = 1 << 20 };

static str title_of(const struct drift_told *t, struct arena *a)
{
    str name = str_utf8_prefix(t->name, 60);
    return t->look.len ? str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(t->look), STR_ARG(name)) : name;
}

/* "3 of 12 columns of sales.csv drifted: amount (mean 12, was 10 (+0.7 sd)), ..." */
static str summary_of(const struct drift_finding *f, str dataset, struct arena *a)
{
    str text = str_fmt(a, "%zu of %zu %s of " STR_FMT " drifted", f->drifted, f->of, f->things,
                       STR_ARG(str_utf8_prefix(dataset, 120)));
    for (size_t i = 0; i < f->count && i < NAMED; i++) {
        str title = title_of(&f->told[i], a);
        text = str_fmt(a, STR_FMT "%s" STR_FMT " (" STR_FMT ")", STR_ARG(text), i ? ", " : ": ", STR_ARG(title),
                       STR_ARG(f->told[i].what));
    }
    return f->count > NAMED ? str_fmt(a, STR_FMT ", ...", STR_ARG(text)) : text;
}

static void evidence(struct jw *w, const struct drift_names *names, const struct drift_finding *f)
{
    jw_open(w, "evidence");
    jw_str(w, "reference", names->ref);
    jw_str(w, "current", names->cur);
    jw_i64(w, "rows_reference", (int64_t)f->rows[0]);
    jw_i64(w, "rows_current", (int64_t)f->rows[1]);
    jw_i64(w, "drifted", (int64_t)f->drifted);
    jw_i64(w, f->things, (int64_t)f->of);
    jw_array(w, "drifts");
    for (size_t i = 0; i < f->count; i++) {
        const struct drift_told *t = &f->told[i];
        jw_open(w, NULL);
        if (t->look.len) jw_str(w, "look", t->look);
        jw_str(w, "column", t->name);
        jw_str(w, "part", t->part);
        jw_str(w, "what", t->what);
        if (!isnan(t->chance)) jw_f64(w, "chance", t->chance);
        if (!isnan(t->effect)) jw_f64(w, "effect", t->effect);
        jw_close(w);
    }
    jw_array_end(w);
    jw_close(w);
}

static void body_of(struct cli *cli, const struct drift_names *names, const struct drift_finding *f, struct buf *b)
{
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
    jw_strz(&w, "severity", f->severe ? "HIGH" : "MEDIUM");
    jw_i64(&w, "start", now);
    jw_f64(&w, "value", f->of ? (double)f->drifted / (double)f->of : 0);
    jw_str(&w, "summary", str_utf8_prefix(summary_of(f, dataset, cli_arena(cli)), 600));
    evidence(&w, names, f);
    jw_close(&w);
}

int drift_send(struct cli *cli, const struct drift_names *names, const struct drift_finding *finding)
{
    struct client c;
    struct answer answer;
    int code = client_open(cli, &c);
    if (code != EXIT_FINE) return code;
    struct buf b = buf_init(BODY_MAX);
    body_of(cli, names, finding, &b);
    code = client_call(&c, "POST", STR("/api/v1/findings"), buf_view(&b), &answer);
    buf_done(&b);
    if (code == EXIT_FINE && !cli_json(cli)) (void)printf("\nsent to " STR_FMT "\n", STR_ARG(c.server));
    return code;
}
