/* The file of a stack: a head, weights of the logistics, rows of the first layers, and the classifier as a model of its
 * own (engine/text/text_stack.h). */
#include "edge/text/stack_internal.h"

#include "base/hash.h"
#include "base/json.h"
#include "edge/text/text_write.h"

static str about(const struct stacking *s, const struct stack_report *r, struct arena *a)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "texts", (int64_t)s->d->rows);
    struct sha256 digest = sha256_parts(s->d->text, s->d->rows);
    jw_str(&w, "data_sha256", hex_text((str){ (const char *)digest.b, sizeof digest.b }, a));
    jw_i64(&w, "seed", (int64_t)s->seed - 1);
    jw_i64(&w, "held_back", (int64_t)r->counted);
    for (size_t q = 0; q < s->d->questions; q++) {
        jw_open(&w, s->d->name[q]);
        jw_f64(&w, "accuracy", r->quality[0][q].accuracy);
        jw_f64(&w, "ece", r->quality[0][q].ece);
        if (s->d->dims) jw_f64(&w, "accuracy_with_vectors", r->quality[1][q].accuracy);
        if (s->d->dims) jw_f64(&w, "ece_with_vectors", r->quality[1][q].ece);
        if (s->d->dims) jw_f64(&w, "plain", (double)r->plain[q]);
        jw_close(&w);
    }
    if (s->d->dims) jw_f64(&w, "plain_share", r->share[0]);
    if (s->d->dims) jw_f64(&w, "first_layers_share", r->share[1]);
    jw_close(&w);
    return buf_take(&b, a);
}

static err write_classifier(const struct stacking *s, const struct stack_report *r, struct arena *a, struct buf *out)
{
    const struct stack_data *d = s->d;
    str names[TEXT_STACK_LABELS_MAX];
    for (size_t q = 0; q < d->questions; q++)
        memcpy(names + s->question[q].first, d->label_name[q], d->classes[q] * sizeof *names);
    struct text_parts p = { .names = names,
                            .terms = &s->terms,
                            .idf = s->idf,
                            .sparse = &s->all[0],
                            .dense = d->dims ? &s->all[2] : NULL,
                            .centres = &s->all[0].weight[0], /* none: near_dims is 0 */
                            .vectors = (const int8_t *)"",
                            .near = &(struct text_near){ 0 },
                            .about = about(s, r, a) };
    for (size_t v = 0; v < 2; v++) p.scales[v] = (struct text_scale){ .factor = { 1, 0, 0 }, .threshold = 1e30F };
    return text_write(&p, out);
}

static void align(struct buf *out)
{
    while (out->len % TEXT_ALIGN && !out->full) buf_char(out, 0);
}

/* A row of weights and a constant for each label. */
static void write_early(const struct stacking *s, struct buf *out)
{
    const struct text_linear *l = &s->all[1];
    for (size_t c = 0; c < l->classes; c++)
        for (size_t f = 0; f <= l->features; f++)
            buf_add(out, (str){ (const char *)&l->weight[f * l->classes + c], sizeof(float) });
}

err stack_write(const struct stacking *s, const struct stack_report *r, struct buf *out)
{
    struct arena a = arena_init(1 << 20);
    struct buf model = buf_init(out->max);
    struct text_stack_head h = { .questions = (uint32_t)s->d->questions,
                                 .extras = (uint32_t)s->d->extras,
                                 .layers = s->d->dims ? s->d->layers : 0,
                                 .until = s->d->dims ? s->d->until : 0 };
    text_stack_begin(&h);
    memcpy(h.question, s->question, sizeof h.question);
    err e = write_classifier(s, r, &a, &model);
    buf_add(out, (str){ (const char *)&h, sizeof h });
    for (size_t v = 0; v < TEXT_STACK_LEVELS; v++) {
        align(out);
        h.weights[v] = out->len;
        buf_add(out, (str){ (const char *)s->weights[v], stack_weights(s, v) * sizeof(float) });
    }
    align(out);
    h.early = out->len;
    if (s->levels > 1) write_early(s, out);
    align(out);
    h.model = out->len;
    h.model_len = model.len;
    buf_add(out, buf_view(&model));
    if (!e.code && out->full) e = err_make(ERR_LIMIT, "the model is larger than %zu bytes", out->max);
    h.size = out->len;
    if (!e.code) {
        h.check = hash64(str_cut(buf_view(out), sizeof h, out->len));
        memcpy(out->ptr, &h, sizeof h);
    }
    buf_done(&model);
    arena_done(&a);
    return e;
}
