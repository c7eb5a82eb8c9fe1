/* Clues found in any output are views into it, in order of strength, and finding them ends. */
#include <assert.h>
#include <stdint.h>

#include "core/diagnose/patterns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str output = { (const char *)data, size < 8192 ? size : 8192 };
    struct clue clues[CLUES_MAX];
    size_t n = clues_in(output, clues, CLUES_MAX);
    assert(n <= CLUES_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct clue *c = &clues[i];
        assert(c->line.ptr >= output.ptr && c->line.ptr + c->line.len <= output.ptr + output.len);
        assert(c->strength > 0 && c->strength < 1 && (i == 0 || c->strength <= clues[i - 1].strength));
        for (size_t k = 0; k < c->capture_count; k++) {
            str v = c->captures[k].value;
            assert(v.len > 0 && v.ptr >= output.ptr && v.ptr + v.len <= output.ptr + output.len);
        }
    }
    return 0;
}
