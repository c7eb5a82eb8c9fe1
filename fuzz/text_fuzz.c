/* Any bytes are read as text and hashed within bounds, the same each time; and a model whose bytes were changed behind
 * a check that was made to fit is either refused or classifies within its memory. */
#include <assert.h>

#include "base/hash.h"
#include "edge/text/text_train.h"
#include "engine/text/text_entities.h"
#include "engine/text/text_explain.h"
#include "engine/text/text_language.h"
#include "engine/text/text_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf model;

static void make_model(void)
{
    enum { ROWS = 24 };
    char line[ROWS][32];
    str text[ROWS], names[2] = { STR_INIT("card"), STR_INIT("cash") };
    uint32_t label[ROWS];
    float vector[ROWS * 16] = { 0 };
    for (size_t i = 0; i < ROWS; i++) {
        (void)snprintf(line[i], sizeof line[i], "%s %zu", i % 2 ? "my money" : "lost card", i);
        text[i] = str_of(line[i]);
        label[i] = i % 2;
        vector[i * 16 + i % 2] = 1;
    }
    struct text_data d = {
        .text = text, .label = label, .rows = ROWS, .names = names, .classes = 2, .vector = vector, .dims = 16
    };
    struct text_train_opts o = { .seed = 1, .refused = 0.02 };
    struct text_report r;
    model = buf_init(1 << 20);
    err e = text_train(&d, &o, &model, &r);
    assert(!e.code);
}

static void read_text(str text)
{
    static struct text_features a, b;
    text_features(text, &a);
    text_features(text, &b);
    assert(a.end[TEXT_PAIRS] == b.end[TEXT_PAIRS] && a.end[TEXT_PAIRS] <= TEXT_FEATURES_MAX);
    assert(memcmp(a.hash, b.hash, a.end[TEXT_PAIRS] * sizeof *a.hash) == 0);
    for (size_t i = 0; i < a.words; i++) assert(a.word[i].from < a.word[i].to && a.word[i].to <= a.letters);
}

/* Spans stand in the text, one after the other. */
static void read_things(str text)
{
    static struct text_languages l;
    struct text_entity e[32];
    if (l.log_p[0][0] == 0) text_languages_init(&l);
    size_t n = text_entities(text, e, 32), at = 0;
    for (size_t i = 0; i < n; i++) {
        assert(e[i].from >= at && e[i].len > 0 && e[i].from + e[i].len <= text.len && e[i].kind < ENTITY_KINDS);
        at = e[i].from + e[i].len;
    }
    struct text_language_guess g = text_language(&l, text);
    assert(g.best <= LANGUAGES && g.p >= 0 && g.p <= 1);
}

static void classify(str bytes, str text)
{
    static struct text_work w;
    static struct text_guess g;
    static uint16_t set[TEXT_CLASSES_MAX];
    struct text_model m;
    float vector[TEXT_DIMS_MAX] = { 1 };
    if (text_model_open(bytes, &m).code) return;
    for (size_t i = 0; i < m.head->classes; i++) assert(str_utf8_valid(text_label(&m, i)));
    text_classify(&m, text, NULL, &w, &g);
    text_classify(&m, text, vector, &w, &g);
    assert(g.best < m.head->classes);
    struct text_reason why[4];
    assert(text_explain(&m, text, g.best, &w, why, 4) <= 4);
    size_t n = text_prediction_set(&m, &g, 1, true, set);
    assert(n >= 1 && n <= m.head->classes);
}

/* Four bytes a change: where (three) and what. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!model.ptr) make_model();
    str text = { (const char *)data, size };
    char *bytes = mem_new(model.len);
    memcpy(bytes, model.ptr, model.len);
    for (size_t i = 0; i + 4 <= size && i < 64; i += 4)
        bytes[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) %
              (i % 8 ? model.len : sizeof(struct text_head))] = (char)data[i + 3];
    struct text_head *h = (struct text_head *)(void *)bytes;
    h->check = hash64(str_cut((str){ bytes, model.len }, sizeof *h, model.len));
    read_text(text);
    read_things(text);
    classify((str){ bytes, model.len }, text);
    classify((str){ model.ptr, model.len }, text);
    mem_free(bytes);
    return 0;
}
