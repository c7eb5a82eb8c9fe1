#include "edge/act/sync_probe.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/cond.h"

struct sync_probe {
    struct env *env;
    char *dir;
    usec from;
    int64_t result;
    bool done, left; /* left: nobody waits any more, the thread frees it */
    pthread_mutex_t lock;
    pthread_cond_t ended;
};

static int open_scratch(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/.weir-sync-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path) return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) (void)unlink(path);
    return fd;
}

int64_t sync_probe(struct env *env, const char *dir)
{
    static const char block[4096] = { 'w' };
    int fd = open_scratch(dir);
    if (fd < 0) return -1;
    usec from = env->now(env);
    bool ok = write(fd, block, sizeof block) == (ssize_t)sizeof block && fsync(fd) == 0;
    usec took = env->now(env) - from;
    (void)close(fd);
    return ok ? took : -1;
}

static void probe_free(struct sync_probe *p)
{
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_cond_destroy(&p->ended);
    mem_free(p->dir);
    mem_free(p);
}

static void *run(void *ctx)
{
    struct sync_probe *p = ctx;
    int64_t result = sync_probe(p->env, p->dir);
    (void)pthread_mutex_lock(&p->lock);
    p->result = result;
    p->done = true;
    bool left = p->left;
    (void)pthread_cond_signal(&p->ended);
    (void)pthread_mutex_unlock(&p->lock);
    if (left) probe_free(p);
    return NULL;
}

struct sync_probe *sync_probe_start(struct env *env, const char *dir)
{
    struct sync_probe *p = mem_new(sizeof *p);
    pthread_t thread;
    p->env = env;
    p->dir = mem_dup_z(str_of(dir));
    p->from = env->now(env);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->ended, NULL);
    if (pthread_create(&thread, NULL, run, p)) {
        probe_free(p);
        return NULL;
    }
    (void)pthread_detach(thread);
    return p;
}

int64_t sync_probe_end(struct sync_probe *p, usec patience)
{
    if (!p) return -1;
    usec until = cond_clock() + patience;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->done && cond_wait_until(&p->ended, &p->lock, until)) continue;
    bool done = p->done;
    int64_t result = done ? p->result : p->env->now(p->env) - p->from;
    p->left = !done;
    (void)pthread_mutex_unlock(&p->lock);
    if (done) probe_free(p);
    return result;
}
