#include "edge/documents/sources.h"

#include "base/log.h"
#include "edge/beat.h"
#include "edge/documents/sources_internal.h"
#include "edge/http_client.h"

struct sources {
    struct arena a; /* of the copies in opts */
    struct sources_opts opts;
    struct look **looks;
    usec *due;
    int64_t reindexed; /* what the last re-index was when everything was read whole */
    struct beat beat;
};

/* After a re-index every file is read again, whatever its size and time say. */
static bool reindexed(struct sources *s)
{
    struct tx *tx = NULL;
    if (store_read(s->opts.store, &tx).code) return false;
    int64_t seq = tx_get_i64_n(tx, SQL_KNOWLEDGE_REINDEX_LAST, 0, TX_NO_VALS);
    store_read_end(tx);
    bool news = seq != s->reindexed && s->reindexed != -1;
    s->reindexed = seq;
    return news;
}

static void look_at_all(void *ctx)
{
    struct sources *s = ctx;
    bool whole = reindexed(s);
    for (size_t i = 0; i < s->opts.count; i++) {
        usec now = s->opts.env->now(s->opts.env);
        if (whole) look_forget(s->looks[i]);
        if (now < s->due[i] && !whole) continue;
        err e = source_look(s->looks[i]);
        (void)e; /* told and counted there */
        s->due[i] = s->opts.env->now(s->opts.env) + s->opts.items[i].every;
    }
}

static void release(struct sources *s)
{
    for (size_t i = 0; i < s->opts.count; i++) look_free(s->looks[i]);
    mem_free(s->looks);
    mem_free(s->due);
    arena_done(&s->a);
    mem_free(s);
}

static const struct knowledge_source *copies(struct arena *a, const struct sources_opts *opts)
{
    struct knowledge_source *items = ARENA_ARRAY(a, struct knowledge_source, opts->count);
    for (size_t i = 0; i < opts->count; i++) {
        const struct knowledge_source *s = &opts->items[i];
        items[i] = *s;
        str *const texts[] = { &items[i].name, &items[i].folder, &items[i].git,  &items[i].branch,
                               &items[i].user, &items[i].token,  &items[i].roles };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) *texts[k] = str_dup(a, *texts[k]);
    }
    return items;
}

err sources_start(const struct sources_opts *opts, struct sources **out)
{
    *out = NULL;
    if (!opts->count) return OK;
    struct sources *s = mem_new(sizeof *s);
    s->opts = *opts;
    s->a = arena_init(1 << 20);
    s->opts.data_dir = str_dup(&s->a, opts->data_dir);
    s->opts.items = copies(&s->a, opts);
    s->reindexed = -1;
    s->looks = mem_new(opts->count * sizeof(struct look *));
    s->due = mem_new(opts->count * sizeof *s->due);
    for (size_t i = 0; i < opts->count; i++) s->looks[i] = look_new(&s->opts, i);
    s->beat = (struct beat){ .look = look_at_all, .ctx = s, .every = USEC_SECOND };
    err e = beat_start(&s->beat);
    if (e.code) release(s);
    else *out = s;
    return err_wrap(e, "sources of documents");
}

void sources_stop(struct sources *s)
{
    if (!s) return;
    beat_stop(&s->beat);
    release(s);
}

/* ---- what is seen from outside ---- */

static int64_t value_of(const struct source_state *st, size_t i)
{
    const int64_t values[] = { st->files, st->changed, st->removed, st->refused, st->failed, st->looked / USEC_SECOND };
    return values[i];
}

void sources_metrics(struct sources *s, struct buf *out)
{
    static const char *const lines[][3] = {
        { "files", "gauge", "Documents in a source as of the last look." },
        { "changed_total", "counter", "Documents of a source that came or changed." },
        { "removed_total", "counter", "Documents of a source that went." },
        { "refused_total", "counter", "Files of a source that could not be read." },
        { "failed_total", "counter", "Looks at a source that failed." },
        { "looked_seconds", "gauge", "When the last look succeeded, in seconds since 1970." },
    };
    for (size_t i = 0; s && i < sizeof lines / sizeof *lines; i++) {
        buf_fmt(out, "# HELP weir_knowledge_source_%s %s\n# TYPE weir_knowledge_source_%s %s\n", lines[i][0],
                lines[i][2], lines[i][0], lines[i][1]);
        for (size_t k = 0; k < s->opts.count; k++) {
            struct source_state st = look_state(s->looks[k]);
            buf_fmt(out, "weir_knowledge_source_%s{source=\"" STR_FMT "\"} %lld\n", lines[i][0], STR_ARG(st.name),
                    (long long)value_of(&st, i));
        }
    }
}

void sources_json(struct sources *s, struct jw *w, const char *key)
{
    jw_array(w, key);
    for (size_t i = 0; s && i < s->opts.count; i++) {
        const struct knowledge_source *one = &s->opts.items[i];
        struct source_state st = look_state(s->looks[i]);
        jw_open(w, NULL);
        jw_str(w, "name", st.name);
        jw_str(w, "place", one->git.len ? url_place(one->git) : one->folder);
        jw_i64(w, "files", st.files);
        jw_i64(w, "changed", st.changed);
        jw_i64(w, "removed", st.removed);
        jw_i64(w, "refused", st.refused);
        jw_i64(w, "failed", st.failed);
        jw_i64(w, "looked", st.looked);
        jw_strz(w, "problem", st.problem);
        jw_close(w);
    }
    jw_array_end(w);
}
