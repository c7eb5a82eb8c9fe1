/* From labelled texts to a model and back: what is learned is told, the same twice, and nothing else is taken for it.
 */
#include "test.h"

#include <math.h>
#include <unistd.h>

#include "base/hash.h"
#include "edge/text/text_file.h"
#include "edge/text/text_linear.h"
#include "edge/text/text_shelf.h"
#include "edge/text/text_train.h"
#include "engine/text/text_explain.h"
#include "engine/text/text_near.h"

static str write_file(const char *name, str bytes)
{
    static char path[4096];
    (void)snprintf(path, sizeof path, STR_FMT "/%s", STR_ARG(test_dir()), name);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len);
    if (f) (void)fclose(f);
    return str_of(path);
}

static const char *const subject[3] = { "card", "transfer", "refund" };
static const char *const words[3][4] = { { "lost", "stolen", "blocked", "pin" },
                                         { "pending", "abroad", "amount", "account" },
                                         { "shop", "returned", "money", "missing" } };
static const char *const around[6] = { "please help", "what now", "I need to know", "hello", "today", "it is urgent" };

/* `rows` texts of three classes as CSV; every 20th belongs to none of them. */
static str sample_csv(struct arena *a, size_t rows, uint32_t chance)
{
    struct buf b = buf_init(1 << 22);
    buf_add(&b, STR("text,label\n"));
    for (size_t i = 0; i < rows; i++) {
        uint32_t r = chance = chance * 1664525 + 1013904223;
        size_t c = r >> 8 & 0xFF;
        c %= 3;
        if (i % 20 == 19) buf_fmt(&b, "the weather in town %u,none\n", r >> 28);
        else
            buf_fmt(&b, "\"%s %s, %s %s\",%s\n", around[r >> 16 & 3], subject[c], words[c][r >> 20 & 3],
                    around[(r >> 24 & 3) + 2], subject[c]);
    }
    return buf_take(&b, a);
}

/* Vectors that know the class, with noise. */
static void give_vectors(struct text_data *d, uint32_t chance)
{
    d->dims = d->near_dims = 16;
    d->vector = arena_new(&d->arena, d->rows * d->dims * sizeof *d->vector);
    for (size_t i = 0; i < d->rows; i++) {
        float *v = d->vector + i * d->dims, norm = 0;
        for (size_t k = 0; k < d->dims; k++) {
            chance = chance * 1664525 + 1013904223;
            v[k] = (float)(chance >> 16) / 65536.0F - 0.5F + (k == (d->label[i] < 3 ? d->label[i] : 9) ? 2 : 0);
            norm += v[k] * v[k];
        }
        for (size_t k = 0; k < d->dims; k++) v[k] /= sqrtf(norm);
    }
}

static void read_sample(size_t rows, uint32_t seed, bool vectors, struct text_data *d)
{
    struct arena a = arena_init(1 << 22);
    struct text_columns columns = { .outside = STR("none") };
    CHECK_OK(text_data_read(write_file("rows.csv", sample_csv(&a, rows, seed)), &columns, NULL, 0, d));
    if (vectors) give_vectors(d, seed);
    arena_done(&a);
}

static struct buf train_sample(size_t rows, bool vectors, struct text_report *report)
{
    struct text_data d;
    struct text_train_opts o = { .seed = 1, .refused = 0.02 };
    struct buf out = buf_init(1 << 26);
    read_sample(rows, 7, vectors, &d);
    CHECK_OK(text_train(&d, &o, &out, report));
    text_data_done(&d);
    return out;
}

TEST(labels_and_columns_are_found)
{
    struct text_data d;
    struct text_columns usual = { 0 }, named = { .text = STR("b"), .label = STR("a") }, wrong = { .text = STR("zz") };
    str csv = STR("id,intent,message\n1,x,hello\n2,y,\n3,x,\"a, b\"\n");
    CHECK_OK(text_data_read(write_file("a.csv", csv), &usual, NULL, 0, &d));
    CHECK_I64(d.rows, 2);
    CHECK_I64(d.refused, 1);
    CHECK_I64(d.classes, 1);
    CHECK_STR(d.text[1], "a, b");
    text_data_done(&d);
    str lines = STR("{\"a\":\"q\",\"b\":\"one\"}\n{\"b\":\"two\",\"a\":5}\n");
    CHECK_OK(text_data_read(write_file("a.jsonl", lines), &named, NULL, 0, &d));
    CHECK_I64(d.classes, 2);
    CHECK_STR(d.names[0], "5");
    CHECK_I64(d.label[1], 0);
    text_data_add_names(&d);
    CHECK_I64(d.rows, 4);
    CHECK_STR(d.text[3], "q");
    CHECK_I64(d.label[3], 1);
    text_data_done(&d);
    CHECK_ERR(text_data_read(write_file("b.csv", csv), &wrong, NULL, 0, &d), ERR_INPUT);
    CHECK_ERR(text_data_read(STR("/nowhere.csv"), &usual, NULL, 0, &d), ERR_NOT_FOUND);
}

static void check_right(const struct buf *bytes, bool vectors, double least)
{
    struct text_model m;
    struct text_data d;
    struct text_work *w = mem_new(sizeof *w);
    struct text_guess *g = mem_new(sizeof *g);
    size_t right = 0, all = 0, refused = 0, outside = 0;
    CHECK_OK(text_model_open(buf_view(bytes), &m));
    read_sample(400, 99, vectors, &d);
    for (size_t i = 0; i < d.rows; i++) {
        float sum = 0;
        uint16_t set[TEXT_CLASSES_MAX];
        text_classify(&m, d.text[i], vectors ? d.vector + i * d.dims : NULL, w, g);
        for (size_t c = 0; c < m.head->classes; c++) sum += g->p[c];
        CHECK(fabsf(sum - 1) < 1e-4F);
        CHECK(text_prediction_set(&m, g, 1, vectors, set) >= 1 && set[0] == g->best);
        if (d.label[i] == TEXT_OUTSIDE) outside++, refused += g->reject;
        else all++, right += g->best == d.label[i] && !g->reject;
    }
    CHECK((double)right >= least * (double)all);
    CHECK(refused * 10 >= outside * 9);
    text_data_done(&d);
    mem_free(w);
    mem_free(g);
}

TEST(a_model_tells_the_classes_it_was_taught_and_texts_of_none)
{
    struct text_report r;
    struct buf sparse = train_sample(600, false, &r);
    CHECK(r.sparse.accuracy > 0.99 && r.fused.rows == 0 && r.outside == 30);
    check_right(&sparse, false, 0.95);
    struct buf fused = train_sample(600, true, &r);
    CHECK(r.fused.accuracy > 0.99 && r.fused.ece < 0.05);
    check_right(&fused, true, 0.95);
    buf_done(&sparse);
    buf_done(&fused);
}

/* One in ten keeps its label. */
TEST(texts_without_a_label_vote_with_one_that_was_guessed)
{
    struct text_data d;
    struct text_report r;
    struct text_model m;
    struct buf bytes = buf_init(1 << 24);
    struct text_train_opts o = { .seed = 1, .refused = 0.005 };
    size_t guessed = 0, right = 0;
    read_sample(600, 7, true, &d);
    uint32_t *truth = mem_new(d.rows * sizeof *truth);
    memcpy(truth, d.label, d.rows * sizeof *truth);
    for (size_t i = 0; i < d.rows; i++)
        if (i % 10 && d.label[i] != TEXT_OUTSIDE) d.label[i] = TEXT_UNKNOWN;
    CHECK_OK(text_train(&d, &o, &bytes, &r));
    CHECK_OK(text_model_open(buf_view(&bytes), &m));
    for (size_t i = 0; i < d.rows; i++) {
        if (d.label[i] != TEXT_UNKNOWN) continue;
        uint32_t said = m.near[m.head->neighbours - r.unlabelled + guessed++].class;
        CHECK(said & TEXT_GUESSED);
        right += (said & ~TEXT_GUESSED) == truth[i];
    }
    CHECK_I64(guessed, r.unlabelled);
    CHECK(guessed > 400 && right * 100 >= guessed * 95);
    mem_free(truth);
    text_data_done(&d);
    buf_done(&bytes);
}

TEST(a_guessed_label_votes_but_makes_no_text_known)
{
    int8_t vectors[2 * 16] = { 127, [17] = 127 };
    struct text_near near[] = { { 1 / 127.0F, 0 }, { 1 / 127.0F, TEXT_GUESSED | 1 } };
    float query[16] = { 0, 1 }, vote[2], nearest;
    text_near_vote(vectors, near, 2, 16, 2, query, SIZE_MAX, vote, &nearest);
    CHECK(vote[1] > -1e-6F && vote[0] < -19);
    CHECK(fabsf(nearest - (0.0F - 4) / 5) < 1e-6F);
}

TEST(the_same_data_and_seed_give_the_same_bytes)
{
    struct text_report r;
    struct buf a = train_sample(300, true, &r), b = train_sample(300, true, &r);
    CHECK(str_eq(buf_view(&a), buf_view(&b)));
    buf_done(&a);
    buf_done(&b);
}

TEST(eight_bit_rows_give_the_margins_of_the_solver)
{
    struct text_data d;
    struct text_terms t;
    struct text_linear l;
    struct text_report r;
    struct text_model m;
    struct text_work *w = mem_new(sizeof *w);
    struct text_linear_opts o = { .cost = 1, .balanced = true, .seed = 2 };
    struct buf bytes = train_sample(300, false, &r);
    uint8_t use[300];
    read_sample(300, 7, false, &d);
    CHECK_OK(text_model_open(buf_view(&bytes), &m));
    CHECK_OK(text_terms_find(d.text, d.rows, &t));
    double *idf = mem_new(t.terms * sizeof *idf);
    for (size_t i = 0; i < d.rows; i++) use[i] = d.label[i] < d.classes;
    text_terms_idf(&t, use, idf);
    CHECK_OK(text_linear_sparse(&t, idf, d.label, use, d.classes, &o, &l));
    for (size_t i = 0; i < 50; i++) {
        float exact[3];
        text_linear_score(&l, &t, i, idf, exact);
        CHECK(text_margins(&m, d.text[i], w));
        for (size_t c = 0; c < 3; c++) CHECK(fabsf(exact[c] - w->margin[c]) < 0.02F);
    }
    text_linear_done(&l);
    text_terms_done(&t);
    text_data_done(&d);
    buf_done(&bytes);
    mem_free(idf);
    mem_free(w);
}

TEST(the_word_that_decides_is_named_first)
{
    struct text_report r;
    struct text_model m;
    struct text_reason why[3];
    struct text_work *w = mem_new(sizeof *w);
    struct buf bytes = train_sample(300, false, &r);
    CHECK_OK(text_model_open(buf_view(&bytes), &m));
    CHECK_STR(text_label(&m, 2), "transfer");
    CHECK_I64(text_explain(&m, STR("hello my transfer please"), 2, w, why, 3), 3);
    CHECK_STR(why[0].word, "transfer");
    CHECK(why[0].gain > 0.3F);
    buf_done(&bytes);
    mem_free(w);
}

TEST(two_classes_and_too_little_are_answered)
{
    struct text_data d;
    struct text_report r;
    struct buf out = buf_init(1 << 24);
    struct text_columns c = { 0 };
    struct text_train_opts o = { .seed = 1 };
    CHECK_OK(text_data_read(write_file("one.csv", STR("text,label\na,x\nb,x\n")), &c, NULL, 0, &d));
    CHECK_ERR(text_train(&d, &o, &out, &r), ERR_INPUT);
    text_data_done(&d);
    struct buf csv = buf_init(1 << 16);
    buf_add(&csv, STR("text,label\n"));
    for (int i = 0; i < 60; i++)
        buf_fmt(&csv, "%s number %d,%s\n", i % 2 ? "good day" : "bad night", i, i % 2 ? "p" : "n");
    CHECK_OK(text_data_read(write_file("two.csv", buf_view(&csv)), &c, NULL, 0, &d));
    CHECK_OK(text_train(&d, &o, &out, &r));
    CHECK(r.sparse.accuracy > 0.95);
    text_data_done(&d);
    buf_done(&csv);
    buf_done(&out);
}

TEST(what_is_no_model_is_refused)
{
    struct text_report r;
    struct text_model m;
    struct buf good = train_sample(100, true, &r);
    struct text_head *h = (struct text_head *)(void *)good.ptr;
    CHECK_OK(text_model_open(buf_view(&good), &m));
    for (size_t cut = 0; cut < good.len; cut += good.len / 40)
        CHECK_ERR(text_model_open(str_cut(buf_view(&good), 0, cut), &m), ERR_CORRUPT);
    for (size_t at = sizeof *h; at < good.len; at += good.len / 40) {
        good.ptr[at] ^= 1;
        CHECK_ERR(text_model_open(buf_view(&good), &m), ERR_CORRUPT);
        good.ptr[at] ^= 1;
    }
    h->version = 99;
    CHECK_ERR(text_model_open(buf_view(&good), &m), ERR_TOO_NEW);
    h->version = TEXT_MODEL_VERSION;
    uint64_t *offsets[] = { &h->labels, &h->scale,   &h->bias, &h->index, &h->weights,
                            &h->head,   &h->vectors, &h->near, &h->about };
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        uint64_t was = *offsets[i];
        static const uint64_t bad[] = { 0, 1, UINT64_MAX, UINT64_MAX - 63 };
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            *offsets[i] = bad[k];
            CHECK_ERR(text_model_open(buf_view(&good), &m), ERR_CORRUPT);
        }
        *offsets[i] = was;
    }
    CHECK_OK(text_model_open(buf_view(&good), &m));
    buf_done(&good);
}

/* By hand: probabilities .9 .8 .6 with the last wrong. */
TEST(quality_is_what_its_names_say)
{
    float p[] = { 0.9F, 0.1F, 0.2F, 0.8F, 0.6F, 0.4F };
    uint32_t label[] = { 0, 1, 1 };
    struct text_scale s = { .miss = { 0.5F, 0.65F, 1 } };
    struct text_quality q = text_quality_of(p, label, 3, 2, &s);
    CHECK(fabs(q.accuracy - 2.0 / 3) < 1e-9);
    CHECK(fabs(q.macro_f1 - 2.0 / 3) < 1e-9);
    CHECK(fabs(q.ece - (0.1 + 0.2 + 0.6) / 3) < 1e-6);
    CHECK(fabs(q.covered[0] - 2.0 / 3) < 1e-9 && fabs(q.covered[1] - 1) < 1e-9);
    CHECK(fabs(q.set_size[0] - 1) < 1e-9 && fabs(q.set_size[2] - 2) < 1e-9);
}

/* Scores that are log probabilities already have the factor 1; scores twice too bold have 0.5. */
TEST(factors_undo_what_scores_overstate)
{
    enum { N = 4000 };
    float *score = mem_new(2 * N * sizeof *score), factor[TEXT_FACTORS];
    uint32_t *label = mem_new(N * sizeof *label);
    for (size_t i = 0; i < N; i++) {
        float p = 0.5F + 0.45F * (float)(i % 10) / 10;
        label[i] = (float)(i / 10 % 400) / 400 < p ? 0 : 1;
        score[2 * i] = 2 * logf(p);
        score[2 * i + 1] = 2 * logf(1 - p);
    }
    struct text_held h = { .rows = N, .classes = 2, .kinds = 1, .score = { score }, .label = label };
    text_fit_factors(&h, 1, factor);
    CHECK(fabsf(factor[0] - 0.5F) < 0.02F);
    mem_free(score);
    mem_free(label);
}

/* Lent twice it is the same; what is lent stays; what nobody has makes room. */
TEST(the_shelf_lends_and_makes_room)
{
    struct text_report report;
    struct buf model = train_sample(60, false, &report);
    struct text_shelf *s = text_shelf_open();
    const struct text_model *lent[TEXT_SHELF_PLACES], *again = NULL, *more = NULL;
    char name[32], last[4096] = "";
    for (int i = 0; i < TEXT_SHELF_PLACES; i++) {
        (void)snprintf(name, sizeof name, "shelf%d.model", i);
        (void)snprintf(last, sizeof last, STR_FMT, STR_ARG(write_file(name, buf_view(&model))));
        CHECK_OK(text_shelf_borrow(s, str_of(last), &lent[i]));
    }
    CHECK_OK(text_shelf_borrow(s, str_of(last), &again));
    CHECK(again == lent[TEXT_SHELF_PLACES - 1] && again->head->classes == 3);
    text_shelf_return(s, again);
    str other = write_file("other.model", buf_view(&model));
    CHECK_ERR(text_shelf_borrow(s, other, &more), ERR_FULL);
    text_shelf_return(s, lent[3]);
    CHECK_OK(text_shelf_borrow(s, other, &more));
    CHECK(more == lent[3]); /* in its place */
    text_shelf_return(s, more);
    CHECK_ERR(text_shelf_borrow(s, write_file("cut.model", str_cut(buf_view(&model), 0, 300)), &again), ERR_CORRUPT);
    CHECK_ERR(text_shelf_borrow(s, STR("/nowhere/x"), &again), ERR_NOT_FOUND);
    for (int i = 0; i < TEXT_SHELF_PLACES; i++)
        if (i != 3) text_shelf_return(s, lent[i]);
    text_shelf_close(s);
    buf_done(&model);
}
