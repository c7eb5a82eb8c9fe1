#include "edge/server/workers.h"

#include <pthread.h>

#include "base/arena.h"

struct job {
    void (*run)(void *);
    void *arg;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t threads[WORKER_THREADS];
    struct job jobs[WORKER_QUEUE];
    size_t first, count, max;
    bool stop;
};

static bool take(struct workers *w, struct job *out)
{
    (void)pthread_mutex_lock(&w->lock);
    while (!w->count && !w->stop) (void)pthread_cond_wait(&w->wake, &w->lock);
    bool got = w->count > 0;
    if (got) {
        *out = w->jobs[w->first];
        w->first = (w->first + 1) % WORKER_QUEUE;
        w->count--;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return got;
}

static void *worker_run(void *arg)
{
    struct job j;
    while (take(arg, &j)) j.run(j.arg);
    return NULL;
}

struct workers *workers_open(size_t queue)
{
    struct workers *w = mem_new(sizeof *w);
    w->max = queue && queue < WORKER_QUEUE ? queue : WORKER_QUEUE;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, NULL);
    for (size_t i = 0; i < WORKER_THREADS; i++)
        if (pthread_create(&w->threads[i], NULL, worker_run, w)) abort();
    return w;
}

void workers_close(struct workers *w)
{
    if (!w) return;
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < WORKER_THREADS; i++) (void)pthread_join(w->threads[i], NULL);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

bool workers_post(struct workers *w, void (*job)(void *), void *arg)
{
    (void)pthread_mutex_lock(&w->lock);
    bool ok = !w->stop && w->count < w->max;
    if (ok) {
        w->jobs[(w->first + w->count++) % WORKER_QUEUE] = (struct job){ job, arg };
        (void)pthread_cond_signal(&w->wake);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return ok;
}

size_t workers_waiting(struct workers *w)
{
    (void)pthread_mutex_lock(&w->lock);
    size_t n = w->count;
    (void)pthread_mutex_unlock(&w->lock);
    return n;
}
