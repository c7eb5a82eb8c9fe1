/* Watching a stream of numbers for change: values a second on one core, how late a step is seen, how often nothing is.
 *
 *   bench_streams                              measure; JSON on stdout
 *   bench_streams --check                      exit 1 when a goal of accuracy is missed; no timing
 *   bench_streams write SHAPE SEED N STEP      the stream itself as doubles on stdout, to measure a peer on
 *
 * A stream is N independent values of one shape; from the middle on STEP is added. */
#include <math.h>
#include <time.h>

#include "base/chance.h"
#include "base/json.h"
#include "engine/detect/stream_drift.h"

enum { STEPS = 20, STEP_ROWS = 200000, QUIET_ROWS = 4000000, SPEED_ROWS = 4000000, SPEED_ROUNDS = 5, DELAY_GOAL = 255 };

static double normal(uint64_t *seed) /* Box and Muller 1958 */
{
    double r = sqrt(-2 * log(chance_open(seed)));
    return r * cos(6.283185307179586 * chance_open(seed));
}

static double lognormal(uint64_t *seed)
{
    return exp(normal(seed));
}

static double student3(uint64_t *seed)
{
    double a = normal(seed), b = normal(seed), c = normal(seed);
    return normal(seed) / sqrt((a * a + b * b + c * c) / 3);
}

static double cauchy(uint64_t *seed)
{
    return tan(3.141592653589793 * (chance_open(seed) - 0.5));
}

static double rare(uint64_t *seed)
{
    return chance_open(seed) < 0.02;
}

static double counts(uint64_t *seed)
{
    return floor(3 * lognormal(seed));
}

static const struct shape {
    const char *name;
    double (*next)(uint64_t *);
} shapes[] = { { "lognormal", lognormal }, { "normal", normal }, { "uniform", chance_open }, { "student3", student3 },
               { "cauchy", cauchy },       { "rare", rare },     { "counts", counts } };
enum { SHAPES = sizeof shapes / sizeof *shapes };

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fill(double *x, size_t n, const struct shape *shape, uint64_t seed, double step)
{
    for (size_t i = 0; i < n; i++) x[i] = shape->next(&seed) + (i >= n / 2 ? step : 0);
}

/* Rows until the first alarm after the middle; n when there is none. */
static size_t delay(const double *x, size_t n)
{
    struct stream_drift s;
    struct stream_alarm a;
    stream_drift_init(&s, STREAM_DELTA);
    for (size_t i = 0; i < n; i++)
        if (stream_drift_add(&s, x[i], &a) && i >= n / 2) return i - n / 2;
    return n;
}

static uint64_t alarms(const double *x, size_t n)
{
    struct stream_drift s;
    struct stream_alarm a;
    stream_drift_init(&s, STREAM_DELTA);
    for (size_t i = 0; i < n; i++) (void)stream_drift_add(&s, x[i], &a);
    return s.alarms;
}

static double ranks_speed(const double *x, size_t n)
{
    double began = now_seconds();
    (void)alarms(x, n);
    return (double)n / (now_seconds() - began);
}

static double adwin_speed(const double *x, size_t n)
{
    static volatile uint64_t changes; /* keeps the loop */
    struct adwin a;
    adwin_init(&a, ADWIN_DELTA);
    double began = now_seconds();
    for (size_t i = 0; i < n; i++) (void)adwin_add(&a, x[i]);
    changes = a.changes;
    (void)changes;
    return (double)n / (now_seconds() - began);
}

static double best_of(double (*speed)(const double *, size_t), const double *x)
{
    double best = 0;
    for (int i = 0; i < SPEED_ROUNDS; i++) {
        double v = speed(x, SPEED_ROWS);
        if (v > best) best = v;
    }
    return best;
}

/* Seeds 1..STEPS: the same streams that a peer gets. */
static double mean_delay(double *x, size_t *worst)
{
    double sum = 0;
    *worst = 0;
    for (uint64_t seed = 1; seed <= STEPS; seed++) {
        fill(x, STEP_ROWS, &shapes[0], seed, 0.5);
        size_t d = delay(x, STEP_ROWS);
        sum += (double)d;
        if (d > *worst) *worst = d;
    }
    return sum / STEPS;
}

static int measure(bool check)
{
    double *x = mem_new(sizeof *x * SPEED_ROWS);
    struct buf out = buf_init(1 << 16);
    struct jw w = jw_init(&out);
    size_t worst;
    double mean = mean_delay(x, &worst);
    uint64_t total = 0;
    jw_open(&w, NULL);
    jw_f64(&w, "delay_mean", mean);
    jw_i64(&w, "delay_worst", (int64_t)worst);
    jw_open(&w, "false_alarms");
    for (size_t k = 0; k < SHAPES; k++) {
        size_t rows = check ? QUIET_ROWS / 4 : QUIET_ROWS;
        fill(x, rows, &shapes[k], 1000 + k, 0);
        uint64_t n = alarms(x, rows);
        total += n;
        jw_i64(&w, shapes[k].name, (int64_t)n);
    }
    jw_close(&w);
    jw_f64(&w, "false_per_million", (double)total / ((double)SHAPES * (check ? QUIET_ROWS / 4 : QUIET_ROWS)) * 1e6);
    jw_i64(&w, "state_bytes", sizeof(struct stream_drift));
    fill(x, SPEED_ROWS, &shapes[0], 7, 0);
    if (!check) {
        jw_f64(&w, "values_per_s", best_of(ranks_speed, x));
        jw_f64(&w, "adwin_values_per_s", best_of(adwin_speed, x));
    }
    jw_close(&w);
    (void)printf(STR_FMT "\n", STR_ARG(buf_view(&out)));
    buf_done(&out);
    mem_free(x);
    return check && (mean > DELAY_GOAL || total > SHAPES) ? 1 : 0;
}

static int write_stream(char **argv)
{
    for (size_t k = 0; k < SHAPES; k++) {
        if (strcmp(argv[0], shapes[k].name) != 0) continue;
        uint64_t seed = strtoull(argv[1], NULL, 10), n = strtoull(argv[2], NULL, 10);
        double step = strtod(argv[3], NULL);
        for (uint64_t i = 0; i < n; i++) {
            double v = shapes[k].next(&seed) + (i >= n / 2 ? step : 0);
            if (fwrite(&v, sizeof v, 1, stdout) != 1) return 3;
        }
        return 0;
    }
    return 2;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "write") == 0) return write_stream(argv + 2);
    return measure(argc > 1 && strcmp(argv[1], "--check") == 0);
}
