/* What a chunk of any bytes gives can be written again and reads back the same. */
#include <assert.h>
#include <stdlib.h>

#include "engine/chunk/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CAP = 1 << 20 };
    static uint8_t copy[CAP];
    struct chunk_reader a, b;
    if (size > CAP / 32 || chunk_reader_init(&a, (str){ (const char *)data, size }).code) return 0;
    struct chunk_writer w;
    chunk_writer_init(&w, copy, CAP);
    usec ta, tb;
    double va, vb;
    while (chunk_reader_next(&a, &ta, &va))
        if (!chunk_append(&w, ta, va)) abort(); /* a copy never needs more than 19 bytes a sample */
    assert(!chunk_reader_init(&a, (str){ (const char *)data, size }).code);
    assert(!chunk_reader_init(&b, chunk_bytes(&w)).code);
    while (chunk_reader_next(&a, &ta, &va)) {
        assert(chunk_reader_next(&b, &tb, &vb));
        assert(ta == tb && memcmp(&va, &vb, sizeof va) == 0);
    }
    assert(!chunk_reader_next(&b, &tb, &vb) && !b.corrupt);
    return 0;
}
