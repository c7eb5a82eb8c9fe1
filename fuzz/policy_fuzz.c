/* Any text as the condition of a rule that executes: refused, or it never executes what a guard forbids, and what it
 * cannot answer is denied. */
#include <assert.h>

#include "core/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void indent(struct buf *b, str text)
{
    str line;
    while (str_next(&text, '\n', &line)) buf_fmt(b, "      " STR_FMT "\n", STR_ARG(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct buf b = buf_init(64 << 10);
    struct policy *p = NULL;
    if (size == 0 || size > 2000) return 0;
    buf_add(&b, STR("version: 1\nrules:\n  - name: r\n    then: execute\n    because: x\n    when: |\n"));
    indent(&b, (str){ (const char *)data, size });
    if (!policy_load(buf_view(&b), STR("f"), &p).code) {
        struct facts f = facts_none();
        assert(policy_decide(p, &f, &a).verdict == VERDICT_DENY);
        struct decision d = policy_explain(p, &f, &a);
        assert(d.clauses[0].term_count > 0);
        policy_free(p);
    }
    buf_done(&b);
    arena_done(&a);
    return 0;
}
