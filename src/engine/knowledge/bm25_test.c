#include "engine/knowledge/bm25.h"

#include "reference/bm25.h"
#include "test.h"

struct fixture {
    struct arena a;
    struct terms *t;
    struct bm25 *x;
    uint32_t sums[4096];
};

static struct fixture *begin(size_t max)
{
    struct fixture *f = mem_new(sizeof *f);
    f->a = arena_init(max);
    CHECK_OK(terms_open(&f->t));
    f->x = bm25_new(&f->a, f->t);
    return f;
}

static void end(struct fixture *f)
{
    terms_close(f->t);
    arena_done(&f->a);
    mem_free(f);
}

static size_t search(struct fixture *f, const char *text, size_t k, struct bm25_hit *out)
{
    struct bm25_query q;
    bm25_parse(f->x, f->t, str_of(text), &q);
    return bm25_search(f->x, &q, f->sums, k, out);
}

/* The reference is an implementation in Python of the formula in the header; impacts are within half a step of it. */
TEST(scores_are_those_of_the_formula)
{
    struct fixture *f = begin(16 << 20);
    for (size_t i = 0; i < REFERENCE_DOCS; i++)
        CHECK_OK(bm25_add(f->x, str_of(reference_docs[i].title), str_of(reference_docs[i].text)));
    CHECK_OK(bm25_finish(f->x));
    double step = 0;
    for (size_t i = 0; i < REFERENCE_SCORES; i++)
        if (reference_scores[i].most > step) step = reference_scores[i].most / 255;
    for (size_t i = 0; i < REFERENCE_SCORES; i++) {
        struct bm25_hit hit[REFERENCE_DOCS];
        size_t n = search(f, reference_scores[i].query, REFERENCE_DOCS, hit), at = 0;
        while (at < n && hit[at].doc != reference_scores[i].doc) at++;
        double got = at < n ? hit[at].score / (double)BM25_WEIGHT_ONE * step : 0;
        double off = got - reference_scores[i].score;
        CHECK(off < 0.51 * step * reference_scores[i].terms + 1e-9 &&
              -off < 0.51 * step * reference_scores[i].terms + 1e-9);
    }
    end(f);
}

TEST(a_rare_word_beats_a_frequent_one_and_a_title_beats_a_text)
{
    struct fixture *f = begin(16 << 20);
    CHECK_OK(bm25_add(f->x, STR("Disk full"), STR("the volume has no space left")));
    CHECK_OK(bm25_add(f->x, STR("Other"), STR("disk and volume and space")));
    CHECK_OK(bm25_add(f->x, STR("Third"), STR("volume of trades")));
    CHECK_OK(bm25_finish(f->x));
    struct bm25_hit hit[8];
    CHECK_I64(search(f, "disk volume", 8, hit), 3);
    CHECK_I64(hit[0].doc, 0);
    CHECK_I64(hit[1].doc, 1);
    CHECK_I64(search(f, "trades", 8, hit), 1);
    CHECK_I64(hit[0].doc, 2);
    CHECK_I64(search(f, "nothing of this", 8, hit), 0);
    CHECK_I64(search(f, "", 8, hit), 0);
    end(f);
}

TEST(equal_documents_come_in_their_order_and_k_is_kept)
{
    struct fixture *f = begin(16 << 20);
    for (int i = 0; i < 1000; i++)
        CHECK_OK(bm25_add(f->x, STR(""), i % 2 ? STR("same words here") : STR("other ones")));
    CHECK_OK(bm25_finish(f->x));
    struct bm25_hit hit[600];
    CHECK_I64(search(f, "words", 7, hit), 7);
    for (uint32_t i = 0; i < 7; i++) CHECK_I64(hit[i].doc, 2 * i + 1);
    CHECK_I64(search(f, "words", 600, hit), 500);
    for (uint32_t i = 0; i < 500; i++) CHECK_I64(hit[i].doc, 2 * i + 1);
    CHECK_I64(search(f, "words", 0, hit), 0);
    for (size_t i = 0; i < 1000; i++) CHECK_I64(f->sums[i], 0);
    end(f);
}

TEST(the_best_k_are_the_first_k_of_all)
{
    struct fixture *f = begin(64 << 20);
    uint64_t chance = 7;
    for (int i = 0; i < 3000; i++) {
        char text[256];
        size_t n = 0;
        for (int w = 0; w < 12; w++) {
            chance = chance * UINT64_C(6364136223846793005) + 1;
            n += (size_t)snprintf(text + n, sizeof text - n, "w%u ", (unsigned)(chance >> 40) % 200);
        }
        CHECK_OK(bm25_add(f->x, STR(""), (str){ text, n }));
    }
    CHECK_OK(bm25_finish(f->x));
    static struct bm25_hit all[3000], some[3000];
    size_t n = search(f, "w1 w2 w3 w4 w5 w6 w7 w8", 3000, all);
    CHECK(n > 500);
    for (size_t i = 1; i < n; i++)
        CHECK(all[i - 1].score > all[i].score || (all[i - 1].score == all[i].score && all[i - 1].doc < all[i].doc));
    for (size_t k = 1; k < n; k = 2 * k + 1) {
        CHECK_I64(search(f, "w1 w2 w3 w4 w5 w6 w7 w8", k, some), k);
        CHECK(memcmp(all, some, k * sizeof *all) == 0);
    }
    end(f);
}

TEST(shares_add_up_to_the_score)
{
    struct fixture *f = begin(16 << 20);
    CHECK_OK(bm25_add(f->x, STR("Pod"), STR("pod crash loop, pod restarts")));
    CHECK_OK(bm25_add(f->x, STR(""), STR("loop")));
    CHECK_OK(bm25_finish(f->x));
    struct bm25_query q;
    struct bm25_hit hit[2];
    str text = STR("why does my Pod crash in a loop? pod!");
    bm25_parse(f->x, f->t, text, &q);
    size_t n = bm25_search(f->x, &q, f->sums, 2, hit);
    CHECK_I64(n, 2);
    for (size_t h = 0; h < n; h++) {
        uint32_t sum = 0;
        for (size_t i = 0; i < q.count; i++) sum += bm25_share(f->x, &q, i, hit[h].doc);
        CHECK_I64(sum, hit[h].score);
    }
    CHECK_I64(q.count, 3);
    CHECK_STR(str_cut(text, q.at[0], q.len[0]), "Pod");
    CHECK_I64(q.weight[0], 2 * BM25_WEIGHT_ONE);
    end(f);
}

TEST(a_full_arena_is_an_error_and_nothing_else)
{
    for (size_t max = 1024; max < 400000; max = max * 5 / 4) {
        struct fixture *f = begin(max);
        err e = f->x ? OK : err_make(ERR_LIMIT, "no room");
        for (int i = 0; i < 60 && !e.code; i++) {
            char text[64];
            int n = snprintf(text, sizeof text, "one%d two%d three four", i, i);
            e = bm25_add(f->x, STR("title"), (str){ text, (size_t)n });
        }
        if (!e.code) e = bm25_finish(f->x);
        CHECK(!e.code || e.code == ERR_LIMIT);
        end(f);
    }
    struct fixture *f = begin(1 << 20);
    CHECK_OK(bm25_finish(f->x)); /* nothing in it */
    struct bm25_hit hit[1];
    CHECK_I64(search(f, "word", 1, hit), 0);
    end(f);
}
