#include "edge/inquiry/axis_models.h"

#include <math.h>
#include <pthread.h>
#include <time.h>

#include "base/hash.h"
#include "base/log.h"
#include "core/inquiry/inquiry.h"
#include "edge/metric_text.h"
#include "edge/text/text_file.h"

#define POOL_POWER 0.75 /* they are not quite independent: both see the same words */

static const struct axis {
    const char *name, *model; /* in the folder and the entry; in the registry */
} axes[AXES_JUDGED] = {
    { "category", INQUIRY_MODEL_CATEGORY },
    { "sentiment", INQUIRY_MODEL_SENTIMENT },
    { "urgency", INQUIRY_MODEL_URGENCY },
};

/* One model at work, and what it did since it came. */
struct worker {
    struct text_file file; /* map NULL: there is none */
    int64_t version;       /* 0: from the folder */
    int64_t judged, us;
    double confidence; /* sum of the probabilities of what it said */
    int64_t said[TEXT_CLASSES_MAX];
};

enum seat { FOLDER, CHAMPION, CHALLENGER, SEATS };

struct axis_models {
    pthread_mutex_t lock; /* of all: the scratch of models and encoder is one */
    struct worker workers[AXES_JUDGED][SEATS];
    double share[AXES_JUDGED]; /* of the challengers */
    struct text_encoder encoder;
    char *encoder_path;
    bool encoder_looked;
    struct text_guess guess;
};

static int64_t clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- coming and going ---- */

static bool wants_vectors(const struct axis_models *m)
{
    for (int i = 0; i < AXES_JUDGED; i++)
        for (int s = 0; s < SEATS; s++)
            if (m->workers[i][s].file.map && m->workers[i][s].file.model.head->dims) return true;
    return false;
}

static err open_encoder(struct axis_models *m)
{
    if (m->encoder_looked || !wants_vectors(m)) return OK;
    m->encoder_looked = true;
    return text_encoder_open(str_of(m->encoder_path), false, &m->encoder);
}

static err open_folder(struct axis_models *m, str folder)
{
    struct arena a = arena_init(1 << 16);
    bool any = false;
    err e = OK;
    for (int i = 0; !e.code && i < AXES_JUDGED; i++) {
        struct text_file *f = &m->workers[i][FOLDER].file;
        e = text_file_open(str_fmt(&a, STR_FMT "/%s.model", STR_ARG(folder), axes[i].name), f);
        if (e.code == ERR_NOT_FOUND) e = OK;
        any = any || f->map;
    }
    if (!e.code && !any)
        e = err_make(ERR_NOT_FOUND,
                     STR_FMT ": expected inquiries.model, or category.model, sentiment.model, urgency.model",
                     STR_ARG(folder));
    arena_done(&a);
    return e;
}

err axis_models_open(str folder, str encoder, struct axis_models **out)
{
    struct axis_models *m = mem_new(sizeof *m);
    (void)pthread_mutex_init(&m->lock, NULL);
    m->encoder_path = mem_dup_z(encoder);
    err e = folder.len ? open_folder(m, folder) : OK;
    if (!e.code) e = open_encoder(m);
    if (e.code) axis_models_close(m);
    else *out = m;
    return e;
}

void axis_models_close(struct axis_models *m)
{
    if (!m) return;
    for (int i = 0; i < AXES_JUDGED; i++)
        for (int s = 0; s < SEATS; s++) text_file_close(&m->workers[i][s].file);
    text_encoder_close(&m->encoder);
    (void)pthread_mutex_destroy(&m->lock);
    mem_free(m->encoder_path);
    mem_free(m);
}

/* `u` NULL: nobody sits there any more. */
static void seat(struct axis_models *m, int axis, enum seat at, const struct registry_use *u)
{
    struct text_file fresh = { 0 };
    struct worker *w = &m->workers[axis][at];
    if (u && w->file.map && w->version == u->version) return;
    err e = u ? text_file_open(u->path, &fresh) : OK;
    if (e.code) {
        log_warn("registry.unusable model=%s version=%lld error=%s", axes[axis].model, (long long)u->version, e.msg);
        return;
    }
    (void)pthread_mutex_lock(&m->lock);
    struct text_file old = w->file;
    memset(w, 0, sizeof *w);
    w->file = fresh;
    w->version = u ? u->version : 0;
    (void)pthread_mutex_unlock(&m->lock);
    text_file_close(&old);
    if (u && !u->rehearsal)
        log_info("registry.in_use model=%s version=%lld as=%s", axes[axis].model, (long long)u->version,
                 at == CHAMPION ? MODEL_CHAMPION : MODEL_CHALLENGER);
}

void axis_models_use(struct axis_models *m, const struct registry_use *items, size_t count)
{
    for (int i = 0; i < AXES_JUDGED; i++) {
        const struct registry_use *champion = NULL, *challenger = NULL;
        for (size_t k = 0; k < count; k++)
            if (str_eq(items[k].name, str_of(axes[i].model)) && STR_IS(items[k].kind, "text"))
                *(items[k].trial ? &challenger : &champion) = &items[k];
        seat(m, i, CHAMPION, champion);
        seat(m, i, CHALLENGER, challenger);
        (void)pthread_mutex_lock(&m->lock);
        m->share[i] = challenger ? challenger->share : 0;
        (void)pthread_mutex_unlock(&m->lock);
    }
    (void)pthread_mutex_lock(&m->lock);
    err e = open_encoder(m);
    (void)pthread_mutex_unlock(&m->lock);
    if (e.code) log_warn("registry.no_encoder error=%s", e.msg);
}

/* ---- judging ---- */

/* The model's probability of a label of the words; what the model does not know it leaves as the words have it. */
static double told(const struct text_model *m, const struct text_guess *g, str label)
{
    for (size_t i = 0; i < m->head->classes; i++)
        if (str_eq(text_label(m, i), label)) return (double)g->p[i];
    return 1.0 / (double)m->head->classes;
}

/* Words and model are two witnesses: their odds multiply (a logarithmic pool, Genest and Zidek, 1986). */
static void pool(const struct text_model *m, const struct text_guess *g, struct desk_axis *axis)
{
    double sum = 0;
    for (size_t i = 0; i < axis->count; i++)
        sum += axis->items[i].p =
            pow((axis->items[i].p + 1e-4) * (told(m, g, axis->items[i].label) + 1e-4), POOL_POWER);
    for (size_t i = 0; i < axis->count; i++) axis->items[i].p /= sum;
    desk_axis_sort(axis);
}

struct asked {
    struct axis_models *m;
    struct arena *a;
    str text;
    float *vector;   /* as the model asked last wants it */
    unsigned layers; /* that it is of; 0: none yet */
    bool there;
    struct judged_by *by;
};

/* Models of the same layers share a vector. */
static const float *vector_for(struct asked *q, const struct text_model *m)
{
    if (!q->there || q->layers != m->head->layers)
        q->there = text_encoder_vector(&q->m->encoder, m, q->text, q->vector);
    q->layers = m->head->layers;
    return q->there ? q->vector : NULL;
}

static struct desk_axis ask(struct asked *q, struct worker *w, const struct desk_axis *words)
{
    struct text_guess *g = &q->m->guess;
    struct desk_axis out = *words;
    const float *vector = vector_for(q, &w->file.model);
    int64_t began = clock_us();
    text_classify(&w->file.model, q->text, vector, w->file.work, g);
    w->us += clock_us() - began;
    w->judged++;
    w->confidence += (double)g->p[g->best];
    w->said[g->best]++;
    pool(&w->file.model, g, &out);
    return out;
}

/* From 0 to 1 by the text and the model's name, so that trials of other models take other cases (the last steps are
 * those of splitmix64: FNV's high bits alone hang on the last letters). */
static double chance_of(const char *model, str text)
{
    uint64_t h = hash64_more(hash64(str_of(model)), text);
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return (double)((h ^ (h >> 31)) >> 11) * 0x1p-53;
}

static void try_challenger(struct asked *q, int axis, const struct desk_axis *words, struct desk_axis *said)
{
    struct worker *w = &q->m->workers[axis][CHALLENGER];
    struct axis_trial *t = &q->by->trials[q->by->trial_count++];
    double u = chance_of(axes[axis].model, q->text), share = q->m->share[axis];
    struct desk_axis other = ask(q, w, words);
    *t = (struct axis_trial){ .model = axes[axis].model,
                              .version = w->version,
                              .champion = said->items[0].label,
                              .challenger = other.items[0].label,
                              .used = u < share,
                              .fair = share <= .5 ? u < 2 * share : u >= 2 * share - 1 };
    if (t->used) *said = other;
}

static void name_model(const struct asked *q, int axis, int64_t version, const struct worker *w)
{
    uint64_t check = w->file.model.head->check;
    q->by->name = version ? str_fmt(q->a, STR_FMT "+%s@%lld", STR_ARG(q->by->name), axes[axis].name, (long long)version)
                          : str_fmt(q->a, STR_FMT "+%s-%08x", STR_ARG(q->by->name), axes[axis].name,
                                    (unsigned)(check >> 32));
}

static void judge_axis(struct asked *q, int axis, struct desk_axis *v)
{
    struct worker *seats = q->m->workers[axis], *w = &seats[seats[CHAMPION].file.map ? CHAMPION : FOLDER];
    struct desk_axis words = *v;
    size_t trials = q->by->trial_count;
    if (!w->file.map) return;
    *v = ask(q, w, &words);
    if (seats[CHALLENGER].file.map && seats[CHAMPION].file.map) try_challenger(q, axis, &words, v);
    bool other = q->by->trial_count > trials && q->by->trials[trials].used;
    name_model(q, axis, other ? seats[CHALLENGER].version : w->version, w);
}

static bool any_model(const struct axis_models *m)
{
    bool any = false;
    for (int i = 0; i < AXES_JUDGED; i++)
        any = any || m->workers[i][FOLDER].file.map || m->workers[i][CHAMPION].file.map;
    return any;
}

void axis_models_judge(struct axis_models *m, str words, str subject, str body, struct arena *a, struct desk_verdict *v,
                       struct judged_by *by)
{
    struct desk_axis *const said[AXES_JUDGED] = { &v->category, &v->sentiment, &v->urgency };
    float vector[TEXT_DIMS_MAX];
    *by = (struct judged_by){ .name = words };
    (void)pthread_mutex_lock(&m->lock);
    if (any_model(m)) {
        struct asked q = { .m = m, .a = a, .by = by, .vector = vector };
        q.text = str_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(str_cut(subject, 0, 1000)), STR_ARG(desk_plain(body, a)));
        bool vectors = m->encoder.scratch && wants_vectors(m);
        for (int i = 0; i < AXES_JUDGED; i++) judge_axis(&q, i, said[i]);
        if (!vectors && wants_vectors(m)) by->name = str_fmt(a, STR_FMT "-without-encoder", STR_ARG(by->name));
    }
    (void)pthread_mutex_unlock(&m->lock);
}

void axis_trials_write(const struct judged_by *by, struct jw *w)
{
    if (!by->trial_count) return;
    jw_array(w, "trials");
    for (size_t i = 0; i < by->trial_count; i++) {
        const struct axis_trial *t = &by->trials[i];
        jw_open(w, NULL);
        jw_strz(w, "model", t->model);
        jw_i64(w, "version", t->version);
        jw_str(w, "champion", t->champion);
        jw_str(w, "challenger", t->challenger);
        jw_bool(w, "used", t->used);
        jw_bool(w, "fair", t->fair);
        jw_close(w);
    }
    jw_array_end(w);
}

/* ---- numbers ---- */

static void worker_line(struct buf *out, const char *name, int axis, const struct worker *w, double value)
{
    buf_fmt(out, "%s{model=\"%s\",version=\"%lld\"} %.15g\n", name, axes[axis].model, (long long)w->version, value);
}

static void write_family(struct axis_models *m, const char *name, const char *help,
                         double (*value)(const struct worker *), struct buf *out)
{
    metric_head(out, name, "counter", help);
    for (int i = 0; i < AXES_JUDGED; i++)
        for (int s = 0; s < SEATS; s++)
            if (m->workers[i][s].judged) worker_line(out, name, i, &m->workers[i][s], value(&m->workers[i][s]));
}

static double judged_of(const struct worker *w)
{
    return (double)w->judged;
}

static double seconds_of(const struct worker *w)
{
    return (double)w->us / 1e6;
}

static double confidence_of(const struct worker *w)
{
    return w->confidence;
}

static void write_labels(const struct worker *w, int axis, struct buf *out)
{
    enum { LABELS_TOLD = 50 }; /* of one model; the rest as one */
    int64_t rest = 0;
    size_t n = 0;
    for (size_t i = 0; w->judged && i < w->file.model.head->classes; i++) {
        if (!w->said[i]) continue;
        if (n++ >= LABELS_TOLD) {
            rest += w->said[i];
            continue;
        }
        buf_fmt(out, "weir_model_labels_total{model=\"%s\",version=\"%lld\",label=", axes[axis].model,
                (long long)w->version);
        metric_label(out, text_label(&w->file.model, i));
        buf_fmt(out, "} %lld\n", (long long)w->said[i]);
    }
    if (rest)
        buf_fmt(out, "weir_model_labels_total{model=\"%s\",version=\"%lld\",label=\"...\"} %lld\n", axes[axis].model,
                (long long)w->version, (long long)rest);
}

void axis_models_metrics(struct axis_models *m, struct buf *out)
{
    (void)pthread_mutex_lock(&m->lock);
    write_family(m, "weir_model_judged_total", "Cases a model judged since it came; version 0 is of the folder.",
                 judged_of, out);
    write_family(m, "weir_model_seconds_total", "Time it took, without the sentence vector.", seconds_of, out);
    write_family(m, "weir_model_confidence_total", "Sum of the probabilities of what it said.", confidence_of, out);
    metric_head(out, "weir_model_labels_total", "counter", "What it said.");
    for (int i = 0; i < AXES_JUDGED; i++)
        for (int s = 0; s < SEATS; s++) write_labels(&m->workers[i][s], i, out);
    (void)pthread_mutex_unlock(&m->lock);
}
