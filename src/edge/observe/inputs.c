/* Many inputs at once: each in a SAVEPOINT of its own, all in as few transactions as the store can make of them. */
#include "edge/observe/ingest_internal.h"

enum { AT_ONCE = 1000 };

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t all_done;
    size_t open;
};

struct one_input {
    struct ingest *in;
    const struct input *input;
    struct applied *result;
    struct waiting *waiting;
};

static err apply_one(struct tx *tx, void *ctx)
{
    struct one_input *one = ctx;
    return one->in->opts.apply(one->in->opts.apply_ctx, tx, one->input, &one->result->seq);
}

static void one_done(err result, void *ctx)
{
    struct one_input *one = ctx;
    one->result->result = result;
    (void)pthread_mutex_lock(&one->waiting->lock);
    if (--one->waiting->open == 0) (void)pthread_cond_signal(&one->waiting->all_done);
    (void)pthread_mutex_unlock(&one->waiting->lock);
}

static void submit(struct one_input *one)
{
    struct waiting *w = one->waiting;
    (void)pthread_mutex_lock(&w->lock);
    w->open++;
    (void)pthread_mutex_unlock(&w->lock);
    err e = store_submit(one->in->store, apply_one, one_done, one);
    if (e.code) one_done(e, one);
}

void ingest_inputs(struct ingest *in, const struct input *items, size_t count, struct applied *out)
{
    struct waiting w = { .open = 0 };
    struct one_input *all = mem_new(AT_ONCE * sizeof *all);
    (void)pthread_mutex_init(&w.lock, NULL);
    (void)pthread_cond_init(&w.all_done, NULL);
    for (size_t from = 0; from < count; from += AT_ONCE) {
        size_t n = count - from < AT_ONCE ? count - from : AT_ONCE;
        for (size_t i = 0; i < n; i++) {
            all[i] = (struct one_input){ in, &items[from + i], &out[from + i], &w };
            submit(&all[i]);
        }
        (void)pthread_mutex_lock(&w.lock);
        while (w.open)
            (void)pthread_cond_wait(&w.all_done, &w.lock); /* the store calls every `done`, also when it stops */
        (void)pthread_mutex_unlock(&w.lock);
    }
    (void)pthread_cond_destroy(&w.all_done);
    (void)pthread_mutex_destroy(&w.lock);
    mem_free(all);
}
