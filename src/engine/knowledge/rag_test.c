#include "engine/knowledge/rag.h"

#include <math.h>

#include "test.h"

static struct rag_measures measure(const char *question, const char *answer, const char *reference, const str *contexts,
                                   size_t n)
{
    struct arena a = arena_init(8 << 20);
    struct terms *t = NULL;
    struct rag_measures m = { 0 };
    CHECK_OK(terms_open(&t));
    CHECK_OK(
        rag_measure(t, &(struct rag_case){ str_of(question), str_of(answer), str_of(reference), contexts, n }, &a, &m));
    terms_close(t);
    arena_done(&a);
    return m;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static const str contexts[] = {
    STR_INIT("Billing is closed on the first of the month."),
    STR_INIT("The orders job is retried 3 times. Then a person is asked."),
};

TEST(a_faithful_answer_is_told_from_an_invented_one)
{
    const char *q = "How often is the orders job retried?", *ref = "The orders job is retried 3 times.";
    struct rag_measures m = measure(q, "The orders job is retried 3 times.", ref, contexts, 2);
    CHECK(near(m.faithfulness, 1) && near(m.context_recall, 1));
    CHECK(near(m.context_precision, 0.5)); /* the passage that bears on it came second */
    CHECK(m.relevance > 0.5);
    m = measure(q, "The orders job is retried 5 times.", ref, contexts, 2); /* one number is wrong */
    CHECK(near(m.faithfulness, 0));
    m = measure(q, "The orders job is retried 3 times. Mars is a planet.", ref, contexts, 2);
    CHECK(near(m.faithfulness, 0.5));
    m = measure(q, "Mars is a planet.", ref, contexts, 2);
    CHECK(near(m.faithfulness, 0) && near(m.relevance, 0));
}

TEST(what_cannot_be_measured_is_no_number)
{
    struct rag_measures m = measure("", "", "", contexts, 2);
    CHECK(isnan(m.faithfulness) && isnan(m.context_recall) && isnan(m.context_precision) && isnan(m.relevance));
    m = measure("orders?", "Orders.", "Orders are late.", NULL, 0);
    CHECK(near(m.faithfulness, 0) && near(m.context_recall, 0) && near(m.context_precision, 0));
}
