#include "edge/metric_text.h"

void metric_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_one(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
    metric_head(out, name, type, help);
    buf_fmt(out, "%s %lld\n", name, (long long)value);
}

void metric_label(struct buf *out, str value)
{
    buf_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"' || value.ptr[i] == '\\') buf_char(out, '\\');
        if (value.ptr[i] == '\n') buf_add(out, STR("\\n"));
        else buf_char(out, value.ptr[i]);
    }
    buf_char(out, '"');
}

void metric_histogram(struct buf *out, const char *name, const char *help, const struct metric_times *t)
{
    metric_head(out, name, "histogram", help);
    for (size_t i = 0; i < t->bounds; i++)
        buf_fmt(out, "%s_bucket{le=\"%g\"} %lld\n", name, t->bounds_ms[i] / 1000, (long long)t->up_to[i]);
    buf_fmt(out, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum %.6f\n%s_count %lld\n", name, (long long)t->count, name,
            (double)t->sum_us / 1e6, name, (long long)t->count);
}
