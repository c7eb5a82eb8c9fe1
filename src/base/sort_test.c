#include "base/sort.h"

#include <stdint.h>

#include "test.h"

struct item {
    uint32_t key, place;
    char more[8];
};

static int by_key(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static uint32_t chance = 1;

static uint32_t draw(uint32_t below)
{
    chance = chance * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)chance * below >> 32);
}

static void check(struct item *items, size_t n)
{
    for (uint32_t i = 0; i < n; i++) items[i].place = i;
    sort_in_place(items, n, sizeof *items, by_key);
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += items[i].place;
        if (i && (items[i - 1].key > items[i].key ||
                  (items[i - 1].key == items[i].key && items[i - 1].place > items[i].place)))
            test_failed(__FILE__, __LINE__, "%zu of %zu stands wrong", i, n);
    }
    CHECK_I64((int64_t)sum, (int64_t)(n * (n - (n > 0)) / 2));
}

TEST(items_are_in_order_and_equal_ones_stay_so)
{
    enum { MOST = 20000 };
    static struct item items[MOST];
    static const size_t sizes[] = { 0, 1, 2, 11, 12, 13, 100, 255, 256, 257, 1000, 4097, MOST };
    static const uint32_t keys[] = { 1, 2, 10, 1000, UINT32_MAX };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            for (int shape = 0; shape < 4; shape++) { /* any, rising, falling, two rising halves */
                size_t n = sizes[s];
                for (size_t i = 0; i < n; i++) {
                    uint32_t at = (uint32_t)(shape == 2 ? n - i : shape == 3 && i >= n / 2 ? i - n / 2 : i);
                    items[i].key = shape ? at % keys[k] : draw(keys[k]);
                }
                check(items, n);
            }
}

static int by_first(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

TEST(items_larger_than_the_buffer_are_sorted_too)
{
    static int big[40][1500];
    for (int i = 0; i < 40; i++) big[i][0] = (int)draw(20), big[i][1499] = big[i][0];
    sort_in_place(big, 40, sizeof big[0], by_first);
    for (int i = 1; i < 40; i++) CHECK(big[i - 1][0] <= big[i][0] && big[i][1499] == big[i][0]);
}
