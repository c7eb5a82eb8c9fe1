/* Whatever is saved as a message, what is found in it is a checkpoint that parses; and found again in itself it is the
 * same. */
#include <assert.h>

#include "edge/witness.h"
#include "store/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct note n;
    str note, again;
    if (size < 1 << 18 && !witness_find((str){ (const char *)data, size }, &a, &note).code) {
        assert(!note_parse(note, &n).code);
        assert(!witness_find(note, &a, &again).code);
        assert(str_eq(note, again));
    }
    arena_done(&a);
    return 0;
}
