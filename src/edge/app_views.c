#include "edge/app_views.h"

#include "edge/metric_text.h"
#include "edge/observe/observe.h"

static err list_series(void *ctx, str pipeline, str cursor, int64_t limit, struct arena *a, struct buf *out)
{
    return samples_api_list(ctx, pipeline, cursor, limit, a, out);
}

static err read_samples(void *ctx, str id, usec from, usec to, int64_t points, struct arena *a, struct buf *out)
{
    return samples_api_read(ctx, id, from, to, points, a, out);
}

struct server_series series_views(struct ingest *ingest)
{
    return (struct server_series){ .ctx = ingest, .list = list_series, .samples = read_samples };
}

struct line {
    const char *name, *type, *help;
    int64_t value;
};

static void put_lines(struct buf *out, const struct line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        metric_one(out, lines[i].name, lines[i].type, lines[i].help, lines[i].value);
}

void executor_metrics(struct executor *executor, struct buf *out)
{
    struct executor_stats st = executor_stats(executor);
    const struct line lines[] = {
        { "weir_effects_done_total", "counter", "Effects that were carried out.", st.done },
        { "weir_effects_failed_total", "counter", "Effects that failed.", st.failed },
        { "weir_effects_unknown_total", "counter", "Effects whose outcome is not known.", st.unknown },
        { "weir_effects_refused_total", "counter", "Claims that came too late.", st.refused },
        { "weir_effects_adopted_total", "counter", "Children of an earlier life that were waited for.", st.adopted },
        { "weir_effect_errors_total", "counter", "Outcomes that could not be written, and reads that failed.",
          st.errors },
        { "weir_effects_running", "gauge", "Effects under way.", (int64_t)st.running },
    };
    put_lines(out, lines, sizeof lines / sizeof *lines);
}
