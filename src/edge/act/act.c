#include "edge/act/act.h"

#include <stdarg.h>
#include <sys/stat.h>

#include "base/hash.h"

const struct remedy *remedy_find(str name)
{
    static const struct remedy *const all[] = { &remedy_retry, &remedy_rerun, &remedy_command, &remedy_webhook,
                                                &remedy_knob };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eq(name, str_of(all[i]->name))) return all[i];
    return NULL;
}

/* ---- the door ---- */

struct submission {
    const struct act_door *door;
    struct input in;
};

static err submit(struct tx *tx, void *ctx)
{
    struct submission *s = ctx;
    int64_t seq = 0;
    return s->door->apply(s->door->ctx, tx, &s->in, &seq);
}

err door_input(const struct act_door *door, const char *kind, str subject, str body)
{
    struct submission s = { door,
                            { .kind = str_of(kind), .subject = subject, .actor = STR("executor"), .body = body } };
    return store_run(door->store, submit, &s);
}

bool act_claim(struct act *x, int pid, int64_t pid_start)
{
    if (x->claimed) return true;
    str body = str_fmt(x->a, "{\"pid\":%d,\"pid_start\":%lld}", pid, (long long)pid_start);
    x->claim_error = door_input(x->door, x->claims ? x->claims : "effect.started", x->effect->id, body);
    x->claimed = !x->claim_error.code;
    return x->claimed;
}

/* ---- what the declaration says ---- */

static err read_spec(struct act *x, struct tx *tx)
{
    struct rows *r = tx_query(tx, SQL_PIPELINE_GET, V(x->pipeline));
    str text = rows_next(r) ? rows_dup(r, 6, x->a) : STR_NONE;
    rows_end(r);
    if (!text.len) return OK;
    err e = json_parse(text, x->a, &x->spec);
    return e.code ? err_make(ERR_CORRUPT, "the declaration of " STR_FMT ": %s", STR_ARG(x->pipeline), e.msg) : OK;
}

static void read_knobs(struct act *x, struct tx *tx)
{
    knobs_read(json_get(x->spec, "knobs"), &x->knobs); /* declared defaults, then what was set */
    struct rows *r = tx_query(tx, SQL_KNOB_ALL, V(x->pipeline));
    while (rows_next(r)) knobs_set(&x->knobs, rows_dup(r, 0, x->a), rows_dup(r, 1, x->a));
}

err act_prepare(struct act *x)
{
    struct tx *tx = NULL;
    err e = json_parse(x->effect->args, x->a, &x->args);
    if (e.code) return err_make(ERR_CORRUPT, "the arguments: %s", e.msg);
    x->pipeline = json_get_str(x->args, "pipeline");
    e = store_read(x->door->store, &tx);
    if (e.code) return e;
    e = read_spec(x, tx);
    if (!e.code) read_knobs(x, tx);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    return e;
}

json *act_declared(const struct act *x, const char *list, str name)
{
    size_t i = 0, n = 0;
    json *one = NULL;
    yyjson_arr_foreach(json_get(x->spec, list), i, n, one)
    {
        if (name.len && str_eq(json_get_str(one, "name"), name)) return one;
    }
    return NULL;
}

/* The newest finished run of a step: "ok", "failed", or "" when there is none. */
static str act_step_state(const struct act *x, str step)
{
    struct tx *tx = NULL;
    err e = store_read(x->door->store, &tx);
    if (e.code) return STR_NONE;
    struct rows *r = tx_query(tx, SQL_RUN_LAST_OF_STEP, V(x->pipeline), V(step));
    str state = rows_next(r) ? rows_dup(r, 1, x->a) : STR_NONE;
    rows_end(r);
    store_read_end(tx);
    return state;
}

/* ---- the digest ---- */

/* A script that was changed since it was approved is another script. */
static void add_files(struct buf *b, json *declared, struct arena *a)
{
    size_t i = 0, n = 0;
    json *word = NULL;
    str cwd = json_get_str(declared, "cwd");
    yyjson_arr_foreach(json_get(declared, "argv"), i, n, word)
    {
        struct stat st;
        str w = json_str(word, STR_NONE);
        str path = w.len && w.ptr[0] != '/' && cwd.len ? str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(cwd), STR_ARG(w))
                                                       : str_dup(a, w);
        if (!path.len || stat(path.ptr, &st) || !S_ISREG(st.st_mode)) continue;
        buf_fmt(b, "%lld %lld %lld.%ld\n", (long long)st.st_ino, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                st.st_mtim.tv_nsec);
    }
}

/* SHA-256 over what an approval is given for: the declaration, the knobs, the files that would be run, and whether each
 * step is well. */
static str act_digest(const struct act *x)
{
    static const char *const lists[] = { "steps", "commands" };
    struct buf b = buf_init(8 << 20);
    if (x->spec) buf_add(&b, json_text(x->spec, x->a));
    buf_add(&b, knobs_list_json(&x->knobs, x->a));
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        size_t i = 0, n = 0;
        json *one = NULL;
        yyjson_arr_foreach(json_get(x->spec, lists[l]), i, n, one)
        {
            add_files(&b, one, x->a);
            if (l == 0) buf_add(&b, act_step_state(x, json_get_str(one, "name")));
        }
    }
    struct sha256 d = sha256_of(buf_view(&b));
    buf_done(&b);
    return hex_text((str){ (char *)d.b, SHA256_LEN }, x->a);
}

/* ---- replies ---- */

PRINTF_LIKE(2, 0) static str format(struct act *x, const char *fmt, va_list ap)
{
    char text[512];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    return str_dup(x->a, str_of(text));
}

void act_ok(struct act *x, struct act_reply *out, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    out->ok = true;
    out->summary = format(x, fmt, ap);
    va_end(ap);
}

void act_failed(struct act *x, struct act_reply *out, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    out->ok = false;
    out->summary = format(x, fmt, ap);
    va_end(ap);
}

void act_probed(struct act *x, struct act_reply *out, str precheck, str dry_run)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    out->ok = true;
    out->digest = act_digest(x);
    jw_open(&w, NULL);
    jw_str(&w, "precheck", precheck);
    jw_str(&w, "dry_run", dry_run);
    jw_str(&w, "digest", out->digest);
    jw_close(&w);
    out->detail = str_dup(x->a, buf_view(&b));
    out->summary = STR_IS(precheck, "ok") ? dry_run : str_fmt(x->a, "refused: " STR_FMT, STR_ARG(precheck));
    buf_done(&b);
}

void act_verify_steps(struct act *x, struct act_reply *out)
{
    size_t i = 0, n = 0;
    json *one = NULL, *names = json_get(x->args, "steps");
    bool named = yyjson_arr_size(names) > 0;
    yyjson_arr_foreach(named ? names : json_get(x->spec, "steps"), i, n, one)
    {
        str step = named ? json_str(one, STR_NONE) : json_get_str(one, "name");
        if (STR_IS(act_step_state(x, step), "failed")) {
            act_failed(x, out, "step " STR_FMT " of " STR_FMT " failed in its newest run", STR_ARG(step),
                       STR_ARG(x->pipeline));
            return;
        }
    }
    act_ok(x, out, STR_FMT " is well by its newest runs", STR_ARG(x->pipeline));
}
