#include "edge/documents/library.h"

#include <math.h>

#include "base/cond.h"
#include "base/json.h"
#include "base/log.h"
#include "edge/documents/library_internal.h"
#include "edge/metric_text.h"
#include "edge/model/model_file.h"

enum { ENCODED_AT_ONCE = 256, LOOK_EVERY_S = 2, UNUSED_LEAST = 1000 };

/* ---- the thread: vectors of what is new, and questions without an answer ---- */

/* The first passage or title without a vector; its text in `a`. False: there is none. */
static bool next_text(struct library *l, struct arena *a, str *text, struct sha256 *of)
{
    struct packed v;
    for (; l->encoded_to < l->count; l->encoded_to++) {
        const struct library_document *d = &l->documents[l->encoded_to];
        for (size_t k = 0; k <= d->count; k++) {
            arena_reset(a);
            *text = library_encoded(d, k ? d->texts[k - 1] : STR(""), a, of);
            if (!vector_cache_get(l->cache, of, &v)) {
                *text = str_dup(a, *text);
                return true;
            }
        }
    }
    return false;
}

/* One text at a time, so that a search never waits long. True: there may be more. */
static bool encode_one(struct library *l, struct arena *a)
{
    str text;
    struct sha256 of;
    struct packed v;
    (void)pthread_mutex_lock(&l->lock);
    bool any = !l->stopping && next_text(l, a, &text, &of);
    (void)pthread_mutex_unlock(&l->lock);
    if (!any) return false;
    (void)pthread_mutex_lock(&l->encoding);
    err e = embed_text(l->embed, text, a, &v);
    (void)pthread_mutex_unlock(&l->encoding);
    if (e.code) return false;
    (void)pthread_mutex_lock(&l->lock);
    e = vector_cache_put(l->cache, &of, &v);
    (void)pthread_mutex_unlock(&l->lock);
    if (e.code) log_warn("documents.vectors error=%s", e.msg);
    return true;
}

static void tell_missed(struct library *l)
{
    str missed[MISSED_MAX];
    (void)pthread_mutex_lock(&l->lock);
    size_t n = l->missed_count;
    memcpy(missed, l->missed, n * sizeof *missed);
    l->missed_count = 0;
    (void)pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < n; i++) {
        err e = l->opts.input(l->opts.ctx, "knowledge.missed", STR(""), missed[i]);
        if (e.code && e.code != ERR_STOPPED) log_warn("documents.missed error=%s", e.msg);
        mem_free((void *)(uintptr_t)missed[i].ptr);
    }
}

/* What was encoded for texts that are gone leaves the file once it is more than half of it. */
static void drop_unused(struct library *l, struct arena *a)
{
    struct sha256 of;
    (void)pthread_mutex_lock(&l->lock);
    size_t used = l->passages + l->count; /* titles, too */
    bool whole = l->embed && !l->stopping && l->encoded_to == l->count;
    if (whole && vector_cache_count(l->cache) > 2 * used + UNUSED_LEAST) {
        for (size_t i = 0; i < l->count; i++) {
            for (size_t k = 0; k <= l->documents[i].count; k++) {
                const struct library_document *d = &l->documents[i];
                arena_reset(a);
                (void)library_encoded(d, k ? d->texts[k - 1] : STR(""), a, &of);
                vector_cache_mark(l->cache, &of);
            }
        }
        err e = vector_cache_drop_unmarked(l->cache);
        if (e.code) log_warn("documents.vectors error=%s", e.msg);
    }
    (void)pthread_mutex_unlock(&l->lock);
}

void library_encode_all(struct library *l, struct arena *a)
{
    bool more = l->embed != NULL, kept = l->near != NULL;
    do {
        tell_missed(l);
        for (int i = 0; i < ENCODED_AT_ONCE && more; i++) more = encode_one(l, a);
        kept = kept && library_near_keep(l);
    } while (more);
}

/* True: it is time to end. */
static bool pause_or_stop(struct library *l, int seconds)
{
    (void)pthread_mutex_lock(&l->lock);
    if (!l->stopping && !l->missed_count) (void)cond_wait_for(&l->wake, &l->lock, seconds * USEC_SECOND);
    bool stopping = l->stopping;
    (void)pthread_mutex_unlock(&l->lock);
    return stopping;
}

static void *work(void *ctx)
{
    struct library *l = ctx;
    struct arena a = arena_init(8 << 20);
    bool busy = false;
    do {
        (void)pthread_mutex_lock(&l->lock);
        err e = l->stopping ? OK : library_load(l);
        (void)pthread_mutex_unlock(&l->lock);
        if (e.code) log_warn("documents.load error=%s", e.msg);
        library_encode_all(l, &a);
        if (!e.code) drop_unused(l, &a); /* else what is there is not known */
        busy = library_near_rest(l);
    } while (!pause_or_stop(l, busy ? 0 : LOOK_EVERY_S));
    tell_missed(l);
    arena_done(&a);
    return NULL;
}

/* ---- open and close ---- */

static err open_encoder(struct library *l)
{
    struct arena a = arena_init(1 << 16);
    str dir = l->opts.data_dir, model = l->opts.encoder;
    err e = dir.len ? embed_open(model.len ? model : model_file_path(dir, &a), &l->embed)
                    : err_make(ERR_NOT_FOUND, "no data folder");
    if (e.code && e.code != ERR_NOT_FOUND) log_warn("documents.encoder error=%s", e.msg);
    str path = l->embed ? str_fmt(&a, STR_FMT "/knowledge.vectors", STR_ARG(dir)) : STR("");
    e = vector_cache_open(path, &l->cache);
    arena_done(&a);
    if (e.code || !l->embed) return e;
    l->opts.vectors_opts.dim = EMBED_DIM;
    l->opts.vectors_opts.env = l->opts.env;
    return l->opts.vectors->open(&l->opts.vectors_opts, &l->near);
}

err library_open(const struct library_opts *opts, struct library **out)
{
    struct library *l = mem_new(sizeof *l);
    l->opts = *opts;
    l->opts.data_dir = str_of(mem_dup_z(opts->data_dir));
    l->opts.encoder = str_of(mem_dup_z(opts->encoder));
    l->a = arena_init(opts->memory_max ? opts->memory_max : LIBRARY_BYTES_DEFAULT);
    if (!l->opts.vectors) l->opts.vectors = &vector_store_built_in;
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_mutex_init(&l->encoding, NULL);
    (void)pthread_cond_init(&l->wake, NULL);
    err e = terms_open(&l->terms);
    if (!e.code) e = open_encoder(l);
    if (!e.code && opts->input && pthread_create(&l->thread, NULL, work, l))
        e = err_make(ERR_IO, "no thread for documents");
    if (e.code) {
        library_close(l);
        return e;
    }
    l->threaded = opts->input != NULL;
    *out = l;
    return OK;
}

void library_close(struct library *l)
{
    if (!l) return;
    (void)pthread_mutex_lock(&l->lock);
    l->stopping = true;
    (void)pthread_cond_broadcast(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    if (l->threaded) (void)pthread_join(l->thread, NULL);
    for (size_t i = 0; i < l->missed_count; i++) mem_free((void *)(uintptr_t)l->missed[i].ptr);
    library_shelves_drop(l);
    for (size_t i = 0; i < SHELVES_MAX; i++) arena_done(&l->shelves[i].a);
    l->opts.vectors->close(l->near);
    id_set_done(&l->put);
    vector_cache_close(l->cache);
    embed_close(l->embed);
    terms_close(l->terms);
    arena_done(&l->a);
    mem_free((void *)(uintptr_t)l->opts.data_dir.ptr);
    mem_free((void *)(uintptr_t)l->opts.encoder.ptr);
    (void)pthread_mutex_destroy(&l->lock);
    (void)pthread_mutex_destroy(&l->encoding);
    (void)pthread_cond_destroy(&l->wake);
    mem_free(l);
}

/* ---- searching ---- */

bool library_answered(const struct library_hit *hits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hits[i].hit.covered >= LIBRARY_COVERED_LEAST || hits[i].hit.cosine >= LIBRARY_COSINE_LEAST) return true;
    return false;
}

static double most_covered(const struct library_hit *hits, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (hits[i].hit.covered > most) most = hits[i].hit.covered;
    return most;
}

/* Kept for the thread; past its room the question is only counted. */
static void note_missed(struct library *l, str question, double covered)
{
    l->stats.missed++;
    if (!l->threaded || l->missed_count == MISSED_MAX) return;
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "question", question);
    jw_f64(&w, "covered", covered);
    jw_close(&w);
    l->missed[l->missed_count++] = str_of(mem_dup_z(buf_view(&b)));
    buf_done(&b);
    (void)pthread_cond_signal(&l->wake);
}

static void copy_out(const struct library *l, const struct library_shelf *s, const struct shelf_hit *h, struct arena *a,
                     struct library_hit *out)
{
    const struct library_document *d = &l->documents[h->document];
    const struct shelf_passage *p = shelf_passage_at(s->shelf, h->passage);
    *out = (struct library_hit){ .document = str_dup(a, d->id),
                                 .title = str_dup(a, d->title),
                                 .path = str_dup(a, p->path),
                                 .text = str_dup(a, p->text),
                                 .hit = *h,
                                 .said = d->said };
    while (out->ordinal < (int64_t)d->count && d->texts[out->ordinal].ptr != p->text.ptr) out->ordinal++;
}

/* What the store of vectors found is asked for before the lock is taken: it may be far away. */
struct asked {
    str question, role;
    struct packed vector;
    struct vector_near near[SHELF_CANDIDATES];
    size_t near_count, k;
};

static err search(struct library *l, const struct asked *q, struct arena *a, struct library_hit **out, size_t *found)
{
    struct library_shelf *s = NULL;
    struct shelf_hit *hits = NULL;
    struct vector_hit near[SHELF_CANDIDATES];
    err e = library_load(l);
    if (!e.code) e = library_shelf(l, q->role, l->opts.env->wall(l->opts.env), &s);
    if (e.code) return e;
    struct shelf_question asked = { .text = q->question, .vector = q->vector, .near = near, .k = q->k };
    asked.near_count = library_near_rows(s, q->near, q->near_count, near);
    e = shelf_search(s->shelf, l->terms, &asked, a, &hits, found);
    if (e.code) return e;
    *out = ARENA_ARRAY(a, struct library_hit, *found + 1);
    for (size_t i = 0; i < *found; i++) copy_out(l, s, &hits[i], a, &(*out)[i]);
    l->stats.questions++;
    if (!library_answered(*out, *found)) note_missed(l, q->question, most_covered(*out, *found));
    return OK;
}

err library_search(struct library *l, str question, str role, size_t k, struct arena *a, struct library_hit **out,
                   size_t *found)
{
    struct asked q = { .question = str_utf8_prefix(question, LIBRARY_QUESTION_MAX), .role = role,
                       .k = k < LIBRARY_FOUND_MAX ? k : LIBRARY_FOUND_MAX };
    err e = OK;
    *found = 0;
    if (l->embed) {
        (void)pthread_mutex_lock(&l->encoding);
        e = embed_text(l->embed, q.question, a, &q.vector);
        (void)pthread_mutex_unlock(&l->encoding);
    }
    if (e.code) return e;
    q.near_count = library_near(l, q.vector, role, a, q.near);
    (void)pthread_mutex_lock(&l->lock);
    e = search(l, &q, a, out, found);
    (void)pthread_mutex_unlock(&l->lock);
    return e;
}

struct library_stats library_stats(struct library *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct library_stats s = l->stats;
    s.documents = (int64_t)l->count;
    s.passages = (int64_t)l->passages;
    s.encoded = (int64_t)vector_cache_count(l->cache);
    s.vectors = l->embed != NULL;
    s.left_out = (int64_t)l->left_out;
    s.reindexed = l->reindexed;
    s.bytes = (int64_t)l->a.used;
    for (size_t i = 0; i < l->shelf_count; i++) s.bytes += (int64_t)l->shelves[i].a.used;
    (void)pthread_mutex_unlock(&l->lock);
    size_t bytes = 0, in_graph = 0;
    struct vector_store_counts counts = { 0 };
    if (l->near && l->opts.vectors->size) l->opts.vectors->size(l->near, &bytes, &in_graph);
    s.bytes += (int64_t)bytes;
    s.in_graph = (int64_t)in_graph;
    if (l->near && l->opts.vectors->counts) l->opts.vectors->counts(l->near, &counts);
    s.near_calls = counts.calls;
    s.near_retries = counts.retries;
    s.near = atomic_load(&l->near_count);
    s.near_failed = atomic_load(&l->near_failed);
    return s;
}

void library_metrics(struct library *l, struct buf *out)
{
    struct library_stats s = library_stats(l);
    const struct {
        const char *name, *type, *help;
        int64_t value;
    } lines[] = {
        { "weir_knowledge_questions_total", "counter", "Searches in the documents.", s.questions },
        { "weir_knowledge_missed_total", "counter", "Searches that no document answered.", s.missed },
        { "weir_knowledge_documents", "gauge", "Documents and runbooks in the index.", s.documents },
        { "weir_knowledge_passages", "gauge", "Passages in the index.", s.passages },
        { "weir_knowledge_vectors", "gauge", "Vectors that are kept.", s.encoded },
        { "weir_knowledge_left_out", "gauge", "Documents that do not fit in knowledge.memory_max.", s.left_out },
        { "weir_knowledge_bytes", "gauge", "Memory of the index and its vectors.", s.bytes },
        { "weir_knowledge_in_graph", "gauge", "Passages that are found by a graph.", s.in_graph },
        { "weir_knowledge_store_failed_total", "counter", "Calls of the store of vectors that failed.", s.near_failed },
        { "weir_knowledge_store_requests_total", "counter", "Requests to a store of vectors elsewhere.", s.near_calls },
        { "weir_knowledge_store_retries_total", "counter", "Second tries among them.", s.near_retries },
        { "weir_knowledge_rebuilt_total", "counter", "Times the index was made from the documents.", s.rebuilt },
        { "weir_knowledge_reindexed_seq", "gauge", "Journal entry of the re-index the ranking stands on.",
          s.reindexed },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        metric_one(out, lines[i].name, lines[i].type, lines[i].help, lines[i].value);
}
