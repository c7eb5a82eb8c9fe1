/* A remote write request of any bytes is refused or gives a batch whose every series lies inside its points and has
 * sorted labels of the allowed lengths. Both roads are driven: through snappy, and the message itself. */
#include <assert.h>

#include "edge/observe/remote_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct batch *b)
{
    size_t points = 0;
    for (size_t i = 0; i < b->series_count; i++) {
        const struct batch_series *s = &b->series[i];
        assert(s->first == points && s->count > 0);
        assert(s->name.len > 0 && s->label_count <= SERIES_LABELS_MAX);
        for (uint32_t l = 0; l < s->label_count; l++) {
            assert(s->labels[l].value.len <= VALUE_BYTES_MAX);
            assert(l == 0 || str_cmp(s->labels[l - 1].name, s->labels[l].name) < 0);
        }
        points += s->count;
    }
    assert(points == b->point_count && b->refused->kept <= b->refused->total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct batch b;
    if (!remote_write_decode((str){ (const char *)data, size }, &a, &b).code) check(&b);
    arena_reset(&a);
    if (!remote_write_decode_raw((str){ (const char *)data, size }, &a, &b).code) check(&b);
    arena_done(&a);
    return 0;
}
