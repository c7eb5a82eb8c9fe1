/* What a failed step says by its exit status, by the signal that ended it, and by its last words. */
#include "core/diagnose/diagnose_internal.h"

enum { CLUES_TAKEN = 3, BY_SIGNAL = 128 };

/* Exit statuses with a meaning of their own. `word` must stand in the output when the number alone could mean anything:
 * curl's numbers are curl's only where curl ran. A status over 128 is a signal's, as shells tell it. */
static const struct status {
    int status;
    const char *word;
    enum cause_kind kind;
    double strength;
    const char *means;
} statuses[] = {
    { 5, "curl", CAUSE_SOURCE_UNREACHABLE, 0.7, "curl could not resolve the proxy" },
    { 6, "curl", CAUSE_SOURCE_UNREACHABLE, 0.75, "curl could not resolve the host" },
    { 7, "curl", CAUSE_SOURCE_UNREACHABLE, 0.75, "curl could not connect" },
    { 28, NULL, CAUSE_SOURCE_TIMEOUT, 0.55, "28 is how curl says that the source did not answer in time" },
    { 35, "curl", CAUSE_SOURCE_UNREACHABLE, 0.7, "curl could not make a secure connection" },
    { 60, "curl", CAUSE_SOURCE_UNREACHABLE, 0.75, "curl does not accept the certificate" },
    { 67, "curl", CAUSE_SOURCE_AUTH, 0.75, "the login was denied" },
    { 124, NULL, CAUSE_SOURCE_TIMEOUT, 0.5, "124 is how timeout(1) says that it ended a command that took too long" },
    { 126, NULL, CAUSE_PERMISSION, 0.6, "126 is how a shell says that it may not run a program" },
    { 127, NULL, CAUSE_CODE_ERROR, 0.6, "127 is how a shell says that it did not find a program" },
    { BY_SIGNAL + 6, NULL, CAUSE_CODE_ERROR, 0.45, "the program aborted itself" },
    { BY_SIGNAL + 7, NULL, CAUSE_CODE_ERROR, 0.6, "the program crashed with a bus error" },
    { BY_SIGNAL + 9, NULL, CAUSE_RESOURCE_MEMORY, 0.55, "it was killed, as the kernel does when memory runs out" },
    { BY_SIGNAL + 11, NULL, CAUSE_CODE_ERROR, 0.7, "the program crashed with a segmentation fault" },
    { BY_SIGNAL + 24, NULL, CAUSE_RESOURCE_CPU, 0.9, "it used up its processor time" },
    { BY_SIGNAL + 25, NULL, CAUSE_RESOURCE_DISK_FULL, 0.75, "a file outgrew its limit" },
};

/* What was captured, as a JSON object; a column without the table it was qualified with. */
static str detail_of(struct diag *d, const struct clue *c)
{
    if (c->capture_count == 0) return STR_NONE;
    struct buf b = buf_init(4096);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (size_t i = 0; i < c->capture_count; i++) {
        str value = c->captures[i].value;
        bool column = STR_IS(c->captures[i].name, "column");
        const char *dot = column ? memrchr(value.ptr, '.', value.len) : NULL;
        if (dot && dot + 1 < value.ptr + value.len) value = str_span(dot + 1, value.ptr + value.len);
        jw_key_str(&w, c->captures[i].name, value);
    }
    jw_close(&w);
    str text = b.full ? STR_NONE : str_dup(d->a, buf_view(&b));
    buf_done(&b);
    return text;
}

static str title_of(struct diag *d, const struct clue *c)
{
    static const char *const shown[] = { "column", "host", "file", "table", "user" };
    const char *means = c->pattern->means ? c->pattern->means : cause_sentence(c->pattern->kind);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        str value = clue_capture(c, shown[i]);
        if (value.len) return str_fmt(d->a, "%s (%s " STR_FMT ")", means, shown[i], STR_ARG(value));
    }
    return str_of(means);
}

/* What the last good run said, too, is not what this one failed of. */
static const double said_before = 0.3;

static void take_words(struct diag *d, size_t place, const struct diag_run *run)
{
    struct clue clues[CLUES_TAKEN];
    struct news news = news_of(d, d->places[place].pipeline, run);
    size_t n = clues_in(news_words(d, &news, run->output), clues, CLUES_TAKEN);
    if (n == 0) news_crash(d, &news, place, run);
    for (size_t i = 0; i < n; i++) {
        str line = str_dup(d->a, clues[i].line);
        bool before = news_had(&news, d, line);
        if (!before) news_support(d, &news, place, run, clues[i].pattern->kind, line);
        hint_of_run(d, place, run, (struct hint){
            .kind = clues[i].pattern->kind,
            .witness = WITNESS_DIRECT,
            .strength = clues[i].strength * (before ? said_before : 1),
            .text = str_fmt(d->a, STR_FMT " said: " STR_FMT, STR_ARG(run->step), STR_ARG(line)),
            .title = title_of(d, &clues[i]),
            .detail = detail_of(d, &clues[i]),
        });
    }
}

static bool says(str output, const char *word)
{
    struct capture caps[CLUE_CAPTURES];
    size_t n;
    return !word || pattern_match(word, output, caps, &n);
}

/* The step's own time limit ended it: the signal is weir's and says nothing of memory. */
static bool timed_out(struct diag *d, size_t place, const struct diag_run *run)
{
    json *detail = NULL;
    if (json_parse(run->detail, d->a, &detail).code || !json_bool(json_get(detail, "timed_out"), false)) return false;
    hint_of_run(d, place, run, (struct hint){
        .kind = CAUSE_SOURCE_TIMEOUT,
        .witness = WITNESS_DIRECT,
        .strength = 0.5,
        .text = str_fmt(d->a, STR_FMT " was ended when its time limit was over, after " STR_FMT,
                        STR_ARG(run->step), STR_ARG(duration_text(run->duration, d->a))),
        .title = STR("it ran past its time limit, waiting for something"),
    });
    return true;
}

static void take_status(struct diag *d, size_t place, const struct diag_run *run)
{
    if (timed_out(d, place, run)) return;
    int64_t status = run->signal > 0 ? BY_SIGNAL + run->signal : run->exit_code;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        const struct status *s = &statuses[i];
        if (s->status != status || !says(run->output, s->word)) continue;
        hint_of_run(d, place, run, (struct hint){
            .kind = s->kind,
            .witness = WITNESS_DIRECT,
            .strength = s->strength,
            .text = str_fmt(d->a, STR_FMT " ended with %s %lld: %s", STR_ARG(run->step),
                            run->signal > 0 ? "signal" : "status",
                            (long long)(run->signal > 0 ? run->signal : status), s->means),
            .title = str_of(s->means),
        });
    }
}

void look_exit(struct diag *d)
{
    for (size_t p = 0; p < d->place_count; p++) {
        if (!place_deviates(&d->places[p])) continue;
        for (size_t i = 0; i < d->places[p].step_count; i++) {
            const struct diag_run *run = &d->places[p].steps[i].run;
            if (!run->failed) continue;
            take_words(d, p, run);
            take_status(d, p, run);
        }
    }
}

/* Findings that bring words of their own: alerts of other systems, schema checks, thresholds a person described. They
 * are a report about the fault and not the fault's own words, hence the discount. */
void look_findings(struct diag *d)
{
    const double report = 0.85;
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diag_finding *f = &d->findings[i];
        if (!STR_IS(f->kind, "alert") && !STR_IS(f->kind, "schema") && !STR_IS(f->kind, "exit")) continue;
        struct clue clue;
        if (!clues_in(f->summary, &clue, 1)) continue;
        for (size_t p = 0; p < d->place_count; p++) {
            if (!str_eq(d->places[p].pipeline, f->pipeline)) continue;
            hint_add(d, &(struct hint){
                            .kind = clue.pattern->kind,
                            .place = p,
                            .step = f->step,
                            .witness = WITNESS_DIRECT,
                            .strength = clue.strength * report,
                            .seq = f->seq,
                            .text = str_dup(d->a, f->summary),
                            .title = title_of(d, &clue),
                            .detail = detail_of(d, &clue),
                        });
        }
    }
}
