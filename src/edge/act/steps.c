#include "edge/act/steps.h"

#include <pwd.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/act/recover.h"
#include "edge/act/run_record.h"
#include "edge/act/sync_probe.h"

enum { ARGV_MAX = 256, STEP_ENV_MAX = 256, STEPS_MAX = 64 };
#define TIMEOUT_DEFAULT USEC_HOUR
#define SYNC_PATIENCE (2 * USEC_SECOND)

/* ---- before ---- */

static bool in_path(const char *name, struct arena *a)
{
    if (strchr(name, '/')) return true; /* relative to cwd: judged when it starts */
    const char *path = getenv("PATH");
    str rest = str_of(path ? path : "/usr/bin:/bin"), dir = STR_NONE;
    while (str_next(&rest, ':', &dir))
        if (access(str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name).ptr, X_OK) == 0) return true;
    return false;
}

str declared_precheck(const struct act *x, json *d)
{
    struct stat st;
    str cwd = json_get_str(d, "cwd"), user = json_get_str(d, "user"), name = json_get_str(d, "name");
    str first = json_str(yyjson_arr_get_first(json_get(d, "argv")), STR_NONE);
    size_t words = yyjson_arr_size(json_get(d, "argv"));
    if (!words || words >= ARGV_MAX || !first.len) return str_fmt(x->a, STR_FMT " declares no command", STR_ARG(name));
    if (cwd.len && (stat(str_z(x->a, cwd), &st) || !S_ISDIR(st.st_mode)))
        return str_fmt(x->a, "the folder " STR_FMT " of " STR_FMT " is not there", STR_ARG(cwd), STR_ARG(name));
    if (!in_path(str_z(x->a, first), x->a))
        return str_fmt(x->a, "the program " STR_FMT " of " STR_FMT " is not there", STR_ARG(first), STR_ARG(name));
    if (user.len && geteuid() != 0)
        return str_fmt(x->a, STR_FMT " runs as " STR_FMT ", which needs root", STR_ARG(name), STR_ARG(user));
    return STR("ok");
}

str steps_precheck(const struct act *x, json *names)
{
    size_t i = 0, n = 0;
    json *name = NULL;
    if (!x->spec) return STR("the pipeline is not declared");
    if (yyjson_arr_size(names) == 0 || yyjson_arr_size(names) > STEPS_MAX) return STR("there are no steps to run");
    yyjson_arr_foreach(names, i, n, name)
    {
        json *d = act_declared(x, "steps", json_str(name, STR_NONE));
        str why = d ? declared_precheck(x, d)
                    : str_fmt(x->a, "step " STR_FMT " is not declared", STR_ARG(json_str(name, STR_NONE)));
        if (!STR_IS(why, "ok")) return why;
    }
    return STR("ok");
}

str declared_text(const struct act *x, json *d)
{
    struct buf b = buf_init(1 << 16);
    size_t i = 0, n = 0;
    json *word = NULL;
    buf_add(&b, json_get_str(d, "name"));
    buf_add(&b, STR(" ("));
    yyjson_arr_foreach(json_get(d, "argv"), i, n, word)
    {
        if (i) buf_char(&b, ' ');
        buf_add(&b, str_utf8_prefix(json_str(word, STR_NONE), 120));
    }
    buf_char(&b, ')');
    str text = str_dup(x->a, str_utf8_prefix(buf_view(&b), 300));
    buf_done(&b);
    return text;
}

str steps_text(const struct act *x, json *names)
{
    struct buf b = buf_init(1 << 16);
    size_t i = 0, n = 0;
    json *name = NULL;
    yyjson_arr_foreach(names, i, n, name)
    {
        json *d = act_declared(x, "steps", json_str(name, STR_NONE));
        if (i) buf_add(&b, STR(", then "));
        buf_add(&b, d ? declared_text(x, d) : json_str(name, STR_NONE));
    }
    return buf_take(&b, x->a);
}

/* ---- running one ---- */

static char **make_argv(const struct act *x, json *d)
{
    size_t i = 0, n = 0;
    json *word = NULL, *list = json_get(d, "argv");
    char **argv = ARENA_ARRAY(x->a, char *, yyjson_arr_size(list) + 1);
    yyjson_arr_foreach(list, i, n, word) argv[i] = (char *)(uintptr_t)str_z(x->a, json_str(word, STR_NONE));
    return argv;
}

static const struct passwd *identity(const char *user, struct passwd *pw, char *text, size_t size)
{
    struct passwd *found = NULL;
    int failed = user ? getpwnam_r(user, pw, text, size, &found) : getpwuid_r(geteuid(), pw, text, size, &found);
    return failed ? NULL : found;
}

struct env_words {
    const char *items[STEP_ENV_MAX + KNOBS_MAX];
    size_t count;
};

PRINTF_LIKE(3, 4) static void add_word(struct env_words *w, struct arena *a, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (w->count < STEP_ENV_MAX + KNOBS_MAX) w->items[w->count++] = str_dup(a, str_of(text)).ptr;
}

static void add_declared(struct env_words *w, json *d, struct arena *a)
{
    size_t i = 0, n = 0;
    json *key = NULL, *value = NULL;
    json_obj_foreach(json_get(d, "env"), i, n, key, value)
    {
        str k = json_str(key, STR_NONE), v = json_str(value, STR_NONE);
        if (w->count < STEP_ENV_MAX) w->items[w->count++] = str_fmt(a, STR_FMT "=" STR_FMT, STR_ARG(k), STR_ARG(v)).ptr;
    }
}

/* Nothing of our own environment but PATH and the language: what a step may see is declared. */
static char **make_env(const struct act *x, json *d, const struct run_record *r, str report)
{
    struct env_words w = { .count = 0 };
    struct passwd pw;
    char text[4096];
    const char *path = getenv("PATH"), *lang = getenv("LANG"), *user = str_z(x->a, json_get_str(d, "user"));
    const struct passwd *who = identity(user[0] ? user : NULL, &pw, text, sizeof text);
    add_word(&w, x->a, "PATH=%s", path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    add_word(&w, x->a, "LANG=%s", lang ? lang : "C.UTF-8");
    if (who) add_word(&w, x->a, "HOME=%s", who->pw_dir);
    if (who) add_word(&w, x->a, "USER=%s", who->pw_name);
    if (who) add_word(&w, x->a, "LOGNAME=%s", who->pw_name);
    struct env_words extra = { .count = 0 };
    add_declared(&extra, d, x->a);
    for (size_t i = 0; i < x->knobs.count; i++) extra.items[extra.count++] = knob_env(&x->knobs.items[i], x->a);
    if (report.len) add_word(&extra, x->a, "WEIR_REPORT=" STR_FMT, STR_ARG(report));
    if (r) add_word(&extra, x->a, "WEIR_RUN_ID=%s", r->id);
    add_word(&extra, x->a, "WEIR_EFFECT=" STR_FMT, STR_ARG(x->effect->id));
    add_word(&extra, x->a, STR_FMT, STR_ARG(recover_mark(x)));
    char **base = ARENA_ARRAY(x->a, char *, w.count + 1);
    for (size_t i = 0; i < w.count; i++) base[i] = (char *)(uintptr_t)w.items[i];
    return env_list(base, extra.items, extra.count, x->a);
}

static void tell_child(struct act *x, int pid)
{
    if (x->child_changed) x->child_changed(x->host, pid);
}

/* Start, claim, let go, wait. False when the claim was refused: then nothing was done. `begun` is told between claim
 * and gate; both may be NULL. */
static bool run_child(struct act *x, json *d, char **envp, struct run_record *r,
                      void (*begun)(struct act *, struct run_record *), struct tail *tail)
{
    struct child *c = mem_new(sizeof *c);
    str cwd = json_get_str(d, "cwd"), user = json_get_str(d, "user");
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = make_argv(x, d), .envp = envp,
                               .cwd = cwd.len ? str_z(x->a, cwd) : NULL, .user = user.len ? str_z(x->a, user) : NULL,
                               .memory_max = knobs_memory_max(&x->knobs) };
    usec timeout = json_get_i64(d, "timeout_us", 0);
    err e = child_start(&spec, c);
    bool go = act_claim(x, e.code ? 0 : c->pid, e.code ? 0 : c->pid_start);
    if (go && begun) begun(x, r);
    if (go && e.code) {
        r->result = (struct child_result){ .exit_code = 126 };
        (void)snprintf(r->result.problem, sizeof r->result.problem, "%.150s", e.msg);
    } else if (go) {
        tell_child(x, c->pid);
        child_run(c, x->door->env, timeout > 0 ? timeout : TIMEOUT_DEFAULT, &r->result);
        tell_child(x, 0);
        *tail = c->tail;
    }
    if (!e.code) child_done(c);
    mem_free(c);
    return go;
}

/* A run's report is evidence, not part of the effect: that it cannot be written stops nothing. */
static void report_start(struct act *x, struct run_record *r)
{
    err e = door_input(x->door, "run.started", str_of(r->id), run_started_body(r, false, x->a));
    (void)e;
    r->started = x->door->env->wall(x->door->env);
}

static bool failed(const struct child_result *r)
{
    return !r->started || r->exit_code != 0;
}

static str ending(struct act *x, const struct child_result *r)
{
    if (!r->started) return str_dup(x->a, str_of(r->problem));
    if (r->timed_out) return STR("was ended: it took too long");
    if (r->signal) return str_fmt(x->a, "was ended by signal %d", r->signal);
    return str_fmt(x->a, "ended with exit code %d", r->exit_code);
}

static void detail_of(struct act *x, struct act_reply *out, const struct run_record *r, size_t done)
{
    struct buf b = buf_init(1 << 17);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "steps_done", (int64_t)done);
    jw_i64(&w, "exit_code", r->result.exit_code);
    jw_i64(&w, "duration_us", r->result.duration);
    jw_str(&w, "output", r->output);
    jw_close(&w);
    out->detail = buf_take(&b, x->a);
}

static bool run_step(struct act *x, json *d, struct run_record *r)
{
    struct tail tail = { .total = 0 };
    str report = STR_NONE, cwd = json_get_str(d, "cwd");
    struct passwd pw;
    char text[4096];
    const char *user = str_z(x->a, json_get_str(d, "user"));
    const struct passwd *who = user[0] ? identity(user, &pw, text, sizeof text) : NULL;
    *r = (struct run_record){ .pipeline = x->pipeline,
                              .step = json_get_str(d, "name"),
                              .attempt = x->effect->attempt + 2,
                              .effect = x->effect->id,
                              .knobs = knobs_json(&x->knobs, x->a),
                              .sync_us = -1 };
    run_id_new(x->door->env, r->id);
    r->started = x->door->env->wall(x->door->env);
    err e = announce_file(x->a, who ? who->pw_uid : (unsigned)-1, &report);
    if (e.code) report = STR_NONE; /* then the step cannot announce */
    struct sync_probe *probe = sync_probe_start(x->door->env, cwd.len ? str_z(x->a, cwd) : ".");
    bool go = run_child(x, d, make_env(x, d, r, report), r, report_start, &tail);
    r->ended = x->door->env->wall(x->door->env);
    r->sync_us = sync_probe_end(probe, SYNC_PATIENCE);
    r->output = r->result.started ? tail_text(&tail, x->a) : str_dup(x->a, str_of(r->result.problem));
    if (report.len) announce_take(report, x->a, &r->said);
    if (!go) return false;
    e = door_input(x->door, "run.finished", str_of(r->id), run_finished_body(r, false, x->a));
    return true;
}

void steps_run(struct act *x, json *names, struct act_reply *out)
{
    size_t i = 0, n = 0, done = 0;
    json *name = NULL;
    struct run_record r = { .sync_us = -1 };
    str why = steps_precheck(x, names);
    if (!STR_IS(why, "ok")) {
        act_failed(x, out, "nothing was done: " STR_FMT, STR_ARG(why));
        return;
    }
    yyjson_arr_foreach(names, i, n, name)
    {
        str step = json_str(name, STR_NONE);
        if (!run_step(x, act_declared(x, "steps", step), &r)) return;
        detail_of(x, out, &r, done);
        if (failed(&r.result)) {
            act_failed(x, out, "step " STR_FMT " of " STR_FMT " " STR_FMT, STR_ARG(step), STR_ARG(x->pipeline),
                       STR_ARG(ending(x, &r.result)));
            return;
        }
        done++;
    }
    detail_of(x, out, &r, done);
    act_ok(x, out, "ran %zu step%s of " STR_FMT ": %s", done, done == 1 ? "" : "s", STR_ARG(x->pipeline),
           str_z(x->a, steps_text(x, names)));
}

void command_run_declared(struct act *x, json *command, struct act_reply *out)
{
    struct tail tail = { .total = 0 };
    struct run_record r = { .sync_us = -1 };
    str why = declared_precheck(x, command), name = json_get_str(command, "name");
    if (!STR_IS(why, "ok")) {
        act_failed(x, out, "nothing was done: " STR_FMT, STR_ARG(why));
        return;
    }
    if (!run_child(x, command, make_env(x, command, NULL, STR_NONE), &r, NULL, &tail)) return;
    r.output = r.result.started ? tail_text(&tail, x->a) : str_dup(x->a, str_of(r.result.problem));
    detail_of(x, out, &r, 0);
    if (failed(&r.result))
        act_failed(x, out, "command " STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(ending(x, &r.result)));
    else act_ok(x, out, "ran command " STR_FMT, STR_ARG(declared_text(x, command)));
}
