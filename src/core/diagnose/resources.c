/* Memory, disk and processor, from what was measured about a run beside what it did. */
#include "core/diagnose/diagnose_internal.h"

/* --- Memory --- */

/* The value of the run's memory limit in KiB, 0 = none known: the knob whose declared effect is the limit, or, when the
 * pipeline is not declared, one that says so by its name. Limits are in MiB. */
static int64_t knob_kb(json *knobs, str name)
{
    json *v = yyjson_obj_getn(knobs, name.ptr, name.len);
    int64_t mb = json_i64(v, 0);
    if (yyjson_is_str(v) && str_to_i64(json_str(v, STR_NONE), &mb).code) return 0;
    return mb > 0 && mb < INT64_C(1) << 40 ? mb * 1024 : 0;
}

static str limit_knob(const struct place *p, json *knobs)
{
    size_t i, n;
    json *knob, *name, *value;
    yyjson_arr_foreach(json_get(p->spec, "knobs"), i, n, knob) {
        if (STR_IS(json_get_str(knob, "effect"), "memory_limit")) return json_get_str(knob, "name");
    }
    json_obj_foreach(p->spec ? NULL : knobs, i, n, name, value) {
        if (str_starts(json_str(name, STR_NONE), STR("memory"))) return json_str(name, STR_NONE);
    }
    return STR_NONE;
}

static int64_t memory_limit_kb(struct diag *d, const struct place *p, const struct diag_run *run)
{
    json *detail = NULL;
    if (json_parse(run->detail, d->a, &detail).code) return 0;
    json *knobs = json_get(detail, "knobs");
    str name = limit_knob(p, knobs);
    return name.len ? knob_kb(knobs, name) : 0;
}

static const double near_full = 0.85;

/* A run under an address-space limit dies at the allocation that would cross it, so its resident peak stays below. */
static double fullness(int64_t peak_kb, int64_t limit_kb)
{
    double full = (double)peak_kb / (double)limit_kb;
    return full >= near_full ? 0.6 : full >= 0.6 ? 0.5 : full >= 0.4 ? 0.3 : 0;
}

static void near_limit(struct diag *d, size_t place, const struct diag_run *run, int64_t limit_kb)
{
    double strength = run->peak_kb > 0 ? fullness(run->peak_kb, limit_kb) : 0;
    if (strength <= 0) return;
    hint_of_run(d, place, run, (struct hint){
        .kind = CAUSE_RESOURCE_MEMORY,
        .witness = strength >= 0.6 ? WITNESS_MEASURED : WITNESS_TIMING, /* less only supports */
        .strength = strength,
        .text = str_fmt(d->a, STR_FMT " had %lld MiB in memory when it failed; its limit is %lld MiB",
                        STR_ARG(run->step), (long long)(run->peak_kb / 1024), (long long)(limit_kb / 1024)),
        .detail = str_fmt(d->a, "{\"peak_kb\":%lld,\"limit_kb\":%lld}", (long long)run->peak_kb,
                          (long long)limit_kb),
    });
}

/* Far more memory than it ever needed, without a known limit: the machine's own. */
static void above_usual(struct diag *d, size_t place, const struct diag_step *s)
{
    if (!step_has(&s->usual.peak_kb) || s->usual.peak_kb.mid <= 0 || s->run.peak_kb < 2 * s->usual.peak_kb.mid) return;
    hint_of_run(d, place, &s->run, (struct hint){
        .kind = CAUSE_RESOURCE_MEMORY,
        .witness = WITNESS_TIMING, /* supports only: a program may need more and fail of something else */
        .strength = 0.4,
        .text = str_fmt(d->a, STR_FMT " had %lld MiB in memory when it failed, usual are %lld MiB",
                        STR_ARG(s->run.step), (long long)(s->run.peak_kb / 1024),
                        (long long)(s->usual.peak_kb.mid / 1024)),
    });
}

void look_memory(struct diag *d)
{
    for (size_t p = 0; p < d->place_count; p++) {
        const struct place *place = &d->places[p];
        if (!place_deviates(place)) continue;
        for (size_t i = 0; i < place->step_count; i++) {
            const struct diag_step *s = &place->steps[i];
            if (!s->run.failed) continue;
            int64_t limit_kb = memory_limit_kb(d, place, &s->run);
            if (limit_kb) near_limit(d, p, &s->run, limit_kb);
            else above_usual(d, p, s);
        }
    }
}

/* --- Slowness --- */

/* How many times the usual, 0 when either is not known. */
static double times(int64_t now, const struct usual *u)
{
    return now >= 0 && step_has(u) && u->mid > 0 ? (double)now / (double)u->mid : 0;
}

static const usec slower_min = 200 * USEC_MS; /* less is noise on any machine */
static const usec sync_min = 5 * USEC_MS;     /* a sound disk is done by then */

static bool is_slow(const struct diag_step *s)
{
    return times(s->run.duration, &s->usual.duration) >= 1.5 && s->run.duration - s->usual.duration.mid >= slower_min;
}

/* Short waits to a tenth of a millisecond. */
static str wait_text(struct diag *d, usec t)
{
    if (t >= 10 * USEC_MS) return duration_text(t, d->a);
    return str_fmt(d->a, "%lld.%lld ms", (long long)(t / USEC_MS), (long long)(t % USEC_MS / 100));
}

/* Three measurements agree: slower, no more work, and a durable write that waits. A write that takes 25 ms
 * longer, or four times as long, leaves little doubt; less could be a busy minute. */
static double disk_strength(const struct diag_step *s, double sync, double cpu)
{
    bool clear = sync >= 4.0 || s->run.sync_us - s->usual.sync_us.mid >= 25 * USEC_MS;
    double strength = sync >= 8.0 ? 0.95 : clear ? 0.93 : 0.8;
    return cpu > 0 ? strength : strength - 0.05; /* whether there was more work is not known */
}

/* More work explains the time it took: a third of it at least went to the processor beyond the usual. */
static bool worked_more(const struct diag_step *s)
{
    if (s->run.cpu_us < 0 || !step_has(&s->usual.cpu_us)) return false;
    return (s->run.cpu_us - s->usual.cpu_us.mid) * 3 > s->run.duration - s->usual.duration.mid;
}

/* The run took longer, did no more work, and one durable write beside it took many times the usual. */
static void disk(struct diag *d, size_t place, const struct diag_step *s)
{
    double sync = times(s->run.sync_us, &s->usual.sync_us), cpu = times(s->run.cpu_us, &s->usual.cpu_us);
    if (s->run.sync_us < sync_min || sync < 3.0 || worked_more(s)) return;
    hint_of_run(d, place, &s->run, (struct hint){
        .kind = CAUSE_RESOURCE_DISK_SLOW,
        .witness = WITNESS_MEASURED,
        .strength = disk_strength(s, sync, cpu),
        .text = str_fmt(d->a,
                        STR_FMT " took " STR_FMT " instead of " STR_FMT
                                " with no more work to do, and one small durable write "
                                "beside it took " STR_FMT " instead of " STR_FMT,
                        STR_ARG(s->run.step), STR_ARG(duration_text(s->run.duration, d->a)),
                        STR_ARG(duration_text(s->usual.duration.mid, d->a)),
                        STR_ARG(wait_text(d, s->run.sync_us)), STR_ARG(wait_text(d, s->usual.sync_us.mid))),
        .detail = str_fmt(d->a, "{\"sync_us\":%lld,\"usual_us\":%lld}", (long long)s->run.sync_us,
                          (long long)s->usual.sync_us.mid),
    });
}

/* It lives on the processor, had the same work to do, took longer, and the disk is sound: others take the processor. */
static void starved(struct diag *d, size_t place, const struct diag_step *s)
{
    double cpu = times(s->run.cpu_us, &s->usual.cpu_us), sync = times(s->run.sync_us, &s->usual.sync_us);
    bool lives_on_it = (double)s->usual.cpu_us.mid >= 0.7 * (double)s->usual.duration.mid;
    if (cpu < 0.6 || cpu > 1.3 || !lives_on_it || (sync >= 3.0 && s->run.sync_us >= sync_min)) return;
    hint_of_run(d, place, &s->run, (struct hint){
        .kind = CAUSE_RESOURCE_CPU,
        .witness = WITNESS_MEASURED,
        .strength = 0.72,
        .text = str_fmt(d->a,
                        STR_FMT " used the processor for " STR_FMT " as usual, but needed " STR_FMT
                                " to get it instead of " STR_FMT,
                        STR_ARG(s->run.step), STR_ARG(duration_text(s->run.cpu_us, d->a)),
                        STR_ARG(duration_text(s->run.duration, d->a)),
                        STR_ARG(duration_text(s->usual.duration.mid, d->a))),
    });
}

/* More processor time for the same rows is other work; for more rows it is more data. */
static void more_work(struct diag *d, size_t place, const struct diag_step *s)
{
    double cpu = times(s->run.cpu_us, &s->usual.cpu_us), rows = times(s->run.rows, &s->usual.rows);
    if (cpu < 1.6 || rows < 1.4) return;
    hint_of_run(d, place, &s->run, (struct hint){
        .kind = CAUSE_DATA_GROWN,
        .witness = WITNESS_MEASURED,
        .strength = 0.7,
        .text = str_fmt(d->a, STR_FMT " took " STR_FMT " and %lld rows; usual are " STR_FMT " and %lld",
                        STR_ARG(s->run.step), STR_ARG(duration_text(s->run.duration, d->a)),
                        (long long)s->run.rows, STR_ARG(duration_text(s->usual.duration.mid, d->a)),
                        (long long)s->usual.rows.mid),
    });
}

void look_slow(struct diag *d)
{
    for (size_t p = 0; p < d->place_count; p++) {
        const struct place *place = &d->places[p];
        if (!(place->shows & (SHOWS_SLOW | SHOWS_LATE | SHOWS_SERIES))) continue;
        for (size_t i = 0; i < place->step_count; i++) {
            const struct diag_step *s = &place->steps[i];
            if (s->run.failed || !is_slow(s)) continue;
            disk(d, p, s);
            starved(d, p, s);
            more_work(d, p, s);
        }
    }
}
