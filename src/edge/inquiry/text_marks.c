#include "edge/inquiry/text_marks.h"

#include <pthread.h>

#include "base/arena.h"

enum { BITS = 2048, SLOTS_FIRST = 1024, SLOTS_MAX = 1 << 17, TEXTS_MAX = SLOTS_MAX / 2 };

struct mark {
    int64_t seq; /* 0: free */
    uint64_t bits[BITS / 64];
};

struct text_marks {
    pthread_mutex_t lock;
    struct mark **slots; /* open addressing; a power of two, at most half of them taken */
    size_t slot_count, count, hand; /* who goes next when there is no room */
    uint64_t age;
};

struct text_marks *text_marks_new(void)
{
    struct text_marks *m = mem_new(sizeof *m);
    (void)pthread_mutex_init(&m->lock, NULL);
    return m;
}

static void forget(struct text_marks *m)
{
    for (size_t i = 0; i < m->slot_count; i++) mem_free(m->slots[i]);
    mem_free(m->slots);
    m->slots = NULL;
    m->slot_count = m->count = m->hand = 0;
}

void text_marks_free(struct text_marks *m)
{
    if (!m) return;
    forget(m);
    (void)pthread_mutex_destroy(&m->lock);
    mem_free(m);
}

void text_marks_forget(struct text_marks *m)
{
    (void)pthread_mutex_lock(&m->lock);
    forget(m);
    m->age++;
    (void)pthread_mutex_unlock(&m->lock);
}

uint64_t text_marks_age(struct text_marks *m)
{
    (void)pthread_mutex_lock(&m->lock);
    uint64_t age = m->age;
    (void)pthread_mutex_unlock(&m->lock);
    return age;
}

size_t text_marks_count(struct text_marks *m)
{
    (void)pthread_mutex_lock(&m->lock);
    size_t n = m->count;
    (void)pthread_mutex_unlock(&m->lock);
    return n;
}

static size_t home_of(const struct text_marks *m, int64_t seq)
{
    return (size_t)(((uint64_t)seq * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (m->slot_count - 1);
}

/* The slot of a text, or the free one where it belongs. NULL while there are none. */
static struct mark **slot_of(const struct text_marks *m, int64_t seq)
{
    if (!m->slot_count) return NULL;
    size_t i = home_of(m, seq);
    while (m->slots[i] && m->slots[i]->seq != seq) i = (i + 1) & (m->slot_count - 1);
    return &m->slots[i];
}

static void grow(struct text_marks *m)
{
    struct mark **old = m->slots;
    size_t n = m->slot_count;
    m->slot_count = n ? 2 * n : SLOTS_FIRST;
    m->slots = mem_new(m->slot_count * sizeof *m->slots);
    for (size_t i = 0; i < n; i++)
        if (old[i]) *slot_of(m, old[i]->seq) = old[i];
    mem_free(old);
}

/* Those behind it in the row move up, unless that would put them before their home. */
static void close_gap(struct text_marks *m, size_t gap)
{
    size_t last = m->slot_count - 1;
    for (size_t i = (gap + 1) & last; m->slots[i]; i = (i + 1) & last) {
        size_t home = home_of(m, m->slots[i]->seq);
        if (((i - home) & last) < ((i - gap) & last)) continue;
        m->slots[gap] = m->slots[i];
        m->slots[i] = NULL;
        gap = i;
    }
}

static void drop_one(struct text_marks *m)
{
    while (!m->slots[m->hand]) m->hand = (m->hand + 1) & (m->slot_count - 1);
    mem_free(m->slots[m->hand]);
    m->slots[m->hand] = NULL;
    m->count--;
    close_gap(m, m->hand);
}

static unsigned lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static unsigned bit_of(const char *p)
{
    uint32_t three = lower(p[0]) | lower(p[1]) << 8 | lower(p[2]) << 16;
    return (three * UINT32_C(2654435761)) >> 21; /* its 11 upper bits: below BITS */
}

static void put(struct mark *k, str text)
{
    for (size_t i = 0; i + 3 <= text.len; i++) {
        unsigned bit = bit_of(text.ptr + i);
        k->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static bool excludes(const struct mark *k, str word)
{
    for (size_t i = 0; i + 3 <= word.len; i++) {
        unsigned bit = bit_of(word.ptr + i);
        if (!(k->bits[bit / 64] >> (bit % 64) & 1)) return true;
    }
    return false;
}

/* With the lock. */
static void keep(struct text_marks *m, const struct mark *made)
{
    struct mark **at = slot_of(m, made->seq);
    if (!at || !*at) {
        if (m->count == TEXTS_MAX) drop_one(m);
        if (2 * (m->count + 1) > m->slot_count) grow(m);
        at = slot_of(m, made->seq);
    }
    if (!*at) {
        *at = mem_new(sizeof **at);
        m->count++;
    }
    **at = *made;
}

void text_marks_add(struct text_marks *m, uint64_t age, int64_t seq, const str *parts, size_t count)
{
    struct mark made = { .seq = seq };
    for (size_t i = 0; i < count; i++) put(&made, parts[i]);
    (void)pthread_mutex_lock(&m->lock);
    if (age == m->age) keep(m, &made);
    (void)pthread_mutex_unlock(&m->lock);
}

bool text_marks_exclude(struct text_marks *m, int64_t seq, const str *words, size_t count)
{
    bool out = false;
    (void)pthread_mutex_lock(&m->lock);
    struct mark **at = slot_of(m, seq);
    for (size_t i = 0; at && *at && i < count && !out; i++) out = excludes(*at, words[i]);
    (void)pthread_mutex_unlock(&m->lock);
    return out;
}
