/* Rows counted on their way through the steps: loaded twice, lost, or simply more than before.
 *
 * What a step announced is compared with its own middle over the good runs before, and with what the step before it
 * announced: a load of twice the usual number is a doubled load when its input is as usual, and a bigger source when
 * the input doubled too. */
#include "core/diagnose/diagnose_internal.h"

enum { FACTOR_MAX = 5 };

static double ratio(const struct diag_step *s)
{
    return (double)s->run.rows / (double)s->usual.rows.mid;
}

static bool comparable(const struct diag_step *s)
{
    return s->run.rows >= 0 && step_has(&s->usual.rows) && s->usual.rows.mid > 0;
}

/* The nearest step before `at` in the same pass that can be compared, or NULL. A step of an earlier pass (one that did
 * not run again when weir ran the rest) says nothing about this one's input, unless it was the newest of its kind. */
static const struct diag_step *input_of(const struct place *p, size_t at)
{
    while (at-- > 0)
        if (comparable(&p->steps[at]) && !p->steps[at].run.failed) return &p->steps[at];
    return NULL;
}

static bool as_usual(double r)
{
    return r > 0.7 && r < 1.4;
}

/* The whole factor 2..5 that r is close to, or 0. */
static int whole_factor(double r)
{
    for (int k = 2; k <= FACTOR_MAX; k++)
        if (r > k * 0.88 && r < k * 1.12) return k;
    return 0;
}

static void doubled(struct diag *d, size_t place, const struct diag_step *s, const struct diag_step *input)
{
    double r = input ? ratio(s) / ratio(input) : ratio(s);
    int k = whole_factor(r);
    if (!k || (input && !as_usual(ratio(input)))) return;
    long long rows = (long long)s->run.rows, usual = (long long)s->usual.rows.mid;
    str text = input
                   ? str_fmt(d->a,
                             STR_FMT " announced %lld rows, %d times the usual %lld, while " STR_FMT
                                     " before it announced %lld as usual",
                             STR_ARG(s->run.step), rows, k, usual, STR_ARG(input->run.step), (long long)input->run.rows)
                   : str_fmt(d->a, STR_FMT " announced %lld rows, %d times the usual %lld", STR_ARG(s->run.step), rows,
                             k, usual);
    bool exact = input && s->run.rows == input->run.rows * k;
    hint_add(d, &(struct hint){
                    .kind = CAUSE_DATA_DUPLICATED,
                    .place = place,
                    .step = s->run.step,
                    .witness = WITNESS_MEASURED,
                    .strength = exact ? 0.95 : input ? 0.93 : 0.6,
                    .seq = s->run.seq,
                    .text = text,
                    .title = str_fmt(d->a, "every row was loaded %s", k == 2 ? "twice" : "several times"),
                    .detail = str_fmt(d->a, "{\"rows\":%lld,\"usual\":%lld,\"factor\":%d}", rows, usual, k),
                });
}

/* Rows are off from the usual by themselves, whatever came in. */
static void off(struct diag *d, size_t place, const struct diag_step *s, enum cause_kind kind, double strength,
                str title)
{
    long long rows = (long long)s->run.rows, usual = (long long)s->usual.rows.mid;
    hint_add(
        d, &(struct hint){
               .kind = kind,
               .place = place,
               .step = s->run.step,
               .witness = WITNESS_MEASURED,
               .strength = strength,
               .seq = s->run.seq,
               .text = str_fmt(d->a, STR_FMT " announced %lld rows, usual are %lld", STR_ARG(s->run.step), rows, usual),
               .title = title,
               .detail = str_fmt(d->a, "{\"rows\":%lld,\"usual\":%lld}", rows, usual),
           });
}

static void lost(struct diag *d, size_t place, const struct diag_step *s, const struct diag_step *input)
{
    bool none = s->run.rows == 0;
    if (ratio(s) >= 0.6 || (input && ratio(input) < 0.7)) return; /* already missing before this step */
    off(d, place, s, CAUSE_DATA_MISSING, none ? 0.88 : 0.8, none ? STR("there are no rows") : STR("rows are missing"));
}

/* Only where the data enters: further on it is an effect. */
static void grown(struct diag *d, size_t place, const struct diag_step *s, const struct diag_step *input)
{
    double r = ratio(s);
    if (input || r < 1.5) return;
    off(d, place, s, CAUSE_DATA_GROWN, r >= 3.0 ? 0.72 : 0.62, STR_NONE);
}

/* A run's only step can be both: a source that grew twofold, or a load that ran twice. Both are said, the load's own
 * finding first only when an earlier step clears the source. */
void look_volume(struct diag *d)
{
    for (size_t p = 0; p < d->place_count; p++) {
        const struct place *place = &d->places[p];
        if (!place_deviates(place)) continue;
        for (size_t i = 0; i < place->step_count; i++) {
            const struct diag_step *s = &place->steps[i];
            if (!comparable(s) || s->run.failed) continue;
            const struct diag_step *input = input_of(place, i);
            doubled(d, p, s, input);
            lost(d, p, s, input);
            grown(d, p, s, input);
        }
    }
}
