#include "edge/text/text_verdict.h"

void text_verdict_of(const struct text_model *m, str text, const float *vector, bool why, struct text_verdict_room *r,
                     struct text_verdict *out)
{
    enum { LEVEL_95 = 1 };
    uint16_t set[TEXT_CLASSES_MAX];
    struct text_guess *g = &r->guess;
    text_classify(m, text, vector, &r->work, g);
    *out = (struct text_verdict){ .p = (double)g->p[g->best], .set = r->set };
    out->set_count = text_prediction_set(m, g, LEVEL_95, vector != NULL, set);
    for (size_t k = 0; k < out->set_count; k++) r->set[k] = text_label(m, set[k]);
    if (!g->reject) out->label = text_label(m, g->best);
    if (why) out->why_count = text_explain(m, text, g->best, &r->work, out->why, TEXT_REASONS);
}

void text_verdict_write(struct jw *w, const struct text_verdict *v)
{
    if (v->label.len) jw_str(w, "label", v->label);
    else jw_null(w, "label");
    jw_f64(w, "probability", v->p);
    jw_array(w, "set");
    for (size_t i = 0; i < v->set_count; i++) jw_str(w, NULL, v->set[i]);
    jw_array_end(w);
}

void text_verdict_why(struct jw *w, const struct text_verdict *v)
{
    jw_array(w, "why");
    for (size_t i = 0; i < v->why_count; i++) {
        jw_open(w, NULL);
        jw_str(w, "word", v->why[i].word);
        jw_f64(w, "gain", (double)v->why[i].gain);
        jw_close(w);
    }
    jw_array_end(w);
}
