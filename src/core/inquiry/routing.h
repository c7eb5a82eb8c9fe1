/* Where an inquiry goes, and why: pure. The rules are routing_rules.yaml as JSON (edge/inquiry/routing_file.h makes it,
 * with every default filled in and the zone data beside it), so that they enter the journal whole and a route can be
 * made again. Nothing here reads an inquiry's text: only its labels, its language and its channel count, so no wording
 * can name a desk, a person or a priority.
 */
#ifndef WEIR_CORE_INQUIRY_ROUTING_H
#define WEIR_CORE_INQUIRY_ROUTING_H

#include "base/json.h"
#include "base/time.h"
#include "base/tz.h"

enum {
    ROUTING_WORDS_MAX = 64,
    ROUTING_RULES_MAX = 64,
    ROUTING_CONSULTANTS_MAX = 256,
    ROUTING_ZONES_MAX = 32,
    ROUTE_TOPICS_MAX = 8,
    ROUTE_WHY_MAX = 24,
    URGENCIES = 4, /* low, medium, high, critical */
    SENTIMENTS = 3 /* negative, neutral, positive */
};
extern const char *const urgency_words[], *const sentiment_words[]; /* ended by NULL, in that order */
/* Index in such a list, or -1. */
int word_index(const char *const *words, str s);

struct words {
    str *items;
    size_t count;
};
bool words_have(const struct words *w, str s);

/* When a desk or a person is at work. tz NULL: always. */
struct hours {
    const struct tz *tz;
    unsigned days;  /* bit 1 = Monday .. bit 7 = Sunday */
    int from, to;   /* minutes of the day, from < to <= 1440 */
};
bool hours_open(const struct hours *h, usec at);
usec hours_next(const struct hours *h, usec after); /* when they next begin; `after` itself when always */
/* The moment at which `work` of these hours has passed since `from`. */
usec hours_after(const struct hours *h, usec from, usec work);

/* A condition: empty = anything. */
struct escalation {
    str name;
    struct words category, sentiment, urgency, language, channel;
    str department; /* "" = it stays where its category sends it */
    int64_t boost;
};

struct consultant {
    str name, department;
    struct words skills, languages; /* languages empty = any */
    int64_t max_open;
    struct hours hours;
};

struct routing {
    struct arena arena;
    struct {
        str category, department;
    } map[ROUTING_WORDS_MAX];
    size_t map_count;
    str fallback;              /* department of a category without one */
    double threshold;          /* below it a person decides */
    int64_t urgency_points[URGENCIES], sentiment_points[SENTIMENTS];
    usec sla[URGENCIES];
    bool sla_in_hours;         /* the clock runs in working hours only */
    struct hours hours;
    struct {
        str department;
        int64_t boost, times;
    } late;                    /* when the clock has run out */
    struct escalation rules[ROUTING_RULES_MAX];
    size_t rule_count;
    struct consultant consultants[ROUTING_CONSULTANTS_MAX];
    size_t consultant_count;
};

/* The rules in force when nobody wrote any. */
extern const char routing_default[];
/* Errors: ERR_INPUT naming the place. The caller ends it with routing_free(). */
MUST_USE err routing_load(str json_text, struct routing **out);
void routing_free(struct routing *r); /* accepts NULL */

struct route_facts {
    str category, sentiment, urgency, language, channel;
    str topics[ROUTE_TOPICS_MAX];
    size_t topic_count;
    double confidence; /* of the category */
    usec now;
    int64_t extra;     /* points added since: the clock ran out */
};

struct routed {
    bool person;       /* too uncertain: a person decides, the department is a suggestion */
    str department;
    int64_t priority;  /* 0..100 */
    usec due;
    str why[ROUTE_WHY_MAX];
    size_t why_count;
};

/* Strings of `out` live in `a` or in the rules. */
void route_decide(const struct routing *r, const struct route_facts *f, struct arena *a, struct routed *out);

/* Who takes it: of the department's consultants with room those who speak the language (when anybody does), at work
 * now, with the most fitting skills, with the least load for their room; the first by name among equals. load[i] is how
 * many are open with consultant i. -1: nobody now; *opens is then when somebody with room begins work (USEC_MAX: nobody
 * has room, or there is nobody). */
int consultant_choose(const struct routing *r, str department, const struct route_facts *f, const int64_t *load,
                      usec *opens);

#endif
