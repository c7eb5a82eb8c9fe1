/* How long change points and discords take, in processor time: bench_series changes | discords. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "engine/detect/changepoint.h"
#include "engine/detect/discord.h"

static double noise(uint64_t *s)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *s ^= *s << 13;
        *s ^= *s >> 7;
        *s ^= *s << 17;
        sum += (double)(*s >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Quiet, steps, a random walk, waves, a bent trend, bursts. */
static void make(int kind, double *x, size_t n)
{
    uint64_t s = 5;
    double walk = 0;
    for (size_t i = 0; i < n; i++) {
        double r = noise(&s), t = (double)i;
        walk += r;
        const double v[] = { r,
                             r + (double)(i / 250 * 7919 % 13),
                             walk,
                             sin(t / 50) + 0.1 * r,
                             fabs(t - 6000) / 500 + r,
                             i / 100 % 9 ? r : 10 * r };
        x[i] = v[kind];
    }
}

static double changes(void)
{
    enum { ROWS = 10000, KINDS = 6 };
    static double x[ROWS];
    static struct change out[CHANGE_COUNT_MAX];
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        double best = INFINITY;
        make(kind, x, ROWS);
        for (int round = 0; round < 5; round++) {
            struct arena a = arena_init((size_t)1 << 28);
            size_t n;
            double begun = seconds();
            err e = change_find(x, ROWS, 1, &a, out, &n);
            best = fmin(best, e.code ? INFINITY : seconds() - begun);
            arena_done(&a);
        }
        worst = fmax(worst, best);
    }
    return worst * 1e3;
}

static double discords(void)
{
    enum { ROWS = 750000, PERIOD = 250 };
    double *x = mem_new(ROWS * sizeof *x), taken = INFINITY;
    uint64_t s = 5;
    for (size_t i = 0; i < ROWS; i++) {
        double t = 6.283185307179586 * (double)(i % PERIOD) / PERIOD;
        x[i] = sin(t) + 0.5 * sin(3 * t + 1) + 0.1 * noise(&s);
    }
    for (size_t i = 500000; i < 500100; i++) x[i] = x[500000];
    struct arena a = arena_init((size_t)1 << 30);
    struct discord d;
    size_t n;
    double begun = seconds();
    err e = discord_find(x, ROWS, &(struct discord_opts){ 0 }, &a, &d, 1, &n);
    if (!e.code && n == 1 && d.at > 499500 && d.at < 500600) taken = seconds() - begun;
    arena_done(&a);
    mem_free(x);
    return taken;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    double value = argv[1][0] == 'c' ? changes() : discords();
    (void)printf("%.3f\n", value);
    return isfinite(value) ? 0 : 1;
}
