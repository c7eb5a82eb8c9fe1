#include "edge/text/text_reading.h"

void text_read_gist(str text, struct text_reading *out)
{
    out->sentences = text_summary(&out->room, text, out->sentence, READING_SENTENCES);
    out->phrases = text_phrases(&out->room, text, out->phrase, READING_PHRASES);
}

void text_read(const struct text_languages *l, str text, struct text_reading *out)
{
    out->language = text_language(l, text);
    out->entities = text_entities(text, out->entity, READING_ENTITIES_MAX);
    text_read_gist(text, out);
}

static void write_spans(struct jw *w, const char *key, str text, const struct text_span *span, size_t n)
{
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) jw_str(w, NULL, str_cut(text, span[i].from, span[i].len));
    jw_array_end(w);
}

void text_gist_write(struct jw *w, str text, const struct text_reading *r)
{
    write_spans(w, "summary", text, r->sentence, r->sentences);
    write_spans(w, "phrases", text, r->phrase, r->phrases);
}

void text_reading_write(struct jw *w, str text, const struct text_reading *r)
{
    bool known = r->language.best < LANGUAGES;
    jw_strz(w, "language", known ? text_language_codes[r->language.best] : NULL);
    jw_f64(w, "probability", (double)r->language.p);
    jw_array(w, "entities");
    for (size_t i = 0; i < r->entities; i++) {
        const struct text_entity *e = &r->entity[i];
        jw_open(w, NULL);
        jw_strz(w, "kind", text_entity_names[e->kind]);
        jw_str(w, "text", str_cut(text, e->from, e->len));
        jw_i64(w, "from", e->from);
        jw_close(w);
    }
    jw_array_end(w);
    text_gist_write(w, text, r);
}
