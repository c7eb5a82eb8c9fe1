/* A checkpoint that parses, written again from what was read, gives the bytes that were signed: there is one way to say
 * it. */
#include <assert.h>

#include "store/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[ED25519_PUBLIC_LEN] = { 1 };
    uint8_t parsed_key[ED25519_PUBLIC_LEN];
    char when[TIME_TEXT_MAX];
    struct arena a = arena_init(1 << 16);
    struct note n;
    str text = { (const char *)data, size };
    (void)journal_key_parse(text, parsed_key).code;
    if (!note_parse(text, &n).code) {
        str root = base64_text((str){ (const char *)n.root.b, SHA256_LEN }, &a);
        str again = str_fmt(&a, STR_FMT "\n%lld\n" STR_FMT "\n" STR_FMT "\n", STR_ARG(n.origin), (long long)n.size,
                            STR_ARG(root), STR_ARG(time_text(n.time, when)));
        assert(str_eq(again, n.text));
        assert(!note_signed_by(&n, key));
    }
    arena_done(&a);
    return 0;
}
