#include "engine/detect/flat.h"

#include "engine/detect/real.h"

static const double speaks_bits = 40;
static const uint64_t run_least = 24, known_least = 100; /* samples: of the run, and before it */

double flat_step(struct detect_flat *f, double value)
{
    bool equal = f->samples > 0 && value == f->value;
    double samples = (double)f->samples + 2, chance = ((double)f->equal + 1) / samples; /* before this run adds to it */
    if (!equal) {
        f->equal += f->run;
        f->samples += f->run + 1;
        if (f->run > f->longest) f->longest = f->run;
        f->run = 0;
        f->value = value;
        return 0;
    }
    f->run++;
    if (f->samples < known_least || f->run < run_least || f->run / 4 <= f->longest) return 0;
    double bits = (double)f->run * real_log2(1 / chance);
    return bits < speaks_bits ? 0 : bits < 64 ? bits : 64;
}
