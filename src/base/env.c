#include "base/env.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static usec clock_read(clockid_t id)
{
    struct timespec ts;
    (void)clock_gettime(id, &ts);
    return (usec)ts.tv_sec * USEC_SECOND + ts.tv_nsec / 1000;
}

static usec os_now(struct env *env)
{
    (void)env;
    return clock_read(CLOCK_MONOTONIC);
}

static usec os_wall(struct env *env)
{
    (void)env;
    return clock_read(CLOCK_REALTIME);
}

static uint64_t os_random(struct env *env)
{
    (void)env;
    uint64_t v = 0;
    ssize_t n = getrandom(&v, sizeof v, 0);
    assert(n == (ssize_t)sizeof v);
    return v;
}

static err os_append(struct env *env, int fd, str bytes)
{
    (void)env;
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_errno("append");
        bytes = str_cut(bytes, (size_t)n, bytes.len);
    }
    return OK;
}

static err os_sync(struct env *env, int fd)
{
    (void)env;
    return fdatasync(fd) ? err_errno("sync") : OK;
}

struct env env_os(void)
{
    return (struct env){ .now = os_now, .wall = os_wall, .random = os_random, .append = os_append, .sync = os_sync };
}

void env_random_bytes(struct env *env, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
        uint64_t v = env->random(env);
        memcpy(out + i, &v, len - i < sizeof v ? len - i : sizeof v);
    }
}
