#include "edge/inquiry/inquiry_model.h"

#include <pthread.h>
#include <unistd.h>

#include "edge/inquiry/inquiry_train.h"

enum { SCRATCH_MOST = 4 };

struct scratch {
    struct text_work *work;
    void *encoder; /* NULL: there is none */
    bool busy;
};

struct inquiry_model {
    struct text_bytes bytes;
    struct text_stack stack;
    struct text_encoder encoder;
    struct scratch scratch[SCRATCH_MOST];
    size_t scratch_count;
    pthread_mutex_t lock; /* of the scratch */
    pthread_cond_t free;
};

static err open_stack(struct inquiry_model *m, str path)
{
    err e = path.len ? text_bytes_open(path, &m->bytes) : OK;
    str bytes = path.len ? (str){ m->bytes.map, m->bytes.size } : inquiry_model_default();
    if (!e.code) e = text_stack_open(bytes, &m->stack);
    return err_wrap(e, STR_FMT, STR_ARG(path.len ? path : STR("the model of inquiries inside weir")));
}

static err check_questions(const struct text_stack *s)
{
    if (s->head->questions != INQUIRY_QUESTIONS || !s->head->extras)
        return err_make(ERR_CORRUPT, "the model asks other questions than category, sentiment and urgency");
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++)
        if (strcmp(s->head->question[q].name, inquiry_questions[q]) != 0)
            return err_make(ERR_CORRUPT, "the model has no question '%s'", inquiry_questions[q]);
    if (s->head->layers && (!encode_layers_fit(s->head->layers, s->model.head->dims) || s->head->until < 1 ||
                            s->head->until > ENCODE_LAYERS))
        return err_make(ERR_CORRUPT, "the model wants vectors that the encoder does not make");
    return OK;
}

/* One for each processor, and no more than are worth their memory. */
static void make_scratch(struct inquiry_model *m)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    m->scratch_count = cores < 1 ? 1 : cores > SCRATCH_MOST ? SCRATCH_MOST : (size_t)cores;
    for (size_t i = 0; i < m->scratch_count; i++) {
        m->scratch[i].work = mem_new(sizeof *m->scratch[i].work);
        if (m->encoder.scratch) m->scratch[i].encoder = mem_new(encode_scratch_size());
    }
}

err inquiry_model_open(str path, str encoder, struct inquiry_model **out)
{
    struct inquiry_model *m = mem_new(sizeof *m);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_cond_init(&m->free, NULL);
    err e = open_stack(m, path);
    if (!e.code) e = check_questions(&m->stack);
    if (!e.code && m->stack.head->layers) e = text_encoder_open(encoder, false, &m->encoder);
    if (e.code) {
        inquiry_model_close(m);
        return e;
    }
    make_scratch(m);
    *out = m;
    return OK;
}

void inquiry_model_close(struct inquiry_model *m)
{
    if (!m) return;
    for (size_t i = 0; i < SCRATCH_MOST; i++) {
        mem_free(m->scratch[i].work);
        mem_free(m->scratch[i].encoder);
    }
    text_encoder_close(&m->encoder);
    text_bytes_close(&m->bytes);
    (void)pthread_cond_destroy(&m->free);
    (void)pthread_mutex_destroy(&m->lock);
    mem_free(m);
}

static struct scratch *borrow(struct inquiry_model *m)
{
    struct scratch *found = NULL;
    (void)pthread_mutex_lock(&m->lock);
    while (!found) {
        for (size_t i = 0; i < m->scratch_count && !found; i++)
            if (!m->scratch[i].busy) found = &m->scratch[i];
        if (!found) (void)pthread_cond_wait(&m->free, &m->lock);
    }
    found->busy = true;
    (void)pthread_mutex_unlock(&m->lock);
    return found;
}

static void give_back(struct inquiry_model *m, struct scratch *s)
{
    (void)pthread_mutex_lock(&m->lock);
    s->busy = false;
    (void)pthread_cond_signal(&m->free);
    (void)pthread_mutex_unlock(&m->lock);
}

/* The model shares out what the words did not give to labels that it does not know. */
static void take_over(const struct inquiry_model *m, size_t question, const float *p, struct desk_axis *axis)
{
    const struct text_question *q = &m->stack.head->question[question];
    double known = 0, told = 0, share[DESK_LABELS_MAX];
    bool knows[DESK_LABELS_MAX] = { false };
    for (size_t i = 0; i < axis->count; i++)
        for (size_t k = 0; k < q->count; k++)
            if (str_eq(text_label(&m->stack.model, q->first + k), axis->items[i].label)) {
                knows[i] = true;
                share[i] = (double)p[q->first + k];
                known += axis->items[i].p;
                told += share[i];
            }
    double left = axis->count ? 1 : 0;
    for (size_t i = 0; i < axis->count; i++)
        if (!knows[i]) left -= axis->items[i].p;
    for (size_t i = 0; i < axis->count && known > 0 && told > 0; i++)
        if (knows[i]) axis->items[i].p = left * share[i] / told;
    desk_axis_sort(axis);
}

/* By words, and as far by the encoder as something is open. True: the encoder read it. */
static bool judge(const struct inquiry_model *m, struct scratch *s, str text, const float *extra, struct arena *a,
                  float *p)
{
    const struct text_stack_head *h = m->stack.head;
    text_stack_judge(&m->stack, text, extra, s->work, p);
    if (!s->encoder || !text_stack_goes_on(&m->stack, 0, p)) return false;
    float *vector = ARENA_ARRAY(a, float, m->stack.model.head->dims);
    encode_begin(&m->encoder.file.model, s->encoder, text, h->layers, h->until, vector);
    text_stack_judge_vector(&m->stack, 1, vector, extra, s->work, p);
    if (!text_stack_goes_on(&m->stack, 1, p)) return true;
    encode_finish(&m->encoder.file.model, s->encoder, vector);
    text_stack_judge_vector(&m->stack, 2, vector, extra, s->work, p);
    return true;
}

bool inquiry_model_judge(struct inquiry_model *m, str subject, str body, struct arena *a, struct desk_verdict *v)
{
    struct desk_axis *const axes[INQUIRY_QUESTIONS] = { &v->category, &v->sentiment, &v->urgency };
    float extra[TEXT_STACK_LABELS_MAX], p[TEXT_STACK_LABELS_MAX];
    str text = desk_said(subject, body, a);
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++)
        for (size_t k = 0; k < m->stack.head->question[q].count; k++) {
            size_t at = m->stack.head->question[q].first + k;
            extra[at] = inquiry_extra(axes[q], text_label(&m->stack.model, at));
        }
    struct scratch *s = borrow(m);
    bool encoded = judge(m, s, text, extra, a, p);
    give_back(m, s);
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++) take_over(m, q, p, axes[q]);
    return encoded;
}

str inquiry_model_name(const struct inquiry_model *m, struct arena *a)
{
    return str_fmt(a, "inquiries-%08x%s", (unsigned)(m->stack.head->check >> 32),
                   m->encoder.scratch || !m->stack.head->layers ? "" : "-without-encoder");
}
