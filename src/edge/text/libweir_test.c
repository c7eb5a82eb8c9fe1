/* Classes of texts, as a host asks for them, against what weir itself says of the same model. */
#include "weir/classify.h"

#include <math.h>

#include "base/hash.h"
#include "edge/text/text_train.h"
#include "engine/public/public_quiet.h"
#include "engine/text/text_explain.h"
#include "weir/encode.h"

enum { ROWS = 400, DIMS = 16, CLASSES = 3 };

static struct weir_error error;
static _Alignas(16) char memory[1024];
static const str names[CLASSES] = { { "card", 4 }, { "refund", 6 }, { "transfer", 8 } };
static const char *const words[CLASSES][4] = { { "lost", "stolen", "blocked", "pin" },
                                               { "shop", "returned", "money", "missing" },
                                               { "pending", "abroad", "amount", "account" } };
static const char *const around[4] = { "please help", "what now", "hello", "today" };

struct model {
    struct text_data d;
    char *bytes; /* at an address that divides by 64 */
    size_t size;
};

/* Every 20th text is of no class. */
static str make_text(struct text_data *d, uint32_t chance, size_t class)
{
    if (class >= CLASSES) return str_fmt(&d->arena, "the weather in town %u", chance >> 28);
    return str_fmt(&d->arena, "%s " STR_FMT ", %s %s", around[chance >> 16 & 3], STR_ARG(names[class]),
                   words[class][chance >> 20 & 3], around[chance >> 24 & 3]);
}

static void make_vector(float *v, uint32_t chance, size_t class)
{
    float square = 0;
    for (size_t k = 0; k < DIMS; k++) {
        chance = chance * 1664525 + 1013904223;
        v[k] = (float)(chance >> 16) / 65536.0F - 0.5F + (k == class ? 2 : 0);
        square += v[k] * v[k];
    }
    for (size_t k = 0; k < DIMS; k++) v[k] /= sqrtf(square);
}

static void make_data(struct text_data *d)
{
    uint32_t chance = 7;
    *d = (struct text_data){ .arena = arena_init(4 << 20), .rows = ROWS, .names = (str *)names, .classes = CLASSES };
    d->text = mem_new(ROWS * sizeof *d->text);
    d->label = mem_new(ROWS * sizeof *d->label);
    d->dims = d->near_dims = DIMS;
    d->vector = arena_new(&d->arena, (size_t)ROWS * DIMS * sizeof *d->vector);
    for (size_t i = 0; i < ROWS; i++) {
        chance = chance * 1664525 + 1013904223;
        size_t class = i % 20 == 19 ? CLASSES : (chance >> 8) % CLASSES;
        d->text[i] = make_text(d, chance, class);
        d->label[i] = class < CLASSES ? (uint32_t)class : TEXT_OUTSIDE;
        make_vector(d->vector + i * DIMS, chance, class < CLASSES ? class : 9);
    }
}

static struct model train(void)
{
    struct model m;
    struct text_train_opts o = { .seed = 1, .refused = 0.02 };
    struct text_report report;
    struct buf out = buf_init(1 << 26);
    make_data(&m.d);
    CHECK_OK(text_train(&m.d, &o, &out, &report));
    m.size = out.len;
    m.bytes = aligned_alloc(64, (out.len + 63) / 64 * 64);
    memcpy(m.bytes, out.ptr, out.len);
    buf_done(&out);
    return m;
}

static void model_done(struct model *m)
{
    free(m->bytes);
    m->d.names = NULL;
    text_data_done(&m->d);
}

static weir_classifier *open_model(const struct model *m)
{
    weir_classifier *c = NULL;
    CHECK(weir_classifier_size() <= sizeof memory);
    CHECK_I64(weir_classifier_init(memory, sizeof memory, m->bytes, m->size, &c, &error), WEIR_OK);
    return c;
}

static struct weir_text public_text(str s)
{
    return (struct weir_text){ s.ptr, s.len };
}

/* Memory as a host may leave it: full of what was there before. */
static struct weir_memory dirty_work(void)
{
    size_t size = weir_classify_memory();
    char *p = aligned_alloc(16, (size + 15) / 16 * 16);
    memset(p, 0xA5, size);
    return (struct weir_memory){ p, size };
}

static void check_same(const struct weir_verdict *v, const struct text_guess *g, const uint16_t *set, size_t n)
{
    CHECK(memcmp(v->p, g->p, CLASSES * sizeof *v->p) == 0);
    CHECK(v->best == g->best && v->none == g->reject && v->known == g->known);
    CHECK(v->outside >= (double)g->outside && v->outside <= (double)g->outside);
    CHECK_I64(v->set_count, n);
    CHECK(memcmp(v->set, set, n * sizeof *set) == 0);
}

TEST(a_host_is_told_what_weir_says_itself)
{
    struct model m = train();
    weir_classifier *c = open_model(&m);
    struct text_model inner;
    struct text_work *w = mem_new(sizeof *w);
    struct text_guess *g = mem_new(sizeof *g);
    struct weir_memory work = dirty_work();
    size_t right = 0, refused = 0;
    CHECK_OK(text_model_open((str){ m.bytes, m.size }, &inner));
    for (size_t i = 0; i < 2 * (size_t)ROWS; i++) {
        size_t row = i / 2;
        const float *vector = i % 2 ? m.d.vector + row * DIMS : NULL;
        enum weir_level level = (enum weir_level)(row % 3);
        struct weir_verdict v;
        uint16_t set[TEXT_CLASSES_MAX];
        CHECK_I64(weir_classify(c, public_text(m.d.text[row]), vector, level, work, &v, &error), WEIR_OK);
        text_classify(&inner, m.d.text[row], vector, w, g);
        check_same(&v, g, set, text_prediction_set(&inner, g, level, vector != NULL, set));
        if (m.d.label[row] == TEXT_OUTSIDE) refused += v.none != 0;
        else right += v.best == m.d.label[row] && !v.none;
    }
    CHECK(right > 2 * ROWS * 9 / 10);
    CHECK(refused >= 2 * ROWS / 20 * 9 / 10);
    free(work.ptr);
    mem_free(w);
    mem_free(g);
    model_done(&m);
}

TEST(a_model_tells_its_labels_and_what_vectors_it_wants)
{
    struct model m = train();
    weir_classifier *c = open_model(&m);
    CHECK_I64(weir_classifier_labels(c), CLASSES);
    for (size_t i = 0; i < CLASSES; i++) {
        struct weir_text t = weir_classifier_label(c, i);
        CHECK(str_eq((str){ t.ptr, t.len }, names[i]));
    }
    CHECK_I64(weir_classifier_label(c, CLASSES).len, 0);
    CHECK_I64(weir_classifier_dim(c), DIMS);
    CHECK_I64(weir_classifier_layers(c), 0); /* made elsewhere */
    CHECK_I64(weir_encode_layers_dim(1U << 6), WEIR_ENCODE_DIM);
    CHECK_I64(weir_encode_layers_dim(1U << 2 | 1U << 4 | 1U << 6), 3 * WEIR_ENCODE_DIM);
    CHECK_I64(weir_encode_layers_dim(0), 0);
    CHECK_I64(weir_encode_layers_dim(1U << 7 | 1), 0);
    CHECK_I64(weir_encode_layers(NULL, NULL, 0, 1U << 9, NULL, &error), WEIR_INPUT);
    model_done(&m);
}

TEST(the_words_that_spoke_are_places_in_the_text)
{
    struct model m = train();
    weir_classifier *c = open_model(&m);
    struct weir_memory work = dirty_work();
    struct weir_clue clue[WEIR_CLUES_MAX + 1];
    struct weir_text text = public_text(STR("hello, my transfer please"));
    char many[400];
    struct weir_text long_text = { many, sizeof many };
    size_t n = 9;
    CHECK_I64(weir_classify_why(c, text, 2, work, clue, 2, &n, &error), WEIR_OK);
    CHECK_I64(n, 2);
    CHECK(clue[0].at == 10 && clue[0].len == 8 && clue[0].gain > 0.3);
    CHECK(fabs(clue[1].gain) <= clue[0].gain);
    CHECK_I64(weir_classify_why(c, public_text(STR("")), 2, work, clue, 2, &n, &error), WEIR_OK);
    CHECK_I64(n, 0);
    for (size_t i = 0; i < sizeof many; i++) many[i] = i % 3 ? 'x' : ' ';
    CHECK_I64(weir_classify_why(c, long_text, 0, work, clue, WEIR_CLUES_MAX + 1, &n, NULL), WEIR_OK);
    CHECK_I64(n, WEIR_CLUES_MAX);
    CHECK_I64(weir_classify_why(c, text, CLASSES, work, clue, 2, &n, &error), WEIR_INPUT);
    CHECK_I64(n, 0);
    free(work.ptr);
    model_done(&m);
}

TEST(what_cannot_be_judged_is_refused)
{
    struct model m = train();
    weir_classifier *c = open_model(&m);
    struct weir_memory work = dirty_work();
    struct weir_text text = public_text(STR("my card"));
    struct weir_verdict v;
    float zero[DIMS] = { 0 }, nan[DIMS] = { NAN };
    CHECK_I64(weir_classify(c, text, zero, WEIR_SET_90, work, &v, &error), WEIR_INPUT);
    CHECK_I64(weir_classify(c, text, nan, WEIR_SET_90, work, &v, &error), WEIR_INPUT);
    CHECK_I64(weir_classify(c, text, NULL, (enum weir_level)3, work, &v, &error), WEIR_INPUT);
    struct weir_memory small = { work.ptr, work.size - 1 }, none = { NULL, work.size };
    CHECK_I64(weir_classify(c, text, NULL, WEIR_SET_90, small, &v, &error), WEIR_LIMIT);
    CHECK_I64(weir_classify(c, text, NULL, WEIR_SET_90, none, &v, NULL), WEIR_LIMIT);
    CHECK_I64(weir_classify(c, public_text(STR("")), NULL, WEIR_SET_90, work, &v, &error), WEIR_OK);
    CHECK(!v.known && v.set_count >= 1);
    free(work.ptr);
    model_done(&m);
}

/* A model of other layers than the encoder has would be given vectors of another width. */
static void claim_layers(struct model *m, uint32_t layers)
{
    struct text_head *h = (struct text_head *)(void *)m->bytes;
    h->layers = layers;
}

TEST(what_is_no_model_is_refused)
{
    struct model m = train();
    weir_classifier *c = NULL;
    char *moved = aligned_alloc(64, (m.size + 127) / 64 * 64);
    memcpy(moved + 8, m.bytes, m.size);
    CHECK_I64(weir_classifier_init(memory, 8, m.bytes, m.size, &c, &error), WEIR_LIMIT);
    CHECK_I64(weir_classifier_init(memory, sizeof memory, moved + 8, m.size, &c, &error), WEIR_INPUT);
    CHECK_I64(weir_classifier_init(memory, sizeof memory, NULL, 100, &c, &error), WEIR_CORRUPT);
    CHECK_I64(weir_classifier_init(memory, sizeof memory, m.bytes, m.size - 1, &c, &error), WEIR_CORRUPT);
    static const uint32_t wrong[] = { 1U << 6, 1U << 7, 1U << 31, 3 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        claim_layers(&m, wrong[i]);
        CHECK_I64(weir_classifier_init(memory, sizeof memory, m.bytes, m.size, &c, &error), WEIR_CORRUPT);
    }
    claim_layers(&m, 0);
    m.bytes[m.size - 1] ^= 1;
    CHECK_I64(weir_classifier_init(memory, sizeof memory, m.bytes, m.size, &c, NULL), WEIR_CORRUPT);
    m.bytes[m.size - 1] ^= 1;
    CHECK(c == NULL);
    CHECK(open_model(&m) != NULL);
    free(moved);
    model_done(&m);
}

TEST(classes_ask_for_no_memory)
{
    struct model m = train();
    struct weir_memory work = dirty_work();
    struct weir_text text = public_text(STR("what now, my card was stolen"));
    weir_classifier *c = NULL;
    struct weir_verdict v;
    struct weir_clue clue[4];
    size_t n;
    QUIET(weir_classifier_init(memory, sizeof memory, m.bytes, m.size, &c, &error));
    QUIET(weir_classify(c, text, m.d.vector, WEIR_SET_95, work, &v, &error));
    QUIET(weir_classify_why(c, text, 0, work, clue, 4, &n, &error));
    free(work.ptr);
    model_done(&m);
}
