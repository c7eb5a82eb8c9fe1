/* The core as a whole, on an in-memory store: inputs in, journal and tables out. Promises 1 and 3 of DESIGN.md. */
#include "core/core.h"

#include "base/json.h"
#include "core/policy/policy.h"
#include "core/replay.h"
#include "test.h"

struct world {
    struct env *env;
    struct store *store;
    struct core *core;
    usec now;
};

struct call {
    struct world *w;
    struct input in;
    int64_t seq;
};

static err apply_work(struct tx *tx, void *ctx)
{
    struct call *c = ctx;
    return core_apply(c->w->core, tx, &c->in, &c->seq);
}

static err give(struct world *w, const char *kind, const char *subject, const char *body)
{
    struct call c = { .w = w, .in = { str_of(kind), str_of(subject), STR("test"), str_of(body) } };
    return store_run_at(w->store, w->now, apply_work, &c);
}

static err fire_work(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    return core_fire_due(w->core, tx);
}

static err due_work(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    usec due = core_next_due(w->core, tx);
    return due <= w->now ? OK : err_make(ERR_NOT_FOUND, "nothing is due");
}

/* Let time pass, with every timer that falls due on the way. */
static void pass(struct world *w, usec by)
{
    w->now += by;
    for (int i = 0; i < 100 && !store_run_at(w->store, w->now, due_work, w).code; i++)
        CHECK_OK(store_run_at(w->store, w->now, fire_work, w));
}

static str one(struct world *w, enum sql id, const char *arg, int col)
{
    static char text[4096];
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, id, V(arg));
    text[0] = 0;
    if (rows_next(r)) (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(rows_str(r, col)));
    rows_end(r);
    CHECK_OK(tx_err(tx));
    store_read_end(tx);
    return str_of(text);
}

/* The newest entry of a kind: its subject. */
static str newest(struct world *w, const char *kind)
{
    static char text[256];
    struct tx *tx = NULL;
    struct arena a = arena_init(1 << 26);
    CHECK_OK(store_read(w->store, &tx));
    text[0] = 0;
    for (int64_t at = 0;;) {
        struct entry_list list = journal_read(tx, at, 1000, &a);
        if (!list.count) break;
        for (size_t i = 0; i < list.count; i++)
            if (str_eq(list.items[i].kind, str_of(kind)))
                (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(list.items[i].subject));
        at = list.items[list.count - 1].seq;
    }
    store_read_end(tx);
    arena_done(&a);
    return str_of(text);
}

static const char pipelines_json[] =
    "{\"pipelines\":[{\"name\":\"orders\",\"source\":\"api\",\"destination\":\"wh\",\"tier\":2,\"environment\":\"production\","
    "\"every_us\":0,\"after\":[],\"steps\":[{\"name\":\"extract\",\"argv\":[\"true\"],\"repeatable\":true},"
    "{\"name\":\"load\",\"argv\":[\"true\"],\"repeatable\":true}],\"knobs\":[{\"name\":\"memory_mb\",\"type\":\"int\",\"min\":16,"
    "\"max\":256,\"default\":\"32\",\"effect\":\"memory_limit\",\"mends\":[\"resource.memory\"]}]}]}";

static void load_document(struct world *w, const char *kind, str text)
{
    struct buf b = buf_init(1 << 20);
    struct jw j = jw_init(&b);
    jw_open(&j, NULL);
    jw_str(&j, "text", text);
    jw_close(&j);
    buf_char(&b, 0);
    CHECK_OK(give(w, "document.loaded", kind, b.ptr));
    buf_done(&b);
}

static struct world world_new(void)
{
    static struct env env;
    env = env_os();
    struct world w = { .env = &env, .core = core_new(), .now = INT64_C(1777874400) * USEC_SECOND };
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, w.env, &w.store));
    return w;
}

static struct world world_ready(void)
{
    struct world w = world_new();
    load_document(&w, "policy", policy_default_text());
    load_document(&w, "pipelines", str_of(pipelines_json));
    return w;
}

static void world_done(struct world *w)
{
    store_close(w->store);
    core_free(w->core);
}

static const char failed_run[] = "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":1,\"started\":1777874400000000,"
                                 "\"ended\":1777874401000000,\"exit_code\":28,\"signal\":0,\"peak_kb\":9000,\"cpu_us\":20000,"
                                 "\"output\":\"curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received\"}";
static const char good_run[] = "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":2,\"started\":1777874403000000,"
                               "\"ended\":1777874404000000,\"exit_code\":0,\"signal\":0,\"output\":\"fetched\"}";

/* An executor that does what it is asked and finds all well. */
static void answer(struct world *w, const char *kind_wanted, const char *outcome)
{
    char effect[64];
    str id = newest(w, "effect.requested");
    (void)snprintf(effect, sizeof effect, STR_FMT, STR_ARG(id));
    CHECK_STR(one(w, SQL_EFFECT_GET, effect, 1), kind_wanted);
    CHECK_OK(give(w, "effect.started", effect, "{}"));
    CHECK_OK(give(w, "effect.outcome", effect, outcome));
}

#define DONE "{\"ok\":true,\"summary\":\"done\",\"digest\":\"d1\",\"detail\":{\"precheck\":\"ok\"}}"

TEST(a_failed_run_becomes_an_incident_a_decision_and_a_remedy)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    pass(&w, 0);
    char incident[64];
    (void)snprintf(incident, sizeof incident, STR_FMT, STR_ARG(newest(&w, "incident.opened")));
    CHECK_STR(one(&w, SQL_INCIDENT_GET, incident, 9), "source.timeout");
    answer(&w, "probe", DONE);
    CHECK_STR(one(&w, SQL_INCIDENT_GET, incident, 0), "mitigating");
    pass(&w, 10 * USEC_SECOND);
    CHECK_OK(give(&w, "run.finished", "run-2", good_run));
    answer(&w, "apply", DONE);
    answer(&w, "verify", DONE);
    CHECK_STR(one(&w, SQL_INCIDENT_GET, incident, 0), "resolved");
    world_done(&w);
}

TEST(the_same_input_again_changes_nothing)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    struct tx *tx = NULL;
    CHECK_OK(store_read(w.store, &tx));
    int64_t before = journal_last_seq(tx);
    store_read_end(tx);
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    CHECK_OK(store_read(w.store, &tx));
    CHECK_I64(journal_last_seq(tx), before);
    store_read_end(tx);
    world_done(&w);
}

TEST(a_refused_input_leaves_nothing)
{
    static const struct {
        const char *kind, *subject, *body;
        enum err_code code;
    } cases[] = {
        { "no.such.kind", "x", "{}", ERR_INPUT },
        { "run.finished", "r", "{\"pipeline\":\"p\"}", ERR_INPUT },
        { "run.finished", "r", "[]", ERR_INPUT },
        { "run.finished", "r", "{\"pipeline\":\"p\",\"started\":5,\"ended\":1,\"exit_code\":0}", ERR_INPUT },
        { "approval.given", "apr-1", "{\"verdict\":\"approve\",\"role\":\"admin\"}", ERR_NOT_FOUND },
        { "effect.outcome", "eff-1", "{\"ok\":true,\"summary\":\"\"}", ERR_NOT_FOUND },
        { "silence.added", "", "{\"starts\":1,\"ends\":2,\"comment\":\"\"}", ERR_INPUT },
        { "document.loaded", "policy", "{\"text\":\"rules: 7\"}", ERR_INPUT },
        { "document.loaded", "nonsense", "{\"text\":\"\"}", ERR_INPUT },
        { "store.resumed", "", "{}", ERR_CONFLICT },
        { "incident.closed", "inc-9", "{\"comment\":\"\"}", ERR_NOT_FOUND },
        { "timer.due", "settle/x", "{\"kind\":\"settle\",\"subject\":\"x\"}", ERR_NOT_FOUND },
    };
    struct world w = world_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_ERR(give(&w, cases[i].kind, cases[i].subject, cases[i].body), cases[i].code);
    struct tx *tx = NULL;
    CHECK_OK(store_read(w.store, &tx));
    CHECK_I64(journal_last_seq(tx), 0);
    store_read_end(tx);
    world_done(&w);
}

TEST(an_effect_is_claimed_once)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    pass(&w, 0);
    char effect[64];
    (void)snprintf(effect, sizeof effect, STR_FMT, STR_ARG(newest(&w, "effect.requested")));
    CHECK_OK(give(&w, "effect.started", effect, "{}"));
    CHECK_ERR(give(&w, "effect.started", effect, "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "effect.outcome", effect, DONE));
    CHECK_ERR(give(&w, "effect.outcome", effect, DONE), ERR_CONFLICT);
    world_done(&w);
}

TEST(silenced_findings_open_no_incident)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "silence.added", "", "{\"pipeline\":\"orders\",\"starts\":1777874000000000,\"ends\":1777874999000000,\"comment\":\"upgrade\"}"));
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    pass(&w, USEC_SECOND);
    CHECK_STR(newest(&w, "incident.opened"), "");
    CHECK(newest(&w, "finding.judged").len > 0);
    world_done(&w);
}

TEST(downstream_symptoms_join_the_incident_of_their_source)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "lineage.seen", "report",
                  "{\"pipeline\":\"report\",\"event\":\"OTHER\",\"time\":1,\"inputs\":[\"wh.orders\"],\"outputs\":[]}"));
    CHECK_OK(give(&w, "lineage.seen", "orders",
                  "{\"pipeline\":\"orders\",\"event\":\"OTHER\",\"time\":1,\"inputs\":[],\"outputs\":[\"wh.orders\"]}"));
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    CHECK_OK(give(&w, "finding", "00ff", "{\"series\":\"s\",\"pipeline\":\"report\",\"kind\":\"anomaly\",\"detector\":\"d\",\"severity\":\"HIGH\","
                                         "\"start\":1777874400000000,\"end\":1777874401000000,\"summary\":\"low\"}"));
    CHECK_STR(newest(&w, "incident.joined"), newest(&w, "incident.opened").ptr);
    world_done(&w);
}

TEST(restored_stores_send_nothing_until_resumed)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    pass(&w, 0);
    char effect[64];
    (void)snprintf(effect, sizeof effect, STR_FMT, STR_ARG(newest(&w, "effect.requested")));
    CHECK_OK(give(&w, "store.restored", "", "{}"));
    CHECK_STR(one(&w, SQL_EFFECT_GET, effect, 0), "held");
    CHECK_ERR(give(&w, "effect.started", effect, "{}"), ERR_CONFLICT);
    CHECK_OK(give(&w, "store.resumed", "", "{}"));
    CHECK_STR(one(&w, SQL_EFFECT_GET, effect, 0), "pending");
    world_done(&w);
}

TEST(same_journal_same_state)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    pass(&w, 0);
    answer(&w, "probe", DONE);
    pass(&w, 10 * USEC_SECOND);
    CHECK_OK(give(&w, "run.finished", "run-2", good_run));
    answer(&w, "apply", DONE);
    answer(&w, "verify", DONE);
    pass(&w, USEC_HOUR);
    struct store *into = NULL;
    struct tx *tx = NULL;
    struct replay_report report;
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, w.env, &into));
    CHECK_OK(store_read(w.store, &tx));
    CHECK_OK(replay_verify(tx, into, NULL, NULL, &report));
    store_read_end(tx);
    CHECK_STR(str_of(report.problem), "");
    CHECK_I64(report.bad_seq, 0);
    CHECK(report.recomputed > 10);
    CHECK_I64(report.entries, report.inputs + report.recomputed);
    store_close(into);
    world_done(&w);
}
