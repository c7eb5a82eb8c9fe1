/* A fuzz target as a plain test: NAME FOLDER. The seeds in FOLDER as they are, then changed at random, then random
 * bytes; always the same ones. A property that does not hold ends in an assert, which the test sees. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEEDS_MAX = 64, SEED_BYTES_MAX = 1 << 16, ROUNDS = 1500, RANDOM_BYTES_MAX = 600 };

struct seeds {
    uint8_t *bytes[SEEDS_MAX];
    size_t sizes[SEEDS_MAX], count;
};

static uint64_t chance = 20260504;

static size_t draw(size_t below)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below ? (size_t)((chance >> 33) % below) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_seed(struct seeds *s, const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = name[0] == '.' ? NULL : fopen(path, "rb");
    if (!f) return;
    s->bytes[s->count] = mem_new(SEED_BYTES_MAX);
    s->sizes[s->count] = fread(s->bytes[s->count], 1, SEED_BYTES_MAX, f);
    s->count++;
    (void)fclose(f);
}

static void read_seeds(struct seeds *s, const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        if (s->count < SEEDS_MAX) read_seed(s, folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
}

/* One to eight changes: a byte, a run removed, a run doubled. */
static size_t change(uint8_t *data, size_t size)
{
    for (size_t k = 1 + draw(8); k && size; k--) {
        size_t at = draw(size), run = 1 + draw(size - at < 16 ? size - at : 16);
        switch (draw(3)) {
        case 0: data[at] = (uint8_t)draw(256); break;
        case 1:
            memmove(data + at, data + at + run, size - at - run);
            size -= run;
            break;
        default:
            if (size + run > SEED_BYTES_MAX) break;
            memmove(data + at + run, data + at, size - at);
            size += run;
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    static uint8_t data[SEED_BYTES_MAX];
    static struct seeds seeds;
    if (argc != 3) return 2;
    read_seeds(&seeds, argv[2]);
    for (size_t i = 0; i < seeds.count; i++) (void)LLVMFuzzerTestOneInput(seeds.bytes[i], seeds.sizes[i]);
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = draw(RANDOM_BYTES_MAX);
        if (seeds.count && i % 4) {
            size_t k = draw(seeds.count);
            memcpy(data, seeds.bytes[k], seeds.sizes[k]);
            size = change(data, seeds.sizes[k]);
        } else {
            for (size_t b = 0; b < size; b++) data[b] = (uint8_t)draw(256);
        }
        (void)LLVMFuzzerTestOneInput(data, size);
    }
    for (size_t i = 0; i < seeds.count; i++) mem_free(seeds.bytes[i]);
    (void)printf("1..1\n# %zu seeds, %d inputs\nok 1 - %s\n", seeds.count, ROUNDS, argv[1]);
    return 0;
}
