#include "edge/registry/registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file_put.h"
#include "base/hash.h"
#include "base/log.h"
#include "edge/files.h"
#include "edge/model/model_file.h"
#include "engine/text/text_model.h"

enum { USES_MAX = 2 * MODEL_NAMES_MAX, BODY_MAX = 1 << 20 };

struct registry {
    struct registry_opts opts;
    pthread_mutex_t lock; /* of known, and so that news come in order */
    struct sha256 known;  /* of what was told last */
};

/* ---- what is in use ---- */

static err read_uses(struct registry *r, struct arena *a, struct registry_use *items, size_t *count)
{
    struct tx *tx = NULL;
    err e = store_read(r->opts.store, &tx);
    if (e.code) return e;
    struct rows *q = tx_query_n(tx, SQL_REGISTRY_IN_USE, TX_NO_VALS);
    while (*count < USES_MAX && rows_next(q)) {
        struct registry_use *u = &items[(*count)++];
        *u = (struct registry_use){ .name = rows_dup(q, 0, a),
                                    .version = rows_i64(q, 2),
                                    .digest = rows_dup(q, 3, a),
                                    .kind = rows_dup(q, 4, a),
                                    .trial = STR_IS(rows_str(q, 1), MODEL_CHALLENGER),
                                    .share = rows_f64(q, 5) };
        u->path = registry_path(r, u->digest, a);
    }
    rows_end(q);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static struct sha256 digest_of(const struct registry_use *items, size_t count, struct arena *a)
{
    struct buf b = buf_init(BODY_MAX);
    for (size_t i = 0; i < count; i++)
        buf_fmt(&b, STR_FMT " " STR_FMT " %d %.17g\n", STR_ARG(items[i].name), STR_ARG(items[i].digest), items[i].trial,
                items[i].share);
    return sha256_of(buf_take(&b, a));
}

err registry_refresh(struct registry *r)
{
    struct arena a = arena_init(8 << 20);
    struct registry_use *items = ARENA_ARRAY(&a, struct registry_use, USES_MAX);
    size_t count = 0;
    (void)pthread_mutex_lock(&r->lock);
    err e = read_uses(r, &a, items, &count);
    struct sha256 now = digest_of(items, count, &a);
    if (!e.code && memcmp(&now, &r->known, sizeof now) != 0) {
        if (r->opts.in_use) r->opts.in_use(r->opts.ctx, items, count);
        r->known = now;
    }
    (void)pthread_mutex_unlock(&r->lock);
    arena_done(&a);
    return e;
}

err registry_open(const struct registry_opts *opts, struct registry **out)
{
    struct registry *r = mem_new(sizeof *r);
    r->opts = *opts;
    (void)pthread_mutex_init(&r->lock, NULL);
    r->known = sha256_of(STR(""));
    err e = registry_refresh(r);
    if (e.code) registry_close(r);
    else *out = r;
    return err_wrap(e, "registry of models");
}

void registry_close(struct registry *r)
{
    if (!r) return;
    (void)pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

/* ---- files ---- */

str registry_path(const struct registry *r, str digest, struct arena *a)
{
    return str_fmt(a, STR_FMT "/" REGISTRY_FOLDER "/" STR_FMT, STR_ARG(r->opts.data_dir), STR_ARG(digest));
}

/* Opens a classifier, whole, and gives the digest of the texts it says it learned from ("" = it does not). */
static err read_text_model(str bytes, struct arena *a, str *data)
{
    struct text_model m;
    json *about = NULL;
    void *copy = NULL;
    if ((uintptr_t)bytes.ptr % 8) { /* as a body may be */
        copy = mem_new(bytes.len + 1);
        memcpy(copy, bytes.ptr, bytes.len);
        bytes.ptr = copy;
    }
    *data = STR("");
    err e = text_model_open(bytes, &m);
    if (!e.code && !json_parse(text_model_about(&m), a, &about).code)
        *data = str_dup(a, json_str(json_get(about, "data_sha256"), STR("")));
    mem_free(copy);
    return e;
}

/* There already, and what its name says. Then it is as fresh as one that was just sent (registry_tidy). */
static bool is_kept(const char *path, str digest)
{
    struct arena a = arena_init(REGISTRY_FILE_MAX + (1 << 16));
    str bytes = STR_NONE;
    bool there = !file_read(str_of(path), REGISTRY_FILE_MAX, &a, &bytes).code;
    struct sha256 d = sha256_of(bytes);
    there = there && str_eq(hex_text((str){ (const char *)d.b, SHA256_LEN }, &a), digest);
    arena_done(&a);
    return there && utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

err registry_keep(struct registry *r, str bytes, str kind, struct arena *a, str *digest)
{
    if (bytes.len > REGISTRY_FILE_MAX)
        return err_make(ERR_LIMIT, "the file is over %d MiB", (REGISTRY_FILE_MAX + 1) >> 20);
    struct sha256 d = sha256_of(bytes);
    *digest = hex_text((str){ (const char *)d.b, SHA256_LEN }, a);
    str path = registry_path(r, *digest, a), data;
    err e = STR_IS(kind, "text") ? read_text_model(bytes, a, &data) : OK;
    return e.code || is_kept(str_z(a, path), *digest) ? e : model_file_write(path, bytes);
}

err registry_describe(struct registry *r, str digest, str kind, struct arena *a, int64_t *bytes, str *data)
{
    str text = STR("");
    if (!model_digest_ok(digest)) return err_make(ERR_NOT_FOUND, "no file has that digest");
    err e = file_read(registry_path(r, digest, a), REGISTRY_FILE_MAX, a, &text);
    *bytes = (int64_t)text.len;
    *data = STR("");
    return !e.code && STR_IS(kind, "text") ? read_text_model(text, a, data) : e;
}

static void remove_file(struct registry *r, str digest, struct arena *a, int64_t *gone)
{
    struct arena_mark mark = arena_mark(a);
    if (unlink(str_z(a, registry_path(r, digest, a))) == 0) (*gone)++;
    else if (errno != ENOENT) log_warn("registry.tidy error=%s", err_errno("unlink").msg);
    arena_rewind(a, mark);
}

/* A digest, perhaps with the tail of one that was never written to its end. */
static bool is_file_of_ours(str name)
{
    bool part = name.len > FILE_PUT_TAIL && name.ptr[name.len - FILE_PUT_TAIL] == '.';
    return model_digest_ok(part ? str_cut(name, 0, name.len - FILE_PUT_TAIL) : name);
}

/* Sent, and never made a version: whoever sent it a day ago has gone. */
static void remove_strays(struct registry *r, struct tx *tx, struct arena *a, int64_t *gone)
{
    enum { DAY_S = 86400 };
    DIR *d = opendir(str_z(a, registry_path(r, STR("."), a)));
    struct stat st;
    for (struct dirent *f; d && (f = readdir(d));) {
        str name = str_of(f->d_name);
        bool old = is_file_of_ours(name) && !fstatat(dirfd(d), f->d_name, &st, 0) && time(NULL) - st.st_mtime > DAY_S;
        if (old && !tx_get_i64(tx, SQL_REGISTRY_FILE_KNOWN, 0, V(name))) remove_file(r, name, a, gone);
    }
    if (d) (void)closedir(d);
}

err registry_tidy(struct registry *r, int64_t *gone)
{
    struct arena a = arena_init(32 << 20);
    struct tx *tx = NULL;
    *gone = 0;
    err e = store_read(r->opts.store, &tx);
    struct rows *q = e.code ? NULL : tx_query(tx, SQL_REGISTRY_STALE, V((int64_t)REGISTRY_KEEP));
    while (q && rows_next(q)) remove_file(r, rows_str(q, 0), &a, gone);
    if (q) rows_end(q);
    if (!e.code) remove_strays(r, tx, &a, gone);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    arena_done(&a);
    return e;
}

/* ---- bringing models in ---- */

struct one_input {
    struct registry *r;
    struct input in;
    int64_t seq;
};

static err input_work(struct tx *tx, void *ctx)
{
    struct one_input *one = ctx;
    return one->r->opts.apply(one->r->opts.apply_ctx, tx, &one->in, &one->seq);
}

static err hand_in(struct registry *r, const char *kind, str name, str actor, const struct buf *body, int64_t *seq)
{
    struct one_input one = { .r = r, .in = { str_of(kind), name, actor, buf_view(body) } };
    if (body->full) return err_make(ERR_LIMIT, "%s: the body is over 1 MiB", kind);
    err e = store_run(r->opts.store, input_work, &one);
    *seq = one.seq;
    return e;
}

static int64_t number_of(struct registry *r, enum sql id, str name, str other)
{
    struct tx *tx = NULL;
    if (store_read(r->opts.store, &tx).code) return 0;
    int64_t n = tx_get_i64(tx, id, 0, V(name), V(other));
    store_read_end(tx);
    return n;
}

static void version_body(const struct registry_version *v, str data, str digest, size_t bytes, struct jw *w)
{
    const struct {
        const char *key;
        str value;
    } texts[] = { { "kind", v->kind },     { "digest", digest },   { "data", data },      { "code", v->code },
                  { "held_back", v->held_back }, { "origin", v->origin }, { "comment", v->comment } };
    jw_open(w, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value.len) jw_str(w, texts[i].key, texts[i].value);
    jw_i64(w, "bytes", (int64_t)bytes);
    jw_i64(w, "parent", v->parent);
    jw_open(w, "metrics");
    for (size_t i = 0; i < v->metric_count; i++) jw_f64(w, v->metrics[i].name, v->metrics[i].value);
    jw_close(w);
    jw_array(w, "sources");
    for (size_t i = 0; i < v->source_count; i++) jw_str(w, NULL, v->sources[i]);
    jw_array_end(w);
    jw_close(w);
}

err registry_register(struct registry *r, const struct registry_version *v, str bytes, str actor, int64_t *version)
{
    struct arena a = arena_init(4 << 20);
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    str digest = STR("");
    int64_t gone, seq;
    err e = registry_keep(r, bytes, v->kind, &a, &digest);
    str data = v->data;
    if (!e.code && !data.len && STR_IS(v->kind, "text")) e = read_text_model(bytes, &a, &data);
    version_body(v, data, digest, bytes.len, &w);
    if (!e.code) e = hand_in(r, "model.registered", v->name, actor, &b, &seq);
    if (!e.code) *version = number_of(r, SQL_MODEL_VERSION_BY_DIGEST, v->name, digest);
    if (!e.code) e = registry_tidy(r, &gone);
    buf_done(&b);
    arena_done(&a);
    return e;
}

void registry_scores_body(struct jw *w, int64_t version, double margin, const struct registry_scores *s)
{
    jw_open(w, NULL);
    jw_i64(w, "version", version);
    jw_f64(w, "margin", margin);
    jw_str(w, "metric", s->metric);
    jw_bool(w, "lower", s->lower);
    jw_i64(w, "champion", s->champion);
    jw_f64(w, "score", s->score);
    if (s->champion) jw_f64(w, "before", s->before);
    jw_str(w, "held_back", s->held_back);
    jw_i64(w, "rows", s->rows);
    if (s->paired) {
        jw_i64(w, "wins", s->wins);
        jw_i64(w, "losses", s->losses);
    }
    jw_close(w);
}

err registry_verdict_of(struct registry *r, str name, int64_t seq, struct registry_verdict *out)
{
    struct tx *tx = NULL;
    struct arena a = arena_init(1 << 20);
    json *body = NULL;
    *out = (struct registry_verdict){ 0 };
    err e = store_read(r->opts.store, &tx);
    if (e.code) return e;
    struct rows *q = tx_query(tx, SQL_REGISTRY_VERDICT, V(str_fmt(&a, "model/" STR_FMT, STR_ARG(name))), V(seq));
    if (rows_next(q)) {
        out->promoted = STR_IS(rows_str(q, 0), "model.promoted");
        e = json_parse(rows_str(q, 1), &a, &body);
        (void)snprintf(out->why, sizeof out->why, STR_FMT, STR_ARG(json_str(json_get(body, "reason"), STR(""))));
    }
    rows_end(q);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    arena_done(&a);
    return e;
}

err registry_promote(struct registry *r, str name, int64_t version, double margin, const struct registry_scores *s,
                     str actor, struct registry_verdict *out)
{
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    *out = (struct registry_verdict){ 0 };
    registry_scores_body(&w, version, margin, s);
    int64_t seq;
    err e = hand_in(r, "model.judged", name, actor, &b, &seq);
    buf_done(&b);
    if (!e.code) e = registry_verdict_of(r, name, seq, out);
    return e.code ? e : registry_refresh(r);
}

err registry_find(struct registry *r, str name, const char *alias, struct arena *a, int64_t *version, str *path)
{
    int64_t number = number_of(r, SQL_MODEL_ALIAS_GET, name, str_of(alias));
    str kind;
    err e = registry_at(r, name, number, a, &kind, path);
    if (!e.code) *version = number;
    return e.code == ERR_NOT_FOUND
               ? err_make(ERR_NOT_FOUND, "no version of '" STR_FMT "' is %s", STR_ARG(str_utf8_prefix(name, 64)),
                          strcmp(alias, MODEL_CHAMPION) == 0 ? "in use" : alias)
               : e;
}

err registry_at(struct registry *r, str name, int64_t version, struct arena *a, str *kind, str *path)
{
    struct tx *tx = NULL;
    err e = store_read(r->opts.store, &tx);
    if (e.code) return e;
    struct rows *q = tx_query(tx, SQL_MODEL_VERSION_GET, V(name), V(version));
    bool there = rows_next(q);
    if (there) {
        *kind = rows_dup(q, 0, a);
        *path = registry_path(r, rows_str(q, 1), a);
    }
    rows_end(q);
    e = tx_err(tx);
    store_read_end(tx);
    if (!e.code && !there)
        e = err_make(ERR_NOT_FOUND, "no version %lld of '" STR_FMT "'", (long long)version,
                     STR_ARG(str_utf8_prefix(name, 64)));
    return e;
}
