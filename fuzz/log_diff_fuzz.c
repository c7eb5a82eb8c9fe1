/* Any two texts, divided by a NUL: lines found lie in the failed one, in order, and ranked ones are among them; a text
 * compared with itself has nothing new. */
#include <assert.h>

#include "engine/detect/log_diff.h"
#include "engine/detect/log_say.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str fail = { (const char *)data, size }, pass;
    if (!str_next(&fail, 0, &pass)) return 0;
    struct arena a = arena_init(64 << 20);
    struct log_diff d;
    assert(!log_diff(pass, fail, &a, &d).code);
    assert(d.count <= d.fail_lines && d.ranked_count <= d.count && d.ranked_count <= LOG_DIFF_RANKED_MAX);
    for (size_t i = 0; i < d.count; i++) {
        const struct log_diff_line *l = &d.lines[i];
        assert(l->number <= d.fail_lines && l->row <= l->number && (i == 0 || l->number > l[-1].number));
        assert(l->text.ptr >= fail.ptr && l->text.ptr + l->text.len <= fail.ptr + fail.len);
        assert(l->score >= 0 && l->score <= 1);
        (void)log_say_read(l->text);
    }
    for (size_t i = 1; i < d.ranked_count; i++) assert(d.ranked[i].score <= d.ranked[i - 1].score);
    assert(!log_diff(fail, fail, &a, &d).code && d.fresh == 0 && d.count == 0);
    arena_done(&a);
    return 0;
}
