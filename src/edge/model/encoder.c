#include "edge/model/encoder.h"

#include <pthread.h>

/* A request on its caller's stack. */
struct job {
    const str *texts;
    size_t n;
    float *out;
    bool done;
    struct job *next;
};

struct encoder {
    struct model_file file;
    void *scratch;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job *first, *last; /* waiting */
    size_t waiting;
    bool busy;
    uint64_t runs, requests;
    str texts[ENCODER_TEXTS_MAX]; /* of the run at hand; only the thread that made it busy touches them */
    float *vectors;
};

err encoder_open(str path, struct encoder **out)
{
    struct encoder *e = mem_new(sizeof *e);
    err result = model_file_open(path, &e->file);
    if (result.code) {
        mem_free(e);
        return result;
    }
    e->scratch = mem_new(encode_scratch_size());
    e->vectors = mem_new(sizeof(float) * ENCODER_TEXTS_MAX * ENCODE_DIM);
    (void)pthread_mutex_init(&e->lock, NULL);
    (void)pthread_cond_init(&e->changed, NULL);
    *out = e;
    return OK;
}

void encoder_close(struct encoder *e)
{
    if (!e) return;
    (void)pthread_cond_destroy(&e->changed);
    (void)pthread_mutex_destroy(&e->lock);
    model_file_close(&e->file);
    mem_free(e->scratch);
    mem_free(e->vectors);
    mem_free(e);
}

const struct encode_model *encoder_model(const struct encoder *e)
{
    return &e->file.model;
}

/* Takes requests off the front as long as their texts fit together; gives the last one taken. */
static struct job *take(struct encoder *e, size_t *n)
{
    struct job *last = NULL;
    *n = 0;
    while (e->first && *n + e->first->n <= ENCODER_TEXTS_MAX) {
        last = e->first;
        memcpy(e->texts + *n, last->texts, last->n * sizeof *last->texts);
        *n += last->n;
        e->first = last->next;
        e->waiting--;
        e->requests++;
    }
    e->runs++;
    return last;
}

/* Encodes for all who wait; the lock is held before and after, not meanwhile. */
static void run(struct encoder *e)
{
    size_t n, at = 0;
    struct job *first = e->first, *last = take(e, &n);
    e->busy = true;
    (void)pthread_mutex_unlock(&e->lock);
    encode_texts(&e->file.model, e->scratch, e->texts, n, e->vectors);
    (void)pthread_mutex_lock(&e->lock);
    e->busy = false;
    for (struct job *j = first, *next; j; j = j == last ? NULL : next) {
        next = j->next; /* j is gone once it is done and the lock is free */
        memcpy(j->out, e->vectors + at * ENCODE_DIM, j->n * ENCODE_DIM * sizeof *j->out);
        at += j->n;
        j->done = true;
    }
    (void)pthread_cond_broadcast(&e->changed);
}

static size_t count_pieces(const struct encoder *e, const str *texts, size_t n)
{
    uint16_t ids[ENCODE_PIECES_MAX];
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += encode_tokenize(&e->file.model, texts[i], ids);
    return sum;
}

err encoder_run(struct encoder *e, const str *texts, size_t n, float *out, size_t *pieces)
{
    struct job job = { .texts = texts, .n = n, .out = out };
    if (n < 1 || n > ENCODER_TEXTS_MAX)
        return err_make(ERR_LIMIT, "%zu texts at once; 1 to %d are taken", n, ENCODER_TEXTS_MAX);
    (void)pthread_mutex_lock(&e->lock);
    bool full = e->waiting >= ENCODER_WAITING_MAX;
    if (!full) {
        /* it waits below until the job is done and out of the list */
        if (e->first) e->last->next = &job; /* cppcheck-suppress autoVariables */
        else e->first = &job;               /* cppcheck-suppress autoVariables */
        e->last = &job;                     /* cppcheck-suppress autoVariables */
        e->waiting++;
    }
    while (!full && !job.done)
        if (e->busy) (void)pthread_cond_wait(&e->changed, &e->lock);
        else run(e);
    (void)pthread_mutex_unlock(&e->lock);
    if (full) return err_make(ERR_FULL, "%d requests wait for the encoder already", ENCODER_WAITING_MAX);
    if (pieces) *pieces = count_pieces(e, texts, n);
    return OK;
}

void encoder_counts(struct encoder *e, uint64_t *runs, uint64_t *requests)
{
    (void)pthread_mutex_lock(&e->lock);
    *runs = e->runs;
    *requests = e->requests;
    (void)pthread_mutex_unlock(&e->lock);
}
