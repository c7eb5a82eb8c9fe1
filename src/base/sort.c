#include "base/sort.h"

#include <string.h>

enum { RUN = 12, BUFFER = 4096 };

struct sorter {
    size_t size;
    int (*compare)(const void *, const void *);
    char buffer[BUFFER];
};

static void swap(const struct sorter *s, char *a, char *b)
{
    char piece[64];
    for (size_t done = 0; done < s->size;) {
        size_t n = s->size - done < sizeof piece ? s->size - done : sizeof piece;
        memcpy(piece, a + done, n);
        memcpy(a + done, b + done, n);
        memcpy(b + done, piece, n);
        done += n;
    }
}

static void sort_run(const struct sorter *s, char *items, size_t n)
{
    for (char *end = items + s->size; end < items + n * s->size; end += s->size)
        for (char *p = end; p > items && s->compare(p - s->size, p) > 0; p -= s->size) swap(s, p - s->size, p);
}

static void reverse(const struct sorter *s, char *from, char *to)
{
    for (to -= s->size; from < to; from += s->size, to -= s->size) swap(s, from, to);
}

/* from..middle and middle..to change places. */
static void rotate(const struct sorter *s, char *from, char *middle, char *to)
{
    if (from == middle || middle == to) return;
    reverse(s, from, middle);
    reverse(s, middle, to);
    reverse(s, from, to);
}

/* The first of the n items that does not stand before `key` (after: that stands behind it). */
static char *bound(const struct sorter *s, char *items, size_t n, const char *key, int after)
{
    while (n > 0) {
        size_t half = n / 2;
        int order = s->compare(items + half * s->size, key);
        if (order < 0 || (after && order == 0)) {
            items += (half + 1) * s->size;
            n -= half + 1;
        } else n = half;
    }
    return items;
}

static void merge_left_out(struct sorter *s, char *from, char *middle, char *to)
{
    char *left = s->buffer, *left_end = s->buffer + (middle - from);
    memcpy(left, from, (size_t)(middle - from));
    for (; left < left_end; from += s->size) {
        char **next = middle < to && s->compare(middle, left) < 0 ? &middle : &left;
        memmove(from, *next, s->size);
        *next += s->size;
    }
}

static void merge_right_out(struct sorter *s, char *from, char *middle, char *to)
{
    char *right = s->buffer + (to - middle);
    memcpy(s->buffer, middle, (size_t)(to - middle));
    while (right > s->buffer) {
        to -= s->size;
        char **last = middle > from && s->compare(middle - s->size, right - s->size) > 0 ? &middle : &right;
        *last -= s->size;
        memmove(to, *last, s->size);
    }
}

static void merge(struct sorter *s, char *from, char *middle, char *to)
{
    size_t left = (size_t)(middle - from) / s->size, right = (size_t)(to - middle) / s->size;
    if (!left || !right || s->compare(middle - s->size, middle) <= 0) return;
    if (left <= right && left * s->size <= BUFFER) {
        merge_left_out(s, from, middle, to);
        return;
    }
    if (right * s->size <= BUFFER) {
        merge_right_out(s, from, middle, to);
        return;
    }
    if (left == 1 && right == 1) { /* one item is larger than the buffer */
        swap(s, from, middle);
        return;
    }
    char *a, *b; /* from..a and middle..b belong before the rest of both */
    if (left > right) {
        a = from + left / 2 * s->size;
        b = bound(s, middle, right, a, 0);
    } else {
        b = middle + right / 2 * s->size;
        a = bound(s, from, left, b, 1);
    }
    rotate(s, a, middle, b);
    char *cut = a + (b - middle);
    merge(s, from, a, cut);
    merge(s, cut, cut + (middle - a), to);
}

void sort_in_place(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    struct sorter s = { .size = size, .compare = compare };
    if (!n || !size) return;
    char *first = items;
    for (size_t i = 0; i < n; i += RUN) sort_run(&s, first + i * size, n - i < RUN ? n - i : RUN);
    for (size_t width = RUN; width < n; width *= 2)
        for (size_t i = 0; i + width < n; i += 2 * width) {
            size_t end = n - i < 2 * width ? n : i + 2 * width;
            merge(&s, first + i * size, first + (i + width) * size, first + end * size);
        }
}
