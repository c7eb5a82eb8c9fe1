/* A page of any bytes is refused or gives series whose text reads back as the same series. */
#include <assert.h>

#include "edge/observe/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool plain(str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:", name.ptr[i], 54)) return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct batch b, again;
    if (!exposition_parse((str){ (const char *)data, size }, 1, &a, &b).code) {
        for (size_t i = 0; i < b.series_count && i < 100; i++) {
            const struct batch_series *s = &b.series[i];
            bool odd = !plain(s->name); /* names that need quotes are not written back by series_text */
            for (uint32_t l = 0; l < s->label_count; l++) odd = odd || !plain(s->labels[l].name);
            if (odd) continue;
            str text = series_text(s->name, s->labels, s->label_count, &a);
            assert(!exposition_parse(str_fmt(&a, STR_FMT " 1", STR_ARG(text)), 1, &a, &again).code);
            assert(str_eq(text,
                          series_text(again.series[0].name, again.series[0].labels, again.series[0].label_count, &a)));
        }
    }
    arena_done(&a);
    return 0;
}
