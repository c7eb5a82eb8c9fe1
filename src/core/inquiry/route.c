/* An inquiry and the rules in force -> its department, priority and clocks, each with the sentence that says why. */
#include "core/inquiry/routing.h"

static void because(struct routed *out, str sentence)
{
    if (out->why_count < ROUTE_WHY_MAX) out->why[out->why_count++] = sentence;
}

static str department_of(const struct routing *r, str category, struct arena *a, struct routed *out)
{
    for (size_t i = 0; i < r->map_count; i++)
        if (str_eq(r->map[i].category, category)) {
            because(out, str_fmt(a, "category " STR_FMT " goes to " STR_FMT, STR_ARG(category),
                                 STR_ARG(r->map[i].department)));
            return r->map[i].department;
        }
    because(out, str_fmt(a, "category " STR_FMT " has no department of its own: " STR_FMT, STR_ARG(category),
                         STR_ARG(r->fallback)));
    return r->fallback;
}

static bool fits(const struct words *w, str s)
{
    return !w->count || words_have(w, s);
}

static bool rule_fits(const struct escalation *e, const struct route_facts *f)
{
    return fits(&e->category, f->category) && fits(&e->sentiment, f->sentiment) && fits(&e->urgency, f->urgency) &&
           fits(&e->language, f->language) && fits(&e->channel, f->channel);
}

/* The first rule that names a department sets it; the points of all that fit add up. */
static int64_t escalate(const struct routing *r, const struct route_facts *f, struct arena *a, struct routed *out)
{
    int64_t points = 0;
    bool moved = false;
    for (size_t i = 0; i < r->rule_count; i++) {
        const struct escalation *e = &r->rules[i];
        if (!rule_fits(e, f)) continue;
        bool moves = e->department.len && !moved;
        points += e->boost;
        if (moves) out->department = e->department;
        moved = moved || moves;
        because(out, str_fmt(a, "rule " STR_FMT "%s" STR_FMT ", %+lld points", STR_ARG(e->name),
                             moves ? " sends it to " : "", STR_ARG(moves ? e->department : STR("")),
                             (long long)e->boost));
    }
    return points;
}

void route_decide(const struct routing *r, const struct route_facts *f, struct arena *a, struct routed *out)
{
    int urgency = word_index(urgency_words, f->urgency), sentiment = word_index(sentiment_words, f->sentiment);
    if (urgency < 0) urgency = 1;     /* medium */
    if (sentiment < 0) sentiment = 1; /* neutral */
    *out = (struct routed){ .person = f->confidence < r->threshold };
    out->department = department_of(r, f->category, a, out);
    int64_t points = r->urgency_points[urgency] + r->sentiment_points[sentiment] + f->extra;
    because(out, str_fmt(a, "urgency %s %lld points, sentiment %s %lld", urgency_words[urgency],
                         (long long)r->urgency_points[urgency], sentiment_words[sentiment],
                         (long long)r->sentiment_points[sentiment]));
    if (f->extra) because(out, str_fmt(a, "the clock ran out, %+lld points", (long long)f->extra));
    points += escalate(r, f, a, out);
    out->priority = points < 0 ? 0 : points > 100 ? 100 : points;
    out->due = r->sla_in_hours ? hours_after(&r->hours, f->now, r->sla[urgency]) : f->now + r->sla[urgency];
    if (out->person)
        because(out, str_fmt(a, "the category is %.0f %% certain, below %.0f %%: a person decides",
                             100 * f->confidence, 100 * r->threshold));
}

static int64_t skill(const struct consultant *c, const struct route_facts *f)
{
    int64_t n = words_have(&c->skills, f->category);
    for (size_t i = 0; i < f->topic_count; i++) n += words_have(&c->skills, f->topics[i]);
    return n;
}

static bool speaks(const struct consultant *c, str language)
{
    return !c->languages.count || words_have(&c->languages, language);
}

/* Less load for the room they have: a/b < c/d as a*d < c*b. */
static bool better(const struct routing *r, const struct route_facts *f, const int64_t *load, size_t x, size_t y)
{
    const struct consultant *a = &r->consultants[x], *b = &r->consultants[y];
    int64_t sa = skill(a, f), sb = skill(b, f), la = load[x] * b->max_open, lb = load[y] * a->max_open;
    if (sa != sb) return sa > sb;
    return la != lb ? la < lb : str_cmp(a->name, b->name) < 0;
}

int consultant_choose(const struct routing *r, str department, const struct route_facts *f, const int64_t *load,
                      usec *opens)
{
    int best = -1;
    bool anybody_speaks = false;
    *opens = USEC_MAX;
    for (size_t i = 0; i < r->consultant_count; i++)
        anybody_speaks = anybody_speaks || (str_eq(r->consultants[i].department, department) &&
                                            speaks(&r->consultants[i], f->language));
    for (size_t i = 0; i < r->consultant_count; i++) {
        const struct consultant *c = &r->consultants[i];
        if (!str_eq(c->department, department) || load[i] >= c->max_open) continue;
        if (anybody_speaks && !speaks(c, f->language)) continue;
        if (!hours_open(&c->hours, f->now)) {
            usec next = hours_next(&c->hours, f->now);
            if (next < *opens) *opens = next;
        } else if (best < 0 || better(r, f, load, i, (size_t)best)) best = (int)i;
    }
    return best;
}
