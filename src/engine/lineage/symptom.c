#include "engine/lineage/symptom.h"

#include <math.h>

/* Two percent of the usual level are not worth telling apart, whatever the noise; and from nothing to something is at
 * most 500 spreads. */
static const double level_floor = 0.02, value_floor = 0.002;
/* A twentieth of the usual level is what a change is measured by, and a hundredth of the new one, so that a size ends
 * at 100. A share of requests has no usual level: there one in a hundred stands for it. */
static const double size_level = 0.05, size_value = 0.01, share_level = 0.01;
static const double more_than_noise = 3.0;

/* --- What a metric is --- */

/* Words that settle the kind, the first row that has one of the name's words counts: request_errors are errors,
 * cpu_seconds processor. */
static const struct {
    enum metric_kind kind;
    const char *words;
} vocabulary[] = {
    { METRIC_ERRORS,
      " err errs error errors fail fails failed failure failures failing exception exceptions loss lost drop dropped "
      "timeout timeouts rejected retries 5xx " },
    { METRIC_SUCCESS, " availability available success successes successful uptime " },
    { METRIC_RESOURCE, " cpu processor mem memory ram rss heap swap disk diskio io iops fs inode inodes net network "
                       "socket sockets fd fds "
                       "threads gpu utilization utilisation saturation " },
    { METRIC_LATENCY, " lat latency latencies duration delay wait lag time seconds ms p50 p90 p95 p99 elapsed " },
    { METRIC_LOAD, " load lod workload request requests req reqs rps qps tps throughput traffic call calls hits " },
};

static bool word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next run of letters and digits, in small letters with a space around it; false at the end. Longer words are not
 * in the table. */
static bool next_word(str *rest, char out[16], size_t *len)
{
    size_t i = 0, n = 0;
    while (i < rest->len && !word_char(rest->ptr[i])) i++;
    if (i == rest->len) return false;
    out[n++] = ' ';
    for (; i < rest->len && word_char(rest->ptr[i]); i++) {
        char c = rest->ptr[i];
        if (n < 14) out[n] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        n++;
    }
    *rest = str_cut(*rest, i, rest->len);
    *len = n < 14 ? n + 1 : 0;
    if (*len) out[n] = ' ';
    return true;
}

enum metric_kind metric_kind_of(str name)
{
    size_t best = sizeof vocabulary / sizeof vocabulary[0], len;
    char word[16];
    while (next_word(&name, word, &len))
        for (size_t k = 0; len && k < best; k++)
            if (str_find(str_of(vocabulary[k].words), (str){ word, len }, 0) >= 0) best = k;
    return best < sizeof vocabulary / sizeof vocabulary[0] ? vocabulary[best].kind : METRIC_OTHER;
}

/* --- Measuring --- */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double size_of(double x)
{
    return x < 0 ? -x : x;
}

static bool is_share(enum metric_kind kind)
{
    return kind == METRIC_ERRORS || kind == METRIC_SUCCESS;
}

static double largest(const double *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) most = larger(most, size_of(v[i]));
    return most;
}

/* 100 where shares come as percent. */
static double whole(const struct measured *in)
{
    return larger(largest(in->normal, in->n), largest(in->window, in->m)) > 1.0 ? 100.0 : 1.0;
}

static double mean_of(const double *v, size_t n)
{
    double sum = 0, seen = 0;
    for (size_t i = 0; v && i < n; i++)
        if (isfinite(v[i])) sum += v[i], seen += 1;
    return seen > 0 ? sum / seen : 0;
}

/* Requests in the rows of the window that have a value. Where the window counts none, they are taken to be as usual. */
static double requests_in(const struct measured *in)
{
    double sum = 0, rows = 0;
    for (size_t i = 0; i < in->m; i++) {
        if (!isfinite(in->window[i])) continue;
        rows += 1;
        if (in->load_window && isfinite(in->load_window[i])) sum += in->load_window[i];
    }
    return sum > 0 ? sum : rows * mean_of(in->load_normal, in->n);
}

/* The share of requests that usually fails, over all of them. */
static double usual_failing(const struct measured *in, double unit)
{
    double failed = 0, all = 0;
    for (size_t i = 0; i < in->n; i++) {
        if (!isfinite(in->normal[i])) continue;
        double weight = in->load_normal && isfinite(in->load_normal[i]) ? in->load_normal[i] : 1.0;
        double share = in->normal[i] / unit;
        failed += weight * (in->kind == METRIC_SUCCESS ? 1.0 - share : share);
        all += weight;
    }
    double p = all > 0 ? failed / all : 0;
    return p > 0 ? p < 1 ? p : 1.0 : 0;
}

/* A load that is not in whole numbers is a rate, which tells of no single request. */
static bool counts_requests(const struct measured *in)
{
    double most = 0;
    for (size_t i = 0; in->load_normal && i < in->n; i++) {
        if (!isfinite(in->load_normal[i])) continue;
        if (in->load_normal[i] > floor(in->load_normal[i])) return false;
        most = larger(most, in->load_normal[i]);
    }
    return most > 1;
}

static double floor_of(const struct measured *in, const struct deviation *d, double requests)
{
    double now = size_of(d->middle + d->shift);
    if (is_share(in->kind) && !counts_requests(in)) return whole(in) * share_level / more_than_noise;
    if (!is_share(in->kind) || requests <= 0)
        return larger(level_floor * size_of(d->middle), value_floor * now) + 1e-300;
    double unit = whole(in), p = usual_failing(in, unit);
    return unit * sqrt((1.0 / requests + p * (1.0 - p)) / requests);
}

/* Is the median surely no less than x? Spares the sorting. */
static bool half_reach(const double *v, size_t n, double x)
{
    size_t reach = 0, seen = 0;
    for (size_t i = 0; i < n; i++) {
        seen += isfinite(v[i]) != 0;
        reach += v[i] >= x && isfinite(v[i]);
    }
    return 2 * reach > seen + 1;
}

double work_growth(const double *load_normal, size_t n, const double *load_window, size_t m, double *scratch)
{
    struct deviation d;
    if (half_reach(load_normal, n, mean_of(load_window, m) / (1.0 + more_than_noise * level_floor))) return 0;
    if (!deviation_of(load_normal, n, load_window, m, 1e-300, scratch, &d) || !(d.middle > 0)) return 0;
    double spread = larger(d.spread, level_floor * d.middle);
    return d.shift > more_than_noise * spread ? d.shift / d.middle : 0;
}

/* Cumulative sums of what lies more than half the shift over the usual level: the climb that ends highest began at its
 * lowest point. */
static size_t onset_of(const struct measured *in, const struct deviation *d)
{
    double sum = 0, low = 0, climb = 0, half = d->shift / 2;
    size_t from = 0, onset = 0;
    for (size_t i = 0; i < in->m; i++) {
        if (!isfinite(in->window[i])) continue;
        double over = in->window[i] - d->middle - half;
        sum += d->shift < 0 ? -over : over;
        if (sum - low > climb) climb = sum - low, onset = from;
        if (sum < low) low = sum, from = i + 1;
    }
    return onset;
}

bool symptom_possible(const struct measured *in)
{
    if (in->kind == METRIC_OTHER || in->kind == METRIC_LOAD || in->kind == METRIC_SUCCESS) return true;
    double mean = mean_of(in->window, in->m);
    return !isfinite(mean) || !half_reach(in->normal, in->n, mean);
}

static double sign_of(enum metric_kind kind, double shift)
{
    if (kind == METRIC_OTHER || kind == METRIC_LOAD) return shift < 0 ? -1.0 : 1.0;
    return kind == METRIC_SUCCESS ? -1.0 : 1.0;
}

static double size_against(double hurts, double level, double now, double spread)
{
    double size = hurts > 0 ? hurts / (spread + size_level * size_of(level) + size_value * size_of(now)) : 0;
    return size < 100.0 ? size : size >= 100.0 ? 100.0 : 0;
}

double symptom_size(enum metric_kind kind, double shift, double level, double spread)
{
    return size_against(sign_of(kind, shift) * shift, level, level + shift, spread);
}

bool symptom_of(const struct measured *in, double *scratch, struct symptom *out)
{
    struct symptom s = { 0 };
    if (!deviation_of(in->normal, in->n, in->window, in->m, 1e-300, scratch, &s.d)) return false;
    s.onset = onset_of(in, &s.d);
    double sign = sign_of(in->kind, s.d.shift), requests = requests_in(in), unit = is_share(in->kind) ? whole(in) : 1.0;
    bool worked = in->kind == METRIC_RESOURCE || in->kind == METRIC_LATENCY;
    double hurts = sign * s.d.shift - (worked ? in->growth * size_of(s.d.middle) : 0);
    bool share = is_share(in->kind);
    s.size =
        size_against(hurts, share ? share_level * unit : s.d.middle, share ? 0 : s.d.middle + s.d.shift, s.d.spread);
    s.d.spread = larger(s.d.spread, floor_of(in, &s.d, requests));
    s.d.score = hurts / s.d.spread;
    s.excess = (share || in->kind == METRIC_LATENCY) && hurts > 0 && requests > 0 ? hurts / unit * requests : 0;
    *out = s;
    return isfinite(s.d.score) && isfinite(s.size) && isfinite(s.excess);
}
