#include "engine/detect/log_watch.h"

#include "engine/detect/log_say.h"
#include "engine/detect/real.h"
#include "engine/detect/tail.h"

enum {
    WINDOW_LINES = 1000,
    NEW_HORIZON = 65536, /* lines over which new templates are counted */
    RESTS = 10000,       /* lines for which a place that spoke is silent */
    FOLLOW_MIN = 10,     /* a template younger than that many lines is new, not out of order */
    VALUES_EACH = 3,     /* parameters of a line that are watched */
    LEVELS_MAX = 8,      /* different values of a parameter that is still "one of few" */
    CONTEXTS = 1 << 13,
    FOLLOWERS = 1 << 15,
    PARAMETERS = 1 << 11,
    TAIL_KEEP = 4000,
};

static const usec window_us = 60 * USEC_SECOND;
static const double new_bits = 14, trouble_bits = 9; /* a new line that speaks of failure needs less to be told */
static const double sequence_bits = 12, level_bits = 12, number_bits = 24, rate_bits = 22;
static const double least_octaves = 1, least_change = 8;
static const double squeeze = 5; /* numbers in logs span more octaves than a tail has: judged is the fifth root */

struct rate {
    uint32_t id, count;
    uint64_t rests_until;
    double mean;
    struct detect_tail tail;
};

struct context {
    uint64_t key, since, rests_until;
    uint32_t n, kinds;
    bool full; /* a follower did not fit into the table: not judged any more */
};

struct parameter {
    uint64_t key, rests_until;
    uint64_t level[LEVELS_MAX];
    uint32_t n, levels; /* LEVELS_MAX + 1: many */
    struct detect_tail tail;
};

struct log_watch {
    struct log_templates *templates;
    uint32_t max;
    uint64_t lines, window; /* window: number of the present one */
    double fresh;           /* new templates in about the last NEW_HORIZON lines */
    uint32_t last[2];       /* templates of the two lines before, newest first; 0: none */
    struct rate *rates;     /* one for each record of templates */
    struct context *contexts;
    uint64_t *followers; /* hash of context and template */
    uint32_t follower_count;
    struct parameter *parameters;
    struct log_alarm *out;
    size_t alarms;
    struct log_alarm dropped; /* more than LOG_ALARMS_MAX at once */
};

#define TEXT(name, text) text,
const char *log_alarm_text(enum log_alarm_kind kind)
{
    static const char *const texts[] = { LOG_ALARM_LIST(TEXT) };
    return texts[kind];
}
#undef TEXT

size_t log_watch_size(uint32_t max)
{
    return log_templates_size(max) + sizeof(struct log_watch) + max * sizeof(struct rate) +
           CONTEXTS * sizeof(struct context) + FOLLOWERS * sizeof(uint64_t) + PARAMETERS * sizeof(struct parameter) +
           256;
}

struct log_watch *log_watch_new(struct arena *a, uint32_t max)
{
    struct log_watch *w = ARENA_NEW(a, struct log_watch);
    w->templates = log_templates_new(a, max);
    w->max = max;
    w->rates = ARENA_ARRAY(a, struct rate, max);
    w->contexts = ARENA_ARRAY(a, struct context, CONTEXTS);
    w->followers = ARENA_ARRAY(a, uint64_t, FOLLOWERS);
    w->parameters = ARENA_ARRAY(a, struct parameter, PARAMETERS);
    return w;
}

const struct log_templates *log_watch_templates(const struct log_watch *w)
{
    return w->templates;
}

static struct log_alarm *alarm(struct log_watch *w, enum log_alarm_kind kind, uint32_t id, double bits)
{
    struct log_alarm *x = w->alarms < LOG_ALARMS_MAX ? &w->out[w->alarms++] : &w->dropped;
    *x = (struct log_alarm){ .kind = kind, .template = id, .line = w->lines, .bits = bits };
    return x;
}

/* Surprise at one more kind after `n` observations of `kinds` kinds. */
static double unseen_bits(double n, double kinds)
{
    return real_log2((n + kinds + 1) / (kinds + 1));
}

/* --- New --- */

static void judge_new(struct log_watch *w, struct log_hit hit, str line)
{
    double seen = (double)(w->lines < NEW_HORIZON ? w->lines : NEW_HORIZON);
    w->fresh -= w->fresh / NEW_HORIZON;
    if (!hit.is_new) return;
    double bits = unseen_bits(seen, w->fresh);
    w->fresh += 1;
    if (bits < trouble_bits) return;
    struct log_say say = log_say_read(line);
    bool trouble = say.level == LOG_LEVEL_ERROR || (say.trouble >= 2 && say.level != LOG_LEVEL_INFO);
    if (bits < new_bits && !trouble) return;
    alarm(w, LOG_ALARM_NEW, hit.id, bits)->seen = w->lines - 1;
}

/* --- Rates --- */

static void judge_rate(struct log_watch *w, struct rate *r)
{
    double x = r->count, change = x - r->mean, bits = tail_bits(&r->tail, change);
    bool far = real_abs(change) >= least_change && real_abs(change) >= r->mean / 2 &&
               tail_beyond(&r->tail, change) >= least_octaves;
    if (bits >= rate_bits && far && w->lines >= r->rests_until) {
        struct log_alarm *a = alarm(w, LOG_ALARM_RATE, r->id, bits);
        a->value = x;
        a->high = r->mean + (change > 0 ? tail_quantile(&r->tail, true, 0.01) : 0);
        r->rests_until = w->lines + RESTS;
    }
    tail_learn(&r->tail, tail_code(change), 1, TAIL_KEEP);
    r->mean += change / 32;
    r->count = 0;
}

static void end_window(struct log_watch *w)
{
    for (uint32_t i = 0; i < w->max; i++) {
        struct rate *r = &w->rates[i];
        if (r->id == 0) continue;
        if (log_template_root(w->templates, r->id) == r->id)
            judge_rate(w, r);
        else
            *r = (struct rate){ 0 };
    }
}

static void count_rate(struct log_watch *w, uint32_t id, usec at)
{
    uint64_t window = at > 0 ? (uint64_t)(at / window_us) : w->lines / WINDOW_LINES;
    if (window > w->window) { /* a silence of the whole log is not this template's: it is one step, however long */
        if (w->window > 0 || at == 0) end_window(w);
        w->window = window;
    }
    struct rate *r = &w->rates[(id - 1) & 0xffff];
    if (r->id != id) *r = (struct rate){ .id = id };
    r->count++;
}

/* --- Sequences --- */

/* True when the pair is known; else it is noted. *fits: there was room for it. */
static bool follower_known(struct log_watch *w, uint64_t hash, bool *fits)
{
    uint32_t i = (uint32_t)(hash >> 16) & (FOLLOWERS - 1);
    while (w->followers[i] && w->followers[i] != hash) i = (i + 1) & (FOLLOWERS - 1);
    *fits = w->followers[i] == hash || w->follower_count < FOLLOWERS * 3 / 4;
    if (w->followers[i] == hash) return true;
    if (*fits) {
        w->followers[i] = hash;
        w->follower_count++;
    }
    return false;
}

static void judge_sequence(struct log_watch *w, uint32_t id)
{
    uint64_t key = log_mix(log_mix(w->last[0], 1) + w->last[1], 2) | 1;
    struct context *c = &w->contexts[(uint32_t)(key >> 16) & (CONTEXTS - 1)];
    struct log_template_info info;
    if (c->key != key) {
        if (c->n >= FOLLOW_MIN) return; /* taken by a pair that comes often */
        *c = (struct context){ .key = key, .since = w->lines };
    }
    bool fits, known = follower_known(w, log_mix(key, id) | 1, &fits);
    c->full = c->full || !fits;
    double bits = unseen_bits(c->n, c->kinds);
    c->n++;
    if (known || c->full) return;
    c->kinds++;
    if (bits < sequence_bits || w->lines < c->rests_until || !log_template_info(w->templates, id, &info)) return;
    if (info.born >= c->since || info.count < FOLLOW_MIN)
        return; /* it took another form since: that is not another order */
    struct log_alarm *a = alarm(w, LOG_ALARM_SEQUENCE, id, bits);
    a->after = w->last[0];
    a->seen = c->n - 1;
    c->rests_until = w->lines + RESTS;
}

/* --- Parameters --- */

/* A decimal number, with or without a unit behind it; false for addresses, times and ids. */
static bool number_of(str s, double *out)
{
    size_t i = 0;
    bool minus = s.len > 0 && s.ptr[0] == '-';
    double x = 0, unit = 1;
    size_t digits = 0, dots = 0;
    for (i = minus; i < s.len; i++) {
        char c = s.ptr[i];
        if (c >= '0' && c <= '9') {
            x = x * 10 + (c - '0');
            if (dots) unit *= 10;
            digits++;
        } else if (c == '.' && dots == 0) {
            dots++;
        } else {
            break;
        }
    }
    if (digits == 0 || digits > 15 || s.len - i > 3) return false;
    for (; i < s.len; i++)
        if (!((s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'z') && s.ptr[i] != '%') return false;
    *out = minus ? -x / unit : x / unit;
    return true;
}

static double squeezed(double x)
{
    double y = real_exp2(real_log2(1 + real_abs(x)) / squeeze) - 1;
    return x < 0 ? -y : y;
}

static double unsqueezed(double y)
{
    double x = real_exp2(real_log2(1 + real_abs(y)) * squeeze) - 1;
    return y < 0 ? -x : x;
}

static void judge_number(struct log_watch *w, struct parameter *p, uint32_t id, str word, double x)
{
    double root = squeezed(x);
    bool far = tail_beyond(&p->tail, root) >= least_octaves / squeeze &&
               w->lines >= p->rests_until; /* rare: the dear question is asked last */
    double bits = far ? tail_bits(&p->tail, root) : 0;
    if (bits >= number_bits) {
        struct log_alarm *a = alarm(w, LOG_ALARM_PARAMETER, id, bits);
        a->value = x;
        a->high = unsqueezed(tail_quantile(&p->tail, x > 0, 0.001));
        a->seen = p->n;
        a->word = word;
        a->numeric = true;
        p->rests_until = w->lines + RESTS;
    }
    tail_learn(&p->tail, tail_code(root), 1, TAIL_KEEP);
}

static void judge_level(struct log_watch *w, struct parameter *p, uint32_t id, str word)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < word.len; i++) hash = (hash ^ (uint8_t)word.ptr[i]) * 1099511628211u;
    if (p->levels > LEVELS_MAX) return;
    for (uint32_t i = 0; i < p->levels; i++)
        if (p->level[i] == hash) return;
    double bits = unseen_bits(p->n, p->levels);
    if (p->levels < LEVELS_MAX) p->level[p->levels] = hash;
    p->levels++;
    if (bits < level_bits || w->lines < p->rests_until) return;
    struct log_alarm *a = alarm(w, LOG_ALARM_PARAMETER, id, bits);
    a->seen = p->n;
    a->word = word;
    p->rests_until = w->lines + RESTS;
}

static void judge_values(struct log_watch *w, uint32_t id, const struct log_line *l, str line)
{
    size_t watched = 0;
    for (size_t i = 0; i < l->n && watched < VALUES_EACH; i++) {
        const struct log_token *t = &l->token[i];
        if (t->value_len == 0) continue;
        watched++;
        uint64_t key = log_mix(id, i + 1) | 1;
        struct parameter *p = &w->parameters[(uint32_t)(key >> 16) & (PARAMETERS - 1)];
        if (p->key != key) {
            if (p->key && p->n >= FOLLOW_MIN) continue;
            *p = (struct parameter){ .key = key };
        }
        str word = { line.ptr + t->value_at, t->value_len };
        double x;
        if (number_of(word, &x))
            judge_number(w, p, id, word, x);
        else
            judge_level(w, p, id, word);
        p->n++;
    }
}

size_t log_watch_add(struct log_watch *w, str line, usec at, struct log_hit *hit, struct log_alarm out[LOG_ALARMS_MAX])
{
    struct log_line l;
    log_line_read(line, &l);
    *hit = log_templates_add(w->templates, &l, line);
    w->lines++;
    w->out = out;
    w->alarms = 0;
    judge_new(w, *hit, line);
    count_rate(w, hit->id, at);
    if (w->last[1]) judge_sequence(w, hit->id);
    judge_values(w, hit->id, &l, line);
    w->last[1] = w->last[0];
    w->last[0] = hit->id;
    return w->alarms;
}
