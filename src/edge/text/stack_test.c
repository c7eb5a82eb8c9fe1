/* Several questions of one text: what is learned is told, the same twice; nothing else is taken for such a model. */
#include "test.h"

#include <math.h>

#include "edge/text/stack_train.h"
#include "edge/text/text_logit.h"
#include "reference/logit.h"

enum { ROWS = 300, DIMS = 32 };

static const char *const things[3] = { "invoice", "server", "contract" };
static const char *const hurry[2] = { "whenever you have time", "it must be today" };

struct sample {
    struct arena a;
    struct stack_data d;
};

/* Three things, each pressing or not; the second question is told by the extras, too, and by vectors. */
static struct sample sample(bool vectors)
{
    static const str topics[] = { STR_INIT("bill"), STR_INIT("tech"), STR_INIT("law") },
                     speeds[] = { STR_INIT("slow"), STR_INIT("fast") };
    struct sample s = { .a = arena_init(1 << 22) };
    str *text = ARENA_ARRAY(&s.a, str, ROWS);
    uint32_t *label[2] = { ARENA_ARRAY(&s.a, uint32_t, ROWS), ARENA_ARRAY(&s.a, uint32_t, ROWS) }, chance = 5;
    float *extra = ARENA_ARRAY(&s.a, float, (size_t)ROWS * 5), *vector = ARENA_ARRAY(&s.a, float, (size_t)ROWS * DIMS);
    for (size_t i = 0; i < ROWS; i++) {
        chance = chance * 1664525 + 1013904223;
        label[0][i] = (chance >> 8) % 3;
        label[1][i] = chance >> 20 & 1;
        text[i] = str_fmt(&s.a, "case %u: the %s is here, %s", chance >> 24, things[label[0][i]],
                          hurry[label[1][i] ^ ((chance >> 21 & 7) == 0)]);
        extra[i * 5 + 3 + label[1][i]] = (chance >> 27 & 3) != 0;
        vector[i * DIMS + label[1][i]] = 1;
    }
    s.d = (struct stack_data){ .rows = ROWS,
                               .questions = 2,
                               .text = text,
                               .name = { "topic", "speed" },
                               .classes = { 3, 2 },
                               .label_name = { topics, speeds },
                               .label = { label[0], label[1] },
                               .extra = extra,
                               .extras = 5,
                               .vector = vectors ? vector : NULL,
                               .dims = vectors ? DIMS : 0,
                               .layers = 1 << 3,
                               .until = 3 };
    return s;
}

static str aligned(struct arena *a, str bytes)
{
    char *p = (char *)arena_new(a, bytes.len + TEXT_ALIGN);
    p += (TEXT_ALIGN - (uintptr_t)p % TEXT_ALIGN) % TEXT_ALIGN;
    memcpy(p, bytes.ptr, bytes.len);
    return (str){ p, bytes.len };
}

TEST(logistic_regression_agrees_with_scikit_learn)
{
    float weights[LOGIT_CLASSES * (LOGIT_INPUTS + 1)];
    uint8_t use[LOGIT_ROWS];
    memset(use, 1, sizeof use);
    CHECK_OK(
        text_logit(logit_x[0], LOGIT_ROWS, LOGIT_INPUTS + 1, logit_label, use, LOGIT_CLASSES, LOGIT_RIDGE, weights));
    for (size_t i = 0; i < LOGIT_ROWS; i++) {
        double p[LOGIT_CLASSES], all = 0;
        for (size_t c = 0; c < LOGIT_CLASSES; c++) {
            double z = 0;
            for (size_t k = 0; k <= LOGIT_INPUTS; k++)
                z += (double)weights[c * (LOGIT_INPUTS + 1) + k] * (double)logit_x[i][k];
            all += p[c] = exp(z);
        }
        for (size_t c = 0; c < LOGIT_CLASSES; c++) CHECK(fabs(p[c] / all - logit_p[i][c]) < 1e-3);
    }
    memset(use, 0, sizeof use);
    CHECK(text_logit(logit_x[0], LOGIT_ROWS, LOGIT_INPUTS + 1, logit_label, use, LOGIT_CLASSES, LOGIT_RIDGE, weights)
              .code == ERR_INPUT);
    CHECK(text_logit(logit_x[0], 1, TEXT_LOGIT_WEIGHTS_MAX, logit_label, use, 2, 1, weights).code == ERR_LIMIT);
}

TEST(every_question_is_answered_from_words_vectors_and_what_others_say)
{
    struct text_work *w = mem_new(sizeof *w);
    struct sample s = sample(true);
    struct buf out = buf_init(1 << 24);
    struct stack_report r;
    struct text_stack stack;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    CHECK(r.counted == ROWS && r.quality[0][0].accuracy > 0.99 && r.quality[0][1].accuracy > 0.9);
    CHECK(r.quality[1][1].accuracy > 0.99 && r.quality[1][1].accuracy > r.quality[0][1].accuracy);
    CHECK_OK(text_stack_open(aligned(&s.a, buf_view(&out)), &stack));
    size_t right[2] = { 0 };
    for (size_t i = 0; i < ROWS; i++) {
        float p[TEXT_STACK_LABELS_MAX];
        text_stack_judge(&stack, s.d.text[i], s.d.extra + i * 5, w, p);
        for (unsigned level = 1; level <= 2; level++)
            text_stack_judge_vector(&stack, level, s.d.vector + i * DIMS, s.d.extra + i * 5, w, p);
        CHECK(fabsf(p[0] + p[1] + p[2] - 1) < 1e-5F && fabsf(p[3] + p[4] - 1) < 1e-5F);
        right[0] += p[s.d.label[0][i]] > 0.5F;
        right[1] += p[3 + s.d.label[1][i]] > 0.5F;
    }
    CHECK(right[0] == ROWS && right[1] == ROWS);
    buf_done(&out);
    arena_done(&s.a);
    mem_free(w);
}

static size_t wanting_vectors(struct sample *s, struct buf *file, float plain)
{
    struct text_work *w = mem_new(sizeof *w);
    struct text_stack stack;
    size_t n = 0;
    for (size_t q = 0; q < 2 && plain >= 0; q++)
        ((struct text_stack_head *)(void *)file->ptr)->question[q].plain = plain;
    CHECK_OK(text_stack_open(aligned(&s->a, buf_view(file)), &stack));
    for (size_t i = 0; i < ROWS; i++) {
        float p[TEXT_STACK_LABELS_MAX];
        text_stack_judge(&stack, s->d.text[i], s->d.extra + i * 5, w, p);
        n += text_stack_goes_on(&stack, 0, p);
    }
    mem_free(w);
    return n;
}

/* Vectors alone know the hurry of some texts here: words may stand alone only where they are sure. */
TEST(plain_texts_need_no_vector)
{
    struct sample s = sample(true);
    struct buf out = buf_init(1 << 24);
    struct stack_report r, words;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    CHECK(r.plain[0] <= 1 && r.plain[1] > 0.5F && r.plain[1] <= 1 && r.share[0] > 0 && r.share[0] < 1);
    size_t n = wanting_vectors(&s, &out, -1);
    CHECK(n > 0 && n < ROWS);
    CHECK(wanting_vectors(&s, &out, 2) == ROWS && wanting_vectors(&s, &out, 0) == 0);
    s.d.vector = NULL;
    s.d.dims = 0;
    out.len = 0;
    CHECK_OK(stack_train(&s.d, 1, &out, &words));
    CHECK(words.share[0] <= 0 && r.quality[1][1].accuracy > words.quality[0][1].accuracy);
    CHECK(wanting_vectors(&s, &out, 2) == 0); /* there is none to want */
    buf_done(&out);
    arena_done(&s.a);
}

/* The first part of a vector knows the hurry, the second one what it is about; words know a part of both. */
TEST(only_a_question_that_gains_by_it_wants_the_whole_vector)
{
    struct text_work *w = mem_new(sizeof *w);
    struct sample s = sample(true);
    struct buf out = buf_init(1 << 24);
    struct stack_report r;
    struct text_stack stack;
    str *text = ARENA_ARRAY(&s.a, str, ROWS);
    float *vector = ARENA_ARRAY(&s.a, float, (size_t)ROWS * DIMS);
    for (size_t i = 0; i < ROWS; i++) {
        text[i] = i % 3 ? s.d.text[i] : str_fmt(&s.a, "case %zu: it is here", i);
        vector[i * DIMS + s.d.label[1][i]] = 1;
        vector[i * DIMS + DIMS / 2 + s.d.label[0][i]] = 1;
    }
    s.d.text = text;
    s.d.vector = vector;
    s.d.layers = 1 << 3 | 1 << 6;
    s.d.until = 3;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    CHECK(r.share[0] > 0.2 && r.share[2] > 0.2 && fabs(r.share[0] + r.share[1] + r.share[2] - 1) < 1e-9);
    CHECK(r.quality[0][0].accuracy < 0.9 && r.quality[1][0].accuracy > 0.97 && r.quality[1][1].accuracy > 0.97);
    CHECK_OK(text_stack_open(aligned(&s.a, buf_view(&out)), &stack));
    CHECK(stack.head->question[0].deepest == 2 && stack.head->question[1].deepest == 1);
    CHECK(stack.early_dims == DIMS / 2);
    size_t right[2] = { 0 };
    for (size_t i = 0; i < ROWS; i++) {
        float p[TEXT_STACK_LABELS_MAX];
        text_stack_judge(&stack, text[i], s.d.extra + i * 5, w, p);
        for (unsigned level = 1; text_stack_goes_on(&stack, level - 1, p); level++)
            text_stack_judge_vector(&stack, level, vector + i * DIMS, s.d.extra + i * 5, w, p);
        CHECK(!text_stack_goes_on(&stack, 2, p));
        right[0] += p[s.d.label[0][i]] > 0.5F;
        right[1] += p[3 + s.d.label[1][i]] > 0.5F;
    }
    CHECK(right[0] > ROWS - 10 && right[1] > ROWS - 10);
    buf_done(&out);
    arena_done(&s.a);
    mem_free(w);
}

TEST(a_bound_that_is_no_number_is_refused)
{
    struct sample s = sample(true);
    struct buf out = buf_init(1 << 24);
    struct stack_report r;
    struct text_stack stack;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    struct text_stack_head *h = (void *)out.ptr;
    const float bad[] = { NAN, -1, -INFINITY };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        h->question[1].plain = bad[i];
        CHECK(text_stack_open(aligned(&s.a, buf_view(&out)), &stack).code == ERR_CORRUPT);
    }
    buf_done(&out);
    arena_done(&s.a);
}

TEST(the_same_texts_give_the_same_stack)
{
    struct sample s = sample(false);
    struct buf one = buf_init(1 << 24), two = buf_init(1 << 24);
    struct stack_report r;
    CHECK_OK(stack_train(&s.d, 1, &one, &r));
    CHECK_OK(stack_train(&s.d, 1, &two, &r));
    CHECK(str_eq(buf_view(&one), buf_view(&two)));
    buf_done(&one);
    buf_done(&two);
    arena_done(&s.a);
}

/* Texts with which the words were written teach, but are not counted. */
TEST(what_was_seen_is_not_believed)
{
    struct sample s = sample(false);
    uint8_t seen[ROWS] = { 0 };
    struct buf out = buf_init(1 << 24);
    struct stack_report r;
    memset(seen, 1, 100);
    s.d.seen = seen;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    CHECK(r.counted == ROWS - 100 && r.quality[0][0].rows == ROWS - 100);
    memset(seen, 1, ROWS);
    CHECK(stack_train(&s.d, 1, &out, &r).code == ERR_INPUT);
    buf_done(&out);
    arena_done(&s.a);
}

/* A byte anywhere. */
TEST(what_is_no_stack_is_refused)
{
    struct sample s = sample(true);
    struct buf out = buf_init(1 << 24);
    struct stack_report r;
    struct text_stack stack;
    CHECK_OK(stack_train(&s.d, 1, &out, &r));
    str good = buf_view(&out);
    str bad = aligned(&s.a, good);
    for (size_t at = 0; at < good.len; at += at < 600 ? 1 : 997) {
        char *byte = (char *)(uintptr_t)bad.ptr + at;
        *byte ^= 0x41;
        err e = text_stack_open(bad, &stack);
        CHECK(at < sizeof(struct text_stack_head) || e.code == ERR_CORRUPT);
        *byte ^= 0x41;
    }
    CHECK_OK(text_stack_open(bad, &stack));
    CHECK(text_stack_open(aligned(&s.a, str_cut(good, 0, good.len - 1)), &stack).code == ERR_CORRUPT);
    CHECK(text_stack_open(aligned(&s.a, STR("weirstck")), &stack).code == ERR_CORRUPT);
    buf_done(&out);
    arena_done(&s.a);
}

