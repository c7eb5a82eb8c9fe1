/* Texts over HTTP: what a classifier of the registry, the desk of inquiries, or nothing but the names of classes says
 * of them, and what is read without a model. Nothing is kept of a text. */
#include "edge/text/api.h"

#include <stdlib.h>

#include "base/log.h"
#include "edge/inquiry/desk.h"
#include "edge/model/encoder.h"
#include "edge/registry/registry.h"
#include "edge/server/reply.h"
#include "edge/server/server.h"
#include "edge/text/text_names.h"
#include "edge/text/text_reading.h"
#include "edge/text/text_shelf.h"
#include "edge/text/text_verdict.h"
#include "engine/encode/format.h"

#define OF_DESK "desk/" /* no name in the registry has a stroke */
#define BY_NAMES "names/"
enum { TOP_DEFAULT = 5, DESK_ROOM = 8 << 20, VECTOR_ROOM = 16 << 20, NAMES_BYTES_MAX = 64 << 10 };

struct job {
    struct request *req;
    struct response *res;
    struct jw w;
    str *texts;
    size_t count;
    size_t top; /* so many classes are told with their probabilities */
    bool why;
};

static struct job job_of(struct request *req, struct response *res)
{
    struct job j = { .req = req, .res = res, .w = jw_init(&res->body) };
    j.top = (size_t)http_query_i64(req, "top", TOP_DEFAULT);
    j.why = !STR_IS(http_query(req, "why"), "false");
    j.count = json_texts(json_get(req->json, "text"), req->arena, &j.texts);
    return j;
}

/* ---- what both say of a text ---- */

struct told {
    struct text_verdict verdict;
    str by;                         /* who said it: "topics@3" */
    const struct desk_score *score; /* likeliest first */
    size_t scores;
    bool refused;
    const float *outside; /* log odds that it is of no class; NULL: not known */
};

static void write_item(struct job *j, const struct told *t)
{
    struct jw *w = &j->w;
    jw_open(w, NULL);
    text_verdict_write(w, &t->verdict);
    jw_bool(w, "refused", t->refused);
    if (t->outside) jw_f64(w, "outside", (double)*t->outside);
    else jw_null(w, "outside");
    jw_array(w, "scores");
    for (size_t i = 0; i < t->scores && i < j->top; i++) {
        jw_open(w, NULL);
        jw_str(w, "label", t->score[i].label);
        jw_f64(w, "probability", t->score[i].p);
        jw_close(w);
    }
    jw_array_end(w);
    if (j->why) text_verdict_why(w, &t->verdict);
    jw_str(w, "by", t->by);
    jw_close(w);
}

static void begin(struct job *j, str model, int64_t version)
{
    jw_open(&j->w, NULL);
    jw_str(&j->w, "model", model);
    jw_i64(&j->w, "version", version);
    jw_array(&j->w, "items");
}

static void end(struct job *j)
{
    jw_array_end(&j->w);
    jw_close(&j->w);
}

/* ---- by a classifier of the registry ---- */

static int by_probability(const void *a, const void *b)
{
    const struct desk_score *x = a, *y = b;
    return x->p > y->p ? -1 : x->p < y->p;
}

/* The texts' sentence vectors as the model wants them, where the server has an encoder; `d` keeps them. */
static void add_vectors(struct job *j, const struct text_model *m, struct text_data *d)
{
    struct encoder *e = server_encoder(j->req->ctx);
    if (!e || !m->head->layers) return;
    struct text_encoder n = { .file = { .model = *encoder_model(e) }, .scratch = mem_new(encode_scratch_size()) };
    text_encoder_rows(&n, m->head->layers, d, NULL);
    mem_free(n.scratch);
}

static void say_all(struct job *j, const struct text_model *m, str name, int64_t version)
{
    struct text_verdict_room *room = mem_new(sizeof *room);
    struct text_data d = { .arena = arena_init(VECTOR_ROOM), .text = j->texts, .rows = j->count };
    size_t classes = m->head->classes;
    struct desk_score *score = ARENA_ARRAY(j->req->arena, struct desk_score, classes);
    struct told t = { .score = score, .scores = classes, .outside = &room->guess.outside };
    add_vectors(j, m, &d);
    t.by = str_fmt(j->req->arena, STR_FMT "@%lld%s", STR_ARG(name), (long long)version,
                   m->head->dims && !d.vector ? "-without-encoder" : "");
    begin(j, name, version);
    for (size_t i = 0; i < j->count; i++) {
        const float *vector = d.vector ? d.vector + i * d.dims : NULL;
        text_verdict_of(m, j->texts[i], vector, j->why, room, &t.verdict);
        for (size_t c = 0; c < classes; c++)
            score[c] = (struct desk_score){ text_label(m, c), (double)room->guess.p[c] };
        qsort(score, classes, sizeof *score, by_probability);
        t.refused = room->guess.reject;
        write_item(j, &t);
    }
    end(j);
    arena_done(&d.arena);
    mem_free(room);
}

/* The version asked for, else the one in use. */
static err find_model(struct job *j, str name, int64_t *version, str *path)
{
    struct registry *r = server_registry(j->req->ctx);
    str kind = STR("text");
    if (!r) return err_make(ERR_NOT_FOUND, "this server keeps no models");
    if (!*version) {
        err e = registry_find(r, name, MODEL_CHAMPION, j->req->arena, version, path);
        if (e.code) return e;
    }
    err e = registry_at(r, name, *version, j->req->arena, &kind, path);
    if (!e.code && !STR_IS(kind, "text"))
        e = err_make(ERR_INPUT, "/model: '" STR_FMT "' is no classifier of texts", STR_ARG(name));
    return e;
}

/* Classifiers read no more of a text. */
static void cut_texts(struct job *j)
{
    for (size_t i = 0; i < j->count; i++) j->texts[i] = str_utf8_prefix(j->texts[i], TEXT_BYTES_MAX);
}

static err by_model(struct job *j, str name)
{
    struct text_shelf *shelf = server_texts(j->req->ctx);
    const struct text_model *m = NULL;
    int64_t version = json_get_i64(j->req->json, "version", 0);
    str path;
    err e = find_model(j, name, &version, &path);
    if (e.code) return e;
    e = text_shelf_borrow(shelf, path, &m);
    if (e.code == ERR_NOT_FOUND)
        return err_make(ERR_NOT_FOUND, "the file of version %lld is kept no more", (long long)version);
    if (e.code) {
        log_warn("texts.unusable model=" STR_FMT " version=%lld error=%s", STR_ARG(name), (long long)version, e.msg);
        return err_make(e.code, "version %lld cannot be used", (long long)version); /* without the path */
    }
    cut_texts(j);
    say_all(j, m, name, version);
    text_shelf_return(shelf, m);
    return OK;
}

/* ---- by the desk ---- */

static const char *const axes[] = { "category", "sentiment", "urgency", NULL };

static const struct desk_axis *axis_of(const struct desk_verdict *v, int axis)
{
    const struct desk_axis *const of[] = { &v->category, &v->sentiment, &v->urgency };
    return of[axis];
}

/* Below it a person decides where an inquiry goes. */
static err read_threshold(struct job *j, double *out)
{
    struct routing *routing = NULL;
    err e = desk_routing(server_desk(j->req->ctx), j->req->arena, &routing);
    if (!e.code) *out = routing->threshold;
    routing_free(routing);
    return e;
}

/* The fewest labels whose probabilities add up to .95. */
static size_t likeliest(const struct desk_axis *axis, str set[DESK_LABELS_MAX])
{
    size_t n = 0;
    for (double sum = 0; n < axis->count && sum < .95; n++) {
        set[n] = axis->items[n].label;
        sum += axis->items[n].p;
    }
    return n;
}

static void add_reasons(const struct desk_verdict *v, const char *axis, str label, struct arena *a,
                        struct text_verdict *out)
{
    for (size_t i = 0; i < v->why_count && out->why_count < TEXT_REASONS; i++) {
        const struct desk_reason *s = &v->spoke[i];
        if (strcmp(s->axis, axis) != 0 || !str_eq(s->label, label)) continue;
        str word = s->turned ? str_fmt(a, "not " STR_FMT, STR_ARG(s->phrase)) : s->phrase;
        out->why[out->why_count++] = (struct text_reason){ word, (float)s->points };
    }
}

static void judge(struct job *j, int axis, double threshold, str text)
{
    struct arena a = arena_init(DESK_ROOM);
    struct desk_verdict v;
    struct judged_by by;
    str set[DESK_LABELS_MAX];
    inquiry_classify(desk_classifier(server_desk(j->req->ctx)), STR(""), text, &a, &v, &by);
    const struct desk_axis *said = axis_of(&v, axis);
    struct told t = { .by = by.name, .score = said->items, .scores = said->count };
    t.verdict = (struct text_verdict){ .p = said->items[0].p, .set = set, .set_count = likeliest(said, set) };
    t.refused = said->items[0].p < threshold;
    if (!t.refused) t.verdict.label = said->items[0].label;
    add_reasons(&v, axes[axis], said->items[0].label, &a, &t.verdict);
    write_item(j, &t);
    arena_done(&a);
}

static err by_desk(struct job *j, str name)
{
    int axis = 0;
    double threshold = 0;
    while (axes[axis] && !str_eq(name, str_of(axes[axis]))) axis++;
    if (!axes[axis])
        return err_make(ERR_NOT_FOUND, "the desk answers to desk/category, desk/sentiment and desk/urgency");
    if (json_get_i64(j->req->json, "version", 0))
        return err_make(ERR_INPUT, "/version: what the desk has inside has no versions");
    err e = axis == 0 ? read_threshold(j, &threshold) : OK; /* only categories are refused */
    if (e.code) return e;
    begin(j, str_fmt(j->req->arena, OF_DESK STR_FMT, STR_ARG(name)), 0);
    for (size_t i = 0; i < j->count; i++) judge(j, axis, threshold, j->texts[i]);
    end(j);
    return OK;
}

/* ---- by names alone ---- */

static err read_names(struct job *j, struct text_names *n)
{
    json *list = json_get(j->req->json, "labels"), *one;
    size_t i, count, bytes = 0, room = yyjson_arr_size(list);
    n->label = ARENA_ARRAY(j->req->arena, str, room);
    n->says = ARENA_ARRAY(j->req->arena, str, room);
    yyjson_arr_foreach(list, i, count, one)
    {
        str label = yyjson_is_str(one) ? json_str(one, STR("")) : json_get_str(one, "label");
        str says = json_str(json_get(one, "description"), STR(""));
        err e = text_names_add(n, label, says);
        if (e.code) return err_wrap(e, "/labels/%zu", i);
        bytes += label.len + says.len;
    }
    if (bytes > NAMES_BYTES_MAX)
        return err_make(ERR_INPUT, "/labels: %zu bytes in all, at most %d are taken", bytes, NAMES_BYTES_MAX);
    return json_get(j->req->json, "version") ? err_make(ERR_INPUT, "/version: names have no versions") : OK;
}

/* Probabilities of all texts. Names and texts are encoded in one go, together with what others wait for. */
static err judge_names(struct job *j, struct encoder *e, const struct text_names *n, float **p)
{
    struct arena *a = j->req->arena;
    size_t names = n->count * TEXT_ZERO_SENTENCES, all = names + j->count;
    str *texts = ARENA_ARRAY(a, str, all);
    float *vector = ARENA_ARRAY(a, float, all * ENCODE_DIM);
    memcpy(texts, text_names_sentences(n, a), names * sizeof *texts);
    memcpy(texts + names, j->texts, j->count * sizeof *texts);
    err problem = encoder_run(e, texts, all, vector, NULL);
    return problem.code ? problem : text_names_judge(n, vector, vector + names * ENCODE_DIM, j->count, a, p);
}

static void say_names(struct job *j, const struct text_names *n, const float *p, str by)
{
    struct desk_score *score = ARENA_ARRAY(j->req->arena, struct desk_score, n->count);
    struct told t = { .by = by, .score = score, .scores = n->count };
    begin(j, by, 0);
    for (size_t i = 0; i < j->count; i++, p += n->count) {
        str *label = &n->label[text_zero_best(p, n->count)];
        for (size_t c = 0; c < n->count; c++) score[c] = (struct desk_score){ n->label[c], (double)p[c] };
        qsort(score, n->count, sizeof *score, by_probability);
        t.verdict = (struct text_verdict){ .label = *label, .p = score[0].p, .set = label, .set_count = 1 };
        write_item(j, &t);
    }
    end(j);
}

static void by_names(struct job *j)
{
    struct encoder *encoder = server_encoder(j->req->ctx);
    struct text_names n = { .count = 0 };
    float *p = NULL;
    err e = read_names(j, &n);
    if (e.code) {
        http_problem_rule(j->res, e);
        return;
    }
    if (!encoder) {
        reply_no_encoder(j->res);
        return;
    }
    cut_texts(j);
    e = judge_names(j, encoder, &n, &p);
    if (e.code) http_problem_err(j->res, e);
    else say_names(j, &n, p, str_fmt(j->req->arena, BY_NAMES "%s", encoder_model(encoder)->header->name));
}

/* ---- the calls ---- */

static void classify(struct request *req, struct response *res)
{
    struct job j = job_of(req, res);
    str model = json_get_str(req->json, "model");
    bool desk = str_starts(model, STR(OF_DESK));
    if (json_get(req->json, "labels")) {
        by_names(&j);
        return;
    }
    err e = desk ? by_desk(&j, str_cut(model, strlen(OF_DESK), model.len)) : by_model(&j, model);
    if (e.code) http_problem_rule(res, e);
}

static void read_all(struct request *req, struct response *res)
{
    struct job j = job_of(req, res);
    struct text_reading *r = ARENA_NEW(req->arena, struct text_reading);
    const struct text_languages *languages = text_shelf_languages(server_texts(req->ctx));
    jw_open(&j.w, NULL);
    jw_array(&j.w, "items");
    for (size_t i = 0; i < j.count; i++) {
        text_read(languages, j.texts[i], r);
        jw_open(&j.w, NULL);
        text_reading_write(&j.w, j.texts[i], r);
        jw_close(&j.w);
    }
    end(&j);
}

enum { BODY_MAX = 8 << 20 };
const struct route text_routes[] = {
    { "POST", "/api/v1/text/classify", ROLE_INGEST, "language",
      "What a classifier of the registry, desk/category, desk/sentiment or desk/urgency, or the names of classes alone "
      "say of up to 100 texts; nothing is kept",
      "top:integer(1..100) why:enum(true|false)", "ClassifyTexts", "TextsClassified", 200, BODY_MAX, classify },
    { "POST", "/api/v1/text/read", ROLE_INGEST, "language",
      "Language, things with a form, phrases and a summary of up to 100 texts; nothing is kept",
      NULL, "ReadTexts", "TextsRead", 200, BODY_MAX, read_all },
    ROUTES_END,
};
