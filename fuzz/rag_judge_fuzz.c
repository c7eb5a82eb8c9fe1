/* Whatever a language model replies is a judgement with shares of 0 to 1, or none. Addresses and branches of git that
 * are taken begin with nothing that git takes for an option. */
#include <assert.h>
#include <math.h>

#include "edge/documents/git.h"
#include "edge/documents/rag_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_share(double v)
{
    assert(isnan(v) || (v >= 0 && v <= 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const str contexts[] = { STR_INIT("one"), STR_INIT("two") };
    struct rag_case c = { .question = STR("q"), .answer = STR("a"), .reference = STR("r"), .contexts = contexts,
                          .count = 2 };
    str text = { (const char *)data, size };
    struct arena a = arena_init(16 << 20);
    struct rag_measures m;
    if (!rag_judge_read(text, &c, &a, &m).code) {
        check_share(m.context_precision);
        check_share(m.context_recall);
        check_share(m.faithfulness);
        check_share(m.relevance);
    }
    if (git_address_ok(text)) assert(size && data[0] != '-' && str_find(text, STR(" "), 0) < 0);
    if (git_branch_ok(text)) assert(!size || data[0] != '-');
    arena_done(&a);
    return 0;
}
