/* Whatever a step writes into its report: counts stay in range, names stay usable, and what was understood, written
 * down again, is understood the same. */
#include <assert.h>

#include "edge/act/announce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static str again(const struct announced *said, struct arena *a)
{
    struct buf b = buf_init(1 << 22);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    if (said->has_rows) jw_i64(&w, "rows", said->rows);
    if (said->has_bytes) jw_i64(&w, "bytes", said->bytes);
    jw_array(&w, "inputs");
    for (size_t i = 0; i < said->input_count; i++) jw_str(&w, NULL, said->inputs[i]);
    jw_array_end(&w);
    jw_close(&w);
    str text = str_dup(a, buf_view(&b));
    buf_done(&b);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init((size_t)256 << 20);
    struct announced first, second;
    if (size > 1 << 16) return 0;
    announce_parse((str){ (const char *)data, size }, &a, &first);
    assert(first.rows >= 0 && first.bytes >= 0);
    assert(first.input_count <= ANNOUNCE_NAMES_MAX && first.column_count <= ANNOUNCE_NAMES_MAX);
    for (size_t i = 0; i < first.input_count; i++)
        assert(first.inputs[i].len > 0 && first.inputs[i].len <= ANNOUNCE_NAME_LEN_MAX);
    announce_parse(again(&first, &a), &a, &second);
    assert(second.rows == first.rows && second.bytes == first.bytes && second.has_rows == first.has_rows);
    assert(second.input_count == first.input_count && second.skipped == 0);
    for (size_t i = 0; i < first.input_count; i++) assert(str_eq(first.inputs[i], second.inputs[i]));
    arena_done(&a);
    return 0;
}
