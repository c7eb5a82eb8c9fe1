/* weir drift of what a model saw or said: --embedding, --text, --error, --proba with --label. */
#include <math.h>
#include <stdio.h>

#include "edge/cli/drift_model.h"
#include "edge/cli/table.h"

enum { OUT_MAX = 1 << 20, TERMS_SHOWN = 8 };
#define LIGHT 0.05 /* of the heaviest weight: a term with less decides nothing */

str drift_model_terms(const struct vectors_report *r, bool current, struct arena *a)
{
    str all = STR("");
    size_t shown = 0;
    for (size_t i = 0; i < r->domain.term_count && shown < TERMS_SHOWN; i++) {
        double weight = r->domain.terms[i].weight;
        if ((weight > 0) != current || fabs(weight) < LIGHT * fabs(r->domain.terms[0].weight)) continue;
        str name = plain_text(a, r->names[i]);
        all = str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(all), shown++ ? ", " : "", STR_ARG(name));
    }
    return all;
}

/* --- The views: look, and say it in one sentence --- */

static str domain_sentence(const struct vectors_report *r, struct arena *a)
{
    if (!r->drift) return str_fmt(a, "a classifier does not tell the rows apart (AUC %.2f)", r->domain.auc);
    str now = drift_model_terms(r, true, a), was = drift_model_terms(r, false, a);
    return str_fmt(a, "a classifier tells the rows apart (AUC %.2f)%s" STR_FMT "%s" STR_FMT, r->domain.auc,
                   now.len ? "; now more: " : "", STR_ARG(now), was.len ? "; less: " : "", STR_ARG(was));
}

static void told_vectors(const struct vectors_report *v, struct drift_told *t, struct model_report *r, struct arena *a)
{
    t->what = domain_sentence(v, a);
    t->chance = v->domain.p;
    t->effect = v->domain.auc;
    if (!r->count) r->rows[0] = v->domain.reference, r->rows[1] = v->domain.current;
}

static err look_embedding(struct cli *cli, const struct drift_names *n, struct arena *a, struct model_report *r)
{
    err e = table_embedding(n->ref, n->cur, cli_str(cli, "embedding"), a, &r->embedding);
    if (e.code) return e;
    r->drift[VIEW_EMBEDDING] = r->embedding.drift;
    told_vectors(&r->embedding, &r->told[VIEW_EMBEDDING], r, a);
    return OK;
}

static err look_text(struct cli *cli, const struct drift_names *n, struct arena *a, struct model_report *r)
{
    err e = table_text(n->ref, n->cur, cli_str(cli, "text"), a, &r->text);
    if (e.code) return e;
    r->drift[VIEW_TEXT] = r->text.drift;
    told_vectors(&r->text, &r->told[VIEW_TEXT], r, a);
    return OK;
}

static err look_errors(struct cli *cli, const struct drift_names *n, struct arena *a, struct model_report *r)
{
    struct errors_report *x = &r->errors;
    struct drift_told *t = &r->told[VIEW_ERROR];
    err e = table_errors(n->ref, n->cur, cli_str(cli, "error"), x);
    if (e.code) return e;
    r->drift[VIEW_ERROR] = x->drift;
    t->what = str_fmt(a, "mean %.4g, was %.4g; %llu change%s seen", x->mean[1], x->mean[0],
                      (unsigned long long)x->in_current, x->in_current == 1 ? "" : "s");
    t->effect = x->mean[1] - x->mean[0];
    if (!r->count) memcpy(r->rows, x->rows, sizeof r->rows);
    return OK;
}

/* The metrics that left what was expected. */
static str performance_sentence(const struct performance_report *x, struct arena *a)
{
    str all = STR("");
    for (unsigned m = 0; m < CBPE_METRICS; m++)
        if (x->now[m].alert)
            all = str_fmt(a, STR_FMT "%s%s %.3f, expected %.3f to %.3f", STR_ARG(all), all.len ? "; " : "",
                          cbpe_metric_text((enum cbpe_metric)m), x->now[m].value, x->limits[m].low, x->limits[m].high);
    return all.len ? all : STR("every metric is estimated to be where it was");
}

static err look_performance(struct cli *cli, const struct drift_names *n, struct arena *a, struct model_report *r)
{
    struct performance_report *x = &r->performance;
    err e = table_performance(n->ref, n->cur, cli_str(cli, "proba"), cli_str(cli, "label"), a, x);
    if (e.code) return e;
    r->drift[VIEW_PROBA] = x->drift;
    r->told[VIEW_PROBA].what = performance_sentence(x, a);
    if (!r->count) memcpy(r->rows, x->rows, sizeof r->rows);
    return OK;
}

static const struct view {
    const char *option, *look;
    err (*take)(struct cli *cli, const struct drift_names *n, struct arena *a, struct model_report *r);
} views[MODEL_VIEWS] = {
#define MODEL_VIEW_ROW(name, option, look) [VIEW_##name] = { option, #look, look_##look },
    MODEL_VIEW_LIST(MODEL_VIEW_ROW)
#undef MODEL_VIEW_ROW
};

const char *drift_model_look(enum model_view view)
{
    return views[view].look;
}

/* --- The command --- */

bool drift_model_asked(const struct cli *cli)
{
    bool asked = cli_has(cli, "label");
    for (size_t i = 0; i < MODEL_VIEWS; i++) asked = asked || cli_has(cli, views[i].option);
    return asked;
}

static err look_all(struct cli *cli, const struct drift_names *names, struct arena *a, struct model_report *r)
{
    err e = OK;
    for (size_t v = 0; v < MODEL_VIEWS && !e.code; v++) {
        if (!cli_has(cli, views[v].option)) continue;
        r->told[v] = (struct drift_told){ .look = str_of(views[v].look), .name = cli_str(cli, views[v].option),
                                          .part = str_of(views[v].look), .chance = NAN, .effect = NAN };
        e = views[v].take(cli, names, a, r);
        r->asked[v] = true;
        r->count++;
        r->drifted += r->drift[v];
    }
    return e;
}

static err make_page(struct cli *cli, const struct drift_names *names, const struct model_report *r)
{
    if (!cli_has(cli, "html")) return OK;
    struct buf page = buf_init(DRIFT_PAGE_MAX);
    drift_model_page(names, r, &page);
    err e = drift_page_write(cli, &page);
    buf_done(&page);
    return e;
}

/* Worse answers stop who uses them; other drift is for a person to look at. */
static int send_report(struct cli *cli, const struct drift_names *names, const struct model_report *r)
{
    struct drift_told told[MODEL_VIEWS];
    size_t n = 0;
    for (size_t v = 0; v < MODEL_VIEWS; v++)
        if (r->drift[v]) told[n++] = r->told[v];
    return drift_send(cli, names,
                      &(struct drift_finding){ .told = told,
                                               .count = n,
                                               .drifted = r->drifted,
                                               .of = r->count,
                                               .things = "views",
                                               .severe = r->drift[VIEW_PROBA],
                                               .rows = { r->rows[0], r->rows[1] } });
}

static int print_json(struct cli *cli, const struct drift_names *names, const struct model_report *r)
{
    struct buf b = buf_init(OUT_MAX);
    struct jw w = jw_init(&b);
    drift_model_json(names, r, &w);
    return cli_print_json(cli, &b);
}

int drift_model(struct cli *cli, const struct drift_names *names)
{
    if (cli_has(cli, "label") != cli_has(cli, "proba"))
        return cli_fail(cli, EXIT_USAGE, "--proba COLUMN and --label COLUMN belong together");
    struct arena a = arena_init((size_t)1 << 30);
    struct model_report *r = mem_new(sizeof *r);
    err e = look_all(cli, names, &a, r);
    if (!e.code) e = make_page(cli, names, r);
    int code = EXIT_FINE;
    if (e.code) {
        code = cli_fail_err(cli, e);
    } else {
        if (cli_json(cli)) code = print_json(cli, names, r);
        else drift_model_tell(cli, r);
        if (code == EXIT_FINE && r->drifted && cli_has(cli, "pipeline")) code = send_report(cli, names, r);
        if (code == EXIT_FINE && r->drifted) code = EXIT_FOUND;
    }
    mem_free(r);
    arena_done(&a);
    return code;
}
