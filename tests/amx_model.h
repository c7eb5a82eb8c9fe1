/* The tile unit of AMX as C, after Intel's manual (SDM volume 2: TILELOADD, TDPBUSD): kernel_amx.c is compiled against
 * it where no processor at hand has the unit. One test, one thread. */
#ifndef WEIR_TESTS_AMX_MODEL_H
#define WEIR_TESTS_AMX_MODEL_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

static struct {
    uint8_t bytes[16][64];
    uint16_t columns; /* bytes a row */
    uint8_t rows;
} amx_tiles[8];

static inline void amx_load_config(const void *config)
{
    const uint8_t *c = config;
    assert(c[0] == 1);
    memset(amx_tiles, 0, sizeof amx_tiles);
    for (int i = 0; i < 8; i++) {
        memcpy(&amx_tiles[i].columns, c + 16 + 2 * i, 2);
        amx_tiles[i].rows = c[48 + i];
        assert(amx_tiles[i].columns <= 64 && amx_tiles[i].rows <= 16);
    }
}

static inline void amx_zero(int t)
{
    memset(amx_tiles[t].bytes, 0, sizeof amx_tiles[t].bytes);
}

static inline void amx_load(int t, const void *from, size_t stride)
{
    amx_zero(t);
    for (int r = 0; r < amx_tiles[t].rows; r++)
        memcpy(amx_tiles[t].bytes[r], (const uint8_t *)from + (size_t)r * stride, amx_tiles[t].columns);
}

static inline void amx_store(int t, void *to, size_t stride)
{
    for (int r = 0; r < amx_tiles[t].rows; r++)
        memcpy((uint8_t *)to + (size_t)r * stride, amx_tiles[t].bytes[r], amx_tiles[t].columns);
}

/* Unsigned bytes of a, signed bytes of b, 32-bit sums. */
static inline void amx_dot(int sums, int a, int b)
{
    assert(amx_tiles[a].columns / 4 == amx_tiles[b].rows && amx_tiles[b].columns == amx_tiles[sums].columns &&
           amx_tiles[a].rows == amx_tiles[sums].rows);
    for (int m = 0; m < amx_tiles[sums].rows; m++)
        for (int k = 0; k < amx_tiles[b].rows; k++)
            for (int n = 0; n < amx_tiles[b].columns / 4; n++) {
                int32_t s;
                memcpy(&s, amx_tiles[sums].bytes[m] + 4 * n, 4);
                for (int i = 0; i < 4; i++)
                    s += amx_tiles[a].bytes[m][4 * k + i] * (int8_t)amx_tiles[b].bytes[k][4 * n + i];
                memcpy(amx_tiles[sums].bytes[m] + 4 * n, &s, 4);
            }
}

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbusd
#define _tile_loadconfig amx_load_config
#define _tile_zero amx_zero
#define _tile_loadd amx_load
#define _tile_stored amx_store
#define _tile_dpbusd amx_dot
#define _tile_release() ((void)0)

#endif
