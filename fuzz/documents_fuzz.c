/* Any bytes are a document: Markdown, HTML and text give blocks inside their bounds, and passages of them. */
#include <assert.h>

#include "edge/documents/formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum document_format formats[] = { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_HTML };
    if (size < 1) return 0;
    struct arena a = arena_init(32 << 20);
    struct block_list blocks = { .a = &a };
    struct passage_list passages = { 0 };
    err e = document_blocks(formats[data[0] % 3], (str){ (const char *)data + 1, size - 1 }, &blocks);
    assert(!e.code || e.code == ERR_INPUT || e.code == ERR_LIMIT);
    for (size_t i = 0; i < blocks.count; i++) assert(blocks.items[i].text.len > 0 && blocks.items[i].level <= 6);
    if (!e.code && !passages_cut(&blocks, &a, &passages).code) assert(blocks.count == 0 || passages.count > 0);
    arena_done(&a);
    return 0;
}
