/* Counting values that are words. */
#include "base/hash.h"
#include "engine/detect/drift.h"

void drift_words_init(struct drift_words *w)
{
    memset(w, 0, sizeof *w);
    drift_distinct_init(&w->distinct);
}

static uint64_t mix(uint64_t h, uint64_t round)
{
    h = (h + round * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    return h ^ h >> 32;
}

static void cm_add(struct drift_words *w, uint64_t hash, uint64_t times)
{
    for (uint64_t r = 0; r < DRIFT_CM_ROWS; r++) w->cm[r][mix(hash, r) % DRIFT_CM_WIDTH] += times;
}

uint64_t drift_words_bound(const struct drift_words *w, uint64_t hash)
{
    uint64_t least = UINT64_MAX;
    for (uint64_t r = 0; r < DRIFT_CM_ROWS; r++) {
        uint64_t c = w->cm[r][mix(hash, r) % DRIFT_CM_WIDTH];
        if (c < least) least = c;
    }
    return least;
}

static bool is_word(const struct drift_word *word, uint64_t hash, str value)
{
    size_t shown = value.len < DRIFT_WORD_TEXT ? value.len : DRIFT_WORD_TEXT;
    return word->hash == hash && word->len == (uint32_t)value.len && memcmp(word->text, value.ptr, shown) == 0;
}

/* The slot of this value, or the free one where it belongs. */
static uint32_t *find(struct drift_words *w, uint64_t hash, str value)
{
    uint32_t at = (uint32_t)(hash & (DRIFT_WORD_SLOTS - 1));
    while (w->slot[at] && !is_word(&w->word[w->slot[at] - 1], hash, value)) at = (at + 1) & (DRIFT_WORD_SLOTS - 1);
    return &w->slot[at];
}

static void rebuild(struct drift_words *w)
{
    memset(w->slot, 0, sizeof w->slot);
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t at = (uint32_t)(w->word[i].hash & (DRIFT_WORD_SLOTS - 1));
        while (w->slot[at]) at = (at + 1) & (DRIFT_WORD_SLOTS - 1);
        w->slot[at] = i + 1;
    }
}

/* The count that about half of the words reach: of an evenly spread handful. */
static uint64_t middle_count(const struct drift_words *w)
{
    enum { TRIED = 101 };
    uint64_t c[TRIED] = { 0 };
    for (uint32_t i = 0; i < TRIED; i++) {
        uint64_t v = w->word[(uint64_t)i * w->count / TRIED].count;
        uint32_t j = i;
        for (; j > 0 && c[j - 1] > v; j--) c[j] = c[j - 1];
        c[j] = v;
    }
    return c[TRIED / 2];
}

/* Take the middle count off every word and drop those that have none left. The count-min sketch has seen every row from
 * the first, so what is dropped stays bounded. */
static void purge(struct drift_words *w)
{
    uint64_t off = middle_count(w);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->word[i].count <= off) continue;
        struct drift_word word = w->word[i];
        word.count -= off;
        w->word[kept++] = word;
    }
    w->count = kept;
    w->floor += off;
    rebuild(w);
}

static void add_hashed(struct drift_words *w, uint64_t hash, str value, uint64_t times)
{
    uint32_t *slot = find(w, hash, value);
    if (*slot) {
        w->word[*slot - 1].count += times;
        return;
    }
    if (w->count == DRIFT_WORDS_MAX) {
        purge(w);
        slot = find(w, hash, value);
    }
    drift_distinct_add(&w->distinct, hash);
    struct drift_word *word = &w->word[w->count++];
    size_t shown = value.len < DRIFT_WORD_TEXT ? value.len : DRIFT_WORD_TEXT;
    *word = (struct drift_word){ .hash = hash, .count = times, .len = (uint32_t)value.len };
    memcpy(word->text, value.ptr, shown);
    *slot = w->count;
}

void drift_words_add(struct drift_words *w, str value, uint64_t times)
{
    if (!value.ptr) value = STR("");
    uint64_t hash = mix(hash64(value), 7);
    w->rows += times;
    cm_add(w, hash, times);
    add_hashed(w, hash, value, times);
}

void drift_words_add_missing(struct drift_words *w, uint64_t times)
{
    w->rows += times;
    w->missing += times;
}

void drift_words_merge(struct drift_words *w, const struct drift_words *from)
{
    w->rows += from->rows;
    w->missing += from->missing;
    w->floor += from->floor;
    drift_distinct_merge(&w->distinct, &from->distinct);
    for (size_t r = 0; r < DRIFT_CM_ROWS; r++)
        for (size_t i = 0; i < DRIFT_CM_WIDTH; i++) w->cm[r][i] += from->cm[r][i];
    for (uint32_t i = 0; i < from->count; i++) {
        const struct drift_word *word = &from->word[i];
        str value = { word->text, word->len };
        add_hashed(w, word->hash, value, word->count);
    }
}
