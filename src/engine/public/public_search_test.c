/* Search, as a host calls it. */
#include "weir/search.h"

#include <math.h>

#include "base/arena.h"
#include "test.h"

static struct weir_error error;
static _Alignas(16) char memory[4 << 20], work[1 << 20];

static struct weir_text text(const char *z)
{
    return (struct weir_text){ z, strlen(z) };
}

/* A plural's s, as a host's stemmer would take it. */
static size_t no_s(void *ctx, const char *word, size_t len, char *out, size_t room)
{
    ++*(int *)ctx;
    if (len < 3 || word[len - 1] != 's' || len - 1 > room) return 0;
    memcpy(out, word, len - 1);
    return len - 1;
}

static const char *const texts[][2] = {
    { "Disk full", "The volume has no space left. Remove old files." },
    { "Pods", "KubePodCrashLooping fires when a pod dies again and again." },
    { "Lag", "The consumer of a stream is behind its topic." },
};

static weir_search *begin(const struct weir_search_options *o, const float (*vectors)[4])
{
    weir_search *s = NULL;
    CHECK_I64(weir_search_init(memory, sizeof memory, o, &s, &error), WEIR_OK);
    for (uint32_t i = 0; i < 3; i++) {
        struct weir_passage p = { .document = 10 + i, .title = text(texts[i][0]), .text = text(texts[i][1]) };
        if (vectors) p.vector = p.title_vector = vectors[i];
        CHECK_I64(weir_search_add(s, &p, &error), WEIR_OK);
    }
    CHECK_I64(weir_search_finish(s, &error), WEIR_OK);
    return s;
}

static size_t ask(weir_search *s, const char *question, const float *v, const struct weir_found **found)
{
    size_t n = 0;
    struct weir_memory m = { work, weir_search_work_memory(s) };
    CHECK(m.size <= sizeof work);
    CHECK_I64(weir_search_ask(s, text(question), v, 5, m, found, &n, &error), WEIR_OK);
    return n;
}

TEST(words_find_and_say_why)
{
    const struct weir_found *f = NULL;
    int called = 0;
    weir_search *s = begin(&(struct weir_search_options){ .stem = no_s, .ctx = &called }, NULL);
    const char *question = "why do my pods crash";
    CHECK_I64(ask(s, question, NULL, &f), 1);
    CHECK(f[0].document == 11 && f[0].passage == 1 && isnan(f[0].similarity) && f[0].score > 0.99);
    CHECK_I64(f[0].reason_count, 2);
    CHECK(memcmp(question + f[0].reasons[0].at, "pods", 4) == 0 ||
          memcmp(question + f[0].reasons[1].at, "pods", 4) == 0);
    CHECK(called > 0 && weir_search_used(s) < weir_search_memory(3, 200, 0));
    CHECK_I64(ask(s, "zebra", NULL, &f), 0);
    CHECK_I64(ask(s, "", NULL, &f), 0);
}

TEST(vectors_find_what_shares_no_word_and_shares_decide)
{
    static const float v[3][4] = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } };
    static const float near_lag[4] = { 0.1F, 0, 0.9F, 0 };
    const struct weir_found *f = NULL;
    weir_search *s = begin(&(struct weir_search_options){ .dim = 4 }, v);
    CHECK_I64(ask(s, "delayed records", near_lag, &f), 3);
    CHECK(f[0].document == 12 && f[0].similarity > 0.85 && f[0].reason_count == 0);
    CHECK_I64(ask(s, "space on the volume", near_lag, &f), 3);
    s = begin(&(struct weir_search_options){ .dim = 4, .words = 1 }, v);
    CHECK_I64(ask(s, "space on the volume", near_lag, &f), 3);
    CHECK_I64(f[0].document, 10);
}

TEST(what_does_not_fit_is_an_error)
{
    weir_search *s = NULL;
    const struct weir_found *f = NULL;
    size_t n = 7;
    CHECK_I64(weir_search_init(NULL, 0, NULL, &s, &error), WEIR_LIMIT);
    CHECK_I64(weir_search_init(memory + 1, sizeof memory - 1, NULL, &s, &error), WEIR_INPUT);
    CHECK_I64(weir_search_init(memory, sizeof memory, &(struct weir_search_options){ .dim = 5000 }, &s, &error),
              WEIR_INPUT);
    CHECK_I64(weir_search_init(memory, sizeof memory, &(struct weir_search_options){ .words = NAN }, &s, &error),
              WEIR_INPUT);
    CHECK_I64(weir_search_init(memory, 200000, NULL, &s, &error), WEIR_OK);
    CHECK_I64(weir_search_ask(s, text("x"), NULL, 5, (struct weir_memory){ work, sizeof work }, &f, &n, &error),
              WEIR_INPUT);
    CHECK_I64(n, 0);
    struct weir_passage p = { .title = text("t"),
                              .text = text("some words of a text that is added until nothing fits") };
    int rc = WEIR_OK;
    for (uint32_t i = 0; i < 100000 && rc == WEIR_OK; i++) {
        p.document = i;
        rc = weir_search_add(s, &p, &error);
    }
    CHECK_I64(rc, WEIR_LIMIT);
    s = begin(NULL, NULL);
    CHECK_I64(weir_search_add(s, &p, &error), WEIR_INPUT);
    CHECK_I64(weir_search_ask(s, text("disk"), NULL, 5, (struct weir_memory){ work, 100 }, &f, &n, &error), WEIR_LIMIT);
    CHECK_I64(n, 0);
}
