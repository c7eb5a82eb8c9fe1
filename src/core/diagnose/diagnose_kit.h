/* A small world for the tests of diagnosis: an in-memory store and the rows that runs, findings and lineage leave
 * behind. Every row has an entry of its own in the journal, as in the real one. */
#ifndef WEIR_CORE_DIAGNOSE_KIT_H
#define WEIR_CORE_DIAGNOSE_KIT_H

#include "core/diagnose/diagnose.h"
#include "store/journal.h"
#include "test.h"

#define ARENA_TEST (64u << 20)
#define KIT_INCIDENT "inc-1"
#define KIT_FINGERPRINT "fp"

static const usec kit_t0 = INT64_C(1777852800000000); /* when the incident began */

struct kit_run {
    const char *id, *pipeline, *step, *output, *detail;
    usec at; /* before or after kit_t0 */
    bool failed;
    int exit_code, sig;
    int64_t rows, duration_ms, peak_kb, cpu_ms, sync_us; /* 0: not known; rows -1 stands for 0 */
};

static inline int64_t kit_entry(struct tx *tx, const char *kind, const char *subject)
{
    return journal_add(tx, &(struct entry){ .kind = str_of(kind), .subject = str_of(subject), .actor = STR("test"),
                                            .correlation = STR(""), .body = STR("{}") });
}

static inline struct val kit_known(int64_t v)
{
    return v ? V(v < 0 ? 0 : v) : VAL_NONE;
}

static inline void kit_pipeline(struct tx *tx, const char *name, usec every, const char *spec)
{
    int64_t seq = kit_entry(tx, "pipeline.registered", name);
    tx_exec(tx, SQL_PIPELINE_ADD, V(name), V(""), V(""), V(""), V(2), V("production"), V(every), V(spec), V(kit_t0),
            V(seq));
}

static inline int64_t kit_run(struct tx *tx, struct kit_run r)
{
    int64_t seq = kit_entry(tx, "run.finished", r.id);
    usec started = kit_t0 + r.at, took = r.duration_ms * USEC_MS;
    tx_exec(tx, SQL_RUN_FINISH, V(r.id), V(r.pipeline), V(r.step), V(1), V(r.failed ? "failed" : "ok"), V(started),
            V(started + took), V(took), V(r.exit_code), r.sig ? V(r.sig) : VAL_NONE, kit_known(r.rows), VAL_NONE,
            kit_known(r.peak_kb), kit_known(r.cpu_ms * USEC_MS), kit_known(r.sync_us), V(""),
            V(r.output ? r.output : ""), V(r.detail ? r.detail : "{}"), V(seq));
    return seq;
}

/* `n` good runs of a step, ten minutes apart, the last of them ten minutes before the incident. */
static inline void kit_history(struct tx *tx, struct kit_run usual, int n)
{
    for (int i = 1; i <= n; i++) {
        char id[64];
        (void)snprintf(id, sizeof id, "%s-%s-%d", usual.pipeline, usual.step, i);
        struct kit_run r = usual;
        r.id = id;
        r.at = usual.at - i * 10 * USEC_MINUTE;
        int64_t wobble = (i * 7) % 5 - 2; /* -2..2 percent */
        if (r.rows > 0) r.rows += r.rows * wobble / 100;
        r.duration_ms += r.duration_ms * wobble / 100;
        kit_run(tx, r);
    }
}

/* Of KIT_INCIDENT. */
struct kit_finding {
    const char *id, *pipeline, *step, *run, *kind, *summary, *evidence, *series;
    usec at;
    double value, low, high, score;
};

static inline int64_t kit_finding(struct tx *tx, struct kit_finding f)
{
    int64_t seq = kit_entry(tx, "finding.judged", f.id);
    tx_exec(tx, SQL_FINDING_ADD, V(f.id), V(seq), V(kit_t0 + f.at), V(f.series ? f.series : ""), V(f.pipeline),
            V(f.step ? f.step : ""), V(f.run ? f.run : ""), V(f.kind), V("test"), V(3), V(kit_t0 + f.at),
            V(kit_t0 + f.at), V(f.value), V(f.low), V(f.high), V(f.score), V(f.summary),
            V(f.evidence ? f.evidence : "{}"), V(KIT_INCIDENT), V(""), V(false));
    return seq;
}

/* The incident that is diagnosed. */
static inline void kit_incident(struct tx *tx, const char *pipeline)
{
    int64_t seq = kit_entry(tx, "incident.opened", KIT_INCIDENT);
    tx_exec(tx, SQL_INCIDENT_ADD, V(KIT_INCIDENT), V(seq), V(KIT_FINGERPRINT), V(3), V(pipeline), V("title"),
            V(kit_t0));
}

static inline int64_t kit_edge(struct tx *tx, const char *from, const char *to)
{
    int64_t seq = kit_entry(tx, "lineage.seen", to);
    tx_exec(tx, SQL_LINEAGE_ADD, V(from), V(to), V(seq));
    return seq;
}

static inline int64_t kit_change(struct tx *tx, const char *pipeline, const char *kind, const char *summary,
                                 const char *detail, usec at)
{
    int64_t seq = kit_entry(tx, "change.seen", pipeline);
    char id[32];
    (void)snprintf(id, sizeof id, "chg-%lld", (long long)seq);
    tx_exec(tx, SQL_CHANGE_ADD, V(id), V(seq), V(kit_t0 + at), V(pipeline), V(kind), V(summary), V(detail));
    return seq;
}

static inline void kit_runbook(struct tx *tx, const char *id, const char *title, const char *body)
{
    tx_exec(tx, SQL_RUNBOOK_ADD, V(id), V(title), V(body), V(""), V(kit_entry(tx, "runbook.loaded", id)));
}

/* Build a scene, then diagnose its incident; causes and their strings live in the caller's arena. */
struct kit_case {
    void (*scene)(struct tx *tx);
    struct arena *a;
    struct cause_list causes;
};

static inline err kit_build(struct tx *tx, void *ctx)
{
    ((struct kit_case *)ctx)->scene(tx);
    return tx_err(tx);
}

static inline err kit_ask(struct tx *tx, void *ctx)
{
    struct kit_case *c = ctx;
    struct runbook_index *books = runbook_index_new();
    diagnose_incident(tx, STR(KIT_INCIDENT), books, c->a, &c->causes);
    runbook_index_free(books);
    return tx_err(tx);
}

/* Every piece of evidence must be an entry of the journal. */
static inline err kit_evidence_exists(struct tx *tx, void *ctx)
{
    struct kit_case *c = ctx;
    for (size_t i = 0; i < c->causes.count; i++) {
        const struct cause *cause = &c->causes.items[i];
        if (cause->evidence_count == 0) return err_make(ERR_CORRUPT, "cause %zu has no evidence", i);
        for (size_t e = 0; e < cause->evidence_count; e++) {
            struct entry found;
            if (!journal_get(tx, cause->evidence[e].seq, c->a, &found))
                return err_make(ERR_CORRUPT, "cause %zu names entry %lld", i, (long long)cause->evidence[e].seq);
        }
    }
    return tx_err(tx);
}

static inline void kit_show(const struct cause_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct cause *c = &l->items[i];
        (void)printf("# %zu. %s %.4f " STR_FMT "/" STR_FMT ": " STR_FMT " " STR_FMT " [" STR_FMT "]\n", i + 1,
                     cause_text(c->kind), c->score, STR_ARG(c->pipeline), STR_ARG(c->step), STR_ARG(c->title),
                     STR_ARG(c->detail), STR_ARG(c->runbook));
        for (size_t e = 0; e < c->evidence_count; e++)
            (void)printf("#      %lld " STR_FMT "\n", (long long)c->evidence[e].seq, STR_ARG(c->evidence[e].text));
    }
}

/* The causes of a scene, also on stdout. */
static inline struct cause_list kit_diagnose(void (*scene)(struct tx *tx), struct arena *a)
{
    struct env env = env_os();
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR_NONE }, &env, &s));
    struct kit_case c = { .scene = scene, .a = a };
    CHECK_OK(store_run_at(s, kit_t0, kit_build, &c));
    CHECK_OK(store_run_at(s, kit_t0 + USEC_MINUTE, kit_ask, &c));
    struct cause_list first = c.causes;
    CHECK_OK(store_run_at(s, kit_t0 + USEC_MINUTE, kit_evidence_exists, &c));
    CHECK_OK(store_run_at(s, kit_t0 + USEC_MINUTE, kit_ask, &c)); /* the same again: nothing was changed by asking */
    CHECK_I64(c.causes.count, first.count);
    for (size_t i = 0; i < first.count; i++) {
        CHECK_I64(c.causes.items[i].kind, first.items[i].kind);
        CHECK(memcmp(&c.causes.items[i].score, &first.items[i].score, sizeof(double)) == 0);
    }
    store_close(s);
    kit_show(&first);
    return first;
}

/* ---- what is said of a scene ---- */

static inline const struct cause *kit_cause(const struct cause_list *l, enum cause_kind kind)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].kind == kind) return &l->items[i];
    return NULL;
}

/* Diagnose and check the first cause; gives it (strings in *a). */
static inline struct cause kit_first_is(void (*scene)(struct tx *tx), struct arena *a, enum cause_kind kind,
                                        const char *pipeline, double at_least)
{
    struct cause_list l = kit_diagnose(scene, a);
    CHECK(l.count > 0);
    if (l.items[0].kind != kind) test_failed(__FILE__, __LINE__, "%s", cause_text(l.items[0].kind));
    CHECK_STR(l.items[0].pipeline, pipeline);
    CHECK(l.items[0].score >= at_least && l.items[0].score <= 0.98);
    return l.items[0];
}

static inline bool kit_shows(const struct cause *c, const char *words)
{
    for (size_t i = 0; i < c->evidence_count; i++)
        if (str_find(c->evidence[i].text, str_of(words), 0) >= 0) return true;
    return false;
}

/* ---- the three steps of a pipeline like those that sh, sqlite3, awk and curl make ---- */

static inline void kit_usual(struct tx *tx, const char *pipeline)
{
    kit_pipeline(tx, pipeline, 10 * USEC_MINUTE, "");
    kit_history(tx,
                (struct kit_run){ .pipeline = pipeline,
                                  .step = "extract",
                                  .rows = 2000,
                                  .duration_ms = 120,
                                  .peak_kb = 4000,
                                  .cpu_ms = 30,
                                  .sync_us = 900 },
                8);
    kit_history(tx, (struct kit_run){ .pipeline = pipeline, .step = "transform", .at = USEC_SECOND, .rows = 2000,
                                      .duration_ms = 200, .peak_kb = 6000, .cpu_ms = 150, .sync_us = 900 }, 8);
    kit_history(tx, (struct kit_run){ .pipeline = pipeline, .step = "load", .at = 2 * USEC_SECOND, .rows = 2000,
                                      .duration_ms = 150, .peak_kb = 5000, .cpu_ms = 60, .sync_us = 900 }, 8);
}

/* A run that failed; the finding about it would be of another incident. */
static inline void kit_failed_run(struct tx *tx, const char *pipeline, const char *step, usec at, int code,
                                  const char *output)
{
    char id[64];
    (void)snprintf(id, sizeof id, "%s-%s-bad", pipeline, step);
    kit_run(tx, (struct kit_run){ .id = id, .pipeline = pipeline, .step = step, .at = at, .failed = true,
                                  .exit_code = code, .duration_ms = 100, .output = output });
}

/* A run that failed, and the finding about it. */
static inline void kit_fails(struct tx *tx, const char *pipeline, const char *step, usec at, int code,
                             const char *output)
{
    char id[64], finding[64];
    (void)snprintf(id, sizeof id, "%s-%s-bad", pipeline, step);
    (void)snprintf(finding, sizeof finding, "f-%s-%s", pipeline, step);
    kit_failed_run(tx, pipeline, step, at, code, output);
    kit_finding(tx, (struct kit_finding){ .id = finding, .pipeline = pipeline, .step = step, .run = id, .kind = "exit",
                                          .summary = "the step failed", .at = at });
}

static inline void kit_over_time(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_incident(tx, "orders");
    kit_run(tx, (struct kit_run){ .id = "bad",
                                  .pipeline = "orders",
                                  .step = "extract",
                                  .failed = true,
                                  .exit_code = 137,
                                  .sig = 9,
                                  .duration_ms = 30000,
                                  .detail = "{\"timed_out\":true}",
                                  .output = "fetching\n" });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .pipeline = "orders",
                                          .step = "extract",
                                          .run = "bad",
                                          .kind = "exit",
                                          .summary = "orders/extract failed" });
}

#endif
