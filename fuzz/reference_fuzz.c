/* Any bytes are a reference of inquiries or an error; with one, any text becomes words that stay what they are. */
#include <assert.h>

#include "edge/inquiry/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    str text = { (const char *)data, size };
    struct inquiry_reference r;
    if (size > 1 << 14) return 0;
    if (reference_parse(text, &a, &r).code) r = (struct inquiry_reference){ 0 };
    assert(r.rows <= REFERENCE_ROWS);
    str once = reference_words(&r, text, &a);
    assert(str_eq(reference_words(&r, once, &a), once));
    arena_done(&a);
    return 0;
}
