/* weir demo: a small real workload runs on this machine, real faults are put in one after another, and what weir does
 * about them is told as it happens. The score compares what weir wrote into its journal with what was put in; weir
 * never sees it.
 */
#include "sim/demo.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/app.h"
#include "sim/demo_world.h"
#include "sim/narrate.h"

enum { WARM_UP_ROUNDS = 7, PATIENCE_S = 25, FAULTS_MAX = 8, POLL_MS = 40 };

struct score {
    const struct demo_fault *fault;
    int pipeline;
    bool found, cause_right, fixed, by_person;
    char cause[64], incident[32];
    usec put, ended;
};

struct demo {
    struct cli *cli;
    struct env *env;
    struct app *app;
    struct demo_world *world;
    struct demo_server server;
    bool color, yes;
    struct score scores[FAULTS_MAX];
    size_t score_count;
    uint64_t chance;
    pthread_t narrator;
    _Atomic bool stop;     /* the narrator's */
    _Atomic usec since;    /* when the current fault was put in */
    _Atomic int64_t told;  /* the last entry the narrator has told */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

static void pause_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

/* A thread that tells entries as they commit. */
static void *narrator_main(void *ctx)
{
    struct demo *d = ctx;
    struct arena a = arena_init(1 << 26);
    int64_t at = 0;
    for (bool last = false; !last;) {
        last = d->stop;
        struct tx *tx = NULL;
        if (store_read(app_store(d->app), &tx).code) break;
        struct entry_list list = journal_read(tx, at, 200, &a);
        store_read_end(tx);
        for (size_t i = 0; i < list.count; i++) narrate(stdout, d->color, &list.items[i], d->since, &a);
        if (list.count) d->told = at = list.items[list.count - 1].seq;
        else pause_ms(POLL_MS);
        last &= list.count == 0;
        arena_reset(&a);
    }
    arena_done(&a);
    return NULL;
}

/* One round: each pipeline runs its steps until one fails, as a scheduler would do it. */
static err run_round(struct demo *d, struct score *fault)
{
    for (int p = 0; p < DEMO_PIPELINES && !interrupted; p++) {
        for (int s = 0; s < DEMO_STEPS; s++) {
            int code = 0;
            if (fault && fault->pipeline == p && fault->fault->before_step == s) {
                d->since = fault->put = d->env->wall(d->env);
                err e = fault->fault->put(d->world, p);
                if (e.code) return e;
            }
            err e = demo_world_run(d->world, &d->server, p, s, &code);
            if (e.code) return e;
            if (code) break;
        }
    }
    return OK;
}

struct view { /* of the incident of a fault, at one moment */
    char id[32], state[16], cause[64], resolution[256];
    char approval[32];
    bool approved;
};

static void copy(char *out, size_t size, str s)
{
    (void)snprintf(out, size, STR_FMT, STR_ARG(s));
}

/* The newest incident touched since `put` that has findings of the pipeline. */
static bool look(struct demo *d, const struct score *score, struct view *v)
{
    struct tx *tx = NULL;
    *v = (struct view){ 0 };
    if (store_read(app_store(d->app), &tx).code) return false;
    struct rows *r = tx_query(tx, SQL_DEMO_INCIDENT, V(demo_pipelines[score->pipeline]), V(score->put));
    bool found = rows_next(r);
    if (found) {
        copy(v->id, sizeof v->id, rows_str(r, 0));
        copy(v->state, sizeof v->state, rows_str(r, 1));
        copy(v->cause, sizeof v->cause, rows_str(r, 2));
        copy(v->resolution, sizeof v->resolution, rows_str(r, 3));
    }
    rows_end(r);
    r = tx_query(tx, SQL_DEMO_APPROVAL, V(v->id));
    if (rows_next(r)) {
        if (STR_IS(rows_str(r, 1), "pending")) copy(v->approval, sizeof v->approval, rows_str(r, 0));
        v->approved = STR_IS(rows_str(r, 1), "approved");
    }
    rows_end(r);
    store_read_end(tx);
    return found;
}

static void answer(struct demo *d, const char *approval, bool approve)
{
    const char *body = approve ? "{\"verdict\":\"approve\",\"role\":\"approver\",\"comment\":\"from the terminal\"}"
                               : "{\"verdict\":\"reject\",\"role\":\"approver\",\"comment\":\"from the terminal\"}";
    err e = app_input(d->app, "approval.given", str_of(approval), STR("you"), str_of(body));
    if (e.code) narrate_note(stderr, false, "weir demo: %s", e.msg);
}

/* Wait for the narrator: the question comes after the story. */
static void let_tell(struct demo *d)
{
    struct tx *tx = NULL;
    if (store_read(app_store(d->app), &tx).code) return;
    int64_t last = journal_last_seq(tx);
    store_read_end(tx);
    for (int i = 0; i < 50 && d->told < last; i++) pause_ms(POLL_MS);
}

/* Ask on the terminal; the page may answer meanwhile, so the question is open only as long as the approval is. */
static void ask(struct demo *d, const struct score *score, const char *approval)
{
    if (d->yes) {
        answer(d, approval, true);
        return;
    }
    let_tell(d);
    if (!isatty(STDIN_FILENO)) {
        narrate_note(stdout, d->color, "Approve %s on the page, or run with --yes.", approval);
    } else {
        (void)printf("  %-11sapprove %s? [y/N] (or use the page) ", "you", approval);
        (void)fflush(stdout);
    }
    struct view v;
    while (!interrupted && look(d, score, &v) && strcmp(v.approval, approval) == 0) {
        struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
        if (!isatty(STDIN_FILENO)) {
            pause_ms(200);
            continue;
        }
        if (poll(&in, 1, 200) <= 0) continue;
        char line[16] = { 0 };
        ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
        answer(d, approval, n > 0 && (line[0] == 'y' || line[0] == 'Y'));
        return;
    }
}

/* Wait until the fault's incident is resolved, or nothing more will come of it. */
static void follow(struct demo *d, struct score *score)
{
    usec until = d->env->now(d->env) + PATIENCE_S * USEC_SECOND;
    struct view v = { 0 };
    while (!interrupted && d->env->now(d->env) < until) {
        if (look(d, score, &v)) {
            score->found = true;
            if (v.cause[0]) copy(score->cause, sizeof score->cause, str_of(v.cause));
            score->by_person |= v.approved || v.approval[0];
            if (v.approval[0]) {
                usec asked = d->env->now(d->env);
                ask(d, score, v.approval);
                until += d->env->now(d->env) - asked; /* a person may take their time */
            }
            if (strcmp(v.state, "resolved") == 0) break;
        }
        pause_ms(POLL_MS);
    }
    copy(score->incident, sizeof score->incident, str_of(v.id));
    score->ended = d->env->wall(d->env);
    score->cause_right = strcmp(score->cause, score->fault->cause) == 0;
    score->fixed = strcmp(v.state, "resolved") == 0 && strcmp(v.resolution, "recovered") != 0;
}

static err run_fault(struct demo *d, struct score *score)
{
    narrate_note(stdout, d->color, "\nFault %zu: %s (in %s)", d->score_count, score->fault->title,
                 demo_pipelines[score->pipeline]);
    err e = run_round(d, score);
    if (!e.code && score->put) follow(d, score); /* its step may not have been reached */
    if (!e.code) e = score->fault->heal(d->world, score->pipeline);
    if (!e.code && !interrupted) e = run_round(d, NULL);
    pause_ms(2200); /* longer than the grouping time of the demo: the next fault is no relapse of this one */
    return e;
}

static uint64_t draw(struct demo *d, uint64_t below)
{
    d->chance = d->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); /* Knuth's MMIX */
    return (d->chance >> 33) % below;
}

/* Which faults, in which order, in which pipelines: the seed decides. */
static err plan(struct demo *d, str wanted)
{
    bool all = STR_IS(wanted, "all");
    str rest = wanted, name;
    if (STR_IS(wanted, "none")) return OK;
    size_t order[FAULTS_MAX], n = 0;
    if (all)
        for (size_t i = 0; i < demo_fault_count; i++) order[n++] = i;
    while (!all && str_next(&rest, ',', &name) && n < FAULTS_MAX) {
        size_t i = 0;
        while (i < demo_fault_count && !str_eq(name, str_of(demo_faults[i].name))) i++;
        if (i == demo_fault_count) return err_make(ERR_INPUT, "no fault is named '" STR_FMT "'", STR_ARG(name));
        order[n++] = i;
    }
    for (size_t i = n; i > 1; i--) { /* Fisher-Yates */
        size_t j = draw(d, i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < n; i++) {
        int p = (int)draw(d, DEMO_PIPELINES);
        while (!(demo_faults[order[i]].pipelines & 1u << p)) p = (p + 1) % DEMO_PIPELINES;
        d->scores[i] = (struct score){ .fault = &demo_faults[order[i]], .pipeline = p };
    }
    d->score_count = n;
    return OK;
}

static const char *mark(bool yes)
{
    return yes ? "yes" : "no";
}

/* The promise of the demo: everything put in is found, at least all but one causes are right, and all that may be
 * mended without a person is, but for one. */
static bool came_true(const struct demo *d, int64_t incidents)
{
    size_t found = 0, right = 0, alone = 0, fixed = 0, n = d->score_count;
    for (size_t i = 0; i < n; i++) {
        found += d->scores[i].found;
        right += d->scores[i].cause_right;
        fixed += d->scores[i].fixed;
        alone += d->scores[i].fixed && !d->scores[i].by_person;
    }
    if (n == 0) return incidents == 0;
    size_t persons = 0;
    for (size_t i = 0; i < n; i++) persons += d->scores[i].fault->person;
    (void)printf("\n  %zu fault%s put in, %zu found, %zu cause%s right, %zu mended (%zu without a person)\n", n,
                 n == 1 ? "" : "s", found, right, right == 1 ? "" : "s", fixed, alone);
    return found == n && right + 1 >= n && fixed == n && alone >= n - persons;
}

static int64_t count_incidents(struct demo *d)
{
    struct tx *tx = NULL;
    if (store_read(app_store(d->app), &tx).code) return -1;
    int64_t n = tx_get_i64_n(tx, SQL_DEMO_INCIDENT_COUNT, -1, TX_NO_VALS);
    store_read_end(tx);
    return n;
}

static bool summary(struct demo *d)
{
    int64_t incidents = count_incidents(d);
    narrate_note(stdout, d->color, "\nSummary");
    if (d->score_count)
        (void)printf("  %-15s %-10s %-6s %-23s %-9s %s\n", "fault", "pipeline", "found", "cause named", "mended",
                     "seconds");
    for (size_t i = 0; i < d->score_count; i++) {
        const struct score *s = &d->scores[i];
        char cause[64];
        (void)snprintf(cause, sizeof cause, "%.21s%s", s->cause[0] ? s->cause : "-", s->cause_right ? "" : " (!)");
        (void)printf("  %-15s %-10s %-6s %-23s %-9s %6.1f\n", s->fault->name, demo_pipelines[s->pipeline],
                     mark(s->found), cause,
                     !s->fixed      ? "no"
                     : s->by_person ? "approved"
                                    : "alone",
                     (double)(s->ended - s->put) / (double)USEC_SECOND);
    }
    bool ok = came_true(d, incidents);
    if (!d->score_count)
        (void)printf("  no fault was put in, %lld incident%s opened\n", (long long)incidents,
                     incidents == 1 ? "" : "s");
    return ok;
}

static err play(struct demo *d)
{
    narrate_note(stdout, d->color, "Three pipelines run on this machine: customers, then orders, then revenue.");
    narrate_note(stdout, d->color, "weir learns what is normal (%d rounds) ...", WARM_UP_ROUNDS);
    err e = OK;
    for (int i = 0; i < WARM_UP_ROUNDS && !e.code && !interrupted; i++) {
        e = demo_world_new_day(d->world);
        if (!e.code) e = run_round(d, NULL);
    }
    size_t total = d->score_count;
    for (size_t i = 0; i < total && !e.code && !interrupted; i++) {
        d->score_count = i + 1;
        e = run_fault(d, &d->scores[i]);
    }
    d->score_count = total;
    if (total == 0)
        for (int i = 0; i < WARM_UP_ROUNDS && !e.code && !interrupted; i++) {
            e = demo_world_new_day(d->world);
            if (!e.code) e = run_round(d, NULL);
        }
    return e;
}

static err trigger(void *ctx, str pipeline, struct arena *a, str *what)
{
    struct demo *d = ctx;
    for (int p = 0; p < DEMO_PIPELINES; p++) {
        if (!str_eq(pipeline, str_of(demo_pipelines[p]))) continue;
        const struct demo_fault *fault = &demo_faults[0];
        for (size_t i = 0; i < demo_fault_count; i++)
            if (strcmp(demo_faults[i].name, "timeout") == 0) fault = &demo_faults[i];
        err e = fault->put(d->world, p);
        int code = 0;
        if (!e.code) e = demo_world_run(d->world, &d->server, p, 0, &code);
        if (!e.code) *what = str_fmt(a, "%s: %s", demo_pipelines[p], fault->title);
        return e;
    }
    return err_make(ERR_NOT_FOUND, "no pipeline '" STR_FMT "' in the demo", STR_ARG(pipeline));
}

/* Data of the demo: a folder of its own, so that nothing of the user's is touched. */
static err make_dir(struct demo *d, str *dir)
{
    str given = cli_str(d->cli, "dir");
    if (given.len) {
        const char *path = str_z(cli_arena(d->cli), given);
        char whole[PATH_MAX]; /* the steps run in folders of their own */
        if ((mkdir(path, 0755) && errno != EEXIST) || access(path, W_OK) || !realpath(path, whole))
            return err_errno(STR_FMT, STR_ARG(given));
        *dir = str_dup(cli_arena(d->cli), str_of(whole));
        return OK;
    }
    char *path = mem_dup_z(STR("/tmp/weir-demo-XXXXXX"));
    err e = mkdtemp(path) ? OK : err_errno("make a folder for the demo");
    if (!e.code && chmod(path, 0755)) e = err_errno("open the demo's folder"); /* steps may run as another user */
    *dir = str_dup(cli_arena(d->cli), str_of(path));
    mem_free(path);
    return e;
}

static str weir_path(struct arena *a)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    return n > 0 ? str_dup(a, (str){ path, (size_t)n }) : STR("weir");
}

static err open_app(struct demo *d, str dir, struct config **config)
{
    struct arena *a = cli_arena(d->cli);
    str text = str_fmt(a,
                       "data_dir: " STR_FMT "/data\n"
                       "pipelines: " STR_FMT "/pipelines.yaml\n"
                       "server:\n  listen: 127.0.0.1:" STR_FMT "\n"
                       "incident:\n  settle: 1s\n  group: 2s\n  quiet: 3s\n"
                       "log:\n  level: warn\n",
                       STR_ARG(dir), STR_ARG(dir), STR_ARG(cli_str(d->cli, "port")));
    err e = demo_world_declare(d->world);
    if (!e.code) e = config_load(&(struct config_opts){ .path = STR("demo"), .text = text }, a, NULL, config);
    if (e.code) return e;
    struct app_opts opts = { .env = d->env, .config = *config, .trigger_anomaly = trigger, .trigger_ctx = d };
    return app_open(&opts, &d->app);
}

static int finish(struct demo *d, str dir, err e)
{
    int exit_code = e.code ? cli_fail_err(d->cli, e) : interrupted ? EXIT_FOUND : summary(d) ? EXIT_FINE : EXIT_FOUND;
    if (!e.code)
        (void)printf("\n  journal and data: " STR_FMT "/data (weir audit verify --data-dir " STR_FMT "/data)\n",
                     STR_ARG(dir), STR_ARG(dir));
    if (!e.code && !interrupted && !cli_has(d->cli, "once")) {
        str link = server_login_link(app_server(d->app), STR("you"), ROLE_ADMIN, cli_arena(d->cli));
        narrate_note(stdout, d->color,
                     "\nThe page goes on running, with this link (once, for 10 minutes): " STR_FMT "\nCtrl-C ends it.",
                     STR_ARG(link));
        while (!interrupted) pause_ms(200);
        exit_code = exit_code == EXIT_FOUND ? EXIT_FOUND : EXIT_FINE;
    }
    return exit_code;
}

static int run_demo(struct cli *cli)
{
    struct demo d = { .cli = cli, .env = cli_env(cli), .color = cli_color(cli), .yes = cli_has(cli, "yes") };
    struct sigaction act = { .sa_handler = on_interrupt };
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    int64_t seed = 1;
    str dir = STR("");
    struct config *config = NULL;
    err e = cli_i64(cli, "seed", &seed);
    d.chance = (uint64_t)seed;
    if (!e.code) e = plan(&d, cli_str(cli, "faults"));
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    e = make_dir(&d, &dir);
    if (!e.code) e = demo_world_open(dir, (uint64_t)seed, d.env, &d.world);
    if (!e.code) e = open_app(&d, dir, &config);
    bool telling = false;
    if (!e.code) {
        d.server = (struct demo_server){ .weir = weir_path(cli_arena(cli)),
                                         .url = app_url(d.app),
                                         .key = app_ingest_key(d.app) };
        narrate_note(stdout, d.color, "Watch it on the page too: " STR_FMT,
                     STR_ARG(server_login_link(app_server(d.app), STR("you"), ROLE_ADMIN, cli_arena(cli))));
        telling = pthread_create(&d.narrator, NULL, narrator_main, &d) == 0;
        e = play(&d);
    }
    d.stop = true;
    if (telling) (void)pthread_join(d.narrator, NULL);
    int exit_code = finish(&d, dir, e);
    app_close(d.app);
    demo_world_close(d.world);
    config_free(config);
    return exit_code;
}

static const struct cli_option options[] = {
    { "once", 0, NULL, NULL, "End after the summary instead of keeping the page running." },
    { "yes", 'y', NULL, NULL, "Approve what waits for a person." },
    { "seed", 0, "N", "1", "Shuffles faults, pipelines and order." },
    { "faults", 0, "LIST", "all",
      "Faults to put in: all, none, or some of missing_column, timeout, memory, doubled and slow_disk, with commas "
      "between." },
    { "port", 'p', "PORT", "0", "Port of the page; 0 picks a free one." },
    { "dir", 0, "DIR", NULL, "Keep the demo's files here. [a new folder under /tmp]" },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_demo = {
    .name = "demo",
    .args = "",
    .summary = "Watch real pipelines break and be mended, on this machine.",
    .about = "Runs three small pipelines under `weir run`, puts real faults into them one after another and tells what "
             "weir finds, "
             "decides and does. One fault needs your approval: on the terminal or on the page. Exit 0 when everything "
             "was found and "
             "mended as promised.",
    .options = options,
    .run = run_demo,
};
