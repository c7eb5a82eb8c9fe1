/* The slow disk of the demo: preloaded into the pipelines' programs, it delays each durable write by the number of
 * milliseconds that the file $SIM_DISK holds (no file or 0: not at all), as a failing or overloaded disk does. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int fsync(int fd);
int fdatasync(int fd);

static void wait_for_the_disk(void)
{
    const char *path = getenv("SIM_DISK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    char text[16] = { 0 };
    ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    long ms = n > 0 ? strtol(text, NULL, 10) : 0;
    if (ms <= 0 || ms > 1000) return;
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&pause, NULL);
}

static int call_next(const char *name, int fd)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    int (*next)(int) = NULL;
    __builtin_memcpy(&next, &symbol, sizeof next);
    return next ? next(fd) : -1;
}

int fsync(int fd)
{
    wait_for_the_disk();
    return call_next("fsync", fd);
}

int fdatasync(int fd)
{
    wait_for_the_disk();
    return call_next("fdatasync", fd);
}
