/* AMX: a unit that multiplies tiles of 16 rows by 64 bytes. Panels are stored in the order in which it takes them: 16
 * groups of four inputs by 16 outputs are one tile. Everything else is AVX-512. ENCODE_AMX_MODEL compiles it against a
 * model of the unit in C (tests/amx_model.h), for tests where no processor has it. */
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/encode/avx512.h"

#ifdef ENCODE_AMX_MODEL
#include "amx_model.h"
#endif

enum { TILE_ROWS = 16, QUERIES = 4, LANES = 4, COLUMNS = 64, TILE_BYTES = 64 };

struct tile_config { /* Intel SDM, volume 1, section 18.3: palette 1 */
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
};

/* Tiles 0 to 3: sums. 4: inputs. 5: weights. */
static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                 int32_t *sums)
{
    (void)ahead;
    _Alignas(64) struct tile_config c = { .palette = 1 };
    for (int i = 0; i < 6; i++) {
        c.bytes[i] = TILE_BYTES;
        c.rows[i] = (uint8_t)(i == 5 ? 16 : rows);
    }
    /* Some compilers are not told that the instructions below read more than eight bytes of their operands. */
    __asm__ volatile("" : : "r"(&c) : "memory");
    _tile_loadconfig(&c);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t k = 0; k < inputs; k += 64) {
        const int8_t *w = panel + k * COLUMNS;
        _tile_loadd(4, q + k, inputs);
        _tile_loadd(5, w, 4 * COLUMNS);
        _tile_dpbusd(0, 4, 5);
        _tile_loadd(5, w + 64, 4 * COLUMNS);
        _tile_dpbusd(1, 4, 5);
        _tile_loadd(5, w + 128, 4 * COLUMNS);
        _tile_dpbusd(2, 4, 5);
        _tile_loadd(5, w + 192, 4 * COLUMNS);
        _tile_dpbusd(3, 4, 5);
    }
    _tile_stored(0, sums, COLUMNS * sizeof *sums);
    _tile_stored(1, sums + 16, COLUMNS * sizeof *sums);
    _tile_stored(2, sums + 32, COLUMNS * sizeof *sums);
    _tile_stored(3, sums + 48, COLUMNS * sizeof *sums);
    _tile_release();
}

#include "engine/encode/stages.h"

#ifdef ENCODE_AMX_MODEL

static bool usable(void)
{
    return __builtin_cpu_supports("avx512vnni");
}

extern const struct encode_kernel encode_kernel_amx_model;
const struct encode_kernel encode_kernel_amx_model = {
    .name = "amx-model", .usable = usable, .product = product, .run = run
};

#else

#include <cpuid.h>

/* The unit has to be asked for: its 8 KB of state are not saved for every process (Linux, Documentation/x86/xstate). */
static bool usable(void)
{
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18, INT8 = 1 << 25, TILE = 1 << 24 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & INT8) || !(d & TILE)) return false;
    return __builtin_cpu_supports("avx512vnni") && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

const struct encode_kernel encode_kernel_amx = { .name = "amx-int8", .usable = usable, .product = product, .run = run };

#endif
