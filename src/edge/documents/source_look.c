/* One look at one source of documents. */
#include <errno.h>
#include <pthread.h>

#include "base/hash.h"
#include "base/log.h"
#include "edge/documents/git.h"
#include "edge/documents/id_set.h"
#include "edge/documents/sources_internal.h"
#include "edge/documents/submit.h"
#include "edge/documents/walk.h"
#include "edge/files.h"

enum { WALK_MEMORY = 64 << 20, FILE_MEMORY = 256 << 20, BODY_ROOM = 2 << 20 };

struct look {
    const struct sources_opts *opts;
    const struct knowledge_source *source;
    struct id_set stamps; /* of files as they were when they were read: path, size, time. Marked by the round */
    struct id_set seen;   /* ids of documents that stand there. Marked likewise */
    uint32_t round;
    str folder, origin, version; /* of this look */
    pthread_mutex_t lock;        /* of state */
    struct source_state state;
};

struct look *look_new(const struct sources_opts *opts, size_t source)
{
    struct look *l = mem_new(sizeof *l);
    *l = (struct look){ .opts = opts, .source = &opts->items[source] };
    l->state.name = l->source->name;
    (void)pthread_mutex_init(&l->lock, NULL);
    return l;
}

void look_free(struct look *l)
{
    if (!l) return;
    id_set_done(&l->stamps);
    id_set_done(&l->seen);
    (void)pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

void look_forget(struct look *l)
{
    id_set_done(&l->stamps);
}

struct source_state look_state(struct look *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct source_state s = l->state;
    (void)pthread_mutex_unlock(&l->lock);
    return s;
}

static void count(struct look *l, int64_t *what, int64_t by)
{
    (void)pthread_mutex_lock(&l->lock);
    *what += by;
    (void)pthread_mutex_unlock(&l->lock);
}

/* ---- one file ---- */

static uint64_t stamp_of(str path, const struct stat *st)
{
    const int64_t facts[] = { st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (int64_t)st->st_ino };
    uint64_t h = hash64_more(hash64(path), (str){ (const char *)facts, sizeof facts });
    return h ? h : 1;
}

static uint64_t number_of(str id)
{
    uint64_t h = hash64(id);
    return h ? h : 1;
}

/* The same words for the same readers from the same place: nothing is given, also when the commit is another. */
static bool stored_so(struct look *l, str id, str hash)
{
    struct tx *tx = NULL;
    if (store_read(l->opts->store, &tx).code) return false;
    bool same = tx_get_i64(tx, SQL_KNOWLEDGE_STORED_SO, 0, V(id), V(hash), V(l->source->roles), V(l->origin)) != 0;
    store_read_end(tx);
    return same;
}

/* path: below the folder. */
static err load_file(struct look *l, str path, str id)
{
    struct arena a = arena_init(FILE_MEMORY);
    struct block_list blocks = { .a = &a };
    struct buf body = buf_init(BODY_ROOM);
    enum document_format f = FORMAT_TEXT;
    str hash = STR("");
    struct submission s = { .id = id, .source = l->origin, .version = l->version, .roles = l->source->roles };
    err e = document_read_inside(l->opts->env, l->folder, path, &a, &f, &blocks);
    if (!e.code) e = submit_body(&s, f, &blocks, &a, &body);
    if (!e.code) e = submit_hash(&blocks, &a, &hash);
    if (!e.code && !stored_so(l, id, hash)) {
        e = l->opts->input(l->opts->ctx, "knowledge.loaded", id, buf_view(&body));
        if (!e.code) count(l, &l->state.changed, 1);
    }
    buf_done(&body);
    arena_done(&a);
    return e;
}

/* A file that cannot be read is told once, until it changes. What the store cannot take now is tried again. */
static err visit(void *ctx, str path, str id, const struct stat *st)
{
    struct look *l = ctx;
    struct arena a = arena_init(1 << 16);
    str document = str_fmt(&a, STR_FMT "/" STR_FMT, STR_ARG(l->source->name), STR_ARG(id));
    uint64_t stamp = stamp_of(path, st);
    err e = OK;
    id_set_add(&l->seen, number_of(document), l->round);
    if (!id_set_mark(&l->stamps, stamp, l->round)) {
        e = load_file(l, id, document);
        if (e.code == ERR_STOPPED || e.code == ERR_READ_ONLY || e.code == ERR_FULL) {
            arena_done(&a);
            return e;
        }
        if (e.code) {
            count(l, &l->state.refused, 1);
            log_warn("documents.refused source=" STR_FMT ": %s", STR_ARG(l->source->name), e.msg);
        }
        id_set_add(&l->stamps, stamp, l->round);
    }
    arena_done(&a);
    return OK;
}

/* ---- what is gone ---- */

static err remove_one(struct look *l, str id)
{
    static const char gone[] = "{\"title\":\"\",\"source\":\"\",\"format\":\"\",\"hash\":\"\",\"passages\":[]}";
    err e = l->opts->input(l->opts->ctx, "knowledge.loaded", id, str_of(gone));
    if (!e.code) count(l, &l->state.removed, 1);
    return e.code == ERR_NOT_FOUND ? OK : e;
}

struct gone {
    str *ids;
    size_t count, stored;
};

static err find_gone(struct look *l, struct arena *a, struct gone *g)
{
    struct tx *tx = NULL;
    err e = store_read(l->opts->store, &tx);
    if (e.code) return e;
    g->ids = ARENA_ARRAY(a, str, WALK_FILES_MAX);
    struct rows *r = tx_query(tx, SQL_KNOWLEDGE_OF_SOURCE, V(l->origin));
    while (rows_next(r)) {
        g->stored++;
        if (!id_set_has(&l->seen, number_of(rows_str(r, 0))) && g->count < WALK_FILES_MAX)
            g->ids[g->count++] = rows_dup(r, 0, a);
    }
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static err remove_gone(struct look *l, struct arena *a)
{
    struct gone g = { .count = 0 };
    id_set_keep(&l->seen, l->round);
    id_set_keep(&l->stamps, l->round);
    err e = find_gone(l, a, &g);
    if (!e.code && g.stored && !l->seen.count)
        return err_make(ERR_CONFLICT, "no document is there any more where there were %zu: none is removed", g.stored);
    for (size_t i = 0; i < g.count && !e.code; i++) e = remove_one(l, g.ids[i]);
    return e;
}

/* ---- the look ---- */

static err follow(struct look *l, struct arena *a)
{
    const struct knowledge_source *s = l->source;
    struct git_place place = { .url = s->git, .branch = s->branch, .user = s->user, .token = STR("") };
    str above = str_fmt(a, STR_FMT "/knowledge", STR_ARG(l->opts->data_dir));
    l->folder = str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(above), STR_ARG(s->name));
    err e = s->token.len ? secret_read(s->token, a, &place.token) : OK;
    if (!e.code && mkdir(above.ptr, 0700) && errno != EEXIST) e = err_errno(STR_FMT, STR_ARG(above));
    return e.code ? e : git_follow(l->opts->env, &place, l->folder);
}

static err look(struct look *l, struct arena *a)
{
    const struct knowledge_source *s = l->source;
    err e = OK;
    l->folder = s->folder;
    l->origin = str_fmt(a, "source:" STR_FMT, STR_ARG(s->name));
    l->version = STR("");
    l->round++;
    if (s->git.len) e = follow(l, a);
    if (!e.code) l->version = git_commit_of(l->folder, a);
    if (!e.code) e = walk_documents(l->folder, a, visit, l);
    return e.code ? e : remove_gone(l, a);
}

err source_look(struct look *l)
{
    struct arena a = arena_init(WALK_MEMORY);
    err e = look(l, &a);
    if (e.code == ERR_STOPPED) e = OK;
    else if (e.code && strcmp(e.msg, l->state.problem) != 0) /* the same again is told once */
        log_warn("documents.source source=" STR_FMT " error=%s", STR_ARG(l->source->name), e.msg);
    (void)pthread_mutex_lock(&l->lock);
    l->state.failed += e.code != 0;
    l->state.files = (int64_t)l->seen.count;
    if (!e.code) l->state.looked = l->opts->env->wall(l->opts->env);
    (void)snprintf(l->state.problem, sizeof l->state.problem, "%.*s", (int)sizeof l->state.problem - 1,
                   e.code ? e.msg : "");
    (void)pthread_mutex_unlock(&l->lock);
    arena_done(&a);
    return e;
}
