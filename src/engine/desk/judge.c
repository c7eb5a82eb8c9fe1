/* Words and phrases that were found -> points of each label -> shares, with the words that spoke. */
#include <math.h>

#include "base/hash.h"
#include "engine/desk/desk_internal.h"

enum { SLOTS_MASK = (1 << 13) - 1, NEGATION_REACH = 3, NEGATION_AFTER = 2 };

/* What was found of an axis's label. */
struct sums {
    double points[AXES][DESK_LABELS_MAX];
    struct told {
        const struct phrase *phrase;
        int times;
        bool turned;
        double points;
    } told[256];
    size_t told_count;
};

static bool word_fits(const struct phrase *p, size_t i, str word)
{
    return p->open[i] ? str_starts(word, p->words[i]) : str_eq(word, p->words[i]);
}

static bool phrase_at(const struct phrase *p, const struct token *t, size_t left)
{
    if (p->count > left) return false;
    for (size_t i = 0; i < p->count; i++)
        if (!word_fits(p, i, t[i].text) || (i && t[i].begins)) return false;
    return true;
}

/* Commas end a clause for negation, but not a phrase list such as "no, it is not". */
static bool negated(const struct desk_rules *r, const struct token *tokens, size_t at)
{
    for (size_t back = 1; back <= NEGATION_REACH && back <= at && !tokens[at - back + 1].begins; back++)
        for (const struct phrase *n = r->negations; n; n = n->next)
            if (phrase_at(n, &tokens[at - back], n->count <= back ? back : 0)) return true;
    return false;
}

/* "Es eilt wirklich nicht": in some languages the word comes after. */
static bool negated_after(const struct desk_rules *r, const struct token *tokens, size_t at, size_t n)
{
    for (size_t on = at; on < n && on < at + NEGATION_AFTER && !tokens[on].begins; on++)
        for (const struct phrase *p = r->negations; p; p = p->next)
            if (phrase_at(p, &tokens[on], n - on)) return true;
    return false;
}

static struct told *told_of(struct sums *s, const struct phrase *p, bool turned)
{
    for (size_t i = 0; i < s->told_count; i++)
        if (s->told[i].phrase == p && s->told[i].turned == turned) return &s->told[i];
    if (s->told_count == sizeof s->told / sizeof *s->told) return NULL;
    s->told[s->told_count] = (struct told){ .phrase = p, .turned = turned };
    return &s->told[s->told_count++];
}

static size_t label_index(const struct desk_rules *r, enum axis axis, const char *name)
{
    for (size_t i = 0; i < r->label_count[axis]; i++)
        if (str_eq(r->labels[axis][i].name, str_of(name))) return i;
    return 0;
}

/* Turned round: what is not urgent is low; what is not good is bad, what is not bad is only half good; not knowing a
 * category says nothing, so there the word still counts. */
static void count_hit(const struct desk_rules *r, const struct phrase *p, bool turned, double weight, struct sums *s)
{
    enum axis axis = (enum axis)p->axis;
    size_t label = p->label;
    turned = turned && (axis == AXIS_SENTIMENT || axis == AXIS_URGENCY);
    struct told *told = told_of(s, p, turned);
    if (!told || ++told->times > 2) return;
    double points = p->weight * weight * (told->times == 2 ? 0.5 : 1);
    if (turned && axis == AXIS_URGENCY) {
        if (label == label_index(r, axis, "low")) return;
        label = label_index(r, axis, "low");
    } else if (turned) {
        bool good = label == label_index(r, axis, "positive");
        label = label_index(r, axis, good ? "negative" : "positive");
        points *= good ? 0.8 : 0.3;
    }
    s->points[axis][label] += points;
    told->points += points;
}

/* The longest phrase of each axis that begins here: "not urgent" wins over nothing else, "credit note" over "credit".
 */
static void best_at(const struct phrase *chain, const struct token *t, size_t left, const struct phrase *best[AXES])
{
    for (const struct phrase *p = chain; p; p = p->next)
        if (phrase_at(p, t, left) && (!best[p->axis] || p->count > best[p->axis]->count)) best[p->axis] = p;
}

static void count_all(const struct desk_rules *r, const struct token *tokens, size_t n, struct sums *s)
{
    size_t covered[AXES] = { 0 };
    for (size_t at = 0; at < n; at++) {
        const struct phrase *best[AXES] = { NULL };
        const struct token *t = &tokens[at];
        best_at(r->whole[hash64(t->text) & SLOTS_MASK], t, n - at, best);
        for (size_t len = 3; len <= t->text.len; len++)
            best_at(r->open[hash64(str_cut(t->text, 0, len)) & SLOTS_MASK], t, n - at, best);
        for (int axis = 0; axis < AXES; axis++) {
            if (!best[axis] || at < covered[axis]) continue;
            covered[axis] = at + best[axis]->count;
            bool turned =
                negated(r, tokens, at) || (axis == AXIS_URGENCY && negated_after(r, tokens, covered[axis], n));
            count_hit(r, best[axis], turned, (double)t->weight, s);
        }
    }
}

void desk_axis_sort(struct desk_axis *axis)
{
    for (size_t i = 1; i < axis->count; i++)
        for (size_t j = i; j && axis->items[j].p > axis->items[j - 1].p; j--) {
            struct desk_score swap = axis->items[j];
            axis->items[j] = axis->items[j - 1];
            axis->items[j - 1] = swap;
        }
}

static void softmax(const struct desk_rules *r, enum axis axis, const struct sums *s, double extra,
                    struct desk_axis *out)
{
    double top = extra, sum = 0, k = r->sharpness[axis];
    out->count = r->label_count[axis];
    for (size_t i = 0; i < out->count; i++) {
        out->items[i] = (struct desk_score){ r->labels[axis][i].name, s->points[axis][i] + r->labels[axis][i].prior };
        if (out->items[i].p > top) top = out->items[i].p;
    }
    sum = exp(k * (extra - top));
    for (size_t i = 0; i < out->count; i++) sum += out->items[i].p = exp(k * (out->items[i].p - top));
    for (size_t i = 0; i < out->count; i++) out->items[i].p /= sum;
    desk_axis_sort(out);
}

static void take_topics(const struct desk_rules *r, const struct sums *s, struct desk_verdict *out)
{
    for (size_t i = 0; i < r->label_count[AXIS_TOPIC] && out->topic_count < DESK_TOPICS_MAX; i++)
        if (s->points[AXIS_TOPIC][i] >= 2) out->topics[out->topic_count++] = r->labels[AXIS_TOPIC][i].name;
}

static str language_of(const struct desk_rules *r, const struct sums *s)
{
    size_t best = 0;
    const double *p = s->points[AXIS_LANGUAGE];
    for (size_t i = 1; i < r->label_count[AXIS_LANGUAGE]; i++)
        if (p[i] > p[best]) best = i;
    return r->label_count[AXIS_LANGUAGE] && p[best] > 0 ? r->labels[AXIS_LANGUAGE][best].name : STR("");
}

/* The phrases that spoke loudest, of the three axes that people see. */
static void explain(const struct desk_rules *r, struct sums *s, struct arena *a, struct desk_verdict *out)
{
    static const char *const names[] = { "category", "sentiment", "urgency" };
    while (out->why_count < DESK_WHY_MAX) {
        struct told *best = NULL;
        for (size_t i = 0; i < s->told_count; i++)
            if (s->told[i].phrase->axis <= AXIS_URGENCY && s->told[i].points > (best ? best->points : 0))
                best = &s->told[i];
        if (!best) return;
        const struct phrase *p = best->phrase;
        struct desk_reason *said = &out->spoke[out->why_count];
        *said = (struct desk_reason){ names[p->axis], r->labels[p->axis][p->label].name, p->shown, best->turned,
                                      best->points };
        out->why[out->why_count++] = str_fmt(a, "%s " STR_FMT ": %s" STR_FMT " (%.1f)", said->axis,
                                             STR_ARG(said->label), said->turned ? "not " : "", STR_ARG(said->phrase),
                                             said->points);
        best->points = 0;
    }
}

/* Own lines first. A mail that says nothing of its own (a bare forward) is judged by what it quotes. */
static void read_body(str body, struct arena *a, struct token *tokens, size_t *n)
{
    size_t before = *n;
    for (int pass = 0; pass < 2 && (pass == 0 || *n < before + 4); pass++) {
        struct desk_lines state = { 0 };
        str rest = body, line;
        enum desk_zone zone;
        *n = before;
        while (desk_line(&rest, &state, &line, &zone)) {
            float weight = zone == ZONE_OWN ? 1.0F : zone == ZONE_QUOTED && pass ? 1.0F : 0;
            if (weight > 0) desk_tokens(line, weight, a, tokens, n);
        }
    }
}

void desk_judge(const struct desk_rules *r, str subject, str body, struct arena *a, struct desk_verdict *out)
{
    struct token *tokens = ARENA_ARRAY(a, struct token, TOKENS_MAX);
    struct sums *s = ARENA_NEW(a, struct sums);
    size_t n = 0;
    str core;
    *out = (struct desk_verdict){ .topic_count = 0 };
    /* The subject of an answer is the old one's: what is said now counts more. */
    bool answer = desk_subject(str_cut(subject, 0, 1000), &core);
    desk_tokens(core, answer ? 0.5F : 1.5F, a, tokens, &n);
    read_body(desk_plain(body, a), a, tokens, &n);
    count_all(r, tokens, n, s);
    softmax(r, AXIS_CATEGORY, s, r->unknown, &out->category);
    softmax(r, AXIS_SENTIMENT, s, -INFINITY, &out->sentiment);
    softmax(r, AXIS_URGENCY, s, -INFINITY, &out->urgency);
    out->language = language_of(r, s);
    take_topics(r, s, out);
    explain(r, s, a, out);
}
