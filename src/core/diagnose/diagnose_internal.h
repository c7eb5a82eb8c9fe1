/* How the causes of an incident are found.
 *
 * 1. places.c collects the pipelines that may have to do with it: those of its findings, and from each against the
 *    lineage those that deviate too. A pipeline that is well ends the search in its direction.
 * 2. Each source of evidence (one file, one row of the table in diagnose.c) looks at the deviating places and leaves
 *    hints: this kind of cause, at this place, this sure, shown by this journal entry.
 * 3. rank.c adds the hints of one cause at one place to a candidate, and lets causes further up the lineage explain
 *    symptoms further down.
 * 4. path.c writes the evidence of a candidate from the symptom, hop by hop, to the cause.
 *
 * Strength. Hints of one class repeat one another, so only the strongest of a class counts; classes are independent
 * witnesses and add up as such: score = 1 - (1-direct)(1-measured)(1-timing)(1-precedent), at most 0.98. What precedent
 * speaks against loses a part of that. Timing and precedent alone never make a cause of their own, but for
 * "change.deploy", which is timing. Only + - * / and tables are used, so every machine finds the same numbers.
 */
#ifndef WEIR_CORE_DIAGNOSE_INTERNAL_H
#define WEIR_CORE_DIAGNOSE_INTERNAL_H

#include "base/json.h"
#include "core/diagnose/diagnose.h"
#include "core/diagnose/patterns.h"
#include "engine/detect/log_diff.h"

enum {
    PLACES_MAX = 64,
    PLACE_STEPS_MAX = 16,
    FINDINGS_MAX = 256,
    HINTS_MAX = 256,
    HISTORY_MAX = 20,
    HISTORY_MIN = 3, /* fewer good runs say nothing about what is usual */
    HOPS_MAX = 8,
    EDGES_MAX = 512,
};

#define DIAG_NONE ((size_t)-1)

/* What is wrong at a place, as bits: only some faults travel down the lineage, and each shows in its own way. */
enum shows {
    SHOWS_FAIL = 1 << 0,
    SHOWS_LATE = 1 << 1,
    SHOWS_NO_INPUT = 1 << 2,
    SHOWS_LESS = 1 << 3,
    SHOWS_MORE = 1 << 4,
    SHOWS_SCHEMA = 1 << 5,
    SHOWS_VALUES = 1 << 6,
    SHOWS_SLOW = 1 << 7,
    SHOWS_MEMORY = 1 << 8,
    SHOWS_SERIES = 1 << 9,
};

/* One run; absent numbers are -1. */
struct diag_run {
    str id, step, output, detail;
    bool failed;
    usec started, duration;
    int64_t exit_code, signal, rows, bytes, peak_kb, cpu_us, sync_us, seq;
};

/* The middle of a step's good runs before the one in question; n = how many announced it. */
struct usual {
    int64_t mid;
    size_t n;
};
struct usuals {
    struct usual rows, duration, peak_kb, cpu_us, sync_us;
};

struct diag_step {
    struct diag_run run;
    struct usuals usual;
};

struct diag_finding {
    int64_t seq, severity;
    str series, pipeline, step, run, kind, summary, evidence;
    usec started, ended;
    bool has_value, has_range;
    double value, low, high, score;
    double size, excess; /* of symptom.h, where it was measured so; else 0 */
};

struct place {
    str pipeline;
    json *spec;       /* its declaration, or NULL */
    usec every;       /* 0 = not known */
    bool in_incident; /* a finding of the incident is its own */
    size_t parent;    /* the place it feeds through which it was reached, DIAG_NONE = none */
    int64_t edge_seq; /* entry that shows that it feeds it */
    unsigned shows;   /* enum shows */
    usec onset;       /* first sign; USEC_MAX = it is well */
    usec slack;       /* by how much the first sign may be later than what it shows */
    int64_t symptom_seq;
    str symptom;
    struct diag_step steps[PLACE_STEPS_MAX]; /* the run in question of each step, in order of start */
    size_t step_count;
};

/* The classes. TIMING also takes measurements that fit a cause without showing it. */
enum witness { WITNESS_DIRECT, WITNESS_MEASURED, WITNESS_TIMING, WITNESS_PRECEDENT, WITNESS_COUNT };

struct hint {
    enum cause_kind kind;
    size_t place;
    str step;
    enum witness witness;
    double strength; /* 0..1 */
    int64_t seq;     /* the entry that shows it */
    str text;        /* what it shows, one sentence */
    str title;       /* of the cause, or empty: the kind's own sentence */
    str detail;      /* JSON object, or empty */
};

struct candidate {
    enum cause_kind kind;
    size_t place;
    double score;
    const struct hint *best; /* the strongest: gives step, title, detail */
};

struct diag_edge { /* places[up] feeds places[down] */
    size_t down, up;
};

struct diag {
    struct tx *tx;
    struct arena *a;
    str incident, pipeline, fingerprint;
    usec now, onset; /* onset: the first finding's */
    struct runbook_index *books;
    bool books_checked, books_there;
    struct diag_finding *findings;
    size_t finding_count;
    struct place *places; /* the incident's own pipelines first */
    size_t place_count;
    struct diag_edge *edges;
    size_t edge_count;
    struct hint *hints;
    size_t hint_count;
    struct candidate *candidates;
    size_t candidate_count;
    double doubt[CAUSE_COUNT]; /* 0..1: remedies against this cause failed when it looked the same */
};

/* places.c. False when there is no such incident. */
bool places_load(struct diag *d);
static inline bool place_deviates(const struct place *p)
{
    return p->onset < USEC_MAX;
}
bool step_has(const struct usual *u); /* enough history to compare with */
/* Everything the sources found out, for the ways a fault travels: bits of a kind of cause. */
unsigned shows_of(enum cause_kind kind);
/* Can what u shows come out at p as bits of `effect`? Both directions of "plausible" but time. */
bool carries(unsigned up, unsigned effect);
/* Is `u` part of a path to the incident through its parent: does it carry, and did it begin first? */
bool place_linked(const struct diag *d, size_t u);

/* diagnose.c */
void hint_add(struct diag *d, const struct hint *h); /* past HINTS_MAX the weakest goes */
/* What a run shows: its step and entry are the hint's. */
void hint_of_run(struct diag *d, size_t place, const struct diag_run *run, struct hint h);

/* news.c: what a failed step printed and its last good run did not */
struct news {
    bool known;  /* there is a good run to compare with, and both printed something */
    str since;   /* its id */
    str before;  /* its output */
    struct log_diff diff;
};
struct news news_of(struct diag *d, str pipeline, const struct diag_run *run);
/* Where to look for words of failure: the whole output, of one longer than a kept tail the lines that carry the error.
 */
str news_words(struct diag *d, const struct news *n, str output);
bool news_had(const struct news *n, struct diag *d, str line);
void news_support(struct diag *d, const struct news *n, size_t place, const struct diag_run *run, enum cause_kind kind,
                  str line);
void news_crash(struct diag *d, const struct news *n, size_t place, const struct diag_run *run);

/* rank.c: hints -> candidates, best first */
void candidates_rank(struct diag *d);
/* path.c */
void path_write(struct diag *d, const struct candidate *c, struct cause *out);
/* runbooks.c: the best runbook for a cause, or "". */
str runbook_find(struct diag *d, const struct cause *c, str words);

/* The sources. */
void look_exit(struct diag *d);
void look_findings(struct diag *d);
void look_drift(struct diag *d);
void look_volume(struct diag *d);
void look_memory(struct diag *d);
void look_slow(struct diag *d);
void look_services(struct diag *d);
void look_upstream(struct diag *d);
void look_changes(struct diag *d);
void look_precedent(struct diag *d);

#endif
