#include "edge/act/run_record.h"

enum { BODY_MAX = 1 << 20 };

void run_id_new(struct env *env, char out[RUN_ID_LEN + 1])
{
    uint8_t b[16];
    uint64_t ms = (uint64_t)(env->wall(env) / USEC_MS);
    env_random_bytes(env, b, sizeof b);
    for (int i = 0; i < 6; i++) b[i] = (uint8_t)(ms >> (40 - 8 * i));
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    size_t at = 0;
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        (void)snprintf(out + at, 3, "%02x", b[i]);
        at += 2;
    }
}

static void common(struct jw *w, const struct run_record *r, const char *event)
{
    jw_open(w, NULL);
    if (event) {
        jw_strz(w, "event", event);
        jw_strz(w, "id", r->id);
    }
    jw_str(w, "pipeline", r->pipeline);
    jw_str(w, "step", r->step);
    jw_i64(w, "attempt", r->attempt);
    jw_i64(w, "started", r->started);
}

static str finish(struct jw *w, struct buf *b, const struct run_record *r, struct arena *a)
{
    jw_str(w, "effect", r->effect);
    jw_close(w);
    str text = str_dup(a, buf_view(b));
    buf_done(b);
    return text;
}

str run_started_body(const struct run_record *r, bool event, struct arena *a)
{
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    common(&w, r, event ? "started" : NULL);
    return finish(&w, &b, r, a);
}

static void add_names(struct jw *w, const char *key, const str *names, size_t count)
{
    if (!count) return;
    jw_array(w, key);
    for (size_t i = 0; i < count; i++) jw_str(w, NULL, names[i]);
    jw_array_end(w);
}

static void add_columns(struct jw *w, const struct announced *said, struct arena *a)
{
    if (!said->column_count) return;
    struct buf one = buf_init(BODY_MAX / 2);
    buf_char(&one, '{');
    for (size_t i = 0; i < said->column_count; i++) {
        if (i) buf_char(&one, ',');
        json_quote(&one, said->columns[i].dataset);
        buf_char(&one, ':');
        buf_add(&one, json_text(said->columns[i].names, a));
    }
    buf_char(&one, '}');
    if (!one.full) jw_raw(w, "columns", buf_view(&one));
    buf_done(&one);
}

static void add_detail(struct jw *w, const struct run_record *r, struct arena *a)
{
    jw_open(w, "detail");
    if (r->knobs.len) jw_raw(w, "knobs", r->knobs);
    add_names(w, "inputs", r->said.inputs, r->said.input_count);
    add_names(w, "outputs", r->said.outputs, r->said.output_count);
    add_columns(w, &r->said, a);
    if (r->parent.len) jw_str(w, "parent", r->parent);
    if (r->said.skipped) jw_i64(w, "report_skipped", (int64_t)r->said.skipped);
    if (r->result.timed_out) jw_bool(w, "timed_out", true);
    jw_close(w);
}

static void number_or_null(struct jw *w, const char *key, bool known, int64_t v)
{
    if (known) jw_i64(w, key, v);
    else jw_null(w, key);
}

str run_finished_body(const struct run_record *r, bool event, struct arena *a)
{
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    common(&w, r, event ? "finished" : NULL);
    jw_i64(&w, "ended", r->ended);
    jw_i64(&w, "exit_code", r->result.exit_code);
    jw_i64(&w, "signal", r->result.signal);
    number_or_null(&w, "rows", r->said.has_rows, r->said.rows);
    number_or_null(&w, "bytes", r->said.has_bytes, r->said.bytes);
    number_or_null(&w, "peak_kb", r->result.peak_kb > 0, r->result.peak_kb);
    jw_i64(&w, "cpu_us", r->result.cpu_us);
    number_or_null(&w, "sync_us", r->sync_us >= 0, r->sync_us);
    jw_str(&w, "output", r->output);
    add_detail(&w, r, a);
    return finish(&w, &b, r, a);
}
